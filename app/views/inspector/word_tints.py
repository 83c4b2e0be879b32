"""What words are tinted with, and the sentence that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.models.amount import share_text
from app.models.memory_names import memory_in_words, start_name
from app.paint.reading import against_others, strongest_source
from app.views.inspector.style import turn_colour, turn_label
from app.views.inspector.word_flow import Tint

if TYPE_CHECKING:
    from app.engine.analysis.findings import BoolArray, Reads, Writes
    from app.theme import Theme
    from rxt.events import FloatArray

CAVEAT = "Attention is not proof: it shows where the model looked. “Check” answers again without these slots."
_FAINT = 0.15  # of the largest difference: below it a word is like the others
_NAMED = 4


def is_mark(writes: Writes) -> BoolArray:
    """[T]: which tokens of a turn are marks around question and answer: they have no characters and are not drawn."""
    return np.array([end <= start for start, end in writes.spans], dtype=bool)


def marks_text(writes: Writes, weights: FloatArray) -> str:
    """Which share of attention [T] over a turn no visible word has; empty where there are no marks."""
    marks = is_mark(writes)
    share = share_text(float(weights[marks].sum()))
    return f"{share} of the attention went to the marks around question and answer" if marks.any() else ""


def names_of_written(writes: Writes) -> list[str]:
    """Each token by its characters, the marks by their place: [BOS] [Q] question [A] answer [EOS]."""
    last = len(writes.spans) - 1
    marks = {0: "[BOS]", 1: "[Q]", writes.answer_start - 1: "[A]", last: "[EOS]"}
    unseen = is_mark(writes)
    return [
        marks.get(token, "[ ]") if unseen[token] else writes.text[start:end].strip() or "[ ]"
        for token, (start, end) in enumerate(writes.spans)
    ]


def read_tints(reads: Reads, is_against: bool, theme: Theme, origin: str = "") -> tuple[list[Tint], str]:
    """A tint a token of the answer, by the turn it read most from.

    is_against: by the turn it read more from than the answer's other words did. origin: the title of the saved memory
    that the chat started from, if it did.
    """
    measured = np.maximum(against_others(reads.sources), 0) if is_against else reads.sources
    largest = float(measured.max()) or 1.0
    tints = []
    for token, (turn, amount) in enumerate(strongest_source(measured)):
        share = float(reads.sources[token, turn + 1])
        strength = amount / largest if is_against else share
        if strength < _FAINT and is_against:
            alike = "Read as the other words did." if len(reads.sources) > 1 else "There are no other words."
            tints.append(Tint(theme.muted, 0.0, "", f"{alike} {CAVEAT}"))
            continue
        others = f"; the other words {share_text(max(0.0, share - amount))}" if is_against else ""
        tip = f"{share_text(share)} read from {memory_in_words(turn, origin)}{others}. {CAVEAT}"
        tints.append(Tint(turn_colour(theme, turn), strength, turn_label(turn), tip))
    total = reads.sources.mean(axis=0)
    order = [int(row) for row in np.argsort(-total, kind="stable")[:_NAMED] if total[row] > 0]
    parts = ", ".join(f"{memory_in_words(row - 1, origin)} {share_text(float(total[row]))}" for row in order)
    legend = f"Numbers below words are turns; 0 is the {start_name(origin)}."
    return tints, f"The answer was read from: {parts}. {legend}"


def write_tints(
    writes: Writes, slot: tuple[int, int] | None, layer: int | None, theme: Theme
) -> tuple[list[Tint], str]:
    """A tint a token of the turn, by the attention of one slot, of the slots of a layer, or of all slots; the strongest
    is a word that is seen, for the marks around question and answer often have more."""
    if slot is not None:
        weights, what = writes.weights[slot], f"layer {slot[0]} · slot {slot[1]}"
    elif layer is not None:
        weights, what = writes.weights[layer].mean(axis=0), f"the slots of layer {layer}"
    else:
        weights, what = writes.weights.mean(axis=(0, 1)), "all slots"
    top = float(weights.max(initial=0, where=~is_mark(writes))) or 1.0
    tints = [
        Tint(theme.accent, strength, "", f"{share_text(weight)} of the attention of {what}")
        for weight, strength in zip(weights.tolist(), np.clip(weights / top, 0, 1).tolist(), strict=True)
    ]
    marks = f"; {told}" if (told := marks_text(writes, weights)) else ""
    stays = "" if slot is None else f" It entered the slot with the factor {share_text(float(writes.written[slot]))}."
    return (
        tints,
        f"Tinted by the attention of {what} in turn {writes.turn + 1}; the strongest: {share_text(top)}{marks}.{stays}",
    )
