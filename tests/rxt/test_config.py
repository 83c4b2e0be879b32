"""What a config.json says and what it means where it is silent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rxt.config import AttentionConfig, ModelConfig
from rxt.errors import ConfigError
from rxt.features import unknown_fields
from tests.rxt.tiny import LENGTH, WIDTH, document

USUAL: dict[str, dict[str, Any]] = {
    "decoder_config": {
        "ff_activation": "swish",
        "use_gated": True,
        "use_rms_norm": True,
        "use_head_norm": False,
        "use_moe": False,
        "self_att_type": "sqa",
        "cross_att_type": "sqa",
        "att_groups": 4,
        "att_query_groups": 4,
        "cross_att_groups": 4,
        "cross_att_query_groups": 4,
    },
    "memory_attention_config": {
        "norm_type": "classic-rms",
        "att_type": "sqa",
        "att_groups": 4,
        "att_query_groups": 4,
        "interlayer_att_type": "sqa",
        "interlayer_att_groups": 4,
        "interlayer_att_query_groups": 4,
        "use_gated_residual": False,
        "residual_gate_type": "static",
        "residual_per_slot_gate": False,
        "use_tanh_residual_gate": True,
        "residual_gate_init": 0.0,
        "residual_gate_status_type": "mean",
        "norm_init_gate": -2.0,
        "norm_init_scale": 1.0,
        "norm_use_scale": True,
        "norm_use_gate": True,
        "norm_per_dim_scale": False,
        "num_groups": 1,
    },
}
USUAL["encoder_config"] = {**USUAL["decoder_config"], "skip_memory_cross_attention": False}


def config_of(changes: dict[str, dict[str, Any]], **choices: Any) -> ModelConfig:
    """Of `document(**choices)` with some fields of some sections changed."""
    parsed = document(**choices)
    for section, fields in changes.items():
        parsed[section].update(fields)
    return ModelConfig.from_json(parsed)


@pytest.mark.parametrize("stated", [{}, {"use_gated_residual": True}, {"norm_type": "positional"}])
def test_that_a_silent_config_means_what_is_usual_in_the_family(stated: dict[str, Any]) -> None:
    """stated: what a memory_attention_config says besides."""
    section = "memory_attention_config"
    nothing: dict[str, dict[str, Any]] = {name: dict.fromkeys(fields) for name, fields in USUAL.items()}
    said, silent = (config_of({**part, section: {**part[section], **stated}}) for part in (USUAL, nothing))
    assert replace(silent, fingerprint="") == replace(said, fingerprint="")


def test_that_an_attention_of_no_stated_kind_has_the_heads_that_are_stated() -> None:
    stack, memory = ("self_att_type", "cross_att_type"), ("att_type", "interlayer_att_type")
    fields = {"decoder_config": stack, "encoder_config": stack, "memory_attention_config": memory}
    silent = config_of({section: dict.fromkeys(names) for section, names in fields.items()}, kind="sqa")
    assert replace(silent, fingerprint="") == replace(config_of({}, kind="sqa"), fingerprint="")


@pytest.mark.parametrize(("kind", "heads"), [("mha", (8, 8)), ("gqa", (8, 2)), ("mqa", (8, 1)), ("sqa", (4, 2))])
def test_that_the_kind_of_an_attention_says_how_many_heads_ask_and_are_asked(kind: str, heads: tuple[int, int]) -> None:
    fields = {"att_heads": 8, "att_groups": 2, "att_query_groups": 4}
    stack, memory = {**fields, "self_att_type": kind}, {**fields, "att_type": kind}
    config = config_of({"decoder_config": stack, "encoder_config": stack, "memory_attention_config": memory})
    expected = AttentionConfig(WIDTH, WIDTH // 8, *heads)
    assert (config.decoder.attention, config.encoder.attention, config.memory.attention) == (expected,) * 3


@pytest.mark.parametrize(
    ("section", "own", "other"),
    [("decoder_config", "self_att_type", "cross_"), ("memory_attention_config", "att_type", "interlayer_")],
)
def test_that_a_second_attention_is_as_the_first_but_for_what_it_states(section: str, own: str, other: str) -> None:
    names = ("att_type", "att_groups", "att_query_groups")

    def read(first: tuple[str, int, int], stated: dict[str, Any]) -> AttentionConfig | None:
        fields = dict(zip((own, *names[1:]), first, strict=True)) | {f"{other}{name}": None for name in names}
        config = config_of({section: {**fields, **{f"{other}{name}": value for name, value in stated.items()}}})
        return config.decoder.cross_attention if other == "cross_" else config.memory.interlayer_attention

    def heads(query: int, kv: int) -> AttentionConfig:
        return AttentionConfig(WIDTH, WIDTH // 4, query, kv)

    assert read(("sqa", 1, 2), {}) == heads(2, 1)
    assert read(("gqa", 1, 2), {}) == heads(4, 1)
    assert read(("sqa", 1, 2), {"att_type": "mha"}) == heads(4, 4)
    assert read(("sqa", 1, 2), {"att_groups": 2}) == heads(2, 2)
    assert read(("sqa", 1, 2), {"att_query_groups": 4}) == heads(4, 1)


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        ("encoder_config", "embed_dim", 32),
        ("encoder_config", "num_layers", 3),
        ("encoder_config", "vocab_size", 41),
        ("memory_attention_config", "embed_dim", 32),
        ("memory_attention_config", "num_layers", 3),
        ("decoder_config", "stm_size", 4),
    ],
)
def test_that_parts_of_a_model_that_do_not_fit_each_other_are_refused(section: str, field: str, value: int) -> None:
    with pytest.raises(ConfigError, match=rf"{section}\.{field} is {value}, but the rest of the model needs"):
        config_of({section: {field: value}})


def test_that_an_encoder_may_read_another_number_of_slots_than_the_memory_has() -> None:
    assert config_of({"encoder_config": {"stm_size": 7}}, encoder_reads=True).encoder.slots == 7


@pytest.mark.parametrize(("kind", "query", "kv"), [("gqa", 4, 3), ("gqa", 4, 8), ("sqa", 2, 3), ("sqa", 3, 2)])
def test_that_heads_that_cannot_share_are_refused(kind: str, query: int, kv: int) -> None:
    fields = {"self_att_type": kind, "att_query_groups": query, "att_groups": kv}
    with pytest.raises(ConfigError, match=f"{query} query heads cannot share {kv} kv heads"):
        config_of({"decoder_config": fields})


@pytest.mark.parametrize("heads", [3, 16])
def test_that_a_head_that_has_no_pairs_to_rotate_is_refused(heads: int) -> None:
    with pytest.raises(ConfigError, match=f"embed_dim 16 over att_heads {heads} must be an even whole number"):
        config_of({"decoder_config": {"att_heads": heads}})


def test_that_more_experts_cannot_be_chosen_than_there_are() -> None:
    fields = {"use_moe": True, "num_experts": 3}
    assert config_of({"decoder_config": {**fields, "moe_top_k": 3}}).decoder.feed_forward.top_k == 3
    with pytest.raises(ConfigError, match="moe_top_k is 4, but there are 3 experts"):
        config_of({"decoder_config": {**fields, "moe_top_k": 4}})


def test_that_a_linear_gate_has_a_row_a_slot_whatever_the_config_says() -> None:
    assert config_of({}, gate="linear", per_slot=False).memory.gate.per_slot


def test_that_an_interaction_is_as_long_as_the_decoder_reads() -> None:
    assert config_of({"encoder_config": {"seq_len": 99}}).interaction_length == LENGTH


@pytest.mark.parametrize(
    ("value", "words"), [(True, "must be a whole number"), (None, r"lacks decoder_config\.seq_len")]
)
def test_that_a_length_that_is_no_number_or_missing_is_refused(value: object, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        config_of({"decoder_config": {"seq_len": value}})


def test_that_a_fingerprint_does_not_depend_on_the_order_of_fields() -> None:
    parsed = document()
    turned = {name: parsed[name] for name in reversed(parsed)}
    turned["decoder_config"] = dict(reversed(parsed["decoder_config"].items()))
    assert ModelConfig.from_json(turned) == ModelConfig.from_json(parsed)
    parsed["decoder_config"]["att_dropout"] = 0.1
    assert ModelConfig.from_json(turned).fingerprint != ModelConfig.from_json(parsed).fingerprint


def test_that_a_field_of_a_status_is_known_in_memory_attention_alone() -> None:
    parsed = document()
    for section in ("memory_attention_config", "decoder_config"):
        parsed[section]["gate_status"] = "mean"
    assert unknown_fields(parsed) == ("decoder_config.gate_status",)


def test_that_no_field_that_a_published_config_has_is_noted() -> None:
    parsed = document(experts=4, head_norm=True)
    for section, fields in USUAL.items():
        parsed[section].update({field: True for field in fields if not field.startswith("norm_")})
    for section in ("decoder_config", "encoder_config", "memory_attention_config"):
        parsed[section] |= {"rope_base": 10_000, "rope_theta": 10_000, "use_flash_attention": True, "log_level": 1}
    parsed |= {"tokenizer": "sentence", "rope_layout": "interleaved", "model_type": "rxt", "torch_dtype": "float32"}
    assert unknown_fields(parsed) == ()
