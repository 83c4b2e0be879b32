"""The everyday conversations of the bench are well formed: short, varied, and every told answer was really told."""

from __future__ import annotations

from typing import Any

import pytest

from rxt.inference.probe import Question
from tests.bench.test_everyday import KINDS, SETS, conversations

NEVER_TOLD = "haven't told"
LONGEST_MESSAGE = 90

Talks = list[dict[str, Any]]


@pytest.fixture(params=SETS)
def talks(request: pytest.FixtureRequest) -> Talks:
    return conversations(request.param)


def questions(talks: Talks) -> Talks:
    return [question for talk in talks for question in talk["questions"]]


def test_that_there_are_a_hundred_or_more_short_conversations(talks: Talks) -> None:
    assert len(talks) in (100, 120)
    for talk in talks:
        assert set(talk) == {"turns", "questions"}
        assert 1 <= len(talk["turns"]) <= 6
        assert 1 <= len(talk["questions"]) <= 5
        assert all(0 < len(message.strip()) <= LONGEST_MESSAGE for message in talk["turns"])


def test_that_every_question_can_be_answered(talks: Talks) -> None:
    for question in questions(talks):
        assert set(question) == {"query", "kind", "accept"}
        assert 0 < len(question["query"].strip()) <= LONGEST_MESSAGE
        assert question["kind"] in KINDS
        assert question["accept"]
        assert all(text == text.strip() != "" for text in question["accept"])
        assert (question["kind"] == "never") == (NEVER_TOLD in question["accept"])


def test_that_what_is_asked_for_was_told(talks: Talks) -> None:
    for talk in talks:
        said = " ".join(talk["turns"])
        for question in talk["questions"]:
            told = Question(question["query"], tuple(question["accept"])).is_answered_by(said)
            assert told == (question["kind"] != "never"), question["query"]


def test_that_little_is_worded_twice(talks: Talks) -> None:
    said = [message for talk in talks for message in talk["turns"]]
    asked = [question["query"] for question in questions(talks)]
    assert len(set(map(str.casefold, said))) > 0.9 * len(said)
    # The latest set asks what everybody asks: many a name.
    assert len(set(map(str.casefold, asked))) > 0.65 * len(asked)


@pytest.mark.parametrize(("kind", "share"), [("told", 0.75), ("never", 0.15), ("changed", 0.1)])
def test_that_the_kinds_are_mixed_as_planned(talks: Talks, kind: str, share: float) -> None:
    assert sum(question["kind"] == kind for question in questions(talks)) / len(questions(talks)) == pytest.approx(
        share, abs=0.03
    )
