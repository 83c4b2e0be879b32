"""The Reactive Transformer: a language model that reads one message at a time and remembers in a fixed-size memory.

Map of the rooms, from the ground up; an import only goes down:

    events      what happens during a turn            config    typed configuration, read from config.json
    nn/         bricks: norm, rope, attention, gate   model/    decoder, encoder, memory attention, memory
    text/       tokenizer, template, stream           io/       model folders, hub, snapshots
    inference/  sampling, decoding, session           training/ dialogues, stages, loop
    bench/      speed, beside what the machine gives  chat/     a chat in the terminal
    cli         the commands of the terminal          compat     the family's own class and method names

Letters in signatures: B batch, T tokens, D width, H query heads, G kv heads, E experts, L memory layers, S slots,
V vocabulary.

The public names below are loaded when they are first used, so that `import rxt` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rxt.errors import ConfigError, ModelError, RxtError, SnapshotError
    from rxt.events import Sampling
    from rxt.inference.rewrite import replay_turn, rewrite_turn, write_turn
    from rxt.inference.session import Session
    from rxt.inference.system_prompt import system_prompt_tokens, write_system_prompt
    from rxt.io.pretrained import PretrainedModel, load
    from rxt.io.snapshot import (
        Snapshot,
        load_snapshot,
        read_snapshot,
        read_snapshot_info,
        retitle_snapshot,
        save_snapshot,
    )
    from rxt.model.memory import MemoryState, MemoryUpdate
    from rxt.model.reactive_transformer import ReactiveTransformer

    __version__: str

__all__ = [
    "ConfigError", "MemoryState", "MemoryUpdate", "ModelError", "PretrainedModel", "ReactiveTransformer", "RxtError",
    "Sampling", "Session", "Snapshot", "SnapshotError", "load", "load_snapshot", "read_snapshot", "read_snapshot_info",
    "replay_turn", "retitle_snapshot", "rewrite_turn", "save_snapshot", "system_prompt_tokens", "write_system_prompt",
    "write_turn",
]  # fmt: skip

_ROOMS = {
    "rxt.errors": ("ConfigError", "ModelError", "RxtError", "SnapshotError"),
    "rxt.events": ("Sampling",),
    "rxt.inference.rewrite": ("replay_turn", "rewrite_turn", "write_turn"),
    "rxt.inference.session": ("Session",),
    "rxt.inference.system_prompt": ("system_prompt_tokens", "write_system_prompt"),
    "rxt.io.pretrained": ("PretrainedModel", "load"),
    "rxt.io.snapshot": (
        "Snapshot",
        "load_snapshot",
        "read_snapshot",
        "read_snapshot_info",
        "retitle_snapshot",
        "save_snapshot",
    ),
    "rxt.model.memory": ("MemoryState", "MemoryUpdate"),
    "rxt.model.reactive_transformer": ("ReactiveTransformer",),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return str(importlib.import_module("rxt.version").version())
    if name == "events":
        return importlib.import_module("rxt.events")
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(importlib.import_module(room), name)
    raise AttributeError(f"module 'rxt' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
