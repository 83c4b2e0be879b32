"""Half-lives are told in turns as far as a conversation can go."""

from __future__ import annotations

import pytest

from app.paint.number import life_text


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
