"""Colour maps as lookup tables; the one colour that is in none of them marks invalid numbers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg

if TYPE_CHECKING:
    from collections.abc import Sequence

ByteArray = npt.NDArray[np.uint8]

LEVELS = 256
INVALID_RGBA = (255, 0, 255, 255)  # magenta: far from every colour of cividis, CET-D1 and CET-D4


def kinds_table(shades: Sequence[str]) -> ByteArray:
    """Colours for kinds 0, 1, 2, …, as RGBA [LEVELS, 4] over the range from the first kind to the last."""
    colours = np.array([(*bytes.fromhex(shade.removeprefix("#")), 255) for shade in shades], np.uint8)
    return np.ascontiguousarray(colours[np.rint(np.linspace(0, len(shades) - 1, LEVELS)).astype(np.intp)])


@cache
def lookup_table(name: str, is_reversed: bool = False) -> ByteArray:
    """The colour map of that name as RGBA [LEVELS, 4], read-only, from the lowest value to the highest.

    is_reversed: from the highest to the lowest.

    Raises ValueError where there is no such map.
    """
    try:
        colour_map = pg.colormap.get(name)
    except FileNotFoundError as error:
        raise ValueError(f"there is no colour map named {name!r}") from error
    table = np.array(colour_map.getLookupTable(nPts=LEVELS, alpha=True), dtype=np.uint8)
    table = np.ascontiguousarray(table[::-1]) if is_reversed else table
    table.flags.writeable = False
    return table
