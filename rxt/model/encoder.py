"""The memory encoder: reads a finished interaction in both directions; every layer's states go to memory attention.

In some models of the family its layers read a memory too: always the same one, stored with the weights, and never the
memory of the conversation.

Letters: B batch, T tokens, D width, L layers, S slots.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rxt.config import TransformerConfig
from rxt.model.decoder import build_attention, build_feed_forward
from rxt.nn.norm import norm_of
from rxt.nn.rope import RotaryEmbedding


class EncoderLayer(nn.Module):
    """Bidirectional self-attention and feed-forward, each on a normalised input, added to the residual.

    Where the configuration has it, cross-attention over the layer's stored slots stands between them.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.attention = build_attention(config.attention)
        self.ff = build_feed_forward(config.feed_forward)
        self.norm1 = norm_of(config.norm, config.width)
        self.norm3 = norm_of(config.norm, config.width)  # the checkpoint's name; norm2 belongs to cross-attention
        self.reads_memory = config.cross_attention is not None
        if config.cross_attention is not None:
            self.memory_cross_attention = build_attention(config.cross_attention)
            self.norm2 = norm_of(config.norm, config.width)
            self.stm_norm = norm_of(config.memory_norm, config.width)

    def forward(self, x: Tensor, rope: RotaryEmbedding, mask: Tensor | None, slots: Tensor | None = None) -> Tensor:
        """x [B, T, D] and, where the layer reads a memory, its slots [1, S, D] -> [B, T, D]."""
        normed = self.norm1(x)
        q, k = rope(self.attention.queries(normed)), rope(self.attention.keys(normed))
        x = x + self.attention(q, k, self.attention.values(normed), mask)
        if self.reads_memory:
            x = x + self._read(x, rope, slots)
        result: Tensor = x + self.ff(self.norm3(x))
        return result

    def _read(self, x: Tensor, rope: RotaryEmbedding, slots: Tensor | None) -> Tensor:
        if slots is None:
            raise ValueError("this encoder layer reads a memory, and none was given")
        part, stored = self.memory_cross_attention, self.stm_norm(slots).expand(x.shape[0], -1, -1)
        result: Tensor = part(rope(part.queries(self.norm2(x))), part.keys(stored), part.values(stored))
        return result


class Encoder(nn.Module):
    """A stack of encoder layers; the embedding is shared with the decoder and lives outside.

    memory: [L, 1, S, D], what the layers read, or None; noise in a new model, as in the family.
    """

    memory: Tensor | None

    def __init__(self, config: TransformerConfig, rope: RotaryEmbedding) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))
        self.rope = rope
        shape = (config.layers, 1, config.slots, config.width)
        reads = config.cross_attention is not None
        generator = torch.Generator().manual_seed(0)
        noise = torch.randn(shape, generator=generator, dtype=torch.float32, device="cpu") if reads else None
        self.register_buffer("memory", noise)

    def forward(self, x: Tensor, padding: Tensor | None = None) -> Tensor:
        """Embedded tokens [B, T, D] -> hidden states of every layer [L, B, T, D].

        padding: [B, T], True at real tokens; None where all are.
        """
        mask = None if padding is None else padding[:, None, None, :]
        states = []
        for index, layer in enumerate(self.layers):
            x = layer(x, self.rope, mask, None if self.memory is None else self.memory[index])
            states.append(x)
        return torch.stack(states)
