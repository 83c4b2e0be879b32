"""What is asked of the engine besides talking: saved memories as objects, conversations as files. Frozen values.

failure and phase: as in `app.engine.commands`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


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
class MeasurePrompt:
    """How many tokens a system prompt takes."""

    failure: ClassVar = "This text was not measured"
    phase: ClassVar = None
    text: str


SnapshotErrand = RenameSnapshot | DuplicateSnapshot | RestoreSnapshot | ExportSnapshot | ImportSnapshot
PageErrand = ExportConversation | ReadConversation
ConversationErrand = PageErrand | ImportConversation
Errand = SnapshotErrand | ConversationErrand | MeasurePrompt
