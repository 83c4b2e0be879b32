"""Gradient hygiene for chains of memories: one bad example must not drown the others."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from torch import Tensor, nn


class MemoryGradientClipper:
    """Bounds the gradient that flows back through a chain of memories, which grows without bound where gates are steep.

    Each layer's gradient of each dialogue's memory is cut to `factor` times what the decoder's reading alone sends to a
    memory of that layer, on the average of the batch.
    """

    def __init__(self, factor: float = 2.0) -> None:
        self.factor = factor
        self._limits: Tensor | None = None  # [L, 1]

    def measure(self, read: Tensor, counted: Tensor) -> None:
        """Takes the measure from the gradient of what is read [L, N, S, D]: it arrives before that of any memory.
        counted [N]: True where something can be read; blank turns would lower the average."""
        if read.requires_grad:
            read.register_hook(partial(self._take, counted))

    def watch(self, memory: Tensor) -> None:
        """Clips the gradient that will arrive at this memory [L, B, S, D]."""
        if memory.requires_grad:
            memory.register_hook(self._clip)

    def _take(self, counted: Tensor, gradient: Tensor) -> None:
        self._limits = self.factor * (_norms(gradient) * counted).sum(dim=1, keepdim=True) / counted.sum()

    def _clip(self, gradient: Tensor) -> Tensor:
        if self._limits is None:
            return gradient
        scale = (self._limits / (_norms(gradient) + 1e-12)).clamp(max=1.0)
        return gradient * scale[:, :, None, None]


def _norms(gradient: Tensor) -> Tensor:
    """[L, B, S, D] -> [L, B]."""
    return gradient.square().sum(dim=(2, 3)).sqrt()


def clip_groups(groups: Iterable[tuple[Iterable[nn.Parameter], float]]) -> list[float]:
    """Clips each group of parameters to its own norm; the norms before clipping."""
    return [float(nn.utils.clip_grad_norm_(list(parameters), limit)) for parameters, limit in groups]
