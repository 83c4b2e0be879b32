"""What every stage of training is to the loop: it says what its steps are made of and what it trains, and computes a
loss."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn

from rxt.training.material import Maker, Material

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


class Stage(Protocol):
    """One way of learning, with its data. Its state is plain numbers, kept in checkpoints."""

    @property
    def maker(self) -> Maker:
        """Makes the material of its steps."""

    @property
    def groups(self) -> Mapping[str, Sequence[nn.Module]]:
        """What it trains, by clipping group: "memory", "encoder", "rest". Everything else stays as it is."""

    @property
    def extra(self) -> nn.Module | None:
        """A part that is trained but belongs to no model folder."""

    def turns(self, shared: random.Random) -> int:
        """How many turns the conversations of the next step have, by a chance that is alike in every process."""

    def loss(self, material: Material) -> StageResult:
        """The loss of a step's material, with gradients."""

    def observe(self, result: StageResult) -> None:
        """Takes note of a step that was carried out."""

    def state(self) -> dict[str, Any]:
        """What must be restored for the stage to go on as if never stopped."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes the state of a checkpoint."""
