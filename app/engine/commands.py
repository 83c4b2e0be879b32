"""What the port asks of the worker: frozen values, carried out one after another.

failure: what did not happen where it is refused, in the words of a heading. phase: what the engine begins to do; None
where that keeps nobody waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from app.engine.errands import Errand
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
class WriteSystemPrompt:
    """Text written once into the fresh memory of `seed` (None: a random one), saved, and opened."""

    failure: ClassVar = "The system prompt was not written"
    phase: ClassVar = Phase.OPENING
    text: str
    title: str
    seed: int | None


@dataclass(frozen=True, slots=True)
class SetPinned:
    failure: ClassVar = "This chat was not pinned"
    phase: ClassVar = None
    id: int
    pinned: bool


@dataclass(frozen=True, slots=True)
class SearchConversations:
    failure: ClassVar = "Nothing was searched"
    phase: ClassVar = None
    text: str


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
class OpenSnapshot:
    failure: ClassVar = "This memory was not opened"
    phase: ClassVar = Phase.OPENING
    path: Path


@dataclass(frozen=True, slots=True)
class SaveSnapshot:
    """turn: the stored turn after which the memory is saved; None: the newest of the path. beside: nothing was at
    `path` and nobody has chosen it, so where something is there by now, the next free name is taken."""

    failure: ClassVar = "This memory was not saved"
    phase: ClassVar = Phase.SAVING
    path: Path
    title: str
    description: str
    turn: int | None = None
    beside: bool = False


@dataclass(frozen=True, slots=True)
class SetDtype:
    failure: ClassVar = "The number format was not changed"
    phase: ClassVar = None
    dtype: str


@dataclass(frozen=True, slots=True)
class RenameConversation:
    failure: ClassVar = "This chat was not renamed"
    phase: ClassVar = None
    id: int
    title: str


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
class RefreshSnapshots:
    failure: ClassVar = "The saved memories were not listed"
    phase: ClassVar = None


@dataclass(frozen=True, slots=True)
class DeleteSnapshot:
    failure: ClassVar = "This memory was not deleted"
    phase: ClassVar = None
    path: Path


@dataclass(frozen=True, slots=True)
class Close:
    """The last command: the thread ends after it."""

    failure: ClassVar = "Not everything was saved at the end"
    phase: ClassVar = None


TurnCommand = Ask | AskAfter | Regenerate | EditQuery
Command = (
    Start
    | LoadModel
    | TurnCommand
    | GoTo
    | ShowBranch
    | ForgetTurn
    | EditAnswer
    | RewriteMemory
    | ReplayConversation
    | WriteSystemPrompt
    | SetPinned
    | SearchConversations
    | NewConversation
    | OpenConversation
    | CarryOver
    | OpenSnapshot
    | SaveSnapshot
    | SetDtype
    | RenameConversation
    | DeleteConversation
    | RestoreConversation
    | RefreshSnapshots
    | DeleteSnapshot
    | Errand
    | Close
)
