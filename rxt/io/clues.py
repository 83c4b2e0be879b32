"""What config.json leaves open and the names of the weights tell: variant, norms, gates, rotary layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rxt.config import GateConfig, MemoryConfig, ModelConfig, NormKind, TransformerConfig
from rxt.features import unknown_fields
from rxt.io.names import HEAD_NORM, MIX_GATES, Shapes, aliases, gate_leaves, memory_norms, stacked_experts
from rxt.section import short_name

_MOST = 20
"""Unknown fields that are named, and not only counted."""


def complete(config: ModelConfig, document: Mapping[str, Any], stored: Shapes) -> tuple[ModelConfig, tuple[str, ...]]:
    """The configuration without open ends, and sentences about what had to be assumed.

    stored: the tensors of the checkpoint, by their names, with their shapes. Raises ModelError for a norm of slots
    where there are none.
    """
    fields = unknown_fields(document)
    notes = [f"config.json sets {short_name(name)}, which is not known here and was ignored" for name in fields[:_MOST]]
    if len(fields) > _MOST:
        notes.append(f"config.json sets {len(fields) - _MOST} more fields that are not known here and were ignored")
    if document["encoder_config"].get("use_head_norm"):
        notes.append("config.json sets encoder_config.use_head_norm, which was ignored: an encoder has no head")
    stacked = stacked_experts(stored.keys())
    layout = config.rope_layout or ("interleaved" if stacked else "concatenated")
    if config.memory.variant is None and config.memory.gate.kind == "none":
        notes.append("Nothing tells the variant of memory attention; it is taken to be self-interlayer")
    completed = replace(
        config,
        decoder=_stack(config.decoder, "decoder", document, stored, config),
        encoder=_stack(config.encoder, "encoder", document, stored, config),
        memory=_memory(config, stored),
        rope_layout=layout,
    )
    return completed, tuple(notes)


def _kind(stored: Shapes, norm: str) -> NormKind:
    """Layer norms have a bias."""
    return "layer" if f"{norm}.bias" in stored else "rms"


def _stack(
    stack: TransformerConfig, name: str, document: Mapping[str, Any], stored: Shapes, config: ModelConfig
) -> TransformerConfig:
    norm = stack.norm
    if document[f"{name}_config"].get("use_rms_norm") is None:
        norm = _kind(stored, f"{name}.model.layers.0.norm1")
    head_norm = stack.head_norm
    if head_norm is not None:
        other = aliases(stored, config).get(f"{HEAD_NORM}.weight", f"{HEAD_NORM}.weight")
        head_norm = _kind(stored, other.removesuffix(".weight"))
    memory_norm = _kind(stored, f"{name}.model.layers.0.stm_norm")
    return replace(stack, norm=norm, memory_norm=memory_norm, head_norm=head_norm)


def _memory(config: ModelConfig, stored: Shapes) -> MemoryConfig:
    memory = config.memory
    variant = memory.variant
    if variant is None:
        mixes = memory.gate.kind == "none" or any(name.startswith(MIX_GATES) for name in stored)
        variant = "self-interlayer" if mixes else "interlayer"
    norms, forms = memory_norms(stored, config)
    return replace(memory, variant=variant, norms=norms, norm_forms=forms, gate=_gate(config, stored))


def _gate(config: ModelConfig, stored: Shapes) -> GateConfig:
    gate, prefix = config.memory.gate, "memory_attention.model.residual_gate_layers.0."
    leaves = {name.removeprefix(prefix): shape for name, shape in stored.items() if name.startswith(prefix)}
    found = gate_leaves(leaves, config)
    if "status.weight" in found and gate.kind in ("elementwise", "linear"):
        gate = replace(gate, status="linear")
    matrix = list(leaves.get(found.get("gate.weight", ""), ()))
    if gate.kind == "linear" and len(matrix) == 2:
        gate = replace(gate, per_slot=matrix[0] == config.memory.slots)
    return gate
