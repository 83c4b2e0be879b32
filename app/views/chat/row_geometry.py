"""Where the rows of a long list are: measured heights where a row was seen, estimates elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


class RowGeometry:
    """Heights of rows in px and their running sum; rows are 0 … count − 1."""

    def __init__(self) -> None:
        self._heights: npt.NDArray[np.float64] = np.zeros(0)
        self._known: npt.NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._tops: npt.NDArray[np.float64] | None = None

    @property
    def count(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> float:
        """The height of all rows."""
        return float(self._sums()[-1])

    def reset(self, estimates: Sequence[float]) -> None:
        self._heights = np.array(estimates, dtype=np.float64)
        self._known = np.zeros(len(estimates), dtype=bool)
        self._tops = None

    def append(self, estimates: Sequence[float]) -> None:
        self._heights = np.concatenate([self._heights, np.asarray(estimates, dtype=np.float64)])
        self._known = np.concatenate([self._known, np.zeros(len(estimates), dtype=bool)])
        self._tops = None

    def truncate(self, count: int) -> None:
        """Keeps the first `count` rows."""
        self._heights, self._known = self._heights[:count], self._known[:count]
        self._tops = None

    def forget(self, first: int = 0, last: int | None = None) -> None:
        """Makes the heights of rows first … last (all by default) estimates again."""
        self._known[first : None if last is None else last + 1] = False

    def is_known(self, row: int) -> bool:
        return bool(self._known[row])

    def set_height(self, row: int, height: float) -> bool:
        """Notes a measured height; returns whether it differs from what was assumed."""
        self._known[row] = True
        if self._heights[row] == height:
            return False
        self._heights[row] = height
        self._tops = None
        return True

    def top(self, row: int) -> float:
        return float(self._sums()[row])

    def height(self, row: int) -> float:
        return float(self._heights[row])

    def row_at(self, y: float) -> int:
        """The row that covers `y`, the nearest where none does; -1 in an empty list."""
        if not self.count:
            return -1
        found = int(np.searchsorted(self._sums(), y, side="right")) - 1
        return max(0, min(found, self.count - 1))

    def _sums(self) -> npt.NDArray[np.float64]:
        if self._tops is None:
            self._tops = np.concatenate([[0.0], np.cumsum(self._heights)])
        return self._tops
