"""The material of the steps of a stage, in their order: made when it is asked for, or ahead by processes of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.util import Finalize
from typing import Any

from torch.utils.data import DataLoader, Dataset, Sampler

from rxt.training.material import Chance, Maker, Material
from rxt.training.stage import Stage

AHEAD = 2
"""So many materials a process are made before they are needed."""

LAST = -1_000
"""Of what is done when a worker ends, after what queues do."""

Order = tuple[int, int]
"""A step of the stage, and the turns of its conversations."""


class Supply:
    """The same material with any number of workers; 0 for none. steps: how many the stage has."""

    def __init__(self, stage: Stage, chance: Chance, steps: int, workers: int = 0) -> None:
        self._stage, self._chance, self._steps = stage, chance, steps
        self._loader: DataLoader[tuple[Order, Material]] | None = None
        self._coming: Iterator[tuple[Order, Material]] = iter(())
        self._start = 0
        if workers:
            self._loader = DataLoader(
                _Orders(stage.maker, chance),
                batch_size=None,
                collate_fn=_as_it_is,
                sampler=_Upcoming(self),
                num_workers=workers,
                prefetch_factor=AHEAD,
                persistent_workers=True,
                multiprocessing_context="spawn",  # a fork would take along what threads hold at that moment
                worker_init_fn=_leave_stopping_to_the_run,
            )

    def material(self, step: int) -> Material:
        """That of a step, from 0; quickest where it follows the last one asked for."""
        order = self._order(step)
        if self._loader is None:
            return self._stage.maker.make(self._chance.draw(step), order[1])
        made, material = next(self._coming, ((-1, 0), None))
        if made != order or material is None:
            # The first step, or conversations have become longer than was foreseen: what was made ahead is not wanted.
            self._start = step
            self._coming = iter(self._loader)
            made, material = next(self._coming)
        return material

    def close(self) -> None:
        """Ends the workers; whatever is asked for after that is made at once."""
        self._coming, self._loader = iter(()), None

    def orders(self) -> Iterator[Order]:
        """What is to be made next, as far as it can be known now."""
        return map(self._order, range(self._start, self._steps))

    def _order(self, step: int) -> Order:
        return step, self._stage.turns(self._chance.draw(step).shared)


class _Upcoming(Sampler[Order]):
    def __init__(self, supply: Supply) -> None:
        self._supply = supply

    def __iter__(self) -> Iterator[Order]:
        return self._supply.orders()


@dataclass(frozen=True, slots=True)
class _Orders(Dataset[tuple[Order, Material]]):
    """Lives in the workers."""

    maker: Maker
    chance: Chance

    def __getitem__(self, order: Order) -> tuple[Order, Material]:
        step, turns = order
        return order, self.maker.make(self.chance.draw(step), turns)


def _as_it_is(made: Any) -> Any:
    """In place of torch's conversion, which makes lists of tuples."""
    return made


def _leave_stopping_to_the_run(worker: int) -> None:
    """Ctrl+C reaches every process of a terminal; the run ends its workers itself.

    WORKAROUND: a worker that ends now and then aborts in the threads of torch ("terminate called without an active
    exception"), and the run hears of a worker that was killed. What it had to hand over is handed over by then.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Finalize(None, os._exit, args=(0,), exitpriority=LAST)
