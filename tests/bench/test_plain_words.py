"""What the bundled model remembers in the plainest words there are for a fact; the numbers stand in its model card.

Facts of the commonest kinds, each told by its first phrase and asked for by its first question: alone, in the message
before, or eight in a row and then all of them asked for. Values of the lists, held-out ones of the same lists, and
held-out ones that are invented or combined as often as they can be, up to six in ten.

make bench ARGS="tests/bench/test_plain_words.py"
"""

from __future__ import annotations

import json
import random
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rxt.training.dialogues.fact import Fact

pytestmark = pytest.mark.bench

KINDS = 60
CONVERSATIONS = {1: 300, 8: 40}
"""By the number of facts that each tells."""

NOVELTY = {"listed": 0.0, "held out": 0.0, "often invented": 3.0}


def facts_told(count: int, name: str) -> list[list[tuple[Fact, str]]]:
    """What each conversation tells: facts of different kinds with their values."""
    from rxt.training.dialogues.facts import FACTS
    from rxt.training.dialogues.sources import Values

    rng = random.Random(3)
    values = Values(held_out=name != "listed", novelty=NOVELTY[name])
    commonest = sorted(FACTS, key=lambda fact: -fact.weight)[:KINDS]
    drawn = [rng.sample(commonest, count) for _ in range(CONVERSATIONS[count])]
    return [[(fact, values.draw(fact.values, rng)) for fact in facts] for facts in drawn]


@pytest.mark.parametrize("count", CONVERSATIONS)
@pytest.mark.parametrize("name", NOVELTY)
def test_that_the_recall_of_plainly_told_facts_is_measured(name: str, count: int) -> None:
    import rxt
    from rxt.training.dialogues.sources import title
    from rxt.training.dialogues.wording import fill
    from rxt.training.evaluation.player import Player
    from rxt.training.evaluation.script import NOT_TOLD, Probe

    told = facts_told(count, name)
    player = Player(rxt.load())
    memories = player.fresh(len(told), 1)
    for facts in zip(*told, strict=True):
        said = player.answers(memories, [f"{title(fill(fact.tells[0], value))}." for fact, value in facts])
        memories = player.write(memories, [ids for _, ids in said])
    right = denied = 0
    for facts in zip(*told, strict=True):
        answers = player.answers(memories, [f"{title(fact.asks[0])}?" for fact, _ in facts])
        hits = [
            Probe("", (value,), "", "").is_right(answer) for (_, value), (answer, _) in zip(facts, answers, strict=True)
        ]
        right += sum(hits)
        denied += sum(NOT_TOLD in answer for hit, (answer, _) in zip(hits, answers, strict=True) if not hit)
    total = count * len(told)
    assert right + denied <= total
    numbers = {"held": count, "right": right, "denied": denied, "total": total}
    sys.__stdout__.write("\n" + json.dumps({"bench": f"plain words, {name}", **numbers}) + "\n")  # type: ignore[union-attr]
