"""What was told is said back in the words in which it will be recalled."""

from __future__ import annotations

import random

import pytest

from rxt.training.dialogues.acknowledgement import LONGEST_TURN, NOTED, acknowledgement
from rxt.training.dialogues.facts import FACTS

BY_SLOT = {fact.slot: fact for fact in FACTS}


@pytest.mark.parametrize(
    ("slot", "value", "answer"),
    [
        ("dog", "Rex", "How cute, your dog's name is Rex."),
        ("sister", "Ana", "Got it, your sister's name is Ana."),
        ("colour", "teal", "Good to know, your favourite colour is teal."),
        ("job", "architect", "I see, you work as an architect."),
    ],
)
def test_that_a_fact_is_said_back_as_it_will_be_recalled(slot: str, value: str, answer: str) -> None:
    assert acknowledgement("", [(BY_SLOT[slot], value)], random.Random(1)) == answer


def test_that_every_fact_is_said_back_with_its_value() -> None:
    rng = random.Random(1)
    for fact in FACTS:
        answer = acknowledgement("", [(fact, "Zuzu")], rng)
        assert "Zuzu" in answer
        assert "{" not in answer
        assert answer[0].isupper()
        assert answer[-1] in ".!"


def test_that_several_facts_are_said_back_together() -> None:
    told = [(BY_SLOT["city"], "Rome"), (BY_SLOT["dog"], "Rex"), (BY_SLOT["job"], "nurse")]
    answer = "I see, you live in Rome, your dog's name is Rex and you work as a nurse."
    assert acknowledgement("", told, random.Random(1)) == answer


def test_that_who_introduces_themselves_is_greeted_and_told_what_was_understood() -> None:
    told = [(BY_SLOT["name"], "Tom"), (BY_SLOT["job"], "nurse"), (BY_SLOT["city"], "Leeds")]
    answer = "Nice to meet you, Tom! You work as a nurse and you live in Leeds."
    assert acknowledgement("", told, random.Random(1)) == answer


def test_that_an_answer_to_a_long_message_says_less() -> None:
    rng, query = random.Random(1), "x" * (LONGEST_TURN - 30)
    name, city, dog = ((BY_SLOT[slot], value) for slot, value in (("name", "Tom"), ("city", "Rome"), ("dog", "Rex")))
    assert acknowledgement(query, [city, dog], rng) == NOTED
    assert "Tom" in acknowledgement(query, [name, city, dog], rng)
    assert acknowledgement(query, [city], rng) == "I see, you live in Rome."
    assert all("your dog" not in acknowledgement(query, [dog], random.Random(at)) for at in range(20))
