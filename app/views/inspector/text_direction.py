"""The direction of a text, and where its parts stand in a line where both directions meet. It draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import bidirectional

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QTextLayout, QTextLine, QTextOption

from app.models.text_finder import utf16_length

if TYPE_CHECKING:
    from collections.abc import Sequence

ISOLATE, POP = "\u2068", "\u2069"
JOINER = "\u200d"
NOT_JOINING_ON = frozenset("ءآأؤإةادذرزوٱڈڑژۀۃۆۇۈۋےۓ")
"""Arabic letters to which the next one does not join."""
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


def is_right_to_left(text: str) -> bool:
    """Whether the first letter of a text is of a script that is written from right to left."""
    strong = (direction for direction in map(bidirectional, text) if direction in ("L", "R", "AL"))
    return next(strong, "L") != "L"


def has_leftward(text: str) -> bool:
    """Whether any letter of a text is of such a script."""
    return any(bidirectional(letter) in ("R", "AL") for letter in text)


def apart(text: str) -> str:
    """A text to put into an English sentence, whose order it leaves alone."""
    return f"{ISOLATE}{text}{POP}" if has_leftward(text) else text


def joined(text: str, start: int, end: int) -> str:
    """The letters of a part as they are drawn alone: where the script goes on beyond it, as Arabic does within a word,
    they have the forms of letters that are joined, and the space before a word that goes on stays before it."""
    part = text[start:end]
    if not part or text.isascii():
        return part
    before = JOINER if start > 0 and _joins(text[start - 1], part[0]) else ""
    after = JOINER if end < len(text) and _joins(part[-1], text[end]) else ""
    begins_word = part[0].isspace() and end < len(text) and text[end].isalnum() and part.strip()[:1].isalnum()
    return f"{ISOLATE}{part}{after}{POP}" if begins_word else f"{before}{part}{after}"


def _joins(letter: str, following: str) -> bool:
    is_arabic = bidirectional(letter) == bidirectional(following) == "AL" and letter.isalpha() and following.isalpha()
    return is_arabic and letter not in NOT_JOINING_ON and following != "ء"


def row_of_boxes(
    words: Sequence[str], widths: Sequence[float], left: float, top: float, high: float, is_leftward: bool
) -> list[QRectF]:
    """A box of its width for each word of a line, in the order of the words."""
    boxes = [QRectF()] * len(words)
    for place in visual_order(words, is_leftward):
        boxes[place] = QRectF(left, top, widths[place], high)
        left += widths[place]
    return boxes


def visual_order(words: Sequence[str], is_leftward: bool) -> list[int]:
    """The words of a line from left to right, as Unicode orders them; the line begins at the right if `is_leftward`."""
    line = "".join(words)
    if not is_leftward and not has_leftward(line):
        return list(range(len(words)))
    layout, option = QTextLayout(line), QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if is_leftward else Qt.LayoutDirection.LeftToRight)
    layout.setTextOption(option)
    layout.beginLayout()
    row = layout.createLine()
    layout.endLayout()
    places, start = [], 0
    for number, word in enumerate(words):
        indent = len(word) - len(word.lstrip()) if word.strip() else 0  # the space before a word goes with it
        places.append((_left_of(row, start + indent), -number if is_leftward else number))
        start += utf16_length(word)
    return sorted(range(len(words)), key=places.__getitem__)


def _left_of(row: QTextLine, position: int) -> float:
    """Where the sign of a character stands. A cursor may stand at either end of a run, so it is not asked first."""
    for run in row.glyphRuns(position, 1):
        if run.positions():
            return run.positions()[0].x()
    at: Any = row.cursorToX(position)  # PySide6 returns the position too
    return float(at[0] if isinstance(at, tuple) else at)


def step_of(key: int, is_leftward: bool) -> int | None:
    """How many words an arrow key goes on in a text, back where negative; None for another key."""
    step = STEPS.get(Qt.Key(key))
    return -step if step is not None and is_leftward else step
