"""The range in which a quantity is shown: round ends for cosines, one turn alone, what changed much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.paint.limits import Extent, Limits, combined, extent_of, limits_of
from app.paint.quantity import CHANGE, COSINE, NORM, ConversationRange, gate_quantity, large_changes
from rxt.events import GateLaw, MemorySummary, TurnRecord, frozen_array
from tests.app.inspector.synthetic import conversation


def turned(low: float, high: float = 1.0) -> tuple[MemorySummary, tuple[TurnRecord, ...]]:
    """A turn after which the cosines lie evenly from `low` to `high`."""
    initial, (record,) = conversation(1)
    values = np.linspace(low, high, record.cosine.size, dtype=np.float32).reshape(record.cosine.shape)
    return initial, (replace(record, cosine=frozen_array(values)),)


@pytest.mark.parametrize(("low", "end"), [(0.9137, 0.9), (0.98, 0.98), (0.77, 0.7), (-0.33, -0.4), (-0.99, -1.0)])
def test_that_the_range_of_cosines_begins_with_a_round_number(low: float, end: float) -> None:
    limits = ConversationRange().limits(COSINE, *turned(low + 1e-3))
    assert (limits.low, limits.high) == (pytest.approx(end), 1.0)


def test_that_the_range_of_the_norm_includes_the_memory_before_the_first_turn() -> None:
    initial, records = conversation(3)
    large = replace(initial, norm=frozen_array(100 + initial.norm))
    assert ConversationRange().limits(NORM, large, records).high > 99
    assert ConversationRange().limits(NORM, large, ()).low > 99


def test_that_a_turn_that_is_added_widens_the_range() -> None:
    initial, records = conversation(4)
    records = tuple(replace(record, change=frozen_array(record.change + record.turn)) for record in records)
    found = ConversationRange()
    ends = [found.limits(CHANGE, initial, records[:turns]).high for turns in (1, 2, 3, 4)]
    assert ends == sorted(set(ends))


def test_that_one_turn_alone_is_shown_in_its_full_range() -> None:
    values = np.linspace(2, 3, 200, dtype=np.float32)[None].copy()
    values[0, 0], values[0, 1] = 1.5, 40
    assert CHANGE.frame_limits(values) == Limits(1.5, 40)
    tanh = gate_quantity("write", GateLaw("tanh", "linear", True))
    assert tanh.frame_limits(np.array([[-0.25, 0.5]], np.float32)) == Limits(-0.5, 0.5)
    assert CHANGE.frame_limits(np.full((1, 2), np.nan, np.float32)) == Limits(0, 1)


def test_that_the_largest_of_many_extents_gives_each_end() -> None:
    parts = [Extent(0, 2, 3, 9), Extent(-1, 1, 4, 5)]
    assert combined(parts) == combined(parts[::-1]) == Extent(-1, 1, 4, 9)


def test_that_values_that_spread_by_less_than_twice_the_percentiles_are_shown_whole() -> None:
    assert limits_of(Extent(0, 1, 6, 10), "sequential") == Limits(0, 10)
    assert limits_of(Extent(0, 1, 5, 10), "sequential") == Limits(1, 5)
    assert limits_of(Extent(0, 3, 3, 10), "sequential") == Limits(0, 10), "all but outliers are alike"


def test_that_known_ends_hold_also_where_all_values_are_alike() -> None:
    alike = extent_of(np.full((1, 4), 3.0, np.float32))
    assert limits_of(alike, "sequential", low_end=3.0) == Limits(3.0, 3.5)
    assert limits_of(alike, "sequential", high_end=3.0) == Limits(2.5, 3.0)
    assert limits_of(extent_of(np.zeros((1, 4), np.float32)), "diverging") == Limits(-1, 1)
    assert limits_of(Extent(-3, -3, -1, -1), "diverging") == Limits(-3, 3)
    tiny = limits_of(Extent(1e-8, 1e-8, 5e-8, 5e-8), "sequential")
    assert (tiny.low, tiny.high) == (1e-8, 5e-8)


def test_that_turns_whose_change_is_no_number_are_large() -> None:
    assert large_changes([1.0, float("nan"), 1.0, float("inf")]) == (1, 3)
    assert large_changes([float("nan")]) == ()
