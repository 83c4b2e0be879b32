"""Slow twins of what is computed of many slots at once: likeness in pools and in order, frozen slots, value lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.reference.by_hand import Array, below, rms_norm, weights_of
from tests.reference.write_map import update


def pooled(values: Array, places: int) -> Array:
    """[L, P, P] of values [L, S, D]: pair by pair, the cosine furthest from 0 of each pair of places."""
    layers, slots, _ = values.shape
    pool = int(np.ceil(slots / places))
    count = int(np.ceil(slots / pool))
    result = np.zeros((layers, count, count))
    for layer in range(layers):
        pairs = np.zeros((count, count), dtype=int)
        for one in range(slots):
            for other in range(slots):
                if one == other:
                    continue
                a, b = values[layer, one], values[layer, other]
                cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
                place = one // pool, other // pool
                pairs[place] += 1
                if abs(cosine) > abs(result[layer, *place]):
                    result[layer, *place] = cosine
        result[layer][pairs == 0] = 1  # a slot with nobody but itself
    return result


def likeness_order(values: Array) -> Array:
    """[L, S] of values [L, S, D]: along the first principal axis of the rows of all cosines, pair by pair."""
    layers, slots, _ = values.shape
    order = np.zeros((layers, slots), dtype=int)
    for layer in range(layers):
        unit = [slot / np.linalg.norm(slot) for slot in values[layer]]
        rows = np.array([[one @ other for other in unit] for one in unit])
        rows -= rows.mean(axis=0)
        axis = np.linalg.svd(rows)[2][0]
        first = rows[np.square(rows).sum(axis=1).argmax()]
        order[layer] = np.argsort(rows @ axis * np.sign(axis @ first), kind="stable")
    return order


def frozen(model: Any, memory: Any, interactions: Sequence[Sequence[int]], where: Any) -> Array:
    """[L, S, D] after these turns, every frozen slot put back after each of them."""
    first = memory.tensor.double().numpy()
    state = first.copy()
    for ids in interactions:
        state = update(model, state, ids).new.copy()
        for layer, slot in zip(*np.nonzero(where), strict=True):
            state[layer, slot] = first[layer, slot]
    return state


def value_norms(model: Any, memory: Any) -> Array:
    """[L, S]: the mean over kv heads of the length of what a slot gives when it is read."""
    weights, config = weights_of(model), model.config.decoder
    slots = memory.tensor.double().numpy()
    size, groups = config.cross_attention.head_dim, config.cross_attention.kv_heads
    result = np.zeros(slots.shape[:2])
    for layer in range(config.layers):
        part = below(weights, f"decoder.layers.{layer}.")
        given = rms_norm(slots[layer], part["stm_norm.weight"]) @ part["memory_cross_attention.v_proj.weight"].T
        for slot in range(slots.shape[1]):
            heads = [given[slot, group * size : (group + 1) * size] for group in range(groups)]
            result[layer, slot] = np.mean([np.linalg.norm(head) for head in heads])
    return result
