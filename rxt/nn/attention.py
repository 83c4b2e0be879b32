"""Sparse query attention: fewer query heads than the width has room for (arXiv 2510.01817).

Where H is a multiple of G, H / G consecutive query heads share a kv head. Where G is a multiple of H, it is the other
way round: every query head asks G / H consecutive kv heads, each of which gives an output of its own, so that G heads
reach the output projection, which is then [D, G * d]. It is the same attention with every query head repeated.

Letters: B batch, T query tokens, N key tokens, D width, H query heads, G kv heads, M the larger of both, d head
dimension.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.nn.linear import ALL, StackedLinear


def split_heads(x: Tensor, heads: int) -> Tensor:
    """[..., T, heads * d] -> [..., heads, T, d]."""
    return x.view(*x.shape[:-1], heads, -1).transpose(-3, -2)


def shared_heads(q: Tensor, kv_heads: int) -> Tensor:
    """Query heads [..., H, T, d], repeated where there are fewer of them than kv heads: [..., M, T, d]."""
    heads = q.shape[-3]
    return q if heads >= kv_heads else q.repeat_interleave(kv_heads // heads, dim=-3)


def grouped_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax attention where H / G consecutive query heads share a kv head.

    q: [..., H, T, d]; k, v: [..., G, N, d]; mask: broadcastable to [..., 1, T, N], True where attention is allowed.
    Returns [..., T, H * d].
    """
    heads, tokens, head_dim = q.shape[-3:]
    groups = k.shape[-3]
    # Heads of one group become rows of one product, so that keys and values are read once and never copied.
    rows = q.reshape(*q.shape[:-3], groups, heads // groups * tokens, head_dim)
    if mask is not None and mask.shape[-2] != 1 and heads != groups:
        mask = mask.repeat(*(1,) * (mask.dim() - 2), heads // groups, 1)
    if rows.device.type == "cpu" and torch.is_grad_enabled():
        out = _plain_attention(rows, k, v, mask)
    else:
        out = functional.scaled_dot_product_attention(rows, k, v, attn_mask=mask)
    return out.reshape(*q.shape[:-3], heads, tokens, head_dim).transpose(-3, -2).flatten(-2)


def _plain_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """The same in single steps. On processors torch's fused kernel (2.13) is slower with gradients, for the short
    sequences here; with products in bfloat16 14 times as slow as in float32 (measured: forward and backward of a step).
    """
    scores = q * q.shape[-1] ** -0.5 @ k.transpose(-1, -2)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    result: Tensor = scores.softmax(dim=-1) @ v
    return result


class Attention(nn.Module):
    """Projections of one attention: q, k, v without bias, the output with bias."""

    def __init__(self, width: int, head_dim: int, query_heads: int, kv_heads: int) -> None:
        super().__init__()
        self.query_heads = query_heads
        self.kv_heads = kv_heads
        self.q_proj = nn.Linear(width, query_heads * head_dim, bias=False)
        self.k_proj = nn.Linear(width, kv_heads * head_dim, bias=False)
        self.v_proj = nn.Linear(width, kv_heads * head_dim, bias=False)
        self.out_proj = nn.Linear(max(query_heads, kv_heads) * head_dim, width)

    def queries(self, x: Tensor) -> Tensor:
        """[B, T, D] -> [B, M, T, d]."""
        return shared_heads(split_heads(self.q_proj(x), self.query_heads), self.kv_heads)

    def keys(self, x: Tensor) -> Tensor:
        """[B, N, D] -> [B, G, N, d]."""
        return split_heads(self.k_proj(x), self.kv_heads)

    def values(self, x: Tensor) -> Tensor:
        """[B, N, D] -> [B, G, N, d]."""
        return split_heads(self.v_proj(x), self.kv_heads)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        """Attends and projects back: see grouped_attention. Returns [B, T, D]."""
        result: Tensor = self.out_proj(grouped_attention(q, k, v, mask))
        return result


class StackedAttention(nn.Module):
    """L attentions side by side, for the layers of a memory: the same as Attention with a leading L.

    at: the layers of the inputs, all by default.
    """

    def __init__(self, layers: int, width: int, head_dim: int, query_heads: int, kv_heads: int) -> None:
        super().__init__()
        self.query_heads = query_heads
        self.kv_heads = kv_heads
        self.q_proj = StackedLinear(layers, width, query_heads * head_dim, bias=False)
        self.k_proj = StackedLinear(layers, width, kv_heads * head_dim, bias=False)
        self.v_proj = StackedLinear(layers, width, kv_heads * head_dim, bias=False)
        self.out_proj = StackedLinear(layers, max(query_heads, kv_heads) * head_dim, width, bias=True)

    def queries(self, x: Tensor, at: slice = ALL) -> Tensor:
        """[L, B, T, D] -> [L, B, M, T, d]."""
        return shared_heads(split_heads(self.q_proj(x, at), self.query_heads), self.kv_heads)

    def keys(self, x: Tensor, at: slice = ALL) -> Tensor:
        """[L, B, N, D] -> [L, B, G, N, d]."""
        return split_heads(self.k_proj(x, at), self.kv_heads)

    def values(self, x: Tensor, at: slice = ALL) -> Tensor:
        """[L, B, N, D] -> [L, B, G, N, d]."""
        return split_heads(self.v_proj(x, at), self.kv_heads)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, at: slice = ALL) -> Tensor:
        """Attends and projects back. Returns [L, B, T, D]."""
        layers, batch = q.shape[:2]
        # The fused kernels take four dimensions; layers and batch are one to them.
        if mask is not None and mask.shape[0] == batch:
            mask = mask.repeat(layers, *(1,) * (mask.dim() - 1))
        out = grouped_attention(q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1), mask)
        result: Tensor = self.out_proj(out.unflatten(0, (layers, batch)), at)
        return result
