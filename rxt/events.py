"""What happens during a turn, as plain values: the only door between the model and a window.

Frozen dataclasses over numpy, no torch and no Qt, so that a turn can be recorded, sent between threads, written as
JSON and replayed without a model. The order of a turn's events is

    TurnStarted -> TokenEmitted* -> AnswerFinished -> MemoryWriting -> MemoryWritten
    at any point -> TurnFailed, with the memory untouched

A turn that was stopped with the session's `on_stop="forget"` ends at AnswerFinished: nothing is written.

Letters: L memory layers, S slots, D width, T tokens, V vocabulary.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

GateName = Literal["mix", "interlayer", "write"]
GateActivation = Literal["none", "sigmoid", "tanh"]
GateSource = Literal["none", "static", "elementwise", "linear"]
FinishReason = Literal["eos", "length", "stopped"]
FailurePhase = Literal["reading", "answering", "writing"]


def frozen_array(values: npt.ArrayLike) -> FloatArray:
    """A read-only, C-contiguous float32 copy of `values`."""
    array = np.array(values, dtype=np.float32, order="C", copy=True)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen.

    temperature: >= 0; 0 is greedy and ignores everything else but max_tokens.
    top_k: keep the k likeliest tokens (>= 1), None keeps all.
    top_p: keep the smallest set of tokens whose probability reaches p (0 < p <= 1), None keeps all.
    seed: of the token choice; turn n of a session draws from (seed, n), so a turn can be repeated alone.
    max_tokens: limit of the answer in tokens (>= 1), None leaves the interaction length as the only limit.

    NumPy's numbers become Python's. Raises ValueError for a value outside its range, TypeError for what is no number
    of its kind.
    """

    temperature: float = 0.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0
    max_tokens: int | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite(self.temperature) and self.temperature >= 0):
            raise ValueError(f"temperature must be a number of at least 0, not {self.temperature}")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k must be at least 1 (or absent), not {self.top_k}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p must be above 0 and at most 1 (or absent), not {self.top_p}")
        if self.max_tokens is not None and self.max_tokens < 1:
            raise ValueError(f"max_tokens must be at least 1 (or absent), not {self.max_tokens}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed must be between 0 and 2^63 - 1, not {self.seed}")
        for name in ("temperature", "top_p"):
            self._become(name, float)
        for name in ("top_k", "seed", "max_tokens"):
            self._become(name, operator.index)

    def _become(self, name: str, kind: Callable[[Any], object]) -> None:
        value = getattr(self, name)
        if value is not None:
            object.__setattr__(self, name, kind(value))


@dataclass(frozen=True, slots=True)
class GateLaw:
    """How a residual gate g joins an old and a new value, and where g comes from.

    activation: "sigmoid": g*new + (1-g)*old, g in (0, 1); "tanh": (1+g)*new + (1-g)*old, g in (-1, 1);
    "none": new + old, there is no gate.
    source: "static": g is a trained constant, the same every turn; "elementwise" and "linear": g is computed from the
    old and new values, so it changes from turn to turn; "none": there is no gate.
    per_slot: one trained weight a slot (True) or one for the layer.
    """

    activation: GateActivation
    source: GateSource
    per_slot: bool

    @property
    def formula(self) -> str:
        match self.activation:
            case "none":
                return "new + old"
            case "sigmoid":
                return "g·new + (1−g)·old"
            case "tanh":
                return "(1+g)·new + (1−g)·old"

    @property
    def limits(self) -> tuple[float, float]:
        """The range that g can take."""
        return (-1.0, 1.0) if self.activation == "tanh" else (0.0, 1.0)

    @property
    def is_dynamic(self) -> bool:
        """Whether g can differ between turns."""
        return self.source in ("elementwise", "linear")

    def keep_share(self, values: FloatArray) -> FloatArray:
        """The factor of the old value for gate values of any shape."""
        return np.ones_like(values) if self.activation == "none" else 1 - values

    def write_share(self, values: FloatArray) -> FloatArray:
        """The factor of the new value for gate values of any shape."""
        match self.activation:
            case "none":
                return np.ones_like(values)
            case "sigmoid":
                return values
            case "tanh":
                return 1 + values


@dataclass(frozen=True, slots=True, eq=False)
class GateStage:
    """The gates of one stage of a memory update: values [L, S], read-only, within law.limits (1 without a gate)."""

    name: GateName
    law: GateLaw
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class MemorySummary:
    """A memory seen from outside: its shape, the SHA-256 of its bytes and the Euclidean norm of every slot [L, S]."""

    layers: int
    slots: int
    width: int
    sha256: str
    norm: FloatArray


@dataclass(frozen=True, slots=True)
class TurnMetrics:
    """Counts in tokens, durations in seconds on a monotonic clock.

    query_tokens: template tokens included; answer_tokens: without [EOS]; first_token_s: from the question to the first
    token, 0 where none was decoded: of an empty answer and of one that a person wrote; answer_s: from the question to
    the last token; memory_s: the memory update alone.
    """

    query_tokens: int
    answer_tokens: int
    first_token_s: float
    answer_s: float
    memory_s: float

    @property
    def tokens_per_s(self) -> float | None:
        """Decoding speed after the first token; None where fewer than two tokens were decoded."""
        duration_s = self.answer_s - self.first_token_s
        return (self.answer_tokens - 1) / duration_s if self.answer_tokens > 1 and duration_s > 0 else None


@dataclass(frozen=True, slots=True, eq=False)
class TurnRecord:
    """Everything that is kept of a finished turn.

    interaction_ids: the tokens that were written to memory: query, [A], answer and, where generated, [EOS].
    answer_ids: the answer's tokens without [EOS].
    gates: the stages in the order they act. norm, change, cosine: [L, S], read-only: the Euclidean norm of each slot
    after the turn, of its difference to before, and the cosine between before and after (in [-1, 1]).
    memory_before, memory_after: SHA-256 of the memory's bytes.
    """

    turn: int
    query: str
    answer: str
    interaction_ids: tuple[int, ...]
    answer_ids: tuple[int, ...]
    reason: FinishReason
    sampling: Sampling
    metrics: TurnMetrics
    gates: tuple[GateStage, ...]
    norm: FloatArray
    change: FloatArray
    cosine: FloatArray
    memory_before: str
    memory_after: str

    def gate(self, name: GateName) -> GateStage | None:
        """The stage of that name, or None where the model has no such stage."""
        return next((stage for stage in self.gates if stage.name == name), None)


@dataclass(frozen=True, slots=True)
class TurnStarted:
    turn: int
    query: str
    query_tokens: int


@dataclass(frozen=True, slots=True)
class TokenEmitted:
    """One token of the answer. `text` is empty until a character is complete."""

    turn: int
    token_id: int
    text: str


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    """eos: the model ended the answer; length: a limit did; stopped: the reader did."""

    turn: int
    reason: FinishReason
    answer: str


@dataclass(frozen=True, slots=True)
class MemoryWriting:
    turn: int


@dataclass(frozen=True, slots=True, eq=False)
class MemoryWritten:
    turn: int
    record: TurnRecord


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The turn ended without effect: the memory is what it was before it. `message` says what and what is unchanged."""

    turn: int
    phase: FailurePhase
    message: str


Event = TurnStarted | TokenEmitted | AnswerFinished | MemoryWriting | MemoryWritten | TurnFailed


def to_json(event: Event) -> dict[str, Any]:
    """The event as plain JSON values: {"event": class name, ...its fields}; arrays become nested lists."""
    return {"event": type(event).__name__, **_plain(event)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
