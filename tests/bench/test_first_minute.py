"""What the bundled model remembers of a first minute in plain words; the numbers stand in its model card.

make bench ARGS="tests/bench/test_first_minute.py"
"""

from __future__ import annotations

import json
import random
import sys

import pytest

from rxt.events import MemoryWritten

pytestmark = pytest.mark.bench

NAMES = [
    "Alice",
    "Bob",
    "Anna",
    "Tom",
    "Sam",
    "Emma",
    "John",
    "Mary",
    "Luna",
    "Peter",
    "Lisa",
    "Paul",
    "Adam",
    "David",
    "Sarah",
    "Julia",
    "Kate",
    "Wojciech",
    "Thandiwe",
    "Nora",
]
CITIES = ["Rome", "London", "Paris", "Berlin", "Tokyo", "Warsaw", "Lisbon", "Madrid", "Oslo", "Vienna"]
CATS = ["Miso", "Rex", "Luna", "Bella", "Coco", "Milo", "Max", "Oscar"]
CONVERSATIONS = 40


def test_that_the_recall_of_one_two_and_three_facts_is_measured() -> None:
    import rxt

    model = rxt.load()
    rng = random.Random(3)
    hits: dict[str, int] = {}
    for seed in range(CONVERSATIONS):
        facts = {"name": rng.choice(NAMES), "city": rng.choice(CITIES), "cat": rng.choice(CATS)}
        tell = {"name": "Hi, my name is {}.", "city": "I live in {}.", "cat": "I have a cat named {}."}
        ask = {"name": "What is my name?", "city": "Where do I live?", "cat": "What is my cat called?"}
        for count in (1, 2, 3):
            session = rxt.Session(model, memory=model.initial_memory(seed=seed))
            told = list(facts)[:count]
            for fact in told:
                list(session.ask(tell[fact].format(facts[fact])))
            for fact in told:
                last = list(session.ask(ask[fact]))[-1]
                assert isinstance(last, MemoryWritten)
                key = f"{fact} of {count}"
                hits[key] = hits.get(key, 0) + (facts[fact] in last.record.answer)
    shares = {key: round(value / CONVERSATIONS, 3) for key, value in hits.items()}
    sys.__stdout__.write("\n" + json.dumps({"bench": "first minute", **shares}) + "\n")  # type: ignore[union-attr]
