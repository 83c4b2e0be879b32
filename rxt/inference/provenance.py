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

import numpy as np
import torch
from torch import Tensor

from rxt.events import FloatArray, GateLaw, frozen_array
from rxt.inference.attention_maps import ReadMap
from rxt.inference.cancel import IsCancelled, never
from rxt.inference.gate_factors import GateFactors, Measure
from rxt.inference.replay import MemoryWrite, encoder_states, replay_write
from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer


@dataclass(frozen=True, slots=True, eq=False)
class Provenance(GateFactors):
    """Shares of N turns in a memory, and the memory after the last of them."""

    memory: MemoryState


class Unrolling:
    """The gate recurrence of a conversation that may still grow: provenance, turn by turn."""

    def __init__(self, model: ReactiveTransformer, initial: MemoryState) -> None:
        self._model = model
        self._laws = [model.gate_laws[name] for name in ("interlayer", "write")]
        is_weight = all(law.activation == "sigmoid" for law in self._laws)
        self._measure: Measure = "weight" if is_weight else "norm"
        self._rebuilt = initial.shared.double()  # the sum of all contributions so far
        first = torch.ones_like(initial.shared[..., 0]) if is_weight else initial.shared.norm(dim=-1)
        self._wrote = [frozen_array(first.numpy())]
        self._keep: list[FloatArray] = []
        self._errors = [0.0]
        self.memory = initial

    @property
    def turns(self) -> int:
        """How many turns were added."""
        return len(self._keep)

    @torch.inference_mode()
    def add(self, interaction_ids: Sequence[int], cancelled: IsCancelled = never) -> MemoryState:
        """Replays the next turn; returns the memory after it. Raises Cancelled, and then nothing was added."""
        write = replay_write(self._model, self.memory, encoder_states(self._model, interaction_ids), cancelled)
        keep, own = _taken_apart(write, *self._laws)
        memory = write.memory
        rebuilt = self._rebuilt * keep[..., None] + own
        wrote = 1 - keep if self._measure == "weight" else own.norm(dim=-1)
        self._errors.append(max(self._errors[-1], _relative_error(rebuilt, memory)))
        self._keep.append(frozen_array(keep.numpy()))
        self._wrote.append(frozen_array(wrote.numpy()))
        self.memory, self._rebuilt = memory, rebuilt
        return memory

    def provenance(self) -> Provenance:
        """Of the turns so far. Takes a copy of all their factors: ask once, then for parts of it (shares(n))."""
        keep = np.stack(self._keep) if self._keep else np.empty((0, *self.memory.shape[:2]))
        return Provenance(
            self._measure, frozen_array(keep), frozen_array(np.stack(self._wrote)), self._errors[-1], self.memory
        )


def provenance(
    model: ReactiveTransformer,
    initial: MemoryState,
    interactions: Sequence[Sequence[int]],
    cancelled: IsCancelled = never,
) -> Provenance:
    """Replays the interaction_ids of N turns from the memory before the first. Raises Cancelled."""
    unrolling = Unrolling(model, initial)
    for ids in interactions:
        unrolling.add(ids, cancelled)
    return unrolling.provenance()


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
    parts = initial.shared.new_zeros(len(interactions) + 1, *initial.shape)
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
