"""What the bundled model remembers of held-out episodes: pieces of everyday chats that it was not trained on.

Its own answers are written into the memory; afterwards every question of the episode is asked. "fact" is a question for
a fact of a kind that the model knows, "detail" one for anything else that was said, "unknown" one for what was not.

make bench ARGS="tests/bench/test_episodes.py"
"""

from __future__ import annotations

import json
import random
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rxt.training.dialogues import Turn

pytestmark = pytest.mark.bench


def played_and_asked(rng: random.Random) -> list[tuple[list[Turn], list[Turn]]]:
    """The messages of every held-out episode, and its questions."""
    from rxt.training.dialogues.episodes import Episodes
    from rxt.training.dialogues.facts import FACTS
    from rxt.training.dialogues.sources import Values
    from rxt.training.dialogues.state import State
    from rxt.training.dialogues.tellings import Tellings
    from rxt.training.dialogues.wording import Typist, Wording

    tellings = Tellings(FACTS, Wording(FACTS, held_out=True), Values(held_out=True, novelty=0.0))
    episodes, scripts = Episodes(FACTS, tellings, held_out=True), []
    for episode in episodes.all:
        state, typist = State(), Typist.drawn(rng)
        told = episodes.begin(episode, typist, rng)
        turns = [episodes.say(told, at, state, typist, rng) for at in range(len(episode.messages))]
        asked = [episodes.asked(ask, told, len(turns), state, typist, rng) for ask in episode.asks]
        asked += [episodes.asked_in_vain(unknown, told, typist, rng) for unknown in episode.unknown]
        scripts.append((turns, [turn for turn in asked if turn is not None]))
    return scripts


def test_that_the_recall_of_held_out_episodes_is_measured() -> None:
    import rxt
    from rxt.inference.share import Share
    from rxt.training.evaluation.player import Player
    from rxt.training.evaluation.script import NOT_TOLD, Probe

    player, shares = Player(rxt.load()), {kind: Share() for kind in ("fact", "detail", "unknown")}
    for seed, (turns, asked) in enumerate(played_and_asked(random.Random(5))):
        memory = player.fresh(1, seed)
        for turn in turns:
            ((_, ids),) = player.answers(memory, [turn.query])
            memory = player.write(memory, [ids])
        answers = player.answers(memory.expand(-1, len(asked), -1, -1), [turn.query for turn in asked])
        for turn, (answer, _) in zip(asked, answers, strict=True):
            vain = turn.kind == "ask_unknown"
            right = Probe("", (NOT_TOLD if vain else turn.value or "",), "", "").is_right(answer)
            shares["unknown" if vain else "fact" if turn.fact else "detail"].add(right)
    numbers = {kind: f"{share.hits} of {share.trials}" for kind, share in shares.items()}
    sys.__stdout__.write("\n" + json.dumps({"bench": "episodes", **numbers}) + "\n")  # type: ignore[union-attr]
