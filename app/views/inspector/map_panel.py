"""A heat map with everything that makes it readable: colour bar, readout, warnings, or words where there is no map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal

from app.paint.colormap import kinds_table, lookup_table
from app.paint.number import decimals_for, number_text
from app.views.inspector.heat_map import HeatMap
from app.views.inspector.map_face import MapFace, pooling_words
from app.views.inspector.table import TableData, show_table, table_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QFocusEvent, QKeyEvent
    from PySide6.QtWidgets import QWidget

    from app.paint.colormap import ByteArray
    from app.paint.limits import Limits
    from app.paint.quantity import Measure
    from app.theme import Theme
    from rxt.events import FloatArray

    Name = Callable[[int], str]


class MapPanel(MapFace):
    """One measure of one turn, [L, S]; rows and columns may be other things than layers and slots.

    The limits are those of the whole conversation until they are held: "Autoscale" holds the range of the turn in
    view, "Lock limits" the present one. Each quantity holds its own, until it is unlocked or another conversation
    is opened.

    Signals:
        clicked(layer, slot)
        pointed(layer, slot): the readout follows; (-1, -1) when the pointer left.
        limits_changed(): limits were held or let go: show again.
    """

    clicked = Signal(int, int)
    pointed = Signal(int, int)
    limits_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        reduced_motion: bool,
        hint: str,
        rows: str = "layer",
        columns: str = "slot",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, HeatMap(theme, reduced_motion, rows, columns), parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Map")
        self._hint = hint
        self._axes = (rows, columns)
        self._names: tuple[Name, Name] = (str, str)
        self._place: Callable[[int, int], str] | None = None
        self._colours: ByteArray | None = None
        self._kinds: tuple[tuple[str, str], ...] = ()
        self._table_of: Callable[[], TableData | None] | None = None
        self._remark = ""
        self._words = ""
        self._held: dict[str, Limits] = {}
        self._quantity: Measure | None = None
        self._values: FloatArray | None = None
        self._selected: tuple[int, int] | None = None
        self._pointed: tuple[int, int] | None = None
        self.map.clicked.connect(self.clicked)
        self.map.hovered.connect(self._on_hovered)
        self.map.pooling_changed.connect(self._write_note)
        self.compact_changed.connect(self._write_readout)
        self.scale.autoscale_requested.connect(self.autoscale)
        self.scale.lock_toggled.connect(self.set_locked)
        self.scale.table.clicked.connect(self.show_table)

    @property
    def limits(self) -> Limits:
        """The limits the colours span now."""
        return self.scale.bar.limits

    @property
    def values(self) -> FloatArray | None:
        """What is drawn."""
        return self._values

    @property
    def measure(self) -> Measure | None:
        """What the numbers are; None before any were drawn."""
        return self._quantity

    @property
    def is_empty(self) -> bool:
        """Whether words are shown in place of a map."""
        return self._values is None

    def set_axes(self, rows: str, columns: str, row: Name = str, column: Name = str) -> None:
        """What rows and columns are, and how each one is called."""
        self._axes, self._names = (rows, columns), (row, column)
        self.map.set_captions(rows, columns, self._theme)
        self.map.set_names(row, column)

    def set_place(self, place: Callable[[int, int], str]) -> None:
        """How a cell (row, column) is called, where names of rows and columns do not say it."""
        self._place = place

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """Colour and words of the kinds that are shown; empty where the colours stand for amounts."""
        return self._kinds

    def set_kinds(self, kinds: tuple[tuple[str, str], ...]) -> None:
        """Values 0, 1, 2, … are kinds with these (colour, words) and no amounts: their limits stay as they are."""
        self._kinds = kinds
        self._colours = kinds_table([shade for shade, _ in kinds])

    def set_words(self, words: str) -> None:
        """Says something in place of the readout until a cell is pointed at; empty: the readout again."""
        self._words = words
        self._write_readout()

    def set_remark(self, remark: str) -> None:
        """Adds a few words to the note below the map."""
        self._remark = remark
        self._write_note()

    def set_table(self, table: Callable[[], TableData | None]) -> None:
        """Where the table comes from, where cells are not drawn in their order."""
        self._table_of = table

    def table(self) -> TableData | None:
        """The numbers that are drawn; None where words stand in place of a map."""
        if self._values is None or self._quantity is None:
            return None
        if self._table_of is not None:
            return self._table_of()
        return table_of(self._quantity.title, self._values, self._axes, self._names)

    def handle_key(self, event: QKeyEvent) -> bool:
        """C autoscales once, L holds the limits or lets them go; whether the key was one of these."""
        if event.modifiers() or self.is_empty or self._colours is not None:
            return False
        if event.key() == Qt.Key.Key_C:
            self.autoscale()
        elif event.key() == Qt.Key.Key_L:
            self.toggle_lock()
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.handle_key(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.set_focused(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.set_focused(False)

    def show_table(self) -> None:
        """Opens the numbers as a table."""
        show_table(self.table(), self)

    def show_values(self, quantity: Measure, values: FloatArray, conversation_limits: Limits, fade: bool) -> None:
        """Draws values [L, S] in the colours of the conversation's limits, or of those that are held."""
        self._quantity, self._values = quantity, values
        self.setAccessibleName(f"Map: {quantity.title}")
        limits = self._held.get(quantity.key, conversation_limits)
        is_diverging = quantity.scale == "diverging"
        name = self._theme.diverging if is_diverging else self._theme.sequential
        table = lookup_table(name, quantity.is_reversed) if self._colours is None else self._colours
        self._stack.setCurrentIndex(0)
        self.map.set_values(values, limits, table, quantity.neutral, fade)
        self.scale.bar.set_scale(limits, table, is_diverging, values)
        self.scale.set_locked(quantity.key in self._held, self._theme)
        invalid = int((~np.isfinite(values)).sum())
        self.invalid.setVisible(invalid > 0)
        self.invalid.setText(
            f"Warning: {invalid:,} of {values.size:,} slots hold no valid number (NaN or Inf)."
            " They are magenta in the map."
        )
        self._write_note()

    def show_empty(self, text: str, icon: str = "ph.grid-four", action: str = "") -> None:
        """Shows words in place of the map."""
        self._values = None
        self.empty.show_text(text, icon, self._theme, action)
        self._stack.setCurrentIndex(1)

    def set_selected(self, cell: tuple[int, int] | None) -> None:
        """Outlines a (layer, slot); the readout tells it while nothing is pointed at."""
        self._selected = cell
        self.map.set_selected(cell)
        self._write_readout()

    def forget_limits(self) -> None:
        """Lets go of all held limits: another conversation was opened."""
        self._held = {}
        self.map.reset_zoom()

    def autoscale(self) -> None:
        """Spans the colours over the turn in view, and holds that."""
        if self._quantity is not None and self._values is not None and self._colours is None:
            self._held[self._quantity.key] = self._quantity.frame_limits(self._values)
            self.limits_changed.emit()

    def set_locked(self, is_locked: bool) -> None:
        """Holds the limits as they are, or goes back to those of the conversation."""
        if self._quantity is None or self._values is None or self._colours is not None:
            return
        if is_locked:
            self._held[self._quantity.key] = self.limits
        else:
            self._held.pop(self._quantity.key, None)
        self.limits_changed.emit()

    def toggle_lock(self) -> None:
        """The other of held and not held."""
        self.set_locked(not self.scale.lock.isChecked())

    def _on_hovered(self, layer: int, slot: int) -> None:
        self._pointed = (layer, slot) if layer >= 0 else None
        self._write_readout()
        self.pointed.emit(layer, slot)

    def _write_readout(self) -> None:
        cell = self._pointed or (None if self._words else self._selected)
        if self._values is None or self._quantity is None or cell is None:
            self.readout.setText(f"{self._words or self._hint}{self._shared_pixels()}")
            self.scale.bar.point_at(None)
            return
        layer, slot = cell
        if layer >= self._values.shape[0] or slot >= self._values.shape[1]:
            return
        value = float(self._values[layer, slot])
        decimals = max(2, decimals_for(self.limits.span))
        row, column = self._names[0](layer), self._names[1](slot)
        place = self._place(layer, slot) if self._place else f"{self._axes[0]} {row} · {self._axes[1]} {column}"
        told = "" if self._colours is not None else f" · {self._quantity.name} {number_text(value, decimals)}"
        self.readout.setText(f"{place}{told}{self._shared_pixels()}")
        self.scale.bar.point_at(value)

    def _shared_pixels(self) -> str:
        """That cells share pixels, at the end of the readout: where the note that says so has no room."""
        if self.map.group == 1 or self._quantity is None or self._values is None or not self.note.isHidden():
            return ""
        return f" · {pooling_words(self.map.group, self._quantity.neutral, self._pooled)[0]}"

    @property
    def _pooled(self) -> str:
        """What shares a pixel."""
        return f"pairs of {self._axes[1]}s" if self.map.is_of_pairs else f"{self._axes[1]}s"

    def _write_note(self) -> None:
        if self._quantity is None:
            return
        words, tips = ([self._remark] if self._remark else []), []
        if self._quantity.key in self._held:
            words.append("limits locked")
            tips.append("The colours keep this range until it is unlocked (L).")
        group = self.map.group
        if group > 1:
            short, long = pooling_words(group, self._quantity.neutral, self._pooled)
            words.append(short)
            tips.append(long)
        self.note.setText(" · ".join(words))
        self._show_note()
        self._write_readout()
        self.readout.setToolTip(" ".join(tips))
        self.note.setToolTip(" ".join(tips))
