"""An analyst without a model: findings that follow from the records' numbers, given when a test says so."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject

from app.engine.analysis.findings import Health, Origin, ProvenanceMap, ReadHeads, Reads, Similarity, Writes
from app.engine.analysis.inquiries import AskHealth, AskProvenance, AskReadHeads, AskReads, AskSimilarity, AskWrites
from app.engine.analysis.port import AnalysisSource
from app.models.memory_history import MemoryHistory
from rxt.events import frozen_array

HEADS = 2


def words_of(text: str) -> tuple[tuple[int, int], ...]:
    """A span a word, each with the space before it, as tokens have."""
    spans, start = [], 0
    for word in text.split(" "):
        end = start + len(word) + (1 if spans else 0)
        spans.append((start, end))
        start = end
    return tuple(spans)


def weights(seed: int, *shape: int) -> Any:
    """Attention weights: the last axis sums to 1."""
    raw = np.random.default_rng(seed).random(shape) ** 6
    return frozen_array(raw / raw.sum(axis=-1, keepdims=True))


class FakeAnalyst(AnalysisSource):
    """Answers when `answer` is called; `asked` holds everything that was ever asked, `cancelled` the tickets."""

    def __init__(self, history: MemoryHistory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = history
        self.asked: list[Any] = []
        self.open: dict[int, Any] = {}
        self.cancelled: list[int] = []
        self.is_fixed = False

    @property
    def origin(self) -> Origin | None:
        return None

    @property
    def is_busy(self) -> bool:
        return bool(self.open)

    def inquire(self, inquiry: Any) -> int:
        self.asked.append(inquiry)
        self.open[len(self.asked)] = inquiry
        return len(self.asked)

    def cancel(self, ticket: int) -> None:
        self.cancelled.append(ticket)
        self.open.pop(ticket, None)

    def answer(self) -> None:
        """Answers everything that is open."""
        while self.open:
            ticket, inquiry = self.open.popitem()
            self.found.emit(ticket, self.finding(inquiry))

    def refuse(self, message: str) -> None:
        while self.open:
            self.refused.emit(self.open.popitem()[0], message)

    def finding(self, inquiry: Any) -> Any:
        initial = self.history.initial
        assert initial is not None
        layers, slots = initial.layers, initial.slots
        match inquiry:
            case AskReads(turn):
                text = self.history.records[turn].answer
                spans = words_of(text)
                sources = weights(turn + 70, len(spans), turn + 1)
                return Reads(turn, text, spans, weights(turn, len(spans), layers, slots), sources, HEADS)
            case AskReadHeads(turn, asked):
                chosen = tuple(range(layers)) if asked is None else asked
                text = self.history.records[turn].answer
                spans = words_of(text)
                by_head = weights(turn + 9, len(spans), layers, HEADS, slots)[:, list(chosen)]
                return ReadHeads(turn, text, spans, frozen_array(by_head), chosen)
            case AskWrites(turn):
                record = self.history.records[turn]
                text = f"{record.query}{record.answer}"
                first = words_of(record.query)
                shift = len(record.query)
                spans = (*first, *((start + shift, end + shift) for start, end in words_of(record.answer)))
                return Writes(
                    turn, text, spans, len(first), weights(turn + 40, layers, slots, len(spans)),
                    frozen_array(np.full((layers, slots), 0.5)),
                )  # fmt: skip
            case AskProvenance(turn):
                count = self.history.last_turn if turn is None else turn
                shares = np.moveaxis(weights(5, layers, slots, count + 2), -1, 0)
                life = frozen_array(np.linspace(1, 4, layers))
                return ProvenanceMap(
                    count + 1, frozen_array(shares), life, frozen_array(np.full((layers, slots), 2.0)), "weight", 1e-7,
                    self.is_fixed, "",
                )  # fmt: skip
            case AskSimilarity(turn):
                vectors = np.random.default_rng(turn + 3).standard_normal((layers, slots, 8))
                vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
                rank = frozen_array(np.linspace(2, slots, layers))
                return Similarity(turn, frozen_array(vectors @ vectors.transpose(0, 2, 1)), rank)
            case AskHealth(turn):
                dead = np.zeros((layers, slots), dtype=bool)
                duplicate, saturated = dead.copy(), dead.copy()
                dead[0, 1] = duplicate[1, 2] = saturated[2, 3] = saturated[0, 1] = True
                ones = frozen_array(np.ones(layers))
                return Health(turn, dead, duplicate, saturated, ones, 3 * ones, "One slot is dead.")
        raise AssertionError(f"nobody expected {inquiry}")
