"""The way of a message from the composer to the engine: it goes now, waits for its turn, or comes back.

A typed line is never lost: whatever is not accepted is handed back to the composer with `returned`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from app.models.phase import Phase
from app.models.visible import is_seen
from rxt.events import Event, MemoryWritten, TurnFailed, TurnStarted


class Submission(Enum):
    """What became of a message."""

    EMPTY = auto()
    SENT = auto()
    QUEUED = auto()
    FULL = auto()
    NO_MODEL = auto()


class Outbox(QObject):
    """Sends a message when the engine is ready; holds at most one until then.

    Signals:
        send(text): the engine shall answer this now.
        queue_changed(text): the waiting message, empty where none waits.
        returned(text): a message that was not sent after all and belongs in the composer again.
    """

    send = Signal(str)
    queue_changed = Signal(str)
    returned = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._phase = Phase.LOADING
        self._queued = ""
        self._in_flight = ""
        self._turn_is_open = False

    @property
    def queued(self) -> str:
        """The message that waits."""
        return self._queued

    @property
    def in_flight(self) -> str:
        """The message that was sent and not yet accepted."""
        return self._in_flight

    def submit(self, text: str) -> Submission:
        """Sends `text`, or lets it wait. SENT and QUEUED take the text; all else leaves it with the caller."""
        if not is_seen(text):
            return Submission.EMPTY
        if self._phase is Phase.NO_MODEL:
            return Submission.NO_MODEL
        if self._queued:
            return Submission.FULL
        if self._can_send():
            self._send(text)
            return Submission.SENT
        self._set_queued(text)
        return Submission.QUEUED

    def set_phase(self, phase: Phase) -> None:
        """The engine does something else now."""
        self._phase = phase
        if phase is Phase.READY and not self._in_flight:
            self._turn_is_open = False
        if phase is Phase.NO_MODEL:
            self.take_back()
        self._send_queued()

    def follow(self, events: Sequence[Event]) -> None:
        """A sent message was accepted once its turn has started; a failed turn returns the waiting message."""
        for event in events:
            if isinstance(event, TurnStarted):
                self._in_flight = ""
                self._turn_is_open = True
            elif isinstance(event, MemoryWritten):
                self._turn_is_open = False
            elif isinstance(event, TurnFailed):
                self._turn_is_open = False
                self.cancel()
        self._send_queued()

    def hold(self, text: str) -> None:
        """A text went to the engine on another way, in the place of an earlier message; it is kept until a turn begins
        with it or it comes back."""
        self._in_flight = text

    def refused(self) -> None:
        """The engine did not take the sent message and gave it back itself."""
        self._in_flight = ""

    def cancel(self) -> None:
        """Returns the waiting message."""
        text = self._queued
        if text:
            self._set_queued("")
            self.returned.emit(text)

    def take_back(self) -> bool:
        """Returns everything that was not accepted: the model or the conversation is another now.

        Whether there was something.
        """
        text, self._in_flight = self._in_flight, ""
        self._turn_is_open = False
        was_something = bool(text or self._queued)
        if text:
            self.returned.emit(text)
        self.cancel()
        return was_something

    def _can_send(self) -> bool:
        return self._phase is Phase.READY and not self._in_flight and not self._turn_is_open

    def _send(self, text: str) -> None:
        self._in_flight = text
        self.send.emit(text)

    def _send_queued(self) -> None:
        if self._queued and self._can_send():
            text = self._queued
            self._set_queued("")
            self._send(text)

    def _set_queued(self, text: str) -> None:
        self._queued = text
        self.queue_changed.emit(text)
