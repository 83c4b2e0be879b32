"""The published sizes of the family, as config.json documents (model card of RxT-Beta-Micro-Supervised)."""

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


_PRESETS = {"rxt-beta-micro": _rxt_beta_micro}
PRESETS = tuple(_PRESETS)


def preset(name: str) -> dict[str, Any]:
    """The config.json of a published size. Raises ModelError naming the sizes that are known."""
    if name not in _PRESETS:
        raise ModelError(f"there is no preset {name!r}; known are {', '.join(PRESETS)}")
    return _PRESETS[name]()
