"""The slow twin of rxt.inference.provenance: every contribution is followed by itself, slot by slot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.reference.by_hand import Array
from tests.reference.write_map import update


def contributions(model: Any, initial: Any, interactions: Sequence[Sequence[int]]) -> tuple[Array, Array, Array]:
    """Contributions [N + 1, L, S, D], their factors' shares [N + 1, L, S] as for sigmoid, and the memory [L, S, D]."""
    memory = initial.tensor.double().numpy()
    layers, slots, _ = memory.shape
    parts, shares = [memory.copy()], [np.ones((layers, slots))]
    for ids in interactions:
        step = update(model, memory, ids)
        new, share = np.zeros_like(memory), np.zeros((layers, slots))
        for layer in range(layers):
            for slot in range(slots):
                keep1, keep2 = step.keep[0][layer, slot], step.keep[1][layer, slot]
                take1, take2 = step.take[0][layer, slot], step.take[1][layer, slot]
                for part, old_share in zip(parts, shares, strict=True):
                    part[layer, slot] *= keep1 * keep2
                    old_share[layer, slot] *= keep1 * keep2
                new[layer, slot] = keep2 * take1 * step.read[layer, slot] + take2 * step.written[layer, slot]
                share[layer, slot] = keep2 * take1 + take2
        parts.append(new)
        shares.append(share)
        memory = step.new
    return np.stack(parts), np.stack(shares), memory
