"""The analyst's face on the main thread: questions go in, findings come back as signals; every call returns at once.

The thread starts with the first question. While the engine is busy the analyst waits between two steps of its work, so
looking never slows an answer. What was asked about a path that is no longer open is called off, but not what needs the
model alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.engine.analysis.inquiries import AskProbe
from app.engine.analysis.subject import Subject
from app.engine.analysis.thread import AnalysisThread, Analyst, Found, Job, Refused, open_analyst
from app.models.phase import Phase

if TYPE_CHECKING:
    from pathlib import Path

    from app.engine.analysis.findings import Finding, Origin
    from app.engine.analysis.inquiries import Inquiry
    from app.engine.port import EnginePort

SHUTDOWN_MS = 2000


class AnalysisSource(QObject):
    """Answers inquiries: live (AnalysisPort), or from a file (app.engine.analysis.recorded_analysis).

    Signals:
        found(ticket, Finding): the answer. Each ticket ends with found or refused, unless it was cancelled or what it
            was about is no longer open; then nothing more is heard of it.
        refused(ticket, message): there is no answer; a sentence says why.
        progressed(ticket, share): of long inquiries, 0 to 1.
        origin_changed(): another path is open, or the open one has grown; see `origin`.
    """

    found = Signal(int, object)
    refused = Signal(int, str)
    progressed = Signal(int, float)
    origin_changed = Signal()

    @property
    def origin(self) -> Origin | None:
        """The model, the initial memory and the records that inquiries are about; None where nothing is open."""
        raise NotImplementedError

    def inquire(self, inquiry: Inquiry) -> int:
        """Asks; the ticket is in the signal that answers, which never comes before this returns."""
        raise NotImplementedError

    def is_asked(self, ticket: int) -> bool:
        """Whether an answer is still to come."""
        raise NotImplementedError

    def cancel(self, ticket: int) -> None:
        """Calls an inquiry off; unknown and finished tickets are ignored."""
        raise NotImplementedError


class ThreadedAnalysis(AnalysisSource):
    """A source with a thread of its own, which starts with the first inquiry."""

    def __init__(self, opening: Callable[[], Analyst], parent: QObject | None = None) -> None:
        """opening: gives who answers; called on the thread with the first inquiry."""
        super().__init__(parent)
        self._jobs: dict[int, Job] = {}
        self._tickets = 0
        self._is_left = False
        self._ended: bool | None = None
        self._thread = AnalysisThread(opening)  # no parent: it must be able to outlive this
        self._thread.reported.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        return bool(self._jobs)

    def inquire(self, inquiry: Inquiry) -> int:
        self._tickets += 1
        job = Job(self._tickets, inquiry, self._open())
        if not self._is_left:
            self._jobs[job.ticket] = job
            self._thread.give(job)
        return job.ticket

    def is_asked(self, ticket: int) -> bool:
        return ticket in self._jobs

    def cancel(self, ticket: int) -> None:
        job = self._jobs.pop(ticket, None)
        if job is not None:
            job.cancel()
            self._thread.wake()

    def leave(self) -> AnalysisThread:
        """Calls everything off and has the thread end, without waiting for it; nothing is signalled any more.

        The caller keeps the thread until it has `finished`: one that still works must not be destroyed.
        """
        if not self._is_left:
            self._is_left = True
            self._thread.reported.disconnect(self._deliver)
            for job in self._jobs.values():
                job.cancel()
            self._jobs.clear()
            self._thread.close()
        return self._thread

    def shutdown(self) -> bool:
        """Leaves and waits for the end of the thread.

        False where the thread does not end within SHUTDOWN_MS: it hangs in native code, so the process must leave with
        os._exit. Calling it again only repeats the answer.
        """
        thread = self.leave()
        if self._ended is None:
            self._ended = thread.ends_within(SHUTDOWN_MS)
        return self._ended

    def _open(self) -> Subject | Path | None:
        """What inquiries are about now."""
        raise NotImplementedError

    @Slot()
    def _deliver(self) -> None:
        if self._is_left:  # posted before the end
            return
        for report in self._thread.reports():
            job = self._jobs.get(report.ticket)
            if job is None:  # cancelled meanwhile
                continue
            if isinstance(report, Found):
                del self._jobs[report.ticket]
                self._hand_out(report.ticket, report.finding)
            elif isinstance(report, Refused):
                del self._jobs[report.ticket]
                self._hand_back(report.ticket, report.message)
            else:
                self.progressed.emit(report.ticket, report.share)

    def _hand_out(self, ticket: int, finding: Finding) -> None:
        self.found.emit(ticket, finding)

    def _hand_back(self, ticket: int, message: str) -> None:
        self.refused.emit(ticket, message)


class AnalysisPort(ThreadedAnalysis):
    """Answers by replaying finished turns with the loaded model."""

    def __init__(self, parent: QObject | None = None, *, opening: Callable[[], Analyst] = open_analyst) -> None:
        """opening: tests give an analyst without torch."""
        super().__init__(opening, parent)
        self._subject: Subject | None = None

    def follow(self, engine: EnginePort) -> None:
        """Works on what the engine has open, and waits while it is busy."""
        engine.subject_changed.connect(self.set_subject)
        engine.phase_changed.connect(self.set_phase)
        self.set_phase(engine.phase)

    @property
    def origin(self) -> Origin | None:
        return None if self._subject is None else self._subject.origin

    @Slot(object)
    def set_subject(self, subject: Subject | None) -> None:
        """Another path is open, or the open one has grown. What was asked of another one is called off."""
        former, self._subject = self._subject, subject
        for job in list(self._jobs.values()):
            if subject is None or not (subject.continues(job.subject) or _is_about_model(job, subject)):
                self.cancel(job.ticket)
        if former is not None and (subject is None or subject.loaded is not former.loaded):
            self._thread.forget()
        self.origin_changed.emit()

    @Slot(object)
    def set_phase(self, phase: Phase) -> None:
        """While the engine is busy, the analyst waits."""
        self._thread.hold(phase.is_busy)

    def _open(self) -> Subject | None:
        return self._subject


def _is_about_model(job: Job, subject: Subject) -> bool:
    """Whether a job needs nothing but the model of `subject`."""
    asked = job.subject
    is_played = isinstance(job.inquiry, AskProbe) and job.inquiry.is_played
    return is_played and isinstance(asked, Subject) and asked.loaded is subject.loaded
