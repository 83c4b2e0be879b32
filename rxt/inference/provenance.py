"""Which turn wrote how much of a slot: the gate recurrence, unrolled exactly.

Both stages of a memory update are of the form  kept · old + taken · new  with one factor of each kind a slot, so after
N turns a slot is an exact sum of what each turn wrote and what is left of the initial memory:

    contribution 0 = STM_0 · keep_1 ··· keep_N
    contribution k = own_k · keep_(k+1) ··· keep_N
    own_k = kept_write · taken_interlayer · read + taken_write · written
    keep_k = kept_interlayer · kept_write                        (turns counted from 1)

It says when a slot was written, not what it means: what a turn writes is computed with the old memory, and its
interlayer step copies from other slots, so a late turn may write early content again.

Letters: N turns, L layers, S slots, D width, T tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from rxt.events import FloatArray, GateLaw, frozen_array
from rxt.inference.cancel import IsCancelled, never
from rxt.inference.replay import MemoryWrite, encoder_states, replay_write
from rxt.inference.trace import ReadMap
from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer

Measure = Literal["weight", "norm"]


@dataclass(frozen=True, slots=True, eq=False)
class Provenance:
    """Shares of N turns in a memory.

    measure: "weight" where both gates are sigmoid: a share is the factor with which a turn's values entered, and the
    factors sum to 1. "norm" for tanh and for no gate, whose factors do not sum to 1: a share is the Euclidean norm of a
    contribution over the sum of the norms of all; contributions that cancel each other still count.
    keep: [N, L, S]: the factor of the old value in each turn, in [0, 1] for sigmoid, in [0, 4] for tanh, else 1.
    wrote: [N + 1, L, S]: each contribution when it was new, in the measure; first the initial memory (1 for "weight").
    error: the largest distance between the sum of contributions and the memory that the model computed, over slots and
    turns, relative to the mean slot norm of the layer. Below 1e-4 in float32; in bfloat16, whose memories are rounded
    to 8 bits, below 0.05. Larger, and no share is to be believed.
    memory: the memory after the last turn.
    """

    measure: Measure
    keep: FloatArray
    wrote: FloatArray
    error: float
    memory: MemoryState

    @property
    def turns(self) -> int:
        return len(self.keep)

    def shares(self, turns: int | None = None) -> FloatArray:
        """[n + 1, L, S] after the first n turns (all by default): in [0, 1], summing to 1 over turns.

        Row 0 is the initial memory, row k + 1 the turn with number k. A slot of zeros belongs to nobody: all shares 0.
        """
        count = self.turns if turns is None else turns
        if not 0 <= count <= self.turns:
            raise ValueError(f"turns must be from 0 to {self.turns}, not {turns}")
        left = np.ones((count + 1, *self.wrote.shape[1:]))
        for turn in range(count - 1, -1, -1):  # what is left of it after all later turns
            left[turn] = left[turn + 1] * self.keep[turn]
        amounts = self.wrote[: count + 1] * left
        total = amounts.sum(axis=0)
        return frozen_array(np.divide(amounts, total, out=np.zeros_like(amounts), where=total > 0))

    def half_lives(self) -> FloatArray:
        """[L, S]: turns until half of what stands in a slot now is left, at its mean rate (geometric) over the N turns.

        Infinite where nothing fades: without gates, or where a tanh gate strengthens what is old. NaN without turns.
        """
        if not self.turns:
            return frozen_array(np.full(self.wrote.shape[1:], np.nan))
        with np.errstate(divide="ignore"):
            rate = np.log2(self.keep.astype(np.float64)).mean(axis=0)
            return frozen_array(np.where(rate < 0, -1 / rate, np.inf))

    def half_life(self) -> FloatArray:
        """[L]: the median of a layer's slots."""
        return frozen_array(np.median(self.half_lives(), axis=1))


@torch.inference_mode()
def provenance(
    model: ReactiveTransformer,
    initial: MemoryState,
    interactions: Sequence[Sequence[int]],
    cancelled: IsCancelled = never,
) -> Provenance:
    """Replays the interaction_ids of N turns from the memory before the first. Raises Cancelled."""
    laws = [model.gate_laws[name] for name in ("interlayer", "write")]
    measure: Measure = "weight" if all(law.activation == "sigmoid" for law in laws) else "norm"
    memory, rebuilt, error = initial, initial.shared.double(), 0.0
    keeps = np.empty((len(interactions), *initial.shape[:2]))
    wrote = np.empty((len(interactions) + 1, *initial.shape[:2]))
    wrote[0] = 1 if measure == "weight" else initial.shared.norm(dim=-1).numpy()
    for turn, ids in enumerate(interactions):
        write = replay_write(model, memory, encoder_states(model, ids), cancelled)
        keep, own = _taken_apart(write, *laws)
        keeps[turn] = keep.numpy()
        wrote[turn + 1] = (1 - keep if measure == "weight" else own.norm(dim=-1)).numpy()
        memory = write.memory
        rebuilt = rebuilt * keep[..., None] + own  # the sum of all contributions so far
        error = max(error, _relative_error(rebuilt, memory))
    return Provenance(measure, frozen_array(keeps), frozen_array(wrote), error, memory)


@torch.inference_mode()
def contributions(
    model: ReactiveTransformer,
    initial: MemoryState,
    interactions: Sequence[Sequence[int]],
    cancelled: IsCancelled = never,
) -> FloatArray:
    """[N + 1, L, S, D]: the parts of the memory after N turns, the initial memory's first; their sum is that memory.

    Takes 4 * (N + 1) * L * S * D bytes: for a look at single slots; shares need provenance alone.
    """
    laws = [model.gate_laws[name] for name in ("interlayer", "write")]
    memory = initial
    parts = torch.zeros(len(interactions) + 1, *initial.shape)
    parts[0] = initial.shared
    for turn, ids in enumerate(interactions):
        write = replay_write(model, memory, encoder_states(model, ids), cancelled)
        keep, own = _taken_apart(write, *laws)
        parts[: turn + 1] *= keep[..., None].float()
        parts[turn + 1] = own
        memory = write.memory
    return frozen_array(parts.numpy())


def read_sources(reads: ReadMap, shares: FloatArray) -> FloatArray:
    """Which turn each token was read from: [T, N + 1], the mean over heads and layers of reads [T, L, H, S] x shares.

    shares: [N + 1, L, S], of the memory that was read (Provenance.shares). Rows sum to 1 where shares do. Attention is
    no proof that what was read was used: rxt.inference.counterfactual is.
    """
    of_layers = shares[:, list(reads.layers)]
    return frozen_array(np.einsum("tls,nls->tn", reads.over_heads(), of_layers) / len(reads.layers))


def _taken_apart(write: MemoryWrite, interlayer: GateLaw, last: GateLaw) -> tuple[Tensor, Tensor]:
    """keep [L, S] and what the turn itself wrote [L, S, D], in float64: new = keep · old + own."""
    kept, taken = _factors(interlayer, write.interlayer_gate)
    kept_at_last, taken_at_last = _factors(last, write.write_gate)
    own = (kept_at_last * taken)[..., None] * _host(write.read) + taken_at_last[..., None] * _host(write.written)
    return kept * kept_at_last, own


def _factors(law: GateLaw, gate: Tensor) -> tuple[Tensor, Tensor]:
    """The factors [L, S] of the old and of the new value."""
    values = _host(gate).numpy()
    return torch.from_numpy(law.keep_share(values)), torch.from_numpy(law.write_share(values))


def _host(tensor: Tensor) -> Tensor:
    """[L, 1, …] anywhere -> [L, …] in float64 in main memory."""
    return tensor[:, 0].cpu().double()


def _relative_error(rebuilt: Tensor, memory: MemoryState) -> float:
    exact = memory.shared.double()
    distance, norm = (rebuilt - exact).norm(dim=-1), exact.norm(dim=-1).mean(dim=1, keepdim=True)
    return float((distance / norm.clamp_min(torch.finfo(torch.float32).tiny)).max())
