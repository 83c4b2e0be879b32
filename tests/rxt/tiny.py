"""Tiny models with random weights: every shape of the family in milliseconds."""

from __future__ import annotations

from typing import Any

import torch

from rxt.config import ModelConfig
from rxt.model.reactive_transformer import ReactiveTransformer

LAYERS, SLOTS, WIDTH, HEAD_DIM, VOCABULARY, LENGTH = 2, 3, 16, 4, 40, 24


def document(
    kind: str = "sqa",
    experts: int = 0,
    gated: bool = True,
    activation: str = "swish",
    variant: str | None = "self-interlayer",
    gate: str = "elementwise",
    tanh: bool = False,
    per_slot: bool = True,
    vocabulary: int = VOCABULARY,
) -> dict[str, Any]:
    """A config.json of 2 layers, 3 slots, width 16 with 4 heads; sqa uses 2 query heads and 1 kv head of them."""
    heads = {"att_heads": WIDTH // HEAD_DIM, "att_groups": {"sqa": 1}.get(kind, 2), "att_query_groups": 2}
    stack = {
        **heads,
        "num_layers": LAYERS,
        "vocab_size": vocabulary,
        "embed_dim": WIDTH,
        "ff_dim": 12,
        "ff_activation": activation,
        "use_gated": gated,
        "seq_len": LENGTH,
        "stm_size": SLOTS,
        "self_att_type": kind,
        "cross_att_type": kind,
        "cross_att_groups": heads["att_groups"],
        "cross_att_query_groups": 2,
    }
    experts_part = {"use_moe": True, "num_experts": experts, "moe_top_k": 2} if experts else {}
    memory = {
        **heads,
        "num_layers": LAYERS,
        "embed_dim": WIDTH,
        "stm_size": SLOTS,
        "att_type": kind,
        "interlayer_att_type": kind,
        "interlayer_att_groups": heads["att_groups"],
        "interlayer_att_query_groups": 2,
        "use_gated_residual": gate != "none",
        "residual_gate_type": "static" if gate == "none" else gate,
        "residual_per_slot_gate": per_slot,
        "use_tanh_residual_gate": tanh,
    }
    tokens = {"pad": 0, "bos": 2, "eos": 3, "query": 5, "answer": 6}
    return {
        "decoder_config": {**stack, **experts_part},
        "encoder_config": {**stack, "skip_memory_cross_attention": True},
        "memory_attention_config": memory,
        "memory_attention_variant": variant,
        "tokenizer_config": {f"{word}_token_id": token for word, token in tokens.items()},
    }


@torch.no_grad()
def randomise(model: ReactiveTransformer, seed: int = 0) -> None:
    """Every weight random, so that none hides behind a zero or a one."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        parameter.copy_(0.4 * torch.randn(parameter.shape, generator=generator) + ("norm" in name))


def tiny_model(seed: int = 0, **choices: Any) -> ReactiveTransformer:
    """A model of `document(**choices)` in evaluation mode."""
    model = ReactiveTransformer(ModelConfig.from_json(document(**choices)))
    randomise(model, seed)
    return model.eval().requires_grad_(False)
