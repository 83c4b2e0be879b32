"""Residual gates: how much of a new value enters a slot, and how much of the old one stays."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from rxt.events import GateLaw


class StackedGate(nn.Module):
    """The gates of L layers of S slots.

    sigmoid: g*new + (1-g)*old; tanh: (1+g)*new + (1-g)*old; none: new + old. static: g = act(w); elementwise:
    g = act(w * mean over D of (new + old)). w: [L, S, 1] with per_slot, else [L, 1, 1].
    """

    weight: nn.Parameter | None

    def __init__(
        self,
        layers: int,
        slots: int,
        kind: Literal["none", "static", "elementwise"],
        activation: Literal["sigmoid", "tanh"],
        per_slot: bool,
    ) -> None:
        super().__init__()
        shape = (layers, slots if per_slot else 1, 1)
        self.register_parameter("weight", None if kind == "none" else nn.Parameter(torch.zeros(shape)))
        self.law = GateLaw("none" if kind == "none" else activation, kind, per_slot)

    def forward(self, old: Tensor, new: Tensor) -> tuple[Tensor, Tensor]:
        """old, new: [L, B, S, D] -> the joined value [L, B, S, D] and the gate [L, B, S] (ones without a gate)."""
        if self.weight is None:
            return new + old, torch.ones_like(old[..., 0])
        weight = self.weight[:, None]  # [L, 1, S or 1, 1]
        if self.law.source == "elementwise":
            weight = weight * (new + self._status_of(old)).mean(dim=-1, keepdim=True)
        weight = weight.expand(*old.shape[:-1], 1)
        if self.law.activation == "sigmoid":
            gate = weight.sigmoid()
            return torch.lerp(old, new.to(old.dtype), gate.to(old.dtype)), gate.squeeze(-1)
        gate = weight.tanh()
        return (1 + gate) * new + (1 - gate) * old, gate.squeeze(-1)

    def _status_of(self, old: Tensor) -> Tensor:
        # In training no gradient flows through the old memory into the gate: it makes long chains explode.
        return old.detach() if self.training else old
