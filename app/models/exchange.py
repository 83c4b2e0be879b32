"""One turn as the transcript shows it: two messages, how far it came, and what of it is in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, assert_never

from app.models.memory_status import MemoryStatus, TurnPhase, status_of
from rxt.events import FinishReason, TurnMetrics, TurnRecord


class TurnState(StrEnum):
    """How far a turn came."""

    READING = "reading"
    ANSWERING = "answering"
    ANSWERED = "answered"
    WRITING = "writing memory"
    IN_MEMORY = "in memory"
    NOT_IN_MEMORY = "not in memory"

    @property
    def is_final(self) -> bool:
        return self in (TurnState.IN_MEMORY, TurnState.NOT_IN_MEMORY)


class TurnToShow(Protocol):
    """A stored turn, as the transcript reads it."""

    @property
    def id(self) -> int: ...
    @property
    def versions(self) -> tuple[int, ...]: ...
    @property
    def query(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def record(self) -> TurnRecord | None: ...
    @property
    def memory(self) -> MemoryStatus: ...
    @property
    def reason(self) -> FinishReason | None: ...
    @property
    def error(self) -> str: ...


@dataclass(slots=True)
class Exchange:
    """One turn.

    turn: its place in the memory history, None until it is in memory. id: of the turn in the store, 0 where it is not
    stored (yet). versions: the ids of all turns in its place, itself included, in the order they were made.
    is_edited: its text was changed after it was written.
    """

    query: str
    answer: str = ""
    state: TurnState = TurnState.READING
    reason: FinishReason | None = None
    metrics: TurnMetrics | None = None
    turn: int | None = None
    error: str = ""
    id: int = 0
    versions: tuple[int, ...] = ()
    is_edited: bool = False

    @classmethod
    def stored(cls, turn: TurnToShow) -> Exchange:
        record = turn.record
        exchange = cls(
            turn.query,
            turn.answer,
            TurnState.NOT_IN_MEMORY,
            turn.reason,
            error=turn.error,
            id=turn.id,
            versions=turn.versions,
            is_edited=turn.memory == "edited",
        )
        if record is not None:
            exchange.state, exchange.turn = TurnState.IN_MEMORY, record.turn
            exchange.reason, exchange.metrics = record.reason, record.metrics
        return exchange

    @property
    def status(self) -> MemoryStatus | None:
        """What of it is in memory; None while it is under way."""
        if not self.state.is_final:
            return None
        phase: TurnPhase = "remembered" if self.state is TurnState.IN_MEMORY else "replied"
        return status_of(phase, self.reason, self.is_edited)

    @property
    def version(self) -> int:
        """Which of its versions this is, from 1; 0 where it is not stored (yet)."""
        return self.versions.index(self.id) + 1 if self.id in self.versions else 0

    @property
    def can_edit(self) -> bool:
        """Whether it can be edited, answered again, forgotten or left by a fork: it is stored and over."""
        return self.id > 0 and self.state.is_final

    @property
    def caption(self) -> str:
        """The muted line under the answer."""
        match self.state:
            case TurnState.READING | TurnState.WRITING:
                return f"{self.state.value}…"
            case TurnState.ANSWERING | TurnState.ANSWERED:
                return "answering…"
            case TurnState.IN_MEMORY | TurnState.NOT_IN_MEMORY:
                return " · ".join([*self._ending(), *(measures(self.metrics) if self.metrics else ())])
            case _:
                assert_never(self.state)

    def _ending(self) -> Iterable[str]:
        if self.reason == "stopped":
            yield "stopped"
        if self.reason == "length":
            yield "ended at the length limit"


def duration(seconds: float) -> str:
    """Seconds in words: 0.4 ms, 12 ms, 1.3 s."""
    if seconds < 0.00095:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def measures(metrics: TurnMetrics) -> tuple[str, ...]:
    """The measures of a turn that a reader cares about, in words."""
    first_s, speed = metrics.first_token_s, metrics.tokens_per_s
    return (
        *((f"first token {duration(first_s)}",) if first_s else ()),
        *((f"{speed:,.0f} tok/s" if speed >= 9.95 else f"{speed:.1f} tok/s",) if speed is not None else ()),
        f"memory written in {duration(metrics.memory_s)}",
    )
