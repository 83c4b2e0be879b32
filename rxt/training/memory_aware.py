"""Supervised memory-aware training: turn k is answered with the memory that turns before k have written.

The encoder reads interactions, not memories, so all turns of a batch are encoded in one pass and, once the memories
are known, decoded in one pass; only memory attention walks through the turns. Letters: B dialogues, K turns, T tokens,
L layers, S slots, D width, N = B * K.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import DialogueBatch
from rxt.training.gradients import MemoryGradientClipper


@dataclass(frozen=True, slots=True, eq=False)
class StageResult:
    """loss: the weighted mean over target tokens; value_accuracy: share of recalled value tokens that are the
    likeliest; answer_accuracy: the same over all answer tokens; write_gate [L]: mean gate of the write stage."""

    loss: Tensor
    value_accuracy: float
    answer_accuracy: float
    write_gate: Tensor


def memory_aware_loss(
    model: ReactiveTransformer,
    batch: DialogueBatch,
    generator: torch.Generator,
    clipper: MemoryGradientClipper | None = None,
    chunks: int = 3,
) -> StageResult:
    """The loss of one batch, with gradients through memory attention into the encoder."""
    dialogues, turns, _ = batch.tokens.shape
    tokens, real = batch.tokens.flatten(0, 1), batch.real.flatten(0, 1)  # [N, T]
    embedded = model.embedding(tokens)
    groups = list(_by_length(real.sum(dim=-1), chunks))
    states = _encode(model, embedded, real, groups).unflatten(1, (dialogues, turns))  # [L, B, K, T, D]

    memory = torch.randn(model.memory_shape[0], dialogues, *model.memory_shape[1:], generator=generator)
    memories, gates = [memory], []
    # unbind, not an index a turn: each index's gradient would be a zero-filled copy of all states.
    for turn, state in enumerate(states.unbind(dim=2)[:-1]):
        memory, gate = model.memory_attention(memory, state, batch.real[:, turn])
        if clipper is not None:
            clipper.watch(memory)
        memories.append(memory)
        gates.append(gate["write"].detach().mean(dim=(1, 2)))
    before = torch.stack(memories, dim=2).flatten(1, 2)  # [L, N, S, D]

    losses, weights, hits, values = [], [], [], []
    for rows, longest in groups:
        hidden = model.decoder(embedded[rows, : longest - 1], model.decoder.read_memory(before[:, rows]))
        weight = batch.weights.flatten(0, 1)[rows, 1:longest]
        chosen = weight > 0
        logits = model.decoder.head(hidden[chosen]).float()
        target = tokens[rows, 1:longest][chosen]
        losses.append(functional.cross_entropy(logits, target, reduction="none") * weight[chosen])
        weights.append(weight[chosen])
        hits.append(logits.detach().argmax(dim=-1) == target)
        values.append(batch.values.flatten(0, 1)[rows, 1:longest][chosen])
    hit, value = torch.cat(hits).float(), torch.cat(values)
    return StageResult(
        loss=torch.cat(losses).sum() / torch.cat(weights).sum(),
        value_accuracy=float(hit[value].mean()) if bool(value.any()) else float("nan"),
        answer_accuracy=float(hit.mean()),
        write_gate=torch.stack(gates).mean(dim=0) if gates else torch.zeros(model.memory_shape[0]),
    )


def _by_length(lengths: Tensor, chunks: int) -> Iterator[tuple[Tensor, int]]:
    """Rows in groups of similar length, so that little time goes into padding: (row indices, longest of them)."""
    for rows in lengths.argsort().chunk(chunks):
        yield rows, int(lengths[rows].max())


def _encode(model: ReactiveTransformer, embedded: Tensor, real: Tensor, groups: list[tuple[Tensor, int]]) -> Tensor:
    """The encoder's states [L, N, T, D] of every turn; zeros at padding."""
    parts = []
    for rows, longest in groups:
        states = model.encoder(embedded[rows, :longest], real[rows, :longest])
        parts.append(functional.pad(states, (0, 0, 0, embedded.shape[1] - longest)))
    order = torch.cat([rows for rows, _ in groups])
    return torch.cat(parts, dim=1)[:, order.argsort()]
