"""The names of the published checkpoints for the tensors of this library, both ways.

Published checkpoints keep one tensor a layer of memory attention and one an expert; here they lie stacked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MEMORY = {
    "interlayer_attention": "mean_attention_layers.{}",
    "attention": "attention_layers.{}",
    "mean_norm": "mean_stm_norm",
    "interlayer_norm": "mean_memory_norm_layers.{}",
    "write_norm": "memory_norm_layers.{}",
    "input_norm": "memory_input_norm_layers.{}",
    "mix_gate.weight": "interlayer_gate_layers.{}.gate",
    "interlayer_gate.weight": "mean_residual_gate_layers.{}.gate",
    "write_gate.weight": "residual_gate_layers.{}.gate",
}
_EXPERTS = re.compile(r"(.*\.ff\.experts\.)fc([12])_(weight|bias)$")

EMBEDDING = "decoder.model.embedding.weight"
SHARED_EMBEDDING = "encoder.model.embedding.weight"
SELF_INTERLAYER_MARK = "memory_attention.model.interlayer_gate_layers.0.gate"
DERIVED = re.compile(r".*\.(rope\.(inv_freq|cache)|stm\.memory)$")
"""Buffers in published checkpoints that are computed here or belong to no layer: rotary tables and a live memory."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a published tensor lives: our tensor, and its index where that one is stacked."""

    key: str
    index: int | None


def published_name(key: str, index: int | None, gated: bool = True) -> str:
    """The published name of our tensor `key`, or of its part `index`."""
    if key == "embedding.weight":
        return EMBEDDING
    part, rest = key.split(".", 1)
    if part == "memory_attention":
        ours = rest if rest in _MEMORY else rest.split(".")[0]
        return f"memory_attention.model.{_MEMORY[ours].format(index)}{rest.removeprefix(ours)}"
    if match := _EXPERTS.match(rest):
        inner = "fc1.linear" if match[2] == "1" and gated else f"fc{match[2]}"
        return f"{part}.model.{match[1]}{index}.{inner}.{match[3]}"
    return f"{part}.model.{rest}"


def is_stacked(key: str) -> bool:
    """Whether our tensor holds one published tensor a layer or expert."""
    return _EXPERTS.match(key) is not None or (key.startswith("memory_attention.") and ".mean_norm." not in key)


def places(shapes: Iterable[tuple[str, int]], gated: bool = True) -> dict[str, Place]:
    """Published name -> place, for our tensors given as (name, first dimension)."""
    result = {}
    for key, first in shapes:
        for index in range(first) if is_stacked(key) else (None,):
            result[published_name(key, index, gated)] = Place(key, index)
    return result
