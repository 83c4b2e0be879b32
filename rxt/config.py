"""Typed configuration of a Reactive Transformer, read from a hub `config.json`. Required fields have no defaults.

Letters: D width, d head dimension, H query heads, G kv heads, E experts, L layers, S slots, V vocabulary.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from rxt.errors import ConfigError
from rxt.features import norm_fields, refuse_unsupported
from rxt.section import Section, short

MemoryVariant = Literal["self-interlayer", "interlayer"]
NormKind = Literal["rms", "layer"]
MemoryNormKind = Literal["rms", "layer", "root-rms", "adaptive", "positional", "scaled-layer"]
NormScale = Literal["none", "width", "slot"]
RopeLayout = Literal["concatenated", "interleaved"]
GateKind = Literal["none", "static", "elementwise", "linear"]

ACTIVATIONS = (
    "swish", "silu", "relu", "gelu", "tanh", "sigmoid", "identity", "linear", "leaky_relu", "elu", "selu", "celu",
    "relu6", "softplus", "softsign", "mish", "hardswish", "hardsigmoid", "hardtanh", "logsigmoid", "gelu_tanh",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AttentionConfig:
    """Sparse query attention: H of D / head_dim possible query heads are used, with G kv heads (arXiv 2510.01817).

    One of H and G divides the other; rxt.nn.attention says what H < G means.
    """

    width: int
    head_dim: int
    query_heads: int
    kv_heads: int


@dataclass(frozen=True, slots=True)
class FeedForwardConfig:
    """activation of the hidden layer; gated: value * act(gate); experts: 0 is dense, else E, top_k active."""

    width: int
    hidden: int
    activation: str
    gated: bool
    experts: int
    top_k: int


@dataclass(frozen=True, slots=True)
class TransformerConfig:
    """A decoder or encoder stack. cross_attention is None where the layers do not read a memory.

    slots: of the memory that the layers read. norm: of the layers' inputs; memory_norm: of the slots that they read;
    head_norm: before the head of a decoder, None without one.
    """

    layers: int
    width: int
    vocabulary: int
    attention: AttentionConfig
    cross_attention: AttentionConfig | None
    feed_forward: FeedForwardConfig
    slots: int
    norm: NormKind
    memory_norm: NormKind
    head_norm: NormKind | None


@dataclass(frozen=True, slots=True)
class GateConfig:
    """A residual gate. kind "none" adds; per_slot: one gate a slot, else one a layer; init: weight of a new model.

    status: how a gate of kind elementwise or linear sees a slot: the mean over D, or a learned linear map of it.
    """

    kind: GateKind
    activation: Literal["sigmoid", "tanh"]
    per_slot: bool
    status: Literal["mean", "linear"]
    init: float


@dataclass(frozen=True, slots=True)
class MemoryNorms:
    """The kinds of the norms of memory attention: of the layers' mean, of slots that ask, of slots that write, and of
    the encoder's states.

    "rms" and "layer" are those of the other layers (the family's classic-rms, and layer without scale and gate); of
    the others, which rxt.nn.norm.MemoryNorm explains, the family's "rms" is "root-rms" and "layer" is "scaled-layer".
    """

    mean: MemoryNormKind
    interlayer: MemoryNormKind
    write: MemoryNormKind
    input: MemoryNormKind


@dataclass(frozen=True, slots=True)
class NormForm:
    """What stands beside a norm of slots: a scale for each dimension or slot, and a gate between x and norm(x)."""

    scale: NormScale = "none"
    gate: bool = False


@dataclass(frozen=True, slots=True)
class NormForms:
    """The forms of the norms of memory attention, in the places of MemoryNorms; "rms" and "layer" have none."""

    mean: NormForm = NormForm()
    interlayer: NormForm = NormForm()
    write: NormForm = NormForm()
    input: NormForm = NormForm()


@dataclass(frozen=True, slots=True)
class NormStart:
    """Of a new model: every gate (before its sigmoid) and every scale beside a norm of slots."""

    gate: float
    scale: float


@dataclass(frozen=True, slots=True)
class MemoryConfig:
    """Memory attention over L layers of S slots; variant None: to be read from the names of the weights."""

    layers: int
    slots: int
    width: int
    variant: MemoryVariant | None
    attention: AttentionConfig
    interlayer_attention: AttentionConfig
    norms: MemoryNorms
    norm_forms: NormForms
    norm_start: NormStart
    gate: GateConfig


@dataclass(frozen=True, slots=True)
class TokenIds:
    """Ids of the template's tokens."""

    pad: int
    bos: int
    eos: int
    query: int
    answer: int


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """A whole model. interaction_length: the most tokens that query and answer can have together.

    rope_layout: where the rotated halves of a head lie (rxt.nn.rope); None: to be told by the weights, or concatenated.
    fingerprint: SHA-256 of the canonical JSON it was read from; two models with equal fingerprints have equal shapes.
    """

    decoder: TransformerConfig
    encoder: TransformerConfig
    memory: MemoryConfig
    tokens: TokenIds
    interaction_length: int
    rope_layout: RopeLayout | None
    fingerprint: str

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ModelConfig:
        """Reads a hub config.json. Raises ConfigError naming what is missing, impossible or not supported."""
        decoder_part = Section(document, "decoder_config")
        encoder_part = Section(document, "encoder_config")
        memory_part = Section(document, "memory_attention_config")
        refuse_unsupported(document)
        decoder = _transformer(decoder_part, is_decoder=True)
        encoder = _transformer(encoder_part, is_decoder=False)
        memory = _memory(memory_part, document)
        for part, what, value, other in (
            (encoder_part, "embed_dim", encoder.width, decoder.width),
            (encoder_part, "num_layers", encoder.layers, decoder.layers),
            (encoder_part, "vocab_size", encoder.vocabulary, decoder.vocabulary),
            (memory_part, "embed_dim", memory.width, decoder.width),
            (memory_part, "num_layers", memory.layers, decoder.layers),
            (decoder_part, "stm_size", decoder.slots, memory.slots),
        ):
            if value != other:
                raise ConfigError(f"{part.name}.{what} is {value}, but the rest of the model needs {other}")
        canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
        return cls(
            decoder=decoder,
            encoder=encoder,
            memory=memory,
            tokens=_tokens(Section(document, "tokenizer_config"), decoder.vocabulary),
            interaction_length=decoder_part.integer("seq_len"),
            rope_layout=_rope_layout(document.get("rope_layout")),
            fingerprint=hashlib.sha256(canonical.encode()).hexdigest(),
        )


KINDS = ("mha", "gqa", "mqa", "sqa")
_LIMIT_LAYERS = 1_000  # each is objects and names, not only numbers
_LIMIT_EXPERTS = 10_000


def _rope_layout(value: object) -> RopeLayout | None:
    if value not in (None, "concatenated", "interleaved"):
        raise ConfigError(f"rope_layout is {short(value)}; this version knows concatenated and interleaved")
    return value


def _attention(part: Section, prefix: str, width: int) -> AttentionConfig:
    """prefix: "" self or memory attention, "cross_" and "interlayer_" the others; what they leave out is as in ""."""
    heads = part.integer("att_heads")
    if width % heads or (width // heads) % 2:
        raise ConfigError(f"{part.name}: embed_dim {width} over att_heads {heads} must be an even whole number")
    own_kind = "att_type" if part.name == "memory_attention_config" else "self_att_type"
    kind = part.word(own_kind, "sqa", KINDS)
    groups, used = part.integer("att_groups", default=heads), part.integer("att_query_groups", default=heads)
    if prefix:
        kind = part.word(f"{prefix}att_type", kind, KINDS)
        groups = part.integer(f"{prefix}att_groups", default=groups)
        used = part.integer(f"{prefix}att_query_groups", default=used)
    query_heads = used if kind == "sqa" else heads
    kv_heads = {"mha": heads, "mqa": 1}.get(kind, groups)
    if query_heads % kv_heads and (kind != "sqa" or kv_heads % query_heads):
        raise ConfigError(f"{part.name}: {query_heads} query heads cannot share {kv_heads} kv heads evenly")
    return AttentionConfig(width, width // heads, query_heads, kv_heads)


def _transformer(part: Section, is_decoder: bool) -> TransformerConfig:
    width = part.integer("embed_dim")
    norm: NormKind = "rms" if part.flag("use_rms_norm", True) else "layer"
    reads_memory = is_decoder or not part.flag("skip_memory_cross_attention", False)
    return TransformerConfig(
        layers=part.integer("num_layers", most=_LIMIT_LAYERS),
        width=width,
        vocabulary=part.integer("vocab_size"),
        attention=_attention(part, "", width),
        cross_attention=_attention(part, "cross_", width) if reads_memory else None,
        feed_forward=_feed_forward(part, width),
        slots=part.integer("stm_size") if reads_memory else 0,
        norm=norm,
        memory_norm=norm,
        head_norm=norm if is_decoder and part.flag("use_head_norm", False) else None,
    )


def _feed_forward(part: Section, width: int) -> FeedForwardConfig:
    moe = part.flag("use_moe", False)
    experts = part.integer("num_experts", most=_LIMIT_EXPERTS) if moe else 0
    top_k = part.integer("moe_top_k") if moe else 0
    if top_k > experts:
        raise ConfigError(f"{part.name}.moe_top_k is {top_k}, but there are {experts} experts")
    return FeedForwardConfig(
        width=width,
        hidden=part.integer("ff_dim"),
        activation=part.word("ff_activation", "swish", ACTIVATIONS),
        gated=part.flag("use_gated", True),
        experts=experts,
        top_k=top_k,
    )


def _memory(part: Section, document: Mapping[str, Any]) -> MemoryConfig:
    variant = document.get("memory_attention_variant")
    if variant not in (None, "interlayer", "self-interlayer"):
        raise ConfigError(
            f"memory_attention_variant is {short(variant)}: memory attention of this kind is not supported; this "
            "version knows interlayer and self-interlayer"
        )
    if variant is None and part.integer("num_groups", default=1, least=0) > 1:
        raise ConfigError(
            f"{part.name}.num_groups asks for grouped memory attention, which is not supported by this version"
        )
    width = part.integer("embed_dim")
    norms, forms, start = _memory_norms(part, document[part.name])
    return MemoryConfig(
        layers=part.integer("num_layers", most=_LIMIT_LAYERS),
        slots=part.integer("stm_size"),
        width=width,
        variant=variant,
        attention=_attention(part, "", width),
        interlayer_attention=_attention(part, "interlayer_", width),
        norms=norms,
        norm_forms=forms,
        norm_start=start,
        gate=_gate(part),
    )


def _memory_norms(part: Section, written: Mapping[str, Any]) -> tuple[MemoryNorms, NormForms, NormStart]:
    """As a new model has them; the weights of a checkpoint tell what else it has (rxt.io.names.memory_norms)."""
    word = part.word("norm_type", "classic-rms", ("classic-rms", "layer", "rms", "adaptive", "positional"))
    fields = norm_fields(written)
    stated = Section({part.name: fields}, part.name)
    start = NormStart(stated.number("norm_init_gate", -2.0), stated.number("norm_init_scale", 1.0))
    per_dimension = stated.flag("norm_per_dim_scale", False)
    has_scale, has_gate = stated.flag("norm_use_scale", True), stated.flag("norm_use_gate", True)
    form = NormForm("width" if has_scale else "none", has_gate)
    if word == "classic-rms" or (word == "layer" and not fields):
        plain: NormKind = "layer" if word == "layer" else "rms"
        return MemoryNorms(plain, plain, plain, plain), NormForms(), start
    kind = cast("MemoryNormKind", {"rms": "root-rms", "layer": "scaled-layer"}.get(word, word))
    if kind == "positional":
        # A positional norm has a number a slot; the input norm sees tokens, and is the one that counts none of them.
        of_slots = NormForm("slot" if has_scale and not per_dimension else form.scale, has_gate)
        return MemoryNorms(kind, kind, kind, "root-rms"), NormForms(of_slots, of_slots, of_slots, form), start
    return MemoryNorms(kind, kind, kind, kind), NormForms(form, form, form, form), start


def _gate(part: Section) -> GateConfig:
    kind = part.word("residual_gate_type", "static", ("static", "elementwise", "linear"))
    if not part.flag("use_gated_residual", False):
        kind = "none"
    status = part.key_with("status")
    return GateConfig(
        kind=cast("GateKind", kind),
        activation="tanh" if part.flag("use_tanh_residual_gate", True) else "sigmoid",
        # The matrix of a linear gate has a row a slot; a smaller one is recognised by its shape when it is opened.
        per_slot=kind == "linear" or part.flag("residual_per_slot_gate", False),
        status="linear" if status and part.word(status, "mean", ("mean", "linear")) == "linear" else "mean",
        init=part.number("residual_gate_init", 0.0),
    )


def _tokens(part: Section, vocabulary: int) -> TokenIds:
    ids = {name: part.integer(f"{name}_token_id", least=0) for name in ("pad", "bos", "eos", "query", "answer")}
    for name, value in ids.items():
        if value >= vocabulary:
            raise ConfigError(f"tokenizer_config.{name}_token_id is {value}, outside the vocabulary of {vocabulary}")
    if len(set(ids.values())) != len(ids):
        raise ConfigError(f"tokenizer_config gives two special tokens the same id: {ids}")
    return TokenIds(**ids)
