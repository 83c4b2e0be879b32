"""One turn: its events are passed on in order, each after what it tells has been saved.

The reader stops a turn with a flag, not with a command: the flag is looked at between two tokens.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.engine.messages import StoredTurn
from app.engine.reports import Report, TurnRejected
from app.models.memory_status import status_of
from rxt.events import (
    AnswerFinished,
    Event,
    FailurePhase,
    MemoryWriting,
    MemoryWritten,
    TokenEmitted,
    TurnFailed,
    TurnStarted,
)

if TYPE_CHECKING:
    from app.engine.journal import Journal, TurnEntry
    from app.engine.library import Session
    from app.models.memory_status import OnStop
    from rxt.events import TurnRecord

DRAFT_S = 1.0
"""How much of a streaming answer a crash may cost."""
_log = logging.getLogger(__name__)


class Turn:
    """Runs one turn of `session`, saves it in `journal` and hands every event to `post`.

    stop: set from any thread to end the answer after the token that is being computed, also before the first. on_stop:
    asked at the end of the answer, so that what was chosen while it was given counts.
    has_raised: whether the session raised, so that it should not be used any more. is_rejected: whether the text went
    back to its writer. result: how far the turn has come, as it is stored, but for its id and versions.
    """

    def __init__(
        self,
        session: Session,
        journal: Journal,
        entry: TurnEntry,
        stop: threading.Event,
        on_stop: Callable[[], OnStop],
        post: Callable[[Report], None],
    ) -> None:
        self._session = session
        self._journal = journal
        self._entry = entry
        self._stop = stop
        self._on_stop = on_stop
        self._post = post
        self._phase: FailurePhase = "reading"
        self._started = False
        self._answer: list[str] = []
        self._drafted_s = time.monotonic()
        self.has_raised = False
        self.is_rejected = False
        self.result = StoredTurn("", "", "pending", None)

    def run(self, text: str) -> None:
        """Asks `text` and returns when the turn is over: with an event or a rejection, whatever the model does."""
        number = len(self._session.turns)
        self.result = replace(self.result, query=text)
        try:
            for event in self._session.ask(text):
                if self._stop.is_set():
                    self._session.stop()
                self._follow(event, text)
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception, and the thread must live
            _log.exception("the model failed in turn %d", number)
            if self.result.phase == "remembered":  # it is saved and in memory: whoever heard of it failed, not the turn
                return
            self.has_raised = True
            self._follow(TurnFailed(number, self._phase, _sentence(error)), text)

    def _follow(self, event: Event, text: str) -> None:
        match event:
            case TurnStarted():
                self._started = True
            case TokenEmitted():
                self._phase = "answering"
                self._answer.append(event.text)
                self._draft()
            case AnswerFinished():
                self._phase = "answering"
                self._session.on_stop = self._on_stop()  # it is looked at next
                self._journal.reply(self._entry, event.answer, event.reason)
                self.result = replace(self.result, answer=event.answer, phase="replied", reason=event.reason)
            case MemoryWriting():
                self._phase = "writing"
            case MemoryWritten():
                self._journal.remember(self._entry, event.record, self._session.memory)
                self.result = _remembered(event.record)
            case TurnFailed(phase="reading"):
                self._reject(event, text)
                return
            case TurnFailed():
                if self._answer and self.result.phase == "pending":
                    self._journal.draft(self._entry, "".join(self._answer))
                    self.result = replace(self.result, answer="".join(self._answer))
                self._journal.fail(self._entry, event.message)
                self.result = replace(self.result, error=event.message)
        self._post(event)

    def _reject(self, event: TurnFailed, text: str) -> None:
        """The text goes back to its writer, so it is no turn; the event is told only to who heard of its beginning."""
        self.is_rejected = True
        self._journal.discard(self._entry)
        if self._started:
            self._post(event)
        self._post(TurnRejected(text, event.message))

    def _draft(self) -> None:
        now_s = time.monotonic()
        if now_s - self._drafted_s >= DRAFT_S:
            self._drafted_s = now_s
            self._journal.draft(self._entry, "".join(self._answer))


def _remembered(record: TurnRecord) -> StoredTurn:
    """A turn that is in memory."""
    status = status_of("remembered", record.reason, edited=False)
    return StoredTurn(record.query, record.answer, "remembered", record, memory=status, reason=record.reason)


def _sentence(error: BaseException) -> str:
    return f"The model failed ({type(error).__name__}: {error}). Its memory is what it was before this turn."
