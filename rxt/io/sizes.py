"""How large a model from a file may be before its weights are looked at.

Every dimension of a configuration has bounds of its own; together they may still ask for more than any machine has, and
some of it is allocated before a tensor of the file can show that the configuration is damaged. And what is possible may
still be more than this machine has free, which would end the program without a word.
"""

from __future__ import annotations

import re
from pathlib import Path

from rxt.config import ModelConfig
from rxt.errors import ConfigError, ModelError
from rxt.io.hub_errors import in_words

MOST_ANGLES = 2**27
"""Most angles in a rotary table (positions times half a head): 512 MB in float32."""
MOST_NUMBERS = 2**30
"""Most numbers in a memory (layers times slots times width): 4 GB in float32."""
MOST_EXPERTS = 100_000
"""Most experts in all layers together: each has names and places of its own."""
MEMINFO = Path("/proc/meminfo")
"""Where Linux tells what is free, in lines such as "MemAvailable:  1024 kB"."""


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


def check_memory(needed_bytes: int, name: str) -> None:
    """Raises ModelError where this machine has less memory free than `name` needs."""
    free = free_memory_bytes()
    if free is not None and needed_bytes > free:
        raise ModelError(
            f"{name} needs about {in_words(needed_bytes)} of memory; this computer has {in_words(free)} free. "
            "Close other programs or open a smaller model. Nothing was changed."
        )


def free_memory_bytes() -> int | None:
    """What can be taken now, of swap space too; None where the system does not tell."""
    try:
        told = dict(re.findall(r"^(\w+): +([0-9]+) kB$", MEMINFO.read_text("ascii"), re.MULTILINE))
        return 1024 * (int(told["MemAvailable"]) + int(told.get("SwapFree", 0)))
    except (OSError, ValueError, KeyError):
        return None
