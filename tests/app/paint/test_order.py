"""In which order the slots of a layer stand, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from app.paint.order import by_likeness, by_size, mean_age, place_of


def test_that_the_largest_slot_of_each_layer_stands_first_and_invalid_ones_last() -> None:
    values = np.array([[1, np.nan, 3, 2], [-np.inf, 0, 0, -1]], np.float32)
    assert by_size(values).tolist() == [[2, 3, 0, 1], [1, 2, 3, 0]]


def test_that_the_age_of_a_slot_is_the_mean_of_how_long_ago_its_parts_were_written() -> None:
    shares = np.zeros((4, 1, 5), np.float32)  # the initial memory and three turns
    shares[0, 0, 0] = 1
    shares[3, 0, 1] = 1
    shares[1, 0, 2] = 0.5
    shares[0, 0, 3], shares[2, 0, 3] = 0.25, 0.75
    ages = mean_age(shares)
    assert ages[0, :4] == pytest.approx([3, 0, 2, 1.5])
    assert np.isnan(ages[0, 4]), "nobody wrote it"


def test_that_a_share_of_a_half_counts_as_much_as_a_whole_one_for_the_age() -> None:
    shares = np.array([[[0.1]], [[0.0]], [[0.3]]], np.float32)
    assert mean_age(shares)[0, 0] == pytest.approx(0.1 * 2 / 0.4)


def test_that_like_slots_stand_beside_each_other_in_each_layer_alone() -> None:
    groups = np.array([[0, 1, 0, 1, 1, 0, 0, 1], [0, 0, 0, 1, 1, 1, 1, 1]])
    cosine = np.where(groups[:, :, None] == groups[:, None], 0.9, -0.1).astype(np.float32)
    order = by_likeness(cosine)
    sorted_groups = np.take_along_axis(groups, order, axis=1)
    assert np.abs(np.diff(sorted_groups, axis=1)).sum(axis=1).tolist() == [1, 1]
    assert np.sort(order, axis=1).tolist() == [list(range(8))] * 2


def test_that_the_order_by_likeness_follows_the_direction_in_which_slots_differ_most() -> None:
    angles = np.array([0.9, 0.1, 0.5, 0.3, 0.7])
    cosine = np.cos(angles[:, None] - angles)[None].astype(np.float32)
    found = by_likeness(cosine)[0].tolist()
    assert found in ([1, 3, 2, 4, 0], [0, 4, 2, 3, 1])


@pytest.mark.parametrize("value", [1.0, np.nan])
def test_that_slots_that_do_not_differ_stand_by_index(value: float) -> None:
    assert by_likeness(np.full((2, 4, 4), value, np.float32)).tolist() == [list(range(4))] * 2


def test_that_the_place_of_a_slot_is_the_column_in_which_it_stands() -> None:
    order = np.array([[2, 0, 1], [0, 1, 2]])
    assert [place_of(order, 0, slot) for slot in range(3)] == [1, 2, 0]
    assert place_of(order, 1, 2) == 2
