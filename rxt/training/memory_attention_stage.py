"""Self-supervised training of memory attention: it learns to write weighted means of the old memory and the encoder's
states, so that what is trained next starts from a memory that neither forgets nor ignores.

label_t = (1 - w_t) * STM_{t-1} + w_t * ED_t, with w = 0.9 in the first step of a chain, 0.5 - 0.05 * t in step t after
it (t counts from 0), each scaled by a random factor within 15 %. The loss is the negative cosine between a slot and its
label. Nothing but memory attention is trained. Letters: B dialogues, K turns, T tokens, L layers, S slots, D width.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import BatchBuilder, DialogueBatch
from rxt.training.material import DialogueMaker, Material
from rxt.training.memory_aware import KEPT_BELOW, mean_of_taken
from rxt.training.recipe import StageOptions
from rxt.training.source import Source
from rxt.training.stage import StageResult

FIRST_WEIGHT, LATER_WEIGHT, WEIGHT_STEP, WEIGHT_SPREAD = 0.9, 0.5, 0.05, 0.15


class MemoryAttentionStage:
    """Trains memory attention alone, on chains of `memory_steps` interactions."""

    extra: nn.Module | None = None

    def __init__(
        self, model: ReactiveTransformer, builder: BatchBuilder, source: Source, options: StageOptions
    ) -> None:
        self._model, self._options = model, options
        self.maker = DialogueMaker(builder, source)

    @property
    def groups(self) -> Mapping[str, Sequence[nn.Module]]:
        return {"memory": (self._model.memory_attention,)}

    def turns(self, shared: random.Random) -> int:
        return self._options.memory_steps

    def loss(self, material: Material) -> StageResult:
        batch = material.batch.to(self._model.device)
        generator = torch.Generator().manual_seed(material.seed)
        return memory_attention_loss(self._model, batch, self._options.noise, generator)

    def observe(self, result: StageResult) -> None:
        """Nothing follows from a step."""

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """There is nothing to restore."""


def step_weight(step: int, generator: torch.Generator) -> float:
    """The share of the encoder's states in the label of a step, counted from 0; in [0, 1]."""
    weight = FIRST_WEIGHT if step == 0 else max(0.0, LATER_WEIGHT - WEIGHT_STEP * step)
    spread = WEIGHT_SPREAD * (2 * float(torch.rand((), generator=generator)) - 1)
    return min(1.0, weight * (1 + spread))


def states_per_slot(states: Tensor, real: Tensor, slots: int) -> Tensor:
    """Encoder states [L, B, T, D] -> [L, B, S, D]: slot s is the mean of the real tokens that lie in its S-th part of
    the interaction; the token itself where there are as many tokens as slots. No gradient flows."""
    places = torch.arange(slots, device=states.device)
    counts = real.sum(dim=1, keepdim=True)  # [B, 1]
    first = places * counts // slots  # [B, S]
    stop = -(-(places + 1) * counts // slots)
    position = torch.arange(states.shape[2], device=states.device)
    inside = (position >= first[..., None]) & (position < stop[..., None])  # [B, S, T]
    mean = inside / inside.sum(dim=-1, keepdim=True).clamp(min=1)
    return mean.to(states.dtype) @ states.detach()


def label(memory: Tensor, states: Tensor, weight: float) -> Tensor:
    """(1 - weight) * memory + weight * states, all [L, B, S, D]."""
    return (1 - weight) * memory + weight * states


def memory_attention_loss(
    model: ReactiveTransformer, batch: DialogueBatch, noise: float, generator: torch.Generator
) -> StageResult:
    """The mean negative cosine of a chain; each step starts from the memory that the one before has really written.
    Blank turns count for nothing."""
    dialogues, turns, _ = batch.tokens.shape
    layers, slots, width = model.memory_shape

    def noisy(x: Tensor) -> Tensor:
        """x with noise of `noise` times its own size."""
        drawn = torch.randn(x.shape, generator=generator).to(x.device)
        return (x + noise * x.float().square().mean(dim=-1, keepdim=True).sqrt() * drawn).to(model.dtype)

    memory = torch.randn(layers, dialogues, slots, width, generator=generator).to(model.device, model.dtype)
    losses, writes, kept = [], [], []
    for turn in range(turns):
        real = batch.real[:, turn]
        with torch.no_grad():
            states = model.encoder(model.embedding(batch.tokens[:, turn]), real)
            wanted = noisy(label(memory, states_per_slot(states, real, slots), step_weight(turn, generator)))
            seen, read = noisy(memory), noisy(states)
        written, gates = model.memory_attention(seen, read, real)
        losses.append(-functional.cosine_similarity(written.float(), wanted.float(), dim=-1))
        write = gates["write"].detach().float()
        writes.append(write)
        kept.append((write < KEPT_BELOW).float())
        # Each step has its own label: through the chain a step would learn to please the labels of later ones.
        memory = written.detach()
    return StageResult(
        loss=mean_of_taken(losses, batch.taken).mean(),
        write_gate=mean_of_taken(writes, batch.taken),
        kept=mean_of_taken(kept, batch.taken),
        turns=turns,
    )
