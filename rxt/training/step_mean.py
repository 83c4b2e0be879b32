"""The mean of the weights over the last steps of a stage, which is what the stage leaves.

With few conversations a step, every step throws the weights to another side of what they learn; their mean lies in the
middle ("stochastic weight averaging", arXiv 1803.05407) and does not need the learning rate to fall first. The weights
that learn are not touched by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_swa_multi_avg_fn

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.recipe import Schedule


class StepMean:
    """The mean of `learner` over the last steps of a stage, as many as the schedule's averaged_share says."""

    def __init__(self, learner: ReactiveTransformer, schedule: Schedule) -> None:
        self._learner = learner
        self._first = schedule.steps - round(schedule.averaged_share * schedule.steps) + 1
        self._mean: AveragedModel | None = None

    @property
    def model(self) -> ReactiveTransformer:
        """What the stage would leave now: the mean, or the learner itself where none is taken yet."""
        if self._mean is None:
            return self._learner
        return cast(ReactiveTransformer, self._mean.module)

    def observe(self, stage_step: int) -> None:
        """Takes in the learner's weights after a step of the stage, counted from 1."""
        if stage_step < self._first:
            return
        self._begin().update_parameters(self._learner)

    def state(self) -> Mapping[str, Tensor] | None:
        """What `restore` goes on from; None where no mean is taken yet."""
        return None if self._mean is None else self._mean.state_dict()

    def restore(self, state: Mapping[str, Tensor] | None, stage_step: int) -> None:
        """Goes on with the mean of a checkpoint of that step; without it where the recipe, changed since, begins its
        mean only later."""
        if state is not None and stage_step >= self._first:
            self._begin().load_state_dict(state)

    def _begin(self) -> AveragedModel:
        if self._mean is None:
            self._mean = AveragedModel(self._learner, multi_avg_fn=get_swa_multi_avg_fn())
        return self._mean
