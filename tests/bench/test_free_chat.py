"""How the bundled model takes what new users type in ten minutes; the numbers stand in its model card.

The chats (free_chats.toml) were written by somebody who has seen neither the generator nor any answer. An answer is
made up where it has a word that neither the user has typed nor any of the sentences that the model was taught: a
misspelled value, a value that nobody told, gibberish. It loops where the same two words stand in it three times.

make bench ARGS="tests/bench/test_free_chat.py"
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.bench

CHATS = Path(__file__).with_name("free_chats.toml")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold().replace("'", ""))


def taught() -> Iterator[str]:
    """The sentences that answers are made of, without values."""
    from rxt.training.dialogues import DialogueGenerator
    from rxt.training.dialogues.beyond import UNKNOWN_ANSWERS
    from rxt.training.dialogues.chatter import CHATTER
    from rxt.training.dialogues.facts import FACTS
    from rxt.training.dialogues.knowledge import IDENTITY
    from rxt.training.dialogues.small_talk import REMARK_ANSWERS, SMALL_TALK

    for fact in FACTS:
        yield from (*fact.acks, fact.recall, fact.yours, fact.noun)
    for _, answers in (*SMALL_TALK, *CHATTER, *IDENTITY):
        yield from answers
    yield from (*UNKNOWN_ANSWERS, *REMARK_ANSWERS, "You haven't told me yet.", "Yes, no and got it said who is.")
    generator = DialogueGenerator(seed=1)
    for _ in range(100):
        yield from (turn.answer for turn in generator.dialogue(8).turns if turn.kind == "forget")


def loops(answer: str) -> bool:
    pairs = Counter(pairwise(words(answer)))
    return bool(pairs) and max(pairs.values()) >= 3


def test_that_the_answers_of_free_chats_are_measured() -> None:
    import rxt
    from rxt.events import MemoryWritten

    model = rxt.load()
    known = {word for sentence in taught() for word in words(sentence)}
    count: Counter[str] = Counter()
    examples: list[tuple[str, str]] = []
    for number, chat in enumerate(tomllib.loads(CHATS.read_text("utf-8"))["chat"]):
        session = rxt.Session(model, memory=model.initial_memory(seed=number))
        typed: set[str] = set()
        for message in chat["said"]:
            typed.update(words(message))
            last = list(session.ask(message))[-1]
            assert isinstance(last, MemoryWritten)
            answer = last.record.answer
            made_up = not set(words(answer)) <= known | typed
            count.update(answers=1, **{"made up": made_up, "loops": loops(answer), "empty": not words(answer)})
            if made_up or loops(answer):
                examples.append((message, answer))
    numbers = {"bench": "free chat", **count}
    sys.__stdout__.write("\n" + json.dumps(numbers) + "\n")  # type: ignore[union-attr]
    for message, answer in examples:
        sys.__stdout__.write(f"  {message} -> {answer}\n")  # type: ignore[union-attr]
    assert count["answers"] == 360
    assert count["loops"] + count["empty"] < 0.1 * count["answers"]
