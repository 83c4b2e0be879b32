"""One object of a config.json, with typed reads that name the field when they fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rxt.errors import ConfigError

_LONGEST = 100  # letters of a file that a sentence quotes
LIMIT = 1_000_000  # no dimension of this family comes near; larger values are damage, and would allocate


class Section:
    """The object `name` of a document. An absent field and null are the same. Raises ConfigError."""

    def __init__(self, document: Mapping[str, Any], name: str) -> None:
        values = document.get(name)
        if not isinstance(values, Mapping):
            raise ConfigError(f"config.json has no object {name!r}")
        self.name = name
        self._values = values

    def integer(self, key: str, default: int | None = None, least: int = 1, most: int = LIMIT) -> int:
        """A whole number in [least, most]; required where there is no default."""
        value = self._or_default(key, default)
        if value is None:
            raise ConfigError(f"config.json lacks {self.name}.{key}")
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ConfigError(f"{self.name}.{key} must be a whole number from {least} to {most}, not {short(value)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._or_default(key, default)
        if not isinstance(value, bool):
            raise ConfigError(f"{self.name}.{key} must be true or false, not {short(value)}")
        return value

    def number(self, key: str, default: float) -> float:
        value = self._or_default(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LIMIT:
            raise ConfigError(f"{self.name}.{key} must be a number within ±{LIMIT}, not {short(value)}")
        return float(value)

    def word(self, key: str, default: str, known: tuple[str, ...]) -> str:
        value = self._or_default(key, default)
        if value not in known:
            raise ConfigError(f"{self.name}.{short_name(key)} is {short(value)}; this version knows {', '.join(known)}")
        return str(value)

    def states(self, key: str) -> bool:
        """Whether the field is there, false and 0 included."""
        return self._values.get(key) is not None

    def key_with(self, part: str) -> str | None:
        """The first field that is there and whose name contains `part`."""
        return next((key for key in self._values if part in key and self.states(key)), None)

    def _or_default(self, key: str, default: object) -> object:
        value = self._values.get(key)
        return default if value is None else value


def short(value: object) -> str:
    """A value from a file, fit for a sentence."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a whole number of more digits than Python writes, or lists in lists in …
        return "a value without end"
    return _cut(text)


def short_name(name: str) -> str:
    """A name from a file, fit for a sentence and a terminal: without quotes."""
    return _cut(json.dumps(name)[1:-1])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
