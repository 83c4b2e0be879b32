"""Dense feed-forward layers, plain and gated."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "swish": functional.silu,
    "silu": functional.silu,
    "relu": functional.relu,
    "gelu": functional.gelu,
}


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
