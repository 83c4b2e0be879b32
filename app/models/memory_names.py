"""What memories are called: by their turn, by the one that a chat started from, and as files. Never Qt.

`origin` is everywhere the title of that saved memory, empty where the chat started from a new one.
"""

from __future__ import annotations

INITIAL = -1
"""The number of the memory before the first turn, which is turn 0."""
MEMORY_SUFFIX = ".safetensors"
"""Of the files of saved memories."""


def start_name(origin: str) -> str:
    """The start in two words."""
    return "opened memory" if origin else "initial memory"


def titled_start(origin: str) -> str:
    """The start with the title of the saved memory, where there is room for it."""
    return f"{start_name(origin)} “{origin}”" if origin else start_name(origin)


def memory_label(turn: int, origin: str) -> str:
    """The memory after a turn, which counts from 0, as a label; what comes before is the start."""
    return start_name(origin) if turn < 0 else f"turn {turn + 1}"


def memory_in_words(turn: int, origin: str) -> str:
    """The same within a sentence."""
    return f"the {start_name(origin)}" if turn < 0 else memory_label(turn, origin)


def memory_after(turn: int, origin: str) -> str:
    """The same where the turn alone would be its words: "the memory after turn 3"."""
    return f"the memory after turn {turn + 1}" if turn >= 0 else memory_in_words(turn, origin)


def turns_in_words(turns: int) -> str:
    return "no turns yet" if turns == 0 else "1 turn" if turns == 1 else f"{turns:,} turns"


def before_first(turns: int) -> str:
    """Where the memory stands that a chat of so many turns started from."""
    return f"before turn 1 of {turns:,}" if turns else turns_in_words(0)
