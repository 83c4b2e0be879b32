"""Amounts as they are written everywhere: percents, sizes and shapes, and the counts of the window's sentences."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.models.amount import MINUS, percent_text, shape_in_words, share_text, size_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = Path(__file__).parents[3] / "app"
BY_HAND = re.compile(r"[\d}][ \u202f]?%(?![;\w])")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0099, "<\u00a01\u00a0%"),
        (0.01, "1\u00a0%"),
        (0.99, "99\u00a0%"),
        (0.9901, ">\u00a099\u00a0%"),
        (-0.2, f"{MINUS}20\u00a0%"),
        (float("nan"), "–"),
    ],
)
def test_that_a_share_is_told_in_percent(share: float, text: str) -> None:
    assert share_text(share) == text
    assert " " not in share_text(share)  # where a line could break


def test_that_a_share_is_never_rounded_to_none_or_all() -> None:
    assert [share_text(share) for share in (0, 0.004, 0.5, 0.996, 1, 1.54)] == [
        "0\u00a0%", "<\u00a01\u00a0%", "50\u00a0%", ">\u00a099\u00a0%", "100\u00a0%", "154\u00a0%",
    ]  # fmt: skip


def test_that_a_percentage_stays_together_with_its_sign() -> None:
    assert [percent_text(percent) for percent in (0, 2.4, 150, -3)] == [
        "0\u00a0%", "2\u00a0%", "150\u00a0%", f"{MINUS}3\u00a0%",
    ]  # fmt: skip


def test_that_no_percentage_in_the_window_is_written_by_hand() -> None:
    """A sign behind a digit or a value, in any text of `app` that is no docstring and no style sheet."""
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(APP.rglob("*.py"))}
    by_hand = [
        f"{path.relative_to(APP)}: {text}"
        for path, source in sources.items()
        if BY_HAND.search(source)
        for text in _texts(ast.parse(source))
        if BY_HAND.search(text)
    ]
    assert by_hand == []


def _texts(tree: ast.Module) -> Iterator[str]:
    """Every text but docstrings; in one with values, each of them as {}."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def test_that_sizes_are_in_powers_of_ten() -> None:
    sizes = (12, 999, 999.6, 3_500, 196_608, 999_499, 999_600, 5_040_000, 14_700_000, 1.1e9, 2.345e12)
    assert [size_in_words(size) for size in sizes] == [
        "12 B", "999 B", "1.0 kB", "3.5 kB", "197 kB", "999 kB", "1.0 MB", "5.0 MB", "15 MB", "1.1 GB", "2,345 GB",
    ]  # fmt: skip


def test_that_a_shape_is_counted_like_anything_else() -> None:
    assert shape_in_words((21, 4096, 256)) == "21\u00a0×\u00a04,096\u00a0×\u00a0256"
