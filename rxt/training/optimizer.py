"""The optimizer: AdamW over groups of parameters, Muon for matrices where the recipe says so, and how rates rise and
fall."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from rxt.training.recipe import Schedule

BETAS = (0.9, 0.98)


class Optimizer:
    """AdamW and, for some matrices, Muon (Jordan 2024; scaled to AdamW's step as in arXiv 2502.16982), as one.

    Muon takes matrices alone: those of a stack [L, out, in] each for itself.
    """

    def __init__(self, groups: Sequence[dict[str, Any]], matrices: Sequence[nn.Parameter], schedule: Schedule) -> None:
        self.adamw = torch.optim.AdamW(groups, lr=schedule.learning_rate, betas=BETAS, fused=True)
        self.muon: torch.optim.Muon | None = None
        # The slices of a stack share its storage, and get their part of its gradient before every step.
        self._slices = [(matrix, [nn.Parameter(part) for part in _slices(matrix.detach())]) for matrix in matrices]
        if matrices and schedule.muon_learning_rate is not None:
            peak, decay = schedule.muon_learning_rate, schedule.weight_decay
            single = [part for _, parts in self._slices for part in parts]
            group = {"params": single, "peak": peak, "weight_decay": decay}
            self.muon = torch.optim.Muon([group], lr=peak, adjust_lr_fn="match_rms_adamw")

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The groups of both; `peak` of each is its highest learning rate."""
        return [*self.adamw.param_groups, *([] if self.muon is None else self.muon.param_groups)]

    def zero_grad(self) -> None:
        """Forgets all gradients."""
        self.adamw.zero_grad()
        for matrix, parts in self._slices:
            matrix.grad = None
            for part in parts:
                part.grad = None

    def step(self) -> None:
        """Moves every parameter that has a gradient."""
        self.adamw.step()
        if self.muon is None:
            return
        for matrix, parts in self._slices:
            if matrix.grad is not None:
                for part, gradient in zip(parts, _slices(matrix.grad), strict=True):
                    part.grad = gradient
        self.muon.step()

    def state_dict(self) -> dict[str, Any]:
        """AdamW's state; behind "muon" that of Muon, where there is one."""
        state = self.adamw.state_dict()
        return state if self.muon is None else {**state, "muon": self.muon.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Takes over a state, as far as it goes: what another optimizer has moved so far begins anew."""
        own = {key: value for key, value in state.items() if key != "muon"}
        pairs = [(self.adamw, own), (self.muon, state.get("muon"))]
        for optimizer, given in pairs:
            if optimizer is not None and given is not None and _fits(optimizer, given):
                optimizer.load_state_dict(given)


def _slices(matrix: torch.Tensor) -> Sequence[torch.Tensor]:
    return matrix.unbind(0) if matrix.ndim > 2 else [matrix]


def _fits(optimizer: torch.optim.Optimizer, state: Mapping[str, Any]) -> bool:
    """Whether a state is of as many parameters."""
    counts = [[len(group["params"]) for group in groups] for groups in (optimizer.param_groups, state["param_groups"])]
    return counts[0] == counts[1]


def build_optimizer(parameters: Iterable[tuple[str, nn.Parameter]], schedule: Schedule) -> Optimizer:
    """The optimizer of named parameters: memory gates with a rate of their own, weight decay on matrices alone."""
    named = list(parameters)
    gates = [value for name, value in named if "_gate." in name]
    inner = [value for name, value in named if schedule.muon_learning_rate is not None and _is_inner_matrix(name)]
    rest = [(name, value) for name, value in named if "_gate." not in name and not any(value is part for part in inner)]
    matrices = [value for name, value in rest if _is_matrix(name)]
    vectors = [value for name, value in rest if not _is_matrix(name)]
    gate_rate = schedule.learning_rate if schedule.gate_learning_rate is None else schedule.gate_learning_rate
    groups = [
        {"params": gates, "peak": gate_rate, "weight_decay": 0.0},
        {"params": matrices, "peak": schedule.learning_rate, "weight_decay": schedule.weight_decay},
        {"params": vectors, "peak": schedule.learning_rate, "weight_decay": 0.0},
    ]
    return Optimizer(groups, inner, schedule)


def restore_optimizer(optimizer: Optimizer, state: Mapping[str, Any]) -> None:
    """Takes over a checkpoint's moments and keeps the recipe's rates; torch alone would bring back the checkpoint's."""
    groups = [{**group, "fused": True} for group in state["param_groups"]]  # of earlier versions it was not
    rates = [(group["peak"], group["weight_decay"]) for group in optimizer.param_groups]
    optimizer.load_state_dict({**state, "param_groups": groups})
    for group, (peak, weight_decay) in zip(optimizer.param_groups, rates, strict=True):
        group["peak"], group["weight_decay"] = peak, weight_decay


def _is_matrix(name: str) -> bool:
    return "norm" not in name and not name.endswith("bias")


def _is_inner_matrix(name: str) -> bool:
    """Whether it is a matrix inside of a layer: not of gates, routers, the embedding or a head."""
    return name.endswith("weight") and any(part in name for part in ("_proj.", "fc1.", "fc2.", "experts.fc"))


def rate_share(schedule: Schedule, step: int) -> float:
    """Learning rate as a share of its peak at a step of the stage: linear warm-up, then a cosine to the final share."""
    if step < schedule.warm_up_steps:
        return (step + 1) / schedule.warm_up_steps
    progress = (step - schedule.warm_up_steps) / max(1, schedule.steps - schedule.warm_up_steps)
    final = schedule.final_learning_rate_share
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def set_rates(optimizer: Optimizer, share: float) -> None:
    """Sets every group's learning rate to `share` of its peak."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share
