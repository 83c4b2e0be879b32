"""What every stage of training is to the loop: it draws a batch, computes a loss and says what it trains."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn

NOT_MEASURED = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class StageResult:
    """What a step of a stage found; accuracies in [0, 1], not a number where there was nothing to measure.

    loss: to be minimised, a scalar. value_accuracy: share of recalled value tokens that are the likeliest;
    answer_accuracy: the same over all tokens to be predicted; masked_accuracy: over what the encoder has
    to say: the tokens hidden from it, or what tokens tell where that is trained along.
    write_gate [L]: mean gate of the write stage; kept [L]: share of slots whose write gate is below 0.1.
    """

    loss: Tensor
    value_accuracy: float = NOT_MEASURED
    answer_accuracy: float = NOT_MEASURED
    masked_accuracy: float = NOT_MEASURED
    write_gate: Tensor | None = None
    kept: Tensor | None = None
    turns: int = 1


@dataclass(frozen=True, slots=True)
class Draw:
    """The chance of one step. shared: alike in every process; own: of this process; turns: how many it may take."""

    shared: random.Random
    own: random.Random
    turns: int


class Stage(Protocol):
    """One way of learning, with its data. Its state is plain numbers, kept in checkpoints."""

    @property
    def groups(self) -> Mapping[str, Sequence[nn.Module]]:
        """What it trains, by clipping group: "memory", "encoder", "rest". Everything else stays as it is."""

    @property
    def extra(self) -> nn.Module | None:
        """A part that is trained but belongs to no model folder."""

    def loss(self, draw: Draw) -> StageResult:
        """The loss of the batch that `draw` gives, with gradients."""

    def observe(self, result: StageResult) -> None:
        """Takes note of a step that was carried out."""

    def state(self) -> dict[str, Any]:
        """What must be restored for the stage to go on as if never stopped."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes the state of a checkpoint."""
