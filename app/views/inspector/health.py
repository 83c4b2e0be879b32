"""The state of the memory in words: one verifiable sentence about a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.models.amount import shape_in_words, share_text

if TYPE_CHECKING:
    from rxt.events import FloatArray, TurnRecord

NOTICEABLE = 0.10  # of a slot's length before the turn


def rewritten_share(record: TurnRecord, norm_before: FloatArray) -> float:
    """The share of slots, in [0, 1], whose change exceeds NOTICEABLE times their norm [L, S] before the turn."""
    with np.errstate(invalid="ignore"):
        return float(np.mean(record.change > NOTICEABLE * norm_before))


def most_changed_layer(record: TurnRecord) -> int | None:
    """The layer whose difference is longest (Euclidean norm over its slots); None where nothing changed."""
    squares = np.square(np.where(np.isfinite(record.change), record.change, 0), dtype=np.float64).sum(axis=1)
    return int(squares.argmax()) if squares.any() else None


def health_sentence(record: TurnRecord | None, norm_before: FloatArray | None, origin: str = "") -> str:
    """What a turn did to the memory. record None: the initial memory; norm_before None: nothing is loaded.

    origin: the title of the saved memory that the conversation started from, if it did.

    Example: "Turn 3 rewrote 41 % of slots noticeably (by more than 10 % of their length); layer 2 changed most."
    """
    if norm_before is None:
        return "No memory yet."
    if record is None:
        shape = shape_in_words(norm_before.shape)
        if origin:
            return f"Memory opened from “{origin}” ({shape} slots): nothing has been written to it in this chat yet."
        return f"Initial memory ({shape} slots): nothing has been written yet."
    turn = record.turn + 1
    invalid = int((~np.isfinite(record.norm)).sum())
    if invalid:
        return f"Warning: after turn {turn}, {invalid:,} of {record.norm.size:,} slots hold NaN or Inf."
    layer = most_changed_layer(record)
    if layer is None:
        return f"Turn {turn} left the memory exactly as it was."
    share = share_text(rewritten_share(record, norm_before))
    threshold = share_text(NOTICEABLE)
    return (
        f"Turn {turn} rewrote {share} of slots noticeably (by more than {threshold} of their length); "
        f"layer {layer} changed most."
    )
