"""Whether the bundled model believes what it was told, or what it answered; the numbers stand in its model card.

Facts of the commonest kinds in plain words, one a conversation. What the memory reads beside the message is the model's
own answer, the same words to everything, or the answer to what somebody else told. Then the fact is asked for.

make bench ARGS="tests/bench/test_wrong_answers.py"
"""

from __future__ import annotations

import json
import random
import sys

import pytest

pytestmark = pytest.mark.bench

KINDS = 60
CONVERSATIONS = 300
SAME_WORDS = "Okay, I will remember that."


@pytest.mark.parametrize("beside", ["its own answer", "the same words", "another's answer"])
@pytest.mark.parametrize("name", ["listed", "held out"])
def test_that_what_was_told_beside_a_wrong_answer_is_measured(name: str, beside: str) -> None:
    import rxt
    from rxt.training.dialogues.facts import FACTS
    from rxt.training.dialogues.sources import Values, title
    from rxt.training.dialogues.wording import fill
    from rxt.training.evaluation.player import Player
    from rxt.training.evaluation.script import NOT_TOLD, Probe

    rng = random.Random(4)
    values = Values(held_out=name == "held out", novelty=0.0)
    commonest = sorted(FACTS, key=lambda fact: -fact.weight)[:KINDS]
    told = [(fact, values.draw(fact.values, rng)) for fact in rng.choices(commonest, k=CONVERSATIONS)]
    model = rxt.load()
    player = Player(model)
    memories = player.fresh(len(told), 1)
    messages = [f"{title(fill(fact.tells[0], value))}." for fact, value in told]
    answers = [answer for answer, _ in player.answers(memories, messages)]
    if beside == "the same words":
        answers = [SAME_WORDS] * len(answers)
    elif beside == "another's answer":
        answers = [*answers[1:], answers[0]]
    written = [model.template.interaction(*pair) for pair in zip(messages, answers, strict=True)]
    memories = player.write(memories, written)
    said = [answer for answer, _ in player.answers(memories, [f"{title(fact.asks[0])}?" for fact, _ in told])]
    hits = [Probe("", (value,), "", "").is_right(answer) for (_, value), answer in zip(told, said, strict=True)]
    denied = sum(NOT_TOLD in answer for hit, answer in zip(hits, said, strict=True) if not hit)
    assert sum(hits) + denied <= len(told)
    numbers = {"right": sum(hits), "denied": denied, "total": len(told)}
    bench = {"bench": f"told beside {beside}, {name}", **numbers}
    sys.__stdout__.write("\n" + json.dumps(bench) + "\n")  # type: ignore[union-attr]
