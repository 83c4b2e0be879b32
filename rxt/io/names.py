"""The names of the published checkpoints for the tensors of this library, both ways.

Published checkpoints keep one tensor a layer of memory attention and one an expert; here they lie stacked. A few names
are not known for certain or differ between releases; `aliases` says which others are accepted for them:

| tensor | written as | also read |
|---|---|---|
| a gate's weight w | `<gate layers>.N.gate` | `gate.weight` |
| a linear gate's matrix and bias | `<gate layers>.N.gate.weight`, `.gate.bias` | any other names |
| a gate's learned status | `<gate layers>.N.status.weight` [1, D], `.bias` [1] | any with "status" or that shape |
| all experts in one tensor | – | `ff.experts.*` with one digit, 1 or 2, and "bias" for biases: [E, …] |
| the first layer of a plain feed-forward | `ff.fc1.weight` | `ff.fc1.linear.weight` |
| the norm before the head | `decoder.model.head_norm.weight` | `decoder.model.{norm,final_norm,head.norm}.weight` |
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rxt.config import MemoryNormKind, MemoryNorms, ModelConfig, NormForm, NormForms, NormScale
from rxt.errors import ModelError

Shapes = Mapping[str, Sequence[int]]

_GATES = {
    "mix_gate": "interlayer_gate_layers.{}",
    "interlayer_gate": "mean_residual_gate_layers.{}",
    "write_gate": "residual_gate_layers.{}",
}
_MEMORY = {
    "interlayer_attention": "mean_attention_layers.{}",
    "attention": "attention_layers.{}",
    "mean_norm": "mean_stm_norm",
    "interlayer_norm": "mean_memory_norm_layers.{}",
    "write_norm": "memory_norm_layers.{}",
    "input_norm": "memory_input_norm_layers.{}",
    **_GATES,
}
_NORM_SITES = {"mean": "mean_norm", "interlayer": "interlayer_norm", "write": "write_norm", "input": "input_norm"}
_GATE_LEAVES = {"bias": "gate.bias", "status_weight": "status.weight", "status_bias": "status.bias"}
_EXPERTS = re.compile(r"(.*\.ff\.experts\.)fc([12])_(weight|bias)$")

EMBEDDING = "decoder.model.embedding.weight"
SHARED_EMBEDDING = "encoder.model.embedding.weight"
ENCODER_MEMORY = "encoder.model.stm.memory"
HEAD_NORM = "decoder.model.head_norm"
MIX_GATES = "memory_attention.model.interlayer_gate_layers."
DERIVED = re.compile(r".*\.(rope\.(inv_freq|cache)|stm\.memory)$")
"""Buffers in published checkpoints that are computed here or belong to no layer: rotary tables and a live memory."""

_PUBLISHED_GATE = re.compile(r"(memory_attention\.model\.(?:\w+_)?gate_layers\.\d+\.)(.+)")
_STACKED_EXPERTS = re.compile(r"((?:decoder|encoder)\.model\.layers\.\d+\.ff\.experts\.)(\D[^\d]*([12])[^\d]*)")
_HEAD_NORM = re.compile(r"decoder\.model\.(?:norm|final_norm|head\.norm)(\.weight|\.bias)")
_PLAIN_FIRST = re.compile(r"(.*\.ff\.(?:experts\.\d+\.)?fc1)\.linear(\.weight|\.bias)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a published tensor lives: our tensor, and its index where that one is stacked.

    loose: dimensions of size 1 may be written or left out. transposed: its last two dimensions are the other way round.
    """

    key: str
    index: int | None
    loose: bool = False
    transposed: bool = False


def published_name(key: str, index: int | None, config: ModelConfig) -> str:
    """The published name of our tensor `key`, or of its part `index`."""
    if key == "embedding.weight":
        return EMBEDDING
    if key == "encoder.memory":
        return ENCODER_MEMORY
    part, rest = key.split(".", 1)
    if part == "memory_attention":
        ours, leaf = rest.split(".", 1)
        if ours in _GATES:
            leaf = _GATE_LEAVES.get(leaf, "gate.weight" if config.memory.gate.kind == "linear" else "gate")
        return f"memory_attention.model.{_MEMORY[ours].format(index)}.{leaf}"
    if rest.startswith("head.norm."):
        return f"{HEAD_NORM}.{rest.removeprefix('head.norm.')}"
    if (match := _EXPERTS.match(rest)) and index is not None:
        gated = (config.decoder if part == "decoder" else config.encoder).feed_forward.gated
        inner = "fc1.linear" if match[2] == "1" and gated else f"fc{match[2]}"
        return f"{part}.model.{match[1]}{index}.{inner}.{match[3]}"
    return f"{part}.model.{rest}"


def places(ours: Shapes, config: ModelConfig, stacked: Collection[str] = ()) -> dict[str, Place]:
    """Published name -> place, for our tensors; stacked: the published prefixes of experts that lie in one tensor."""
    result = {}
    for key, shape in ours.items():
        is_gate = key.split(".")[1] in _GATES
        whole = published_name(key, None, config)
        is_stacked = any(whole.startswith(prefix) for prefix in stacked)
        count = shape[0] if _is_stacked(key) and not is_stacked else None
        for index in (None,) if count is None else range(count):
            result[published_name(key, index, config)] = Place(key, index, loose=is_gate or is_stacked)
    return result


def _is_stacked(key: str) -> bool:
    """Whether our tensor holds one published tensor a layer or expert."""
    return _EXPERTS.match(key) is not None or (key.startswith("memory_attention.") and ".mean_norm." not in key)


def stacked_experts(names: Collection[str]) -> frozenset[str]:
    """The prefixes under which a checkpoint keeps all experts in one tensor, as the newer generation does."""
    return frozenset(match[1] for name in names if (match := _STACKED_EXPERTS.fullmatch(name)))


def turned(wanted: Mapping[str, Place], ours: Shapes, stored: Shapes) -> dict[str, Place]:
    """`wanted`, with experts that are stored as [E, in, out] marked as transposed.

    A layer whose tensors are all square is taken to be stored as [E, out, in]. stored: the shapes in the file, by the
    names that `places` gives.
    """
    result = dict(wanted)
    for prefix in {match[1] for name in wanted if (match := _STACKED_EXPERTS.fullmatch(name))}:
        names = [f"{prefix}fc{layer}_weight" for layer in (1, 2)]
        shapes = [(list(ours[wanted[name].key]), list(stored.get(name, ()))) for name in names]
        straight = any(mine == theirs and mine[1] != mine[2] for mine, theirs in shapes)
        if not straight and any(mine != theirs == [mine[0], mine[2], mine[1]] for mine, theirs in shapes):
            result.update({name: replace(wanted[name], transposed=True) for name in names})
    return result


def memory_norms(stored: Shapes, config: ModelConfig) -> tuple[MemoryNorms, NormForms]:
    """Kind and form (scale, gate) of each norm of memory attention, read from the tensors of the first layer.

    Raises ModelError where the norm of the encoder's states has one value per slot: it normalises tokens, whose number
    varies.
    """
    kinds, forms = {}, {}
    for site, ours in _NORM_SITES.items():
        prefix = f"memory_attention.model.{_MEMORY[ours].format(0)}."
        leaves = {name.removeprefix(prefix): list(stored[name]) for name in stored if name.startswith(prefix)}
        if site == "input":
            _refuse_slots(prefix, leaves, config)
        kinds[site], forms[site] = _norm_told(leaves, getattr(config.memory.norms, site), config)
    return MemoryNorms(**kinds), NormForms(**forms)


def _norm_told(leaves: Shapes, kind: MemoryNormKind, config: ModelConfig) -> tuple[MemoryNormKind, NormForm]:
    """Of one norm, from its tensors by their last names; kind: as config.json has it."""
    if kind in ("layer", "scaled-layer"):
        kind = "scaled-layer" if "norm.weight" in leaves else "layer" if "bias" in leaves else "rms"
    if kind in ("rms", "layer"):
        return kind, NormForm()
    scale: NormScale = "none" if "scale" not in leaves else "width"
    if kind == "positional" and scale == "width" and list(leaves["scale"]) != [config.memory.width]:
        scale = "slot"
    return kind, NormForm(scale, "gate" in leaves)


def _refuse_slots(prefix: str, leaves: Shapes, config: ModelConfig) -> None:
    positional = config.memory.norms.write == "positional" and "ema_rms" in leaves
    if positional or [config.memory.slots, 1] in leaves.values():
        raise ModelError(
            f"{prefix.removesuffix('.')} is a positional norm with a number a slot, but what it normalises are tokens, "
            "of which there are more or fewer: such a model cannot be computed, and was not opened"
        )


def aliases(stored: Shapes, config: ModelConfig) -> dict[str, str]:
    """The name that `places` gives -> the name in the file, where they differ; see the table above."""
    return {ours: theirs for ours, theirs in _aliases(stored, config) if ours != theirs and ours not in stored}


def _aliases(stored: Shapes, config: ModelConfig) -> Iterator[tuple[str, str]]:
    plain = {"decoder": not config.decoder.feed_forward.gated, "encoder": not config.encoder.feed_forward.gated}
    gates: dict[str, dict[str, Sequence[int]]] = {}
    for name, shape in stored.items():
        if match := _PUBLISHED_GATE.fullmatch(name):
            gates.setdefault(match[1], {})[match[2]] = shape
        elif match := _STACKED_EXPERTS.fullmatch(name):
            yield f"{match[1]}fc{match[3]}_{'bias' if 'bias' in match[2] else 'weight'}", name
        elif match := _HEAD_NORM.fullmatch(name):
            yield HEAD_NORM + match[1], name
        elif (match := _PLAIN_FIRST.fullmatch(name)) and plain.get(name.partition(".")[0]):
            yield match[1] + match[2], name
    for prefix, leaves in gates.items():
        for ours, theirs in gate_leaves(leaves, config).items():
            yield prefix + ours, prefix + theirs


def gate_leaves(leaves: Shapes, config: ModelConfig) -> dict[str, str]:
    """The tensors of one gate: our leaf (gate, gate.weight, gate.bias, status.weight, status.bias) -> theirs."""
    result = {}
    linear = config.memory.gate.kind == "linear"
    for leaf in leaves:
        stem, _, last = leaf.rpartition(".") if leaf.endswith((".weight", ".bias")) else (leaf, "", "weight")
        weight = list(leaves.get(f"{stem}.weight", ()))
        looks_at_width = weight == [1, config.memory.width] and (not linear or config.memory.slots != weight[1])
        if "status" in stem or (looks_at_width and stem != "gate"):
            result[f"status.{last}"] = leaf
        elif linear:
            result[f"gate.{last}"] = leaf
        else:
            result["gate" if last == "weight" else f"gate.{last}"] = leaf
    return result
