"""What can be asked of the analyst: one frozen value per question. Equal questions have equal answers.

Turns are numbered as in the records of the open path, from 0. Where a question is about a memory, `turn` means the
memory after it, and INITIAL (-1) the memory before the first.

Letters: L memory layers, S slots.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from app.models.edit_kind import EditKind

__all__ = [
    "AskComparison", "AskEdited", "AskHealth", "AskInfluence", "AskMix", "AskOrigin", "AskPaired",
    "AskProbe", "AskProvenance", "AskReadHeads", "AskReads", "AskRecording", "AskSimilarity", "AskValues", "AskWrites",
    "BranchMemory", "Edit", "Inquiry", "MemoryRef", "SlotMask", "SnapshotMemory", "TurnMemory",
]  # fmt: skip

SlotMask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TurnMemory:
    """The memory after a turn of the open path; INITIAL: before the first."""

    turn: int


@dataclass(frozen=True, slots=True)
class BranchMemory:
    """The memory after a stored turn of the open conversation, by its id in the store: on whatever branch it is."""

    id: int


@dataclass(frozen=True, slots=True)
class SnapshotMemory:
    """A memory that was saved as a file."""

    path: Path


MemoryRef = TurnMemory | BranchMemory | SnapshotMemory


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """What is done to a copy of the memory before a turn. slots: [L, S], True where the edit acts.

    zero; mean: of the layer's slots; noise: a random direction of the slot's own norm; initial: as in the initial
    memory; freeze: as after the turn that `source` (a TurnMemory) names, all later turns being replayed without
    writing to these slots (without a source: the last turn before is not written to them); patch: as in `source`.
    seed: of the noise, and of the choice of the control's slots.

    Raises ValueError for an unknown kind, a mask that is none, and a patch without source.
    """

    kind: EditKind
    slots: SlotMask
    source: MemoryRef | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(EditKind):
            raise ValueError(f"there is no edit {self.kind!r}")
        if self.slots.dtype != np.bool_ or self.slots.ndim != 2:
            raise ValueError(f"the slots of an edit are a mask [L, S], not {self.slots.shape} {self.slots.dtype}")
        if self.kind == "patch" and self.source is None:
            raise ValueError("a patch needs a memory that it is taken from")
        if self.slots.flags.writeable:
            slots = self.slots.copy()
            slots.flags.writeable = False
            object.__setattr__(self, "slots", slots)

    def _key(self) -> tuple[object, ...]:
        return self.kind, self.slots.shape, self.slots.tobytes(), self.source, self.seed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Edit) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


@dataclass(frozen=True, slots=True)
class AskReads:
    """-> Reads: what the answer of a turn read."""

    turn: int


@dataclass(frozen=True, slots=True)
class AskReadHeads:
    """-> ReadHeads: the same head by head. layers: all by default; few where slots and heads are many."""

    turn: int
    layers: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class AskWrites:
    """-> Writes: from which words a turn wrote each slot."""

    turn: int


@dataclass(frozen=True, slots=True)
class AskProvenance:
    """-> ProvenanceMap of the memory after a turn; None: after the newest."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class AskSimilarity:
    """-> Similarity"""

    turn: int


@dataclass(frozen=True, slots=True)
class AskHealth:
    """-> Health"""

    turn: int


@dataclass(frozen=True, slots=True)
class AskValues:
    """-> MemoryValues"""

    turn: int


@dataclass(frozen=True, slots=True)
class AskComparison:
    """-> Comparison of two memories."""

    a: MemoryRef
    b: MemoryRef


@dataclass(frozen=True, slots=True)
class AskPaired:
    """-> Paired: what the turn would have answered with an edited memory, and with as many other slots edited."""

    turn: int
    edit: Edit


@dataclass(frozen=True, slots=True)
class AskInfluence:
    """-> Influence: leave one turn out, see every later answer."""


@dataclass(frozen=True, slots=True)
class AskProbe:
    """-> ProbeResult.

    questions: (question, expected answer) pairs, or a CSV file of such lines, asked of a copy of the memory after
    `turn` (None: the newest). None: conversations of the bundled model's domain are played on fresh memories, and facts
    asked for, by `kind`; trials: how many conversations.
    """

    questions: tuple[tuple[str, str], ...] | Path | None = None
    kind: Literal["distance", "facts"] = "distance"
    trials: int = 16
    seed: int = 0
    turn: int | None = None

    @property
    def is_played(self) -> bool:
        """Whether it asks about the model alone: no conversation is needed, so another one changes nothing."""
        return self.questions is None


@dataclass(frozen=True, slots=True)
class AskMix:
    """-> Synthetic: (1 - weight) · a + weight · b, saved as a snapshot that says it is synthetic.

    weight: one number, or a tuple of L numbers, or of L tuples of S numbers; 0 and 1 merge whole layers or slots.
    chat: the title of the open chat, for the file to say whose turns were mixed.
    """

    a: MemoryRef
    b: MemoryRef
    weight: float | tuple[float, ...] | tuple[tuple[float, ...], ...]
    path: Path
    title: str = ""
    chat: str = ""


@dataclass(frozen=True, slots=True)
class AskEdited:
    """-> Synthetic: the memory after a turn, edited, saved as a snapshot that says it is synthetic.

    expected: SHA-256 of what it has to be, refused otherwise; empty: whatever it is.
    """

    turn: int
    edit: Edit
    path: Path
    title: str = ""
    chat: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class AskRecording:
    """-> RecordingSaved: everything the views show of some turns of the open path (None: of all), in one file."""

    path: Path
    turns: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class AskOrigin:
    """-> Origin: the model, the memories' hashes and the records."""


Inquiry = (
    AskReads
    | AskReadHeads
    | AskWrites
    | AskProvenance
    | AskSimilarity
    | AskHealth
    | AskValues
    | AskComparison
    | AskPaired
    | AskInfluence
    | AskProbe
    | AskMix
    | AskEdited
    | AskRecording
    | AskOrigin
)
