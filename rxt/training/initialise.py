"""Random weights for a model that is about to be trained."""

from __future__ import annotations

import math

import torch
from torch import nn

from rxt.model.reactive_transformer import ReactiveTransformer

EMBEDDING_STD = 0.3


@torch.no_grad()
def initialise(model: ReactiveTransformer, seed: int, gate: float | None = None) -> None:
    """Fills every weight, the same for the same seed.

    Matrices: normal with standard deviation 1/sqrt(inputs); those that write into the residual are divided by
    sqrt(2 * layers). Biases 0, norms 1. gate: the residual gates' weight, by default the configuration's
    residual_gate_init. Norms of slots: their gates and scales as the configuration says, their stored measure 1.
    """
    generator = torch.Generator().manual_seed(seed)
    depth = math.sqrt(2 * model.config.decoder.layers)
    gate_weight = model.config.memory.gate.init if gate is None else gate
    start = model.config.memory.norm_start
    for name, buffer in model.named_buffers():
        if name.endswith("ema_rms"):
            nn.init.ones_(buffer)
    for name, parameter in model.named_parameters():
        leaf = name.rsplit(".", 1)[-1]
        if "norm" in name:
            value = {"bias": 0.0, "gate": start.gate, "scale": start.scale}.get(leaf, 1.0)
            nn.init.constant_(parameter, value)
        elif "_gate.weight" in name:
            nn.init.constant_(parameter, gate_weight)
        elif leaf.endswith("bias"):
            nn.init.zeros_(parameter)
        elif name == "embedding.weight":
            nn.init.normal_(parameter, std=EMBEDDING_STD, generator=generator)
        else:
            std = 1 / math.sqrt(parameter.shape[-1])
            into_residual = "out_proj" in name or "fc2" in name
            in_memory = name.startswith("memory_attention")
            nn.init.normal_(parameter, std=std / depth if into_residual and not in_memory else std, generator=generator)
