"""The generator decoder: reads the current interaction and, through cross-attention, the memory.

    x ── norm1 ─ causal self-attention ─(+)─ norm2 ─ attention over this layer's slots ─(+)─ norm3 ─ feed-forward ─(+)─

Letters: B batch, T tokens, D width, H query heads, G kv heads, d head dimension, L layers, S slots, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from rxt.config import AttentionConfig, FeedForwardConfig, TransformerConfig
from rxt.model.kv_cache import KVCache, LayerCache
from rxt.nn.attention import Attention
from rxt.nn.feedforward import FeedForward
from rxt.nn.moe import MixtureOfExperts
from rxt.nn.norm import norm_of
from rxt.nn.rope import RotaryEmbedding

MemoryKV = tuple[Tensor, Tensor]
"""Keys and values [B, G, S, d] of one layer's memory."""


def build_attention(config: AttentionConfig) -> Attention:
    return Attention(config.width, config.head_dim, config.query_heads, config.kv_heads)


def build_feed_forward(config: FeedForwardConfig) -> nn.Module:
    if config.experts:
        return MixtureOfExperts(
            config.width, config.hidden, config.activation, config.gated, config.experts, config.top_k
        )
    return FeedForward(config.width, config.hidden, config.activation, config.gated)


class DecoderLayer(nn.Module):
    """Self-attention, memory cross-attention, feed-forward; each on a normalised input, added to the residual."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        if config.cross_attention is None:
            raise ValueError("a decoder layer needs the configuration of its memory cross-attention")
        self.attention = build_attention(config.attention)
        self.memory_cross_attention = build_attention(config.cross_attention)
        self.ff = build_feed_forward(config.feed_forward)
        self.norm1 = norm_of(config.norm, config.width)
        self.norm2 = norm_of(config.norm, config.width)
        self.norm3 = norm_of(config.norm, config.width)
        self.stm_norm = norm_of(config.memory_norm, config.width)

    def read_memory(self, slots: Tensor) -> MemoryKV:
        """This layer's slots [B, S, D] -> keys and values [B, G, S, d]; slots have no positions."""
        normed = self.stm_norm(slots)
        return self.memory_cross_attention.keys(normed), self.memory_cross_attention.values(normed)

    def forward(
        self,
        x: Tensor,
        memory: MemoryKV,
        rope: RotaryEmbedding,
        mask: Tensor | None,
        start: int,
        cache: LayerCache | None,
    ) -> Tensor:
        """x [B, T, D], whose first token stands at position `start` -> [B, T, D]."""
        normed = self.norm1(x)
        q = rope(self.attention.queries(normed), start)
        k, v = rope(self.attention.keys(normed), start), self.attention.values(normed)
        if cache is not None:
            k, v = cache.append(k, v, start)
        x = x + self.attention(q, k, v, mask)
        q = rope(self.memory_cross_attention.queries(self.norm2(x)), start)
        x = x + self.memory_cross_attention(q, *memory)
        result: Tensor = x + self.ff(self.norm3(x))
        return result


class Head(nn.Linear):
    """Hidden states to logits; normalises its input where the configuration asks for it."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__(config.width, config.vocabulary)
        self.norm = None if config.head_norm is None else norm_of(config.head_norm, config.width)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  (torch's name)
        """[..., D] -> [..., V]."""
        return super().forward(input if self.norm is None else self.norm(input))


class Decoder(nn.Module):
    """A stack of decoder layers and the head; the embedding is shared with the encoder and lives outside."""

    def __init__(self, config: TransformerConfig, rope: RotaryEmbedding) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.layers))
        self.head = Head(config)
        self.rope = rope

    def read_memory(self, memory: Tensor) -> list[MemoryKV]:
        """Memory [L, B, S, D] -> keys and values of every layer; they serve a whole turn."""
        return [layer.read_memory(slots) for layer, slots in zip(self.typed_layers(), memory, strict=True)]

    def typed_layers(self) -> Iterator[DecoderLayer]:
        """The layers, known as what they are."""
        for layer in self.layers:
            assert isinstance(layer, DecoderLayer)  # noqa: S101  (a ModuleList forgets the type of its members)
            yield layer

    def forward(self, x: Tensor, memory: Sequence[MemoryKV], cache: KVCache | None = None) -> Tensor:
        """Embedded tokens [B, T, D] -> hidden states [B, T, D]. With a cache, x continues the tokens it holds."""
        start = cache.length if cache is not None else 0
        tokens = x.shape[1]
        if cache is not None and start + tokens > cache.capacity:
            raise ValueError(f"{start + tokens} tokens do not fit into an interaction of {cache.capacity}")
        mask = causal_mask(tokens, start, x.device) if tokens > 1 else None
        for index, layer in enumerate(self.layers):
            x = layer(x, memory[index], self.rope, mask, start, cache.layers[index] if cache is not None else None)
        if cache is not None:
            cache.length = start + tokens
        return x


def causal_mask(tokens: int, start: int, device: torch.device) -> Tensor:
    """[T, start + T], True where token `start + t` may see position n: n <= start + t."""
    return torch.ones(tokens, start + tokens, dtype=torch.bool, device=device).tril(diagonal=start)
