"""An experiment on a copy of the memory: which edit, on which slots, from which memory; and what came of earlier ones.

Plain state. What the slots of a choice are is decided here; what the edit does is the engine's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal, Slot

from app.models.amount import share_text
from app.models.edit_kind import EditKind

if TYPE_CHECKING:
    from app.models.memory_choices import MemoryChoice
    from app.models.selection import Selection
    from rxt.events import FloatArray

BoolArray = npt.NDArray[np.bool_]
PlaceKind = Literal["read", "marked", "selected", "layer"]
RUNS_KEPT = 50
READ_SHARE = 0.4
"""Of each layer's slots, those that an answer read most, at first. Many hold the same: without a quarter of them the
bundled model changes 34 % of its answers, without half of them 74 %, without as many others 2 % (`python -m rxt
trace`). With half of them or more, the others of a control are no longer drawn: there are no more."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is chosen. layer: for "layer"; share in (0, 1]: for "read"; source: for "patch", and for "freeze" the turn
    from which on the slots keep still."""

    kind: EditKind = "zero"
    place: PlaceKind = "read"
    layer: int = 0
    share: float = READ_SHARE
    source: MemoryChoice | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """An experiment that was done. words: what was done to which slots of which turn; finding: what was found; memory:
    SHA-256 of the memory before the turn, which was edited; edit: as the engine was asked for it. sources: turns whose
    memories the edit took from, with their SHA-256."""

    number: int
    turn: int
    words: str
    finding: Any
    memory: str
    edit: Any = None
    sources: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """slots: [L, S], where the edit acts; words: which these are. Where there are none, `problem` says why."""

    slots: BoolArray | None = None
    words: str = ""
    problem: str = ""


class Lab(QObject):
    """The experiment that is chosen and the ones that were done in the open conversation.

    Signals:
        changed(): something else is chosen.
        runs_changed(): an experiment was done, or the conversation is another.
    """

    changed = Signal()
    runs_changed = Signal()

    def __init__(self, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._experiment = Experiment()
        self._runs: list[Run] = []
        self._done = 0
        selection.marks_changed.connect(self._on_change)
        selection.token_changed.connect(self._on_change)
        selection.history.slot_selected.connect(self._on_slot)
        selection.history.reset.connect(self._on_change)
        selection.history.started.connect(self._on_started)

    @property
    def experiment(self) -> Experiment:
        return self._experiment

    @property
    def runs(self) -> tuple[Run, ...]:
        """The newest first."""
        return tuple(reversed(self._runs))

    def choose(self, **changes: Any) -> None:
        """Changes single fields of the experiment."""
        chosen = replace(self._experiment, **changes)
        if chosen != self._experiment:
            self._experiment = chosen
            self.changed.emit()

    def keep(self, turn: int, words: str, finding: Any, edit: Any = None, source: int | None = None) -> Run:
        """Keeps what an experiment has shown; the oldest is let go where there are RUNS_KEPT. source: the turn whose
        memory the edit took from, where it is one of this path."""
        memory_after = self._selection.history.memory_after
        sources = () if source is None else ((source, memory_after(source)),)
        self._done += 1
        run = Run(self._done, turn, words, finding, memory_after(turn - 1), edit, sources)
        self._runs = [*self._runs, run][-RUNS_KEPT:]
        self.runs_changed.emit()
        return run

    def read_words(self, turn: int) -> tuple[int, ...] | None:
        """The tokens of the answer whose reads count: the locked one of this turn, else None, which is all."""
        token = self._selection.locked
        return (token[1],) if token is not None and token[0] == turn else None

    def target(self, read: FloatArray | None = None, reader: str = "it") -> Target:
        """The slots that are meant. read: [L, S], how much each was read, for the place "read"; None: not known yet.
        reader: what has read them, in words."""
        marks, chosen = self._selection.marks, self._experiment
        if marks.size == 0:
            return Target(problem="No memory is open.")
        match chosen.place:
            case "marked":
                if not marks.any():
                    return Target(problem="No slot is marked. Select slots in the memory map and press X.")
                return Target(marks, f"{slots_in_words(int(marks.sum()))} that you marked")
            case "selected":
                slot = self._selection.history.slot
                if slot is None or slot[0] >= marks.shape[0] or slot[1] >= marks.shape[1]:
                    return Target(problem="No slot is selected. Click one in the memory map.")
                mask = np.zeros_like(marks)
                mask[slot] = True
                return Target(mask, f"slot {slot[1]} of layer {slot[0]}")
            case "layer":
                if chosen.layer >= marks.shape[0]:
                    return Target(problem=f"The memory has no layer {chosen.layer}.")
                mask = np.zeros_like(marks)
                mask[chosen.layer] = True
                return Target(mask, f"all {marks.shape[1]:,} slots of layer {chosen.layer}")
            case "read":
                if read is None:
                    return Target()
                mask = strongest(read, chosen.share)
                return Target(
                    mask,
                    f"{slots_in_words(int(mask.sum()))} {reader} read most ({share_text(chosen.share)} of each layer)",
                )

    @Slot()
    def clear_marks(self) -> None:
        """Takes the marks of all slots away."""
        self._selection.clear_marks()

    @Slot()
    def _on_change(self) -> None:
        self.changed.emit()

    @Slot(int, int)
    def _on_slot(self, _layer: int, _slot: int) -> None:
        self.changed.emit()

    @Slot()
    def _on_started(self) -> None:
        """Runs are about turns of one conversation; they stay on its other branches."""
        self._runs = []
        self._done = 0
        self.choose(source=None)
        self.runs_changed.emit()


def strongest(values: FloatArray, share: float) -> BoolArray:
    """In each layer of values [L, S] the given share of its slots, at least one, whose values are largest."""
    count = max(1, math.ceil(share * values.shape[1] - 1e-9))
    order = np.argsort(-values, axis=1, kind="stable")[:, :count]
    mask = np.zeros(values.shape, dtype=np.bool_)
    np.put_along_axis(mask, order, True, axis=1)
    return mask


def slots_in_words(count: int) -> str:
    return "the slot" if count == 1 else f"the {count:,} slots"
