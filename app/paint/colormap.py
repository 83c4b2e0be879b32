"""Colour maps as lookup tables; the one colour that is in none of them marks invalid numbers."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg

ByteArray = npt.NDArray[np.uint8]

LEVELS = 256
INVALID_RGBA = (255, 0, 255, 255)  # magenta: far from every colour of cividis, CET-D1 and CET-D4


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
