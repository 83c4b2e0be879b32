"""A memory as a picture: layers down, slots across, the colour of each cell says its value and nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QAbstractAnimation, QPointF, QRectF, QVariantAnimation, Signal

from app.paint.limits import Limits
from app.paint.number import binary_step, decimal_step
from app.paint.raster import blend, pool, rgba
from app.views.inspector.axis import IndexAxis
from app.views.inspector.cells import Cells
from app.views.inspector.style import pen

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.paint.colormap import ByteArray
    from app.theme import Theme
    from rxt.events import FloatArray

FADE_MS = 150
AXIS_PX = 36
COMPACT_AXIS_PX = 20
_LEAST_SLOTS = 8  # the deepest zoom


class HeatMap(pg.PlotItem):
    """Values [L, S] as cells, with hover, click, zoom along the slots (wheel, drag; double-click resets).

    Where slots outnumber pixels, a pixel shows the value farthest from the measure's neutral value. rows, columns: the
    captions of the axes, where they are other things than layers and slots; the same ones are pooled alike both ways.

    Signals:
        hovered(layer, slot): (-1, -1) when the pointer left.
        clicked(layer, slot)
        pooling_changed(group): at most `group` neighbouring slots share a pixel; 1: each slot is drawn.
    """

    hovered = Signal(int, int)
    clicked = Signal(int, int)
    pooling_changed = Signal(int)

    def __init__(self, theme: Theme, reduced_motion: bool, rows: str = "layer", columns: str = "slot") -> None:
        layers = IndexAxis("left", binary_step if rows == "slot" else decimal_step, room_px=13)
        slots = IndexAxis("bottom", binary_step if columns == "slot" else decimal_step, room_px=38)
        super().__init__(axisItems={"left": layers, "bottom": slots}, enableMenu=False)
        self._values: FloatArray | None = None
        self._limits = Limits(0, 1)
        self._table: ByteArray | None = None
        self._neutral = 0.0
        self._group = 1
        self._shown: ByteArray | None = None  # what is on the screen, also in the middle of a fade
        self._fade_ends: tuple[ByteArray, ByteArray] | None = None
        self._extent = (0, 0)  # first slot and number of slots of what is shown
        self._animation = QVariantAnimation(self, startValue=0.0, endValue=1.0, duration=FADE_MS)
        self._animation.valueChanged.connect(self._on_fade)
        self._reduced_motion = reduced_motion
        self._captions = (rows, columns)
        self.cells = Cells(theme)
        self.cells.hovered.connect(self.hovered)
        self.cells.clicked.connect(self.clicked)
        self.cells.reset_requested.connect(self.reset_zoom)
        self.hideButtons()
        layers.setWidth(38)
        slots.setHeight(AXIS_PX)
        view = self.getViewBox()
        view.setDefaultPadding(0)
        view.invertY(True)
        view.setMouseEnabled(x=True, y=False)
        self.addItem(self.cells, ignoreBounds=True)
        view.sigXRangeChanged.connect(self._on_view_changed)
        view.sigResized.connect(self._on_view_changed)
        self.restyle(theme)

    @property
    def group(self) -> int:
        """At most how many cells share a pixel."""
        return self._group

    @property
    def is_of_pairs(self) -> bool:
        """Whether rows and columns are the same things, each against each other."""
        return self._captions[0] == self._captions[1]

    def set_values(self, values: FloatArray, limits: Limits, table: ByteArray, neutral: float, fade: bool) -> None:
        """Shows values [L, S] in the colours of a table; `fade`: within FADE_MS, where motion is welcome."""
        if self._values is None or self._values.shape != values.shape:
            fade = False
            self._fit(*values.shape)
        self._values, self._limits, self._neutral = values, limits, neutral
        self._table = table
        self._render(fade and not self._reduced_motion)
        invalid = np.argwhere(~np.isfinite(values))
        self.cells.set_invalid(invalid)

    def set_selected(self, cell: tuple[int, int] | None) -> None:
        """Outlines a (layer, slot), and scrolls to it where the map is zoomed in."""
        self.cells.set_selected(cell)
        if cell is not None:
            (low, high), _ = self.viewRange()
            if not low <= cell[1] <= high:
                self.setXRange(cell[1] - (high - low) / 2, cell[1] + (high - low) / 2, padding=0)

    def reset_zoom(self) -> None:
        """Shows every slot."""
        if self._values is not None:
            self.setXRange(-0.5, self._values.shape[1] - 0.5, padding=0)

    def cell_rect(self, layer: int, slot: int) -> QRectF:
        """Where a cell is, in the coordinates of the scene (those of the view's viewport)."""
        view = self.getViewBox()
        corners = (QPointF(slot - 0.5, layer - 0.5), QPointF(slot + 0.5, layer + 0.5))
        return QRectF(*(view.mapViewToScene(corner) for corner in corners)).normalized()

    def set_captions(self, rows: str, columns: str, theme: Theme) -> None:
        """Other words at the axes."""
        if (rows, columns) != self._captions:
            self._captions = (rows, columns)
            self.getAxis("left").restyle(theme, rows)
            self.getAxis("bottom").restyle(theme, columns)

    def set_names(self, row: Callable[[int], str], column: Callable[[int], str]) -> None:
        """What is written at the ticks in place of the index."""
        self.getAxis("left").set_name(row)
        self.getAxis("bottom").set_name(column)

    def set_focused(self, is_focused: bool, theme: Theme) -> None:
        """Frames the map while the keyboard's focus is on the view around it."""
        self.getViewBox().setBorder(pen(theme.accent, 2) if is_focused else None)

    def set_compact(self, is_compact: bool) -> None:
        """Leaves out the captions of the axes."""
        slots = self.getAxis("bottom")
        slots.show_caption(not is_compact)
        slots.setHeight(COMPACT_AXIS_PX if is_compact else AXIS_PX)
        self.getAxis("left").show_caption(not is_compact)

    def restyle(self, theme: Theme) -> None:
        """Takes the colours of a theme; set_values brings those of the cells."""
        self.getAxis("left").restyle(theme, self._captions[0])
        self.getAxis("bottom").restyle(theme, self._captions[1])
        self.cells.restyle(theme)

    def _fit(self, layers: int, slots: int) -> None:
        self.cells.set_shape(layers, slots)
        self.getAxis("left").set_count(layers)
        self.getAxis("bottom").set_count(slots)
        view = self.getViewBox()
        view.setLimits(xMin=-0.5, xMax=slots - 0.5, minXRange=min(slots, _LEAST_SLOTS), maxXRange=slots)
        view.setRange(xRange=(-0.5, slots - 0.5), yRange=(-0.5, layers - 0.5), padding=0)

    def _on_view_changed(self, *_: object) -> None:
        if self._values is not None:
            self._render(fade=False)

    def _render(self, fade: bool) -> None:
        """Draws the slots in view, pooled to the pixels there are."""
        if self._values is None or self._table is None:
            return
        (low, high), _ = self.viewRange()
        slots = self._values.shape[1]
        first = max(0, math.floor(low + 0.5))
        last = min(slots, max(first + 1, math.ceil(high + 0.5)))
        across, high = max(1, self._width_px()), max(1, self._height_px())
        if self.is_of_pairs and last - first == slots:
            across = high = min(across, high)  # alike both ways, or a symmetric map would not be seen as one
        pooled = pool(self._values[:, first:last], across, self._neutral)
        down = pool(pooled.values.T, high, self._neutral)
        pixels = rgba(down.values.T, self._limits, self._table)
        self._animation.stop()
        if fade and self._shown is not None and self._shown.shape == pixels.shape:
            self._fade_ends = (self._shown, pixels)
            self._extent = (first, last - first)
            self._animation.start()
        else:
            self._extent = (first, last - first)
            self._show(pixels)
        if pooled.group * down.group != self._group:
            self._group = pooled.group * down.group
            self.pooling_changed.emit(self._group)

    def _width_px(self) -> int:
        """Pixels of the screen across the map."""
        widget = self.getViewWidget()
        ratio = widget.devicePixelRatioF() if widget is not None else 1.0
        return round(self.getViewBox().width() * ratio)

    def _height_px(self) -> int:
        """Pixels of the screen down the map."""
        widget = self.getViewWidget()
        ratio = widget.devicePixelRatioF() if widget is not None else 1.0
        return round(self.getViewBox().height() * ratio)

    def _show(self, pixels: ByteArray) -> None:
        self._shown = pixels
        self.cells.set_image(pixels, *self._extent)

    def _on_fade(self, share: float) -> None:
        if self._fade_ends is not None and self._animation.state() == QAbstractAnimation.State.Running:
            self._show(blend(*self._fade_ends, share) if share < 1 else self._fade_ends[1])
