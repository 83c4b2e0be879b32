"""The lab's first page: one experiment, all turns left out in turn, and memories mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.theme import GAP_PX, PADDING_PX
from app.views.inspector.segments import Segments

if TYPE_CHECKING:
    from app.paint.figure import Figure
    from app.views.inspector.lab.experiment_view import LabView
    from app.views.inspector.lab.influence_view import InfluenceView
    from app.views.inspector.lab.mixing_view import MixingView

PAGES = (("lab", "Experiment"), ("influence", "Influence"), ("mixing", "Mixing"))


class LabDeck(QWidget):
    """Three views behind three words."""

    def __init__(
        self, lab: LabView, influence: InfluenceView, mixing: MixingView, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("labDeck")
        self.setAccessibleName("Lab")
        self.lab, self.influence, self.mixing = lab, influence, mixing
        self.pages = Segments("Part of the lab", PAGES)
        self._stack = QStackedWidget()
        self._tools = QStackedWidget()
        self._tools.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        for view in (lab, influence, mixing):
            self._stack.addWidget(view)
            self._tools.addWidget(view.tools)
            view.head.hide()  # its title is the word that is chosen above
        head = QHBoxLayout()
        head.setContentsMargins(PADDING_PX - 4, GAP_PX, PADDING_PX, 0)
        head.setSpacing(0)
        head.addWidget(self.pages, 1)
        head.addWidget(self._tools)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.pages.changed.connect(self._on_page)

    def show_view(self, key: str) -> None:
        """Shows "lab", "influence" or "mixing"."""
        self.pages.choose(key)

    def figure(self) -> Figure | None:
        """What the view in front shows."""
        view = {"lab": self.lab, "influence": self.influence, "mixing": self.mixing}[self.pages.chosen]
        return view.figure()

    @Slot()
    def _on_page(self) -> None:
        place = [key for key, _ in PAGES].index(self.pages.chosen)
        self._stack.setCurrentIndex(place)
        self._tools.setCurrentIndex(place)
