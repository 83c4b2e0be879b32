"""A memory's slots in numbers: how alike, how many directions, which are dead, duplicate or saturated.

Letters: L layers, S slots, D width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rxt.events import FloatArray, GateStage, frozen_array
from rxt.inference.cancel import IsCancelled, check, never
from rxt.model.memory import MemoryState

BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.int32]
EXACT_RANK = 256
"""Layers with as many slots or values a slot are taken apart exactly."""
BLOCK_ROWS = 1024
"""Slots that are compared with all others at once."""
POWER_STEPS = 30
"""Of the power iteration for an order: more change no place that one would see."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a slot counts as ill.

    dead_norm: dead up to this share of the median slot norm of its layer, (0, 1).
    duplicate_cosine: duplicate where its cosine to another slot of its layer is above this, (0, 1).
    saturated_gate: saturated where a gate that can change is closer than this to an end of its range, (0, 0.5).
    """

    dead_norm: float = 0.01
    duplicate_cosine: float = 0.99
    saturated_gate: float = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class SlotHealth:
    """[L, S] each, read-only. nearest: the largest cosine to another slot of the layer, -1 where there is none."""

    dead: BoolArray
    duplicate: BoolArray
    saturated: BoolArray
    nearest: FloatArray
    thresholds: Thresholds


@dataclass(frozen=True, slots=True, eq=False)
class Distance:
    """Between two memories, [L, S] each: the Euclidean norm of a slot's difference and the cosine, in [-1, 1]."""

    norm: FloatArray
    cosine: FloatArray


def similarity(memory: MemoryState, layers: Sequence[int] | None = None, cancelled: IsCancelled = never) -> FloatArray:
    """[L, S, S]: the cosine of every pair of slots of a layer, in [-1, 1]; 0 to a slot of zeros. Raises Cancelled.

    layers: all by default; the result takes 4 * L * S * S bytes.
    """
    chosen = range(memory.shape[0]) if layers is None else layers
    result = np.empty((len(chosen), memory.shape[1], memory.shape[1]), np.float32)
    for place, layer in enumerate(chosen):
        check(cancelled)
        result[place] = _cosines(memory.shared[layer]).numpy()
    result.flags.writeable = False
    return result


def pooled_similarity(memory: MemoryState, places: int = 256, cancelled: IsCancelled = never) -> tuple[FloatArray, int]:
    """[L, P, P] and how many neighbouring slots a place stands for: similarity where S slots are too many to show.

    Each entry is the cosine furthest from 0 between a slot of one place and one of the other, a slot with itself left
    out (1 where there is no other pair, as in similarity). P is at most `places`; the last place may stand for fewer
    slots. Takes a few times 4 * BLOCK_ROWS * S bytes beside the result. Raises Cancelled.
    """
    layers, slots, _ = memory.shape
    pool = -(-slots // places)
    if pool == 1:
        return similarity(memory, None, cancelled), 1
    count = -(-slots // pool)
    result = np.empty((layers, count, count), np.float32)
    block = max(1, BLOCK_ROWS // pool)
    for layer in range(layers):
        unit = torch.nn.functional.normalize(memory.shared[layer], dim=-1)
        for place in range(0, count, block):
            check(cancelled)
            start = place * pool
            rows = (unit[start : start + block * pool] @ unit.T).clamp_(-1, 1)
            rows.diagonal(start).zero_()
            lack = -len(rows) % pool, count * pool - slots
            far = torch.nn.functional.pad(rows, (0, lack[1], 0, lack[0])).reshape(-1, pool, count, pool)
            high, low = far.amax(dim=1).amax(dim=-1), far.amin(dim=1).amin(dim=-1)  # one by one: seven times as fast
            result[layer, place : place + block] = torch.where(high >= -low, high, low).numpy()
        if slots % pool == 1:  # the last place is one slot
            result[layer, -1, -1] = 1
    result.flags.writeable = False
    return result, pool


def likeness_order(memory: MemoryState, cancelled: IsCancelled = never) -> IndexArray:
    """[L, S]: the slots of each layer along the direction in which they differ most, like ones beside each other.

    The first principal axis of a layer's rows of cosines, as `similarity` has them, by power iteration. Of unit slots
    U the rows without their mean are (U - mean) U^T: no pair is compared, so it is fast for any S. Raises Cancelled.
    """
    order = np.empty(memory.shape[:2], np.int32)
    for layer, slots in enumerate(memory.shared):
        check(cancelled)
        unit = torch.nn.functional.normalize(slots, dim=-1).double()
        mean = unit.mean(dim=0)
        apart, squared = unit - mean, unit.T @ unit
        step = squared - len(unit) * torch.outer(mean, mean)  # apart^T apart
        first = int(((apart @ squared) * apart).sum(dim=1).argmax())  # the longest row begins, as its sign decides
        axis = squared @ apart[first]
        for _ in range(POWER_STEPS):
            axis = squared @ (step @ axis)
            length = axis.norm()
            if length == 0:
                break
            axis /= length
        order[layer] = torch.argsort(apart @ axis, stable=True).numpy()
    order.flags.writeable = False
    return order


def effective_rank(memory: MemoryState, cancelled: IsCancelled = never) -> FloatArray:
    """[L]: how many directions a layer's slots use, from 1 (all alike) to min(S, D); 0 for a layer of zeros.

    The exponential of the entropy of the singular values, taken as shares of their sum (Roy and Vetterli, 2007).
    """
    ranks = []
    for layer in memory.shared:
        check(cancelled)
        values = _singular_values(layer.double())
        shares = values[values > 0] / values.sum()
        ranks.append(float((-(shares * shares.log()).sum()).exp()) if len(shares) else 0.0)
    return frozen_array(ranks)


def distance(memory: MemoryState, other: MemoryState) -> Distance:
    """From another memory, as the initial one. Raises ValueError where their shapes differ."""
    if memory.shape != other.shape:
        raise ValueError(f"memories of shapes {list(memory.shape)} and {list(other.shape)} cannot be compared")
    ours, theirs = memory.shared, other.shared
    cosine = torch.cosine_similarity(ours, theirs, dim=-1).clamp(-1, 1)
    return Distance(frozen_array((ours - theirs).norm(dim=-1).numpy()), frozen_array(cosine.numpy()))


def health(
    memory: MemoryState,
    gate: GateStage | None = None,
    thresholds: Thresholds | None = None,
    cancelled: IsCancelled = never,
) -> SlotHealth:
    """Which slots are dead, duplicate or saturated. Raises Cancelled.

    gate: the write stage of the turn that left this memory; without one, or where the stage has no gate, no slot counts
    as saturated. A static gate is saturated by training, not by what was said: law.is_dynamic tells.
    """
    limits = thresholds or Thresholds()
    norm = memory.shared.norm(dim=-1).numpy()
    dead = norm <= limits.dead_norm * np.median(norm, axis=1, keepdims=True)
    nearest = np.empty(norm.shape, np.float32)
    for layer, slots in enumerate(memory.shared):
        check(cancelled)
        nearest[layer] = _cosines(slots).fill_diagonal_(-1).amax(dim=1).numpy()
    saturated = np.zeros(norm.shape, dtype=bool)
    if gate is not None and gate.law.activation != "none":
        low, high = gate.law.limits
        saturated = (gate.values < low + limits.saturated_gate) | (gate.values > high - limits.saturated_gate)
    masks = (dead, nearest > limits.duplicate_cosine, saturated)
    for mask in masks:
        mask.flags.writeable = False
    return SlotHealth(*masks, frozen_array(nearest), limits)


def _singular_values(layer: Tensor) -> Tensor:
    """[S, D] -> [min(S, D)]. Of a large layer as roots of eigenvalues: a tenth of the time, wrong by 1e-8 of the
    largest."""
    if min(layer.shape) <= EXACT_RANK:
        exact: Tensor = torch.linalg.svdvals(layer)
        return exact
    gram = layer @ layer.T if layer.shape[0] < layer.shape[1] else layer.T @ layer
    eigenvalues: Tensor = torch.linalg.eigvalsh(gram)
    return eigenvalues.clamp_min(0).sqrt()


def _cosines(slots: Tensor) -> Tensor:
    """[S, D] -> [S, S]."""
    unit = torch.nn.functional.normalize(slots, dim=-1)
    return (unit @ unit.T).clamp(-1, 1)
