"""Small pictures of saved memories: the norms of their slots, read once from each file and kept while it is the same.

Letters: L memory layers, S slots.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.engine.refusal import sentence
from rxt.errors import RxtError
from rxt.events import FloatArray, frozen_array

if TYPE_CHECKING:
    from app.engine.library import Memory

ROWS, COLUMNS = 24, 96
BUDGET_S = 0.2
"""A turn that was asked for waits no longer than this for pictures; the rest come with the next listing."""


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """norm: at most [ROWS, COLUMNS], the largest norm of each group of slots; None where the file is damaged.

    problem: why there is no picture, as a sentence.
    """

    norm: FloatArray | None
    problem: str = ""


class Thumbnails:
    """The pictures of files. `read` gives the whole memory of a file, checked."""

    def __init__(self, read: Callable[[Path], Memory], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._known: dict[tuple[Path, int, int], Thumbnail] = {}
        self._until = 0.0

    def begin(self) -> None:
        """A listing begins: new pictures may take BUDGET_S."""
        self._until = self._clock() + BUDGET_S

    def of(self, path: Path) -> Thumbnail | None:
        """The picture of a file; None where there was no time to make it. Raises OSError where the file is gone."""
        status = path.stat()
        key = (path, status.st_mtime_ns, status.st_size)
        if key not in self._known and self._clock() < self._until:
            for old in [known for known in self._known if known[0] == path]:
                del self._known[old]
            self._known[key] = self._make(path)
        return self._known.get(key)

    def _make(self, path: Path) -> Thumbnail:
        try:
            return Thumbnail(pooled(self._read(path).summary().norm))
        except (RxtError, OSError, ValueError) as error:
            return Thumbnail(None, sentence(error))


def pooled(norm: FloatArray) -> FloatArray:
    """At most [ROWS, COLUMNS] of norms [L, S]: the largest of each group of neighbours, so that no slot is hidden."""
    for axis, most in ((0, ROWS), (1, COLUMNS)):
        size = norm.shape[axis]
        if size > most:
            norm = np.maximum.reduceat(norm, np.arange(most) * size // most, axis=axis)
    return frozen_array(norm)
