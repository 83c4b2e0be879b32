"""Edits act on a copy, only where they are told to, and the same way for the same seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from rxt.inference.edit import (
    SlotMask,
    interpolate,
    layer_mean,
    layers_at,
    noise,
    patch,
    random_like,
    shuffled,
    slots_at,
    strongest,
    strongest_of_all,
    zero,
)
from rxt.model.memory import MemoryState

SHAPE = (3, 10, 4)


def memory(seed: int = 0) -> MemoryState:
    return MemoryState(torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)))


WHERE = slots_at(SHAPE, [(0, 1), (2, 9)])
EDITS: dict[str, Callable[[MemoryState, SlotMask], MemoryState]] = {
    "zero": zero,
    "layer mean": layer_mean,
    "noise": lambda state, where: noise(state, where, seed=3),
    "patch": lambda state, where: patch(state, where, memory(7)),
}


@pytest.mark.parametrize("name", EDITS)
def test_that_an_edit_changes_the_slots_it_names_on_a_copy_and_no_other(name: str) -> None:
    original = memory()
    before = original.to_bytes()
    edited = EDITS[name](original, WHERE)
    changed = (edited.tensor != original.tensor).any(dim=-1).numpy()
    assert np.array_equal(changed, WHERE)
    assert original.to_bytes() == before
    assert EDITS[name](original, WHERE) == edited
    assert EDITS[name](original, np.zeros(SHAPE[:2], dtype=bool)) == original


def test_that_each_edit_puts_in_what_it_says() -> None:
    original, whole = memory(), layers_at(SHAPE, range(3))
    assert not zero(original, whole).tensor.any()
    mean = layer_mean(original, whole).tensor
    assert torch.allclose(mean, original.tensor.mean(dim=1, keepdim=True).expand(SHAPE))
    noisy = noise(original, whole, seed=3).tensor
    assert torch.allclose(noisy.norm(dim=-1), original.tensor.norm(dim=-1), rtol=1e-5)
    assert torch.cosine_similarity(noisy, original.tensor, dim=-1).abs().mean() < 0.7
    assert patch(original, whole, memory(7)) == memory(7)
    assert noise(original, whole, seed=4) != noise(original, whole, seed=3)


def test_that_noise_in_a_slot_is_the_same_whatever_else_is_edited() -> None:
    some, all_ = noise(memory(), WHERE, seed=3), noise(memory(), layers_at(SHAPE, range(3)), seed=3)
    assert torch.equal(some.tensor[torch.from_numpy(WHERE)], all_.tensor[torch.from_numpy(WHERE)])


def test_that_interpolation_ends_at_both_memories_and_takes_weights_a_layer_or_a_slot() -> None:
    first, second = memory(0), memory(7)
    assert interpolate(first, second, 0.0) == first
    assert interpolate(first, second, 1.0) == second
    assert torch.allclose(interpolate(first, second, 0.25).tensor, 0.75 * first.tensor + 0.25 * second.tensor)
    layers = np.array([[0], [1], [0]], np.float32)
    assert interpolate(first, second, layers) == patch(first, layers_at(SHAPE, [1]), second)
    assert interpolate(first, second, WHERE.astype(np.float32)) == patch(first, WHERE, second)


def test_that_a_control_takes_as_many_other_slots_of_each_layer() -> None:
    control = random_like(WHERE, seed=0)
    assert np.array_equal(control.sum(axis=1), WHERE.sum(axis=1))
    assert not (control & WHERE).any()
    assert np.array_equal(random_like(WHERE, seed=0), control)
    assert any(not np.array_equal(random_like(WHERE, seed=seed), control) for seed in range(1, 5))


@pytest.mark.parametrize("share", [0.5, 0.7, 1.0])
def test_that_a_control_is_never_what_it_controls(share: float) -> None:
    count = round(share * SHAPE[1])
    most = slots_at(SHAPE, [(1, slot) for slot in range(count)])
    control = random_like(most, seed=0)
    assert control.sum() == count
    assert control[1].sum() == (SHAPE[1] - count if share > 0.5 else count)
    assert not (control & most).any()


def test_that_a_control_of_more_than_half_is_all_that_is_left_and_of_everything_nothing() -> None:
    many = layers_at(SHAPE, [0, 2])
    assert np.array_equal(random_like(many, seed=0), ~many)
    assert not random_like(layers_at(SHAPE, range(3)), seed=0).any()


@pytest.mark.parametrize(("share", "count"), [(0.05, 1), (0.1, 1), (0.11, 2), (0.3, 3), (1.0, 10)])
def test_that_the_strongest_are_the_share_of_each_layer_with_the_largest_values(share: float, count: int) -> None:
    values = np.random.default_rng(0).random(SHAPE[:2]).astype(np.float32)
    mask = strongest(values, share)
    assert (mask.sum(axis=1) == count).all()
    for layer in range(3):
        assert values[layer][mask[layer]].min() >= values[layer][~mask[layer]].max(initial=0)


def test_that_a_share_that_is_whole_slots_but_for_rounding_takes_no_slot_more() -> None:
    assert 0.07 * 100 > 7
    assert strongest(np.zeros((1, 100), np.float32), 0.07).sum() == 7


def test_that_the_first_of_equal_values_are_taken() -> None:
    assert np.flatnonzero(strongest(np.zeros((1, 10), np.float32), 0.2)[0]).tolist() == [0, 1]


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, float("nan")])
def test_that_a_share_outside_its_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        strongest(np.zeros((1, 10), np.float32), share)


@pytest.mark.parametrize("place", [(3, 0), (0, 10), (-1, 0), (0, -1)])
def test_that_a_place_outside_the_memory_is_refused(place: tuple[int, int]) -> None:
    with pytest.raises(IndexError, match="there is no slot"):
        slots_at(SHAPE, [place])


def test_that_masks_and_memories_of_another_shape_are_refused() -> None:
    other = MemoryState(torch.zeros(2, 10, 4))
    with pytest.raises(ValueError, match="the mask must be"):
        zero(memory(), np.zeros((3, 4), dtype=bool))
    with pytest.raises(ValueError, match="the mask must be"):
        zero(memory(), np.zeros(SHAPE[:2]))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cannot be joined"):
        patch(memory(), WHERE, other)
    with pytest.raises(ValueError, match="cannot be joined"):
        interpolate(memory(), other, 0.5)


def test_that_a_shuffled_memory_has_the_same_values_in_every_slot_in_another_order() -> None:
    original = memory()
    found = shuffled(original, seed=1)
    assert torch.equal(found.tensor.sort(dim=-1).values, original.tensor.sort(dim=-1).values)
    assert (found.tensor != original.tensor).any(dim=-1).float().mean() > 0.8
    assert shuffled(original, seed=1) == found
    assert shuffled(original, seed=2) != found


def test_that_the_strongest_of_all_may_lie_in_one_layer() -> None:
    values = np.array([[5, 1, 4, 3], [0, 2, 0, 0]], np.float32)
    assert np.argwhere(strongest_of_all(values, 0.375)).tolist() == [[0, 0], [0, 2], [0, 3]]
    assert strongest_of_all(values, 0.01).sum() == 1
