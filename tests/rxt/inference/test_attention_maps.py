"""Read, write and interlayer maps against twins written by hand, for every variant and gate law."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from rxt.inference.attention_maps import (
    ReadMap,
    WriteMap,
    attention_weights,
    interlayer_map,
    read_map,
    value_norms,
    write_map,
)
from rxt.inference.cancel import Cancelled
from rxt.inference.counterfactual import prompt_of
from rxt.inference.replay import encoder_states, replay_write
from rxt.nn.attention import grouped_attention
from tests.reference import read_map as slow_read
from tests.reference import slots as slow_slots
from tests.reference import write_map as slow_write
from tests.rxt.inference.finished import ALPHA, BETA, MODELS, After, model, session

TOLERANCE = 1e-5


@pytest.mark.parametrize("name", MODELS)
def test_that_a_read_map_equals_its_twin_by_hand(name: str) -> None:
    talk, memory = session(name), session(name, 2).memory
    turn = talk.turns[2]
    found = read_map(model(name), memory, prompt_of(turn), turn.answer_ids)
    expected = slow_read.read_map(model(name), memory, prompt_of(turn), turn.answer_ids)
    assert found.weights.shape == (len(turn.answer_ids), 3, 4, 8)
    assert np.abs(found.weights - expected).max() < TOLERANCE
    assert np.abs(found.weights.sum(axis=-1) - 1).max() < TOLERANCE


@pytest.mark.parametrize("name", MODELS)
def test_that_a_write_map_and_an_interlayer_map_equal_their_twins_by_hand(name: str) -> None:
    memory, ids = session(name, 1).memory, session(name, 2).turns[1].interaction_ids
    expected = slow_write.update(model(name), memory.tensor.double().numpy(), ids)
    found = write_map(model(name), memory, ids)
    across = interlayer_map(model(name), memory)
    assert found.weights.shape == (3, 4, 8, len(ids))
    assert across.shape == (3, 4, 8, 8)
    assert np.abs(found.weights - expected.write_map).max() < TOLERANCE
    assert np.abs(across - expected.interlayer_map).max() < TOLERANCE
    assert np.abs(found.weights.sum(axis=-1) - 1).max() < TOLERANCE
    assert np.abs(across.sum(axis=-1) - 1).max() < TOLERANCE


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_that_a_replayed_write_leaves_the_recorded_memory_to_the_last_bit(name: str, dtype: torch.dtype) -> None:
    small = copy.deepcopy(model(name)).to(dtype)
    memory, ids = session(name, 1).memory, session(name, 2).turns[1].interaction_ids
    update = small.update_memory(memory, ids)
    write = replay_write(small, memory, encoder_states(small, ids))
    assert write.memory == update.memory
    assert torch.equal(write.write_gate[:, 0].float(), update.gates["write"])
    assert torch.equal(write.interlayer_gate[:, 0].float(), update.gates["interlayer"])


def test_that_the_weights_are_those_with_which_the_fused_attention_joins_values() -> None:
    q, k, v = torch.randn(6, 5, 4), torch.randn(2, 7, 4), torch.randn(2, 7, 4)
    weights = attention_weights(q, k)
    joined = weights @ v.repeat_interleave(3, dim=0)
    expected = grouped_attention(q[None], k[None], v[None])[0]
    assert torch.allclose(joined.transpose(0, 1).flatten(1), expected, atol=1e-6)


def test_that_a_row_of_the_read_map_belongs_to_the_pass_that_chose_the_token() -> None:
    turn, memory = session(BETA).turns[0], model(BETA).initial_memory(seed=1)
    whole = read_map(model(BETA), memory, prompt_of(turn), turn.answer_ids).weights
    first = read_map(model(BETA), memory, prompt_of(turn), turn.answer_ids[:1]).weights
    other = read_map(model(BETA), memory, prompt_of(turn), (7, *turn.answer_ids[1:])).weights
    assert np.abs(whole[:1] - first).max() < TOLERANCE
    assert np.abs(whole[0] - other[0]).max() < TOLERANCE
    assert np.abs(whole[1] - other[1]).max() > 1e-4


def test_that_chosen_layers_and_mean_heads_are_parts_of_the_whole_map() -> None:
    turn, memory = session(ALPHA).turns[1], session(ALPHA, 1).memory
    reads = read_map(model(ALPHA), memory, prompt_of(turn), turn.answer_ids)
    part = read_map(model(ALPHA), memory, prompt_of(turn), turn.answer_ids, layers=(2, 0), heads="mean")
    assert part.layers == (2, 0)
    assert np.allclose(part.weights[:, :, 0], reads.over_heads()[:, [2, 0]], atol=1e-6)
    writes = write_map(model(ALPHA), memory, turn.interaction_ids)
    some = write_map(model(ALPHA), memory, turn.interaction_ids, layers=(1,), heads="mean")
    assert np.allclose(some.weights[:, 0], writes.over_heads()[1:2], atol=1e-6)


def test_that_averaged_maps_still_sum_to_one() -> None:
    turn, memory = session(BETA).turns[1], session(BETA, 1).memory
    reads = read_map(model(BETA), memory, prompt_of(turn), turn.answer_ids)
    writes = write_map(model(BETA), memory, turn.interaction_ids)
    forms = (reads.over_heads(), reads.over_layers(), reads.of_slots([0, 1]), writes.over_heads(), writes.of_tokens())
    for form in forms:
        assert np.allclose(form.sum(axis=-1), 1, atol=1e-5)
        assert form.dtype == np.float32
        assert not form.flags.writeable


def test_that_a_mean_over_a_map_is_over_what_it_names() -> None:
    layers, heads, slots, tokens = 2, 3, 3, 3  # heads, slots and tokens are as many, so that no shape betrays an axis
    weights = np.random.default_rng(0).random((tokens, layers, heads, slots)).astype(np.float32)
    reads = ReadMap(weights, (0, 1), "", ())
    writes = WriteMap(weights.swapaxes(0, 1), (0, 1), "", ())  # [L, 3, 3, 3]: heads, slots, tokens
    for one in range(3):
        for layer in range(layers):
            row = weights[one, layer]
            assert reads.over_heads()[one, layer] == pytest.approx(sum(row) / heads)
            assert reads.of_slots()[layer, one] == pytest.approx(weights[:, layer, :, one].sum() / 9)
            assert reads.of_slots([1, 2])[layer, one] == pytest.approx(weights[1:, layer, :, one].sum() / 6)
            assert reads.of_slots(slice(1, None))[layer, one] == reads.of_slots([1, 2])[layer, one]
            assert writes.over_heads()[layer, one] == pytest.approx(writes.weights[layer, :, one].sum(axis=0) / heads)
            assert writes.of_tokens()[layer, one] == pytest.approx(writes.weights[layer, :, :, one].sum() / 9)
        assert reads.over_layers()[one] == pytest.approx(weights[one].sum(axis=(0, 1)) / (layers * heads))


def test_that_spans_spell_the_answer_and_the_whole_turn() -> None:
    turn, memory = session(BETA).turns[1], session(BETA, 1).memory
    reads = read_map(model(BETA), memory, prompt_of(turn), turn.answer_ids)
    writes = write_map(model(BETA), memory, turn.interaction_ids)
    assert reads.text == turn.answer
    assert len(reads.spans) == len(turn.answer_ids)
    assert writes.text == turn.query + turn.answer
    assert len(writes.spans) == len(turn.interaction_ids)


@pytest.mark.parametrize("layers", [(), (3,), (-1,), (0, 0)])
def test_that_layers_which_do_not_exist_are_refused(layers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="layers are different numbers from 0 to 2"):
        interlayer_map(model(BETA), model(BETA).initial_memory(), layers)


def test_that_an_answer_without_tokens_has_no_read_map() -> None:
    with pytest.raises(ValueError, match="at least one token"):
        read_map(model(BETA), model(BETA).initial_memory(), (2, 5, 6), ())


@pytest.mark.parametrize("prompt", [(2, 5, 600, 6), (2, -1, 6), (2,) * 70])
def test_that_tokens_that_are_not_the_model_s_have_no_read_map(prompt: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"from 0 to 599|1 to 64 tokens"):
        read_map(model(BETA), model(BETA).initial_memory(), prompt, (7,))


def test_that_a_memory_of_another_model_is_refused() -> None:
    other = type(model(BETA).initial_memory())(torch.zeros(2, 8, 32))
    with pytest.raises(ValueError, match=r"this model needs \[3, 8, 32\]"):
        write_map(model(BETA), other, (2, 5, 6))


@pytest.mark.parametrize("questions", range(3))
def test_that_a_map_stops_between_layers_when_called_off(questions: int) -> None:
    turn, memory = session(BETA).turns[0], model(BETA).initial_memory(seed=1)
    before = memory.to_bytes()
    with pytest.raises(Cancelled):
        read_map(model(BETA), memory, prompt_of(turn), turn.answer_ids, cancelled=After(questions))
    with pytest.raises(Cancelled):
        write_map(model(BETA), memory, turn.interaction_ids, cancelled=After(questions))
    with pytest.raises(Cancelled):
        interlayer_map(model(BETA), memory, cancelled=After(questions))
    with pytest.raises(Cancelled):
        value_norms(model(BETA), memory, After(questions))
    assert memory.to_bytes() == before


@pytest.mark.parametrize("name", MODELS)
def test_that_the_length_of_what_a_slot_gives_equals_its_twin_by_hand(name: str) -> None:
    memory = session(name, 2).memory
    expected = slow_slots.value_norms(model(name), memory)
    assert np.abs(value_norms(model(name), memory) - expected).max() / expected.max() < TOLERANCE
