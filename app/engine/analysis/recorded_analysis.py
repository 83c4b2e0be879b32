"""A recording as a source of findings: the same signals as the live analyst, without a model and without torch.

What is not in the file is refused with a sentence. The file is read on the source's own thread.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.engine.analysis.findings import Finding, Origin, ProvenanceMap
from app.engine.analysis.inquiries import AskOrigin, AskProvenance, Inquiry
from app.engine.analysis.port import ThreadedAnalysis
from app.engine.analysis.provenance import provenance_of
from app.engine.analysis.recording import Recording, open_recording
from app.engine.refusal import RefusedError
from rxt.events import GateLaw
from rxt.inference.cancel import Cancelled

_UNGATED = GateLaw("none", "none", False)


class RecordedAnalysis(ThreadedAnalysis):
    """Answers from the recording at `path`.

    Signals:
        origin_changed(): the file was read; `origin` is what it holds.
        failed(message): it is not a recording that can be shown; every inquiry will be refused.
    """

    failed = Signal(str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(RecordingAnalyst, parent)
        self._path = path
        self._origin: Origin | None = None
        self._opening: int | None = None

    @property
    def origin(self) -> Origin | None:
        return self._origin

    def open(self) -> None:
        """Begins to read the file; origin_changed or failed follows."""
        if self._opening is None:
            self._opening = self.inquire(AskOrigin())

    def _open(self) -> Path:
        return self._path

    def _hand_out(self, ticket: int, finding: Finding) -> None:
        if ticket == self._opening and isinstance(finding, Origin):
            self._origin = finding
            self.origin_changed.emit()
        else:
            super()._hand_out(ticket, finding)

    def _hand_back(self, ticket: int, message: str) -> None:
        if ticket == self._opening:
            self.failed.emit(message)
        else:
            super()._hand_back(ticket, message)


class RecordingAnalyst:
    """Answers from a file, which is read with the first inquiry."""

    def __init__(self) -> None:
        self._recording: Recording | None = None
        self._answers: dict[Inquiry, Finding] = {}

    def answer(
        self, inquiry: Inquiry, subject: Path, pause: Callable[[], bool], progress: Callable[[float], None]
    ) -> Finding | None:
        """Raises RefusedError for what the file does not hold, RecordingError and OSError where it cannot be read."""
        recording = self._recording
        if recording is None:
            try:
                recording = self._recording = open_recording(subject, pause)
            except Cancelled:
                return None
            self._answers = recording.answers()
        if isinstance(inquiry, AskOrigin):
            return recording.origin
        if isinstance(inquiry, AskProvenance):
            return _provenance(recording, inquiry)
        finding = self._answers.get(inquiry)
        if finding is None:
            raise RefusedError(
                "This recording does not hold that. Open the conversation with its model to have it computed."
            )
        return finding

    def forget(self) -> None:
        """It holds a file and no model."""


def _provenance(recording: Recording, inquiry: AskProvenance) -> ProvenanceMap:
    records, factors = recording.origin.records, recording.factors
    if factors is None:
        raise RefusedError("This recording does not say which turn wrote what.")
    turns = len(records) if inquiry.turn is None else inquiry.turn + 1
    if not 0 <= turns <= len(records):
        raise RefusedError(f"This recording has no turn {turns}.")
    stages = [records[0].gate(name) for name in ("interlayer", "write")] if records else []
    return provenance_of([_UNGATED if stage is None else stage.law for stage in stages], factors, turns)
