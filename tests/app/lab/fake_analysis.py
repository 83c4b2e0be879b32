"""An analyst without a model: it answers at the next round of the event loop, or when it is told to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.engine.analysis.findings import (
    CONDITIONS,
    Comparison,
    Finding,
    Influence,
    Origin,
    Paired,
    ProbeAnswer,
    ProbeResult,
    ProbeRow,
    Reads,
    ReplyText,
    Synthetic,
)
from app.engine.analysis.inquiries import (
    AskComparison,
    AskEdited,
    AskInfluence,
    AskMix,
    AskPaired,
    AskProbe,
    AskReads,
    Inquiry,
    TurnMemory,
)
from app.models.memory_history import MemoryHistory
from rxt.events import frozen_array

ORIGINAL = "Your name is Alice and you live in Paris."
EDITED = "Your name is Bob and you live in Rome."


def reply_text(text: str) -> ReplyText:
    """Every word is a token."""
    spans, start = [], 0
    for word in text.split(" "):
        stop = start + len(word) + (1 if start else 0)
        spans.append((start, min(stop, len(text))))
        start = stop
    return ReplyText(text, tuple(spans), "eos")


def paired(turn: int, slots: int = 6) -> Paired:
    """The name changes with the edit; with the control nothing does."""
    original = reply_text(ORIGINAL)
    random = np.random.default_rng(4)
    change = -np.abs(random.normal(0.2, 0.2, len(original.spans)))
    change[3], change[8] = -4.2, -2.9
    control = random.normal(0, 0.12, len(original.spans))
    return Paired(
        turn, "zeroed", slots, slots, original, None, reply_text(EDITED), reply_text(ORIGINAL), 3, None,
        frozen_array(change), frozen_array(control),
    )  # fmt: skip


class FakeAnalysis(QObject):
    """The signals and methods of an AnalysisSource. asked: every inquiry; is_held: they wait for `release`."""

    found = Signal(int, object)
    refused = Signal(int, str)
    progressed = Signal(int, float)
    origin_changed = Signal()

    def __init__(self, history: MemoryHistory) -> None:
        super().__init__()
        self._history = history
        self.asked: list[Inquiry] = []
        self.cancelled: list[int] = []
        self.refusal = ""
        self.is_held = False
        self._open: dict[int, Inquiry] = {}
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._answer_all)

    @property
    def origin(self) -> Origin | None:
        initial = self._history.initial
        return None if initial is None else Origin("mneme-tiny", "f" * 64, initial, self._history.records)

    def inquire(self, inquiry: Inquiry) -> int:
        self.asked.append(inquiry)
        ticket = len(self.asked)
        self._open[ticket] = inquiry
        if not self.is_held:
            self._timer.start()
        return ticket

    def is_asked(self, ticket: int) -> bool:
        return ticket in self._open

    def cancel(self, ticket: int) -> None:
        if self._open.pop(ticket, None) is not None:
            self.cancelled.append(ticket)

    def release(self) -> None:
        """Answers what is waiting, now."""
        self._answer_all()

    def tell_progress(self, share: float) -> None:
        for ticket in self._open:
            self.progressed.emit(ticket, share)

    def _answer_all(self) -> None:
        for ticket in list(self._open):
            inquiry = self._open.pop(ticket)
            finding = None if self.refusal else self.finding(inquiry)
            if finding is None:
                self.refused.emit(ticket, self.refusal or "Nobody knows that here.")
            else:
                self.found.emit(ticket, finding)

    def finding(self, inquiry: Inquiry) -> Finding | None:
        """The answer to an inquiry of the lab; None to any other."""
        initial = self._history.initial
        assert initial is not None
        shape = initial.layers, initial.slots
        makers: dict[type, Callable[..., Finding]] = {
            AskReads: lambda: _reads(inquiry.turn, shape),
            AskPaired: lambda: paired(inquiry.turn, int(inquiry.edit.slots.sum())),
            AskInfluence: lambda: _influence(len(self._history.records)),
            AskProbe: lambda: _probe(inquiry, self._history),
            AskComparison: lambda: _comparison(inquiry, shape),
            AskMix: lambda: Synthetic(inquiry.path, inquiry.title, "e" * 64),
            AskEdited: lambda: Synthetic(inquiry.path, inquiry.title, "e" * 64),
        }
        maker = makers.get(type(inquiry))
        return maker() if maker is not None else None


def _reads(turn: int, shape: tuple[int, int]) -> Reads:
    answer = reply_text(ORIGINAL)
    weights = np.random.default_rng(1).random((len(answer.spans), *shape)) ** 8
    weights[:, :, 7] += 2
    weights /= weights.sum(axis=-1, keepdims=True)
    sources = np.full((len(answer.spans), turn + 1), 1 / (turn + 1))
    return Reads(turn, answer.text, answer.spans, frozen_array(weights), frozen_array(sources))


def _influence(turns: int) -> Influence:
    matrix = -np.abs(np.random.default_rng(2).normal(0.2, 0.4, (turns, turns)))
    matrix[np.tril_indices(turns)] = np.nan
    return Influence(frozen_array(matrix))


def _probe(inquiry: AskProbe, history: MemoryHistory) -> ProbeResult:
    rows = []
    labels = ("all",) if inquiry.questions is not None else tuple(str(count) for count in (1, 2, 3, 4, 6, 8))
    for place, label in enumerate(labels):
        for condition in CONDITIONS:
            share = max(0.0, 1 - 0.1 * place) if condition == "as it is" else 0.08
            interval = max(0.0, share - 0.12), min(1.0, share + 0.12)
            rows.append(ProbeRow(label, condition, 16, round(16 * share), share, interval))
    if inquiry.questions is None:
        return ProbeResult(inquiry.kind, "turns since it was told", tuple(rows), note="Shuffled: another conversation.")
    answers = tuple(
        ProbeAnswer(question, expected, f"It is {expected}.", number % 2 == 0)
        for number, (question, expected) in enumerate(inquiry.questions)
    )
    turn = history.last_turn if inquiry.turn is None else inquiry.turn
    return ProbeResult("questions", "list", tuple(rows), answers, memory=history.memory_after(turn))


def _comparison(inquiry: AskComparison, shape: tuple[int, int]) -> Comparison:
    """The earlier A is, the nearer all numbers are to each other."""
    random = np.random.default_rng(3)
    spread = (inquiry.a.turn + 2) / 6 if isinstance(inquiry.a, TurnMemory) else 1.0
    a, b = (8 + 0.4 * spread * random.standard_normal(shape) for _ in range(2))
    difference = spread * np.abs(random.standard_normal(shape)) ** 3
    order = np.argsort(-difference, axis=None)[:50]
    changed = tuple((int(place // shape[1]), int(place % shape[1])) for place in order)
    cosine = 1 - spread * difference / difference.max()
    return Comparison(
        "turn 5", "turn 2", frozen_array(a), frozen_array(b), frozen_array(difference), frozen_array(cosine),
        frozen_array(cosine.mean(axis=1)), changed, "a" * 64, "b" * 64,
    )  # fmt: skip
