"""What the analyst works on: the loaded model and the open path, handed over by the engine's thread as one value."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine.analysis.findings import Origin
from app.models.memory_names import INITIAL

if TYPE_CHECKING:
    from app.engine.library import Loaded, Memory
    from rxt.events import MemorySummary, TurnRecord


@dataclass(frozen=True, eq=False)
class Subject:
    """Immutable, so that any thread may read it; only app.engine looks inside.

    initial, summary: the memory before the first turn. turns: the records of the open path, numbered from 0. database:
    where the conversation is stored, for its other branches. opened_from: the title of the saved memory that `initial`
    is, empty where it is a new one.
    """

    loaded: Loaded
    initial: Memory
    summary: MemorySummary
    turns: tuple[TurnRecord, ...]
    database: Path | None = None
    opened_from: str = ""
    _chain: list[str] = field(default_factory=list, init=False, repr=False)

    @property
    def origin(self) -> Origin:
        """What the open path is, without the model."""
        info = self.loaded.info
        return Origin(info.name, info.fingerprint, self.summary, self.turns, self.opened_from)

    def up_to(self, turn: int) -> Subject:
        """The same path without what came after a turn."""
        return dataclasses.replace(self, turns=self.turns[: turn + 1])

    def is_about(self, loaded: Loaded, initial: Memory, turns: Sequence[TurnRecord]) -> bool:
        """Whether it was made of exactly these."""
        same = self.loaded is loaded and self.initial is initial and len(self.turns) == len(turns)
        return same and all(one is other for one, other in zip(self.turns, turns, strict=True))

    def lineage(self, turn: int) -> str:
        """One hash of the model, of the memory before the first turn and of all turns up to this one.

        What was found out about a lineage holds wherever it occurs: in a longer conversation, on another branch.
        """
        if not self._chain:
            info = self.loaded.info
            start = self.opened_from, self.summary.sha256  # a finding may say what the start is called
            self._chain.append(_hash(info.fingerprint, info.source, info.dtype, info.device, *start))
        for record in self.turns[len(self._chain) - 1 : turn + 1]:
            self._chain.append(_hash(self._chain[-1], record.memory_after, repr(record.answer_ids)))
        return self._chain[turn - INITIAL]

    def continues(self, other: object) -> bool:
        """Whether it is the same conversation with the same turns, and perhaps more."""
        if (
            not isinstance(other, Subject)
            or self.loaded is not other.loaded
            or self.initial.sha256 != other.initial.sha256
        ):
            return False
        return _hashes(self.turns[: len(other.turns)]) == _hashes(other.turns)


def subject_of(
    loaded: Loaded,
    initial: Memory,
    turns: tuple[TurnRecord, ...],
    database: Path | None,
    opened_from: str,
    former: Subject | None,
) -> Subject:
    """These as one value; `former` itself where nothing has changed since."""
    if former is not None and former.is_about(loaded, initial, turns):
        return former
    known = former.summary if former is not None and former.initial is initial else None
    return Subject(loaded, initial, initial.summary() if known is None else known, turns, database, opened_from)


def _hashes(turns: Sequence[TurnRecord]) -> list[tuple[str, tuple[int, ...]]]:
    return [(turn.memory_after, turn.interaction_ids) for turn in turns]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
