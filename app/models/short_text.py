"""Texts on one line, cut where they are too long for their place. Never Qt."""

from __future__ import annotations

import unicodedata

TITLE_LIMIT = 120
JOINERS = "\u200c\u200d"


def one_line(text: str) -> str:
    """`text` without line breaks, control and direction characters, cut to TITLE_LIMIT.

    Joiners stay, which Persian, Indic scripts and emoji need, and so does what is newer than Python's tables.
    """
    words = " ".join("".join(letter if _is_shown(letter) else " " for letter in text).split())
    if not words.strip(f"{JOINERS} "):
        return ""
    return words if len(words) <= TITLE_LIMIT else f"{words[: TITLE_LIMIT - 1].rstrip()}…"


def _is_shown(letter: str) -> bool:
    return letter.isprintable() or letter in JOINERS or unicodedata.category(letter) == "Cn"


def shortened(text: str, longest: int = 40) -> str:
    """One line of at most `longest` characters."""
    line = one_line(text)
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
