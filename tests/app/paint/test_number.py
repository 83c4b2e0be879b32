"""Numbers as people read them: half-lives, steps and decimals at the edges of their ranges."""

from __future__ import annotations

import pytest

from app.models.amount import MINUS
from app.paint.number import (
    binary_step,
    decimal_step,
    decimals_for,
    life_text,
    nice_step,
    number_text,
)


@pytest.mark.parametrize(
    ("turns", "text"),
    [
        (0.04, "< 0.1"),
        (0.06, "0.1"),
        (2.25, "2.2"),
        (1000.0, "1000.0"),
        (2e6, "> 1000"),
        (float("inf"), "∞"),
        (float("nan"), "NaN"),
    ],
)
def test_that_a_half_life_is_told_up_to_a_thousand_turns(turns: float, text: str) -> None:
    assert life_text(turns) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (99_999.0, 0, "99999"),
        (1e5, 0, "1.00e+05"),
        (-1e5, 0, f"{MINUS}1.00e+05"),
        (0.00004, 4, "0.0000"),
        (0.000004, 5, "0.00000"),
        (4e-7, 6, "4.00e-07"),
        (6e-7, 6, "0.000001"),
        (0.0, 6, "0.000000"),
        (-4e-7, 6, f"{MINUS}4.00e-07"),
        (-0.0, 1, "0.0"),
        (-10.0, 1, f"{MINUS}10.0"),
        (float("inf"), 1, "Inf"),
    ],
)
def test_that_very_large_and_very_small_numbers_are_in_scientific_notation(
    value: float, decimals: int, text: str
) -> None:
    assert number_text(value, decimals) == text


def test_that_hundreds_of_steps_of_a_range_can_be_told_apart() -> None:
    for span in (3e-4, 0.04, 0.7, 3.0, 49.0):
        step = 10 ** -decimals_for(span)
        assert 100 <= span / step * 5 <= 5000, span
    assert [decimals_for(span) for span in (1e-9, 4.9, 5, 50, 1e9)] == [6, 2, 1, 0, 0]


def test_that_steps_are_the_smallest_round_numbers_that_are_enough() -> None:
    assert [decimal_step(least) for least in (0.2, 1, 1.01, 2, 3, 5, 5.1, 10, 11, 51, 100)] == [
        1, 1, 2, 2, 5, 5, 10, 10, 20, 100, 100,
    ]  # fmt: skip
    assert [binary_step(least) for least in (0.2, 1, 1.01, 2, 3, 4, 5, 64, 65)] == [1, 1, 2, 2, 4, 4, 8, 64, 128]
    assert [nice_step(least) for least in (1e-3, 0.0021, 0.6, 2 + 1e-12)] == pytest.approx([1e-3, 0.005, 1, 2])
