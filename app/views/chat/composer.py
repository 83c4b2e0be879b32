"""Where a message is written and sent from. It never loses a word, and no word in it widens the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.models.outbox import Outbox, Submission
from app.models.phase import Phase
from app.theme import GAP_PX, PADDING_PX
from app.views.chat.message_edit import MessageEdit
from app.views.elided import ElidedButton, ElidedLabel
from app.views.key_button import native
from app.views.labels import button, dressed, restyle
from app.views.spoken import announce

if TYPE_CHECKING:
    from app.actions.table import Actions
    from app.models.settings import Preferences, Settings
    from app.views.icons import Icons

HINT_MS = 4_000

HINTS = {
    Submission.EMPTY: "Write something first.",
    Submission.FULL: "One message already waits.",
    Submission.NO_MODEL: "No model is open yet.",
}
SEND, QUEUE, STOP = "Send", "Queue", "Stop"
LEFT_AND_RIGHT_PX = PADDING_PX - 4, GAP_PX
STOP_WORD_FROM_PX = 400  # in less the icon stands alone
ICON_ALONE_PX = 42  # what is left of the choice of answers where there is no room
SENT_LATER, KEPT = "sent when ready", "kept until it is open"


class QueuedMessage(QFrame):
    """The message that waits, with a way to take it back."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "queued")
        self.setObjectName("queuedMessage")
        self._text, self._fate = "", SENT_LATER
        self._label = ElidedLabel()
        self.cancel = button("Take back", "link", name="Take the waiting message back")
        self.cancel.setObjectName("cancelQueued")
        mark = button("", "icon", "ph.hourglass", icons, "Waiting", "muted")
        mark.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP_PX, 4, GAP_PX, 4)
        row.addWidget(mark)
        row.addWidget(self._label, 1)
        row.addWidget(self.cancel)
        self.hide()

    @Slot(str)
    def show_text(self, text: str) -> None:
        self._text = text
        self._label.setText(f"Will be {self._fate}: “{' '.join(text.split())[:400]}”")
        self.setVisible(bool(text))

    def show_fate(self, fate: str) -> None:
        """What becomes of the message."""
        self._fate = fate
        self.show_text(self._text)


class Composer(QFrame):
    """The text field with its buttons and the waiting message.

    Signals:
        writing(): the text changes, or is about to leave the field. submitted(): a message left the field.
        refused(sentence): something could not be pasted.
    """

    writing = Signal()
    submitted = Signal()
    refused = Signal(str)

    def __init__(
        self, outbox: Outbox, settings: Settings, actions: Actions, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._outbox = outbox
        self._actions = actions
        self._phase = Phase.LOADING
        self._is_past = False
        self._fate = SENT_LATER
        self.setProperty("panel", "composer")
        self.edit = MessageEdit()
        self.queued = QueuedMessage(icons)
        self.sampling_button = dressed(
            ElidedButton(), "", "summary", "ph.sliders-horizontal", icons, "How answers are chosen", "muted"
        )
        self.sampling_button.setObjectName("samplingButton")
        self.sampling_button.setMinimumWidth(ICON_ALONE_PX)
        self.stop_button = button(STOP, "ghost", "ph.stop-fill", icons, STOP, "danger")
        self.stop_button.setObjectName("stopButton")
        self.send_button = button(SEND, "primary", "ph.paper-plane-right", icons, "Send the message", "on_accent")
        self.send_button.setObjectName("sendButton")
        self._hint = ElidedLabel("caption")
        self._hint.setObjectName("composerHint")
        self._hint.setContentsMargins(4, 0, 0, 0)  # in line with the text that is typed
        self._hint.setMinimumWidth(1)  # the button before it makes way for it
        self._hint_timer = QTimer(self)
        self._hint_timer.setSingleShot(True)
        self._hint_timer.setInterval(HINT_MS)
        self._arrange()
        self._connect(settings)
        self._show_preferences(settings.preferences)
        self.show_phase(Phase.LOADING)

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP_PX)
        buttons.addWidget(self.sampling_button)
        buttons.addWidget(self._hint, 1)
        buttons.addWidget(self.stop_button)
        buttons.addWidget(self.send_button)
        column = QVBoxLayout(self)
        left, right = LEFT_AND_RIGHT_PX
        column.setContentsMargins(left, GAP_PX + 2, right, GAP_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self.queued)
        column.addWidget(self.edit)
        column.addLayout(buttons)
        self.setFocusProxy(self.edit)

    def _connect(self, settings: Settings) -> None:
        self.edit.submitted.connect(self.submit)
        self.edit.textChanged.connect(self.writing)
        self.edit.focus_changed.connect(self._show_focus)
        self.edit.refused.connect(self.refused)
        self.send_button.clicked.connect(self.submit)
        self.stop_button.clicked.connect(self._actions["stop"].trigger)
        self._actions["stop"].changed.connect(self._show_stop)
        self._actions["settings"].changed.connect(self._show_settings_key)
        self.sampling_button.clicked.connect(self._actions["settings"].trigger)
        self._hint_timer.timeout.connect(self._clear_hint)
        self._outbox.queue_changed.connect(self.queued.show_text)
        self._outbox.returned.connect(self.give_back)
        self.queued.cancel.clicked.connect(self._outbox.cancel)
        settings.changed.connect(self._show_preferences)
        self._show_stop()
        self._show_settings_key()

    @property
    def text(self) -> str:
        return self.edit.toPlainText()

    @property
    def unsent(self) -> str:
        """The message that was sent and is not accepted yet, the waiting one and the text."""
        return "\n".join(part for part in (self._outbox.in_flight, self._outbox.queued, self.text) if part)

    def set_text(self, text: str) -> None:
        """Replaces the text and puts the cursor behind it; it can be undone."""
        cursor = self.edit.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.edit.moveCursor(QTextCursor.MoveOperation.End)

    @Slot()
    def submit(self) -> None:
        """Hands the text to the outbox; what it does not take stays."""
        self.writing.emit()
        result = self._outbox.submit(self.text.rstrip("\n"))
        if result in (Submission.SENT, Submission.QUEUED):
            self.set_text("")
            self.hint("")
            self.submitted.emit()
        else:
            self.hint(HINTS[result])
        self.edit.setFocus()

    @Slot(str)
    def give_back(self, text: str) -> None:
        """Puts a message that was not sent in front of whatever was typed since."""
        typed = self.text
        self.set_text(f"{text}\n{typed}" if typed.strip() else text)

    @Slot(str)
    def hint(self, sentence: str) -> None:
        """Shows a short sentence for a moment; where it says something, it takes the summary's room."""
        self._hint.setText(sentence)
        self.sampling_button.setVisible(not sentence or self.sampling_button.hasFocus())
        self._hint_timer.start()
        if sentence:
            announce(self, sentence)

    @Slot()
    def _clear_hint(self) -> None:
        self.hint("")
        self._hint_timer.stop()

    def show_phase(self, phase: Phase, fate: str = SENT_LATER) -> None:
        """fate: what becomes of a message that is written while the engine is busy."""
        self._phase, self._fate = phase, fate
        waiting = phase.is_busy
        self.queued.show_fate(fate)
        self.send_button.setText(QUEUE if waiting else SEND)
        self.send_button.setAccessibleName(f"Queue: {fate}" if waiting else "Send the message")
        self.send_button.setToolTip(
            f"It is {fate}; now {phase.value} (Enter)" if waiting else "Send the message (Enter)"
        )
        self._show_placeholder()

    def show_past(self, is_past: bool) -> None:
        """Whether a message would go on from a past turn."""
        self._is_past = is_past
        self._show_placeholder()

    def _show_placeholder(self) -> None:
        fate = self._fate if self._phase.is_busy else "as a new branch" if self._is_past else ""
        short = f"{fate[0].upper()}{fate[1:]}…" if fate else ""
        self.edit.show_placeholder(f"Write a message… {fate}".rstrip(), short)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.stop_button.setText(STOP if self.width() >= STOP_WORD_FROM_PX else "")

    def showEvent(self, event: QShowEvent) -> None:
        """Both words of the send button take the same room, and nothing that comes and goes changes the least width:
        Qt would take what is missing from the panels beside the chat and never give it back."""
        super().showEvent(event)
        shown = self.send_button.text()
        widths = []
        for words in (SEND, QUEUE):
            self.send_button.setText(words)
            widths.append(self.send_button.sizeHint().width())
        self.send_button.setText(shown)
        self.send_button.setMinimumWidth(max(widths))
        word = self.stop_button.text()
        self.stop_button.setText("")
        parts = (self.sampling_button, self._hint, self.stop_button, self.send_button)
        least = [part.minimumWidth() or part.minimumSizeHint().width() for part in parts]
        self.stop_button.setText(word)
        around = 2 * self.frameWidth() + sum(LEFT_AND_RIGHT_PX)
        self.setMinimumWidth(sum(least) + (len(parts) - 1) * GAP_PX + around)

    @Slot()
    def _show_stop(self) -> None:
        """The button is there while there is something to stop; the menu always tells of it."""
        stop = self._actions["stop"]
        if not stop.isEnabled() and self.stop_button.hasFocus():
            self.edit.setFocus()
        self.stop_button.setEnabled(stop.isEnabled())
        self.stop_button.setVisible(stop.isEnabled())
        self.stop_button.setToolTip(stop.toolTip())

    @Slot(bool)
    def _show_focus(self, has_focus: bool) -> None:
        restyle(self, "active", "true" if has_focus else "false")

    @Slot(object)
    def _show_preferences(self, preferences: Preferences) -> None:
        sampling = preferences.sampling
        if sampling.temperature == 0:
            words = "Likeliest words"
        else:
            parts = [f"temperature {sampling.temperature:g}"]
            parts += [f"top-k {sampling.top_k}"] if sampling.top_k is not None else []
            parts += [f"top-p {sampling.top_p:g}"] if sampling.top_p is not None else []
            words = " · ".join([*parts, f"seed {sampling.seed}"])
        self.sampling_button.setText(words)
        self.sampling_button.setAccessibleName(f"How answers are chosen: {words}")

    @Slot()
    def _show_settings_key(self) -> None:
        keys = native(self._actions["settings"].shortcut().toString())
        self.sampling_button.setToolTip(f"How answers are chosen ({keys})")
