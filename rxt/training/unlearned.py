"""What of a recipe's files will not be learned, as sentences for the user who starts the run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rxt.training.recipe import StagePlan

Lengths = Mapping[Path, Sequence[int]]
"""Of the conversations of each file, in turns; 0 for plain text."""


def unlearned(stages: Sequence[StagePlan], place: int, lengths: Lengths) -> Iterator[str]:
    """The sentences about the stages from `place` on."""
    for number, plan in enumerate(stages[place:], place + 1):
        where = f"In stage {number}, " if len(stages) > 1 else ""
        for note in (*_not_reached(plan), *_too_long_for(plan, lengths)):
            yield where + note
    yield from _unread_texts(stages, lengths)


def _unread_texts(stages: Sequence[StagePlan], lengths: Lengths) -> Iterator[str]:
    """A sentence for each file with plain text that no stage learns."""
    read = {path for stage in stages if stage.kind == "joint" for path in stage.data.files}
    for path in dict.fromkeys(path for stage in stages for path in stage.data.files):
        if path not in read and (count := lengths.get(path, ()).count(0)):
            lines = "line" if count == 1 else "lines"
            yield f"{count} {lines} of {path} will not be learned: plain text is for joint stages alone."


def _too_long_for(plan: StagePlan, lengths: Lengths) -> Iterator[str]:
    """A sentence for each file with conversations that the curriculum cuts."""
    if plan.curriculum is None:
        return
    most = max(plan.curriculum.turns)
    for path in dict.fromkeys(plan.data.files):
        if count := sum(length > most for length in lengths[path]):
            which, ends = ("conversation", "its end is") if count == 1 else ("conversations", "their ends are")
            yield (
                f"{count} {which} of {path} {'is' if count == 1 else 'are'} longer than the {_turns(most)} of the "
                f"curriculum; {ends} not learned. Raise the last number of turns (system counts as one), or leave "
                "[curriculum] out."
            )


def _not_reached(plan: StagePlan) -> Iterator[str]:
    """A sentence where the curriculum of a stage is not gone through in its steps. Files do not say what is recalled:
    with them alone a level ends for its steps, of which those of earlier levels are none."""
    curriculum = plan.curriculum
    if curriculum is None or plan.data.generator:
        return
    steps, level = max(1, curriculum.promote_after_steps), 0
    needed: float = steps
    while level + 1 < len(curriculum.turns) and needed < plan.schedule.steps:
        level += 1
        needed += steps / (1 - curriculum.earlier_share) if curriculum.earlier_share < 1 else math.inf
    if level + 1 < len(curriculum.turns):
        yield (
            f"{plan.schedule.steps} steps bring the curriculum to conversations of about "
            f"{_turns(curriculum.turns[level])}, not of {_turns(curriculum.turns[-1])}: files do not say what is to be "
            "recalled, so nothing but promote_after_steps ends a length. Lower it, or leave [curriculum] out."
        )


def _turns(count: int) -> str:
    return f"{count} turn" if count == 1 else f"{count} turns"
