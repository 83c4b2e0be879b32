"""What the analyst finds out about finished turns: frozen values over NumPy, no torch, so that they can be kept, sent
between threads, written to a file and shown again without a model.

Arrays are read-only; numbers are float32, masks bool. Turns are numbered as in the records of the open path, from 0;
INITIAL (-1) is the memory before the first of them. Each finding names the turn it is about.

Letters: N turns, T tokens, L memory layers, H heads, S slots, P pooled slots, D width.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from rxt.events import FinishReason, FloatArray, MemorySummary, TurnRecord

BoolArray = npt.NDArray[np.bool_]
OrderArray = npt.NDArray[np.int32]
Span = tuple[int, int]
"""Characters [start, end) of a text."""
Condition = Literal["as it is", "reset", "shuffled"]
CONDITIONS: tuple[Condition, ...] = ("as it is", "reset", "shuffled")


def size_bytes(finding: Finding) -> int:
    """What a finding's arrays take."""
    values = (getattr(finding, item.name) for item in fields(finding))
    return sum(value.nbytes for value in values if isinstance(value, np.ndarray))


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """Which slots the tokens of an answer were read from, and so from which turns.

    text, spans: the answer, and the characters of it that each of the T tokens covers. weights: [T, L, S], the mean
    over heads of the attention over slots; sums to 1 over S. sources: [T, turn + 1], the share of each turn before it,
    column 0 being the initial memory and column k + 1 turn k; sums to 1. heads: how many there are to ask about with
    AskReadHeads; 0 where there is no model to ask. Attention is no proof: AskPaired is.
    """

    turn: int
    text: str
    spans: tuple[Span, ...]
    weights: FloatArray
    sources: FloatArray
    heads: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class ReadHeads:
    """weights: [T, L, H, S], as in Reads but head by head. layers: the L layers that were asked for."""

    turn: int
    text: str
    spans: tuple[Span, ...]
    weights: FloatArray
    layers: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Writes:
    """Which tokens of a turn each slot was written from.

    text, spans: question and answer in one, and the characters each of the T tokens covers (control tokens: none).
    answer_start: the index of the first token of the answer. weights: [L, S, T], the mean over heads of the write
    step's attention; sums to 1 over T. written: [L, S], the factor with which what was written entered the slot.
    """

    turn: int
    text: str
    spans: tuple[Span, ...]
    answer_start: int
    weights: FloatArray
    written: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ProvenanceMap:
    """How much of each slot each turn wrote, in the memory after the first `turns` turns.

    shares: [N + 1, L, S], row 0 the initial memory, row k + 1 turn k; sums to 1 over rows (0 for a slot of zeros).
    half_life: [L] in turns; infinite where nothing fades, NaN without turns. half_life_of_slot: [L, S]. measure:
    "weight", or "norm" where the factors do not sum to 1 (see rxt.inference.provenance). error: of the sum of all
    contributions against the memory itself, relative. is_fixed: whether no gate depends on what is said, so that the
    shares are the model's and not the conversation's: say so where they are shown. note: that in a sentence, or "".
    """

    turns: int
    shares: FloatArray
    half_life: FloatArray
    half_life_of_slot: FloatArray
    measure: Literal["weight", "norm"]
    error: float
    is_fixed: bool
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class Similarity:
    """How alike the slots of a layer are after a turn.

    cosine: [L, P, P] in [-1, 1]; P = S, or at most 512: then each entry is the cosine furthest from 0 among the pairs
    of two runs of `pool` neighbouring slots (a slot with itself is left out). effective_rank: [L], how many directions
    the slots of a layer use, 1 to min(S, D). order: [L, S], like slots beside each other, where P < S; else it follows
    from `cosine`, and it is None, as in recordings that were made before there was one.
    """

    turn: int
    cosine: FloatArray
    effective_rank: FloatArray
    pool: int = 1
    order: OrderArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """dead, duplicate, saturated: [L, S] masks after a turn. norm_drift: [L], mean slot norm over that of the initial
    memory. distance_from_initial: [L], mean Euclidean distance of the slots. sentence: all of it in words."""

    turn: int
    dead: BoolArray
    duplicate: BoolArray
    saturated: BoolArray
    norm_drift: FloatArray
    distance_from_initial: FloatArray
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class MemoryValues:
    """values: [L, S, D], the memory after a turn."""

    turn: int
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two memories, slot by slot.

    a, b: [L, S] Euclidean norms. difference: [L, S], the norm of A - B. cosine: [L, S]; cosine_of_layer: [L], of all
    values of a layer. changed: at most 50 slots (layer, slot) that differ most, the largest first. a_sha256, b_sha256:
    of the memories' bytes.
    """

    a_name: str
    b_name: str
    a: FloatArray
    b: FloatArray
    difference: FloatArray
    cosine: FloatArray
    cosine_of_layer: FloatArray
    changed: tuple[tuple[int, int], ...]
    a_sha256: str = ""
    b_sha256: str = ""


@dataclass(frozen=True, slots=True)
class ReplyText:
    """An answer: its text, the characters each token covers and why it ended."""

    text: str
    spans: tuple[Span, ...]
    reason: FinishReason


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """A turn beside the same turn, same seed, with an edited memory, and with other slots edited (control).

    edit: what was done, in words. slots, control_slots: how many were edited; of the control there are as many as there
    are others, and `control` is None where there are none. again: what the memory answers without an edit, where that
    is not the original answer (which somebody wrote, or another memory gave); the differences are then from it.
    first_difference, control_difference: the index of the first answer token that differs, None where nothing does.
    change, control_change: [T], by how much the logarithm of the probability of each token of the original answer
    changed, in nats; below 0: less likely. memory: SHA-256 of the edited memory.
    """

    turn: int
    edit: str
    slots: int
    control_slots: int
    original: ReplyText
    again: ReplyText | None
    edited: ReplyText
    control: ReplyText | None
    first_difference: int | None
    control_difference: int | None
    change: FloatArray
    control_change: FloatArray
    memory: str = ""

    @property
    def unedited(self) -> ReplyText:
        """What the edited copies are compared with."""
        return self.original if self.again is None else self.again


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """matrix: [N, N], entry [k, j] is how the log-probability of answer j changes, in nats a token, where turn k had
    not been; NaN for j <= k and for empty answers."""

    matrix: FloatArray


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """label: what was varied, as "4" turns ago. hits of trials, their share and its 95 % interval, all in [0, 1]."""

    label: str
    condition: Condition
    trials: int
    hits: int
    share: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """One question of a list and what the memory as it is answered."""

    question: str
    expected: str
    answer: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Questions to copies of memories; nothing was written to the memory that was asked.

    kind: "distance" (turns since it was told), "facts" (facts held) or "questions" (a list of one's own). axis: what
    the labels of rows count, in words. rows: by label, then by condition. answers: of a list, in its order. note: what
    the conditions are, in a sentence. memory: SHA-256 of the bytes of the memory that was asked, the same before and
    after; empty where conversations were played.
    """

    kind: Literal["distance", "facts", "questions"]
    axis: str
    rows: tuple[ProbeRow, ...]
    answers: tuple[ProbeAnswer, ...] = ()
    note: str = ""
    memory: str = ""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A memory that no conversation led to was saved as a snapshot. label: how it was made."""

    path: Path
    label: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordingSaved:
    """The open path was exported as one file that opens without the model. turns: those that findings were kept of;
    before: how many others, earlier ones, go along with their words."""

    path: Path
    turns: int
    file_bytes: int
    before: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """What findings were computed from, for stamps: the model's name, the memories' hashes (of the initial memory and
    after each turn) and the records themselves. opened_from: the title of the saved memory that the path started from,
    empty where it started from a new one. recorded: of a file, the turns that it holds findings of."""

    model: str
    fingerprint: str
    initial: MemorySummary
    records: tuple[TurnRecord, ...]
    opened_from: str = ""
    recorded: tuple[int, ...] = ()


Finding = (
    Reads
    | ReadHeads
    | Writes
    | ProvenanceMap
    | Similarity
    | Health
    | MemoryValues
    | Comparison
    | Paired
    | Influence
    | ProbeResult
    | Synthetic
    | RecordingSaved
    | Origin
)
