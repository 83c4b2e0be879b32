"""The door for notebooks: its example runs, and a conversation is the one that was recorded."""

from __future__ import annotations

import dataclasses
import doctest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rxt.inference import explain
from tests.rxt.inference.finished import MODELS, After, model, session

ROOT = Path(__file__).parents[3]


def test_that_the_example_of_the_door_runs_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testmod(explain)
    assert found.attempted > 15
    assert found.failed == 0


def test_that_the_door_names_only_what_it_holds() -> None:
    assert [name for name in explain.__all__ if not hasattr(explain, name)] == []
    assert explain.__all__ == sorted(explain.__all__)


@pytest.mark.parametrize("name", MODELS)
def test_that_a_replayed_conversation_is_the_recorded_one(name: str) -> None:
    talk = explain.Conversation(model(name), model(name).initial_memory(seed=1), session(name).turns)
    assert talk.is_exact
    assert [memory.sha256 for memory in talk.memories[1:]] == [turn.memory_after for turn in talk.turns]
    assert talk.memories[3] == talk.provenance.memory
    assert talk.sources(2).shape == (len(talk.turns[2].answer_ids), 3)
    assert np.allclose(talk.sources(0), 1)
    assert talk.interlayer(1).shape == (3, 4, 8, 8)
    assert talk.health(1).dead.shape == (3, 8)
    assert talk.counterfactual(1, talk.memories[1]).first_difference is None
    assert np.isnan(talk.without_each_turn()[2]).all()


def test_that_the_last_turn_is_also_minus_one_and_no_other_turn_is_asked_about() -> None:
    small = model(MODELS[0])
    talk = explain.Conversation(small, small.initial_memory(seed=1), session(MODELS[0]).turns)
    assert np.array_equal(talk.read(-1).weights, talk.read(2).weights)
    assert np.array_equal(talk.write(-1).weights, talk.write(2).weights)
    assert np.array_equal(talk.interlayer(-1), talk.interlayer(2))
    assert np.array_equal(talk.sources(-1), talk.sources(2))
    assert np.array_equal(talk.health(-1).nearest, talk.health(2).nearest)
    assert talk.counterfactual(-1, talk.memories[2]).first_difference is None
    for asked in (talk.read, talk.write, talk.interlayer, talk.sources, talk.health):
        for turn in (3, -4):
            with pytest.raises(IndexError, match=f"no turn {turn} in a conversation of 3"):
                asked(turn)


def test_that_each_turn_is_asked_about_with_the_memory_that_it_read_and_the_one_that_it_left() -> None:
    small, number = model(MODELS[1]), 1
    talk = explain.Conversation(small, small.initial_memory(seed=1), session(MODELS[1]).turns)
    turn, before, after = talk.turns[number], *talk.memories[number : number + 2]
    how: dict[str, Any] = {"layers": (2, 0), "heads": "mean"}
    reads = explain.read_map(small, before, explain.prompt_of(turn), turn.answer_ids, **how)
    assert np.array_equal(talk.read(number, **how).weights, reads.weights)
    writes = explain.write_map(small, before, turn.interaction_ids, **how)
    assert np.array_equal(talk.write(number, **how).weights, writes.weights)
    assert np.array_equal(talk.interlayer(number, **how), explain.interlayer_map(small, before, **how))
    limits = explain.Thresholds(dead_norm=0.9, duplicate_cosine=0.1, saturated_gate=0.45)
    found, expected = talk.health(number, limits), explain.health(after, turn.gate("write"), limits)
    for name in ("dead", "duplicate", "saturated", "nearest"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))
    other = explain.zero(before, explain.layers_at(before.shape, range(3)))
    changed = talk.counterfactual(number, other)
    whole = explain.answer_log_probabilities(small, before, explain.prompt_of(turn), turn.answer_ids)
    assert np.array_equal(changed.before, whole)
    assert changed.own.answer_ids == turn.answer_ids


def test_that_a_replay_which_leaves_another_memory_says_so() -> None:
    small, turns = model(MODELS[0]), list(session(MODELS[0]).turns)
    turns[1] = dataclasses.replace(turns[1], memory_after="0" * 64)
    assert not explain.Conversation(small, small.initial_memory(seed=1), turns).is_exact


def test_that_a_conversation_from_another_memory_is_refused() -> None:
    small = model(MODELS[0])
    with pytest.raises(ValueError, match="read another memory"):
        explain.Conversation(small, small.initial_memory(seed=2), session(MODELS[0]).turns)


def test_that_a_conversation_without_turns_is_its_initial_memory() -> None:
    small = model(MODELS[0])
    talk = explain.Conversation(small, small.initial_memory(), ())
    assert talk.is_exact
    assert talk.memories == (small.initial_memory(),)
    assert talk.without_each_turn().shape == (0, 0)


def test_that_replaying_stops_when_called_off() -> None:
    small = model(MODELS[0])
    with pytest.raises(explain.Cancelled):
        explain.Conversation(small, small.initial_memory(seed=1), session(MODELS[0]).turns, After(4))
