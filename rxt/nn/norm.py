"""Root-mean-square normalisation, for one layer or for a stack of layers at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = torch.finfo(torch.float32).eps


class RMSNorm(nn.Module):
    """x / rms(x) * weight over the last dimension, D."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """x: [..., D] -> [..., D]."""
        return functional.rms_norm(x, self.weight.shape, self.weight, EPSILON)


class StackedRMSNorm(nn.Module):
    """L norms applied to L inputs in one operation."""

    def __init__(self, layers: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(layers, width))

    def forward(self, x: Tensor) -> Tensor:
        """x: [L, B, N, D] -> [L, B, N, D]."""
        return functional.rms_norm(x, x.shape[-1:], None, EPSILON) * self.weight[:, None, None, :]
