"""The field a message is typed in: Enter sends, it grows with the text to a few lines, and it takes text only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.models.message_limit import LONGEST_MESSAGE
from app.views.chat.message import LONGEST_RUN, has_run
from app.views.text_keys import is_for_actions

LINES = 6  # at most
FILE = (
    "A file cannot be pasted into a message; nothing was pasted. Memories, chats and model folders can be dropped on"
    " the window."
)


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
        self._most = LINES
        self._placeholders = "", ""
        self.setObjectName("composer")
        self.setAccessibleName("Message")
        self.setAccessibleDescription("Enter sends, Shift and Enter starts a new line")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(4)
        self.document().contentsChange.connect(self._choose_breaks)
        self.textChanged.connect(self._fit)
        self._fit()

    def show_placeholder(self, words: str, short: str = "") -> None:
        """Says in an empty field what it is for: in short words where the others have no room in one line."""
        self._placeholders = words, short or words
        self._choose_placeholder()

    def _choose_placeholder(self) -> None:
        words, short = self._placeholders
        room = self.viewport().width() - 2 * round(self.document().documentMargin())
        self.setPlaceholderText(words if self.fontMetrics().horizontalAdvance(words) <= room else short)
        self.viewport().update()  # Qt does not repaint a placeholder that changes while it is seen

    @Slot(int, int, int)
    def _choose_breaks(self, _place: int, removed: int, added: int) -> None:
        """Before a text is laid out: one with a very long word would keep the window busy for seconds, at each letter,
        and breaks anywhere."""
        wrap = QTextOption.WrapMode
        if max(removed, added) > LONGEST_RUN:  # nobody types so long a word letter by letter
            found = has_run(self.toPlainText(), LONGEST_RUN)
            self.setWordWrapMode(wrap.WrapAnywhere if found else wrap.WrapAtWordBoundaryOrAnywhere)
        elif self.document().characterCount() <= LONGEST_RUN:
            self.setWordWrapMode(wrap.WrapAtWordBoundaryOrAnywhere)

    def height_of(self, lines: int) -> int:
        """How high it is with so many lines."""
        return lines * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 2

    def limit_height(self, most_px: int) -> None:
        """Takes no more than `most_px`, but at least one line."""
        lines = (most_px - self.height_of(0)) // self.fontMetrics().lineSpacing()
        self._most = max(1, min(LINES, lines))
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """As high as the text, up to the most lines there is room for; a layout of a few lines is enough to know."""
        wanted = 0
        block = self.document().firstBlock()
        while block.isValid() and wanted < self._most:
            wanted += max(1, block.layout().lineCount())
            block = block.next()
        bar = Qt.ScrollBarPolicy
        policy = bar.ScrollBarAsNeeded if wanted >= self._most else bar.ScrollBarAlwaysOff
        if policy is not self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(policy)
        high = self.height_of(max(1, min(self._most, wanted)))
        if high != self.height():
            self.setFixedHeight(high)
            self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._choose_placeholder()

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
        """Text only, as that of a link; files are for the window."""
        return source.hasText() and not _has_files(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Qt's key for pasting asks for nothing before."""
        if _has_files(source):
            self.refused.emit(FILE)
            return
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


def _has_files(source: QMimeData) -> bool:
    return any(url.isLocalFile() for url in source.urls())
