"""Whether a text shows anything: one of spaces and of characters without a shape alone looks empty, and is."""

from __future__ import annotations

import unicodedata

UNSEEN = frozenset(("Cc", "Cf", "Zl", "Zp", "Zs"))


def is_seen(text: str) -> bool:
    """Whether at least one character of `text` is more than a space, a control character or a mark of format."""
    return any(unicodedata.category(letter) not in UNSEEN for letter in text)
