"""The shares of a slot's writers, brought down to what can be drawn."""

from __future__ import annotations

import numpy as np
import pytest

from app.paint.reading import FEW, against_others, grouped_shares


def test_that_small_shares_are_put_together_and_nothing_is_lost() -> None:
    shares = np.array([0.4, 0.01, 0.53, 0.015, 0.02, 0.01, 0.015], np.float32)
    parts = grouped_shares(shares)
    assert [turn for turn, _ in parts] == [-1, 1, 3, None]
    assert sum(share for _, share in parts) == pytest.approx(1)


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
