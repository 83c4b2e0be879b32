"""Orders of slots within their layer: by how much they changed, by age, by likeness.

Slots of different layers have nothing in common, so each layer has an order of its own. Letters: L layers, S slots,
N turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from rxt.events import FloatArray

IndexArray = npt.NDArray[np.intp]


def by_size(values: FloatArray) -> IndexArray:
    """[L, S]: slots from the largest value to the smallest; invalid ones last."""
    return np.argsort(np.where(np.isfinite(values), -values, np.inf), axis=1, kind="stable")


def mean_age(shares: FloatArray) -> FloatArray:
    """[L, S] in turns: how long ago, on average, what stands in a slot was written.

    shares: [n + 1, L, S] after n turns; the newest turn is 0 turns old, the initial memory n. Slots of nobody: NaN.
    """
    turns = len(shares) - 1
    ages = np.array([turns, *range(turns - 1, -1, -1)], dtype=np.float64)
    total = shares.sum(axis=0, dtype=np.float64)
    weighted = np.einsum("n,nls->ls", ages, shares)
    return np.divide(weighted, total, out=np.full_like(weighted, np.nan), where=total > 0).astype(np.float32)


def by_likeness(cosine: FloatArray) -> IndexArray:
    """[L, S]: like slots beside each other, of cosines [L, S, S]: along the direction in which they differ most.

    The first principal axis of a layer's rows of cosines, by power iteration: exact enough for an order, and fast.
    """
    layers, slots = cosine.shape[:2]
    order = np.empty((layers, slots), dtype=np.intp)
    for layer in range(layers):
        rows = (cosine[layer] - cosine[layer].mean(axis=0)).astype(np.float64)
        axis = rows[int(np.square(rows).sum(axis=1).argmax())]
        for _ in range(30):
            axis = rows.T @ (rows @ axis)
            length = float(np.linalg.norm(axis))
            if length == 0 or not np.isfinite(length):
                break
            axis /= length
        order[layer] = np.argsort(np.nan_to_num(rows @ axis), kind="stable")
    return order


def place_of(order: IndexArray, layer: int, slot: int) -> int:
    """The column in which a slot stands."""
    return int(np.flatnonzero(order[layer] == slot)[0])
