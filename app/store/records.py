"""The nouns of the store: a conversation and a turn, as frozen values.

Letters: L memory layers, S slots, D width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rxt.events import TurnRecord

TurnPhase = Literal["pending", "replied", "remembered"]
Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A stored conversation.

    model, fingerprint: the model it was held with, its name and the SHA-256 of its configuration.
    shape: of its memory, (L, S, D).
    initial_seed: of the memory it started from; None where that came from elsewhere, which `origin` then names.
    initial_memory: SHA-256 of the memory it started from. origin_turns: turns that memory had already lived through.
    turns: how many turns are stored. created, updated: seconds since the epoch, for display only.
    """

    id: int
    title: str
    model: str
    fingerprint: str
    shape: Shape
    initial_seed: int | None
    initial_memory: str
    origin: str
    origin_turns: int
    turns: int
    created: float
    updated: float


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """A stored turn.

    phase: "pending": the question is saved; "replied": the answer too; "remembered": and it is in memory.
    record: only of a remembered turn. error: why the turn ended early, "" where it did not.
    parent: the turn before it, None at the first.
    """

    id: int
    parent: int | None
    query: str
    answer: str
    phase: TurnPhase
    record: TurnRecord | None
    error: str
