"""A page that is read with a caret, so that words of it can be selected by keyboard. It is never written in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTextBrowser, QWidget

MOVES = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)


class CaretBrowser(QTextBrowser):
    """Its keys move the caret, with Shift they select; a caret out of sight begins where the page is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextInteractionFlags(self.textInteractionFlags() | Qt.TextInteractionFlag.TextSelectableByKeyboard)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and self.textCursor().hasSelection()
        if event.key() in MOVES and not extends:
            self._fetch_caret()
        super().keyPressEvent(event)

    def _fetch_caret(self) -> None:
        """Otherwise the page would jump back to it from where the wheel went."""
        seen = self.viewport().rect()
        if not seen.intersects(self.cursorRect()):
            self.setTextCursor(self.cursorForPosition(seen.topLeft()))
