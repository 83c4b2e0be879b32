"""Gradient hygiene for chains of memories: one bad example must not drown the others."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class MemoryGradientClipper:
    """Bounds each dialogue's gradient of every memory in the chain to `factor` times the mean norm of the last step."""

    def __init__(self, factor: float = 2.0) -> None:
        self.factor = factor
        self.measure: float | None = None
        """The mean norm of the last step; part of a checkpoint."""
        self._norms: list[Tensor] = []

    def watch(self, memory: Tensor) -> None:
        """Clips the gradient that will arrive at this memory [L, B, S, D]."""
        if memory.requires_grad:
            memory.register_hook(self._clip)

    def _clip(self, gradient: Tensor) -> Tensor:
        norms = gradient.square().sum(dim=(0, 2, 3)).sqrt()  # [B]
        self._norms.append(norms.mean())
        if self.measure is None:
            return gradient
        scale = (self.factor * self.measure / (norms + 1e-12)).clamp(max=1.0)
        return gradient * scale[None, :, None, None]

    def step(self) -> None:
        """Ends a training step: its mean norm becomes the measure for the next."""
        if self._norms:
            mean = float(torch.stack(self._norms).mean())
            self.measure = mean if self.measure is None else min(mean, 2 * self.measure)
            self._norms.clear()


def clip_groups(groups: Iterable[tuple[Iterable[nn.Parameter], float]]) -> list[float]:
    """Clips each group of parameters to its own norm; the norms before clipping."""
    return [float(nn.utils.clip_grad_norm_(list(parameters), limit)) for parameters, limit in groups]
