"""The analyst's thread: takes questions one after another, waits while it is held, and never dies of one.

Every question is worked on in steps with `pause` called between them. There the thread waits while the engine is busy;
there a long question (a probe, a matrix) lets quick ones go first; and there it learns that it was called off.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QThread, Signal

from app.engine.analysis.inquiries import AskInfluence, AskProbe, AskRecording
from app.engine.refusal import RefusedError, sentence
from app.store.errors import StoreError
from rxt.errors import RxtError

if TYPE_CHECKING:
    from pathlib import Path

    from app.engine.analysis.findings import Finding
    from app.engine.analysis.inquiries import Inquiry
    from app.engine.analysis.subject import Subject

STACK_BYTES = 16 * 2**20
"""Some systems give a thread 512 kB, too little for torch."""
LONG = (AskInfluence, AskProbe, AskRecording)
_log = logging.getLogger(__name__)


class Analyst(Protocol):
    """Who answers. subject: what the inquiry is about, a Subject or the Path of a recording. `pause` is called between
    steps and may take its time; where it returns True the work is called off and None is the answer. `progress` is told
    shares from 0 to 1. `forget` is called when the model that was looked into is not open any more."""

    def answer(
        self, inquiry: Inquiry, subject: Any, pause: Callable[[], bool], progress: Callable[[float], None]
    ) -> Finding | None: ...

    def forget(self) -> None: ...


@dataclass(eq=False, slots=True)
class Job:
    """One inquiry about what was open when it was asked."""

    ticket: int
    inquiry: Inquiry
    subject: Subject | Path | None
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """From any thread; the thread that works on it must be woken where it may wait."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def is_long(self) -> bool:
        """Whether quick questions go first, even when it has begun."""
        return isinstance(self.inquiry, LONG)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    ticket: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Refused:
    ticket: int
    message: str


@dataclass(frozen=True, slots=True)
class Progressed:
    ticket: int
    share: float


Report = Found | Refused | Progressed


def open_analyst() -> Analyst:
    """The analyst with torch, imported on its own thread and set to compute on one core."""
    from app.engine.analysis.analyst import ModelAnalyst

    return ModelAnalyst()


class AnalysisThread(QThread):
    """Its `run` is a frame that refers to it, so one that hangs is never destroyed. But that must not be the last
    reference: a thread that drops it at its end destroys itself while it runs, and with it the process. So whoever
    closes it keeps it until it has `finished`, or leaves the process.

    Signals:
        reported(): reports() has something.
    """

    reported = Signal()

    def __init__(self, opening: Callable[[], Analyst] = open_analyst) -> None:
        super().__init__()
        self.setObjectName("analyst")
        self.setStackSize(STACK_BYTES)
        self._opening = opening
        self._analyst: Analyst | None = None
        self._changed = threading.Condition()
        self._quick: deque[Job] = deque()
        self._long: deque[Job] = deque()
        self._reports: deque[Report] = deque()
        self._is_held = False
        self._is_outdated = False
        self._is_closed = False

    # from the main thread

    def give(self, job: Job) -> None:
        """Queues a job; the first one starts the thread."""
        with self._changed:
            (self._long if job.is_long else self._quick).append(job)
            self._changed.notify_all()
        if not self.isRunning() and not self._is_closed:
            self.start(QThread.Priority.LowPriority)

    def hold(self, is_held: bool) -> None:
        """Whether the thread waits at its next step."""
        with self._changed:
            self._is_held = is_held
            self._changed.notify_all()

    def forget(self) -> None:
        """Another model is open: the analyst lets go of the former one before its next job, even while it is held."""
        with self._changed:
            self._is_outdated = True
            self._changed.notify_all()

    def wake(self) -> None:
        """A job was called off: the waiting thread looks again."""
        with self._changed:
            self._changed.notify_all()

    def reports(self) -> list[Report]:
        """What happened since the last call, in order."""
        return [self._reports.popleft() for _ in range(len(self._reports))]

    def close(self) -> None:
        """Has the thread end at its next step."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def ends_within(self, timeout_ms: int) -> bool:
        """Waits for the end of the thread; False where it does not come in time."""
        return not self.isRunning() or self.wait(timeout_ms)

    # on the thread

    def run(self) -> None:
        while (job := self._next()) is not None:
            self._work_on(job)
            del job  # it holds a model, and the next one may come in hours

    def _next(self) -> Job | None:
        """The next job, quick ones first, as soon as it may be worked on; None at the end."""
        while True:
            with self._changed:
                while not (self._is_closed or self._is_outdated or self._may_begin):
                    self._changed.wait()
                if self._is_closed:
                    return None
                if not self._is_outdated:
                    return (self._quick or self._long).popleft()
                self._is_outdated = False
            if self._analyst is not None:  # not under the lock: what is given back may be gigabytes
                self._analyst.forget()

    @property
    def _may_begin(self) -> bool:
        return not self._is_held and bool(self._quick or self._long)

    def _work_on(self, job: Job) -> None:
        if job.is_cancelled:
            return
        try:
            finding = self._answer(job)
        except (RefusedError, RxtError, StoreError, OSError, ValueError) as error:
            _log.info("%s was refused: %s", type(job.inquiry).__name__, error)
            self._report(Refused(job.ticket, sentence(error)))
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception, and the thread must live
            _log.exception("%s failed", type(job.inquiry).__name__)
            message = f"This could not be computed ({type(error).__name__}: {error}). Nothing was changed."
            self._report(Refused(job.ticket, message))
        else:
            if finding is not None and not job.is_cancelled:
                self._report(Found(job.ticket, finding))

    def _answer(self, job: Job) -> Finding | None:
        if job.subject is None:
            raise RefusedError("No model is open, so there is nothing to look into. Open one first (File).")
        if self._analyst is None:
            self._analyst = self._opening()
        last = -1.0

        def progress(share: float) -> None:
            nonlocal last
            if share >= last + 0.01:  # a hundred signals at most
                last = share
                self._report(Progressed(job.ticket, min(1.0, share)))

        return self._analyst.answer(job.inquiry, job.subject, lambda: self._pause(job), progress)

    def _pause(self, job: Job) -> bool:
        """Between two steps of a job: waits while held, lets quick jobs go first, and says whether it is called off."""
        while True:
            with self._changed:
                while self._is_held and not (self._is_closed or job.is_cancelled):
                    self._changed.wait()
                if self._is_closed or job.is_cancelled:
                    return True
                if not (job.is_long and self._quick):
                    return False
                quick = self._quick.popleft()
            self._work_on(quick)
            del quick

    def _report(self, report: Report) -> None:
        self._reports.append(report)
        if not self._is_closed:
            self.reported.emit()
