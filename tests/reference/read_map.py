"""The slow twin of rxt.inference.attention_maps.read_map: the whole decoder by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.reference.by_hand import Array, attend, below, feed_forward, rms_norm, weights_of


def read_map(model: Any, memory: Any, prompt_ids: Sequence[int], answer_ids: Sequence[int]) -> Array:
    """[T, L, H, S]: for each answer token, the memory cross-attention at the place of the token before it."""
    weights, config = weights_of(model), model.config.decoder
    slots = memory.tensor.double().numpy()
    x = weights["embedding.weight"][[*prompt_ids, *answer_ids]]
    result = []
    for layer in range(config.layers):
        part = below(weights, f"decoder.layers.{layer}.")
        normed = rms_norm(x, part["norm1.weight"])
        x = x + attend(below(part, "attention."), config.attention, normed, normed, "qk", causal=True)[0]
        read, seen = attend(
            below(part, "memory_cross_attention."),
            config.cross_attention,
            rms_norm(x, part["norm2.weight"]),
            rms_norm(slots[layer], part["stm_norm.weight"]),
            "q",
        )
        x = x + read
        x = x + feed_forward(below(part, "ff."), config.feed_forward, rms_norm(x, part["norm3.weight"]))
        first = len(prompt_ids) - 1
        result.append(seen[:, first : first + len(answer_ids)])
    return np.stack(result).transpose(2, 0, 1, 3)
