"""The field a message is typed in: Enter sends, it grows with the text to LINES lines, and it takes text only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.models.message_limit import LONGEST_MESSAGE
from app.views.text_keys import is_for_actions

LINES = 6


class MessageEdit(QPlainTextEdit):
    """The text field.

    Signals:
        submitted(): Enter was pressed.
        focus_changed(bool): it has the keyboard or not.
        refused(sentence): something could not be pasted.
    """

    submitted = Signal()
    focus_changed = Signal(bool)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self.setAccessibleName("Message")
        self.setAccessibleDescription("Enter sends, Shift and Enter starts a new line")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(4)
        self.textChanged.connect(self._fit)
        self._fit()

    def show_placeholder(self, words: str) -> None:
        """Says in an empty field what it is for; Qt does not repaint a placeholder that changes while it is seen."""
        self.setPlaceholderText(words)
        self.viewport().update()

    @Slot()
    def _fit(self) -> None:
        """As high as the text, from one line to LINES; a layout of a few lines is enough to know."""
        wanted = 0
        block = self.document().firstBlock()
        while block.isValid() and wanted < LINES:
            wanted += max(1, block.layout().lineCount())
            block = block.next()
        wanted = max(1, min(LINES, wanted))
        high = wanted * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 2
        if high != self.height():
            self.setFixedHeight(high)
            self.setVerticalScrollBarPolicy(
                Qt.ScrollBarPolicy.ScrollBarAsNeeded if wanted == LINES else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Leaves keys to the actions."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and is_for_actions(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.submitted.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text only; files are for the window."""
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if len(text) + self.document().characterCount() > LONGEST_MESSAGE:
            self.refused.emit(
                f"That text has {len(text):,} characters; a message holds at most "
                f"{LONGEST_MESSAGE:,}. Nothing was pasted."
            )
            return
        self.textCursor().insertText(text)
        self.ensureCursorVisible()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)
