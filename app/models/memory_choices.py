"""Every memory that can be taken by name: of a turn, of a branch's tip, of a saved file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL, start_name
from app.models.short_text import shortened

if TYPE_CHECKING:
    from app.models.branches import BranchList
    from app.models.memories import SnapshotList


@dataclass(frozen=True, slots=True)
class MemoryChoice:
    """A memory that can be taken: after a turn (INITIAL: before the first), of a branch's tip, or of a snapshot file.
    Exactly one of turn, branch and snapshot is given. sha256: of its bytes, empty where it is not known."""

    name: str = field(compare=False)  # a title that changes makes no other memory
    turn: int | None = None
    branch: int | None = None
    snapshot: Path | None = None
    sha256: str = field(default="", compare=False)

    def is_same(self, other: MemoryChoice) -> bool:
        """Whether both hold the same, as far as is known: a chat's start is also the file that it was opened from."""
        return self == other or (bool(self.sha256) and self.sha256 == other.sha256)


class MemoryChoices(QObject):
    """Every memory that can be compared, patched from or mixed.

    Signals:
        changed(): there are others; once for all that changes in one go.
    """

    changed = Signal()

    def __init__(
        self, history: MemoryHistory, branches: BranchList, memories: SnapshotList, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._history, self._branches, self._memories = history, branches, memories
        self._known: tuple[MemoryChoice, ...] | None = None
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.changed)
        for signal in (history.reset, history.turn_added):
            signal.connect(self._on_change)
        for model in (branches, memories):
            for signal in (model.modelReset, model.dataChanged):
                signal.connect(self._on_change)

    @property
    def all(self) -> tuple[MemoryChoice, ...]:
        """The initial memory, the turns of the open path, tips of branches that it does not reach, saved memories."""
        if self._known is None:
            self._known = tuple(self._found())
        return self._known

    def _found(self) -> Iterator[MemoryChoice]:
        history, initial = self._history, self._history.initial
        if initial is None:
            return
        start = start_name(history.origin)
        name = f"{start} · {shortened(history.origin)}" if history.origin else start
        yield MemoryChoice(name, turn=INITIAL, sha256=initial.sha256)
        for record in history.records:
            name = f"turn {record.turn + 1} · {shortened(record.query)}"
            yield MemoryChoice(name, turn=record.turn, sha256=record.memory_after)
        for branch in self._branches.branches:
            if not branch.is_current or branch.goes_on:
                yield MemoryChoice(f"branch · {shortened(branch.title)} ({branch.detail})", branch=branch.leaf)
        shape = initial.layers, initial.slots, initial.width
        for line in self._memories.lines:
            if line.shape != shape or not self._memories.fits(line):  # it is damaged or of another model
                continue
            title = self._memories.title(line.path)
            yield MemoryChoice(f"saved memory · {shortened(title)}", snapshot=line.path, sha256=line.sha256)

    @Slot()
    def _on_change(self) -> None:
        self._known = None
        self._timer.start()
