"""The range of values that a colour map spans: one for a whole conversation, so that colours can be compared.

Limits come from extents. An extent sums up one array in four numbers, so that the limits of 500 turns are combined
from 500 extents and a new turn costs one more, however large the memory is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rxt.events import FloatArray

Scale = Literal["sequential", "diverging"]

_SAMPLES = 8192  # percentiles of a memory of 21 × 4096 slots from every eleventh slot: 0.2 ms, not 3
_STRETCH = 2.0  # how much wider than the percentiles the full range may be before outliers are clipped


@dataclass(frozen=True, slots=True)
class Limits:
    """The values of the first and the last colour: finite, low < high. Raises ValueError otherwise."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"limits must be finite and ascending, not {self.low} to {self.high}")

    @property
    def span(self) -> float:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Extent:
    """The finite values of one array: smallest, 1st percentile, 99th percentile, largest."""

    low: float
    robust_low: float
    robust_high: float
    high: float


def extent_of(values: FloatArray) -> Extent | None:
    """The extent of an array of any shape; None where it holds no finite value."""
    flat = values.reshape(-1)
    finite = flat[np.isfinite(flat)]
    if finite.size == 0:
        return None
    low, high = float(finite.min()), float(finite.max())
    stride = -(-finite.size // _SAMPLES)  # rounded up: never more than _SAMPLES of them
    robust_low, robust_high = np.percentile(finite[::stride], (1, 99))
    return Extent(low, float(robust_low), float(robust_high), high)


def combined(extents: Iterable[Extent | None]) -> Extent | None:
    """The extent of many arrays together; None where none has a finite value. Growing by arrays it never shrinks."""
    known = [extent for extent in extents if extent is not None]
    if not known:
        return None
    return Extent(
        min(extent.low for extent in known),
        min(extent.robust_low for extent in known),
        max(extent.robust_high for extent in known),
        max(extent.high for extent in known),
    )


def limits_of(
    extent: Extent | None, scale: Scale, low_end: float | None = None, high_end: float | None = None
) -> Limits:
    """The limits for values of that extent.

    The full range, or the 1st to 99th percentile where single outliers would make it more than twice as wide.
    low_end, high_end: ends that are known beforehand (0 for a length). Diverging limits are symmetric about zero.
    """
    if extent is None:
        low, high = 0.0, 1.0
    else:
        full, robust = extent.high - extent.low, extent.robust_high - extent.robust_low
        low, high = extent.low, extent.high
        if robust > 0 and full > _STRETCH * robust:
            low, high = extent.robust_low, extent.robust_high
    low = low if low_end is None else low_end
    high = high if high_end is None else high_end
    if scale == "diverging":
        reach = max(abs(low), abs(high)) or 1.0
        return Limits(-reach, reach)
    if high - low <= 1e-6 * max(abs(low), abs(high)):  # all values alike: they get the middle of the map
        return _around(low, high, low_end, high_end)
    return Limits(low, high)


def _around(low: float, high: float, low_end: float | None, high_end: float | None) -> Limits:
    """Limits with room on the open sides of a range without width."""
    room = max(0.5, 0.05 * max(abs(low), abs(high)))
    return Limits(low if low_end is not None else low - room, high if high_end is not None else high + room)
