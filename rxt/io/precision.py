"""The number format of dtype="auto": the rule, by device and model.

| device | format |
|---|---|
| a processor, with a C compiler, and a model that reads 10 million weights a token or more | int8 |
| a processor otherwise | float32: half precision is slower there without the compiled step, and small models are fast |
| a CUDA device | bfloat16 where it computes in it, else float16 |
| an Apple GPU | float16 |
"""

from __future__ import annotations

import torch

from rxt.io.compiler import compiled
from rxt.model.compilable import active_weights, is_compilable
from rxt.model.reactive_transformer import ReactiveTransformer

LARGE = 10 * 2**20
"""Weights read per token from which int8 is faster: so many come from main memory, not from the cache."""


def best_precision(model: ReactiveTransformer, device: str) -> str:
    """One of "float32", "bfloat16", "float16" or "int8", for a model that may still be without weights."""
    kind = device.partition(":")[0]
    if kind == "cuda":
        return "bfloat16" if torch.cuda.is_available() and has_bfloat16(device) else "float16"
    if kind == "mps":
        return "float16"
    pays = kind == "cpu" and is_compilable(model.config.decoder) and active_weights(model) >= LARGE
    return "int8" if pays and compiled() is not None else "float32"


def has_bfloat16(device: str) -> bool:
    """Whether a device computes with such numbers; graphics cards before 2020 only imitate them, slowly."""
    if torch.device(device).type != "cuda":
        return True
    with torch.cuda.device(device):  # torch answers for the current one
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
