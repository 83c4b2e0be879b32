"""What the bundled model remembers of single facts in the plainest words there are for them.

The commonest kinds of facts, each told alone to a fresh memory by its first phrase and asked for by its first question
in the message after: with values of the lists, held-out ones of the same lists, and inventions.

make bench ARGS="tests/bench/test_plain_words.py"
"""

from __future__ import annotations

import json
import random
import sys

import pytest

pytestmark = pytest.mark.bench

KINDS = 60
VALUES = 5
"""Of each kind."""

SETS = {"listed": 0.0, "held out": 0.0, "invented": 3.0}
"""Their `novelty`."""


@pytest.mark.parametrize("name", SETS)
def test_that_the_recall_of_a_plainly_told_fact_is_measured(name: str) -> None:
    import rxt
    from rxt.training.dialogues.generator import FACTS
    from rxt.training.dialogues.sources import Values, title
    from rxt.training.dialogues.wording import fill
    from rxt.training.evaluation.player import Player
    from rxt.training.evaluation.script import NOT_TOLD, Probe

    rng = random.Random(3)
    values = Values(held_out=name != "listed", novelty=SETS[name])
    commonest = sorted(FACTS, key=lambda fact: -fact.weight)[:KINDS]
    told = [(fact, values.draw(fact.values, rng)) for fact in commonest for _ in range(VALUES)]
    player = Player(rxt.load())
    memories = player.fresh(len(told), 1)
    said = player.answers(memories, [f"{title(fill(fact.tells[0], value))}." for fact, value in told])
    memories = player.write(memories, [ids for _, ids in said])
    answers = player.answers(memories, [f"{title(fact.asks[0])}?" for fact, _ in told])
    right = denied = 0
    weak: dict[str, int] = {}
    for (fact, value), (answer, _) in zip(told, answers, strict=True):
        if Probe("", (value,), "", "").is_right(answer):
            right += 1
            continue
        denied += NOT_TOLD in answer
        weak[fact.slot] = weak.get(fact.slot, 0) + 1
    numbers = {"right": right, "denied": denied, "total": len(told)}
    worst = dict(sorted(weak.items(), key=lambda item: -item[1])[:8])
    assert right + sum(weak.values()) == len(told)
    sys.__stdout__.write("\n" + json.dumps({"bench": f"plain words, {name}", **numbers, "wrong": worst}) + "\n")  # type: ignore[union-attr]
