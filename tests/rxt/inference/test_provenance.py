"""Shares of turns in a memory: exact, summing to one, and equal to a twin that follows every part by itself."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from rxt.events import frozen_array
from rxt.inference.attention_maps import read_map
from rxt.inference.cancel import Cancelled
from rxt.inference.counterfactual import prompt_of
from rxt.inference.gate_factors import GateFactors
from rxt.inference.provenance import contributions, provenance, read_sources
from tests.reference import provenance as slow
from tests.rxt.inference.finished import ALPHA, BETA, MODELS, After, interactions, model, session

TURNS = 12


@pytest.mark.parametrize("name", MODELS)
def test_that_contributions_of_twelve_turns_rebuild_the_memory(name: str) -> None:
    initial, ids = model(name).initial_memory(seed=1), interactions(name, TURNS)
    found = provenance(model(name), initial, ids)
    parts = contributions(model(name), initial, ids)
    stored = session(name, TURNS).memory
    assert found.memory == stored
    assert found.error < 1e-4
    norm = np.linalg.norm(stored.tensor.numpy(), axis=-1)
    distance = np.linalg.norm(parts.sum(axis=0) - stored.tensor.numpy(), axis=-1)
    assert (distance / norm).max() < 1e-4


def test_that_the_error_shows_the_rounding_of_a_memory_in_bfloat16() -> None:
    initial, ids = model(BETA).initial_memory(seed=1), interactions(BETA, 4)
    found = provenance(copy.deepcopy(model(BETA)).to(torch.bfloat16), initial, ids)
    assert 1e-4 < found.error < 0.05
    assert np.abs(found.shares().sum(axis=0) - 1).max() < 1e-5


@pytest.mark.parametrize("name", MODELS)
def test_that_contributions_and_shares_equal_a_twin_by_hand(name: str) -> None:
    initial, ids = model(name).initial_memory(seed=1), interactions(name, 4)
    parts, weights, memory = slow.contributions(model(name), initial, ids)
    found = provenance(model(name), initial, ids)
    scale = np.abs(memory).max()
    assert np.abs(contributions(model(name), initial, ids) - parts).max() / scale < 1e-5
    norms = np.linalg.norm(parts, axis=-1)
    expected = weights if found.measure == "weight" else norms / norms.sum(axis=0)
    assert np.abs(found.shares() - expected).max() < 1e-5


@pytest.mark.parametrize("name", MODELS)
def test_that_shares_are_parts_of_one_after_every_turn(name: str) -> None:
    found = provenance(model(name), model(name).initial_memory(seed=1), interactions(name, 4))
    assert found.measure == ("weight" if "sigmoid" in name or name == BETA else "norm")
    for turns in range(5):
        shares = found.shares(turns)
        assert shares.shape == (turns + 1, 3, 8)
        assert shares.min() >= 0
        assert np.abs(shares.sum(axis=0) - 1).max() < 1e-5
    assert np.array_equal(found.shares(0), np.ones((1, 3, 8), np.float32))


def test_that_shares_after_some_turns_do_not_depend_on_later_ones() -> None:
    initial, ids = model(BETA).initial_memory(seed=1), interactions(BETA, 4)
    whole, part = provenance(model(BETA), initial, ids), provenance(model(BETA), initial, ids[:2])
    assert np.array_equal(whole.shares(2), part.shares())


def test_that_the_half_life_follows_from_static_gates() -> None:
    name = "sigmoid static per layer"
    found = provenance(model(name), model(name).initial_memory(seed=1), interactions(name, 3))
    part = model(name).memory_attention
    keep = (1 - part.interlayer_gate.weight.sigmoid()) * (1 - part.write_gate.weight.sigmoid())
    assert np.allclose(found.half_life(), np.log(0.5) / np.log(keep[:, 0, 0].numpy()), rtol=1e-4)
    assert np.allclose(found.half_lives(), found.half_life()[:, None])


def test_that_the_half_life_follows_from_the_mean_share_of_gates_near_their_ends() -> None:
    keep = np.array([0.998, 0.999, 1e-7, 0.999, 0.996, 0.999])
    factors = GateFactors("weight", frozen_array(keep.reshape(6, 1, 1)), frozen_array(np.ones((7, 1, 1))), 0.0)
    for turns in range(1, 7):
        mean = sum(keep[:turns].tolist()) / turns
        assert factors.half_life(turns) == pytest.approx([np.log(0.5) / np.log(mean)], rel=1e-4)


def test_that_nothing_fades_without_gates_and_nothing_is_known_without_turns() -> None:
    initial = model("none").initial_memory(seed=1)
    assert (provenance(model("none"), initial, interactions("none", 2)).half_lives() == np.inf).all()
    untouched = provenance(model("none"), initial, [])
    assert np.isnan(untouched.half_life()).all()
    assert np.array_equal(untouched.shares(), np.ones((1, 3, 8), np.float32))
    assert untouched.error == 0


def test_that_a_slot_of_zeros_belongs_to_nobody_and_the_others_to_their_turns() -> None:
    wrote = np.array([[[0.0, 1.0]], [[0.0, 3.0]]])
    factors = GateFactors("norm", frozen_array(np.ones((1, 1, 2))), frozen_array(wrote), 0.0)
    assert factors.shares().tolist() == [[[0.0, 0.25]], [[0.0, 0.75]]]


def test_that_the_first_turns_of_a_conversation_are_a_conversation_of_so_many() -> None:
    initial, ids = model(BETA).initial_memory(seed=1), interactions(BETA, 4)
    part, alone = provenance(model(BETA), initial, ids).first(2), provenance(model(BETA), initial, ids[:2])
    assert (part.turns, part.measure) == (2, "weight")
    assert np.array_equal(part.shares(), alone.shares())
    assert np.array_equal(part.half_lives(), alone.half_lives())


@pytest.mark.parametrize("turns", [0, 2])
def test_that_shares_and_half_lives_cannot_be_changed(turns: int) -> None:
    found = provenance(model(BETA), model(BETA).initial_memory(seed=1), interactions(BETA, 2))
    for values in (found.keep, found.wrote, found.shares(turns), found.half_lives(turns), found.half_life(turns)):
        assert not values.flags.writeable
        assert values.dtype == np.float32


@pytest.mark.parametrize("name", [ALPHA, BETA])
def test_that_sources_of_an_answer_are_its_reads_times_the_shares(name: str) -> None:
    initial, ids = model(name).initial_memory(seed=1), interactions(name, 3)
    shares = provenance(model(name), initial, ids).shares(2)
    turn = session(name).turns[2]
    reads = read_map(model(name), session(name, 2).memory, prompt_of(turn), turn.answer_ids)
    found = read_sources(reads, shares)
    for token in range(len(turn.answer_ids)):
        for part in range(3):
            terms = (reads.weights[token, :, head] * shares[part] for head in range(4))
            assert found[token, part] == pytest.approx(sum(term.sum() for term in terms) / 12, abs=1e-5)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_that_a_number_of_turns_which_were_not_is_refused() -> None:
    found = provenance(model(BETA), model(BETA).initial_memory(seed=1), interactions(BETA, 2))
    with pytest.raises(ValueError, match="from 0 to 2, not 3"):
        found.shares(3)


@pytest.mark.parametrize("questions", [0, 1, 4])
def test_that_provenance_stops_between_turns_when_called_off(questions: int) -> None:
    initial, ids = model(BETA).initial_memory(seed=1), interactions(BETA, 2)
    with pytest.raises(Cancelled):
        provenance(model(BETA), initial, ids, After(questions))
    with pytest.raises(Cancelled):
        contributions(model(BETA), initial, ids, After(questions))
