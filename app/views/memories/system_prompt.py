"""Asks for a text that is written into a fresh memory, once: the system prompt of a model without a context window."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.models.visible import is_seen
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.labels import button, label, restyle, scrolled
from app.views.spoken import ASSERTIVE, announce
from app.views.window_layout import resize_on_screen

FIRST_SIZE_PX = (560, 480)
TEXT_LEAST_PX = 76
MEASURE_MS = 150
TITLE_LETTERS = 120
TEXT_LETTERS = 100_000
COUNTING = " …"
EXPLANATION = (
    "The text is written into a fresh memory once, and never read again. The memory is saved in the library, and a new"
    " chat starts from it; what stays of the text is what the model remembers."
)


class SystemPromptDialog(QDialog):
    """The text, its title and the seed of the memory. It stays open until the engine has written the text.

    Signals:
        measure_requested(text): how many tokens does it take? write_requested(text, title, seed | None)
    """

    measure_requested = Signal(str)
    write_requested = Signal(str, str, object)

    def __init__(self, draft: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("systemPromptDialog")
        self.setWindowTitle("Write a system prompt")
        resize_on_screen(self, *FIRST_SIZE_PX)
        self.setMinimumWidth(self.width())
        self.title = QLineEdit()
        self.title.setObjectName("systemPromptTitle")
        self.title.setAccessibleName("Title of the memory")
        self.title.setPlaceholderText("First words of the text")
        self.title.setMaxLength(TITLE_LETTERS)
        self.text = QPlainTextEdit(draft)
        self.text.setObjectName("systemPromptText")
        self.text.setAccessibleName("System prompt")
        self.text.setPlaceholderText("For example: My name is Alice. I live in Tokyo.")
        self.text.setTabChangesFocus(True)
        # it takes what the rest leaves
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.text.setMinimumHeight(TEXT_LEAST_PX)
        self.text.document().setDocumentMargin(8)
        self.seed = QLineEdit()
        self.seed.setObjectName("systemPromptSeed")
        self.seed.setAccessibleName("Seed of the fresh memory")
        self.seed.setPlaceholderText("random")
        self.seed.setMaximumWidth(160)
        self.seed.setValidator(QRegularExpressionValidator("[0-9]{0,18}", self.seed))
        self.seed.setToolTip("The fresh memory is random numbers; the same seed gives the same ones.")
        self._count = label("", "caption")
        self._count.setObjectName("systemPromptCount")
        self._problem = label("", "danger", wrap=True)
        self._problem.setObjectName("systemPromptProblem")
        self._problem.hide()
        self._write = button("Write and start a chat", "primary")
        self._write.setObjectName("systemPromptWrite")
        self._write.setDefault(True)
        self._cancel = button("Cancel", "ghost")
        self._cancel.setObjectName("systemPromptCancel")
        self._fits = True
        self._waits = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(MEASURE_MS)
        self._arrange()
        self._timer.timeout.connect(self._measure)
        self.text.textChanged.connect(self._follow_text)
        self._write.clicked.connect(self.accept)
        self._follow_text()
        self.text.setFocus()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX - 4, MARGIN_PX, PADDING_PX)
        column.setSpacing(GAP_PX)
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GAP_PX)
        inside.addWidget(label(EXPLANATION, "muted", wrap=True))
        inside.addSpacing(GAP_PX)
        for words, field in (("Text", self.text), ("Title", self.title)):
            name = label(words, "heading")
            name.setBuddy(field)
            inside.addWidget(name)
            inside.addWidget(field, 1 if field is self.text else 0)
            if field is self.text:
                inside.addWidget(self._count)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        seed = label("Seed of the fresh memory", "caption")
        seed.setBuddy(self.seed)
        row.addWidget(seed)
        row.addWidget(self.seed)
        row.addStretch(1)
        inside.addLayout(row)
        column.addWidget(scrolled(page, "systemPromptArea", "Text, title and seed"), 1)
        column.addWidget(self._problem)
        column.addSpacing(GAP_PX)
        buttons = QHBoxLayout()
        self._cancel.clicked.connect(self.reject)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._write)
        column.addLayout(buttons)

    @Slot()
    def _follow_text(self) -> None:
        """What was counted stays, marked as another text's, until this one is; nothing is told of an empty one."""
        if self._has_text:
            self._count.setText(self._count.text().removesuffix(COUNTING) + COUNTING if self._count.text() else "")
            self._timer.start()
        else:
            self._fits = True
            self._count.clear()
            self._timer.stop()
        self._problem.hide()
        self._follow()

    @property
    def _has_text(self) -> bool:
        return is_seen(self.text.toPlainText())

    @Slot()
    def _measure(self) -> None:
        self.measure_requested.emit(self.text.toPlainText()[:TEXT_LETTERS])

    def show_measure(self, text: str, tokens: int, room: int) -> None:
        """How many tokens `text` takes of `room`; an answer about an earlier text is dropped."""
        if text != self.text.toPlainText()[:TEXT_LETTERS] or not self._has_text:
            return
        self._fits = tokens <= room
        left = room - tokens
        excess = "1 token too many" if left == -1 else f"{-left:,} tokens too many"
        self._count.setText(f"{left:,} of {room:,} tokens left" if self._fits else excess)
        restyle(self._count, "role", "caption" if self._fits else "danger")
        self._follow()

    def _follow(self) -> None:
        reason = ""
        if self._waits:
            reason = "The text is being written."
        elif not self._has_text:
            reason = "There is no text to write yet."
        elif not self._fits:
            reason = "The text is longer than the model can write at once."
        self._write.setEnabled(not reason)
        self._write.setToolTip(reason or "Write the text into a fresh memory and start a chat from it")
        for field in (self.text, self.title, self.seed):
            field.setReadOnly(self._waits)  # what is typed now would be in no memory
        self._cancel.setEnabled(not self._waits)
        self._cancel.setToolTip("The text is being written; that cannot be called off." if self._waits else "")

    def accept(self) -> None:
        """Asks for the writing; the dialog is closed by `show_written`."""
        text = self.text.toPlainText()
        if not self._write.isEnabled():
            return
        self._waits = True
        self._problem.hide()
        self._follow()
        title = " ".join(self.title.text().split())
        title = title if is_seen(title) else _first_words(text)
        self.write_requested.emit(text, title, int(self.seed.text()) if self.seed.text() else None)

    def reject(self) -> None:
        """What the engine was asked for happens: nothing shall look as if it did not."""
        if not self._waits:
            super().reject()

    @property
    def is_waiting(self) -> bool:
        """Whether the engine was asked and has not answered yet."""
        return self._waits

    def show_written(self) -> None:
        """The text is in a memory."""
        self.done(QDialog.DialogCode.Accepted)

    def show_refused(self, message: str) -> None:
        """The text was not written, and why; it stays here."""
        self._waits = False
        self._problem.setText(message)
        self._problem.show()
        self._follow()
        announce(self, message, ASSERTIVE)


def _first_words(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 48 else line[:48].rsplit(" ", 1)[0].rstrip(".,;: ") + "…"
