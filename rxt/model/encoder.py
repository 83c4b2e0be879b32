"""The memory encoder: reads a finished interaction in both directions; every layer's states go to memory attention.

Letters: B batch, T tokens, D width, L layers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rxt.config import TransformerConfig
from rxt.model.decoder import build_attention, build_feed_forward
from rxt.nn.norm import RMSNorm
from rxt.nn.rope import RotaryEmbedding


class EncoderLayer(nn.Module):
    """Bidirectional self-attention and feed-forward, each on a normalised input, added to the residual."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.attention = build_attention(config.attention)
        self.ff = build_feed_forward(config.feed_forward)
        self.norm1 = RMSNorm(config.width)
        self.norm3 = RMSNorm(config.width)  # the checkpoint's name; norm2 belongs to the decoder's cross-attention

    def forward(self, x: Tensor, rope: RotaryEmbedding, mask: Tensor | None) -> Tensor:
        """x [B, T, D] -> [B, T, D]."""
        normed = self.norm1(x)
        q, k = rope(self.attention.queries(normed)), rope(self.attention.keys(normed))
        x = x + self.attention(q, k, self.attention.values(normed), mask)
        result: Tensor = x + self.ff(self.norm3(x))
        return result


class Encoder(nn.Module):
    """A stack of encoder layers; the embedding is shared with the decoder and lives outside."""

    def __init__(self, config: TransformerConfig, rope: RotaryEmbedding) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))
        self.rope = rope

    def forward(self, x: Tensor, padding: Tensor | None = None) -> Tensor:
        """Embedded tokens [B, T, D] -> hidden states of every layer [L, B, T, D].

        padding: [B, T], True at real tokens; None where all are.
        """
        mask = None if padding is None else padding[:, None, None, :]
        states = []
        for layer in self.layers:
            x = layer(x, self.rope, mask)
            states.append(x)
        return torch.stack(states)
