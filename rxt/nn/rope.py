"""Rotary position embedding in the layout of this model generation.

Pairs (0,1), (2,3), … are rotated, but the rotated halves are concatenated, not interleaved again: head dimension 2i
lands at i and 2i+1 at d/2+i. That is harmless where queries and keys are both rotated and part of the trained numbers
where only one side is (memory cross-attention, write step).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

BASE = 10_000.0


class RotaryEmbedding(nn.Module):
    """Angles for positions 0 … length-1, kept in float32: bfloat16 would round positions above 256."""

    cos: Tensor
    sin: Tensor

    def __init__(self, head_dim: int, length: int, base: float = BASE) -> None:
        super().__init__()
        frequencies = base ** (-torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim)  # [d/2]
        angles = torch.arange(length, dtype=torch.float32)[:, None] * frequencies  # [T, d/2]
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Rotates x [..., T, d], whose first row stands at position `start`, in float32 or finer."""
        stop = start + x.shape[-2]
        cos, sin = self.cos[start:stop], self.sin[start:stop]  # [T, d/2]
        exact = x.to(torch.promote_types(x.dtype, torch.float32))
        even, odd = exact.unflatten(-1, (-1, 2)).unbind(dim=-1)
        return torch.cat((even * cos - odd * sin, even * sin + odd * cos), dim=-1).to(x.dtype)
