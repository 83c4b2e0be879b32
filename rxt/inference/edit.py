"""Edits of a copy of a memory: every function returns a new one and leaves what it was given as it was.

Which slots: a mask [L, S], True where the edit acts (slots_at, layers_at, random_like, strongest; `|`, `&` and `~` join
masks). The results are synthetic: no conversation has led to them.

Letters: L layers, S slots, D width.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rxt.events import FloatArray
from rxt.model.memory import MemoryState

SlotMask = npt.NDArray[np.bool_]
Shape = tuple[int, int, int]


def slots_at(shape: Shape, places: Iterable[tuple[int, int]]) -> SlotMask:
    """The slots at (layer, slot). shape: of the memory. Raises IndexError for a place outside of it."""
    mask = np.zeros(shape[:2], dtype=bool)
    for layer, slot in places:
        if not (0 <= layer < shape[0] and 0 <= slot < shape[1]):
            raise IndexError(f"there is no slot {slot} in layer {layer}: layers end at {shape[0]}, slots at {shape[1]}")
        mask[layer, slot] = True
    return mask


def layers_at(shape: Shape, layers: Iterable[int]) -> SlotMask:
    """All slots of the given layers."""
    return slots_at(shape, ((layer, slot) for layer in layers for slot in range(shape[1])))


def strongest(values: FloatArray, share: float) -> SlotMask:
    """In each layer the given share of its slots, at least one, whose values [L, S] are largest; the first of equals.

    With ReadMap.of_slots: what an answer read most. share: in (0, 1].
    """
    if not 0 < share <= 1:
        raise ValueError(f"the share of slots must be above 0 and at most 1, not {share}")
    count = max(1, math.ceil(share * values.shape[1] - 1e-9))
    order = np.argsort(-values, axis=1, kind="stable")[:, :count]
    mask = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(mask, order, True, axis=1)
    return mask


def strongest_of_all(values: FloatArray, share: float) -> SlotMask:
    """The given share of all slots, at least one, whose values [L, S] are largest, in whatever layer.

    share: in (0, 1].
    """
    return strongest(values.reshape(1, -1), share).reshape(values.shape)


def random_like(where: SlotMask, seed: int) -> SlotMask:
    """A control: as many slots, drawn from the others and never from `where` itself.

    Of each layer as many as `where` has there; where a layer has too few others, the rest comes from other layers.
    There are fewer where `where` has more than half of all slots, and none where it has all.
    """
    rng = np.random.default_rng(seed)
    control = np.zeros_like(where)
    for layer, chosen in enumerate(where):
        others = np.flatnonzero(~chosen)
        control[layer, rng.choice(others, min(int(chosen.sum()), len(others)), replace=False)] = True
    rest = np.flatnonzero(~(where | control))
    lacking = int(where.sum()) - int(control.sum())
    control.flat[rng.choice(rest, min(lacking, len(rest)), replace=False)] = True
    return control


def zero(memory: MemoryState, where: SlotMask) -> MemoryState:
    """Slots of zeros."""
    return _replaced(memory, where, torch.zeros_like(memory.shared))


def layer_mean(memory: MemoryState, where: SlotMask) -> MemoryState:
    """Each slot becomes the mean of all slots of its layer."""
    return _replaced(memory, where, memory.shared.mean(dim=1, keepdim=True).expand(memory.shape))


def noise(memory: MemoryState, where: SlotMask, seed: int) -> MemoryState:
    """Each slot becomes a random direction with the slot's own norm; the same for the same seed, whatever the mask."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(memory.shape, generator=generator, dtype=torch.float32, device="cpu")
    direction = torch.nn.functional.normalize(drawn, dim=-1)
    return _replaced(memory, where, direction * memory.shared.norm(dim=-1, keepdim=True))


def patch(memory: MemoryState, where: SlotMask, source: MemoryState) -> MemoryState:
    """The slots of another memory: of another turn, branch or snapshot.

    With the initial memory as source it restores; with the memory before a turn, as source for the one after, it
    freezes; with any two memories it merges them slot- or layer-wise. Raises ValueError where the shapes differ.
    """
    _check_shapes(memory, source)
    return _replaced(memory, where, source.shared)


def interpolate(first: MemoryState, second: MemoryState, weight: float | FloatArray) -> MemoryState:
    """(1 - weight) · first + weight · second. weight: one number, [L, 1] a layer or [L, S] a slot; 0 to 1 lies between.

    Raises ValueError where the shapes differ.
    """
    _check_shapes(first, second)
    weights = torch.from_numpy(np.broadcast_to(np.asarray(weight, np.float32), first.shape[:2]).copy())[..., None]
    return MemoryState((1 - weights) * first.shared + weights * second.shared)


def shuffled(memory: MemoryState, seed: int) -> MemoryState:
    """The values of each slot in another order, the same for the same seed: a memory of the same norms that knows
    nothing. (Slots in another order would know the same: they are a set.)"""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.rand(memory.shape, generator=generator, dtype=torch.float32, device="cpu")
    return MemoryState(memory.shared.gather(-1, drawn.argsort(dim=-1)))


def _check_shapes(first: MemoryState, second: MemoryState) -> None:
    if first.shape != second.shape:
        raise ValueError(f"memories of shapes {list(first.shape)} and {list(second.shape)} cannot be joined")


def _replaced(memory: MemoryState, where: SlotMask, values: Tensor) -> MemoryState:
    if where.shape != memory.shape[:2] or where.dtype != np.bool_:
        raise ValueError(
            f"the mask must be {list(memory.shape[:2])} of booleans, not {list(where.shape)} {where.dtype}"
        )
    return MemoryState(torch.where(torch.from_numpy(where.copy())[..., None], values, memory.shared))
