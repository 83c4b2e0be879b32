"""Typed configuration of a Reactive Transformer, read from a hub `config.json`. Required fields have no defaults.

Letters: D width, d head dimension, H query heads, G kv heads, E experts, L layers, S slots, V vocabulary.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rxt.errors import ConfigError

MemoryVariant = Literal["self-interlayer", "interlayer"]


@dataclass(frozen=True, slots=True)
class AttentionConfig:
    """Sparse query attention: H of D / head_dim possible query heads are used, with G kv heads (arXiv 2510.01817)."""

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
    """A decoder or encoder stack. cross_attention is None where the layers do not read a memory."""

    layers: int
    width: int
    vocabulary: int
    attention: AttentionConfig
    cross_attention: AttentionConfig | None
    feed_forward: FeedForwardConfig


@dataclass(frozen=True, slots=True)
class GateConfig:
    """A residual gate. kind "none" adds; per_slot: one weight a slot, else one a layer; init: weight of a new model."""

    kind: Literal["none", "static", "elementwise"]
    activation: Literal["sigmoid", "tanh"]
    per_slot: bool
    init: float


@dataclass(frozen=True, slots=True)
class MemoryConfig:
    """Memory attention over L layers of S slots; variant None: to be read from the names of the weights."""

    layers: int
    slots: int
    width: int
    variant: MemoryVariant | None
    attention: AttentionConfig
    interlayer_attention: AttentionConfig
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

    fingerprint: SHA-256 of the canonical JSON it was read from; two models with equal fingerprints have equal shapes.
    """

    decoder: TransformerConfig
    encoder: TransformerConfig
    memory: MemoryConfig
    tokens: TokenIds
    interaction_length: int
    fingerprint: str

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ModelConfig:
        """Reads a hub config.json. Raises ConfigError naming what is missing, impossible or not supported."""
        decoder_part = _Section(document, "decoder_config")
        encoder_part = _Section(document, "encoder_config")
        memory_part = _Section(document, "memory_attention_config")
        decoder = _transformer(decoder_part, reads_memory=True)
        encoder = _transformer(encoder_part, reads_memory=False)
        memory = _memory(memory_part, document.get("memory_attention_variant"))
        for part, what, value, other in (
            (encoder_part, "embed_dim", encoder.width, decoder.width),
            (encoder_part, "num_layers", encoder.layers, decoder.layers),
            (encoder_part, "vocab_size", encoder.vocabulary, decoder.vocabulary),
            (memory_part, "embed_dim", memory.width, decoder.width),
            (memory_part, "num_layers", memory.layers, decoder.layers),
            (decoder_part, "stm_size", decoder_part.integer("stm_size"), memory.slots),
        ):
            if value != other:
                raise ConfigError(f"{part.name}.{what} is {value}, but the rest of the model needs {other}")
        canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
        return cls(
            decoder=decoder,
            encoder=encoder,
            memory=memory,
            tokens=_tokens(_Section(document, "tokenizer_config"), decoder.vocabulary),
            interaction_length=decoder_part.integer("seq_len"),
            fingerprint=hashlib.sha256(canonical.encode()).hexdigest(),
        )


_LIMIT = 1_000_000  # no dimension of this family comes near; larger values are damage, and would allocate
_LIMIT_LAYERS = 1_000  # each is objects and names, not only numbers
_LIMIT_EXPERTS = 10_000


class _Section:
    """One object of config.json, with typed reads that name the field when they fail."""

    def __init__(self, document: Mapping[str, Any], name: str) -> None:
        values = document.get(name)
        if not isinstance(values, Mapping):
            raise ConfigError(f"config.json has no object {name!r}")
        self.name = name
        self._values = values

    def integer(self, key: str, default: int | None = None, least: int = 1, most: int = _LIMIT) -> int:
        value = self._values.get(key)
        if value is None:
            value = default
        if value is None:
            raise ConfigError(f"config.json lacks {self.name}.{key}")
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ConfigError(f"{self.name}.{key} must be a whole number from {least} to {most}, not {value!r}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            raise ConfigError(f"{self.name}.{key} must be true or false, not {value!r}")
        return value

    def number(self, key: str, default: float) -> float:
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LIMIT:
            raise ConfigError(f"{self.name}.{key} must be a number within ±{_LIMIT}, not {value!r}")
        return float(value)

    def word(self, key: str, default: str, known: tuple[str, ...]) -> str:
        value = self._values.get(key, default)
        if value not in known:
            raise ConfigError(f"{self.name}.{key} is {value!r}; this version knows {', '.join(known)}")
        return str(value)

    def refuse(self, *features: str) -> None:
        for key in features:
            if self._values.get(key):
                raise ConfigError(f"{self.name}.{key} is not supported by this version, so the model was not opened")


def _attention(part: _Section, prefix: str, width: int) -> AttentionConfig:
    heads = part.integer("att_heads")
    if width % heads or (width // heads) % 2:
        raise ConfigError(f"{part.name}: embed_dim {width} over att_heads {heads} must be an even whole number")
    kind_key = {"": "self_att_type", "cross_": "cross_att_type", "interlayer_": "interlayer_att_type"}[prefix]
    if part.name == "memory_attention_config" and not prefix:
        kind_key = "att_type"
    kind = part.word(kind_key, "sqa", ("mha", "gqa", "mqa", "sqa"))
    groups = part.integer(f"{prefix}att_groups", default=heads)
    query_heads = part.integer(f"{prefix}att_query_groups", default=heads) if kind == "sqa" else heads
    kv_heads = {"mha": heads, "mqa": 1}.get(kind, groups)
    if query_heads % kv_heads:
        raise ConfigError(f"{part.name}: {query_heads} query heads cannot share {kv_heads} kv heads evenly")
    return AttentionConfig(width, width // heads, query_heads, kv_heads)


def _transformer(part: _Section, reads_memory: bool) -> TransformerConfig:
    part.refuse("num_shared_experts", "use_head_norm", "use_attention_gate", "stateless_layers_config")
    if not part.flag("use_rms_norm", True):
        raise ConfigError(f"{part.name}.use_rms_norm is false; this version knows RMS normalisation only")
    if not reads_memory and not part.flag("skip_memory_cross_attention", False):
        raise ConfigError(f"{part.name}.skip_memory_cross_attention is not true; this version knows no other encoder")
    width = part.integer("embed_dim")
    moe = part.flag("use_moe", False)
    experts = part.integer("num_experts", most=_LIMIT_EXPERTS) if moe else 0
    top_k = part.integer("moe_top_k") if moe else 0
    if top_k > experts:
        raise ConfigError(f"{part.name}.moe_top_k is {top_k}, but there are {experts} experts")
    return TransformerConfig(
        layers=part.integer("num_layers", most=_LIMIT_LAYERS),
        width=width,
        vocabulary=part.integer("vocab_size"),
        attention=_attention(part, "", width),
        cross_attention=_attention(part, "cross_", width) if reads_memory else None,
        feed_forward=FeedForwardConfig(
            width=width,
            hidden=part.integer("ff_dim"),
            activation=part.word("ff_activation", "swish", ("swish", "silu", "relu", "gelu")),
            gated=part.flag("use_gated", True),
            experts=experts,
            top_k=top_k,
        ),
    )


def _memory(part: _Section, variant: object) -> MemoryConfig:
    part.word("norm_type", "classic-rms", ("classic-rms",))
    part.refuse("num_groups")
    if variant not in (None, "interlayer", "self-interlayer"):
        raise ConfigError(f"memory_attention_variant is {variant!r}; this version knows interlayer and self-interlayer")
    width = part.integer("embed_dim")
    gated = part.flag("use_gated_residual", False)
    kind = part.word("residual_gate_type", "static", ("static", "elementwise")) if gated else "none"
    return MemoryConfig(
        layers=part.integer("num_layers", most=_LIMIT_LAYERS),
        slots=part.integer("stm_size"),
        width=width,
        variant=variant,
        attention=_attention(part, "", width),
        interlayer_attention=_attention(part, "interlayer_", width),
        gate=GateConfig(
            kind=kind,  # type: ignore[arg-type]
            activation="tanh" if part.flag("use_tanh_residual_gate", True) else "sigmoid",
            per_slot=part.flag("residual_per_slot_gate", False),
            init=part.number("residual_gate_init", 0.0),
        ),
    )


def _tokens(part: _Section, vocabulary: int) -> TokenIds:
    ids = {
        field: part.integer(f"{word}_token_id", least=0)
        for field, word in (("pad", "pad"), ("bos", "bos"), ("eos", "eos"), ("query", "query"), ("answer", "answer"))
    }
    for field, value in ids.items():
        if value >= vocabulary:
            raise ConfigError(f"tokenizer_config.{field}_token_id is {value}, outside the vocabulary of {vocabulary}")
    if len(set(ids.values())) != len(ids):
        raise ConfigError(f"tokenizer_config gives two special tokens the same id: {ids}")
    return TokenIds(**ids)
