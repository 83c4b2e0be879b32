"""What the compiled decoding step can compute, and for which models it pays: those whose weights fill the time."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from rxt.config import TransformerConfig
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.moe import MixtureOfExperts

ACTIVATIONS = ("swish", "silu")
MANY_WEIGHTS = 2 * 2**20
"""Weights read per token from which the compiled step pays; fewer take well under a millisecond in any format."""


def is_compilable(config: TransformerConfig) -> bool:
    """Whether the compiled step knows every part of such a decoder; the others are left to torch."""
    own, cross, forward = config.attention, config.cross_attention, config.feed_forward
    norms = {config.norm, config.memory_norm, config.head_norm or "rms"}
    return (
        cross is not None
        and cross.head_dim == own.head_dim
        and not own.query_heads % own.kv_heads
        and not cross.query_heads % cross.kv_heads
        and forward.gated
        and forward.activation in ACTIVATIONS
        and norms == {"rms"}
    )


def active_bytes(model: ReactiveTransformer) -> int:
    """Bytes of weights that one token reads: of experts those that are chosen, of the embedding nothing to speak of."""
    return _active(model, lambda tensor: tensor.numel() * tensor.element_size())


def active_weights(model: ReactiveTransformer) -> int:
    """How many weights one token reads; in 8 bits their scales are counted, too."""
    return _active(model, Tensor.numel)


def _active(model: ReactiveTransformer, size: Callable[[Tensor], int]) -> int:
    def of(part: nn.Module) -> int:
        return sum(map(size, part.state_dict().values()))

    total = of(model.decoder.head)
    for layer in model.decoder.typed_layers():
        total += of(layer)
        total -= of(layer.memory_cross_attention.k_proj) + of(layer.memory_cross_attention.v_proj)
        if isinstance(layer.ff, MixtureOfExperts):
            forward, held = model.config.decoder.feed_forward, of(layer.ff.experts)
            total -= held - held * forward.top_k // forward.experts
    return total
