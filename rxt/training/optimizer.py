"""AdamW over groups of parameters, and how its learning rates rise and fall."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn

from rxt.training.recipe import Schedule

BETAS = (0.9, 0.98)


def build_optimizer(parameters: Iterable[tuple[str, nn.Parameter]], schedule: Schedule) -> torch.optim.AdamW:
    """AdamW over named parameters: memory gates with a rate of their own, weight decay on matrices alone."""
    named = list(parameters)
    gates = [value for name, value in named if "_gate." in name]
    matrices = [value for name, value in named if "_gate." not in name and _is_matrix(name)]
    vectors = [value for name, value in named if "_gate." not in name and not _is_matrix(name)]
    gate_rate = schedule.learning_rate if schedule.gate_learning_rate is None else schedule.gate_learning_rate
    groups = [
        {"params": gates, "peak": gate_rate, "weight_decay": 0.0},
        {"params": matrices, "peak": schedule.learning_rate, "weight_decay": schedule.weight_decay},
        {"params": vectors, "peak": schedule.learning_rate, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=schedule.learning_rate, betas=BETAS, fused=True)


def restore_optimizer(optimizer: torch.optim.Optimizer, state: Mapping[str, Any]) -> None:
    """Takes over a checkpoint's moments and keeps the recipe's rates; torch alone would bring back the checkpoint's."""
    groups = [{**group, "fused": True} for group in state["param_groups"]]  # of earlier versions it was not
    rates = [(group["peak"], group["weight_decay"]) for group in optimizer.param_groups]
    optimizer.load_state_dict({**state, "param_groups": groups})
    for group, (peak, weight_decay) in zip(optimizer.param_groups, rates, strict=True):
        group["peak"], group["weight_decay"] = peak, weight_decay


def _is_matrix(name: str) -> bool:
    return "norm" not in name and not name.endswith("bias")


def rate_share(schedule: Schedule, step: int) -> float:
    """Learning rate as a share of its peak at a step of the stage: linear warm-up, then a cosine to the final share."""
    if step < schedule.warm_up_steps:
        return (step + 1) / schedule.warm_up_steps
    progress = (step - schedule.warm_up_steps) / max(1, schedule.steps - schedule.warm_up_steps)
    final = schedule.final_learning_rate_share
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def set_rates(optimizer: torch.optim.Optimizer, share: float) -> None:
    """Sets every group's learning rate to `share` of its peak."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share
