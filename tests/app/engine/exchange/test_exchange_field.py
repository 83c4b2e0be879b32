"""Values of a stranger's JSON: what is taken, and that every refusal names the field and is short."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.engine.exchange.document import ExchangeError
from app.engine.exchange.field import Field, parse


def test_that_a_document_with_a_byte_order_mark_is_read() -> None:
    assert parse(b'\xef\xbb\xbf{"a": "\xc3\xa9"}').member("a").text(1) == "é"


@pytest.mark.parametrize(
    ("value", "read", "words"),
    [
        ([1, 2, 3], lambda field: list(field.items(2)), "has 3 items; at most 2 are read"),
        ("ab\ud800", lambda field: field.text(9), "holds half of a character"),
        ("abc", lambda field: field.text(2), "has 3 characters; at most 2 are read"),
        (0, lambda field: field.whole(1, 9), "should lie between 1 and 9"),
        (10, lambda field: field.whole(1, 9), "should lie between 1 and 9"),
        (2.0, lambda field: field.whole(1, 9), "should be a whole number, not a number"),
        (10**400, lambda field: field.number(), "is too large a number"),
        (float("inf"), lambda field: field.number(), "is too large a number"),
        ("A" * 64, lambda field: field.sha256(), "should be a SHA-256 of 64 hexadecimal digits"),
        ("a" * 63, lambda field: field.sha256(), "should be a SHA-256 of 64 hexadecimal digits"),
        ("AAAA", lambda field: field.data(2), "should be 2 bytes in base64"),  # three of them
        ("A" * 8, lambda field: field.data(3), "should be 3 bytes in base64"),
        ("AAAA!!!!", lambda field: field.data(6), "is not base64"),
        ("AAAA", lambda field: field.flag(), "should be true or false, not a text"),
        ("c", lambda field: field.choice(("a", "b")), "should be one of a, b, not 'c'"),
        ({"a": 1, "b": 2}, lambda field: field.members("a"), "has a member 'b' that this version does not know"),
    ],
    ids=lambda part: part if isinstance(part, str) and " " in part else "it",
)
def test_that_what_does_not_fit_is_refused_by_its_place(
    value: Any, read: Callable[[Field], object], words: str
) -> None:
    with pytest.raises(ExchangeError) as caught:
        read(Field(value, "turns[3].it"))
    assert str(caught.value) == f"turns[3].it {words}."


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
def test_that_numbers_that_are_not_finite_are_no_array(odd: float) -> None:
    values = np.array([[1, 2, 3], [4, 5, 6]], dtype="<f4")
    read = Field(base64.b64encode(values.tobytes()).decode(), "norm").array(2, 3)
    assert np.array_equal(read, values)
    values[1, 1] = odd
    with pytest.raises(ExchangeError, match="norm holds numbers that are not finite"):
        Field(base64.b64encode(values.tobytes()).decode(), "norm").array(2, 3)


def test_that_the_limits_themselves_are_taken() -> None:
    assert [item.whole(1, 3) for item in Field([1, 3], "").items(2)] == [1, 3]
    assert Field("ab", "").text(2) == "ab"
    assert Field("0af9" * 16, "").sha256() == "0af9" * 16
    assert Field("AAE=", "").data(2) == b"\x00\x01"


def test_that_a_refusal_is_short_and_printable_whatever_the_file_says() -> None:
    strange = "\x1b[31m" + "x" * 5000
    with pytest.raises(ExchangeError) as caught:
        Field(strange, "phase").choice(("a", "b"))
    assert len(str(caught.value)) < 120
    assert str(caught.value).isprintable()
    with pytest.raises(ExchangeError) as caught:
        parse(json.dumps({strange: 1})[:-1].encode() + b", " + json.dumps({strange: 1})[1:].encode())
    assert "appears twice" in str(caught.value)
    assert len(str(caught.value)) < 150
