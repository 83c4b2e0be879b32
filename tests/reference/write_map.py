"""The slow twin of rxt.inference.attention_maps.write_map and of the memory update: all attention by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.reference.by_hand import Array, Weights, attend, below, feed_forward, layer_of, rms_norm, sigmoid, weights_of


@dataclass
class Update:
    """One layer each: [L, S, D]; factors [L, S]; maps [L, H, S, N]."""

    new: Array
    read: Array
    written: Array
    keep: tuple[Array, Array]  # of the interlayer and of the write stage
    take: tuple[Array, Array]
    write_map: Array
    interlayer_map: Array


def encode(model: Any, weights: Weights, ids: Sequence[int]) -> Array:
    """The encoder's states of every layer [L, T, D]."""
    config = model.config.encoder
    x = weights["embedding.weight"][list(ids)]
    states = []
    for layer in range(config.layers):
        part = below(weights, f"encoder.layers.{layer}.")
        normed = rms_norm(x, part["norm1.weight"])
        x = x + attend(below(part, "attention."), config.attention, normed, normed, "qk")[0]
        x = x + feed_forward(below(part, "ff."), config.feed_forward, rms_norm(x, part["norm3.weight"]))
        states.append(x)
    return np.stack(states)


def factors(gate: Weights, config: Any, layer: int, old: Array, new: Array) -> tuple[Array, Array]:
    """What the gate multiplies the old and the new value with, a slot [S]."""
    if config.kind == "none":
        return np.ones(len(old)), np.ones(len(old))
    keep, take = np.empty(len(old)), np.empty(len(old))
    for slot in range(len(old)):
        weight = gate["weight"][layer, slot if config.per_slot else 0, 0]
        if config.kind == "elementwise":
            weight = weight * np.mean(old[slot] + new[slot])
        value = sigmoid(weight) if config.activation == "sigmoid" else np.tanh(weight)
        keep[slot], take[slot] = 1 - value, value if config.activation == "sigmoid" else 1 + value
    return keep, take


def update(model: Any, memory: Array, ids: Sequence[int]) -> Update:
    """One memory update of a memory [L, S, D]."""
    weights, config = weights_of(model), model.config.memory
    part = below(weights, "memory_attention.")
    states = encode(model, weights, ids)
    mean = rms_norm(memory.mean(axis=0), part["mean_norm.weight"])
    rows = [_layer(part, config, layer, memory[layer], mean, states[layer]) for layer in range(config.layers)]
    new, read, written, keep1, keep2, take1, take2, writes, across = (np.stack(row) for row in zip(*rows, strict=True))
    return Update(new, read, written, (keep1, keep2), (take1, take2), writes, across)


def _layer(part: Weights, config: Any, layer: int, old: Array, mean: Array, states: Array) -> tuple[Array, ...]:
    own = rms_norm(old, part["interlayer_norm.weight"][layer])
    source = mean
    if config.variant == "self-interlayer":
        keep, take = factors(below(part, "mix_gate."), config.gate, layer, own, mean)
        source = keep[:, None] * own + take[:, None] * mean
    stacked = layer_of(below(part, "interlayer_attention."), layer)
    read, across = attend(stacked, config.interlayer_attention, own, source)
    keep1, take1 = factors(below(part, "interlayer_gate."), config.gate, layer, old, read)
    mixed = keep1[:, None] * old + take1[:, None] * read
    queries = rms_norm(mixed, part["write_norm.weight"][layer])
    inputs = rms_norm(states, part["input_norm.weight"][layer])
    written, writes = attend(layer_of(below(part, "attention."), layer), config.attention, queries, inputs, "k")
    keep2, take2 = factors(below(part, "write_gate."), config.gate, layer, mixed, written)
    new = keep2[:, None] * mixed + take2[:, None] * written
    return new, read, written, keep1, keep2, take1, take2, writes, across
