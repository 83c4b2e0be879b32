"""The norms of memory attention, number by number in float64. Nothing of rxt is used but the names of the weights.

Letters: S slots, D width.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

EPSILON = 1e-6


def memory_norm(weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """x [S, D] and one layer's tensors by their names (scale, gate, ema_rms, norm.weight, norm.bias) -> [S, D]."""
    result = torch.empty_like(x)
    for s, row in enumerate(x.tolist()):
        normed = _layer_norm(weights, row) if "norm.weight" in weights else _divided(weights, row, s)
        share = _gate(weights, s)
        for d, value in enumerate(row):
            result[s, d] = share * normed[d] * _scale(weights, s, d) + (1 - share) * value
    return result


def _divided(weights: dict[str, Tensor], row: list[float], s: int) -> list[float]:
    measure = math.sqrt(sum(value * value for value in row) / len(row))
    if "ema_rms" in weights and weights["ema_rms"].dim() == 2:  # positional: what is stored for the slot
        measure = float(weights["ema_rms"][s, 0])
    return [value / math.sqrt(measure + EPSILON) for value in row]


def _layer_norm(weights: dict[str, Tensor], row: list[float]) -> list[float]:
    mean = sum(row) / len(row)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in row) / len(row) + 1e-5)
    weight, bias = weights["norm.weight"].tolist(), weights["norm.bias"].tolist()
    return [(value - mean) / deviation * w + b for value, w, b in zip(row, weight, bias, strict=True)]


def _scale(weights: dict[str, Tensor], s: int, d: int) -> float:
    if "scale" not in weights:
        return 1.0
    scale = weights["scale"]
    return float(scale[d]) if scale.dim() == 1 else float(scale[s, 0])


def _gate(weights: dict[str, Tensor], s: int) -> float:
    """The share of what is normed."""
    if "gate" not in weights:
        return 1.0
    gate = weights["gate"]
    return 1 / (1 + math.exp(-float(gate[0] if gate.dim() == 1 else gate[s, 0])))
