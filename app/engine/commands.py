"""What the port asks of the worker: frozen values, carried out one after another.

A command that keeps the engine busy names the phase it begins with.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from app.engine.errands import Errand
from app.models.phase import Phase

if TYPE_CHECKING:
    from app.engine.messages import OnStop
    from rxt.events import Sampling


@dataclass(frozen=True, slots=True)
class Start:
    """Opens the store, loads a model (None: the bundled one) and begins a conversation."""

    phase: ClassVar = Phase.LOADING
    model: str | None
    snapshot: Path | None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class LoadModel:
    phase: ClassVar = Phase.LOADING
    path: str | None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    phase: ClassVar = Phase.READING
    text: str
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class AskAfter:
    """A turn that follows the stored turn `turn`; None: the initial memory."""

    phase: ClassVar = Phase.READING
    turn: int | None
    text: str
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Another answer to the question of `turn`, beside it."""

    phase: ClassVar = Phase.READING
    turn: int
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class EditQuery:
    """Another question in the place of `turn`, beside it."""

    phase: ClassVar = Phase.READING
    turn: int
    text: str
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class GoTo:
    """The path ends at `turn`; None: at the initial memory."""

    phase: ClassVar = Phase.OPENING
    turn: int | None


@dataclass(frozen=True, slots=True)
class ShowBranch:
    """The path through `turn` on to its newest descendant."""

    phase: ClassVar = Phase.OPENING
    turn: int


@dataclass(frozen=True, slots=True)
class ForgetTurn:
    phase: ClassVar = Phase.REWRITING
    turn: int


@dataclass(frozen=True, slots=True)
class EditAnswer:
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class RewriteMemory:
    """Writes the memory again with the edited texts, from `turn` on."""

    phase: ClassVar = Phase.REWRITING
    turn: int


@dataclass(frozen=True, slots=True)
class ReplayConversation:
    """Computes every memory of the path again and compares."""

    phase: ClassVar = Phase.CHECKING


@dataclass(frozen=True, slots=True)
class WriteSystemPrompt:
    """Text written once into the fresh memory of `seed` (None: a random one), saved, and opened."""

    phase: ClassVar = Phase.OPENING
    text: str
    title: str
    seed: int | None


@dataclass(frozen=True, slots=True)
class SetPinned:
    id: int
    pinned: bool


@dataclass(frozen=True, slots=True)
class SearchConversations:
    text: str


@dataclass(frozen=True, slots=True)
class NewConversation:
    phase: ClassVar = Phase.OPENING
    seed: int | None


@dataclass(frozen=True, slots=True)
class OpenConversation:
    phase: ClassVar = Phase.OPENING
    id: int


@dataclass(frozen=True, slots=True)
class CarryOver:
    """A copy of a chat of another model, its turns written into the initial memory of `seed` (None: a random one)."""

    phase: ClassVar = Phase.REWRITING
    id: int
    seed: int | None


@dataclass(frozen=True, slots=True)
class OpenSnapshot:
    phase: ClassVar = Phase.OPENING
    path: Path


@dataclass(frozen=True, slots=True)
class SaveSnapshot:
    """turn: the stored turn after which the memory is saved; None: the newest of the path."""

    phase: ClassVar = Phase.SAVING
    path: Path
    title: str
    description: str
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class SetOnStop:
    on_stop: OnStop


@dataclass(frozen=True, slots=True)
class SetDtype:
    dtype: str


@dataclass(frozen=True, slots=True)
class RenameConversation:
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class DeleteConversation:
    """Deleting the open conversation opens a new one, with the initial memory of `seed` (None: a random one)."""

    phase: ClassVar = Phase.OPENING
    id: int
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class RestoreConversation:
    id: int


@dataclass(frozen=True, slots=True)
class RefreshSnapshots:
    pass


@dataclass(frozen=True, slots=True)
class DeleteSnapshot:
    path: Path


@dataclass(frozen=True, slots=True)
class Close:
    """The last command: the thread ends after it."""


TurnCommand = Ask | AskAfter | Regenerate | EditQuery
TreeCommand = GoTo | ShowBranch | ForgetTurn | EditAnswer | RewriteMemory | ReplayConversation
BusyCommand = (
    Start
    | LoadModel
    | TurnCommand
    | GoTo
    | ShowBranch
    | ForgetTurn
    | RewriteMemory
    | ReplayConversation
    | WriteSystemPrompt
    | NewConversation
    | OpenConversation
    | CarryOver
    | OpenSnapshot
    | SaveSnapshot
    | DeleteConversation
)
QuickCommand = (
    SetOnStop
    | SetDtype
    | EditAnswer
    | SetPinned
    | SearchConversations
    | RenameConversation
    | RestoreConversation
    | RefreshSnapshots
    | DeleteSnapshot
    | Errand
    | Close
)
Command = BusyCommand | QuickCommand
