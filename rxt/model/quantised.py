"""A decoder whose feed-forwards and head have 8 bits a weight: of a large model nine of ten bytes that a token reads.

Attention, routers, the encoder and memory attention stay what they are: they are small, and rounding them costs most.
So an answer may be worded differently, but an interaction is remembered exactly as in float32.
"""

from __future__ import annotations

from torch import Tensor, nn

from rxt.model.decoder import DecoderLayer, Head
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.moe import Experts, Router
from rxt.nn.quantised import Int8Experts, Int8Linear


class Int8Head(Int8Linear):
    """The head in 8 bits."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.norm = head.norm

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] -> [..., V]."""
        return super().forward(x if self.norm is None else self.norm(x))


def quantise_layer(layer: DecoderLayer) -> None:
    """Replaces the matrices of one layer's feed-forward, but those that have 8 bits already."""
    _quantise(layer.ff)


def quantise_head(model: ReactiveTransformer) -> None:
    """Replaces the matrix of the head, unless it has 8 bits already."""
    if isinstance(model.decoder.head, Head):
        model.decoder.add_module("head", Int8Head(model.decoder.head))


def _quantise(part: nn.Module) -> None:
    for name, child in list(part.named_children()):
        if isinstance(child, Router | Int8Experts):
            continue
        if isinstance(child, Experts):
            setattr(part, name, Int8Experts(child))
        elif type(child) is nn.Linear:  # a plain layer, which has its activation in it, stays as it is
            setattr(part, name, Int8Linear(child))
        else:
            _quantise(child)
