"""Weights in 8 bits, one scale a row; sums are taken in the numbers that come in.

A row w becomes round(w / s) with s = max |w| / 127, so that the error of a weight is at most s / 2. For reading many
tokens at once the weights are widened again; the compiled decoding step reads the bytes themselves.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.nn.moe import Experts


def quantise(weight: Tensor) -> tuple[Tensor, Tensor]:
    """weight [..., in] -> int8 of the same shape, in [-127, 127], and scales [...] in float32."""
    if weight.dim() > 2:  # one matrix after the other, so that little is held in between
        parts = [quantise(part) for part in weight.unbind()]
        return torch.stack([part for part, _ in parts]), torch.stack([scale for _, scale in parts])
    exact = weight.detach().float()
    scale = exact.abs().amax(dim=-1) / 127
    rounded = exact.div(scale.clamp_min(torch.finfo(torch.float32).tiny)[..., None]).round_()
    return rounded.clamp_(-127, 127).to(torch.int8), scale


def widen(weight: Tensor, scale: Tensor, dtype: torch.dtype) -> Tensor:
    """The inverse of quantise, but for what was rounded."""
    return weight.to(dtype).mul_(scale.to(dtype)[..., None])


def _fixed(values: Tensor) -> nn.Parameter:
    """A parameter that no training changes."""
    return nn.Parameter(values.detach(), requires_grad=False)


class Int8Linear(nn.Module):
    """nn.Linear with weights in 8 bits: weight [out, in], scale [out], bias [out] or none."""

    scale: Tensor
    bias: nn.Parameter | None

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight, scale = quantise(linear.weight)
        self.weight = _fixed(weight)
        self.register_buffer("scale", scale)
        self.register_parameter("bias", None if linear.bias is None else _fixed(linear.bias))

    def forward(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]."""
        return functional.linear(x, widen(self.weight, self.scale, x.dtype), self.bias)


class Int8Experts(Experts):
    """Experts with weights in 8 bits: fc1_weight [E, inner, D], fc1_scale [E, inner]; fc2 alike."""

    fc1_scale: Tensor
    fc2_scale: Tensor

    def __init__(self, experts: Experts) -> None:
        nn.Module.__init__(self)
        self.gated = experts.gated
        self._activation = experts._activation
        for name in ("fc1", "fc2"):
            weight, scale = quantise(getattr(experts, f"{name}_weight"))
            self.register_parameter(f"{name}_weight", _fixed(weight))
            self.register_buffer(f"{name}_scale", scale)
            self.register_parameter(f"{name}_bias", _fixed(getattr(experts, f"{name}_bias")))

    def first(self, expert: int, dtype: torch.dtype) -> Tensor:
        """fc1's matrix of one expert."""
        return widen(self.fc1_weight[expert], self.fc1_scale[expert], dtype)

    def second(self, expert: int, dtype: torch.dtype) -> Tensor:
        """fc2's matrix of one expert."""
        return widen(self.fc2_weight[expert], self.fc2_scale[expert], dtype)
