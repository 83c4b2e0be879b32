"""The numbers under a colour bar can be told apart, whatever they span and however wide the bar is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.paint.colormap import lookup_table
from app.paint.limits import Limits
from app.paint.number import decimals_for, number_text
from app.theme import LIGHT
from app.views.inspector.colour_bar import ColourBar

LEAST_GAP_PX = 4


def bar_of(limits: Limits, width: int, qtbot: QtBot, is_diverging: bool = False) -> ColourBar:
    bar = ColourBar(LIGHT)
    qtbot.addWidget(bar)
    bar.resize(width, 32)
    bar.set_scale(limits, lookup_table(LIGHT.sequential), is_diverging, np.zeros(1))
    return bar


@pytest.mark.parametrize("width", [160, 240, 351, 360, 700])
@pytest.mark.parametrize("high", [0.0467, 0.054, 0.9, 1.0, 346.0, 1972.2, 99_999.0])
def test_that_numbers_stand_apart_between_both_ends(high: float, width: int, qtbot: QtBot) -> None:
    bar = bar_of(Limits(0, high), width, qtbot)
    numbers = sorted(bar.numbers(), key=lambda number: number[0].left())
    decimals = decimals_for(high)
    assert [numbers[0][1], numbers[-1][1]] == [number_text(0, decimals), number_text(high, decimals)]
    for (left, _), (right, _) in pairwise(numbers):
        assert left.right() + LEAST_GAP_PX <= right.left()
    assert numbers[0][0].left() >= 0
    assert numbers[-1][0].right() <= width


def test_that_a_wide_bar_says_more_than_its_ends(qtbot: QtBot) -> None:
    assert len(bar_of(Limits(0, 350), 360, qtbot).numbers()) > 3
    diverging = bar_of(Limits(-2, 2), 240, qtbot, is_diverging=True)
    assert len(diverging.numbers()) == 3
