"""What the engine and the window say to each other besides the events of a turn: frozen values, no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from app.paths import RESOURCES

if TYPE_CHECKING:
    from app.models.memory_status import MemoryStatus, TurnPhase
    from rxt.events import FinishReason, FloatArray, GateLaw, GateName, MemorySummary, TurnRecord

MOST_FOUND = 200
"""Conversations that a search reports."""


class Saving(Enum):
    """Why something that was said is not saved. BEHIND: it waits, or is left out; ENDED: nothing more is saved."""

    BEHIND = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A loaded model.

    fingerprint: SHA-256 of its configuration, tokenizer and weights; interaction_length: tokens of query and answer;
    notes: what was assumed or ignored when it was opened, and what its tokenizer cannot read.
    """

    name: str
    source: str
    fingerprint: str
    layers: int
    slots: int
    width: int
    vocabulary: int
    interaction_length: int
    parameters: int
    device: str
    dtype: str
    variant: str
    gates: tuple[tuple[GateName, GateLaw], ...]
    notes: tuple[str, ...] = ()

    @property
    def memory_bytes(self) -> int:
        """What one memory takes, as float32."""
        return 4 * self.layers * self.slots * self.width

    @property
    def is_bundled(self) -> bool:
        """Whether it is the one that ships with the application."""
        return bool(self.source) and Path(self.source).is_relative_to(RESOURCES / "models")


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A snapshot file as the library shows it.

    created: ISO 8601, UTC. turns: turns it had lived through. origin: the conversation it was saved in. shape: (L, S,
    D). synthetic: it was made in the lab. norm: a small picture, the norms of its slots pooled; None where
    there is none (yet). problem: why the file cannot be used, as a sentence. sha256: of the memory's bytes.
    """

    path: Path
    title: str
    description: str
    model: str
    fingerprint: str
    created: str
    turns: int
    size_bytes: int
    origin: str = ""
    shape: tuple[int, int, int] = (0, 0, 0)
    synthetic: bool = False
    norm: FloatArray | None = field(default=None, compare=False)
    problem: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A line of the conversation list.

    updated: seconds since the epoch, for display only; order is by id. snippet: only of a search result, the words
    around what was found in one of its turns; "" where its title was found. fingerprint: of its model.
    """

    id: int
    title: str
    turns: int
    model: str
    updated: float
    pinned: bool = False
    snippet: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class StoredTurn:
    """A turn as it was stored. `record` is None unless the turn reached memory ("remembered").

    id: of the turn in the store, 0 where it is not stored. versions: the ids of all turns that follow the same turn,
    this one included, in the order they were made. memory: what of it is in memory. reason: why the answer ended, None
    where it did not. answer: the text that is shown; after an edit, memory holds record.answer instead.
    """

    query: str
    answer: str
    phase: TurnPhase
    record: TurnRecord | None
    error: str = ""
    id: int = 0
    versions: tuple[int, ...] = ()
    memory: MemoryStatus = "not"
    reason: FinishReason | None = None


@dataclass(frozen=True, slots=True)
class TurnNode:
    """A turn in the tree of its conversation.

    parent: the turn it follows; None: the initial memory. turn: how many turns were in memory before it (from 0), None
    where it is not in memory. query, answer: their first PREVIEW_LENGTH characters. created: seconds since the epoch,
    for display only; order is by id.
    """

    id: int
    parent: int | None
    turn: int | None
    query: str
    answer: str
    status: MemoryStatus
    created: float


@dataclass(frozen=True, slots=True)
class ReplayCheck:
    """What computing every memory of a path again has shown.

    turns: how many were computed; agreeing: how many have the stored hash; first_difference: the number of the first
    turn that has not (-1: the initial memory is not the one of its seed), None where all agree.
    """

    turns: int
    agreeing: int
    first_difference: int | None


@dataclass(frozen=True, slots=True, eq=False)
class OpenedConversation:
    """A conversation, or another path of it, that was just opened: what it started from and the turns it shows.

    turns: the path from the first turn to `tip`. tip: the turn that the next one follows, None: the initial memory.
    tree: all turns of the conversation, by id.
    """

    id: int
    title: str
    origin: str
    initial_seed: int | None
    initial: MemorySummary
    turns: tuple[StoredTurn, ...] = field(default=())
    tip: int | None = None
    tree: tuple[TurnNode, ...] = ()
    pinned: bool = False

    @property
    def path(self) -> tuple[int, ...]:
        """The ids of the shown turns; 0 where one is not saved (yet)."""
        return tuple(turn.id for turn in self.turns)
