"""Which keys an action may have."""

from __future__ import annotations

import re
import sys

_FUNCTION_KEY = re.compile(r"F\d{1,2}")
_EDITING = frozenset(
    {"Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+Y", "Ctrl+A", "Ctrl+Shift+Z", "Tab", "Shift+Tab", "Ctrl+Space"}
)


def refusal(keys: str, platform: str = sys.platform) -> str:
    """Why no action may have `keys` (the portable form, as "Ctrl+R"); empty where one may."""
    *modifiers, key = keys.replace("++", "+Plus").split("+")
    if keys in _EDITING:
        return "it edits text or moves the keyboard."
    if not {"Ctrl", "Alt", "Meta"} & set(modifiers) and not _FUNCTION_KEY.fullmatch(key) and keys != "Esc":
        names = "⌘, ⌃ or ⌥" if platform == "darwin" else "Ctrl or Alt"
        return f"without {names} it would be typed into a text."
    return ""
