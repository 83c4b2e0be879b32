"""A conversation turn by turn and layer by layer, from its records alone: change, keep and write shares, half-lives.

Letters: N turns, L layers, S slots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rxt.events import FloatArray, TurnRecord

TurnKey = tuple[int, str, str]
KEEPING = ("interlayer", "write")  # the stages through which old values pass; mix only joins what a slot reads

_STEP = 64  # turns between sums that are kept: each is [L, S]; what follows the last one is added up again


def turn_key(record: TurnRecord) -> TurnKey:
    """The same for the same turn on every path it is part of: its number, the memory before and the one after."""
    return record.turn, record.memory_before, record.memory_after


def keep_of(record: TurnRecord) -> FloatArray:
    """[L, S]: the factor of the old value over all stages of a turn; 1 where nothing is gated."""
    keep = np.ones(record.norm.shape, dtype=np.float64)
    for name in KEEPING:
        stage = record.gate(name)  # type: ignore[arg-type]
        if stage is not None:
            keep *= stage.law.keep_share(stage.values)
    return keep.astype(np.float32)


def is_gated(records: Sequence[TurnRecord]) -> bool:
    """Whether any stage that keeps old values has a gate."""
    stages = [stage for stage in (records[-1].gates if records else ()) if stage.name in KEEPING]
    return any(stage.law.activation != "none" for stage in stages)


def is_static(records: Sequence[TurnRecord]) -> bool:
    """Whether no gate of these stages can change between turns."""
    stages = [stage for stage in (records[-1].gates if records else ()) if stage.name in KEEPING]
    return not any(stage.law.is_dynamic for stage in stages)


def is_shared_out(records: Sequence[TurnRecord]) -> bool:
    """Whether the factors of old and new sum to 1 in each of these stages, so that what is not kept was written."""
    stages = [stage for stage in (records[-1].gates if records else ()) if stage.name in KEEPING]
    return all(stage.law.activation == "sigmoid" for stage in stages)


def can_amplify(records: Sequence[TurnRecord]) -> bool:
    """Whether a stage can give old values a factor above 1."""
    stages = [stage for stage in (records[-1].gates if records else ()) if stage.name in KEEPING]
    return any(stage.law.activation == "tanh" for stage in stages)


class LayerTurns:
    """Numbers of layers over the turns of one conversation, each turn summed up once.

    `forget_path` before another path of it: what both share stays summed up. `clear` before another conversation.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._known: dict[TurnKey, tuple[FloatArray, FloatArray, FloatArray]] = {}
        self._sums: dict[TurnKey, FloatArray] = {}
        self.forget_path()

    def forget_path(self) -> None:
        self._change: list[FloatArray] = []
        self._keep: list[FloatArray] = []
        self._norm: list[FloatArray] = []
        self._records: Sequence[TurnRecord] = ()
        self._kept: FloatArray | None = None
        self._stacks: dict[int, FloatArray] = {}

    def follow(self, records: Sequence[TurnRecord]) -> None:
        """Takes in the records that are new; they may only grow between calls."""
        first = len(self._change)
        if len(records) == first:
            return
        self._stacks.clear()
        self._records = records
        keys = [turn_key(record) for record in records]
        summed = first or self._sum_known(keys)
        for place, key in enumerate(keys[first:], first):
            if place >= summed:
                self._sum_up(records[place], key)
                if (place + 1) % _STEP == 0 and self._kept is not None:
                    self._sums[key] = self._kept
            change, keep, norm = self._known[key]
            self._change.append(change)
            self._keep.append(keep)
            self._norm.append(norm)

    def _sum_known(self, keys: list[TurnKey]) -> int:
        """Begins with the longest kept sum of a path's first turns. Returns how many these are."""
        known = next((place for place, key in enumerate(keys) if key not in self._known), len(keys))
        for count in range(known - known % _STEP, 0, -_STEP):
            if keys[count - 1] in self._sums:
                self._kept = self._sums[keys[count - 1]]
                return count
        return 0

    def _sum_up(self, record: TurnRecord, key: TurnKey) -> None:
        change = np.sqrt(np.square(record.change, dtype=np.float64).sum(axis=1)).astype(np.float32)
        keep = keep_of(record)
        self._known[key] = change, keep.mean(axis=1), record.norm.mean(axis=1)
        self._kept = _added(self._kept, keep)

    def change(self) -> FloatArray:
        """[L, N]: the Euclidean norm of a layer's difference over each turn."""
        return self._stacked(self._change)

    def keep(self) -> FloatArray:
        """[L, N]: the mean factor of the old values."""
        return self._stacked(self._keep)

    def write(self) -> FloatArray:
        """[L, N]: what is not kept: 1 - keep; only where `is_shared_out` says so is it what was written."""
        return 1 - self._stacked(self._keep)

    def norm(self) -> FloatArray:
        """[L, N]: the mean norm of a layer's slots."""
        return self._stacked(self._norm)

    def half_life(self, count: int | None = None) -> FloatArray:
        """[L] in turns: until half of what stands in a slot is left if every turn kept the mean share of the first
        `count` (all of them by default); the median of the slots.

        Infinite where nothing fades; empty without turns.
        """
        known = len(self._change)
        count = known if count is None else min(count, known)
        kept = self._kept if count == known else self._kept_of(count)
        if kept is None:
            return np.zeros(0, np.float32)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.log2(kept / count)
            lives = np.where(rate < 0, -1 / rate, np.where(np.isnan(rate), np.nan, np.inf))
        return np.median(lives, axis=1).astype(np.float32)

    def _kept_of(self, count: int) -> FloatArray | None:
        """[L, S]: the sum over the first turns, from the nearest one that was kept."""
        first = count - count % _STEP
        total = self._sums[turn_key(self._records[first - 1])] if first else None
        for record in self._records[first:count]:
            total = _added(total, keep_of(record))
        return total

    def _stacked(self, rows: list[FloatArray]) -> FloatArray:
        """The rows side by side, put together once until a turn is added."""
        found = self._stacks.get(id(rows))
        if found is None:
            found = np.stack(rows, axis=1) if rows else np.zeros((0, 0), np.float32)
            self._stacks[id(rows)] = found
        return found


def _added(total: FloatArray | None, keep: FloatArray) -> FloatArray:
    """The sum [L, S] of what was kept, with one turn more."""
    exact: FloatArray = keep.astype(np.float64)
    return exact if total is None else total + exact
