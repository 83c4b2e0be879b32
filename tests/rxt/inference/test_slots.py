"""Similarity, rank and health of slots against loops by hand and memories made to be ill."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rxt.events import GateLaw, GateStage, frozen_array
from rxt.inference.cancel import Cancelled
from rxt.inference.slots import (
    EXACT_RANK,
    Thresholds,
    distance,
    effective_rank,
    health,
    likeness_order,
    pooled_similarity,
    similarity,
)
from rxt.model.memory import MemoryState
from tests.reference import slots as slow
from tests.rxt.inference.finished import After


def memory(layers: int = 2, slots: int = 6, width: int = 5) -> MemoryState:
    return MemoryState(torch.randn(layers, slots, width, generator=torch.Generator().manual_seed(0)))


def stage(values: list[list[float]], activation: str = "sigmoid") -> GateStage:
    law = GateLaw(activation, "elementwise", per_slot=True)  # type: ignore[arg-type]
    return GateStage("write", law, frozen_array(values))


def test_that_similarity_is_the_cosine_of_every_pair() -> None:
    state = memory()
    found = similarity(state)
    values = state.tensor.double().numpy()
    for layer in range(2):
        for one in range(6):
            for other in range(6):
                a, b = values[layer, one], values[layer, other]
                expected = sum(a * b) / np.sqrt(sum(a * a) * sum(b * b))
                assert found[layer, one, other] == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(similarity(state, layers=[1]), found[1:])
    assert not found.flags.writeable


@pytest.mark.parametrize("rows", [1, 4, 1024])
@pytest.mark.parametrize(("slots", "places"), [(6, 6), (6, 3), (7, 3), (7, 2), (10, 4)])
def test_that_pooled_similarity_shows_the_furthest_cosine_of_each_pair_of_places(
    slots: int, places: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rxt.inference.slots.BLOCK_ROWS", rows)
    state = memory(slots=slots)
    found, pool = pooled_similarity(state, places)
    assert pool == -(-slots // places)
    if pool == 1:
        assert np.array_equal(found, similarity(state))
    else:
        assert np.abs(found - slow.pooled(state.tensor.double().numpy(), places)).max() < 1e-5
    assert not found.flags.writeable


@pytest.mark.parametrize(("slots", "width"), [(1, 5), (9, 5), (5, 9), (64, 16)])
def test_that_slots_in_the_order_of_likeness_stand_along_the_direction_in_which_they_differ_most(
    slots: int, width: int
) -> None:
    values = memory(3, slots, width).tensor
    values[..., 0] *= 3  # a direction that stands out, so that the slow twin finds the same one
    found = likeness_order(MemoryState(values))
    assert found.tolist() == slow.likeness_order(values.double().numpy()).tolist()
    assert not found.flags.writeable


def test_that_slots_that_are_all_alike_stand_by_index() -> None:
    assert likeness_order(MemoryState(torch.zeros(1, 4, 3))).tolist() == [[0, 1, 2, 3]]


def test_that_the_rank_of_a_large_layer_is_that_of_its_singular_values() -> None:
    state = memory(layers=1, slots=EXACT_RANK + 40, width=EXACT_RANK + 3)
    values = np.linalg.svd(state.tensor[0].double().numpy(), compute_uv=False)
    shares = values / values.sum()
    assert effective_rank(state)[0] == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-5)


def test_that_the_effective_rank_counts_directions() -> None:
    alike = torch.ones(6, 5)
    three = torch.zeros(6, 5)
    three[[0, 1, 2], [0, 1, 2]] = 2.0
    uneven = torch.zeros(6, 5)
    uneven[0, 0], uneven[1, 1] = 3.0, 1.0
    found = effective_rank(MemoryState(torch.stack([alike, three, uneven, torch.zeros(6, 5)])))
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert found == pytest.approx([1, 3, np.exp(entropy), 0], abs=1e-4)


def test_that_distance_is_zero_to_itself_and_measured_a_slot() -> None:
    state = memory()
    same = distance(state, state)
    assert not same.norm.any()
    assert np.allclose(same.cosine, 1)
    other = MemoryState(-state.tensor)
    assert np.allclose(distance(state, other).norm, 2 * state.tensor.norm(dim=-1).numpy())
    assert np.allclose(distance(state, other).cosine, -1)
    with pytest.raises(ValueError, match="cannot be compared"):
        distance(state, memory(slots=7))


def test_that_dead_duplicate_and_saturated_slots_are_found_where_they_were_made() -> None:
    values = memory().tensor
    values[0, 2] *= 1e-4
    values[1, 0] = 3 * values[1, 4]
    gate = np.full((2, 6), 0.5)
    gate[0, 0], gate[1, 5], gate[1, 1] = 0.999, 0.001, 0.98
    found = health(MemoryState(values), stage(gate.tolist()))
    assert np.argwhere(found.dead).tolist() == [[0, 2]]
    assert np.argwhere(found.duplicate).tolist() == [[1, 0], [1, 4]]
    assert np.argwhere(found.saturated).tolist() == [[0, 0], [1, 5]]
    assert found.nearest[1, 0] == pytest.approx(1)


def test_that_a_slot_is_dead_beside_the_median_of_its_own_layer() -> None:
    values = torch.ones(2, 5, 4)
    values[1] *= 1e-4  # a quiet layer is not dead
    values[0, 0], values[1, 0] = 1e4, 1.0  # and one loud slot makes the others no quieter
    assert not health(MemoryState(values)).dead.any()
    values[0, 1], values[1, 1] = 0.0101, 0.0099 * 1e-4
    assert np.argwhere(health(MemoryState(values)).dead).tolist() == [[1, 1]]


def test_that_the_usual_thresholds_are_those_that_are_told() -> None:
    assert Thresholds() == Thresholds(dead_norm=0.01, duplicate_cosine=0.99, saturated_gate=0.01)
    assert health(memory()).thresholds == Thresholds()


def test_that_cosines_of_slots_with_themselves_are_no_more_than_one() -> None:
    state = MemoryState(torch.randn(2, 300, 64, generator=torch.Generator().manual_seed(0)))
    assert similarity(state).max() == 1
    assert pooled_similarity(state, 150)[0].max() <= 1
    assert distance(state, state).cosine.max() == 1
    assert distance(state, MemoryState(-state.tensor)).cosine.min() == -1
    assert health(MemoryState(state.tensor.repeat(1, 2, 1))).nearest.max() == 1


def test_that_what_was_found_of_slots_cannot_be_changed() -> None:
    found, apart = health(memory(), stage([[0.5] * 6] * 2)), distance(memory(), memory())
    arrays = (found.dead, found.duplicate, found.saturated, found.nearest, apart.norm, apart.cosine)
    assert not any(array.flags.writeable for array in (*arrays, effective_rank(memory())))


def test_that_thresholds_decide() -> None:
    state, gate = memory(), stage([[0.9] * 6] * 2)
    strict = health(state, gate, Thresholds(dead_norm=1.0, duplicate_cosine=0.0, saturated_gate=0.2))
    assert strict.dead.sum() >= 6
    assert np.array_equal(strict.duplicate, strict.nearest > 0)
    assert strict.saturated.all()


def test_that_a_tanh_gate_saturates_at_its_own_ends() -> None:
    found = health(memory(), stage([[-0.995, 0.0, 0.995, 0.5, 0.001, 1.0]] * 2, "tanh"))
    assert found.saturated[0].tolist() == [True, False, True, False, False, True]


def test_that_nothing_is_saturated_without_a_gate() -> None:
    assert not health(memory()).saturated.any()
    assert not health(
        memory(), GateStage("write", GateLaw("none", "none", False), frozen_array(np.ones((2, 6))))
    ).saturated.any()


def test_that_a_memory_of_zeros_is_dead_and_a_lone_slot_has_no_double() -> None:
    assert health(MemoryState(torch.zeros(2, 3, 4))).dead.all()
    lone = health(memory(slots=1))
    assert not lone.duplicate.any()
    assert (lone.nearest == -1).all()


@pytest.mark.parametrize("questions", [0, 1])
def test_that_slot_statistics_stop_between_layers_when_called_off(questions: int) -> None:
    for statistic in (similarity, effective_rank, health, likeness_order):
        with pytest.raises(Cancelled):
            statistic(memory(), cancelled=After(questions))  # type: ignore[operator]
