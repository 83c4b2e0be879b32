"""Does a model remember? Asked of held-out dialogues of the generator, or of files of your own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from rxt.io.pretrained import PretrainedModel
from rxt.training.dialogues import Dialogue, DialogueGenerator
from rxt.training.dialogues.facts import OF_KINDS
from rxt.training.evaluation.examiner import MOST_FACTS, Examiner
from rxt.training.evaluation.play import measure_surprise, play
from rxt.training.evaluation.player import Player, rows_at_once
from rxt.training.evaluation.results import Evaluation
from rxt.training.evaluation.script import Script, natural_script, scripts_of_file

ROWS_OF_FILES = 256
"""Conversations of a file that are played side by side, where their memories are small."""

Report = Callable[[int, int], object]
"""Told how many turns were played, of how many."""


def evaluate(
    model: PretrainedModel,
    dialogues: int = 100,
    turns: int = 20,
    seed: int = 0,
    report: Report = lambda done, total: None,
    kinds: int | None = None,
) -> Evaluation:
    """Plays `dialogues` held-out conversations of each kind, of at most `turns` turns (those with many facts or changes
    have their own length), greedily. Raises ValueError for fewer than one dialogue or turn, or too few kinds.

    kinds: of facts, the ones that people tell most; all kinds that have a name, and events, if None. Free conversations
    are of all kinds, so that with `kinds` they do not count in what was told, but denied.

    Where their memories are too large to be held at once, they are played part by part, each with the same noise to
    begin with: numbers may then differ a little from those of all at once."""
    if dialogues < 1 or turns < 1:
        raise ValueError(f"an evaluation needs at least one dialogue of one turn, not {dialogues} of {turns}")
    examiner, rng = Examiner(seed, kinds), random.Random(seed)
    generator = DialogueGenerator(seed, split="heldout")
    natural = [generator.dialogue(turns, rng) for _ in range(dialogues)]
    about = "" if kinds is None else f" about the {min(kinds, len(OF_KINDS))} commonest kinds of facts"
    title = f"{model.name}: {dialogues} held-out dialogues of {turns} turns{about}, greedy"
    apart = frozenset() if kinds is None else frozenset({"conversation"})
    result = Evaluation(title, dialogues, turns, apart=apart)
    rows = [
        [examiner.distance(turns) for _ in range(dialogues)],
        [examiner.facts(min(MOST_FACTS, turns)) for _ in range(dialogues)],
        [examiner.change("update") for _ in range(dialogues)],
        [examiner.change("correction") for _ in range(dialogues)],
        [natural_script(dialogue) for dialogue in natural],
    ]
    counter = _Counter(sum(len(script.turns) for scripts in rows for script in scripts), report)
    player = Player(model)
    size = rows_at_once(model)
    for scripts in rows:
        for start in range(0, dialogues, size):
            play(player, scripts[start : start + size], result, counter.advance, start)
    for start in range(0, dialogues, size):
        measure_surprise(player, natural[start : start + size], result)
    return result


def evaluate_corpus(
    model: PretrainedModel,
    corpus: Sequence[Dialogue],
    about: str,
    report: Report = lambda done, total: None,
) -> Evaluation:
    """Plays the conversations of files: is the answer the very one of the file, and how likely is that one?

    Raises ValueError where there are no conversations."""
    if not corpus:
        raise ValueError("there are no conversations to evaluate on")
    longest = max(len(dialogue.turns) for dialogue in corpus)
    result = Evaluation(f"{model.name}: {len(corpus)} conversations of {about}, greedy", len(corpus), longest)
    counter = _Counter(sum(len(dialogue.turns) for dialogue in corpus), report)
    player = Player(model)
    rows = min(ROWS_OF_FILES, rows_at_once(model))
    for start in range(0, len(corpus), rows):
        part = corpus[start : start + rows]
        scripts = scripts_of_file(part, player.fitting)
        result.cut += sum(map(_cut, scripts))
        play(player, scripts, result, counter.advance, start)
        measure_surprise(player, part, result)
    return result


def _cut(script: Script) -> int:
    """How many answers are not expected whole."""
    asked = zip(script.turns, script.probes[:-1], strict=True)
    return sum(probe.expected != (turn.answer,) for turn, probes in asked for probe in probes)


class _Counter:
    """Counts turns for a report."""

    def __init__(self, total: int, report: Report) -> None:
        self._done, self._total, self._report = 0, total, report

    def advance(self, turns: int) -> None:
        self._done += turns
        self._report(self._done, self._total)
