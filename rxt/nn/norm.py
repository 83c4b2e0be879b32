"""Normalisation over the width: root-mean-square or mean and variance, for one layer or a stack of layers at once.

Memory attention has norms of its own (MemoryNorm), whose strength a gate can choose.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.nn.linear import ALL

EPSILON = torch.finfo(torch.float32).eps
LAYER_EPSILON = 1e-5

MEMORY_EPSILON = 1e-6

Kind = Literal["rms", "layer"]
MemoryKind = Literal["root-rms", "adaptive", "positional", "scaled-layer"]
Scale = Literal["none", "width", "slot"]


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
        """x: [L, B, N, D] -> [L, B, N, D]; at: the layers of x, all by default."""
        return functional.rms_norm(x, x.shape[-1:], None, EPSILON) * self.weight[at, None, None, :]


class StackedLayerNorm(nn.Module):
    """L layer norms applied to L inputs in one operation."""

    def __init__(self, layers: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(layers, width))
        self.bias = nn.Parameter(torch.zeros(layers, width))

    def forward(self, x: Tensor, at: slice = ALL) -> Tensor:
        """x: [L, B, N, D] -> [L, B, N, D]; at: the layers of x, all by default."""
        normed = functional.layer_norm(x, x.shape[-1:], None, None, LAYER_EPSILON)
        return normed * self.weight[at, None, None, :] + self.bias[at, None, None, :]


class MemoryNorm(nn.Module):
    """A norm of slots with an optional scale and an optional gate, of one layer or of L layers at once.

    y = x / sqrt(r + 1e-6) * scale; with a gate g = sigmoid(gate): g*y + (1-g)*x.

    root-rms: r is the root of the mean square of the slot over D. That root is taken again below the fraction: a slot
    keeps the square root of its length. It looks like a slip, but the family's models were trained with it.
    adaptive: the same; its buffer ema_rms only served the training that made it, and is kept for those who go on.
    positional: r is the buffer ema_rms, a number a slot, whatever the slot holds.
    scaled-layer: y is the layer norm `norm`, times scale.

    scale [L, D], for "slot" [L, S, 1]; gate [L, 1], of positional [L, S, 1]; ema_rms [L, 1], of positional [L, S, 1].
    Without layers all of them lack L.
    """

    scale: nn.Parameter | None
    gate: nn.Parameter | None
    ema_rms: Tensor | None

    def __init__(
        self, kind: MemoryKind, scale: Scale, gate: bool, slots: int, width: int, layers: int | None = None
    ) -> None:
        super().__init__()
        self.kind = kind
        self._stacked = layers is not None
        first = () if layers is None else (layers,)
        each = (*first, slots, 1) if kind == "positional" else (*first, 1)
        sizes = (*first, slots, 1) if scale == "slot" else (*first, width)
        self.register_parameter("scale", None if scale == "none" else nn.Parameter(torch.ones(sizes)))
        self.register_parameter("gate", nn.Parameter(torch.zeros(each)) if gate else None)
        self.register_buffer("ema_rms", torch.ones(each) if kind in ("adaptive", "positional") else None)
        if kind == "scaled-layer":
            self.norm = LayerNorm(width) if layers is None else StackedLayerNorm(layers, width)

    def forward(self, x: Tensor, at: slice = ALL) -> Tensor:
        """x: [L, B, S, D] -> [L, B, S, D]; at: the layers of x, all by default.

        Without layers L is 1. All kinds but positional take any number of rows for S.
        """
        result = self._normed(x, at)
        if self.scale is not None:
            result = result * self._beside(self.scale, at)
        if self.gate is None:
            return result
        return torch.lerp(x, result.to(x.dtype), self._beside(self.gate, at).sigmoid().to(x.dtype))

    def _normed(self, x: Tensor, at: slice) -> Tensor:
        if self.kind == "scaled-layer":
            result: Tensor = self.norm(x, at) if self._stacked else self.norm(x)
            return result
        if self.kind == "positional" and self.ema_rms is not None:
            measure = self._beside(self.ema_rms, at)
        else:
            # Half precision cannot add up the squares; a vector's norm has a gradient at zero, the root of a mean none.
            wide = torch.promote_types(x.dtype, torch.float32)
            measure = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=wide) / math.sqrt(x.shape[-1])
        return x * (measure + MEMORY_EPSILON).rsqrt().to(x.dtype)

    def _beside(self, values: Tensor, at: slice) -> Tensor:
        """[L, D], [L, 1] or [L, S, 1] -> what broadcasts over [L, B, S, D]."""
        if not self._stacked:
            return values
        return values[at, None, None] if values.dim() == 2 else values[at, None]


def norm_of(kind: Kind, width: int) -> nn.Module:
    """One norm of the kind."""
    return LayerNorm(width) if kind == "layer" else RMSNorm(width)


def stacked_norm_of(kind: Kind, layers: int, width: int) -> nn.Module:
    """L norms of the kind."""
    return StackedLayerNorm(layers, width) if kind == "layer" else StackedRMSNorm(layers, width)
