"""Where words occur in the messages of a conversation; positions are counted in UTF-16 units, as Qt counts them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

Span = tuple[int, int]
"""Start and end."""


class Match(NamedTuple):
    """A place in the text of a row."""

    row: int
    start: int
    end: int


class Place(NamedTuple):
    """Words to look for, and the row in which they stand."""

    words: str
    row: int


class TextFinder:
    """Finds words without regard to upper and lower case, and knows which place is the current one."""

    def __init__(self) -> None:
        self._of_row: dict[int, list[Span]] = {}
        self._rows: list[int] = []
        self._ends: list[int] = []  # how many places there are up to and with each of these rows
        self._current = -1

    @property
    def count(self) -> int:
        return self._ends[-1] if self._ends else 0

    @property
    def position(self) -> int:
        """Which place is the current one, from 1; 0 where none is."""
        return self._current + 1

    @property
    def current(self) -> Match | None:
        if self._current < 0:
            return None
        place = bisect_right(self._ends, self._current)
        row = self._rows[place]
        spans = self._of_row[row]
        return Match(row, *spans[self._current - self._ends[place] + len(spans)])

    def of_row(self, row: int) -> Sequence[Span]:
        """The places in a row as (start, end)."""
        return self._of_row.get(row, ())

    def find(self, words: str, texts: Iterable[str]) -> None:
        """Looks for `words` in the texts of all rows; the current place stays where it is found again."""
        former = self.current
        self._of_row = {}
        if words:
            search = re.compile(re.escape(words), re.IGNORECASE).finditer
            for row, text in enumerate(texts):
                spans = [found.span() for found in search(text)]
                if spans:
                    self._of_row[row] = spans if text.isascii() else [_in_utf16(text, *span) for span in spans]
        self._rows = list(self._of_row)
        self._ends = list(accumulate(len(spans) for spans in self._of_row.values()))
        self._current = self._position_of(former)

    def _position_of(self, match: Match | None) -> int:
        spans = self._of_row.get(match.row, []) if match is not None else []
        starts = [start for start, _ in spans]
        if match is None or match.start not in starts:
            return -1
        place = bisect_left(self._rows, match.row)
        return self._ends[place] - len(spans) + starts.index(match.start)

    def go_to_row(self, row: int) -> None:
        """Makes the first place in this row or below the current one, else the first of all."""
        place = bisect_left(self._rows, row)
        if not self._rows:
            self._current = -1
        else:
            self._current = self._ends[place - 1] if 0 < place < len(self._rows) else 0

    def go_to_last(self, row: int) -> None:
        """Makes the last place in this row or above the current one, else the first of all."""
        place = bisect_right(self._rows, row)
        self._current = self._ends[place - 1] - 1 if place else min(0, self.count - 1)

    def step(self, by: int) -> None:
        """Goes `by` places on (back where negative), round the ends."""
        if self.count:
            start = self._current if self._current >= 0 else -1 if by > 0 else 0
            self._current = (start + by) % self.count


def newest_place(text: str, turns: Sequence[tuple[str, str]]) -> Place | None:
    """Where the turns, each a question and its answer in rows of their own, say what a search of all chats found.

    That is `text` as it is where it stands in one message, else its longest word in a turn that has all of them; the
    newest there is.
    """
    words = text.split()
    rows = [said.casefold() for turn in turns for said in turn]
    whole = _newest_row(text.strip().casefold(), rows)
    if not words or whole is not None:
        return Place(text.strip(), whole) if words and whole is not None else None
    longest = max(words, key=len)
    for number in range(len(rows) - 2, -1, -2):
        said = rows[number : number + 2]
        if all(any(word.casefold() in part for part in said) for word in words):
            row = _newest_row(longest.casefold(), said)
            return Place(longest, number + (row or 0))
    return None


def _newest_row(words: str, rows: Sequence[str]) -> int | None:
    return next((row for row in range(len(rows) - 1, -1, -1) if words in rows[row]), None)


def _in_utf16(text: str, start: int, end: int) -> Span:
    before = utf16_length(text[:start])
    return before, before + utf16_length(text[start:end])


def utf16_length(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)
