"""Acknowledgements: what was told, said back in the words in which it will be recalled.

A model reads its own answer beside the message. Told one held-out fact, the bundled model of the eleventh sitting knew
it in the next turn in 80 % of 600 cases; with "Good to know." in the place of its answer in 83 %, with what it was told
said back ("Got it, your dog's name is Rex.") in 88 %. And whoever reads it sees what was understood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rxt.training.dialogues.sources import title
from rxt.training.dialogues.wording import fill

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from rxt.training.dialogues.fact import Fact

LONGEST_TURN = 136
"""Letters of message and answer: an answer to several facts says less rather than get longer."""

NOTED = "Thanks, I will remember that."
"""The answer to what is too long to be said back."""

_OPENERS = (("your favourite ", "Good to know"), ("your ", "Got it"))
"""By the beginning of the clause that recalls a fact; others begin with "I see"."""


def acknowledgement(query: str, told: Sequence[tuple[Fact, str]], rng: random.Random) -> str:
    """The answer to a message that tells these facts, each with its value as it is kept."""
    (first, value), *others = told
    if first.slot == "name":
        greeting = fill(rng.choice([ack for ack in first.acks if "{v}" in ack]), value)
        if not others:
            return greeting
        more = f"Nice to meet you, {value}! {title(_said_back(others))}."
        return more if _fits(query, more) else greeting
    answer = f"{_opener(first)}, {_said_back(told)}."
    if _fits(query, answer):
        return answer
    return NOTED if others else title(fill(rng.choice(first.acks), value))


def _said_back(told: Sequence[tuple[Fact, str]]) -> str:
    clauses = [fill(fact.recall, value) for fact, value in told]
    return " and ".join(clauses) if len(clauses) < 3 else f"{', '.join(clauses[:-1])} and {clauses[-1]}"


def _opener(fact: Fact) -> str:
    if fact.values == "pet":
        return "How cute"
    return next((opener for start, opener in _OPENERS if fact.recall.startswith(start)), "I see")


def _fits(query: str, answer: str) -> bool:
    return len(query) + len(answer) <= LONGEST_TURN
