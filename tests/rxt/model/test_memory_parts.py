"""A large memory is updated a few layers at a time: the numbers are those of all layers at once."""

from __future__ import annotations

import copy

import pytest
import torch

from rxt.inference.replay import encoder_states, replay_write
from rxt.model import memory_attention
from tests.rxt.tiny import tiny_model

IDS = [2, 5, 11, 12, 30, 6, 20, 21, 7, 22]


@pytest.mark.parametrize("memory_norm", ["classic-rms", "layer", "rms", "adaptive", "positional"])
@pytest.mark.parametrize(
    ("gate", "status"), [("elementwise", "linear"), ("linear", "linear"), ("static", "mean"), ("none", "mean")]
)
@pytest.mark.parametrize("variant", ["self-interlayer", "interlayer"])
def test_that_parts_of_a_memory_are_written_as_the_whole_is(
    monkeypatch: pytest.MonkeyPatch, variant: str, gate: str, status: str, memory_norm: str
) -> None:
    model = tiny_model(variant=variant, gate=gate, status=status, memory_norm=memory_norm)
    memory = model.initial_memory(seed=1)
    whole = model.update_memory(memory, IDS)
    monkeypatch.setattr(memory_attention, "PART_NUMBERS", 1)
    assert len(model.memory_attention.parts(memory.shared.unsqueeze(1))) == 1  # while gradients are wanted
    with torch.inference_mode():
        assert len(model.memory_attention.parts(memory.shared.unsqueeze(1))) == 2
    parted = model.update_memory(memory, IDS)
    torch.testing.assert_close(parted.memory.shared, whole.memory.shared, rtol=0, atol=1e-6)
    assert parted.gates.keys() == whole.gates.keys()
    for name, values in whole.gates.items():
        torch.testing.assert_close(parted.gates[name], values, rtol=0, atol=1e-6)
    replayed = replay_write(model, memory, encoder_states(model, IDS))
    assert replayed.memory == parted.memory
    assert replayed.queries.shape[0] == replayed.keys.shape[0] == 2


@pytest.mark.parametrize(("slots", "parts"), [(1024, 14), (256, 4), (48, 1)])
def test_that_a_part_is_about_as_large_as_a_cache(slots: int, parts: int) -> None:
    model = tiny_model()
    with torch.inference_mode():
        found = model.memory_attention.parts(torch.empty(14, 1, slots, 256, device="meta").to("meta"))
        assert len(found) == 1  # on another device there is no such cache
        found = model.memory_attention.parts(torch.empty(14, 1, slots, 256))
    assert len(found) == parts
    assert [place for part in found for place in range(14)[part]] == list(range(14))


@pytest.mark.parametrize("gate", ["static", "elementwise"])
def test_that_slots_that_are_written_alone_keep_their_own_gates(gate: str) -> None:
    model, slots = tiny_model(gate=gate), torch.tensor([0, 2])
    few = copy.deepcopy(model.memory_attention)
    for stage in few.stages().values():
        assert stage.weight is not None
        stage.weight = torch.nn.Parameter(stage.weight[:, slots])
    memory, states = model.initial_memory(seed=1).tensor[:, None, slots], torch.randn(2, 1, 5, 16)
    written, gates = model.memory_attention(memory, states, slots=slots)
    expected, expected_gates = few(memory, states)
    torch.testing.assert_close(written, expected)
    torch.testing.assert_close(gates, expected_gates)
