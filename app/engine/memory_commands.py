"""What the port asks of the worker about saved memories and the system prompt: frozen values.

failure and phase: as in `app.engine.commands`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from app.models.phase import Phase


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
class RenameSnapshot:
    failure: ClassVar = "This memory was not renamed"
    phase: ClassVar = None
    path: Path
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class DuplicateSnapshot:
    failure: ClassVar = "This memory was not duplicated"
    phase: ClassVar = None
    path: Path


@dataclass(frozen=True, slots=True)
class DeleteSnapshot:
    failure: ClassVar = "This memory was not deleted"
    phase: ClassVar = None
    path: Path


@dataclass(frozen=True, slots=True)
class RestoreSnapshot:
    """Brings back what was deleted from `path`."""

    failure: ClassVar = "This memory was not restored"
    phase: ClassVar = None
    path: Path


@dataclass(frozen=True, slots=True)
class ExportSnapshot:
    failure: ClassVar = "This memory was not exported"
    phase: ClassVar = None
    path: Path
    target: Path


@dataclass(frozen=True, slots=True)
class ImportSnapshot:
    failure: ClassVar = "This memory was not imported"
    phase: ClassVar = None
    path: Path


@dataclass(frozen=True, slots=True)
class RefreshSnapshots:
    failure: ClassVar = "The saved memories were not listed"
    phase: ClassVar = None


@dataclass(frozen=True, slots=True)
class WriteSystemPrompt:
    """Text written once into the fresh memory of `seed` (None: a random one), saved, and opened."""

    failure: ClassVar = "The system prompt was not written"
    phase: ClassVar = Phase.OPENING
    text: str
    title: str
    seed: int | None


@dataclass(frozen=True, slots=True)
class MeasurePrompt:
    """How many tokens a system prompt takes."""

    failure: ClassVar = "This text was not measured"
    phase: ClassVar = None
    text: str


MemoryCommand = (
    OpenSnapshot
    | SaveSnapshot
    | RenameSnapshot
    | DuplicateSnapshot
    | DeleteSnapshot
    | RestoreSnapshot
    | ExportSnapshot
    | ImportSnapshot
    | RefreshSnapshots
    | WriteSystemPrompt
    | MeasurePrompt
)
