"""One small plot of a slot's numbers over the turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from app.paint.limits import Limits
from app.paint.number import decimals_for, number_text
from app.views.inspector.axis import IndexAxis, QuietAxis
from app.views.inspector.style import TICK_PX, pen, sized_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.paint.quantity import Quantity
    from app.theme import Theme
    from rxt.events import FloatArray

AXIS_PX = 20
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
_SYMBOLS = ("o", "s", "t")
_SYMBOLS_UP_TO = 60  # turns; more would run into each other


def turn_name(index: int) -> str:
    """Position 0 is the initial memory, n the n-th turn."""
    return {0: "start", 1: "turn 1"}.get(index, str(index))


def limits_of_series(series: Sequence[tuple[Quantity, FloatArray]]) -> Limits:
    """The range of the values of one plot: known ends where there are."""
    values = np.concatenate([values for _, values in series])
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    fixed = [quantity for quantity, _ in series if quantity.is_fixed]
    for quantity in fixed:
        low, high = min(low, quantity.low_end or 0.0), max(high, quantity.high_end or 1.0)
    if not fixed:
        known = series[0][0]
        low = low if known.low_end is None else known.low_end
        high = high if known.high_end is None else max(high, known.high_end)
    if high - low < 1e-6 * max(1.0, abs(high)):
        low, high = low - 0.5, high + 0.5
    return Limits(low, high)


class SlotPlot(pg.PlotItem):
    """Up to three lines over the turns, with the ends of the range on the left and the names inside."""

    def __init__(self, theme: Theme, is_last: bool) -> None:
        bottom = IndexAxis("bottom", room_px=36, name=turn_name)
        super().__init__(axisItems={"left": QuietAxis("left"), "bottom": bottom}, enableMenu=False)
        self._theme = theme
        self._series: list[tuple[Quantity, FloatArray]] = []
        self._lines: list[pg.PlotDataItem] = []
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._floor = pg.InfiniteLine(angle=0, movable=False)
        self._name = pg.LabelItem("", justify="left")
        self._name.setParentItem(self.getViewBox())
        self._name.anchor(itemPos=(0, 0), parentPos=(0, 0), offset=(2, -5))
        self.hideButtons()
        self.getAxis("left").setWidth(50)
        bottom.setHeight(AXIS_PX)
        self.showAxis("bottom", is_last)
        view = self.getViewBox()
        view.setMouseEnabled(x=False, y=False)
        view.setDefaultPadding(0)
        self.addItem(self._floor, ignoreBounds=True)
        self.addItem(self._cursor, ignoreBounds=True)
        self.restyle(theme)

    def set_series(self, series: list[tuple[Quantity, FloatArray]]) -> None:
        """Draws the quantities' values [1 + turns]; NaN leaves a gap."""
        self._series = series
        while len(self._lines) < len(series):
            line = pg.PlotDataItem(connect="finite", antialias=True, symbolSize=5)
            self._lines.append(line)
            self.addItem(line)
        self._draw()

    def set_cursor(self, position: int) -> None:
        """Marks the turn in view: 0 is the initial memory."""
        self._cursor.setValue(position)

    def restyle(self, theme: Theme) -> None:
        """Takes the colours of a theme."""
        self._theme = theme
        self.getAxis("left").restyle(theme)
        self.getAxis("bottom").restyle(theme)
        self._cursor.setPen(pen(theme.accent, 1.5))
        self._floor.setPen(pen(theme.border))
        self._draw()

    def _colours(self) -> list[str]:
        return [self._theme.text] if len(self._series) < 2 else list(self._theme.series[:3])

    def _draw(self) -> None:
        if not self._series:
            return
        count = len(self._series[0][1])
        positions = np.arange(count)
        for line, colour, dash, symbol, (_, values) in zip(
            self._lines, self._colours(), _DASHES, _SYMBOLS, self._series, strict=False
        ):
            line_pen = pen(colour, 1.5)
            line_pen.setStyle(dash)
            finite = np.where(np.isfinite(values), values, np.nan)
            has_marks = count <= _SYMBOLS_UP_TO and not np.isnan(finite).all()  # or pyqtgraph warns of an empty range
            marks = symbol if has_marks else None
            line.setData(positions, finite, pen=line_pen, symbol=marks, symbolBrush=colour, symbolPen=None)
        self._fit(count)
        names = [
            f'<span style="color:{colour}">{mark}</span> {quantity.name.removesuffix(" gate")}'
            for (quantity, _), colour, mark in zip(self._series, self._colours(), ("●", "■", "▼"), strict=False)
        ]
        single = len(self._series) == 1
        self._name.setText(
            self._series[0][0].name if single else "gates: " + " &nbsp; ".join(names),
            size=f"{TICK_PX}px",
            color=self._theme.muted,
        )
        self._name.item.setFont(sized_font(TICK_PX))

    def _fit(self, count: int) -> None:
        """The range of the values, with room above for the name."""
        limits = limits_of_series(self._series)
        low, high, span = limits.low, limits.high, limits.span
        view = self.getViewBox()
        view.setRange(xRange=(-0.5, max(count - 0.5, 1.5)), yRange=(low - 0.08 * span, high + 0.5 * span), padding=0)
        decimals = min(4, decimals_for(span))
        self.getAxis("left").setTicks([[(value, number_text(value, decimals)) for value in (low, high)]])
        self.getAxis("bottom").set_count(count)
        self._floor.setValue(low)
