"""Dense feed-forward layers, plain and gated."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional


def _identity(x: Tensor) -> Tensor:
    return x


def _gelu_tanh(x: Tensor) -> Tensor:
    return functional.gelu(x, approximate="tanh")


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "swish": functional.silu,
    "silu": functional.silu,
    "relu": functional.relu,
    "gelu": functional.gelu,
    "gelu_tanh": _gelu_tanh,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": _identity,
    "linear": _identity,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "selu": functional.selu,
    "celu": functional.celu,
    "relu6": functional.relu6,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "mish": functional.mish,
    "hardswish": functional.hardswish,
    "hardsigmoid": functional.hardsigmoid,
    "hardtanh": functional.hardtanh,
    "logsigmoid": functional.logsigmoid,
}
"""By their names in torch, with torch's constants; swish and linear are the family's names for silu and identity."""


class GatedLinear(nn.Module):
    """One linear map to (value, gate), joined as value * act(gate)."""

    def __init__(self, width: int, hidden: int, activation: str) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 2 * hidden)
        self._activation = ACTIVATIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] -> [..., hidden]."""
        value, gate = self.linear(x).chunk(2, dim=-1)
        result: Tensor = value * self._activation(gate)
        return result


class PlainLinear(nn.Linear):
    """A linear map and its activation."""

    def __init__(self, width: int, hidden: int, activation: str) -> None:
        super().__init__(width, hidden)
        self._activation = ACTIVATIONS[activation]

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  (torch's name)
        """[..., D] -> [..., hidden]."""
        return self._activation(super().forward(input))


class FeedForward(nn.Module):
    """width -> hidden -> width, with biases."""

    def __init__(self, width: int, hidden: int, activation: str, gated: bool) -> None:
        super().__init__()
        self.fc1 = (GatedLinear if gated else PlainLinear)(width, hidden, activation)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] -> [..., D]."""
        result: Tensor = self.fc2(self.fc1(x))
        return result
