"""What the engine and the window say to each other besides the events of a turn: frozen values, no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rxt.events import GateLaw, GateName, MemorySummary, TurnRecord

OnStop = Literal["remember", "forget"]
TurnPhase = Literal["pending", "replied", "remembered"]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A loaded model. `fingerprint`: SHA-256 of its configuration; `interaction_length`: tokens of query and answer."""

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


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A snapshot file as the library shows it. `created`: ISO 8601, UTC; `turns`: turns it had lived through."""

    path: Path
    title: str
    description: str
    model: str
    fingerprint: str
    created: str
    turns: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A line of the conversation list. `updated`: seconds since the epoch, for display only; order is by id."""

    id: int
    title: str
    turns: int
    model: str
    updated: float


@dataclass(frozen=True, slots=True, eq=False)
class StoredTurn:
    """A turn as it was stored. `record` is None unless the turn reached memory ("remembered")."""

    query: str
    answer: str
    phase: TurnPhase
    record: TurnRecord | None
    error: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class OpenedConversation:
    """A conversation that was just opened: what it started from and the turns it has."""

    id: int
    title: str
    origin: str
    initial_seed: int | None
    initial: MemorySummary
    turns: tuple[StoredTurn, ...] = field(default=())
