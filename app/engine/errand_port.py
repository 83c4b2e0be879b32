"""What the port offers for saved memories as objects and for conversations as files. Every call returns at once.

Law: nothing here waits for a turn to end but in the queue, and nothing here touches the open conversation's memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import errands

if TYPE_CHECKING:
    from app.engine import commands


class ErrandPort:
    """The verbs, for a port that has a queue. What comes of them: snapshots_changed, exported, failed, …"""

    if TYPE_CHECKING:

        def _command(self, command: commands.Command) -> None: ...

    def rename_snapshot(self, path: Path, title: str, description: str) -> None:
        """Gives a memory of the library another title and note."""
        self._command(errands.RenameSnapshot(path, title, description))

    def duplicate_snapshot(self, path: Path) -> None:
        """Puts a copy of a memory beside it."""
        self._command(errands.DuplicateSnapshot(path))

    def restore_snapshot(self, path: Path) -> None:
        """Brings back the memory that was deleted from `path`."""
        self._command(errands.RestoreSnapshot(path))

    def export_snapshot(self, path: Path, target: Path) -> None:
        """Writes a copy of a memory to `target`; exported(target) follows."""
        self._command(errands.ExportSnapshot(path, target))

    def import_snapshot(self, path: Path) -> None:
        """Takes a copy of a memory file into the library, of whatever model; snapshot_imported(path) follows."""
        self._command(errands.ImportSnapshot(path))

    def export_conversation(self, id: int, path: Path) -> None:  # noqa: A002 - the contract's name
        """Writes a conversation to `path`, as its ending says: .md and .html to read, .json complete; exported(path)
        follows."""
        self._command(errands.ExportConversation(id, path))

    def read_conversation(self, id: int) -> None:  # noqa: A002
        """Makes a page of a conversation, of whatever model; conversation_read(id, title, page) follows."""
        self._command(errands.ReadConversation(id))

    def import_conversation(self, path: Path) -> None:
        """Adds the conversation of a .json file to the list; conversation_imported(id, title) follows."""
        self._command(errands.ImportConversation(path))

    def measure_prompt(self, text: str) -> None:
        """How many tokens `text` takes as a system prompt; prompt_measured(text, tokens, room) follows."""
        self._command(errands.MeasurePrompt(text))
