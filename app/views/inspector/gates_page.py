"""The gates of the turn in view, or of one layer over the turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.theme import PADDING_PX
from app.views.inspector.analysis_view import scrolled
from app.views.inspector.segments import Segments

if TYPE_CHECKING:
    from app.views.inspector.gate_view import GateView
    from app.views.inspector.ridge_view import RidgeView


class GatesPage(QWidget):
    """Two views of the same gates, one at a time."""

    def __init__(self, now: GateView, over_turns: RidgeView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gatesPage")
        self.setAccessibleName("Gates")
        self.choice = Segments("Gates of", (("now", "this turn"), ("turns", "over the turns")))
        self._stack = QStackedWidget()
        self._stack.addWidget(now)
        self._stack.addWidget(over_turns)
        self.choice.changed.connect(self._show)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.choice)
        self.choice.setContentsMargins(PADDING_PX - 4, 4, 0, 0)
        column.addWidget(self._stack, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(page))

    @Slot()
    def _show(self) -> None:
        self._stack.setCurrentIndex(0 if self.choice.chosen == "now" else 1)
