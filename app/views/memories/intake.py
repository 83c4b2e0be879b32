"""What came of memory files that were brought in together, in one sentence."""

from __future__ import annotations

from pathlib import Path

from app.models.memory_names import MEMORY_SUFFIX
from app.models.short_text import one_line

NAMED = 3


class Intake:
    """Counts what was imported, what could not be and what was left out, from the first file to the last."""

    def __init__(self) -> None:
        self._coming = 0
        self._imported: list[str] = []
        self._refused = 0
        self._left_out: list[str] = []

    def begin(self, memories: int, left_out: tuple[Path, ...] = ()) -> None:
        """So many files are on their way; they join those that still are. left_out: what is no memory file."""
        if not self._coming:
            self._imported, self._refused, self._left_out = [], 0, []
        self._coming += memories
        self._left_out += [one_line(path.name) for path in left_out]

    def imported(self, path: Path) -> None:
        """One is in the library."""
        self._coming = max(0, self._coming - 1)
        self._imported.append(one_line(path.name))

    def refused(self) -> None:
        """One could not be taken in; why is told by itself."""
        self._coming = max(0, self._coming - 1)
        self._refused += 1

    @property
    def words(self) -> str:
        """What is known by now; empty while nothing was imported, and where the reasons for that say it all."""
        names = self._imported
        if not names and (self._coming or not self._left_out):
            return ""
        words = f"Imported {len(names):,} memories" if names else "No memory was imported"
        if len(names) == 1:
            words = f"Imported the memory {names[0]}"
        if self._refused and names:
            words += f"; {self._refused:,} could not be"
        if self._left_out:
            words += f". Left out, for {_no_memory_file(len(self._left_out))}: {_listed(self._left_out)}"
        return f"{words}."


def _no_memory_file(count: int) -> str:
    return f"it is not a {MEMORY_SUFFIX} file" if count == 1 else f"they are not {MEMORY_SUFFIX} files"


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
