"""Probes answer from a memory, leave it as it was, and count hits with honest intervals."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import rxt
from rxt.inference.cancel import Cancelled
from rxt.inference.probe import AS_IT_IS, RESET, Question, ask, recall
from rxt.inference.share import ClusteredShare, Share
from rxt.model.memory import MemoryState
from tests.rxt.inference.finished import ALPHA, BETA, QUESTIONS, After, model, session

SHORT = rxt.Sampling(max_tokens=6)


@pytest.mark.parametrize("name", [ALPHA, BETA])
def test_that_a_probe_answers_as_the_next_turn_would_and_touches_nothing(name: str) -> None:
    memory = session(name, 2).memory
    before = memory.to_bytes()
    replies = ask(model(name), memory, QUESTIONS, SHORT)
    assert memory.to_bytes() == before
    for question, found in zip(QUESTIONS, replies, strict=True):
        turn = rxt.Session(model(name), memory, SHORT)
        assert list(turn.ask(question))
        assert found.answer == turn.turns[0].answer
        assert found.interaction_ids == turn.turns[0].interaction_ids


def test_that_the_order_of_questions_does_not_matter() -> None:
    memory = session(BETA, 2).memory
    assert ask(model(BETA), memory, QUESTIONS[::-1], SHORT) == ask(model(BETA), memory, QUESTIONS, SHORT)[::-1]


def test_that_recall_counts_expected_texts_in_any_case_beside_its_controls() -> None:
    memory, other = session(BETA, 2).memory, session(BETA, 3).memory
    answers = [found.answer for found in ask(model(BETA), memory, QUESTIONS[:1:-1], SHORT)]
    assert answers[0].swapcase() != answers[0]
    questions = [
        Question(QUESTIONS[3], ("not this", answers[0].swapcase())),
        Question(QUESTIONS[2], ("never said",)),
    ]
    found = recall(model(BETA), memory, questions, {"another": other}, SHORT)
    assert list(found) == [AS_IT_IS, "another"]
    assert found[AS_IT_IS].hits == (True, False)
    assert found[AS_IT_IS].share.to_json()["share"] == 0.5
    assert [given.answer for given in found[AS_IT_IS].replies] == answers
    assert list(recall(model(BETA), memory, questions, sampling=SHORT)) == [AS_IT_IS, RESET]


@pytest.mark.parametrize("expected", ["Anita", ("Ana", ""), (" ",)])
def test_that_an_expected_text_that_nearly_every_answer_would_hold_is_refused(expected: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Question("Who are you?", expected)


def test_that_no_control_takes_the_place_of_the_memory_that_is_asked() -> None:
    memory, other = session(BETA, 2).memory, session(BETA, 3).memory
    with pytest.raises(ValueError, match="as it is"):
        recall(model(BETA), memory, [Question(QUESTIONS[0], ("Ana",))], {AS_IT_IS: other}, SHORT)


def test_that_shuffling_the_slots_of_a_layer_is_no_control() -> None:
    memory, turn = session(BETA, 2).memory, session(BETA).turns[2]
    order = torch.randperm(8, generator=torch.Generator().manual_seed(0))
    shuffled = MemoryState(memory.tensor[:, order])
    ids = turn.interaction_ids
    same = model(BETA).logits(ids, memory) - model(BETA).logits(ids, shuffled)
    assert same.abs().max() < 1e-4


@pytest.mark.parametrize("questions", [0, 3])
def test_that_a_probe_stops_when_called_off(questions: int) -> None:
    with pytest.raises(Cancelled):
        ask(model(BETA), model(BETA).initial_memory(), QUESTIONS, SHORT, After(questions))


def test_that_a_question_which_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="a prompt has 1 to 63 tokens"):
        ask(model(BETA), model(BETA).initial_memory(), ["word " * 100])


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    # Wilson's score interval for z = 1.96, from its own equation: (p - x)^2 = z^2 x (1 - x) / n
    [(0, 10, 0.0, 0.27754), (10, 10, 0.72246, 1.0), (5, 10, 0.23658, 0.76342), (81, 263, 0.25527, 0.36621)],
)
def test_that_the_interval_is_wilsons(hits: int, trials: int, low: float, high: float) -> None:
    found = Share(hits, trials).interval
    assert found == pytest.approx((low, high), abs=2e-4)
    for end in (found or ())[hits == 0 : 2 - (hits == trials)]:
        p = hits / trials
        assert (p - end) ** 2 == pytest.approx(1.96**2 * end * (1 - end) / trials, rel=1e-6)


def test_that_trials_of_one_conversation_count_for_less() -> None:
    alike, apart, single = ClusteredShare(), ClusteredShare(), Share()
    for cluster in range(20):
        for trial in range(5):
            hit = cluster % 2 == 0
            alike.add_of(cluster, hit)  # all five of a conversation alike: worth one
            apart.add_of((cluster, trial), hit)
            single.add(hit)
    assert alike.value == apart.value == single.value == 0.5
    assert alike.independent == pytest.approx(19)
    assert apart.independent == 100
    assert apart.interval == single.interval
    narrow, wide = single.interval or (0, 0), alike.interval or (0, 0)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_that_conversations_that_never_differ_are_worth_one_trial_each() -> None:
    share = ClusteredShare()
    assert share.interval is None
    for cluster in range(8):
        for _ in range(3):
            share.add_of(cluster, False)
    assert share.independent == 8
    assert share.interval == Share(0, 8).interval


def test_that_shares_together_keep_their_conversations() -> None:
    first, second, whole = ClusteredShare(), ClusteredShare(), ClusteredShare()
    for conversation in range(9):
        for share, hit in ((first, conversation % 2 == 0), (second, conversation % 3 == 0)):
            share.add_of(conversation, hit)
            whole.add_of(conversation, hit)
    assert ClusteredShare.of((first, second)) == whole
    assert whole.independent < first.independent + second.independent == whole.trials == 18
    assert ClusteredShare.of(()).interval is None


def test_that_a_share_without_trials_is_no_number() -> None:
    share = Share()
    assert (share.value, share.interval) == (None, None)
    assert share.to_json() == {"share": None, "low": None, "high": None, "trials": 0}
    share.add(True)
    share.add(False)
    assert share.value == 0.5
    assert np.isfinite(share.interval or ()).all()
