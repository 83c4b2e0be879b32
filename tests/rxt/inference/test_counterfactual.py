"""The same turn with another memory, and the same conversation without a turn."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rxt.inference.cancel import Cancelled
from rxt.inference.counterfactual import (
    answer_again,
    answer_log_probabilities,
    counterfactual,
    first_difference,
    frozen,
    leave_one_out,
    prompt_of,
)
from rxt.inference.edit import layers_at, slots_at, zero
from rxt.inference.reply import reply
from tests.reference import slots as slow
from tests.rxt.inference.finished import ALPHA, BETA, MODELS, After, interactions, model, session


def test_that_log_probabilities_are_those_of_one_pass_over_the_whole_interaction() -> None:
    turn, memory = session(BETA).turns[2], session(BETA, 2).memory
    found = answer_log_probabilities(model(BETA), memory, prompt_of(turn), turn.answer_ids)
    logits = model(BETA).logits(turn.interaction_ids, memory).double()
    for index, token in enumerate(turn.answer_ids):
        row = logits[len(prompt_of(turn)) - 1 + index]
        assert found[index] == pytest.approx(float(row[token] - row.exp().sum().log()), abs=1e-5)


@pytest.mark.parametrize("temperature", [0.0, 1.2])
@pytest.mark.parametrize("name", [ALPHA, BETA])
def test_that_the_same_memory_gives_the_recorded_answer_again(name: str, temperature: float) -> None:
    talk = session(name, 3, temperature)
    memory = model(name).initial_memory(seed=1)
    for turn in talk.turns:
        found = counterfactual(model(name), turn, memory, memory)
        assert found.first_difference is None
        assert found.other.answer == turn.answer
        assert found.other.interaction_ids == turn.interaction_ids
        assert found.other.reason == turn.reason
        assert not found.change.any()
        memory = model(name).update_memory(memory, turn.interaction_ids).memory


def test_that_another_memory_changes_the_answer_and_nothing_else() -> None:
    turn, memory = session(BETA, 3, 1.2).turns[2], session(BETA, 2, 1.2).memory
    before = memory.to_bytes()
    other = zero(memory, layers_at(memory.shape, range(3)))
    found = counterfactual(model(BETA), turn, memory, other)
    place = found.first_difference
    assert place is not None
    assert found.other.answer_ids[:place] == turn.answer_ids[:place]
    assert found.other.answer_ids[place : place + 1] != turn.answer_ids[place : place + 1]
    assert np.array_equal(found.change, found.after - found.before)
    assert found.mean_change == pytest.approx(float(np.mean(found.change)))
    assert memory.to_bytes() == before


def test_that_an_answer_that_somebody_wrote_is_not_what_the_copies_are_compared_with() -> None:
    turn, memory = session(BETA, 3).turns[2], session(BETA, 2).memory
    written = tuple(token + 1 for token in turn.answer_ids[:4])
    edited = dataclasses.replace(turn, answer_ids=written, interaction_ids=(*prompt_of(turn), *written))
    found = counterfactual(model(BETA), edited, memory, memory)
    assert found.first_difference is None
    assert found.own.answer_ids == found.other.answer_ids == turn.answer_ids
    assert len(found.before) == len(written)
    again = counterfactual(model(BETA), edited, memory, memory, own=found.own)
    assert again.own is found.own


def test_that_a_stopped_turn_is_answered_at_its_own_length() -> None:
    turn, memory = session(BETA).turns[1], session(BETA, 1).memory
    for length in (3, 0):
        ids = turn.answer_ids[:length]
        stopped = dataclasses.replace(turn, reason="stopped", answer_ids=ids, interaction_ids=(*prompt_of(turn), *ids))
        assert counterfactual(model(BETA), stopped, memory, memory).first_difference is None


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [((1, 2), (1, 2), None), ((1, 2), (1, 3), 1), ((1,), (1, 2), 1), ((1, 2), (), 0), ((), (), None)],
)
def test_that_the_first_difference_is_a_token_or_an_end(
    first: tuple[int, ...], second: tuple[int, ...], place: int | None
) -> None:
    assert first_difference(first, second) == place


@pytest.mark.parametrize("name", MODELS)
def test_that_leaving_a_turn_out_equals_a_conversation_played_without_it(name: str) -> None:
    turns, small = session(name, 4).turns, model(name)
    initial = small.initial_memory(seed=1)
    found = leave_one_out(small, initial, turns)

    def scores(missing: int | None) -> list[float]:
        memory, result = initial, []
        for number, turn in enumerate(turns):
            result.append(answer_log_probabilities(small, memory, prompt_of(turn), turn.answer_ids).mean())
            if number != missing:
                memory = small.update_memory(memory, turn.interaction_ids).memory
        return result

    whole = scores(None)
    for missing in range(4):
        without = scores(missing)
        assert np.isnan(found[missing, : missing + 1]).all()
        for later in range(missing + 1, 4):
            assert found[missing, later] == pytest.approx(without[later] - whole[later], abs=1e-5)
            assert found[missing, later] != 0


def test_that_an_answer_without_tokens_has_no_influence_to_show() -> None:
    turns = list(session(BETA, 3).turns)
    turns[2] = dataclasses.replace(turns[2], answer_ids=(), interaction_ids=prompt_of(turns[2]))
    found = leave_one_out(model(BETA), model(BETA).initial_memory(seed=1), turns)
    assert np.isnan(found[:, 2]).all()
    assert np.isfinite(found[0, 1])


def test_that_a_turn_stopped_before_its_first_token_differs_from_nothing() -> None:
    turn, memory = session(BETA).turns[1], session(BETA, 1).memory
    stopped = dataclasses.replace(turn, reason="stopped", answer_ids=(), interaction_ids=prompt_of(turn))
    own = answer_again(model(BETA), stopped, memory)
    another = dataclasses.replace(own, answer_ids=(own.answer_ids[0] + 1,))
    assert counterfactual(model(BETA), stopped, memory, memory, own=another).first_difference is None


def test_that_a_turn_without_an_answer_has_no_mean_change() -> None:
    turn, memory = session(BETA).turns[1], session(BETA, 1).memory
    silent = dataclasses.replace(turn, answer_ids=(), interaction_ids=prompt_of(turn))
    found = counterfactual(model(BETA), silent, memory, zero(memory, layers_at(memory.shape, range(3))))
    assert found.change.shape == (0,)
    assert np.isnan(found.mean_change)


@pytest.mark.parametrize("questions", [0, 2, 5])
def test_that_counterfactuals_stop_between_tokens_and_turns_when_called_off(questions: int) -> None:
    turns, memory = session(BETA).turns, model(BETA).initial_memory(seed=1)
    with pytest.raises(Cancelled):
        counterfactual(model(BETA), turns[0], memory, memory, After(questions))
    with pytest.raises(Cancelled):
        leave_one_out(model(BETA), memory, turns, After(questions))


def test_that_a_reply_ends_at_its_limits_and_needs_room() -> None:
    memory, prompt = model(BETA).initial_memory(), interactions(BETA, 1)[0][:8]
    whole = reply(model(BETA), memory, prompt)
    assert len(whole.interaction_ids) <= model(BETA).config.interaction_length
    assert (whole.reason == "eos") == (whole.interaction_ids[-1] == model(BETA).config.tokens.eos)
    with pytest.raises(ValueError, match="1 to 63 tokens, not 64"):
        reply(model(BETA), memory, [7] * 64)


@pytest.mark.parametrize("name", MODELS)
def test_that_frozen_slots_stay_and_are_read_as_they_stay(name: str) -> None:
    memory, ids = model(name).initial_memory(seed=1), interactions(name, 3)
    where = slots_at(memory.shape, [(0, 1), (2, 7), (2, 0)])
    found = frozen(model(name), memory, ids, where).tensor.numpy()
    assert np.array_equal(found[where], memory.tensor.numpy()[where])
    expected = slow.frozen(model(name), memory, ids, where)
    assert np.abs(found - expected).max() / np.abs(expected).max() < 1e-5
    assert np.array_equal(frozen(model(name), memory, [], where).tensor, memory.tensor)


def test_that_leaving_turns_out_tells_how_far_it_is() -> None:
    shares: list[float] = []
    turns = session(BETA, 3).turns
    leave_one_out(model(BETA), model(BETA).initial_memory(seed=1), turns, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
