"""The memory of the open conversation over its turns, and the one place that knows which turn is looked at.

Every view of the memory draws from here: the initial memory, the records of the turns, the cursor (which turn is
shown everywhere) and the selected slot. Turn numbers start at 0; the initial memory is INITIAL.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.models.memory_names import INITIAL, memory_after, memory_in_words, memory_label
from rxt.events import FloatArray, MemorySummary, TurnRecord


class MemoryHistory(QObject):
    """The turns of the open conversation.

    Signals:
        reset(): another conversation, path or memory was opened; initial and records are new, the cursor is at the end.
        started(): after reset(): another conversation or memory was opened, not another path of the same one.
        turn_added(turn): the path grew up to this turn; by many at once where a longer branch is gone back to.
        cursor_changed(turn): the turn to show changed (INITIAL: the memory before the first turn).
        slot_selected(layer, slot): the selected slot changed; (-1, -1): none.
    """

    reset = Signal()
    started = Signal()
    turn_added = Signal(int)
    cursor_changed = Signal(int)
    slot_selected = Signal(int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._initial: MemorySummary | None = None
        self._origin = ""
        self._records: list[TurnRecord] = []
        self._cursor = INITIAL
        self._slot: tuple[int, int] | None = None

    @property
    def initial(self) -> MemorySummary | None:
        """The memory the conversation started from; None before a model is loaded."""
        return self._initial

    @property
    def origin(self) -> str:
        """The title of the saved memory the conversation started from; empty where it started from a new one."""
        return self._origin

    @property
    def records(self) -> tuple[TurnRecord, ...]:
        return tuple(self._records)

    @property
    def last_turn(self) -> int:
        """The newest turn, INITIAL where there is none."""
        return len(self._records) - 1

    @property
    def cursor(self) -> int:
        return self._cursor

    @property
    def is_at_end(self) -> bool:
        """Whether the newest memory is shown; the cursor then follows new turns."""
        return self._cursor == self.last_turn

    @property
    def current(self) -> TurnRecord | None:
        """The record of the turn at the cursor; None at the initial memory."""
        return self._records[self._cursor] if self._cursor >= 0 else None

    @property
    def slot(self) -> tuple[int, int] | None:
        """The selected (layer, slot)."""
        return self._slot

    def label_of(self, turn: int) -> str:
        """The memory after a turn (INITIAL: before the first) in the fewest words."""
        return memory_label(turn, self._origin)

    def name_of(self, turn: int) -> str:
        """The same within a sentence: "the opened memory"."""
        return memory_in_words(turn, self._origin)

    def full_name_of(self, turn: int) -> str:
        """The same where the turn alone would be its words: "the memory after turn 3"."""
        return memory_after(turn, self._origin)

    def memory_after(self, turn: int) -> str:
        """SHA-256 of the memory after a turn (INITIAL: before the first); empty where there is no such memory."""
        if turn == INITIAL:
            return self._initial.sha256 if self._initial is not None else ""
        return self._records[turn].memory_after if 0 <= turn <= self.last_turn else ""

    def norm(self) -> FloatArray | None:
        """The norms [L, S] of the memory at the cursor; None before a model is loaded."""
        if self.current is not None:
            return self.current.norm
        return self._initial.norm if self._initial is not None else None

    def start(self, initial: MemorySummary, records: tuple[TurnRecord, ...] = (), origin: str = "") -> None:
        """Shows another conversation: its initial memory, the saved memory that came from, and the turns it has."""
        self._initial = initial
        self._origin = origin
        self._records = list(records)
        self._cursor = self.last_turn
        self._slot = None
        self.reset.emit()
        self.started.emit()
        self.slot_selected.emit(-1, -1)
        self.cursor_changed.emit(self._cursor)

    def follow_path(self, records: tuple[TurnRecord, ...]) -> None:
        """Shows another path of the same conversation; the selected slot stays. The cursor goes to the end, but stays
        where it looks at the past of a path that only grows.

        Nothing is signalled where the memories are the same; where some are new, what adding them signals, but once:
        whoever hears it may walk the whole path.
        """
        shared = min(len(records), len(self._records))
        same = [record.memory_after for record in records[:shared]]
        if len(records) >= len(self._records) and same == [record.memory_after for record in self._records]:
            self._records[:shared] = records[:shared]
            if len(records) > shared:
                self._extend(records[shared:])
            return
        self._records = list(records)
        self._cursor = self.last_turn
        self.reset.emit()
        self.cursor_changed.emit(self._cursor)

    def add(self, record: TurnRecord) -> None:
        """Appends the next turn. Raises ValueError where it is not the next one."""
        if record.turn != len(self._records):
            raise ValueError(f"turn {record.turn} cannot follow turn {self.last_turn}")
        self._extend((record,))

    def _extend(self, records: tuple[TurnRecord, ...]) -> None:
        follow = self.is_at_end
        self._records += records
        if follow:  # before any signal: no view shall take the newest turn for one of the past
            self._cursor = self.last_turn
        self.turn_added.emit(self.last_turn)
        if follow:
            self.cursor_changed.emit(self._cursor)

    def show_turn(self, turn: int) -> None:
        """Moves the cursor; a turn that does not exist is clamped to the nearest that does."""
        turn = max(INITIAL, min(turn, self.last_turn))
        if turn != self._cursor:
            self._cursor = turn
            self.cursor_changed.emit(turn)

    def select_slot(self, layer: int, slot: int) -> None:
        """Selects a slot; a slot outside the memory clears the selection."""
        shape = self._initial
        inside = shape is not None and 0 <= layer < shape.layers and 0 <= slot < shape.slots
        selected = (layer, slot) if inside else None
        if selected != self._slot:
            self._slot = selected
            self.slot_selected.emit(*(selected or (-1, -1)))
