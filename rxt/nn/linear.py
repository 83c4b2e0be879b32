"""L linear maps of the same shape, applied to L inputs in one matrix product."""

from __future__ import annotations

import torch
from torch import Tensor, nn

ALL = slice(None)
"""Of a stack: every layer."""


class StackedLinear(nn.Module):
    """weight [L, out, in]; bias [L, out] or none."""

    bias: nn.Parameter | None

    def __init__(self, layers: int, inputs: int, outputs: int, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(layers, outputs, inputs))
        self.register_parameter("bias", nn.Parameter(torch.zeros(layers, outputs)) if bias else None)

    def forward(self, x: Tensor, at: slice = ALL) -> Tensor:
        """x: [L, ..., in] -> [L, ..., out]; at: the layers of x, all by default."""
        _, outputs, inputs = self.weight.shape
        flat = x.reshape(x.shape[0], -1, inputs)
        weight = self.weight[at].transpose(1, 2)
        result = torch.bmm(flat, weight) if self.bias is None else torch.baddbmm(self.bias[at, None], flat, weight)
        return result.view(*x.shape[:-1], outputs)
