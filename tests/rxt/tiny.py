"""Tiny models with random weights: every shape of the family in milliseconds."""

from __future__ import annotations

from typing import Any

import torch

from rxt.config import ModelConfig
from rxt.model.quantised import quantise_head, quantise_layer
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
    rms: bool = True,
    head_norm: bool = False,
    memory_norm: str = "classic-rms",
    status: str = "mean",
    encoder_reads: bool = False,
    encoder_experts: int = 0,
    encoder_gated: bool | None = None,
    layout: str | None = None,
    norm_fields: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A config.json of 2 layers, 3 slots, width 16 with 4 heads; sqa uses 2 query heads and 1 kv head of them.

    kind "sqa-reversed": sqa with 1 query head and 2 kv heads. status: how gates see a slot. encoder_reads: the encoder
    reads a stored memory. norm_fields: what memory_attention_config says besides of its norms.
    """
    used, groups = {"sqa": (2, 1), "sqa-reversed": (1, 2)}.get(kind, (2, 2))
    kind = kind.removesuffix("-reversed")
    heads = {"att_heads": WIDTH // HEAD_DIM, "att_groups": groups, "att_query_groups": used}
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
        "cross_att_query_groups": used,
        "use_rms_norm": rms,
    }
    experts_part = {"use_moe": True, "num_experts": experts, "moe_top_k": 2} if experts else {}
    encoder_part = {"use_moe": True, "num_experts": encoder_experts, "moe_top_k": 2} if encoder_experts else {}
    encoder_part |= {"use_gated": gated if encoder_gated is None else encoder_gated}
    if not encoder_reads:
        encoder_part |= {"skip_memory_cross_attention": True}
    memory = {
        **heads,
        "num_layers": LAYERS,
        "embed_dim": WIDTH,
        "stm_size": SLOTS,
        "att_type": kind,
        "interlayer_att_type": kind,
        "interlayer_att_groups": heads["att_groups"],
        "interlayer_att_query_groups": used,
        "norm_type": memory_norm,
        **(norm_fields or {}),
        "residual_gate_status_type": status,
        "use_gated_residual": gate != "none",
        "residual_gate_type": "static" if gate == "none" else gate,
        "residual_per_slot_gate": per_slot,
        "use_tanh_residual_gate": tanh,
    }
    tokens = {"pad": 0, "bos": 2, "eos": 3, "query": 5, "answer": 6}
    return {
        "decoder_config": {**stack, **experts_part, "use_head_norm": head_norm},
        "encoder_config": {**stack, **encoder_part},
        "memory_attention_config": memory,
        "memory_attention_variant": variant,
        "rope_layout": layout,
        "tokenizer_config": {f"{word}_token_id": token for word, token in tokens.items()},
    }


@torch.no_grad()
def randomise(model: ReactiveTransformer, seed: int = 0) -> None:
    """Every weight random, so that none hides behind a zero or a one."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        parameter.copy_(0.4 * torch.randn(parameter.shape, generator=generator) + ("norm" in name))
    for name, buffer in model.named_buffers():
        if name.endswith("ema_rms"):
            buffer.copy_(0.2 + 2 * torch.rand(buffer.shape, generator=generator))


def quantise_decoder(model: ReactiveTransformer) -> None:
    """The large matrices of the decoder in 8 bits."""
    for layer in model.decoder.typed_layers():
        quantise_layer(layer)
    quantise_head(model)


def tiny_model(seed: int = 0, **choices: Any) -> ReactiveTransformer:
    """A model of `document(**choices)` in evaluation mode."""
    model = ReactiveTransformer(ModelConfig.from_json(document(**choices)))
    randomise(model, seed)
    return model.eval().requires_grad_(False)
