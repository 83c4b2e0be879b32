"""The factors of a conversation's gates, and the shares of its turns that follow from them; without torch, so that they
can be kept in a file and shown again without a model. rxt.inference.provenance computes them.

Letters: N turns, L layers, S slots.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rxt.events import FloatArray, frozen_array

Measure = Literal["weight", "norm"]


@dataclass(frozen=True, slots=True, eq=False)
class GateFactors:
    """Shares of N turns in a memory.

    measure: "weight" where both gates are sigmoid: a share is the factor with which a turn's values entered, and the
    factors sum to 1. "norm" for tanh and for no gate, whose factors do not sum to 1: a share is the Euclidean norm of a
    contribution over the sum of the norms of all; contributions that cancel each other still count.
    keep: [N, L, S]: the factor of the old value in each turn, in [0, 1] for sigmoid, in [0, 4] for tanh, else 1.
    wrote: [N + 1, L, S]: each contribution when it was new, in the measure; first the initial memory (1 for "weight").
    error: the largest distance between the sum of contributions and the memory that the model computed, over slots and
    turns, relative to the mean slot norm of the layer. Below 1e-4 in float32; in bfloat16, whose memories are rounded
    to 8 bits, below 0.05. Larger, and no share is to be believed.
    """

    measure: Measure
    keep: FloatArray
    wrote: FloatArray
    error: float

    @property
    def turns(self) -> int:
        return len(self.keep)

    def shares(self, turns: int | None = None) -> FloatArray:
        """[n + 1, L, S] after the first n turns (all by default): in [0, 1], summing to 1 over turns.

        Row 0 is the initial memory, row k + 1 the turn with number k. A slot of zeros belongs to nobody: all shares 0.
        """
        count = self._checked(turns)
        left = np.ones((count + 1, *self.wrote.shape[1:]))
        for turn in range(count - 1, -1, -1):  # what is left of it after all later turns
            left[turn] = left[turn + 1] * self.keep[turn]
        amounts = self.wrote[: count + 1] * left
        total = amounts.sum(axis=0)
        return frozen_array(np.divide(amounts, total, out=np.zeros_like(amounts), where=total > 0))

    def half_lives(self, turns: int | None = None) -> FloatArray:
        """[L, S]: turns until half of what stands in a slot is left if every turn kept the mean share of the first n
        turns (all by default). Not the mean logarithm, in which one turn that overwrites a slot outweighs all others.

        Infinite where nothing fades: without gates, or where a tanh gate strengthens what is old. NaN without turns.
        """
        count = self._checked(turns)
        if not count:
            return frozen_array(np.full(self.wrote.shape[1:], np.nan))
        with np.errstate(divide="ignore"):
            rate = np.log2(self.keep[:count].mean(axis=0, dtype=np.float64))
            return frozen_array(np.where(rate < 0, -1 / rate, np.inf))

    def half_life(self, turns: int | None = None) -> FloatArray:
        """[L]: the median of a layer's slots."""
        return frozen_array(np.median(self.half_lives(turns), axis=1))

    def first(self, turns: int) -> GateFactors:
        """Those of the first n turns alone; the error stays that of all."""
        count = self._checked(turns)
        return GateFactors(self.measure, self.keep[:count], self.wrote[: count + 1], self.error)

    def _checked(self, turns: int | None) -> int:
        count = self.turns if turns is None else turns
        if not 0 <= count <= self.turns:
            raise ValueError(f"turns must be from 0 to {self.turns}, not {turns}")
        return count
