"""The models of one window, made together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.models.branches import BranchList
from app.models.chats import ConversationList
from app.models.conversation import Conversation
from app.models.memories import SnapshotList
from app.models.memory_history import MemoryHistory
from app.models.outbox import Outbox
from app.models.selection import Selection
from app.models.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtCore import QObject


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """Everything a window shows."""

    conversation: Conversation
    history: MemoryHistory
    selection: Selection
    outbox: Outbox
    chats: ConversationList
    branches: BranchList
    memories: SnapshotList
    settings: Settings

    @classmethod
    def create(cls, settings_file: Path, parent: QObject | None = None) -> Workspace:
        """An empty workspace with the settings of `settings_file`."""
        history = MemoryHistory(parent)
        return cls(
            conversation=Conversation(parent),
            history=history,
            selection=Selection(history, parent),
            outbox=Outbox(parent),
            chats=ConversationList(parent),
            branches=BranchList(parent),
            memories=SnapshotList(parent),
            settings=Settings(settings_file, parent),
        )
