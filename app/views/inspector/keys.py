"""The keys of the inspector: letters that act on the one selection, wherever in the inspector the keyboard is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from app.paint.quantity import large_changes, memory_change

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.models.selection import Selection

LEAP = 10


class SelectionKeys(QObject):
    """N and Shift+N the next and the previous large change, P pins the turn as B, D shows the difference to B, X marks
    the selected slot (Shift+X those a word read most, Ctrl+X none), ↑ ↓ the layer, ← → the turn, Space plays.

    Signals:
        play_requested(): the turns shall play, or stop playing.
        mark_read_requested(): the slots that the word in view read shall be marked.
        said(text): what a key did, in words.
    """

    play_requested = Signal()
    mark_read_requested = Signal()
    said = Signal(str)

    def __init__(self, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._history = selection.history
        self._left_out: frozenset[int] = frozenset()

    def leave_out(self, *keys: Qt.Key) -> None:
        """These mean nothing here: what they lead to is not there."""
        self._left_out = frozenset(keys)

    def handle(self, event: QKeyEvent) -> bool:
        """Does what a key means here; whether it means anything."""
        if event.key() in self._left_out:
            return False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_N if not control:
                self.show_large(backwards=shift)
            case Qt.Key.Key_P if not control and not shift:
                self.pin()
            case Qt.Key.Key_D if not control and not shift:
                self.show_difference()
            case Qt.Key.Key_X if shift and not control:
                self.mark_read_requested.emit()
            case Qt.Key.Key_X if not control:
                self.mark()
            case Qt.Key.Key_X if not shift:
                self.clear_marks()
            case Qt.Key.Key_Up | Qt.Key.Key_Down if not control and not shift:
                self._selection.step_layer(-1 if event.key() == Qt.Key.Key_Up else 1)
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                step = LEAP if control else 1
                self._history.show_turn(self._history.cursor + (-step if event.key() == Qt.Key.Key_Left else step))
            case Qt.Key.Key_Space if not control:
                self.play_requested.emit()
            case _:
                return False
        return True

    def show_large(self, backwards: bool) -> None:
        """Goes to the nearest large change in that direction, if there is one."""
        large = large_changes([memory_change(record) for record in self._history.records])
        cursor = self._history.cursor
        turns = [turn for turn in large if (turn < cursor if backwards else turn > cursor)]
        if turns:
            self._history.show_turn(turns[-1] if backwards else turns[0])

    def pin(self) -> None:
        """Pins the memory in view as B; the pinned one is let go."""
        pin, cursor = self._selection.pin, self._history.cursor
        if self._history.initial is None:
            return
        if pin is not None and pin.turn == cursor:
            self._selection.set_pin(None)
            self.said.emit("Nothing is pinned now.")
            return
        self._selection.pin_turn(cursor)
        self.said.emit(f"Pinned {self._history.name_of(cursor)} as B: D shows the difference.")

    def show_difference(self) -> None:
        """Shows the difference to what is pinned, or says what is missing."""
        if self._selection.pin is None:
            self.said.emit("Nothing is pinned yet: go to a turn and press P.")
        else:
            self._selection.difference_requested.emit()

    def mark(self) -> None:
        """Marks the selected slot for an experiment, or takes its mark back."""
        slot = self._history.slot
        if slot is None:
            self.said.emit("Select a slot first: click a cell of the memory map.")
            return
        self._selection.toggle_mark(*slot)
        count = int(np.count_nonzero(self._selection.marks))
        self.said.emit(f"{count:,} {'slot is' if count == 1 else 'slots are'} marked for the lab.")

    def clear_marks(self) -> None:
        """Takes the marks of all slots away."""
        self._selection.clear_marks()
        self.said.emit("No slot is marked now.")
