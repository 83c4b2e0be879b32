"""What a conversation is called until the user gives it a title: the first words of its first question."""

from __future__ import annotations

import unicodedata

_TITLE_LENGTH = 60
_JOINER = "\u200d"
_HIDDEN = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that change the direction of the text after them."""


def title_of(query: str) -> str:
    """A line for the list: the first words of a question, cut between words (or characters) where it is long."""
    line = " ".join("".join(char for char in query if char not in _HIDDEN).split())
    if len(line) <= _TITLE_LENGTH:
        return line
    if " " in line[:_TITLE_LENGTH]:
        return line[:_TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
    end = _TITLE_LENGTH
    while end > 1 and (unicodedata.category(line[end]).startswith("M") or _JOINER in line[end - 1 : end + 1]):
        end -= 1  # never inside of a character that is drawn as one
    return line[:end] + "…"
