"""The place of flowing words: as high as they are, up to a share of the view, beyond which they scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.views.inspector.word_flow import WordFlow

LEAST_PX = 40
SHARE = 0.45  # of the height of the view; the rest is for the map below


class WordArea(QScrollArea):
    """Shows a flow of words in `view`, whose height says how much of them is seen at once."""

    def __init__(self, flow: WordFlow, view: QWidget) -> None:
        super().__init__()
        self._flow = flow
        self._view = view
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(flow)
        view.installEventFilter(self)
        flow.stepped.connect(self._show_word)

    @Slot(int)
    def _show_word(self, token: int) -> None:
        """The keyboard may go to a word that is out of sight."""
        box = self._flow.token_rect(token)
        self.ensureVisible(round(box.center().x()), round(box.center().y()), 0, round(box.height()))

    def fit(self) -> None:
        """Takes the height of the words that are shown now."""
        wanted = self._flow.heightForWidth(self.viewport().width())
        most = max(2 * LEAST_PX, round(self._view.height() * SHARE))
        self.setFixedHeight(max(LEAST_PX, min(wanted, most)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() is QEvent.Type.Resize:
            self.fit()
        return super().eventFilter(watched, event)
