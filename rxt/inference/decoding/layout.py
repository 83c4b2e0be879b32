"""A model's weights as the compiled step wants to see them: the C structures of rxt/io/native/step.c, filled.

No weight is copied but norms, biases and scales that are not float32.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_float, c_int64, c_void_p

import torch
from torch import Tensor, nn
from torch.nn.modules import module as hooks_of_all

from rxt.model.compilable import is_compilable
from rxt.model.decoder import Decoder, DecoderLayer, Head
from rxt.model.quantised import Int8Head
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.attention import Attention
from rxt.nn.feedforward import FeedForward, GatedLinear
from rxt.nn.moe import Experts, MixtureOfExperts, Router
from rxt.nn.norm import EPSILON, RMSNorm
from rxt.nn.quantised import Int8Experts, Int8Linear
from rxt.nn.rope import RotaryEmbedding

FORMATS = {torch.float32: 0, torch.bfloat16: 1, torch.int8: 2}

PARTS = frozenset((
    Decoder, DecoderLayer, Head, Int8Head, Attention, RotaryEmbedding, RMSNorm, FeedForward, GatedLinear,
    MixtureOfExperts, Router, Experts, Int8Experts, Int8Linear, nn.Linear, nn.ModuleList, nn.Embedding,
))  # fmt: skip
"""Of a decoder and the word vectors before it, what the compiled step computes as."""


class CMatrix(ctypes.Structure):
    """`Matrix`"""

    _fields_ = (
        ("weight", c_void_p), ("scale", c_void_p), ("bias", c_void_p), ("columns", c_int64), ("format", c_int64),
    )  # fmt: skip


class CLayer(ctypes.Structure):
    """`Layer`"""

    _fields_ = (
        ("norm1", c_void_p), ("norm2", c_void_p), ("norm3", c_void_p),
        ("query", CMatrix), ("key", CMatrix), ("value", CMatrix), ("out", CMatrix),
        ("memory_query", CMatrix), ("memory_out", CMatrix), ("router", CMatrix), ("up", CMatrix), ("down", CMatrix),
    )  # fmt: skip


class CModel(ctypes.Structure):
    """`Model`"""

    _fields_ = (
        *((name, c_int64) for name in (
            "layers", "width", "head_dim", "heads", "kv_heads", "memory_heads", "memory_kv_heads", "slots",
            "capacity", "hidden", "experts", "top_k", "vocabulary", "interleaved", "threads",
        )),
        ("epsilon", c_float), ("cos", c_void_p), ("sin", c_void_p), ("head_norm", c_void_p), ("head", CMatrix),
        ("layer", POINTER(CLayer)),
    )  # fmt: skip


class CToken(ctypes.Structure):
    """`Token`"""

    _fields_ = (
        *((name, c_void_p) for name in ("cache", "memory_keys", "memory_values", "embedded", "logits")),
        ("position", c_int64), ("alone", c_int64),
    )  # fmt: skip


def can_lay_out(model: ReactiveTransformer) -> bool:
    """Whether the compiled step can decode the model as it is: where it lies, in its number format, and made of parts
    that nobody has wrapped, replaced or hooked, as whoever looks into a model does: those must be called."""
    if _is_watched():
        return False
    is_known = model.device.type == "cpu" and model.dtype in FORMATS and is_compilable(model.config.decoder)
    return is_known and all(map(_is_plain, (model.embedding, *model.decoder.modules())))


def _is_watched() -> bool:
    """Whether somebody looks at every module, or at every operation of torch, as FlopCounterMode does."""
    hooks = (hooks_of_all._global_forward_hooks, hooks_of_all._global_forward_pre_hooks)
    return any(hooks) or torch._C._len_torch_dispatch_stack() > 0


def _is_plain(part: nn.Module) -> bool:
    """Whether calling the part does what its class says, and nothing else."""
    hooks = (part._forward_hooks, part._forward_pre_hooks)
    return type(part) in PARTS and not any(hooks) and "forward" not in vars(part)


class Layout:
    """The structure `model` and everything it points to, which lives as long as this object does."""

    def __init__(self, model: ReactiveTransformer, threads: int) -> None:
        config = model.config.decoder
        cross, forward = config.cross_attention, config.feed_forward
        assert cross is not None  # noqa: S101  (can_lay_out)
        self._kept: list[Tensor] = []
        decoder, head = model.decoder, model.decoder.head
        self._layers = (CLayer * config.layers)(*(self._layer(layer) for layer in decoder.typed_layers()))
        norm = 0 if head.norm is None else self._norm(head.norm)
        self.model = CModel(
            config.layers, config.width, config.attention.head_dim, config.attention.query_heads,
            config.attention.kv_heads, cross.query_heads, cross.kv_heads, model.config.memory.slots,
            model.config.interaction_length, forward.hidden, forward.experts, forward.top_k, config.vocabulary,
            decoder.rope.layout == "interleaved", threads, EPSILON, self._floats(decoder.rope.cos),
            self._floats(decoder.rope.sin), norm, self._matrix(head), self._layers,
        )  # fmt: skip

    def _layer(self, layer: DecoderLayer) -> CLayer:
        own, cross = layer.attention, layer.memory_cross_attention
        return CLayer(
            *(self._norm(norm) for norm in (layer.norm1, layer.norm2, layer.norm3)),
            self._matrix(own.q_proj), self._matrix(own.k_proj), self._matrix(own.v_proj), self._matrix(own.out_proj),
            self._matrix(cross.q_proj), self._matrix(cross.out_proj), *self._forward(layer.ff),
        )  # fmt: skip

    def _forward(self, part: nn.Module) -> tuple[CMatrix, CMatrix, CMatrix]:
        if isinstance(part, FeedForward):
            return CMatrix(), self._matrix(part.fc1.linear), self._matrix(part.fc2)  # type: ignore[arg-type]
        assert isinstance(part, MixtureOfExperts)  # noqa: S101
        experts = part.experts
        scales = (experts.fc1_scale, experts.fc2_scale) if isinstance(experts, Int8Experts) else (None, None)
        return (
            self._matrix(part.router.gate),
            self._from(experts.fc1_weight.flatten(0, 1), scales[0], experts.fc1_bias),
            self._from(experts.fc2_weight.flatten(0, 1), scales[1], experts.fc2_bias),
        )

    def _norm(self, norm: nn.Module) -> int:
        assert isinstance(norm, RMSNorm)  # noqa: S101
        return self._floats(norm.weight)

    def _matrix(self, linear: nn.Module) -> CMatrix:
        assert isinstance(linear, nn.Linear | Int8Linear)  # noqa: S101
        scale = linear.scale if isinstance(linear, Int8Linear) else None
        return self._from(linear.weight, scale, linear.bias)

    def _from(self, weight: Tensor, scale: Tensor | None, bias: Tensor | None) -> CMatrix:
        """weight: [rows, columns], contiguous, in one of FORMATS."""
        weight = weight.detach().contiguous()
        self._kept.append(weight)
        scales = 0 if scale is None else self._floats(scale)
        biases = 0 if bias is None else self._floats(bias)
        return CMatrix(weight.data_ptr(), scales, biases, weight.shape[-1], FORMATS[weight.dtype])

    def _floats(self, values: Tensor) -> int:
        """The address of the numbers in float32."""
        kept = values.detach().float().contiguous()
        self._kept.append(kept)
        return kept.data_ptr()
