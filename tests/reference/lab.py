"""What the lab chooses and draws, in loops: slow and obvious."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def strongest_by_hand(values: npt.NDArray[np.float32], share: float) -> npt.NDArray[np.bool_]:
    """In each layer the largest values one by one, the first of equals, until the share is reached."""
    mask = np.zeros(values.shape, dtype=bool)
    count = max(1, math.ceil(round(share * values.shape[1], 6)))
    for layer, row in enumerate(values.tolist()):
        for _ in range(count):
            best = None
            for slot, value in enumerate(row):
                if not mask[layer, slot] and (best is None or value > row[best]):
                    best = slot
            mask[layer, best] = True
    return mask


def nearest_colour(value: float, low: float, high: float, table: npt.NDArray[np.uint8]) -> list[int]:
    """The colour [4] of one value between two limits."""
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return [int(part) for part in table[round(share * (len(table) - 1))]]
