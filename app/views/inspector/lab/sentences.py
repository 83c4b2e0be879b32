"""What an experiment has shown, in a sentence: what changed, and what the random control changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.models.memory_names import memory_in_words, start_name
from app.models.short_text import shortened
from app.paint.number import number_text
from app.views.inspector.text_direction import apart

if TYPE_CHECKING:
    from app.engine.analysis.findings import Paired, ReplyText, Synthetic
    from app.models.edit_kind import EditKind
    from app.models.lab import Experiment
    from rxt.events import FloatArray

EDITS: dict[EditKind, tuple[str, str]] = {
    "zero": ("Zero", "The slots become zeros."),
    "mean": ("Mean of the layer", "Each slot becomes the mean of all slots of its layer."),
    "noise": ("Noise", "Each slot becomes a random direction of its own length."),
    "initial": ("Restore {start}", "The slots become what they were before the first turn."),
    "freeze": ("Freeze", "The slots keep what they held after the turn you choose; later turns do not write to them."),
    "patch": ("Patch from…", "The slots are taken from another turn, branch or saved memory."),
}
DONE: dict[EditKind, str] = {
    "zero": "zeroed", "mean": "set to their layer's mean", "noise": "replaced by noise",
    "initial": "set back", "freeze": "frozen", "patch": "patched",
}  # fmt: skip
APOSTROPHES = "'’"


def edit_name(kind: EditKind, origin: str) -> str:
    """What an edit is called; origin: the title of the saved memory that the chat started from, if it did."""
    return EDITS[kind][0].format(start=start_name(origin))


def run_words(experiment: Experiment, turn: int, target: str, origin: str = "") -> str:
    """What is done: "turn 5: zeroed the 12 slots it read most (5 % of each layer)".

    origin: the title of the saved memory that the chat started from, if it did.
    """
    source, taken = experiment.source, ""
    if experiment.kind == "patch" and source is not None:
        taken = f" from {source.name}"
    elif experiment.kind == "initial":
        taken = f" to the {start_name(origin)}"
    elif experiment.kind == "freeze":  # by itself what the turn before wrote is undone: it is the last that was read
        since = turn - 2 if source is None or source.turn is None else source.turn
        taken = f" since {memory_in_words(since, origin)}"
    return f"turn {turn + 1}: {DONE[experiment.kind]}{taken}: {target}"


def verdict(paired: Paired) -> str:
    """ "The answer changed at “Alice” → “Bob”; the random control changed nothing." """
    edit = _difference(paired.unedited, paired.edited, paired.first_difference)
    said = f"The answer changed {edit}" if edit else "The answer stayed the same"
    if paired.control is None:
        return f"{said}; there is no control, for no other slot is left."
    control = _difference(paired.unedited, paired.control, paired.control_difference)
    beside = f"the random control changed it {control}" if control else "the random control changed nothing"
    if not edit and not control:
        beside = "so did the random control's"
    return f"{said}; {beside}."


def numbers(paired: Paired) -> str:
    """The mean change of the original answer's log-probability, beside the control's."""
    edit, control = (_mean(values) for values in (paired.change, paired.control_change))
    said = f"Original answer: {edit} nats a token with the edit"
    count = "1 slot" if paired.control_slots == 1 else f"{paired.control_slots:,} slots"
    said += f", {control} with {count} at random." if paired.control is not None else "."
    if paired.again is not None:
        said += " Without an edit this memory now answers something else: the copies are compared with that."
    return said


def _mean(values: FloatArray) -> str:
    return number_text(float(np.mean(values)), 2) if len(values) else "–"


def _difference(original: ReplyText, other: ReplyText, index: int | None) -> str:
    """Where two answers part, in words; "" where they do not."""
    if index is None:
        return ""
    before, after = apart(_word(original, index)), apart(_word(other, index))
    if before and after:
        return f"at “{before}” → “{after}”"
    if before:
        return f"by ending before “{before}”"
    return f"by going on with “{after}”" if after else "in a sign that is not seen"


def _word(answer: ReplyText, index: int) -> str:
    """The whole word that the token stands in."""
    if index >= len(answer.spans):
        return ""
    start, stop = answer.spans[index]
    text = answer.text
    while start < stop and text[start].isspace():
        start += 1
    while 0 < start < len(text) and _are_of_a_word(text, start):
        start -= 1
    while 0 < stop < len(text) and _are_of_a_word(text, stop):
        stop += 1
    return shortened(text[start:stop].strip(), 24)


def _are_of_a_word(text: str, index: int) -> bool:
    """Whether the characters on both sides of an index belong to one word: letters, or an apostrophe between two."""
    before, after = text[index - 1], text[index]
    if before in APOSTROPHES:
        before = text[index - 2] if index > 1 else " "
    if after in APOSTROPHES:
        after = text[index + 1] if index + 1 < len(text) else " "
    return before.isalnum() and after.isalnum()


def saved_words(made: Synthetic) -> str:
    """That a memory that was made in the lab is kept, and where."""
    return f"Saved as a synthetic memory: {made.path.name}. You find it in the list of memories."
