"""What the engine needs of a model library, as types: `rxt` offers it, and so does a test's stand-in.

Letters: L memory layers, S slots, D width.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from app.engine.messages import ModelInfo
from app.engine.refusal import RefusedError

if TYPE_CHECKING:
    from app.models.memory_status import OnStop
    from rxt.events import Event, FinishReason, MemorySummary, Sampling, TurnRecord
    from rxt.io.snapshot import SnapshotInfo


class Memory(Protocol):
    """A memory state, immutable."""

    @property
    def sha256(self) -> str: ...
    def to_bytes(self) -> bytes: ...
    def summary(self) -> MemorySummary: ...


class MemoryType(Protocol):
    """The class of memory states."""

    def from_bytes(self, data: bytes, shape: tuple[int, int, int]) -> Memory: ...


class Model(Protocol):
    """A loaded model. `info()`: the fields of app.engine.messages.ModelInfo."""

    def initial_memory(self, seed: int) -> Memory: ...
    def info(self) -> Mapping[str, Any]: ...


class Session(Protocol):
    """A conversation with a model. `stop` may be called from any thread; everything else from one."""

    sampling: Sampling
    on_stop: OnStop

    @property
    def memory(self) -> Memory: ...
    @property
    def turns(self) -> Sequence[TurnRecord]: ...
    def ask(self, text: str) -> Iterator[Event]: ...
    def stop(self) -> None: ...


class Snapshot(Memory, Protocol):
    """A memory that was read from a file, and what the file says about it."""

    @property
    def info(self) -> SnapshotInfo: ...
    @property
    def memory(self) -> Memory: ...


class Library(Protocol):
    """The names that the engine uses of the package `rxt`. Their errors are sentences: rxt.errors.RxtError, OSError."""

    @property
    def MemoryState(self) -> MemoryType: ...
    def load(
        self, path_or_repo: str | None = None, *, dtype: str = "float32", progress: Callable[[int, int], object] = ...
    ) -> Model: ...
    def replay_turn(self, model: Model, memory: Memory, interaction_ids: Sequence[int]) -> Memory: ...
    def rewrite_turn(
        self, model: Model, memory: Memory, record: TurnRecord, turn: int, answer: str | None = None
    ) -> tuple[Memory, TurnRecord]: ...
    def write_turn(
        self, model: Model, memory: Memory, query: str, answer: str, turn: int = 0, reason: FinishReason = "eos"
    ) -> tuple[Memory, TurnRecord]: ...
    def Session(
        self,
        model: Model,
        memory: Memory | None = None,
        sampling: Sampling = ...,
        on_stop: OnStop = ...,
        turns: Sequence[TurnRecord] = ...,
    ) -> Session: ...
    def save_snapshot(
        self,
        path: Path,
        memory: Memory,
        *,
        model: Model,
        title: str = "",
        description: str = "",
        turns: int = 0,
        origin: str = "",
        parent: str | None = None,
        seed: int | None = None,
        synthetic: bool = False,
        is_new: bool = False,
    ) -> object: ...
    def load_snapshot(self, path: Path, *, model: Model) -> Snapshot: ...
    def read_snapshot(self, path: Path) -> Snapshot: ...
    def retitle_snapshot(self, path: Path, title: str, description: str) -> object: ...
    def system_prompt_tokens(self, model: Model, text: str) -> int: ...
    def write_system_prompt(self, model: Model, text: str, seed: int) -> Memory: ...
    def read_snapshot_info(self, path: Path) -> SnapshotInfo: ...


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model with the library it came from."""

    library: Library
    model: Model
    info: ModelInfo


def load(
    library: Library, path: str | None, dtype: str = "float32", is_stopped: Callable[[], bool] = lambda: False
) -> Loaded:
    """The model at `path` (None: the bundled one) in a number format. is_stopped: asked all along.

    Raises what the library raises, and RefusedError where it was stopped.
    """

    def go_on(_done: int, _total: int) -> None:
        if is_stopped():
            raise RefusedError("Opening this model was stopped. Nothing was changed.")

    model = library.load(path, dtype=dtype, progress=go_on)
    go_on(1, 1)
    info = dict(model.info())
    info["gates"] = tuple((name, law) for name, law in info["gates"])
    return Loaded(library, model, ModelInfo(**{item.name: info[item.name] for item in fields(ModelInfo)}))


def import_rxt() -> Library:
    """The library `rxt` with torch, imported here for the first time: call it on the worker's thread only.

    One core is left to the window, so that it stays fluid while the model computes.
    """
    import torch

    import rxt

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(max(1, cores - 1))
    return cast("Library", rxt)
