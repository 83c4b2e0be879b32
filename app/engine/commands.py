"""What the port asks of the worker: frozen values, carried out one after another.

A command that keeps the engine busy names the phase it begins with.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

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
class NewConversation:
    phase: ClassVar = Phase.OPENING
    seed: int | None


@dataclass(frozen=True, slots=True)
class OpenConversation:
    phase: ClassVar = Phase.OPENING
    id: int


@dataclass(frozen=True, slots=True)
class OpenSnapshot:
    phase: ClassVar = Phase.OPENING
    path: Path


@dataclass(frozen=True, slots=True)
class SaveSnapshot:
    phase: ClassVar = Phase.SAVING
    path: Path
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class SetOnStop:
    on_stop: OnStop


@dataclass(frozen=True, slots=True)
class RenameConversation:
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class DeleteConversation:
    """Deleting the open conversation opens a new one."""

    phase: ClassVar = Phase.OPENING
    id: int


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


BusyCommand = (
    Start | LoadModel | Ask | NewConversation | OpenConversation | OpenSnapshot | SaveSnapshot | DeleteConversation
)
QuickCommand = SetOnStop | RenameConversation | RestoreConversation | RefreshSnapshots | DeleteSnapshot | Close
Command = BusyCommand | QuickCommand
