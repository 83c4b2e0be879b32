"""A memory update without any care for speed: layer by layer, heads copied, the whole attention matrix written out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.attention import StackedAttention


@torch.inference_mode()
def naive_update(model: ReactiveTransformer, memory: MemoryState, token_ids: Sequence[int]) -> Tensor:
    """The memory [L, S, D] after an interaction, as model.update_memory computes it."""
    states = model.encode(token_ids).unsqueeze(1)  # [L, 1, T, D]
    old = memory.shared.to(model.device, model.dtype).unsqueeze(1)
    part, slots = model.memory_attention, []
    for layer in range(old.shape[0]):
        at = slice(layer, layer + 1)
        mean = part.mean_norm(old.mean(dim=0, keepdim=True))  # again for every layer
        own = part.interlayer_norm(old[at], at)
        if part.mix_gate is not None:
            mean, _ = part.mix_gate(own, mean, at)
        across = part.interlayer_attention
        read = _attend(across, across.queries(own, at), across.keys(mean, at), across.values(mean, at), at)
        mixed, _ = part.interlayer_gate(old[at], read, at)
        inputs, write = part.input_norm(states[at], at), part.attention
        queries = write.queries(part.write_norm(mixed, at), at)
        written = _attend(write, queries, part.rope(write.keys(inputs, at)), write.values(inputs, at), at)
        slots.append(part.write_gate(mixed, written, at)[0])
    return torch.cat(slots)[:, 0]


def _attend(part: StackedAttention, q: Tensor, k: Tensor, v: Tensor, at: slice) -> Tensor:
    shared = q.shape[-3] // k.shape[-3]
    k, v = k.repeat_interleave(shared, dim=-3), v.repeat_interleave(shared, dim=-3)
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    out: Tensor = part.out_proj((weights @ v).transpose(-3, -2).flatten(-2), at)
    return out
