"""What colours, limits and pooled pixels mean, without a window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.paint.colormap import INVALID_RGBA, lookup_table
from app.paint.distribution import distribution
from app.paint.limits import Extent, Limits, combined, extent_of, limits_of
from app.paint.number import decimals_for, nice_step, number_text
from app.paint.quantity import (
    CHANGE,
    COSINE,
    NORM,
    ConversationRange,
    gate_quantity,
    large_changes,
    memory_change,
    quantities_of,
)
from app.paint.raster import blend, pool, rgba
from rxt.events import GateLaw, frozen_array
from tests.app.inspector.synthetic import STATIC, UNGATED, conversation

FLOATS = st.floats(-1e6, 1e6, width=32)


def array(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_that_the_ends_of_the_limits_are_the_ends_of_the_map() -> None:
    table = lookup_table("cividis")
    image = rgba(array([2.0, 3.0, 4.0], [1.0, 3.0, 9.0]), Limits(2, 4), table)
    assert image[0].tolist() == [table[0].tolist(), table[128].tolist(), table[255].tolist()]
    assert image[1].tolist() == [table[0].tolist(), table[128].tolist(), table[255].tolist()]


def test_that_no_map_contains_the_colour_of_invalid_numbers() -> None:
    for name in ("cividis", "CET-D1", "CET-D4"):
        distance = np.abs(lookup_table(name)[:, :3].astype(int) - INVALID_RGBA[:3]).sum(axis=1)
        assert distance.min() > 90, name


def test_that_nan_and_infinity_are_marked() -> None:
    image = rgba(array([np.nan, np.inf, -np.inf, 0.0]), Limits(0, 1), lookup_table("cividis"))
    assert [tuple(pixel) for pixel in image[0, :3].tolist()] == [INVALID_RGBA] * 3
    assert tuple(image[0, 3].tolist()) != INVALID_RGBA


def test_that_a_reversed_map_has_its_last_colour_first() -> None:
    assert lookup_table("cividis", is_reversed=True)[0].tolist() == lookup_table("cividis")[-1].tolist()


def test_that_a_map_that_all_views_share_cannot_be_changed() -> None:
    for is_reversed in (False, True):
        with pytest.raises(ValueError, match="read-only"):
            lookup_table("cividis", is_reversed)[0] = 0


def test_that_an_unknown_map_is_named() -> None:
    with pytest.raises(ValueError, match="no-such-map"):
        lookup_table("no-such-map")


def test_that_pooling_keeps_a_single_slots_maximum_and_its_sign() -> None:
    values = np.zeros((2, 4096), np.float32)
    values[0, 1234], values[1, 4095] = 5.0, -7.0
    pooled = pool(values, 300)
    assert pooled.values.shape == (2, 300)
    assert pooled.group == 14
    assert pooled.values[0].max() == 5.0
    assert pooled.values[1].min() == -7.0


def test_that_the_largest_group_is_told_also_where_it_is_the_last() -> None:
    assert pool(array([1.0, 2.0, 3.0, 4.0, 5.0]), 2).group == 3


def test_that_pooling_a_cosine_keeps_the_slot_that_turned_most() -> None:
    values = np.ones((1, 100), np.float32)
    values[0, 42] = 0.25
    assert pool(values, 10, neutral=1.0).values[0, 4] == np.float32(0.25)


def test_that_an_invalid_slot_is_not_pooled_away() -> None:
    values = np.ones((1, 1000), np.float32)
    values[0, 500] = np.nan
    values[0, 900] = -np.inf
    assert (~np.isfinite(pool(values, 50).values)).sum() == 2


def test_that_enough_pixels_show_every_slot() -> None:
    values = array([1.0, 2.0, 3.0])
    pooled = pool(values, 3)
    assert pooled.group == 1
    assert pooled.values is values


@given(arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(1, 60)), elements=FLOATS), st.integers(1, 40))
def test_that_each_pixel_is_the_value_farthest_from_zero_of_its_slots(values: np.ndarray, columns: int) -> None:
    pooled = pool(values, columns)
    count = pooled.values.shape[1]
    slots = values.shape[1]
    assert count == min(slots, columns)
    edges = [column * slots // count for column in range(count)] + [slots]
    for column in range(count):
        part = np.abs(values[:, edges[column] : edges[column + 1]])
        assert np.array_equal(np.abs(pooled.values[:, column]), part.max(axis=1))


def test_that_a_blend_begins_and_ends_at_its_images() -> None:
    before, after = np.zeros((1, 2, 4), np.uint8), np.full((1, 2, 4), 200, np.uint8)
    assert np.array_equal(blend(before, after, 0), before)
    assert np.array_equal(blend(before, after, 1), after)
    assert blend(before, after, 0.5)[0, 0, 0] == 100


def test_that_diverging_limits_are_symmetric_about_zero() -> None:
    assert limits_of(extent_of(array([-0.2, 0.9])), "diverging") == Limits(-0.8999999761581421, 0.8999999761581421)


def test_that_single_outliers_do_not_flatten_everything_else() -> None:
    values = np.linspace(0, 1, 1000, dtype=np.float32)[None].copy()
    values[0, 0] = 50
    limits = limits_of(extent_of(values), "sequential")
    assert limits.high < 1.01
    assert limits_of(extent_of(values[:, 1:]), "sequential").high == 1.0


@pytest.mark.parametrize("value", [0.0, 16.0, -3.0])
def test_that_equal_values_still_have_limits_around_them(value: float) -> None:
    limits = limits_of(extent_of(np.full((2, 3), value, np.float32)), "sequential")
    assert limits.low < value < limits.high


def test_that_arrays_without_finite_values_have_no_extent() -> None:
    assert extent_of(array([np.nan, np.inf])) is None
    assert combined([None, None]) is None
    assert limits_of(None, "sequential") == Limits(0, 1)


def test_that_no_more_than_a_sample_is_sorted_and_single_extremes_are_still_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sorted_sizes: list[int] = []
    percentile = np.percentile

    def counted(values: np.ndarray, *arguments: object) -> np.ndarray:
        sorted_sizes.append(values.size)
        return percentile(values, *arguments)

    monkeypatch.setattr(np, "percentile", counted)
    values = np.random.default_rng(3).random((14, 1024), np.float32)
    low, robust_low, robust_high, high = percentile(values, (0, 1, 99, 100))
    values[0, 1], values[13, 1023] = -5, 7  # between the samples
    extent = extent_of(values)
    assert extent is not None
    assert max(sorted_sizes) <= 8192
    assert (extent.low, extent.high) == (-5, 7)
    assert (extent.robust_low, extent.robust_high) == pytest.approx((robust_low, robust_high), abs=0.02 * (high - low))


def test_that_combined_extents_never_shrink() -> None:
    assert combined([Extent(0, 1, 2, 3), None, Extent(1, 1, 1, 9)]) == Extent(0, 1, 2, 9)


def test_that_impossible_limits_are_refused() -> None:
    with pytest.raises(ValueError, match="ascending"):
        Limits(1, 1)
    with pytest.raises(ValueError, match="finite"):
        Limits(0, float("nan"))


def test_that_a_conversations_range_does_not_depend_on_when_it_was_asked() -> None:
    initial, records = conversation(6)
    for quantity in (NORM, CHANGE, COSINE):
        growing, once = ConversationRange(), ConversationRange()
        for turns in range(len(records) + 1):
            limits = growing.limits(quantity, initial, records[:turns])
        assert limits == once.limits(quantity, initial, records)


def test_that_another_path_sums_up_its_own_turns_alone_and_has_limits_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    initial, records = conversation(6)
    other = replace(records[3], change=frozen_array(9 * records[3].change), memory_after="f" * 64)
    ranges, summed = ConversationRange(), []

    def counted(values: np.ndarray) -> Extent | None:
        summed.append(values)
        return extent_of(values)

    monkeypatch.setattr("app.paint.quantity.extent_of", counted)
    for path, new in ((records, 6), ((*records[:3], other), 1), (records, 0)):
        summed.clear()
        ranges.forget_path()
        found = ranges.limits(CHANGE, initial, path)
        assert len(summed) == new
        assert found == ConversationRange().limits(CHANGE, initial, path)
    summed.clear()
    ranges.clear()
    ranges.limits(CHANGE, initial, records)
    assert len(summed) == 6


def test_that_known_ends_are_kept() -> None:
    initial, records = conversation(3)
    assert ConversationRange().limits(CHANGE, initial, records).low == 0
    assert ConversationRange().limits(COSINE, initial, records).high == 1
    assert ConversationRange().limits(COSINE, initial, records).low >= -1


def test_that_a_gates_range_is_its_laws() -> None:
    sigmoid = gate_quantity("write", GateLaw("sigmoid", "linear", True))
    tanh = gate_quantity("write", GateLaw("tanh", "linear", True))
    assert (sigmoid.scale, sigmoid.limits(None)) == ("sequential", Limits(0, 1))
    assert (tanh.scale, tanh.limits(None)) == ("diverging", Limits(-1, 1))


def test_that_only_the_norm_exists_before_the_first_turn() -> None:
    initial, records = conversation(1)
    shown = [quantity.key for quantity in quantities_of(records) if quantity.values(None, initial) is not None]
    assert shown == ["norm"]
    assert all(quantity.values(records[0], initial) is not None for quantity in quantities_of(records))


def test_that_a_stage_without_a_gate_is_no_quantity() -> None:
    _, records = conversation(2, laws={"mix": UNGATED, "interlayer": STATIC, "write": UNGATED})
    assert [quantity.key for quantity in quantities_of(records)] == ["change", "norm", "cosine", "interlayer"]


def test_that_the_memory_change_is_the_norm_over_all_slots() -> None:
    _, records = conversation(1)
    assert memory_change(records[0]) == pytest.approx(float(np.linalg.norm(records[0].change)))


def test_that_large_changes_are_those_far_above_the_median() -> None:
    assert large_changes([1.0, 1.1, 2.0, 0.9, 1.5]) == (2,)
    assert large_changes([]) == ()
    assert large_changes([0.0, 0.0]) == ()


def test_that_a_distribution_is_highest_where_the_values_are() -> None:
    values = np.stack([np.full(50, 0.2), np.linspace(0, 1, 50)]).astype(np.float32)
    spread = distribution(values, Limits(0, 1))
    assert spread.grid[spread.density[0].argmax()] == pytest.approx(0.2, abs=0.02)
    assert spread.quartiles[1].tolist() == pytest.approx([0.25, 0.5, 0.75])
    assert spread.density.max(axis=1).tolist() == [1, 1]
    empty = distribution(np.full((1, 3), np.nan, np.float32), Limits(0, 1))
    assert not empty.density.any()
    assert np.isnan(empty.mean[0])


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (0.4249, 2, "0.42"), (-0.5, 2, "−0.50"), (-0.001, 2, "0.00"), (float("nan"), 2, "NaN"),
    (float("-inf"), 2, "−Inf"), (1.5e7, 2, "1.50e+07"), (3.0, 0, "3"),
])  # fmt: skip
def test_that_numbers_read_as_people_write_them(value: float, decimals: int, text: str) -> None:
    assert number_text(value, decimals) == text


def test_that_decimals_and_steps_follow_the_range() -> None:
    assert [decimals_for(span) for span in (0.5, 9, 900, 0, float("nan"))] == [2, 1, 0, 2, 2]
    assert [nice_step(least) for least in (0.3, 0.2, 1.1, 7)] == pytest.approx([0.5, 0.2, 2, 10])
