"""The published sizes of the family, as config.json documents (model card of RxT-Beta-Micro-Supervised).

The Alpha sizes are from their own cards; where the counts of a card are not met, the preset says by how much.
"""

from __future__ import annotations

from typing import Any

from rxt.errors import ModelError

TOKEN_IDS = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3, "query_token_id": 5, "answer_token_id": 6}


def _rxt_beta_micro() -> dict[str, Any]:
    """270M: 42 experts of which 4 are active in the decoder, a dense encoder, self/interlayer memory attention."""
    shared = {
        "num_layers": 14,
        "vocab_size": 32_000,
        "embed_dim": 256,
        "ff_activation": "swish",
        "use_gated": True,
        "use_rms_norm": True,
        "seq_len": 1024,
        "stm_size": 1024,
        "self_att_type": "sqa",
        "att_heads": 16,
        "att_query_groups": 8,
        "cross_att_type": "sqa",
        "cross_att_groups": 4,
        "cross_att_query_groups": 8,
    }
    return {
        "decoder_config": {
            **shared,
            "ff_dim": 512,
            "att_groups": 4,
            "use_moe": True,
            "num_experts": 42,
            "moe_top_k": 4,
        },
        "encoder_config": {**shared, "ff_dim": 768, "att_groups": 8, "skip_memory_cross_attention": True},
        "memory_attention_config": {
            "num_layers": 14,
            "embed_dim": 256,
            "seq_len": 1024,
            "stm_size": 1024,
            "norm_type": "classic-rms",
            "att_type": "sqa",
            "att_heads": 16,
            "att_query_groups": 8,
            "att_groups": 8,
            "interlayer_att_type": "sqa",
            "interlayer_att_query_groups": 8,
            "interlayer_att_groups": 8,
            "use_gated_residual": True,
            "residual_gate_type": "elementwise",
            "residual_per_slot_gate": True,
            "use_tanh_residual_gate": False,
            "residual_gate_init": 0.0,
        },
        "memory_attention_variant": "self-interlayer",
        "tokenizer_config": TOKEN_IDS,
    }


def _rxt_alpha_micro() -> dict[str, Any]:
    """12M: 12 experts of which 2 are active in the decoder, a dense encoder, interlayer memory attention.

    Parameters as counted here and on the card: decoder 9.5M (about 9M), active 3.5M (3.5M), memory attention 1.2M
    (1.2M), encoder with the embedding that it shares 2.05M (1.9M: 0.15M less, and what the card leaves out is not
    known), all with one embedding 11.7M (12M). The card names RMS norms; for memory attention the classic one is taken.
    """
    return _rxt_alpha(layers=6, width=128, heads=8, used=4, vocabulary=7_500, length=256, experts=12, hidden=256)


def _rxt_alpha_mini() -> dict[str, Any]:
    """82M, if its memory attention is as assumed: 16 experts of which 2 are active in the decoder, a dense encoder.

    Parameters as counted here and on the card: decoder 57.7M (about 60M), encoder with the embedding 8.3M (about 11M:
    the card does not tell what the rest is). Its memory attention was not published: that of the micro size, with
    8 query and 8 kv heads (18.9M), is an assumption, and checkpoints of this size may have another.
    """
    return _rxt_alpha(layers=8, width=256, heads=16, used=8, vocabulary=10_000, length=1024, experts=16, hidden=512)


def _rxt_alpha(
    layers: int, width: int, heads: int, used: int, vocabulary: int, length: int, experts: int, hidden: int
) -> dict[str, Any]:
    """used: query heads, and kv heads, of every attention. length: of an interaction, and the slots of a layer."""
    shared = {
        "num_layers": layers,
        "vocab_size": vocabulary,
        "embed_dim": width,
        "ff_activation": "swish",
        "use_gated": True,
        "use_rms_norm": True,
        "seq_len": length,
        "stm_size": length,
        "self_att_type": "sqa",
        "att_heads": heads,
        "att_groups": used,
        "att_query_groups": used,
        "cross_att_type": "sqa",
        "cross_att_groups": used,
        "cross_att_query_groups": used,
    }
    return {
        "decoder_config": {**shared, "ff_dim": hidden, "use_moe": True, "num_experts": experts, "moe_top_k": 2},
        "encoder_config": {**shared, "ff_dim": hidden * 3 // 2, "skip_memory_cross_attention": True},
        "memory_attention_config": {
            "num_layers": layers,
            "embed_dim": width,
            "seq_len": length,
            "stm_size": length,
            "norm_type": "classic-rms",
            "att_type": "sqa",
            "att_heads": heads,
            "att_groups": used,
            "att_query_groups": used,
            "interlayer_att_type": "sqa",
            "interlayer_att_groups": used,
            "interlayer_att_query_groups": used,
            "use_gated_residual": True,
            "residual_gate_type": "linear",
            "residual_per_slot_gate": True,
            "use_tanh_residual_gate": False,
            "residual_gate_init": 0.0,
        },
        "memory_attention_variant": "interlayer",
        "tokenizer_config": TOKEN_IDS,
    }


_PRESETS = {"rxt-beta-micro": _rxt_beta_micro, "rxt-alpha-micro": _rxt_alpha_micro, "rxt-alpha-mini": _rxt_alpha_mini}
PRESETS = tuple(_PRESETS)


def preset(name: str) -> dict[str, Any]:
    """The config.json of a published size. Raises ModelError naming the sizes that are known."""
    if name not in _PRESETS:
        raise ModelError(f"there is no preset {name!r}; known are {', '.join(PRESETS)}")
    return _PRESETS[name]()
