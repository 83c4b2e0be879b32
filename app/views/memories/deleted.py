"""The deleted memories: each is told once it is off the list, with the way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.memory_commands import DeleteSnapshot
from app.views.notices import BUSY, Notices

if TYPE_CHECKING:
    from app.engine.messages import SnapshotInfo
    from app.engine.port import EnginePort
    from app.models.memories import SnapshotList


class DeletedMemories(QObject):
    """Deletes memories and brings them back. notices(): where that is told now.

    Signals:
        coming_back(path): a deleted memory was asked for.
    """

    coming_back = Signal(object)

    def __init__(
        self, port: EnginePort, memories: SnapshotList, notices: Callable[[], Notices], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._memories = memories
        self._notices = notices
        self._deleting: dict[Path, str] = {}  # with their titles
        self._deleted: list[Path] = []
        port.snapshots_changed.connect(self._on_snapshots)
        port.failed.connect(self._on_failed)

    @Slot(object)
    def delete(self, path: Path) -> None:
        """Deletes a memory and offers to undo it; once, however often it is asked for while the engine is at work."""
        if path in self._deleting:
            return
        self._deleting[path] = self._memories.title(path)
        if self._port.phase.is_busy:
            self._notices().add("This memory is deleted when the model is ready.", key=BUSY)
        self._port.delete_snapshot(path)

    @Slot()
    def undo(self) -> None:
        """Brings back the memory that was deleted last."""
        if self._deleted:
            self._restore(self._deleted[-1])

    def _restore(self, path: Path) -> None:
        if path in self._deleted:
            self._deleted.remove(path)
        self._notices().dismiss("delete")
        self.coming_back.emit(path)
        self._port.restore_snapshot(path)

    @Slot(object)
    def _on_snapshots(self, lines: tuple[SnapshotInfo, ...]) -> None:
        listed = {line.path for line in lines}
        for path in [path for path in self._deleting if path not in listed]:
            title = self._deleting.pop(path)
            self._deleted.append(path)
            words = f"Deleted the memory “{title}”."
            self._notices().add(words, action="Undo", run=partial(self._restore, path), key="delete")

    @Slot(str, str, object)
    def _on_failed(self, _title: str, _message: str, about: object) -> None:
        if isinstance(about, DeleteSnapshot):
            self._deleting.pop(about.path, None)
