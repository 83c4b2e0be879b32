"""How large a model from a file may be before its weights are looked at.

Every dimension of a configuration has bounds of its own; together they may still ask for more than any machine has, and
some of it is allocated before a tensor of the file can show that the configuration is damaged.
"""

from __future__ import annotations

from rxt.config import ModelConfig
from rxt.errors import ConfigError

MOST_ANGLES = 2**27
"""Of a rotary table, positions times half a head: 512 MB in float32."""
MOST_NUMBERS = 2**30
"""Of a memory, layers times slots times width: 4 GB in float32."""
MOST_EXPERTS = 100_000
"""Of all layers: each has names and places of its own."""


def check_sizes(config: ModelConfig) -> None:
    """Raises ConfigError for products that no model of this family comes near."""
    memory, stacks = config.memory, (config.decoder, config.encoder)
    head_dim = max(memory.attention.head_dim, *(stack.attention.head_dim for stack in stacks))
    angles = config.interaction_length * head_dim // 2
    slots = max(memory.slots, *(stack.slots for stack in stacks))
    experts = sum(stack.layers * stack.feed_forward.experts for stack in stacks)
    for what, count, most in (
        ("angles in a rotary table (seq_len times half a head)", angles, MOST_ANGLES),
        ("numbers in a memory (layers times slots times width)", memory.layers * slots * memory.width, MOST_NUMBERS),
        ("experts in all layers", experts, MOST_EXPERTS),
    ):
        if count > most:
            raise ConfigError(f"config.json asks for {count:,} {what}; this version opens models with at most {most:,}")
