"""Texts on one line, cut where they are too long for their place. Never Qt."""

from __future__ import annotations

import unicodedata

TITLE_LIMIT = 120
JOINERS = "\u200c\u200d"
NO_BREAK = "\u00a0"


def one_line(text: str, longest: int = TITLE_LIMIT) -> str:
    """`text` without line breaks, control and direction characters, cut to `longest` characters.

    Joiners stay, which Persian, Indic scripts and emoji need, spaces that hold a number and its unit together, and what
    is newer than Python's tables.
    """
    words = " ".join(part for part in "".join(map(_shown, text)).split(" ") if part).strip(f"{NO_BREAK} ")
    if not words.strip(f"{JOINERS}{NO_BREAK} "):
        return ""
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def _shown(letter: str) -> str:
    """The letter, or a space in its place."""
    is_shown = letter.isprintable() or letter in JOINERS or letter == NO_BREAK or unicodedata.category(letter) == "Cn"
    return letter if is_shown else " "


def shortened(text: str, longest: int = 40) -> str:
    """One line of at most `longest` characters."""
    return one_line(text, longest)
