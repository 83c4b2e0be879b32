"""How the values of a layer spread: the numbers that are drawn, by the slow way and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from app.paint.distribution import BINS, Distribution, distribution
from app.paint.limits import Limits

UNIT = Limits(0, 1)


def spread(*rows: list[float] | np.ndarray, limits: Limits = UNIT) -> Distribution:
    return distribution(np.array(rows, np.float32), limits)


def test_that_quartiles_and_mean_are_those_of_all_values_also_outside_the_limits() -> None:
    found = spread([0, 1, 2, 3, 10], [1, 1, 1, 1, 6], limits=Limits(0, 4))
    assert found.quartiles.tolist() == [[1, 2, 3], [1, 1, 1]]
    assert found.mean.tolist() == pytest.approx([3.2, 2])


def test_that_invalid_slots_are_left_out_of_every_number() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.2, (3, 40)).astype(np.float32)
    whole = distribution(values, UNIT)
    gaps = np.full((3, 3), [np.nan, np.inf, -np.inf], np.float32)
    found = distribution(np.concatenate([values, gaps], axis=1), UNIT)
    for name in ("grid", "density", "quartiles", "mean"):
        assert np.allclose(getattr(found, name), getattr(whole, name), atol=1e-12), name


def test_that_a_layer_without_values_leaves_the_others_as_they_are() -> None:
    values = np.linspace(0, 1, 30, dtype=np.float32)
    found = distribution(np.stack([np.full(30, np.nan, np.float32), values]), UNIT)
    alone = distribution(values[None], UNIT)
    assert not found.density[0].any()
    assert np.isnan([found.mean[0], *found.quartiles[0]]).all()
    assert np.allclose(found.density[1], alone.density[0])


def test_that_the_grid_is_the_middle_of_its_bins() -> None:
    grid = spread([0.5], limits=Limits(-1, 1)).grid
    assert len(grid) == BINS
    assert (grid[0], grid[-1]) == pytest.approx((-1 + 1 / BINS, 1 - 1 / BINS))


@pytest.mark.parametrize("gap", [[], [np.nan]])
def test_that_values_outside_the_limits_count_at_the_nearer_end(gap: list[float]) -> None:
    found = spread([-5, -5, -5, 5, 5, 5, *gap])
    assert found.density[0, [0, -1]].tolist() == pytest.approx([1, 1])
    assert found.density[0, BINS // 2] < 0.1


def test_that_each_layer_has_a_density_of_its_own_height() -> None:
    found = spread(np.full(64, 0.2), np.linspace(0, 1, 64))
    assert found.density.max(axis=1).tolist() == [1, 1]
    assert found.grid[found.density[0].argmax()] == pytest.approx(0.2, abs=0.01)
    assert found.density[1].min() > 0.9, "evenly spread values are flat up to the ends"


def test_that_two_groups_of_slots_stay_two() -> None:
    found = spread(np.repeat([0.3, 0.7], 500)).density[0]
    middle = BINS // 2
    assert found[middle] < 0.2 < min(found[:middle].max(), found[middle:].max())


def test_that_equal_values_are_a_peak_with_room_to_be_seen() -> None:
    density = spread(np.full(32, 0.5)).density[0]
    peak = density.argmax()
    assert density[peak] == 1
    assert density[peak + 1] == pytest.approx(np.exp(-0.5 / 1.25**2), rel=1e-3)


def test_that_more_slots_are_drawn_more_sharply() -> None:
    few, many = (spread(np.tile([0.45, 0.55], pairs)).density[0, BINS // 2] for pairs in (8, 2000))
    assert many < 0.1 < few
