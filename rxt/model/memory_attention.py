"""Memory attention: how a finished interaction is written into the slots (paper arXiv 2510.03561, section 3).

All layers read the old memory and are written at once, so the layers are computed side by side:

    m = norm(mean over layers of STM)             s = norm(STM)
    kv = mix_gate(s, m)  (self-interlayer)        kv = m  (interlayer)
    u = interlayer_gate(STM, attention(s, kv))    slots read each other across layers
    STM' = write_gate(u, attention'(norm'(u), input_norm(ED)))   slots read the interaction; keys carry positions

Letters: L layers, B batch, S slots, T tokens, D width.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from rxt.config import AttentionConfig, GateConfig, MemoryConfig, MemoryNormKind, NormForm
from rxt.events import GateLaw, GateName
from rxt.nn.attention import StackedAttention
from rxt.nn.gate import StackedGate
from rxt.nn.norm import MemoryNorm, norm_of, stacked_norm_of
from rxt.nn.rope import RotaryEmbedding


def _build_attention(layers: int, config: AttentionConfig) -> StackedAttention:
    return StackedAttention(layers, config.width, config.head_dim, config.query_heads, config.kv_heads)


def _build_gate(layers: int, slots: int, width: int, config: GateConfig) -> StackedGate:
    return StackedGate(layers, slots, config.kind, config.activation, config.per_slot, config.status, width)


def _build_norm(kind: MemoryNormKind, form: NormForm, config: MemoryConfig, layers: int | None) -> nn.Module:
    """layers: None for the norm that all layers share."""
    if kind == "rms" or kind == "layer":
        return norm_of(kind, config.width) if layers is None else stacked_norm_of(kind, layers, config.width)
    return MemoryNorm(kind, form.scale, form.gate, config.slots, config.width, layers)


PART_NUMBERS = 2**18
"""Most numbers of a memory that are updated together; with what is computed of them, they fill the cache of a core."""


class Reading(NamedTuple):
    """The attention of some layers: queries [L, B, H, S, d], keys [L, B, G, N, d], output `read` [L, B, S, D].

    gate: [L, B, S], the gate that mixed the source of the keys; None where they were not mixed.
    """

    queries: Tensor
    keys: Tensor
    read: Tensor
    gate: Tensor | None


class MemoryAttention(nn.Module):
    """The interlayer variant; with a mix gate, the self-interlayer variant."""

    mix_gate: StackedGate | None

    def __init__(self, config: MemoryConfig, rope: RotaryEmbedding) -> None:
        super().__init__()
        layers, slots, width = config.layers, config.slots, config.width
        self.interlayer_attention = _build_attention(layers, config.interlayer_attention)
        self.attention = _build_attention(layers, config.attention)
        norms, forms = config.norms, config.norm_forms
        self.mean_norm = _build_norm(norms.mean, forms.mean, config, None)
        self.interlayer_norm = _build_norm(norms.interlayer, forms.interlayer, config, layers)
        self.write_norm = _build_norm(norms.write, forms.write, config, layers)
        self.input_norm = _build_norm(norms.input, forms.input, config, layers)
        mixes = config.variant == "self-interlayer"
        self.mix_gate = _build_gate(layers, slots, width, config.gate) if mixes else None
        self.interlayer_gate = _build_gate(layers, slots, width, config.gate)
        self.write_gate = _build_gate(layers, slots, width, config.gate)
        self.rope = rope

    def stages(self) -> dict[GateName, StackedGate]:
        """The gates in the order they act."""
        first: dict[GateName, StackedGate] = {} if self.mix_gate is None else {"mix": self.mix_gate}
        return {**first, "interlayer": self.interlayer_gate, "write": self.write_gate}

    @property
    def laws(self) -> dict[GateName, GateLaw]:
        """The law of every stage, in the order they act."""
        return {name: gate.law for name, gate in self.stages().items()}

    def parts(self, memory: Tensor) -> list[slice]:
        """The layers of a memory [L, B, S, D] in groups that are computed together.

        On a processor, without gradients, a group fits into the cache of a core from one operation to the next.
        """
        layers, most = memory.shape[0], memory.shape[0]
        if memory.device.type == "cpu" and not torch.is_grad_enabled():
            most = max(1, PART_NUMBERS * layers // memory.numel())
        return [slice(start, min(start + most, layers)) for start in range(0, layers, most)]

    def mean(self, memory: Tensor) -> Tensor:
        """What every layer reads of the others: [L, B, S, D] -> [1, B, S, D]."""
        result: Tensor = self.mean_norm(memory.mean(dim=0, keepdim=True))
        return result

    def read_across(self, memory: Tensor, mean: Tensor, at: slice, slots: Tensor | None = None) -> Reading:
        """The interlayer step before its gate. at: the layers of `memory`; the gate returned is that of mixing.

        slots: [S], the indices of the slots in `memory`; None for all.
        """
        own, source, gate = self.interlayer_norm(memory, at), mean.expand_as(memory), None
        if self.mix_gate is not None:
            source, gate = self.mix_gate(own, source, at, slots)
        part = self.interlayer_attention
        queries, keys = part.queries(own, at), part.keys(source, at)
        return Reading(queries, keys, part(queries, keys, part.values(source, at), None, at), gate)

    def read_turn(self, mixed: Tensor, states: Tensor, mask: Tensor | None, at: slice) -> Reading:
        """The write step before its gate. at: the layers of `mixed` and `states`."""
        part, inputs = self.attention, self.input_norm(states, at)
        keys = self.rope(part.keys(inputs, at))
        queries = part.queries(self.write_norm(mixed, at), at)
        return Reading(queries, keys, part(queries, keys, part.values(inputs, at), mask, at), None)

    def forward(
        self, memory: Tensor, states: Tensor, padding: Tensor | None = None, slots: Tensor | None = None
    ) -> tuple[Tensor, dict[GateName, Tensor]]:
        """Memory [L, B, S, D] and the encoder's states [L, B, T, D] -> the new memory [L, B, S, D] and the gates.

        padding: [B, T], True at real tokens; None where all are. slots: [S], the indices of the slots in `memory`; None
        for all. Gates: [L, B, S] for every stage.
        """
        mean = self.mean(memory)
        mask = None if padding is None else padding[:, None, None, :]
        results: list[Tensor] = []
        gates: dict[GateName, list[Tensor]] = {name: [] for name in self.stages()}
        for at in self.parts(memory):
            across = self.read_across(memory[at], mean, at, slots)
            if across.gate is not None:
                gates["mix"].append(across.gate)
            mixed, gate = self.interlayer_gate(memory[at], across.read, at, slots)
            gates["interlayer"].append(gate)
            written = self.read_turn(mixed, states[at], mask, at)
            result, gate = self.write_gate(mixed, written.read, at, slots)
            gates["write"].append(gate)
            results.append(result)
        return torch.cat(results), {name: torch.cat(parts) for name, parts in gates.items()}
