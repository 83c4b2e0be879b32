"""Computing in less than single precision, where the hardware gains by it. Weights are kept and stepped in float32."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from rxt.io.precision import has_bfloat16
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.recipe import RunPlan


class ComputingCopy:
    """The model that a step computes with: in bfloat16 a copy of the one that learns, else that itself.

    Numbers that are short throughout spare the conversions of autocast, which on processors cost what it gains.
    """

    def __init__(self, learner: ReactiveTransformer, run: RunPlan) -> None:
        self._learner = learner
        is_copy = run.precision == "bfloat16" and has_bfloat16(run.device)
        self.model = copy.deepcopy(learner).to(torch.bfloat16) if is_copy else learner
        if is_copy:
            self.model.restore_tables()
        # A part that is trained but belongs to no model stands for itself.
        self._twins: dict[Tensor, nn.Parameter] = (
            dict(zip(self.model.parameters(), learner.parameters(), strict=True)) if is_copy else {}
        )

    def twins(self, parameters: Iterable[nn.Parameter]) -> Iterator[nn.Parameter]:
        """The parameters that learn what these compute."""
        for parameter in parameters:
            yield self._twins.get(parameter, parameter)

    def hand_gradients_over(self) -> None:
        """Gives the learning parameters the gradients of those that were computed with."""
        for short, parameter in self._twins.items():
            parameter.grad = None if short.grad is None else short.grad.float()
            short.grad = None

    @torch.no_grad()
    def follow(self) -> None:
        """Takes over the weights of the model that learns."""
        for short, parameter in self._twins.items():
            short.copy_(parameter)

    def choose(self, trained: Iterable[nn.Module]) -> None:
        """Only the parameters of these modules of the computing model are trained, and their twins."""
        for model in (self.model, self._learner):
            model.requires_grad_(False)
        for module in trained:
            for parameter in module.parameters():
                parameter.requires_grad_(True)
        for twin in self.twins(p for p in self.model.parameters() if p.requires_grad):
            twin.requires_grad_(True)
