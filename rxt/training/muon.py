"""Muon (Jordan 2024): a matrix moves along its momentum with all singular values made alike, scaled to AdamW's step as
in arXiv 2502.16982. torch's own takes one matrix at a time, of which a graphics card feels little; here those of one
shape are computed together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
STEP_OF_ADAMW = 0.2
"""About as large as one number's step with AdamW, root mean square, as a share of the learning rate."""


class Muon(torch.optim.Optimizer):
    """For parameters [out, in] or stacks of matrices [L, out, in]; groups as of AdamW, with `lr` and `weight_decay`."""

    def __init__(self, groups: Iterable[dict[str, Any]], lr: float) -> None:
        super().__init__(groups, {"lr": lr, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Moves every parameter that has a gradient; there is no closure to evaluate."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike[parameter.shape[-2:]].append(parameter)
            for (rows, columns), parameters in alike.items():
                moved = orthogonal(torch.cat([self._followed(parameter) for parameter in parameters]))
                rate = group["lr"] * STEP_OF_ADAMW * max(rows, columns) ** 0.5
                parts = moved.split([parameter.numel() // (rows * columns) for parameter in parameters])
                for parameter, part in zip(parameters, parts, strict=True):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(part.view_as(parameter), alpha=-rate)

    def _followed(self, parameter: nn.Parameter) -> Tensor:
        """The direction of a parameter's momentum, with Nesterov's look ahead: [n, out, in]."""
        gradient, state = parameter.grad, self.state[parameter]
        assert gradient is not None  # noqa: S101  (they were chosen by it)
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(gradient)
        momentum: Tensor = state["momentum"]
        momentum.lerp_(gradient, 1 - MOMENTUM)
        return gradient.lerp(momentum, MOMENTUM).view(-1, *gradient.shape[-2:])


def orthogonal(matrices: Tensor) -> Tensor:
    """[n, out, in] -> the same in float32 with singular values of about 1, in [0.7, 1.2], by Newton-Schulz iterations
    in bfloat16."""
    a, b, c = COEFFICIENTS
    is_tall = matrices.shape[-2] > matrices.shape[-1]
    x = (matrices.mT if is_tall else matrices).bfloat16()
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.mT if is_tall else x).float()
