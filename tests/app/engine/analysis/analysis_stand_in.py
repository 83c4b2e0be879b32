"""An analyst without torch, which does as a test tells it, and subjects without a model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from PySide6.QtCore import QObject, Slot

from app.engine.analysis.findings import Finding, Influence
from app.engine.analysis.inquiries import Inquiry
from app.engine.analysis.port import AnalysisSource
from app.engine.analysis.subject import Subject
from rxt.events import frozen_array
from tests.app.inspector.synthetic import conversation

NOTHING = Influence(frozen_array(np.zeros((0, 0))))


@dataclass
class StandIn:
    """Takes `steps` steps for each inquiry and asks whether to go on before each. begun, ended: what it did, in order.

    at_step: called with the inquiry and the step. wrong: raised after the steps. goes: cleared, it stops at its step
    until it is set, as native code does that nobody can stop. forgot: how often another model was open.
    """

    steps: int = 3
    at_step: Callable[[Inquiry, int], object] = lambda inquiry, step: None
    wrong: BaseException | None = None
    begun: list[Inquiry] = field(default_factory=list)
    ended: list[Inquiry] = field(default_factory=list)
    called_off: list[Inquiry] = field(default_factory=list)
    goes: threading.Event = field(default_factory=threading.Event)
    forgot: int = 0

    def __post_init__(self) -> None:
        self.goes.set()

    def answer(
        self, inquiry: Inquiry, subject: Any, pause: Callable[[], bool], progress: Callable[[float], None]
    ) -> Finding | None:
        self.begun.append(inquiry)
        for step in range(self.steps):
            if pause():
                self.called_off.append(inquiry)
                return None
            self.at_step(inquiry, step)
            self.goes.wait(10)
            progress((step + 1) / self.steps)
        if self.wrong is not None:
            raise self.wrong
        self.ended.append(inquiry)
        return NOTHING

    def forget(self) -> None:
        self.forgot += 1


class Heard(QObject):
    """What a source signalled, in order."""

    def __init__(self, source: AnalysisSource) -> None:
        super().__init__()
        self.found: list[tuple[int, Finding]] = []
        self.refused: list[tuple[int, str]] = []
        self.progressed: list[tuple[int, float]] = []
        self.origins = 0
        source.found.connect(self._on_found)
        source.refused.connect(self._on_refused)
        source.progressed.connect(self._on_progressed)
        source.origin_changed.connect(self._on_origin)

    @Slot(int, object)
    def _on_found(self, ticket: int, finding: Finding) -> None:
        self.found.append((ticket, finding))

    @Slot(int, str)
    def _on_refused(self, ticket: int, message: str) -> None:
        self.refused.append((ticket, message))

    @Slot(int, float)
    def _on_progressed(self, ticket: int, share: float) -> None:
        self.progressed.append((ticket, share))

    @Slot()
    def _on_origin(self) -> None:
        self.origins += 1


LOADED = cast("Any", object())


def subject(turns: int, slots: int = 32, loaded: Any = LOADED) -> Subject:
    """A path of so many turns; paths with as many slots begin with the same turns."""
    initial, records = conversation(8, slots=slots)
    return Subject(loaded, cast("Any", initial), initial, records[:turns])
