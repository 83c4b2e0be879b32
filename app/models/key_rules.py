"""Which keys an action may have."""

from __future__ import annotations

import re

_FUNCTION_KEY = re.compile(r"F\d{1,2}")
_EDITING = frozenset(
    {"Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+Y", "Ctrl+A", "Ctrl+Shift+Z", "Tab", "Shift+Tab", "Ctrl+Space"}
)


def refusal(keys: str) -> str:
    """Why no action may have `keys` (the portable form, as "Ctrl+R"); empty where one may."""
    *modifiers, key = keys.replace("++", "+Plus").split("+")
    if keys in _EDITING:
        return "it edits text or moves the keyboard."
    if not {"Ctrl", "Alt", "Meta"} & set(modifiers) and not _FUNCTION_KEY.fullmatch(key) and keys != "Esc":
        return "without Ctrl or Alt it would be typed into a text."
    return ""
