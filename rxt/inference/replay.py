"""One memory update taken apart: every intermediate of a finished turn, computed again from its tokens.

The steps are those of rxt.model.memory_attention, in the same order and with the same operations, so that the result
is the memory that the turn left, to the last bit.

Letters: L layers, H heads, G kv heads, S slots, T tokens, D width, d head dimension.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rxt.inference.cancel import IsCancelled, check, never
from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer


@dataclass(frozen=True, slots=True, eq=False)
class MemoryWrite:
    """mixed = interlayer_gate(old, read), new = write_gate(mixed, written): [L, 1, S, D] in the model's number format,
    where old is the memory before the turn.

    interlayer_gate, write_gate: [L, 1, S], ones without a gate. queries [L, 1, H, S, d] and keys [L, 1, G, T, d]: of
    the write step.
    """

    read: Tensor
    mixed: Tensor
    written: Tensor
    new: Tensor
    interlayer_gate: Tensor
    write_gate: Tensor
    queries: Tensor
    keys: Tensor

    @property
    def memory(self) -> MemoryState:
        """The memory after the turn."""
        return MemoryState(self.new[:, 0].cpu())


def encoder_states(model: ReactiveTransformer, interaction_ids: Sequence[int]) -> Tensor:
    """What a turn offers to the slots, [L, 1, T, D]; it does not depend on the memory."""
    return model.encode(interaction_ids).unsqueeze(1)


@torch.inference_mode()
def replay_interlayer(model: ReactiveTransformer, memory: MemoryState) -> tuple[Tensor, Tensor]:
    """The first half of a memory update: queries [L, 1, H, S, d] and keys [L, 1, G, S, d] of the interlayer step."""
    part, old = model.memory_attention, model.as_batch(memory)
    mean = part.mean(old)
    steps = [part.read_across(old[at], mean, at) for at in part.parts(old)]
    return torch.cat([step.queries for step in steps]), torch.cat([step.keys for step in steps])


@torch.inference_mode()
def replay_write(
    model: ReactiveTransformer, memory: MemoryState, states: Tensor, cancelled: IsCancelled = never
) -> MemoryWrite:
    """A whole memory update, for the memory before the turn and the turn's states [L, 1, T, D] (encoder_states)."""
    part = model.memory_attention
    old = model.as_batch(memory)
    mean, parts = part.mean(old), []
    for at in part.parts(old):
        check(cancelled)
        read = part.read_across(old[at], mean, at).read
        mixed, interlayer_gate = part.interlayer_gate(old[at], read, at)
        check(cancelled)
        written = part.read_turn(mixed, states[at], None, at)
        new, write_gate = part.write_gate(mixed, written.read, at)
        parts.append(
            (read, mixed, written.read, new, interlayer_gate, write_gate, written.queries, written.keys),
        )
    check(cancelled)
    return MemoryWrite(*(torch.cat(values) for values in zip(*parts, strict=True)))
