"""What the worker tells the port: the events of a turn and these frozen values, in the order they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rxt.events import Event

if TYPE_CHECKING:
    from app.engine.messages import ConversationSummary, ModelInfo, OpenedConversation, SnapshotInfo


@dataclass(frozen=True, slots=True)
class ModelLoaded:
    model: ModelInfo


@dataclass(frozen=True, slots=True)
class LoadFailed:
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class ConversationOpened:
    conversation: OpenedConversation


@dataclass(frozen=True, slots=True)
class ConversationRenumbered:
    """The open conversation was stored under another number: another process had taken the announced one."""

    former: int
    id: int


@dataclass(frozen=True, slots=True)
class ConversationsListed:
    conversations: tuple[ConversationSummary, ...]


@dataclass(frozen=True, slots=True)
class SnapshotSaved:
    snapshot: SnapshotInfo


@dataclass(frozen=True, slots=True)
class SnapshotsListed:
    snapshots: tuple[SnapshotInfo, ...]


@dataclass(frozen=True, slots=True)
class TurnRejected:
    """The turn did not begin; its text belongs to its writer again."""

    text: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that kept the engine busy has ended, well or not."""


NoEvent = (
    ModelLoaded
    | LoadFailed
    | ConversationOpened
    | ConversationRenumbered
    | ConversationsListed
    | SnapshotSaved
    | SnapshotsListed
    | TurnRejected
    | Failed
    | Finished
)
Report = Event | NoEvent
