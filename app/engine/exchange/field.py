"""A value of a JSON document that is not checked yet, with the path to it: every refusal names the field."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from app.engine.exchange.document import ExchangeError
from rxt.events import FloatArray, frozen_array

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BOM = b"\xef\xbb\xbf"
_MOST_PARTS = 8_000_000
"""Values of a document; counting them costs 1/100 of reading them, and a window must not wait for a hostile file."""
Choice = TypeVar("Choice", bound=str)


def parse(data: bytes) -> Field:
    """The document in `data`. Raises ExchangeError where it is not JSON that every reader understands alike."""
    if sum(map(data.count, (b",", b"[", b"{"))) > _MOST_PARTS:
        raise ExchangeError("The file has more parts than any chat.")
    try:
        document = json.loads(
            data.removeprefix(_BOM).decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise ExchangeError(f"The file is not text in UTF-8 (byte {error.start}).") from None
    except RecursionError:
        raise ExchangeError("The file is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise ExchangeError(
            f"The file is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from None
    except ValueError as error:
        raise ExchangeError(f"The file is not JSON that can be read: {str(error)[:200]}.") from None
    return Field(document, "")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {_shown(twice)} appears twice")
    return result


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


class Field:
    """A value at `path`, such as turns[3].metrics.answer_s. Every method raises ExchangeError for another kind."""

    def __init__(self, value: Any, path: str) -> None:
        self._value = value
        self.path = path

    def refuse(self, why: str) -> ExchangeError:
        """The error to raise."""
        return ExchangeError(f"{self.path or 'The document'} {why}.")

    def members(self, *names: str) -> dict[str, Field]:
        """The members of an object that has exactly `names`."""
        if not isinstance(self._value, dict):
            raise self.refuse(f"should be an object, not {_kind(self._value)}")
        for name in names:
            if name not in self._value:
                raise Field(None, self._below(name)).refuse("is missing")
        for name in self._value:
            if name not in names:
                raise self.refuse(f"has a member {_shown(name)} that this version does not know")
        return {name: Field(self._value[name], self._below(name)) for name in names}

    def member(self, name: str) -> Field:
        """One member of an object that may have others."""
        if not isinstance(self._value, dict):
            raise self.refuse(f"should be an object, not {_kind(self._value)}")
        return Field(self._value.get(name), self._below(name))

    def items(self, most: int) -> Iterator[Field]:
        """The items of an array of at most `most`."""
        if not isinstance(self._value, list):
            raise self.refuse(f"should be an array, not {_kind(self._value)}")
        if len(self._value) > most:
            raise self.refuse(f"has {len(self._value):,} items; at most {most:,} are read")
        return (Field(item, f"{self.path}[{number}]") for number, item in enumerate(self._value))

    @property
    def is_null(self) -> bool:
        return self._value is None

    def text(self, most: int) -> str:
        """A text of at most `most` characters that can be written as UTF-8."""
        if not isinstance(self._value, str):
            raise self.refuse(f"should be a text, not {_kind(self._value)}")
        if len(self._value) > most:
            raise self.refuse(f"has {len(self._value):,} characters; at most {most:,} are read")
        if any("\ud800" <= letter <= "\udfff" for letter in self._value):
            raise self.refuse("holds half of a character")
        return self._value

    def choice(self, options: Sequence[Choice]) -> Choice:
        """One of `options`."""
        for option in options:
            if self._value == option:
                return option
        raise self.refuse(f"should be one of {', '.join(options)}, not {_shown(self._value)}")

    def flag(self) -> bool:
        if not isinstance(self._value, bool):
            raise self.refuse(f"should be true or false, not {_kind(self._value)}")
        return self._value

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        if isinstance(self._value, bool) or not isinstance(self._value, int):
            raise self.refuse(f"should be a whole number, not {_kind(self._value)}")
        if not low <= self._value <= high:
            raise self.refuse(f"should lie between {low} and {high}")
        return self._value

    def number(self) -> float:
        """A finite number."""
        if isinstance(self._value, bool) or not isinstance(self._value, int | float):
            raise self.refuse(f"should be a number, not {_kind(self._value)}")
        try:
            value = float(self._value)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self.refuse("is too large a number")
        return value

    def sha256(self) -> str:
        if not isinstance(self._value, str) or not _SHA256.fullmatch(self._value):
            raise self.refuse("should be a SHA-256 of 64 hexadecimal digits")
        return self._value

    def data(self, size: int) -> bytes:
        """`size` bytes, written as base64."""
        if not isinstance(self._value, str):
            raise self.refuse(f"should be base64, not {_kind(self._value)}")
        if len(self._value) != 4 * ((size + 2) // 3):
            raise self.refuse(f"should be {size:,} bytes in base64")
        try:
            data = base64.b64decode(self._value, validate=True)
        except (binascii.Error, ValueError):
            raise self.refuse("is not base64") from None
        if len(data) != size:
            raise self.refuse(f"should be {size:,} bytes in base64")
        return data

    def array(self, layers: int, slots: int) -> FloatArray:
        """Finite values [layers, slots]."""
        values = np.frombuffer(self.data(4 * layers * slots), dtype="<f4").reshape(layers, slots)
        if not np.isfinite(values).all():
            raise self.refuse("holds numbers that are not finite")
        return frozen_array(values)

    def _below(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "an array"
        case _:
            return "an object"


def _shown(value: Any) -> str:
    """A value of a file from elsewhere for use in a sentence: short, printable and in quotes."""
    return ascii(value if isinstance(value, str) else _kind(value))[:60]
