"""What the user selected, besides the turn: a word, a layer, marked slots, a second memory to compare with.

One selection for all views; the turn and the slot are MemoryHistory's. Nothing here survives the memory it is about:
what no longer exists is let go.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal, Slot

from app.models.memory_choices import MemoryChoice
from app.models.memory_history import MemoryHistory

BoolArray = npt.NDArray[np.bool_]
Token = tuple[int, int]
"""A turn and the index of a token of its answer."""


class Selection(QObject):
    """What is selected beside the history's turn and slot.

    Signals:
        token_changed(): the word in view is another: pointed at, else locked.
        marks_changed(): other slots are marked.
        pin_changed(): another memory is pinned, or none.
        layer_changed(): the layer of the views of one layer is another; None: the mean over layers.
        check_requested(turn): asked for the proof: what would have been said without the slots that were read.
        difference_requested(): show the difference to what is pinned.
    """

    token_changed = Signal()
    marks_changed = Signal()
    pin_changed = Signal()
    layer_changed = Signal()
    check_requested = Signal(int)
    difference_requested = Signal()

    def __init__(self, history: MemoryHistory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._hovered: Token | None = None
        self._locked: Token | None = None
        self._marks: BoolArray | None = None
        self._pin: MemoryChoice | None = None
        self._layer: int | None = None
        history.reset.connect(self._on_reset)
        history.started.connect(self.clear_marks)  # they are about what a word of that chat read
        history.cursor_changed.connect(self._on_cursor)

    @property
    def history(self) -> MemoryHistory:
        """The memory that all this is about."""
        return self._history

    # ---------------------------------------------------------------- a word

    @property
    def token(self) -> Token | None:
        """The word in view: the locked one, else the one that is pointed at."""
        return self._locked or self._hovered

    @property
    def hovered(self) -> Token | None:
        return self._hovered

    @property
    def locked(self) -> Token | None:
        return self._locked

    def hover(self, token: Token | None) -> None:
        """Points at a word of an answer; None: the pointer left. A turn that is not there points at nothing."""
        self._set_token(token if token is None or self._has_turn(token[0]) else None, self._locked)

    def lock(self, token: Token | None) -> None:
        """Keeps a word in view; the one that is locked, or None, lets go."""
        known = token is not None and self._has_turn(token[0]) and token != self._locked
        self._set_token(self._hovered, token if known else None)

    def _set_token(self, hovered: Token | None, locked: Token | None) -> None:
        before = self.token, self._locked
        self._hovered, self._locked = hovered, locked
        if (self.token, locked) != before:
            self.token_changed.emit()

    def _has_turn(self, turn: int) -> bool:
        return 0 <= turn <= self._history.last_turn

    # ---------------------------------------------------------------- a layer

    @property
    def layer(self) -> int | None:
        """The layer of the views that show one; None: the mean over all."""
        return self._layer

    def choose_layer(self, layer: int | None) -> None:
        """A layer that the memory does not have means all of them."""
        initial = self._history.initial
        inside = layer is not None and initial is not None and 0 <= layer < initial.layers
        chosen = layer if inside else None
        if chosen != self._layer:
            self._layer = chosen
            self.layer_changed.emit()

    def step_layer(self, step: int) -> None:
        """To the next (1) or the previous (-1) layer; before the first stands the mean over all."""
        initial = self._history.initial
        if initial is not None:
            position = (-1 if self._layer is None else self._layer) + step
            position = max(-1, min(initial.layers - 1, position))
            self.choose_layer(None if position < 0 else position)

    # ---------------------------------------------------------------- marked slots

    @property
    def marks(self) -> BoolArray:
        """[L, S], read-only: the slots that are marked for an experiment; [0, 0] before a model is loaded."""
        if self._marks is None:
            initial = self._history.initial
            shape = (initial.layers, initial.slots) if initial is not None else (0, 0)
            self._set_marks(np.zeros(shape, dtype=np.bool_))
        assert self._marks is not None  # noqa: S101 - just made
        return self._marks

    def mark(self, marks: BoolArray) -> None:
        """Marks these slots [L, S] and no others. Raises ValueError for another shape than the memory's."""
        if marks.shape != self.marks.shape:
            raise ValueError(f"marks must be {list(self.marks.shape)}, not {list(marks.shape)}")
        if not np.array_equal(marks, self.marks):
            self._set_marks(np.array(marks, dtype=np.bool_))
            self.marks_changed.emit()

    def toggle_mark(self, layer: int, slot: int) -> None:
        """Marks a slot or takes its mark back; a slot outside the memory is none."""
        marks = self.marks.copy()
        if 0 <= layer < marks.shape[0] and 0 <= slot < marks.shape[1]:
            marks[layer, slot] = not marks[layer, slot]
            self.mark(marks)

    @Slot()
    def clear_marks(self) -> None:
        self.mark(np.zeros_like(self.marks))

    def _set_marks(self, marks: BoolArray) -> None:
        marks.flags.writeable = False
        self._marks = marks

    # ---------------------------------------------------------------- the memory to compare with

    @property
    def pin(self) -> MemoryChoice | None:
        """The memory that is compared with (B)."""
        return self._pin

    def pin_turn(self, turn: int) -> None:
        """Pins the memory after a turn; INITIAL pins the one before the first."""
        sha256 = self._history.memory_after(turn)
        if sha256:
            self.set_pin(MemoryChoice(self._history.label_of(turn), turn, sha256=sha256))

    def set_pin(self, pin: MemoryChoice | None) -> None:
        """Pins a memory in place of another; the same one under another title changes nothing."""
        if pin != self._pin:
            self._pin = pin
            self.pin_changed.emit()

    # ---------------------------------------------------------------- what no longer exists

    def _on_cursor(self, turn: int) -> None:
        hovered = self._hovered if self._hovered is not None and self._hovered[0] == turn else None
        locked = self._locked if self._locked is not None and self._locked[0] == turn else None
        self._set_token(hovered, locked)

    def _on_reset(self) -> None:
        """Another conversation or branch: marks stay on a branch, a pinned turn if it is the same."""
        initial = self._history.initial
        shape = (initial.layers, initial.slots) if initial is not None else (0, 0)
        self._set_token(None, None)
        if self._marks is not None and self._marks.shape != shape:
            self._marks = None
            self.marks_changed.emit()
        if self._layer is not None and self._layer >= shape[0]:
            self.choose_layer(None)
        pin = self._pin
        if pin is not None and pin.turn is not None and self._history.memory_after(pin.turn) != pin.sha256:
            self.set_pin(None)
