"""Values become images: pooled to the pixels there are, coloured, with invalid numbers marked.

Images are row-major: row = layer, column = slot (or a group of neighbouring slots), row 0 = layer 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.paint.colormap import INVALID_RGBA, LEVELS, ByteArray

if TYPE_CHECKING:
    from app.paint.limits import Limits
    from rxt.events import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """values [L, C]: C columns of at most `group` neighbouring slots each; group 1: every slot has its own column."""

    values: FloatArray
    group: int


def pool(values: FloatArray, columns: int, neutral: float = 0.0) -> Pooled:
    """At most `columns` columns (>= 1) from values [L, S]: of each group, the value farthest from `neutral`.

    With neutral 0 this is max-abs pooling: a single slot that was written stays visible, where a mean would hide it.
    NaN and Inf win over every finite value. Worked example: [0, -3, 1, 2] in 2 columns is [-3, 2].
    """
    slots = values.shape[1]
    if slots <= columns:
        return Pooled(values, 1)
    starts = np.arange(columns) * slots // columns  # ascending, each group has at least one slot
    with np.errstate(invalid="ignore"):
        high = np.maximum.reduceat(values, starts, axis=1)  # NaN is passed on
        low = np.minimum.reduceat(values, starts, axis=1)
        farthest = np.where(np.abs(high - neutral) >= np.abs(low - neutral), high, low)
    return Pooled(farthest, int(np.diff(starts, append=slots).max()))


def rgba(values: FloatArray, limits: Limits, table: ByteArray) -> ByteArray:
    """The image [L, C, 4] of values [L, C]: limits.low is the table's first colour, limits.high its last.

    Values outside the limits get the colour of the nearer end; NaN and Inf get INVALID_RGBA.
    """
    finite = np.isfinite(values)
    unit = (np.where(finite, values, limits.low).astype(np.float64) - limits.low) / limits.span
    index = np.rint(np.clip(unit, 0, 1) * (LEVELS - 1)).astype(np.intp)
    image = table[index]
    image[~finite] = INVALID_RGBA
    return np.ascontiguousarray(image)


def blend(before: ByteArray, after: ByteArray, share: float) -> ByteArray:
    """The image on the way between two images of the same shape: share 0 is `before`, 1 is `after`."""
    step = after.astype(np.float32) - before
    return np.ascontiguousarray(np.rint(before + step * share), dtype=np.uint8)
