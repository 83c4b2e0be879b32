"""What a config.json asks for beyond what is read: features that change the numbers are refused, the rest is noted.

The family keeps growing, and a field that is not understood may mean another model. Fields whose meaning is known and
not computed here are refused by the name of the feature; fields that are only unknown do not prevent a model from
opening, because the names and shapes of its weights are checked strictly, but are told to the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rxt.errors import ConfigError
from rxt.section import short_name

ROPE_BASE = 10_000.0

_STACK = frozenset({
    "num_layers", "vocab_size", "embed_dim", "ff_dim", "ff_activation", "use_gated", "use_rms_norm",
    "use_head_norm", "seq_len", "stm_size", "self_att_type", "cross_att_type", "att_heads", "att_groups",
    "att_query_groups", "cross_att_groups", "cross_att_query_groups", "rope_base", "rope_theta", "use_moe",
    "num_experts", "moe_top_k", "skip_memory_cross_attention",
})  # fmt: skip
_MEMORY = frozenset({
    "num_layers", "embed_dim", "seq_len", "stm_size", "norm_type", "att_type", "att_heads", "att_groups",
    "att_query_groups", "interlayer_att_type", "interlayer_att_groups", "interlayer_att_query_groups",
    "use_gated_residual", "residual_gate_type", "residual_per_slot_gate", "use_tanh_residual_gate",
    "residual_gate_init", "num_groups", "rope_base", "rope_theta",
})  # fmt: skip
_SECTIONS = {
    "decoder_config": _STACK,
    "encoder_config": _STACK,
    "memory_attention_config": _MEMORY,
    "tokenizer_config": frozenset(f"{name}_token_id" for name in ("pad", "bos", "eos", "query", "answer")),
}
_TOP_LEVEL = {*_SECTIONS, "memory_attention_variant", "tokenizer", "rope_layout"}
_HARMLESS = re.compile(
    r".*dropout|use_flash_attention|.*_token_id|is_causal|model_type|architectures|.*debug.*|log_.*|.*logging|torch_dtype|dtype"
    r"|transformers_version|library_name|use_(grad(ient)?_)?checkpoint(ing)?"
)
"""Names that change how a model is trained, run or filed, not what it computes."""

_NORM_FIELDS = ("use_gate", "use_scale", "per_dim_scale", "init_gate", "init_scale", "decay")
"""Of the norms of slots; decay serves the training that keeps ema_rms, and nothing here."""
_NORM_FIELD = re.compile(rf"(?:\w+_)?norm_({'|'.join(_NORM_FIELDS)})")
_NORM_OBJECT = re.compile(r"(?:\w+_)?norm(?:_\w+)?")

_FEATURES = {
    r".*shared_expert.*": "shared experts",
    r".*stateless.*": "stateless layers",
    r".*attention_gate.*|.*att_gate.*|.*gated_att.*": "gated attention",
    r".*(qk|query_key)_norm.*": "normalised queries and keys",
    r".*(sliding|local)_window.*|.*window_size": "windowed attention",
    r".*linear_att.*|.*delta_net.*": "linear attention",
    r"rope_(scaling|type).*|.*(alibi|yarn).*": "another position encoding",
    r".*soft_?cap.*": "capped logits",
    r"(use_)?tied?_.*|tie_word_embeddings": "a head tied to the embedding",
}


def unsupported_feature(key: str) -> str | None:
    """The feature that a field asks for and that is not computed here; None for any other field."""
    return next((feature for pattern, feature in _FEATURES.items() if re.fullmatch(pattern, key)), None)


def refuse_unsupported(document: Mapping[str, Any]) -> None:
    """Raises ConfigError where a field that is set asks for a feature that is not computed here."""
    for place, key, value in _fields(document):
        if value and re.fullmatch(r"rope_(base|theta)", key) and value != ROPE_BASE:
            raise ConfigError(f"{place} asks for another rotary base than {ROPE_BASE:g}, which is not supported")
        if value and (feature := unsupported_feature(key)):
            raise ConfigError(
                f"{short_name(place)} asks for {feature}, which this version cannot compute: it was not opened"
            )


def unknown_fields(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields that are set and neither read nor known to be harmless, as decoder_config.name, in the file's order."""
    return tuple(
        place
        for place, key, value in _fields(document)
        if value
        and key not in _SECTIONS.get(place.partition(".")[0], _TOP_LEVEL)
        and not _HARMLESS.fullmatch(key)
        and not (place.startswith("memory_attention_config.") and (is_gate_status(key) or _says_norms(key, value)))
    )


def norm_fields(memory: Mapping[str, Any]) -> dict[str, Any]:
    """What memory_attention_config says of its norms' scales and gates, as norm_use_gate, norm_use_scale, …

    Releases write norm_use_gate, or use_gate in an object norm_config or the like. null is as good as absent.
    """
    found: dict[str, Any] = {}
    for key, value in memory.items():
        if _NORM_OBJECT.fullmatch(key) and isinstance(value, Mapping):
            found.update({f"norm_{inner}": value[inner] for inner in _NORM_FIELDS if inner in value})
        elif match := _NORM_FIELD.fullmatch(key):
            found[f"norm_{match[1]}"] = value
    return {key: value for key, value in found.items() if value is not None}


def _says_norms(key: str, value: object) -> bool:
    """Whether a field of memory_attention_config is wholly read by norm_fields."""
    if isinstance(value, Mapping):
        return _NORM_OBJECT.fullmatch(key) is not None and value.keys() <= set(_NORM_FIELDS)
    return _NORM_FIELD.fullmatch(key) is not None


def is_gate_status(key: str) -> bool:
    """Whether a field of memory_attention_config says how a gate sees its slots: "mean" or "linear"."""
    return "status" in key


def _fields(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for key, value in document.items():
        if key not in _SECTIONS:
            yield key, key, value
        elif isinstance(value, Mapping):
            yield from ((f"{key}.{inner}", inner, content) for inner, content in value.items())
