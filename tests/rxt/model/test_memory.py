"""A memory is a value: it can be compared, kept and passed on, never changed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import rxt
from rxt.model.memory import MemoryState
from tests.rxt.tiny import tiny_model


@pytest.fixture
def values() -> torch.Tensor:
    return torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)


def test_that_nothing_done_to_a_tensor_outside_reaches_the_memory(values: torch.Tensor) -> None:
    memory = MemoryState(values)
    before = memory.sha256, memory.to_bytes()
    values.zero_()
    memory.tensor.fill_(7)
    assert MemoryState(memory.tensor).sha256 == before[0]
    assert memory.to_bytes() == before[1]


def test_that_a_turn_leaves_the_memory_it_started_from_untouched() -> None:
    model = tiny_model()
    memory = model.initial_memory(seed=3)
    before = memory.to_bytes()
    update = model.update_memory(memory, [2, 5, 9, 6, 10, 3])
    model.logits([2, 5, 9, 6], memory)
    assert memory.to_bytes() == before
    assert update.memory != memory


def test_that_equal_values_are_equal_memories_whatever_their_layout(values: torch.Tensor) -> None:
    transposed = values.transpose(1, 2).contiguous().transpose(1, 2)
    assert MemoryState(values) == MemoryState(transposed) == MemoryState(values.double())
    assert len({MemoryState(values), MemoryState(transposed)}) == 1
    assert MemoryState(values) != MemoryState(values + 1)
    assert MemoryState(values) != MemoryState(values.reshape(3, 2, 4))
    assert MemoryState(values) != "memory"


def test_that_a_memory_returns_from_its_bytes_bit_by_bit() -> None:
    memory = tiny_model().initial_memory(seed=5)
    again = MemoryState.from_bytes(memory.to_bytes(), memory.shape)
    assert again == memory
    assert torch.equal(again.tensor, memory.tensor)


def test_that_bytes_of_another_length_are_refused(values: torch.Tensor) -> None:
    data = MemoryState(values).to_bytes()
    with pytest.raises(ValueError, match="96 bytes, not 95"):
        MemoryState.from_bytes(data[:-1], (2, 3, 4))


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_that_numbers_that_are_not_finite_are_no_memory(values: torch.Tensor, bad: float) -> None:
    values[1, 2, 3] = bad
    with pytest.raises(ValueError, match="not finite"):
        MemoryState(values)


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (torch.zeros(3, 4), "three dimensions"),
        (torch.zeros(1, 2, 3, 4), "three dimensions"),
        (torch.zeros(2, 3, 4, dtype=torch.int64), "floating point"),
        (torch.zeros(2, 3, 4, dtype=torch.complex64), "floating point"),
        (torch.full((2, 3, 4), 1e300, dtype=torch.float64), "not finite"),
    ],
)
def test_that_what_cannot_be_a_memory_is_refused(tensor: torch.Tensor, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        MemoryState(tensor)


def test_that_the_summary_holds_the_norm_of_every_slot_read_only(values: torch.Tensor) -> None:
    summary = MemoryState(values).summary()
    assert (summary.layers, summary.slots, summary.width) == (2, 3, 4)
    np.testing.assert_allclose(summary.norm, np.linalg.norm(values.numpy(), axis=-1), rtol=1e-6)
    assert not summary.norm.flags.writeable


def test_that_a_fresh_memory_depends_on_its_seed_alone() -> None:
    model = tiny_model()
    torch.manual_seed(1)
    first = model.initial_memory(seed=4)
    torch.manual_seed(2)
    assert model.initial_memory(seed=4) == first
    assert model.initial_memory(seed=5) != first


def test_that_a_fresh_memory_is_normal_noise() -> None:
    values = torch.cat([tiny_model().initial_memory(seed).tensor for seed in range(20)])
    assert abs(float(values.mean())) < 0.1
    assert float(values.std()) == pytest.approx(1, abs=0.1)


def test_that_a_memory_of_another_shape_is_refused_with_both_shapes(values: torch.Tensor) -> None:
    with pytest.raises(ValueError, match=r"\[2, 3, 4\].*\[2, 3, 16\]"):
        tiny_model().update_memory(rxt.MemoryState(values), [2, 5, 6])


def test_that_an_update_that_overflows_is_refused() -> None:
    model = tiny_model(gate="none")
    huge = MemoryState(torch.full(model.memory_shape, 3e38))
    model.memory_attention.interlayer_attention.out_proj.bias.data.fill_(3e38)
    with pytest.raises(ValueError, match="not finite"):
        model.update_memory(huge, [2, 5, 6])
