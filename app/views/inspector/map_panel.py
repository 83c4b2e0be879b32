"""A heat map with everything that makes it readable: colour bar, readout, warnings, or words where there is no map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from app.paint.colormap import lookup_table
from app.paint.number import decimals_for, number_text
from app.views.inspector.colour_bar import ScaleBar
from app.views.inspector.heat_map import HeatMap
from app.views.inspector.section import EmptyState, plain_label

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.paint.limits import Limits
    from app.paint.quantity import Quantity, QuantityKey
    from app.theme import Theme
    from rxt.events import FloatArray


COMPACT_BELOW_PX = 210
_CANVAS_LEAST_PX = 64


class PlotCanvas(pg.GraphicsLayoutWidget):
    """A canvas for plots that leaves the keyboard to the view around it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(0, 0)
        self.ci.setContentsMargins(0, 0, 0, 0)
        self.ci.setSpacing(0)

    def restyle(self, theme: Theme) -> None:
        self.setBackground(theme.surface)


class MapPanel(QWidget):
    """One quantity of one turn, [L, S].

    The limits are those of the whole conversation until they are held: "Autoscale" holds the range of the turn in
    view, "Lock limits" the present one. Each quantity holds its own, until it is unlocked or another conversation
    is opened.

    Signals:
        clicked(layer, slot)
        pointed(layer, slot): the readout follows; (-1, -1) when the pointer left.
        limits_changed(): limits were held or let go: show again.
        compact_changed(bool): there is no room for the captions of axes.
    """

    clicked = Signal(int, int)
    pointed = Signal(int, int)
    limits_changed = Signal()
    compact_changed = Signal(bool)

    def __init__(self, theme: Theme, reduced_motion: bool, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hint = hint
        self._held: dict[QuantityKey, Limits] = {}
        self._quantity: Quantity | None = None
        self._values: FloatArray | None = None
        self._selected: tuple[int, int] | None = None
        self._pointed: tuple[int, int] | None = None
        self.canvas = PlotCanvas()
        self.map = HeatMap(theme, reduced_motion)
        self.canvas.addItem(self.map, 0, 0)
        self.scale = ScaleBar(theme)
        self.readout = plain_label("readout")
        self.note = plain_label("caption")
        self.invalid = plain_label("invalid", wrap=True)
        self.empty = EmptyState()
        self._build()
        self.map.clicked.connect(self.clicked)
        self.map.hovered.connect(self._on_hovered)
        self.map.pooling_changed.connect(self._write_note)
        self.scale.autoscale_requested.connect(self.autoscale)
        self.scale.lock_toggled.connect(self.set_locked)

    @property
    def limits(self) -> Limits:
        """The limits the colours span now."""
        return self.scale.bar.limits

    @property
    def is_empty(self) -> bool:
        """Whether words are shown in place of a map."""
        return self._values is None

    def show_values(self, quantity: Quantity, values: FloatArray, conversation_limits: Limits, fade: bool) -> None:
        """Draws values [L, S] in the colours of the conversation's limits, or of those that are held."""
        self._quantity, self._values = quantity, values
        limits = self._held.get(quantity.key, conversation_limits)
        is_diverging = quantity.scale == "diverging"
        name = self._theme.diverging if is_diverging else self._theme.sequential
        table = lookup_table(name, quantity.is_reversed)
        self._stack.setCurrentIndex(0)
        self.map.set_values(values, limits, table, quantity.neutral, fade)
        self.scale.bar.set_scale(limits, table, is_diverging, values)
        self.scale.set_locked(quantity.key in self._held, self._theme)
        invalid = int((~np.isfinite(values)).sum())
        self.invalid.setVisible(invalid > 0)
        self.invalid.setText(
            f"Warning: {invalid} of {values.size} slots hold no valid number (NaN or Inf). They are magenta in the map."
        )
        self._write_note()
        self._write_readout()

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
        if self._quantity is not None and self._values is not None:
            self._held[self._quantity.key] = self._quantity.frame_limits(self._values)
            self.limits_changed.emit()

    def set_locked(self, is_locked: bool) -> None:
        """Holds the limits as they are, or goes back to those of the conversation."""
        if self._quantity is None or self._values is None:
            return
        if is_locked:
            self._held[self._quantity.key] = self.limits
        else:
            self._held.pop(self._quantity.key, None)
        self.limits_changed.emit()

    def toggle_lock(self) -> None:
        """The other of held and not held."""
        self.set_locked(not self.scale.lock.isChecked())

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.canvas.restyle(theme)
        self.map.restyle(theme)
        self.scale.restyle(theme)

    def set_focused(self, is_focused: bool) -> None:
        """Shows that keys go to the view around this panel."""
        self.map.set_focused(is_focused, self._theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_compact = self.height() < COMPACT_BELOW_PX
        self.map.set_compact(is_compact)
        self._show_note()
        self.compact_changed.emit(is_compact)

    def _build(self) -> None:
        page = QWidget()
        self.canvas.setMinimumHeight(_CANVAS_LEAST_PX)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(page)
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.scale)
        column.addWidget(self.readout)
        column.addWidget(self.note)
        column.addWidget(self.invalid)
        self.invalid.hide()
        self.note.hide()

    def _show_note(self) -> None:
        """The note has a line of its own where there is room; the readout's tooltip always says more."""
        self.note.setVisible(bool(self.note.text()) and self.height() >= COMPACT_BELOW_PX)

    def _on_hovered(self, layer: int, slot: int) -> None:
        self._pointed = (layer, slot) if layer >= 0 else None
        self._write_readout()
        self.pointed.emit(layer, slot)

    def _write_readout(self) -> None:
        cell = self._pointed or self._selected
        if self._values is None or self._quantity is None or cell is None:
            self.readout.setText(self._hint)
            self.scale.bar.point_at(None)
            return
        layer, slot = cell
        if layer >= self._values.shape[0] or slot >= self._values.shape[1]:
            return
        value = float(self._values[layer, slot])
        decimals = max(2, decimals_for(self.limits.span))
        self.readout.setText(f"layer {layer} · slot {slot} · {self._quantity.name} {number_text(value, decimals)}")
        self.scale.bar.point_at(value)

    def _write_note(self) -> None:
        if self._quantity is None:
            return
        words, tips = [], []
        if self._quantity.key in self._held:
            words.append("limits locked")
            tips.append("The colours keep this range until it is unlocked (L).")
        group = self.map.group
        if group > 1:
            extreme = "largest" if self._quantity.neutral == 0 else "most changed"
            words.append(f"each pixel: {extreme} of {group} slots")
            tips.append(
                f"There are more slots than pixels: each pixel shows the {extreme} of up to {group} neighbours, so a "
                "single written slot stays visible. Zoom in with the wheel to see every slot; double-click resets."
            )
        self.note.setText(" · ".join(words))
        self._show_note()
        self.readout.setToolTip(" ".join(tips))
        self.note.setToolTip(" ".join(tips))
