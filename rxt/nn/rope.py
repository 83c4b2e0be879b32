"""Rotary position embedding in the two layouts of this model family.

Pairs (0,1), (2,3), … are rotated. In the older generation the rotated halves are concatenated: head dimension 2i lands
at i and 2i+1 at d/2+i. That is harmless where queries and keys are both rotated and part of the trained numbers where
only one side is (memory cross-attention, write step). The newer generation interleaves them again: every number stays
in its place.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

BASE = 10_000.0

Layout = Literal["concatenated", "interleaved"]


class RotaryEmbedding(nn.Module):
    """Angles for positions 0 … length-1, kept in float32: bfloat16 would round positions above 256."""

    cos: Tensor
    sin: Tensor

    def __init__(self, head_dim: int, length: int, base: float = BASE, layout: Layout = "concatenated") -> None:
        super().__init__()
        self.layout = layout
        # Always on the processor: tables are no weights that a file could bring, and on the device "meta", on which
        # models are opened, arange imports torch's whole compiler.
        places = torch.arange(max(length, head_dim), dtype=torch.float32, device="cpu")
        frequencies = base ** (-places[:head_dim:2] / head_dim)  # [d/2]
        angles = places[:length, None] * frequencies  # [T, d/2]
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Rotates x [..., T, d], whose first row stands at position `start`, in float32 or finer."""
        stop = start + x.shape[-2]
        cos, sin = self.cos[start:stop], self.sin[start:stop]  # [T, d/2]
        exact = x.to(torch.promote_types(x.dtype, torch.float32))
        even, odd = exact.unflatten(-1, (-1, 2)).unbind(dim=-1)
        rotated = even * cos - odd * sin, even * sin + odd * cos
        if self.layout == "interleaved":
            return torch.stack(rotated, dim=-1).flatten(-2).to(x.dtype)
        return torch.cat(rotated, dim=-1).to(x.dtype)
