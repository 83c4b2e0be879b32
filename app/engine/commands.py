"""What the port asks of the worker: frozen values, carried out one after another.

failure: what did not happen where it is refused, in the words of a heading. phase: what the engine begins to do; None
where nothing waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from app.engine.memory_commands import MemoryCommand
from app.models.phase import Phase

if TYPE_CHECKING:
    from rxt.events import Sampling


@dataclass(frozen=True, slots=True)
class Start:
    """Opens the store, loads a model (None: the bundled one) and begins a conversation."""

    failure: ClassVar = "The start was not finished"
    phase: ClassVar = Phase.LOADING
    model: str | None
    snapshot: Path | None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class LoadModel:
    failure: ClassVar = "This model was not opened"
    phase: ClassVar = Phase.LOADING
    path: str | None
    seed: int | None = None
    snapshot: Path | None = None


@dataclass(frozen=True, slots=True)
class SetDtype:
    failure: ClassVar = "The number format was not changed"
    phase: ClassVar = None
    dtype: str


@dataclass(frozen=True, slots=True)
class Ask:
    failure: ClassVar = "This message was not answered"
    phase: ClassVar = Phase.READING
    text: str
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class AskAfter:
    """A turn that follows the stored turn `turn`; None: the initial memory."""

    failure: ClassVar = "This message was not answered"
    phase: ClassVar = Phase.READING
    turn: int | None
    text: str
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Another answer to the question of `turn`, beside it."""

    failure: ClassVar = "No other answer was made"
    phase: ClassVar = Phase.READING
    turn: int
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class EditQuery:
    """Another question in the place of `turn`, beside it."""

    failure: ClassVar = "This message was not changed"
    phase: ClassVar = Phase.READING
    turn: int
    text: str
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class GoTo:
    """The path ends at `turn`; None: at the initial memory."""

    failure: ClassVar = "This turn was not opened"
    phase: ClassVar = Phase.OPENING
    turn: int | None


@dataclass(frozen=True, slots=True)
class ShowBranch:
    """The path through `turn` on to its newest descendant."""

    failure: ClassVar = "This version was not opened"
    phase: ClassVar = Phase.OPENING
    turn: int


@dataclass(frozen=True, slots=True)
class ForgetTurn:
    failure: ClassVar = "This turn was not forgotten"
    phase: ClassVar = Phase.REWRITING
    turn: int


@dataclass(frozen=True, slots=True)
class EditAnswer:
    failure: ClassVar = "This answer was not changed"
    phase: ClassVar = None
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class RewriteMemory:
    """Writes the memory again with the edited texts, from `turn` on."""

    failure: ClassVar = "The memory was not rewritten"
    phase: ClassVar = Phase.REWRITING
    turn: int


@dataclass(frozen=True, slots=True)
class ReplayConversation:
    """Computes every memory of the path again and compares."""

    failure: ClassVar = "This chat was not checked"
    phase: ClassVar = Phase.CHECKING


@dataclass(frozen=True, slots=True)
class NewConversation:
    failure: ClassVar = "No new chat was started"
    phase: ClassVar = Phase.OPENING
    seed: int | None


@dataclass(frozen=True, slots=True)
class OpenConversation:
    failure: ClassVar = "This chat was not opened"
    phase: ClassVar = Phase.OPENING
    id: int


@dataclass(frozen=True, slots=True)
class CarryOver:
    """A copy of a chat of another model, its turns written into the initial memory of `seed` (None: a random one)."""

    failure: ClassVar = "This chat does not go on"
    phase: ClassVar = Phase.REWRITING
    id: int
    seed: int | None


@dataclass(frozen=True, slots=True)
class RenameConversation:
    failure: ClassVar = "This chat was not renamed"
    phase: ClassVar = None
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class SetPinned:
    failure: ClassVar = "This chat was not pinned"
    phase: ClassVar = None
    id: int
    pinned: bool


@dataclass(frozen=True, slots=True)
class DeleteConversation:
    """Deleting the open conversation opens a new one, with the initial memory of `seed` (None: a random one)."""

    failure: ClassVar = "This chat was not deleted"
    phase: ClassVar = Phase.OPENING
    id: int
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class RestoreConversation:
    failure: ClassVar = "This chat was not restored"
    phase: ClassVar = None
    id: int


@dataclass(frozen=True, slots=True)
class SearchConversations:
    failure: ClassVar = "Nothing was searched"
    phase: ClassVar = None
    text: str


@dataclass(frozen=True, slots=True)
class ExportConversation:
    """`path` ends in .md, .json or .html."""

    failure: ClassVar = "This chat was not exported"
    phase: ClassVar = None
    id: int
    path: Path


@dataclass(frozen=True, slots=True)
class ReadConversation:
    """Makes a page of all that was said, with its branches, of whatever model."""

    failure: ClassVar = "This chat cannot be read now"
    phase: ClassVar = None
    id: int


@dataclass(frozen=True, slots=True)
class ImportConversation:
    failure: ClassVar = "This chat was not imported"
    phase: ClassVar = None
    path: Path


@dataclass(frozen=True, slots=True)
class Close:
    """The last command: the thread ends after it."""

    failure: ClassVar = "Not everything was saved at the end"
    phase: ClassVar = None


TurnCommand = Ask | AskAfter | Regenerate | EditQuery
TreeCommand = GoTo | ShowBranch | ForgetTurn | EditAnswer | RewriteMemory | ReplayConversation
ChatCommand = (
    NewConversation
    | OpenConversation
    | CarryOver
    | RenameConversation
    | SetPinned
    | DeleteConversation
    | RestoreConversation
    | SearchConversations
    | ExportConversation
    | ReadConversation
    | ImportConversation
)
Command = Start | LoadModel | SetDtype | TurnCommand | TreeCommand | ChatCommand | MemoryCommand | Close
