"""What the worker tells the port: the events of a turn and these frozen values, in the order they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rxt.events import Event

if TYPE_CHECKING:
    from pathlib import Path

    from app.engine.analysis.subject import Subject
    from app.engine.commands import Command
    from app.engine.messages import (
        ConversationSummary,
        ModelInfo,
        OpenedConversation,
        ReplayCheck,
        Saving,
        SnapshotInfo,
        TurnNode,
    )

SAME_ANSWER = "The same answer"
"""The title of what is told where a turn that was to have another answer has none."""

CARRIED = "carried"
"""What a note without a title tells of: the chat that was made of another one and is open now."""


@dataclass(frozen=True, slots=True)
class ModelLoaded:
    model: ModelInfo


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """stopped: the user stopped it."""

    message: str
    stopped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ConversationOpened:
    conversation: OpenedConversation


@dataclass(frozen=True, slots=True, eq=False)
class PathChanged:
    """The open conversation shows another path of its tree, or the same with other texts."""

    conversation: OpenedConversation


@dataclass(frozen=True, slots=True, eq=False)
class TreeChanged:
    """The open conversation's tree or its tip is another now.

    path: the ids of the shown turns, first to last, a running one too; 0 where one is not saved (yet).
    """

    nodes: tuple[TurnNode, ...]
    tip: int | None
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReplayChecked:
    check: ReplayCheck


@dataclass(frozen=True, slots=True)
class ConversationsFound:
    """The answer to a search for `text`."""

    text: str
    conversations: tuple[ConversationSummary, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """Something the reader should know though nothing went wrong."""

    title: str
    message: str


@dataclass(frozen=True, slots=True)
class ConversationRenumbered:
    """The open conversation has another number: one that was imported has taken the announced one."""

    former: int
    id: int


@dataclass(frozen=True, slots=True)
class ConversationsListed:
    conversations: tuple[ConversationSummary, ...]


@dataclass(frozen=True, slots=True)
class DeletedListed:
    """What was deleted before the start and can be brought back, the last first."""

    conversations: tuple[ConversationSummary, ...]


@dataclass(frozen=True, slots=True)
class TurnsUnsaved:
    """The stored turns whose answer or memory is not saved, by id."""

    turns: frozenset[int]


@dataclass(frozen=True, slots=True)
class SnapshotSaved:
    snapshot: SnapshotInfo


@dataclass(frozen=True, slots=True)
class SnapshotsListed:
    snapshots: tuple[SnapshotInfo, ...]


@dataclass(frozen=True, slots=True)
class SnapshotImported:
    path: Path


@dataclass(frozen=True, slots=True)
class Exported:
    """A memory or a conversation was written to a file of the reader's choice."""

    path: Path


@dataclass(frozen=True, slots=True)
class ConversationRead:
    """What was said in a conversation. page: the body of an HTML page, without style."""

    id: int
    title: str
    page: str


@dataclass(frozen=True, slots=True)
class ConversationRefused:
    """A conversation was not opened because of its model; it can be read."""

    id: int
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class ConversationImported:
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class PromptMeasured:
    """How many tokens a text takes as a system prompt, and how many there may be."""

    text: str
    tokens: int
    room: int


@dataclass(frozen=True, slots=True)
class TurnRejected:
    """The turn did not begin; its text belongs to its writer again."""

    text: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """about: the command that was not carried out, or how saving stands; None: neither."""

    title: str
    message: str
    about: Command | Saving | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SubjectChanged:
    """What the analyst works on is another, or has another turn; it comes before what tells of the change."""

    subject: Subject | None


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that kept the engine busy has ended, well or not."""


NoEvent = (
    ModelLoaded
    | LoadFailed
    | ConversationOpened
    | PathChanged
    | TreeChanged
    | ReplayChecked
    | ConversationsFound
    | Noted
    | ConversationRenumbered
    | ConversationsListed
    | DeletedListed
    | TurnsUnsaved
    | SnapshotSaved
    | SnapshotsListed
    | SnapshotImported
    | Exported
    | ConversationRead
    | ConversationRefused
    | ConversationImported
    | PromptMeasured
    | TurnRejected
    | Failed
    | SubjectChanged
    | Finished
)
Report = Event | NoEvent
