"""What the lists of chats and of saved memories share: their roles and their words."""

from __future__ import annotations

import unicodedata
from enum import IntEnum

from PySide6.QtCore import Qt

TITLE_LIMIT = 120
MEMORY_SUFFIX = ".safetensors"
"""Of the files of saved memories."""
JOINERS = "\u200c\u200d"


class LibraryRole(IntEnum):
    """What a line tells besides its title (Qt.DisplayRole)."""

    DETAIL = Qt.ItemDataRole.UserRole + 1
    KEY = Qt.ItemDataRole.UserRole + 2
    IS_CURRENT = Qt.ItemDataRole.UserRole + 3


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


def turns_in_words(turns: int) -> str:
    return "no turns yet" if turns == 0 else "1 turn" if turns == 1 else f"{turns:,} turns"


def before_first(turns: int) -> str:
    """Where the memory stands that a chat of so many turns started from."""
    return f"before turn 1 of {turns:,}" if turns else turns_in_words(0)
