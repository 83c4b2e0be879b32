"""The direction of a text, and its boxes where it begins at the right. It draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import bidirectional

from PySide6.QtCore import QRectF, Qt

if TYPE_CHECKING:
    from collections.abc import Iterable

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


def is_right_to_left(text: str) -> bool:
    """Whether the first letter of a text is of a script that is written from right to left."""
    strong = (direction for direction in map(bidirectional, text) if direction in ("L", "R", "AL"))
    return next(strong, "L") != "L"


def mirrored(boxes: Iterable[QRectF], width: float) -> list[QRectF]:
    """Boxes in rows that begin at the right, of boxes in rows that begin at the left."""
    return [QRectF(width - box.right(), box.top(), box.width(), box.height()) for box in boxes]


def step_of(key: int, is_leftward: bool) -> int | None:
    """How many words an arrow key goes on in a text, back where negative; None for another key."""
    step = STEPS.get(Qt.Key(key))
    return -step if step is not None and is_leftward else step
