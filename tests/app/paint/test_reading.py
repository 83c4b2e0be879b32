"""What words read and who wrote a slot, brought down to what can be drawn."""

from __future__ import annotations

import numpy as np
import pytest

from app.paint.reading import (
    FEW,
    MOST_CELLS,
    against_others,
    grouped_shares,
    of_head,
    of_layer,
    readers,
    strongest_cells,
    strongest_source,
)


def test_that_small_shares_are_put_together_and_nothing_is_lost() -> None:
    shares = np.array([0.4, 0.01, 0.53, 0.015, 0.02, 0.01, 0.015], np.float32)
    parts = grouped_shares(shares)
    assert [turn for turn, _ in parts] == [-1, 1, 3, None]
    assert sum(share for _, share in parts) == pytest.approx(1)


def test_that_every_share_that_is_large_enough_is_told_and_no_rest_that_is_none() -> None:
    shares = np.array([0.3, 0.25, 0.2, 0.15, 0.0996, 0.0004], np.float32)
    assert [turn for turn, _ in grouped_shares(shares)] == [-1, 0, 1, 2, 3]


def test_that_a_slot_that_very_many_turns_wrote_a_little_of_belongs_to_all_of_them() -> None:
    shares = np.full(101, 0.0095, np.float32)
    shares[[20, 40, 60]] = 0.0185
    shares /= shares.sum()
    parts = grouped_shares(shares)
    assert [turn for turn, _ in parts] == [19, 39, 59, None]
    assert sum(share for _, share in parts) == pytest.approx(1)
    assert len(parts) == FEW + 1
    assert grouped_shares(np.full(4000, 1 / 4000, np.float32)) == [(None, pytest.approx(1, abs=1e-4))]


def test_that_a_slot_of_zeros_belongs_to_nobody() -> None:
    assert grouped_shares(np.zeros(5, np.float32)) == []


def test_that_a_token_is_set_against_the_other_tokens_without_itself() -> None:
    two = np.array([[0.2, 0.8], [0.8, 0.2]], np.float32)
    assert against_others(two) == pytest.approx(np.array([[-0.6, 0.6], [0.6, -0.6]]))
    assert not against_others(two[:1]).any()
    assert not against_others(np.full((7, 3), 1 / 3, np.float32)).any()


def test_that_the_cells_that_were_read_most_come_first_with_their_strength() -> None:
    weights = np.full((2, 10), 0.02, np.float32)
    weights[0, 7], weights[1, 3], weights[1, 4], weights[0, 0] = 0.8, 0.4, 0.2, 0.19  # an even share is 0.1
    assert strongest_cells(weights) == [(0, 7, 1.0), (1, 3, pytest.approx(0.5)), (1, 4, pytest.approx(0.25))]
    assert strongest_cells(weights, 2) == strongest_cells(weights)[:2]
    weights[0, 7] = np.nan
    assert strongest_cells(weights)[0] == (1, 3, 1.0)


def test_that_many_cells_are_told_in_the_order_of_their_strength() -> None:
    weights = np.random.default_rng(3).dirichlet(np.full(64, 0.05), 8).astype(np.float32)
    cells = strongest_cells(weights)
    assert [weights[layer, slot] for layer, slot, _ in cells] == sorted(weights.reshape(-1), reverse=True)[: len(cells)]
    assert len(cells) == MOST_CELLS


def test_that_one_cell_is_told_where_all_were_read_alike_and_none_where_nothing_was() -> None:
    assert strongest_cells(np.full((2, 4), 0.25, np.float32)) == [(0, 0, 1.0)]
    assert strongest_cells(np.zeros((2, 4), np.float32)) == []
    assert strongest_cells(np.full((2, 4), np.nan, np.float32)) == []


def test_that_weights_are_those_of_one_layer_and_head_or_the_mean_over_all() -> None:
    heads = np.random.default_rng(2).random((3, 2, 4, 5), np.float32)  # [T, L, H, S]
    assert np.array_equal(of_head(heads, 3), heads[:, :, 3])
    assert np.allclose(of_head(heads, None), sum(heads[:, :, head] for head in range(4)) / 4)
    layers = of_head(heads, 0)
    assert np.array_equal(of_layer(layers, 1), layers[:, 1])
    assert np.allclose(of_layer(layers, None), (layers[:, 0] + layers[:, 1]) / 2)


def test_that_each_token_names_the_turn_that_gave_most() -> None:
    sources = np.array([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]], np.float32)
    assert strongest_source(sources) == [(-1, 0.5), (1, 0.75)]


def test_that_only_tokens_that_read_a_slot_notably_are_its_readers() -> None:
    weights = np.zeros((4, 2, 8), np.float32)  # an even share is 1/8
    weights[:, 1, 5] = [0.25, 0.1, 0.5, 0.24]
    assert readers(weights, 1, 5) == [(2, 0.5), (0, 0.25)]
    assert readers(weights, 1, 5, most=1) == [(2, 0.5)]
    assert readers(weights, 0, 5) == []
