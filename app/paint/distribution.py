"""How the values of each layer spread: smooth densities and quantiles, one row a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from app.paint.limits import Limits
    from rxt.events import FloatArray

BINS = 96
_WIDEST_BINS = 6.0  # the most, so that two groups of slots stay two
_SMOOTH_BINS = 1.25  # the least width of the smoothing, so that 32 slots do not draw a comb


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """grid [BINS]: values; density [L, BINS] in [0, 1], the largest of each row 1; quartiles [L, 3]; mean [L].

    A layer without finite values has density 0 and NaN elsewhere.
    """

    grid: npt.NDArray[np.float64]
    density: npt.NDArray[np.float64]
    quartiles: npt.NDArray[np.float64]
    mean: npt.NDArray[np.float64]


def distribution(values: FloatArray, limits: Limits) -> Distribution:
    """The spread of values [L, S] within limits; values outside them count at the nearer end."""
    edges = np.linspace(limits.low, limits.high, BINS + 1)
    if values.size and np.isfinite(values).all():
        return _all_finite(values.astype(np.float64), limits, edges)
    layers = values.shape[0]
    density = np.zeros((layers, BINS))
    quartiles = np.full((layers, 3), np.nan)
    mean = np.full(layers, np.nan)
    for layer, row in enumerate(values):
        finite = row[np.isfinite(row)].astype(np.float64)
        if finite.size == 0:
            continue
        counts, _ = np.histogram(np.clip(finite, limits.low, limits.high), edges)
        smooth = _smoothed(counts, _width_bins(float(finite.std()), finite.size, limits))
        density[layer] = smooth / smooth.max()
        quartiles[layer] = np.percentile(finite, (25, 50, 75))
        mean[layer] = finite.mean()
    return Distribution((edges[:-1] + edges[1:]) / 2, density, quartiles, mean)


def _all_finite(values: npt.NDArray[np.float64], limits: Limits, edges: npt.NDArray[np.float64]) -> Distribution:
    """The same for values [L, S] without a gap, all layers at once."""
    layers, slots = values.shape
    places = (np.clip(values, limits.low, limits.high) - limits.low) / limits.span * BINS
    bins = np.minimum(places.astype(np.intp), BINS - 1) + BINS * np.arange(layers)[:, None]
    counts = np.bincount(bins.reshape(-1), minlength=layers * BINS).reshape(layers, BINS)
    widths = [_width_bins(float(std), slots, limits) for std in values.std(axis=1)]
    smooth = np.stack([_smoothed(row, width) for row, width in zip(counts, widths, strict=True)])
    density = smooth / smooth.max(axis=1, keepdims=True)
    quartiles = np.percentile(values, (25, 50, 75), axis=1).T
    return Distribution((edges[:-1] + edges[1:]) / 2, density, quartiles, values.mean(axis=1))


def _width_bins(deviation: float, count: int, limits: Limits) -> float:
    """How far counts are spread: Silverman's rule, in bins."""
    return min(_WIDEST_BINS, max(_SMOOTH_BINS, 1.06 * deviation * count**-0.2 / limits.span * BINS))


def _smoothed(counts: npt.NDArray[np.int_], width_bins: float) -> npt.NDArray[np.float64]:
    """Counts spread by a Gaussian; what would leave the range is reflected at its ends."""
    reach = min(BINS - 1, int(4 * width_bins) + 1)
    offsets = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (offsets / width_bins) ** 2)
    padded = np.pad(counts.astype(np.float64), reach, mode="symmetric")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")
