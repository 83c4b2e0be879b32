"""Memory attention: how a finished interaction is written into the slots (paper arXiv 2510.03561, section 3).

All layers read the old memory and are written at once, so the layers are computed side by side:

    m = norm(mean over layers of STM)             s = norm(STM)
    kv = mix_gate(s, m)  (self-interlayer)        kv = m  (interlayer)
    u = interlayer_gate(STM, attention(s, kv))    slots read each other across layers
    STM' = write_gate(u, attention'(norm'(u), input_norm(ED)))   slots read the interaction; keys carry positions

Letters: L layers, B batch, S slots, T tokens, D width.
"""

from __future__ import annotations

from torch import Tensor, nn

from rxt.config import AttentionConfig, GateConfig, MemoryConfig
from rxt.events import GateLaw, GateName
from rxt.nn.attention import StackedAttention
from rxt.nn.gate import StackedGate
from rxt.nn.norm import norm_of, stacked_norm_of
from rxt.nn.rope import RotaryEmbedding


def _build_attention(layers: int, config: AttentionConfig) -> StackedAttention:
    return StackedAttention(layers, config.width, config.head_dim, config.query_heads, config.kv_heads)


def _build_gate(layers: int, slots: int, width: int, config: GateConfig) -> StackedGate:
    return StackedGate(layers, slots, config.kind, config.activation, config.per_slot, config.status, width)


class MemoryAttention(nn.Module):
    """The interlayer variant; with a mix gate, the self-interlayer variant."""

    mix_gate: StackedGate | None

    def __init__(self, config: MemoryConfig, rope: RotaryEmbedding) -> None:
        super().__init__()
        layers, slots, width = config.layers, config.slots, config.width
        self.interlayer_attention = _build_attention(layers, config.interlayer_attention)
        self.attention = _build_attention(layers, config.attention)
        self.mean_norm = norm_of(config.norms.mean, width)
        self.interlayer_norm = stacked_norm_of(config.norms.interlayer, layers, width)
        self.write_norm = stacked_norm_of(config.norms.write, layers, width)
        self.input_norm = stacked_norm_of(config.norms.input, layers, width)
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

    def forward(
        self, memory: Tensor, states: Tensor, padding: Tensor | None = None
    ) -> tuple[Tensor, dict[GateName, Tensor]]:
        """Memory [L, B, S, D] and the encoder's states [L, B, T, D] -> the new memory [L, B, S, D] and the gates.

        padding: [B, T], True at real tokens; None where all are. Gates: [L, B, S] for every stage.
        """
        gates: dict[GateName, Tensor] = {}
        mean = self.mean_norm(memory.mean(dim=0, keepdim=True)).expand_as(memory)
        own = self.interlayer_norm(memory)
        if self.mix_gate is not None:
            mean, gates["mix"] = self.mix_gate(own, mean)
        across = self.interlayer_attention
        read = across(across.queries(own), across.keys(mean), across.values(mean))
        mixed, gates["interlayer"] = self.interlayer_gate(memory, read)

        inputs = self.input_norm(states)
        mask = None if padding is None else padding[:, None, None, :]
        keys = self.rope(self.attention.keys(inputs))
        written = self.attention(
            self.attention.queries(self.write_norm(mixed)), keys, self.attention.values(inputs), mask
        )
        result, gates["write"] = self.write_gate(mixed, written)
        return result, gates
