"""A model library without torch, with the names that the engine uses: memories are small numpy arrays.

The fake answers with the words of the question, one token each, and remembers by adding to its memory. What it does
differently is said in `Behaviour`, which a test may change at any time.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rxt.errors import ModelError, RxtError, SnapshotError
from rxt.events import (
    AnswerFinished,
    Event,
    FinishReason,
    GateLaw,
    GateStage,
    MemorySummary,
    MemoryWriting,
    MemoryWritten,
    Sampling,
    TokenEmitted,
    TurnFailed,
    TurnMetrics,
    TurnRecord,
    TurnStarted,
    frozen_array,
)

SHAPE = (2, 3, 4)
LONGEST = 1000
"""Letters of a message that fit into an interaction, where it is written without being answered."""
LAW = GateLaw("sigmoid", "elementwise", per_slot=True)


class NativePanicError(BaseException):
    """Like a panic of native code: no Exception."""


@dataclass
class Behaviour:
    """What the fake does. words: the answer, None: the question's; `token_s`: time per token; `drift`: what a replay
    adds to every number, as another machine might.
    """

    words: Sequence[str] | None = None
    token_s: float = 0.0
    before_token: Callable[[int], None] = lambda number: None
    before_memory: Callable[[], None] = lambda: None
    before_replay: Callable[[], None] = lambda: None
    drift: float = 0.0
    load_s: float = 0.0
    fail_load: BaseException | None = None
    sessions: list[FakeSession] = field(default_factory=list)


class FakeMemory:
    def __init__(self, values: np.ndarray) -> None:
        self.values = frozen_array(values)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        return self.values.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, shape: tuple[int, int, int]) -> FakeMemory:
        return cls(np.frombuffer(data, dtype="<f4").reshape(shape))

    def summary(self) -> MemorySummary:
        return MemorySummary(*SHAPE, self.sha256, frozen_array(np.linalg.norm(self.values, axis=-1)))


class FakeModel:
    def __init__(self, name: str, dtype: str = "float32") -> None:
        self.name = name
        self.dtype = dtype
        self.fingerprint = hashlib.sha256(name.encode()).hexdigest()

    def initial_memory(self, seed: int = 0) -> FakeMemory:
        return FakeMemory(np.random.default_rng(seed).normal(size=SHAPE))

    def info(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "source": self.name,
            "fingerprint": self.fingerprint,
            "layers": SHAPE[0],
            "slots": SHAPE[1],
            "width": SHAPE[2],
            "vocabulary": 100,
            "interaction_length": 64,
            "parameters": 1,
            "device": "cpu",
            "dtype": self.dtype,
            "variant": "interlayer",
            "gates": [("write", LAW)],
            "notes": (),
        }


class FakeSession:
    def __init__(
        self,
        behaviour: Behaviour,
        memory: FakeMemory,
        sampling: Sampling,
        on_stop: str,
        turns: Sequence[TurnRecord],
    ) -> None:
        self.memory = memory
        self.turns: tuple[TurnRecord, ...] = tuple(turns)
        self.sampling = sampling
        self.on_stop = on_stop
        self.tokens = 0
        self._behaviour = behaviour
        self._stop = threading.Event()
        self._running = False

    def stop(self) -> None:
        if self._running:
            self._stop.set()

    def ask(self, text: str) -> Iterator[Event]:
        turn = len(self.turns)
        if not text.strip():
            yield TurnFailed(turn, "reading", "There is nothing to read in this message.")
            return
        self._stop.clear()
        self._running = True
        try:
            yield TurnStarted(turn, text, len(text.split()))
            yield from self._answer(turn, text)
        finally:
            self._running = False

    def _answer(self, turn: int, text: str) -> Iterator[Event]:
        behaviour = self._behaviour
        reason: FinishReason = "eos"
        said: list[str] = []
        self.tokens = 0
        words = list(behaviour.words if behaviour.words is not None else text.split())
        if self.sampling.temperature > 0:
            words.append(f"({np.random.default_rng([self.sampling.seed, turn]).integers(10**6)})")
        for number, word in enumerate(words):
            if self._stop.is_set():
                reason = "stopped"
                break
            behaviour.before_token(number)
            if behaviour.token_s:
                time.sleep(behaviour.token_s)
            said.append(f" {word}" if number else word)
            self.tokens += 1
            yield TokenEmitted(turn, number, said[-1])
        answer = "".join(said)
        yield AnswerFinished(turn, reason, answer)
        if reason == "stopped" and self.on_stop == "forget":
            return
        yield MemoryWriting(turn)
        behaviour.before_memory()
        yield MemoryWritten(turn, self._remember(turn, text, answer, reason))

    def _remember(self, turn: int, text: str, answer: str, reason: FinishReason) -> TurnRecord:
        before = self.memory
        self.memory = updated(before, interaction(text, answer))
        record = make_record(turn, text, answer, reason, self.sampling, before, self.memory)
        self.turns += (record,)
        return record


def interaction(query: str, answer: str) -> tuple[int, ...]:
    return tuple(f"{query}\0{answer}".encode())


def updated(memory: FakeMemory, interaction_ids: Sequence[int]) -> FakeMemory:
    """Not a sum: the order of the turns matters."""
    step = np.random.default_rng(list(interaction_ids)).normal(size=SHAPE)
    return FakeMemory(0.9 * memory.values + step.astype(np.float32))


def make_record(
    turn: int,
    query: str,
    answer: str,
    reason: FinishReason,
    sampling: Sampling,
    before: FakeMemory,
    after: FakeMemory,
) -> TurnRecord:
    change = np.linalg.norm(after.values - before.values, axis=-1)
    return TurnRecord(
        turn=turn,
        query=query,
        answer=answer,
        interaction_ids=interaction(query, answer),
        answer_ids=tuple(range(len(answer.split()))),
        reason=reason,
        sampling=sampling,
        metrics=TurnMetrics(len(query.split()), len(answer.split()), 0.1, 0.2, 0.3),
        gates=(GateStage("write", LAW, frozen_array(change / (1 + change))),),
        norm=frozen_array(np.linalg.norm(after.values, axis=-1)),
        change=frozen_array(change),
        cosine=frozen_array(np.full(SHAPE[:2], 0.5)),
        memory_before=before.sha256,
        memory_after=after.sha256,
    )


@dataclass(frozen=True)
class FakeSnapshot:
    """A memory of a file, and what the file says of it, in one."""

    title: str
    description: str
    model: str
    fingerprint: str
    created: str
    turns: int
    origin: str
    parent: str | None
    seed: int | None
    memory: FakeMemory
    shape: tuple[int, int, int] = SHAPE
    synthetic: bool = False

    @property
    def info(self) -> FakeSnapshot:
        return self

    @property
    def sha256(self) -> str:
        return self.memory.sha256

    def summary(self) -> MemorySummary:
        return self.memory.summary()


class FakeLibrary:
    """Stands in for the package `rxt`."""

    MemoryState = FakeMemory

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour or Behaviour()

    def load(
        self,
        path_or_repo: str | None = None,
        *,
        dtype: str = "float32",
        progress: Callable[[int, int], object] = lambda done, total: None,
    ) -> FakeModel:
        for tensor in range(10):
            time.sleep(self.behaviour.load_s / 10)
            progress(tensor + 1, 10)
        if self.behaviour.fail_load is not None:
            raise self.behaviour.fail_load
        if path_or_repo == "missing":
            raise ModelError("There is no config.json in missing.")
        return FakeModel(path_or_repo or "bundled", dtype)

    def Session(
        self,
        model: FakeModel,
        memory: FakeMemory,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
        on_stop: str = "remember",
        turns: Sequence[TurnRecord] = (),
    ) -> FakeSession:
        session = FakeSession(self.behaviour, memory, sampling, on_stop, turns)
        self.behaviour.sessions.append(session)
        return session

    def replay_turn(self, model: FakeModel, memory: FakeMemory, interaction_ids: Sequence[int]) -> FakeMemory:
        self.behaviour.before_replay()
        after = updated(memory, interaction_ids)
        return FakeMemory(after.values + np.float32(self.behaviour.drift))

    def rewrite_turn(
        self, model: FakeModel, memory: FakeMemory, record: TurnRecord, turn: int, answer: str | None = None
    ) -> tuple[FakeMemory, TurnRecord]:
        self.behaviour.before_replay()
        reason: FinishReason = record.reason if answer is None else "eos"
        answer = record.answer if answer is None else answer
        after = updated(memory, interaction(record.query, answer))
        return after, make_record(turn, record.query, answer, reason, record.sampling, memory, after)

    def write_turn(
        self, model: FakeModel, memory: FakeMemory, query: str, answer: str, turn: int = 0, reason: FinishReason = "eos"
    ) -> tuple[FakeMemory, TurnRecord]:
        self.behaviour.before_replay()
        if len(query) > LONGEST:
            raise RxtError("Message and answer are too long.")
        after = updated(memory, interaction(query, answer))
        return after, make_record(turn, query, answer, reason, Sampling(), memory, after)

    def save_snapshot(
        self,
        path: Path,
        memory: FakeMemory,
        *,
        model: FakeModel,
        title: str = "",
        description: str = "",
        turns: int = 0,
        origin: str = "",
        parent: str | None = None,
        seed: int | None = None,
        synthetic: bool = False,
        is_new: bool = False,
    ) -> None:
        header = {
            "title": title,
            "description": description,
            "model": model.name,
            "fingerprint": model.fingerprint,
            "created": f"2026-01-01T00:00:{turns:02}Z",
            "turns": turns,
            "origin": origin,
            "parent": parent,
            "seed": seed,
            "synthetic": synthetic,
            "memory": memory.values.tolist(),
        }
        with path.open("x" if is_new else "w", encoding="utf-8") as file:
            json.dump(header, file)

    def load_snapshot(self, path: Path, *, model: FakeModel) -> FakeSnapshot:
        snapshot = self.read_snapshot_info(path)
        if snapshot.fingerprint != model.fingerprint:
            raise SnapshotError(f"This memory belongs to {snapshot.model}, not to {model.name}.")
        return snapshot

    def read_snapshot_info(self, path: Path) -> FakeSnapshot:
        try:
            header = json.loads(path.read_text(encoding="utf-8"))
            return FakeSnapshot(**(header | {"memory": FakeMemory(np.array(header["memory"]))}))
        except (ValueError, KeyError) as error:
            raise SnapshotError(f"{path.name} is no memory.") from error

    def read_snapshot(self, path: Path) -> FakeSnapshot:
        return self.read_snapshot_info(path)

    def retitle_snapshot(self, path: Path, title: str, description: str) -> None:
        header = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(header | {"title": title, "description": description}), encoding="utf-8")

    def system_prompt_tokens(self, model: FakeModel, text: str) -> int:
        return len(text.split())

    def write_system_prompt(self, model: FakeModel, text: str, seed: int) -> FakeMemory:
        step = np.random.default_rng(list(text.encode())).normal(size=SHAPE)
        return FakeMemory(model.initial_memory(seed).values + step.astype(np.float32))
