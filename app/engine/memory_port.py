"""What the port offers for saved memories and the system prompt. Every call returns at once.

Law: nothing here waits for a turn to end but in the queue.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import memory_commands

if TYPE_CHECKING:
    from app.engine import commands


class MemoryPort:
    """The verbs, for a port that has a queue. What comes of them: snapshots_changed, exported, failed, …"""

    if TYPE_CHECKING:

        def _command(self, command: commands.Command) -> None: ...

    def save_snapshot(self, path: Path, title: str, note: str, turn: int | None = None, beside: bool = False) -> None:
        """Saves the memory of the open conversation after the stored turn `turn`; None: as it is after the running
        turn, if one runs. beside: as of the command."""
        self._command(memory_commands.SaveSnapshot(path, title, note, turn, beside))

    def open_snapshot(self, path: Path) -> None:
        """Begins a conversation from a saved memory."""
        self._command(memory_commands.OpenSnapshot(path))

    def refresh_snapshots(self) -> None:
        """Reads the folder of saved memories again."""
        self._command(memory_commands.RefreshSnapshots())

    def rename_snapshot(self, path: Path, title: str, description: str) -> None:
        """Gives a memory of the library another title and note."""
        self._command(memory_commands.RenameSnapshot(path, title, description))

    def duplicate_snapshot(self, path: Path) -> None:
        """Puts a copy of a memory beside it."""
        self._command(memory_commands.DuplicateSnapshot(path))

    def delete_snapshot(self, path: Path) -> None:
        """Moves a saved memory of the library to the trash of the data folder."""
        self._command(memory_commands.DeleteSnapshot(path))

    def restore_snapshot(self, path: Path) -> None:
        """Brings back the memory that was deleted from `path`."""
        self._command(memory_commands.RestoreSnapshot(path))

    def export_snapshot(self, path: Path, target: Path) -> None:
        """Writes a copy of a memory to `target`; exported(target) follows."""
        self._command(memory_commands.ExportSnapshot(path, target))

    def import_snapshot(self, path: Path) -> None:
        """Takes a copy of a memory file into the library, of whatever model; snapshot_imported(path) follows."""
        self._command(memory_commands.ImportSnapshot(path))

    def write_system_prompt(self, text: str, title: str, seed: int | None) -> None:
        """Writes `text` once into the fresh memory of `seed` (None: a random one), saves it under `title` among the
        memories, and begins a conversation from it."""
        self._command(memory_commands.WriteSystemPrompt(text, title, seed))

    def measure_prompt(self, text: str) -> None:
        """How many tokens `text` takes as a system prompt; prompt_measured(text, tokens, room) follows."""
        self._command(memory_commands.MeasurePrompt(text))
