"""A field that finds words in a page of text, and the frame of a window that shows such a page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QLineEdit, QPushButton, QTextEdit, QVBoxLayout, QWidget

from app.theme import GAP_PX, PADDING_PX
from app.views.labels import label, line
from app.views.spoken import announce

FIELD_PX = 224


class PageFinder(QWidget):
    """Finds what is typed, then with Enter the next place, and after the last the first again.

    words: what the field is for. page: where it looks; it shows what was found as its selection.
    """

    def __init__(self, words: str, page: QTextEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.field = QLineEdit()
        self.field.setPlaceholderText(words)
        self.field.setAccessibleName(words)
        self.field.setMaximumWidth(FIELD_PX)
        self.missing = label("Not found", "caption")
        self.missing.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
        row.setSpacing(GAP_PX)
        row.addWidget(self.field, 1)
        row.addWidget(self.missing)
        row.addStretch()
        self.field.textEdited.connect(self._find_first)
        self.field.returnPressed.connect(self._find_next)

    @Slot()
    def ask(self) -> None:
        """Gives the keyboard to the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    @Slot(str)
    def _find_first(self, words: str) -> None:
        """Stays where the words still fit while they are typed."""
        cursor = self._page.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._page.setTextCursor(cursor)
        self._find(words)

    @Slot()
    def _find_next(self) -> None:
        self._find(self.field.text())

    def _find(self, words: str) -> None:
        found = not words or self._page.find(words)
        if not found:  # once more from the beginning
            here = self._page.textCursor()
            self._page.moveCursor(QTextCursor.MoveOperation.Start)
            found = self._page.find(words)
            if not found:
                self._page.setTextCursor(here)
                announce(self.field, "Not found")
        self.missing.setVisible(not found)


def arrange_page(dialog: QDialog, finder: PageFinder, page: QLayout, *buttons: QPushButton) -> None:
    """The finder above the page and the buttons below it; the key for finding gives the finder the keyboard."""
    foot = QHBoxLayout()
    foot.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
    foot.setSpacing(GAP_PX)
    foot.addStretch(1)
    for button in buttons:
        foot.addWidget(button)
    outer = QVBoxLayout(dialog)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    outer.addWidget(finder)
    outer.addWidget(line())
    outer.addLayout(page, 1)
    outer.addWidget(line())
    outer.addLayout(foot)
    QShortcut(QKeySequence.StandardKey.Find, dialog).activated.connect(finder.ask)
