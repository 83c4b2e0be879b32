"""Growing a trained model: twice as wide or with more slots, and at first the same function, so that it learns on.

Every number of the residual stream stands twice, behind the first D of them. What reads the stream sums both copies
(W/2 + E, W/2 - E), where the noise E makes the copies learn different things; new dimensions of heads and new hidden
units read but are not read yet. A fresh memory holds no number twice: there alone the grown model differs, as another
random memory would (the idea of function-preserving growth: Net2Net, arXiv 1511.05641).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from rxt.config import AttentionConfig, ModelConfig
from rxt.errors import RxtError
from rxt.model.reactive_transformer import ReactiveTransformer

_STACKS = ("decoder_config", "encoder_config")
_MEMORY = "memory_attention_config"


class GrowthError(RxtError, ValueError):
    """A model that cannot be grown; the message says why."""


def grown(
    model: ReactiveTransformer, document: Mapping[str, Any], slots: int | None = None, seed: int = 0
) -> tuple[ReactiveTransformer, dict[str, Any]]:
    """The model at twice its width, head dimension and feed-forward size, and its config.json.

    slots: S of the grown model, by default as before; further slots have the gates of the earlier ones in turn. Raises
    GrowthError for experts and feed-forward layers without gates, for heads of several sizes, for gates that weigh all
    slots or a learned status, and for norms other than rms and layer.
    """
    _check(model.config)
    wider = json.loads(json.dumps(document))
    count = slots or model.config.memory.slots
    for name in _STACKS:
        wider[name].update(
            embed_dim=2 * document[name]["embed_dim"], ff_dim=2 * document[name]["ff_dim"], stm_size=count
        )
    wider[_MEMORY].update(embed_dim=2 * document[_MEMORY]["embed_dim"], stm_size=count)
    result = ReactiveTransformer(_wider(model.config, count))
    grower = _Grower(model, count, torch.Generator().manual_seed(seed))
    result.load_state_dict({name: grower.grown(name, value) for name, value in model.state_dict().items()})
    return result, wider


def with_slots(
    model: ReactiveTransformer, document: Mapping[str, Any], slots: int
) -> tuple[ReactiveTransformer, dict[str, Any]]:
    """The model with S = `slots` and all else as it was, and its config.json.

    Slots are a set without places: further ones take the gates of the earlier ones in turn, and no other weight knows
    how many there are. Of fewer, to measure what they hold, the first keep their gates. Raises GrowthError for gates
    that weigh all slots and norms that have numbers of every slot.
    """
    _check_slots(model.config)
    changed = json.loads(json.dumps(document))
    for name in (*_STACKS, _MEMORY):
        changed[name]["stm_size"] = slots
    config = model.config
    decoder, encoder = replace(config.decoder, slots=slots), replace(config.encoder, slots=slots)
    memory = replace(config.memory, slots=slots)
    result = ReactiveTransformer(replace(config, decoder=decoder, encoder=encoder, memory=memory))
    per_slot = config.memory.gate.per_slot
    result.load_state_dict({
        name: _tiled(value, slots) if per_slot and _is_gate(name) else value
        for name, value in model.state_dict().items()
    })  # fmt: skip
    return result, changed


def _is_gate(name: str) -> bool:
    """Whether a tensor has a number of every slot, where gates do."""
    return "_gate." in name and "status" not in name


def _tiled(gates: Tensor, slots: int) -> Tensor:
    """Gates [L, S, 1] for so many slots."""
    return gates[:, torch.arange(slots) % gates.shape[1]]


def _wider(config: ModelConfig, slots: int) -> ModelConfig:
    """The configuration as it is known, also what only the weights had told when the model was opened."""
    decoder, encoder = (
        replace(
            stack,
            width=2 * stack.width,
            slots=slots,
            attention=_wider_attention(stack.attention),
            cross_attention=None if stack.cross_attention is None else _wider_attention(stack.cross_attention),
            feed_forward=replace(
                stack.feed_forward, width=2 * stack.feed_forward.width, hidden=2 * stack.feed_forward.hidden
            ),
        )
        for stack in (config.decoder, config.encoder)
    )
    memory = replace(
        config.memory,
        width=2 * config.memory.width,
        slots=slots,
        attention=_wider_attention(config.memory.attention),
        interlayer_attention=_wider_attention(config.memory.interlayer_attention),
    )
    return replace(config, decoder=decoder, encoder=encoder, memory=memory)


def _wider_attention(attention: AttentionConfig) -> AttentionConfig:
    return replace(attention, width=2 * attention.width, head_dim=2 * attention.head_dim)


def _check(config: ModelConfig) -> None:
    _check_slots(config)
    stacks = (config.decoder, config.encoder)
    attentions = [config.memory.attention, config.memory.interlayer_attention, *(stack.attention for stack in stacks)]
    attentions += [stack.cross_attention for stack in stacks if stack.cross_attention is not None]
    if any(stack.feed_forward.experts or not stack.feed_forward.gated for stack in stacks):
        raise GrowthError("Only models with dense, gated feed-forward layers can be grown.")
    if len({attention.head_dim for attention in attentions}) > 1:
        raise GrowthError("Models with heads of several sizes cannot be grown.")
    if config.memory.gate.status == "linear":
        raise GrowthError("Models whose gates weigh a learned status cannot be grown wider.")


def _check_slots(config: ModelConfig) -> None:
    if config.encoder.cross_attention is not None:
        raise GrowthError("Models whose encoder reads a memory of its own cannot be grown.")
    norms = config.memory.norms
    kinds = {norms.mean, norms.interlayer, norms.write, norms.input}
    if config.memory.gate.kind == "linear":
        raise GrowthError("Models whose gates weigh all slots cannot be grown.")
    if not kinds <= {"rms", "layer"}:
        raise GrowthError(f"Memory norms of the kinds {', '.join(sorted(kinds))} cannot be grown, only rms and layer.")


class _Grower:
    """Grows tensors by name. d: head dimension before."""

    def __init__(self, model: ReactiveTransformer, slots: int, generator: torch.Generator) -> None:
        self._slots = slots
        self._per_slot = model.config.memory.gate.per_slot
        self._generator = generator
        self._head_dim = model.config.memory.attention.head_dim
        at = torch.arange(self._head_dim)
        half = self._head_dim // 2
        # A pair of dimensions turns with its frequency; those of the old model are every other one of the new.
        self._pairs = 4 * (at // 2) + at % 2
        # Where only one side is rotated, the other stands as rotation leaves it.
        moved = model.decoder.rope.layout == "concatenated"
        self._partners = 2 * (at % half) + self._head_dim * (at // half) if moved else self._pairs

    def grown(self, name: str, value: Tensor) -> Tensor:
        """The tensor `name` of the grown model."""
        if "_gate." in name:
            return _tiled(value, self._slots) if self._per_slot else value
        if "norm" in name or name == "embedding.weight" or name.endswith(("out_proj.bias", "fc2.bias")):
            return _twice(value, -1)
        if name.endswith("head.weight"):
            return self._reads(value)
        if name.endswith("head.bias"):
            return value
        if "_proj." in name:
            return self._attention(name, value)
        if "fc2" in name:
            return _twice(torch.cat([value, torch.zeros_like(value)], dim=-1), -2)
        assert "fc1" in name, name  # noqa: S101  (the names of a checked configuration are all known)
        return torch.cat([self._hidden(half, name.endswith("weight")) for half in value.chunk(2)])

    def _attention(self, name: str, value: Tensor) -> Tensor:
        """A projection [..., out, in]: old dimensions of a head in their new places, new ones read but are not read."""
        if "out_proj" in name:
            return _twice(self._spread(value.transpose(-1, -2), self._pairs, 0.0).transpose(-1, -2), -2)
        if "v_proj" in name:
            return self._reads(self._spread(value, self._pairs, float(value.std())))
        if "q_proj" in name:
            places = self._partners if name.startswith("memory_attention.attention.") else self._pairs
            # Scores are divided by the root of the head dimension, which is now the root of twice as much.
            return self._reads(self._spread(value * math.sqrt(2), places, float(value.std())))
        places = self._partners if "memory_cross_attention" in name else self._pairs
        spread = self._spread(value, places, 0.0)
        return self._reads(spread) * _twice(spread, -1).abs().sum(dim=-1, keepdim=True).gt(0)

    def _hidden(self, value: Tensor, is_weight: bool) -> Tensor:
        if not is_weight:
            return torch.cat([value, torch.zeros_like(value)])
        return self._reads(torch.cat([value, self._noise(value.shape, float(value.std()))]))

    def _spread(self, value: Tensor, places: Tensor, std: float) -> Tensor:
        """Rows [..., heads * d, in] -> [..., heads * 2d, in]: the old at `places` of each head, noise elsewhere."""
        heads = value.unflatten(-2, (-1, self._head_dim))
        shape = (*heads.shape[:-2], 2 * self._head_dim, heads.shape[-1])
        result = self._noise(shape, std)
        result[..., places, :] = heads
        return result.flatten(-3, -2)

    def _reads(self, weight: Tensor) -> Tensor:
        """[..., D] -> [..., 2D], the same for an input that stands twice; as strong for random numbers."""
        noise = self._noise(weight.shape, float(weight.std()) / 2)
        return torch.cat([weight / 2 + noise, weight / 2 - noise], dim=-1)

    def _noise(self, shape: tuple[int, ...], std: float) -> Tensor:
        return torch.randn(shape, generator=self._generator) * std


def _twice(value: Tensor, dim: int) -> Tensor:
    return torch.cat([value, value], dim=dim)
