"""Normalisation over the width: root-mean-square or mean and variance, for one layer or a stack of layers at once."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.nn.linear import ALL

EPSILON = torch.finfo(torch.float32).eps
LAYER_EPSILON = 1e-5

Kind = Literal["rms", "layer"]


class RMSNorm(nn.Module):
    """x / rms(x) * weight over the last dimension, D."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """x: [..., D] -> [..., D]."""
        return functional.rms_norm(x, self.weight.shape, self.weight, EPSILON)


class LayerNorm(nn.Module):
    """(x - mean(x)) / standard deviation(x) * weight + bias over the last dimension, D."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """x: [..., D] -> [..., D]."""
        return functional.layer_norm(x, self.weight.shape, self.weight, self.bias, LAYER_EPSILON)


class StackedRMSNorm(nn.Module):
    """L norms applied to L inputs in one operation."""

    def __init__(self, layers: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(layers, width))

    def forward(self, x: Tensor, at: slice = ALL) -> Tensor:
        """x: [L, B, N, D] -> [L, B, N, D]; at: the layers that x is of, where it is not all."""
        return functional.rms_norm(x, x.shape[-1:], None, EPSILON) * self.weight[at, None, None, :]


class StackedLayerNorm(nn.Module):
    """L layer norms applied to L inputs in one operation."""

    def __init__(self, layers: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(layers, width))
        self.bias = nn.Parameter(torch.zeros(layers, width))

    def forward(self, x: Tensor, at: slice = ALL) -> Tensor:
        """x: [L, B, N, D] -> [L, B, N, D]; at: the layers that x is of, where it is not all."""
        normed = functional.layer_norm(x, x.shape[-1:], None, None, LAYER_EPSILON)
        return normed * self.weight[at, None, None, :] + self.bias[at, None, None, :]


def norm_of(kind: Kind, width: int) -> nn.Module:
    """One norm of the kind."""
    return LayerNorm(width) if kind == "layer" else RMSNorm(width)


def stacked_norm_of(kind: Kind, layers: int, width: int) -> nn.Module:
    """L norms of the kind."""
    return StackedLayerNorm(layers, width) if kind == "layer" else StackedRMSNorm(layers, width)
