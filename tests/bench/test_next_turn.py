"""What a model knows of held-out facts in the very next message: one told alone, and five told one after the other.

Values and phrases that it was not trained on, its own answers written to memory. "named" are facts of a kind that has a
name, or events; "everyday" those of no kind. By these numbers it was chosen which mean of weights ships.

make bench ARGS="tests/bench/test_next_turn.py"; MODEL=FOLDER before it measures another model than the bundled one.
"""

from __future__ import annotations

import json
import os
import random
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rxt.training.dialogues import Turn

pytestmark = pytest.mark.bench

DRAWN = 40
"""Kinds that are drawn until those of one conversation go together."""


def scripts(conversations: int, held: int, seed: int) -> list[tuple[list[Turn], list[Turn]]]:
    """For each conversation the messages that tell `held` facts, and a question for each of these."""
    from rxt.training.dialogues.facts import FACTS
    from rxt.training.dialogues.questions import Questions
    from rxt.training.dialogues.sources import Values
    from rxt.training.dialogues.state import State, goes_with
    from rxt.training.dialogues.tellings import Tellings
    from rxt.training.dialogues.wording import Typist, Wording
    from rxt.training.evaluation.script import recall_probe

    wording, rng = Wording(FACTS, held_out=True), random.Random(seed)
    found: list[tuple[list[Turn], list[Turn]]] = []
    tellings = Tellings(FACTS, wording, Values(held_out=True))
    questions = Questions(FACTS, wording, tellings)
    slots, weights = [fact.slot for fact in FACTS], [fact.weight for fact in FACTS]
    while len(found) < conversations:
        state, typist, chosen = State(), Typist.drawn(rng), list[str]()
        for slot in rng.choices(slots, weights, k=DRAWN):
            if len(chosen) < held and slot not in chosen and goes_with(slot, chosen):
                chosen.append(slot)
        told = [tellings.tell(slot, at, state, typist, rng) for at, slot in enumerate(chosen)]
        if len(chosen) < held or any(slot not in state.held for slot in chosen):
            continue
        asked = []
        for slot in chosen:
            turn = questions.ask(slot, held, state, typist, rng)
            while recall_probe(turn, "", "") is None:
                turn = questions.ask(slot, held, state, typist, rng)
            asked.append(turn)
        found.append((told, asked))
    return found


@pytest.mark.parametrize(("conversations", "held"), [(700, 1), (70, 5)])
def test_that_the_recall_in_the_next_turn_is_measured(conversations: int, held: int) -> None:
    import rxt
    from rxt.inference.share import Share
    from rxt.training.evaluation.player import Player
    from rxt.training.evaluation.script import NOT_TOLD, recall_probe

    player = Player(rxt.load(os.environ.get("MODEL")))
    played = scripts(conversations, held, seed=held)
    memories = player.fresh(len(played), 7)
    for at in range(held):
        answers = player.answers(memories, [told[at].query for told, _ in played])
        memories = player.write(memories, [ids for _, ids in answers])
    right, denied = ({kind: Share() for kind in ("named", "everyday")} for _ in range(2))
    for at in range(held):
        answers = player.answers(memories, [asked[at].query for _, asked in played])
        for (_, asked), (answer, _) in zip(played, answers, strict=True):
            probe = recall_probe(asked[at], "", "")
            assert probe is not None
            kind = "everyday" if str(asked[at].fact).startswith("everyday_") else "named"
            right[kind].add(probe.is_right(answer))
            denied[kind].add(NOT_TOLD in answer)
    numbers = {f"{kind} right": f"{share.hits} of {share.trials}" for kind, share in right.items()}
    numbers |= {f"{kind} denied": f"{share.hits}" for kind, share in denied.items()}
    bench = {"bench": f"next turn, {held} told", **numbers}
    sys.__stdout__.write("\n" + json.dumps(bench) + "\n")  # type: ignore[union-attr]
