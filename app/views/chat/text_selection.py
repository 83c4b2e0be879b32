"""A selection of text that may span several messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from app.models.text_finder import utf16_length
from app.views.chat.message import utf16_slice


class TextPosition(NamedTuple):
    """A place in the text of a row, counted in UTF-16 units."""

    row: int
    position: int


class TextSelection:
    """Anchor and end of a selection; `text_of(row)` gives the text of a row."""

    def __init__(self, text_of: Callable[[int], str]) -> None:
        self._text_of = text_of
        self._anchor: TextPosition | None = None
        self._end: TextPosition | None = None

    def clear(self) -> None:
        self._anchor = self._end = None

    def set(self, anchor: TextPosition, end: TextPosition) -> None:
        self._anchor, self._end = anchor, end

    def press(self, place: TextPosition | None, extend: bool) -> None:
        """Starts a selection at `place`, or extends the one that is there."""
        if extend and self._anchor is not None:
            self.drag(place)
        else:
            self._anchor = self._end = place

    def drag(self, place: TextPosition | None) -> None:
        if self._anchor is not None and place is not None:
            self._end = place

    def select_word(self, place: TextPosition) -> None:
        """Selects the word at `place`."""
        text = self._text_of(place.row)
        before = len(utf16_slice(text, 0, place.position))
        for word in re.finditer(r"\w+|[^\w\s]+|\s+", text):
            if word.start() <= before < word.end():
                start = utf16_length(text[: word.start()])
                self.set(TextPosition(place.row, start), TextPosition(place.row, start + utf16_length(word.group())))

    def end_of(self, row: int) -> TextPosition:
        return TextPosition(row, utf16_length(self._text_of(row)))

    def within(self, row: int) -> tuple[int, int] | None:
        """The selected part of a row as (start, end); None where nothing of it is selected."""
        if self._anchor is None or self._end is None or self._anchor == self._end:
            return None
        first, last = sorted((self._anchor, self._end))
        if not first.row <= row <= last.row:
            return None
        start = first.position if row == first.row else 0
        end = last.position if row == last.row else self.end_of(row).position
        return (start, end)

    def text(self) -> str:
        """The selected text; messages are separated by an empty line."""
        if self._anchor is None or self._end is None:
            return ""
        first, last = sorted((self._anchor, self._end))
        parts = []
        for row in range(first.row, last.row + 1):
            span = self.within(row)
            if span is not None:
                parts.append(utf16_slice(self._text_of(row), *span))
        return "\n\n".join(parts)
