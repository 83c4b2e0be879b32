"""How much of what the bundled model knows hangs on the noise its memory began as; the numbers stand in its model card.

Facts in held-out phrases, one a conversation, answered once; the same interaction is written into fresh memories of
twelve seeds, with half of the slots and with all of them, and the fact is asked of each.

make bench ARGS="tests/bench/test_noise.py"
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench

CONVERSATIONS = 150
SEEDS = range(1000, 1012)


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_that_the_luck_of_fresh_memories_is_measured(share: float, tmp_path: Path) -> None:
    import torch

    import rxt
    from rxt.io.pretrained import TOKENIZER, save_model
    from rxt.training.dialogues.facts import FACTS
    from rxt.training.dialogues.questions import Questions
    from rxt.training.dialogues.sources import Values
    from rxt.training.dialogues.state import State
    from rxt.training.dialogues.tellings import Tellings
    from rxt.training.dialogues.wording import Typist, Wording
    from rxt.training.evaluation.player import Player
    from rxt.training.evaluation.script import Probe
    from rxt.training.growth import with_slots

    bundled = rxt.load()
    slots = int(share * bundled.config.memory.slots)
    tokenizer_json = (Path(bundled.source) / TOKENIZER).read_text("utf-8")
    save_model(tmp_path, *with_slots(bundled, bundled.document, slots), tokenizer_json)
    model = rxt.load(tmp_path)

    rng = random.Random(5)
    wording = Wording(FACTS, held_out=True)
    tellings = Tellings(FACTS, wording, Values(held_out=True))
    questions = Questions(FACTS, wording, tellings)
    told, asked = [], []
    for fact in rng.choices(FACTS, [fact.weight for fact in FACTS], k=CONVERSATIONS):
        state, typist = State(), Typist.drawn(rng)
        told.append(tellings.tell(fact.slot, 0, state, typist, rng))
        asked.append(questions.ask(fact.slot, 1, state, typist, rng))
    probes = [Probe(turn.query, (turn.value,), "", "") for turn in asked]

    player = Player(model)
    written = [ids for _, ids in player.answers(player.fresh(len(told), 0), [turn.query for turn in told])]
    right = torch.zeros(len(SEEDS), len(told))
    for row, seed in enumerate(SEEDS):
        memories = torch.stack([model.initial_memory(seed).shared] * len(told), dim=1)
        said = player.answers(player.write(memories, written), [turn.query for turn in asked])
        right[row] = torch.tensor([probe.is_right(answer) for probe, (answer, _) in zip(probes, said, strict=True)])
    times = right.sum(dim=0)
    always, never = int((times == len(SEEDS)).sum()), int((times == 0).sum())
    assert always + never <= len(told)
    numbers = {"right": float(right.mean()), "always": always, "never": never, "total": len(told)}
    sys.__stdout__.write("\n" + json.dumps({"bench": f"noise, {slots} slots", **numbers}) + "\n")  # type: ignore[union-attr]
