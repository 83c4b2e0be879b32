"""The nouns of the store: a conversation, its turns and the nodes of its tree, as frozen values.

Letters: L memory layers, S slots, D width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.models.memory_status import MemoryStatus, TurnPhase, status_of

if TYPE_CHECKING:
    from rxt.events import FinishReason, Sampling, TurnRecord

Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A stored conversation.

    model, fingerprint: the model it was held with, its name and the SHA-256 of its configuration.
    shape: of its memory, (L, S, D).
    initial_seed: of the memory it started from; None where that came from elsewhere, which `origin` then names.
    initial_memory: SHA-256 of the memory it started from. origin_turns: turns that memory had already lived through.
    turns: how many turns lie on the path to its tip. created, updated: seconds since the epoch, for display only.
    tip: the turn where its path ends; None: at the memory it started from.
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
    pinned: bool
    tip: int | None


@dataclass(frozen=True, slots=True)
class Node:
    """A turn in the tree of its conversation, without its numbers.

    number: how many turns before it on its path are in memory. query, answer: their first PREVIEW_LENGTH characters.
    reason: why the answer ended, None while it has not. created: seconds since the epoch, for display only.
    forgotten: it was taken out of memory. edited: the answer that is shown is not the one that was written.
    """

    id: int
    parent: int | None
    number: int
    query: str
    answer: str
    phase: TurnPhase
    reason: FinishReason | None
    error: str
    created: float
    forgotten: bool
    edited: bool

    @property
    def memory_status(self) -> MemoryStatus:
        return status_of(self.phase, self.reason, self.edited)


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """A stored turn.

    phase: "pending": the question is saved; "replied": the answer too; "remembered": and it is in memory.
    record: only of a remembered turn; its answer is the one that was written to memory.
    answer: the one that is shown. error: why the turn ended early, "" where it did not.
    parent: the turn before it, None at a first. versions: the ids of all turns with that parent, by id, itself too.
    number, reason, created, forgotten, edited: as of Node. memory_before: SHA-256 of the memory that it read.
    """

    id: int
    parent: int | None
    number: int
    query: str
    answer: str
    phase: TurnPhase
    record: TurnRecord | None
    error: str
    reason: FinishReason | None
    sampling: Sampling
    memory_before: str
    created: float
    forgotten: bool
    edited: bool
    versions: tuple[int, ...]

    @property
    def memory_status(self) -> MemoryStatus:
        return status_of(self.phase, self.reason, self.edited)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be read of a damaged database and is in the new one.

    turns: with their texts; text_only: how many of them lost their place in memory. memories: with their bytes.
    """

    conversations: int
    turns: int
    text_only: int
    memories: int
