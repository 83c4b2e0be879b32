"""Residual gates: how much of a new value enters a slot, and how much of the old one stays."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from rxt.events import GateLaw
from rxt.nn.linear import ALL


class StackedGate(nn.Module):
    """The gates of L layers of S slots.

    sigmoid: g*new + (1-g)*old; tanh: (1+g)*new + (1-g)*old; none: new + old.

    static: g = act(w). elementwise: g = act(w * status). linear: g = act(W @ status + b), every slot's gate from the
    status of all slots. status [S] of new + old: the mean over D, or with status "linear" a linear map D -> 1.

    weight: w [L, S, 1] with per_slot, else [L, 1, 1]; W [L, S, S] with per_slot, else [L, 1, S], one gate for all.
    bias: b [L, S] or [L, 1]. status_weight [L, 1, D], status_bias [L, 1]; `width` D is needed for them alone.
    """

    weight: nn.Parameter | None
    bias: nn.Parameter | None
    status_weight: nn.Parameter | None
    status_bias: nn.Parameter | None

    def __init__(
        self,
        layers: int,
        slots: int,
        kind: Literal["none", "static", "elementwise", "linear"],
        activation: Literal["sigmoid", "tanh"],
        per_slot: bool,
        status: Literal["mean", "linear"] = "mean",
        width: int = 0,
    ) -> None:
        super().__init__()
        gates, columns = slots if per_slot else 1, slots if kind == "linear" else 1
        self._add("weight", kind != "none", (layers, gates, columns))
        self._add("bias", kind == "linear", (layers, gates))
        learned = status == "linear" and kind in ("elementwise", "linear")
        self._add("status_weight", learned, (layers, 1, width))
        self._add("status_bias", learned, (layers, 1))
        self.law = GateLaw("none" if kind == "none" else activation, kind, per_slot)

    def _add(self, name: str, present: bool, shape: tuple[int, ...]) -> None:
        self.register_parameter(name, nn.Parameter(torch.zeros(shape)) if present else None)

    def forward(self, old: Tensor, new: Tensor, at: slice = ALL, slots: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """old, new: [L, B, S, D] -> the joined value [L, B, S, D] and the gate [L, B, S] (ones without a gate).

        at: the layers of `old` and `new`, all by default. slots: [S], the indices of their slots; None for all, which a
        linear gate needs.
        """
        if self.weight is None:
            return new + old, torch.ones_like(old[..., 0])
        weight = self.weight[at, None]  # [L, 1, S or 1, 1], of a linear gate [L, 1, S or 1, S]
        if slots is not None and self.law.per_slot:
            weight = weight.index_select(2, slots)
        if self.law.source == "elementwise":
            weight = weight * self._status(old, new, at)
        elif self.bias is not None:
            weight = weight @ self._status(old, new, at) + self.bias[at, None, :, None]
        weight = weight.expand(*old.shape[:-1], 1)
        if self.law.activation == "sigmoid":
            gate = weight.sigmoid()
            return torch.lerp(old, new.to(old.dtype), gate.to(old.dtype)), gate.squeeze(-1)
        gate = weight.tanh()
        return (1 + gate) * new + (1 - gate) * old, gate.squeeze(-1)

    def _status(self, old: Tensor, new: Tensor, at: slice) -> Tensor:
        """[L, B, S, D] -> [L, B, S, 1]."""
        # In training no gradient flows through the old memory into the gate: it makes long chains explode.
        both = new + (old.detach() if self.training else old)
        if self.status_weight is None or self.status_bias is None:
            return both.mean(dim=-1, keepdim=True)
        status = both @ self.status_weight[at, None].transpose(-2, -1)  # [L, 1, D, 1] -> [L, B, S, 1]
        return status + self.status_bias[at, None, None]
