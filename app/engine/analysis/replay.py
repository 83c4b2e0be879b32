"""The memories of finished turns, computed again from their tokens and kept within a budget; and who wrote them.

A memory after a turn is named by its hash, so paths that share turns share what was computed. Other branches are read
from the store, by a connection of this thread's own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from app.engine.analysis.inquiries import BranchMemory, MemoryRef, SnapshotMemory, TurnMemory
from app.engine.refusal import RefusedError
from app.models.memory_names import INITIAL, memory_in_words
from app.store.path_reader import stored_path
from rxt.inference.cancel import Cancelled, IsCancelled
from rxt.inference.provenance import Provenance, Unrolling
from rxt.inference.replay import encoder_states, replay_write
from rxt.io.pretrained import PretrainedModel
from rxt.io.snapshot import load_snapshot
from rxt.model.memory import MemoryState

if TYPE_CHECKING:
    from app.engine.analysis.subject import Subject
    from rxt.events import TurnRecord

BUDGET_BYTES = 256 * 2**20
"""Of kept memories; two are kept in any case."""


class Replay:
    """Memories on demand, for one thread. Everything raises Cancelled, and RefusedError with a sentence."""

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        self._budget_bytes = budget_bytes
        self._kept: OrderedDict[str, MemoryState] = OrderedDict()
        self._unrolled: tuple[Subject, Unrolling] | None = None
        self._provenance: Provenance | None = None
        self._inexact: set[str] = set()  # recorded memories that a replay did not leave to the last bit

    def memory(self, subject: Subject, turn: int, cancelled: IsCancelled) -> MemoryState:
        """The memory after a turn of the open path (INITIAL: before the first)."""
        if not INITIAL <= turn < len(subject.turns):
            raise RefusedError(f"The open conversation has no turn {turn + 1}. Choose one that it has.")
        if turn == INITIAL:
            return initial_of(subject)
        sha256 = subject.turns[turn].memory_after
        if sha256 not in self._kept:
            self._unroll(subject, turn, cancelled)  # whoever looks at a memory soon asks who wrote it
        if sha256 not in self._kept:  # it was, and had to make room
            return self._after(subject, initial_of(subject), subject.turns[: turn + 1], cancelled)
        self._kept.move_to_end(sha256)
        return self._kept[sha256]

    def find(self, subject: Subject, where: MemoryRef, cancelled: IsCancelled) -> tuple[MemoryState, str]:
        """Any memory, with a name for a reader."""
        match where:
            case TurnMemory():
                return self.memory(subject, where.turn, cancelled), memory_in_words(where.turn, subject.opened_from)
            case BranchMemory():
                return self._of_branch(subject, where.id, cancelled)
            case SnapshotMemory():
                snapshot = load_snapshot(where.path, model=model_of(subject))
                return snapshot.memory, f"the saved memory {snapshot.info.title or where.path.stem}"

    def provenance(self, subject: Subject, turn: int, cancelled: IsCancelled) -> Provenance:
        """Of at least the turns up to this one of the open path."""
        unrolling = self._unroll(subject, turn, cancelled)
        if self._provenance is None or self._provenance.memory is not unrolling.memory:
            self._provenance = unrolling.provenance()
        return self._provenance

    def is_exact(self, subject: Subject, turn: int) -> bool:
        """Whether replaying left the recorded memories, of the turns up to this one, to the last bit."""
        return self._inexact.isdisjoint(record.memory_after for record in subject.turns[: turn + 1])

    def _unroll(self, subject: Subject, turn: int, cancelled: IsCancelled) -> Unrolling:
        """Goes on where the last call ended, if this path goes on from there."""
        last = self._unrolled
        if last is None or not (subject.continues(last[0]) or last[0].continues(subject)):
            unrolling = Unrolling(model_of(subject), initial_of(subject))
        else:
            unrolling = last[1]
        longest = subject if last is None or unrolling is not last[1] or subject.continues(last[0]) else last[0]
        self._unrolled = (longest, unrolling)
        while unrolling.turns <= turn:
            self._add(unrolling, subject.turns[unrolling.turns], cancelled)
        return unrolling

    def _add(self, unrolling: Unrolling, record: TurnRecord, cancelled: IsCancelled) -> None:
        """Adds a turn, unless a quick question that was answered in a pause has added it meanwhile."""
        count = unrolling.turns
        try:
            memory = unrolling.add(record.interaction_ids, lambda: cancelled() or unrolling.turns != count)
        except Cancelled:
            if unrolling.turns == count:
                raise
        else:
            self._keep(record.memory_after, memory)
            if memory.sha256 != record.memory_after:
                self._inexact.add(record.memory_after)

    def _of_branch(self, subject: Subject, turn_id: int, cancelled: IsCancelled) -> tuple[MemoryState, str]:
        if subject.database is None or not subject.database.is_file():
            raise RefusedError("Nothing of this session is saved, so other branches cannot be looked into.")
        path = stored_path(subject.database, turn_id)
        records = [turn.record for turn in path if turn.record is not None and not turn.forgotten]
        name = f"turn {len(records)} of another branch" if records else memory_in_words(INITIAL, subject.opened_from)
        if records and records[0].memory_before != subject.initial.sha256:
            raise RefusedError("This turn is of another conversation. Open that one to look into it.")
        return self._after(subject, initial_of(subject), records, cancelled), name

    def _after(
        self, subject: Subject, initial: MemoryState, turns: Sequence[TurnRecord], cancelled: IsCancelled
    ) -> MemoryState:
        """Replays from the last memory of the path that is kept."""
        known, memory = len(turns), initial
        while known and (kept := self._kept.get(turns[known - 1].memory_after)) is None:
            known -= 1
        if known:
            assert kept is not None  # noqa: S101  (mypy does not see that the loop ended there)
            memory = kept
        model = model_of(subject)
        for record in turns[known:]:
            memory = replay_write(model, memory, encoder_states(model, record.interaction_ids), cancelled).memory
            self._keep(record.memory_after, memory)
        return memory

    def _keep(self, sha256: str, memory: MemoryState) -> None:
        self._kept[sha256] = memory
        self._kept.move_to_end(sha256)
        size = memory.shared.nbytes
        while len(self._kept) > max(2, self._budget_bytes // size):
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """Another model is loaded: nothing that was computed holds any more."""
        self._kept.clear()
        self._inexact.clear()
        self._unrolled = self._provenance = None


def model_of(subject: Subject) -> PretrainedModel:
    """The model itself. Raises RefusedError where the engine works with something else, as tests do."""
    model = cast("object", subject.loaded.model)
    if not isinstance(model, PretrainedModel):
        raise RefusedError("The loaded model cannot be looked into.")
    return model


def initial_of(subject: Subject) -> MemoryState:
    return cast("MemoryState", subject.initial)
