"""A message that is being edited in its place in the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.models.visible import is_seen
from app.theme import GAP_PX
from app.views.chat.message_edit import MessageEdit
from app.views.elided import ElidedLabel
from app.views.labels import button
from app.views.spoken import announce
from app.views.tooltips import explain

if TYPE_CHECKING:
    from app.views.icons import Icons
    from app.views.window_layout import Edits

QUERY_WORDS = "Goes on from here as a new branch; this version is kept"
ANSWER_WORDS = "Memory keeps the former words"
QUERY_SHORT, ANSWER_SHORT = "As a new branch", "Memory stays"
ANSWER_MORE = "Only the words here change; memory keeps what was written until you rewrite it from this message"


class TurnEditor(QFrame):
    """The field with its two buttons: Enter accepts, Esc cancels. A cancelled text is there again the next time.

    drafts: the cancelled texts.

    Signals:
        accepted(id, is_query, text): the turn with this id shall have another question or answer.
        closed(): it is done with, either way.
        resized(): its height has changed.
    """

    accepted = Signal(int, bool, str)
    closed = Signal()
    resized = Signal()

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("turnEditor")
        self.setProperty("panel", "composer")
        self._turn, self._is_query, self._original = 0, True, ""
        self._wide_px, self._room_px = 0, 0
        self.drafts: Edits = {}
        self.edit = MessageEdit()
        self.edit.setObjectName("turnEdit")
        self.edit.setAccessibleName("Edit the message")
        self.edit.installEventFilter(self)
        self._hint = ElidedLabel("caption")
        self._cancel = button("Cancel", "ghost")
        self._cancel.setObjectName("cancelEdit")
        self._accept = button("Send", "primary", "ph.check", icons, "Send the changed message", "on_accent")
        self._accept.setObjectName("acceptEdit")
        self._words, self._short, self._is_above = "", "", False
        self._foot = buttons = QGridLayout()
        buttons.setHorizontalSpacing(GAP_PX)
        buttons.setVerticalSpacing(GAP_PX // 2)
        buttons.setColumnStretch(0, 1)
        buttons.addWidget(self._hint, 1, 0)
        buttons.addWidget(self._cancel, 1, 1)
        buttons.addWidget(self._accept, 1, 2)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(GAP_PX + 4, GAP_PX, GAP_PX, GAP_PX)
        column.setSpacing(GAP_PX // 2)
        column.addWidget(self.edit)
        column.addLayout(buttons)
        self._cancel.clicked.connect(self.cancel)
        self._accept.clicked.connect(self._send)
        self.edit.submitted.connect(self._send)
        self.edit.refused.connect(self.say)
        self.hide()

    @property
    def turn(self) -> int:
        """The id of the turn that is edited; 0 while none is."""
        return self._turn

    @property
    def unsent(self) -> Edits:
        """The cancelled texts, and the one that is being typed."""
        if not self._turn:
            return self.drafts
        now, text = (self._turn, self._is_query), self.edit.toPlainText()
        others = {message: words for message, words in self.drafts.items() if message != now}
        return others | {now: text} if text != self._original and text.strip() else others

    def begin(self, turn: int, is_query: bool, text: str) -> None:
        """Edits the question or the answer of a turn, or goes on with what was typed the last time."""
        self._turn, self._is_query, self._original = turn, is_query, text
        self._words, self._short = (QUERY_WORDS, QUERY_SHORT) if is_query else (ANSWER_WORDS, ANSWER_SHORT)
        more = QUERY_WORDS if is_query else ANSWER_MORE
        explain(self._hint, more)
        self._accept.setText("Send" if is_query else "Change text")
        self._accept.setAccessibleName("Send the changed message" if is_query else "Change the text of the answer")
        keys = "Enter accepts, Shift and Enter starts a new line, Escape cancels"
        self.edit.setAccessibleDescription(f"{more}. {keys}")
        self.edit.setPlainText(self.drafts.get((turn, is_query), text))
        self.edit.moveCursor(QTextCursor.MoveOperation.End)
        self.show()
        self.raise_()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def fit(self, wide_px: int, room_px: int) -> None:
        """Takes no more than `room_px` where that is enough for one line and the buttons, in a width of `wide_px`."""
        self._wide_px, self._room_px = wide_px, room_px
        self._place_hint()
        self.edit.limit_height(room_px - (self.sizeHint().height() - self.edit.height()))

    @property
    def least_px(self) -> int:
        """Its height with one line, and the buttons below it."""
        margins = self._column.contentsMargins()
        around = margins.top() + margins.bottom() + 2 * self.frameWidth() + self._column.spacing()
        buttons = max(self._cancel.sizeHint().height(), self._accept.sizeHint().height())
        return around + self.edit.height_of(1) + buttons

    def _place_hint(self) -> None:
        """Beside the buttons, or in a line of its own; where it has no room in either, in short words or not at all:
        the tooltip and what is said of the field have all of it."""
        self._hint.ensurePolished()
        margins = self._column.contentsMargins()
        line = self._wide_px - margins.left() - margins.right() - 2 * self.frameWidth()
        beside = line - self._cancel.sizeHint().width() - self._accept.sizeHint().width() - 2 * GAP_PX
        above = self._hint.sizeHint().height() + self._foot.verticalSpacing()
        has_line = self.least_px + above <= self._room_px
        words_px, short_px = map(self._hint.fontMetrics().horizontalAdvance, (self._words, self._short))
        is_above = words_px > beside and has_line and (words_px <= line or not self._short)
        words = self._words if is_above or words_px <= beside or not self._short else self._short
        if words != self._hint.text():
            self._hint.setText(words)
        self._hint.setVisible(is_above or not self._short or min(words_px, short_px) <= beside)
        if is_above != self._is_above:
            self._is_above = is_above
            self._foot.removeWidget(self._hint)
            self._foot.addWidget(self._hint, *((0, 0, 1, 3) if is_above else (1, 0)))

    @Slot(str)
    def say(self, sentence: str) -> None:
        """Shows why a text was not taken, nor what was pasted; what was there stays."""
        self._words, self._short = sentence, ""  # seen as far as there is room
        explain(self._hint, sentence)
        self._place_hint()
        self.resized.emit()
        announce(self, sentence)

    def finish(self) -> None:
        """The text was taken."""
        self.drafts.pop((self._turn, self._is_query), None)
        self._close()

    @Slot()
    def cancel(self) -> None:
        """Leaves the message as it was; what was typed is kept for the next time."""
        if self._turn:
            self.drafts = self.unsent
            self._close()

    def _close(self) -> None:
        self._turn = 0
        self.closed.emit()
        self.hide()  # after the receiver took the focus, or Qt gives it to the next widget

    @Slot()
    def _send(self) -> None:
        text = self.edit.toPlainText()
        if not is_seen(text):
            self.say("Write something first.")
        elif text == self._original:
            self.cancel()
        else:
            self.accepted.emit(self._turn, self._is_query, text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self.cancel()
                return True
        return False

    def event(self, event: QEvent) -> bool:
        result = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest and self.isVisible():
            self.resized.emit()
        return result
