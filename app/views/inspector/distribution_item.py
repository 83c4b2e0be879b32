"""How the gate values of each layer spread, drawn beside the layer's row of the heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

from app.paint.quantity import GATE_VALUE
from app.views.inspector.axis import QuietAxis
from app.views.inspector.cells import muted_brush
from app.views.inspector.heat_map import AXIS_PX, COMPACT_AXIS_PX
from app.views.inspector.style import TICK_PX, pen, sized_font

if TYPE_CHECKING:
    from app.paint.distribution import Distribution
    from app.paint.limits import Limits
    from app.theme import Theme


_SMOOTH_FROM_PX = 14.0


class DistributionShapes(pg.GraphicsObject):
    """A density a layer, mirrored about its row, with quartiles as a bar and the median as a line."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._spread: Distribution | None = None
        self._bounds = QRectF()

    def set_spread(self, spread: Distribution, limits: Limits) -> None:
        self.prepareGeometryChange()
        self._spread = spread
        self._bounds = QRectF(limits.low, -0.5, limits.span, len(spread.mean))
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        spread = self._spread
        if spread is None:
            return
        units = self.pixelVectors()[1]
        row_px = 1 / abs(units.y()) if units is not None and units.y() else 0.0
        is_smooth = row_px >= _SMOOTH_FROM_PX  # smooth edges of low rows cannot be seen, and cost the most
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, is_smooth)
        painter.setBrush(muted_brush(self._theme, 90))
        for layer, density in enumerate(spread.density):
            painter.setPen(pen(self._theme.border))
            painter.drawLine(QPointF(self._bounds.left(), layer), QPointF(self._bounds.right(), layer))
            if not density.any():
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            inside = np.flatnonzero(density > 0.004)
            part = slice(inside[0], inside[-1] + 1, 1 if is_smooth else 2)
            x, half = spread.grid[part], 0.42 * density[part]
            outline = [QPointF(*point) for point in zip(x.tolist(), (layer - half).tolist(), strict=True)]
            outline += [QPointF(*point) for point in zip(x[::-1].tolist(), (layer + half)[::-1].tolist(), strict=True)]
            painter.drawPolygon(QPolygonF(outline))
            low, median, high = (float(value) for value in spread.quartiles[layer])
            painter.setPen(pen(self._theme.text, 1, 150))
            painter.drawLine(QPointF(low, layer), QPointF(high, layer))
            painter.setPen(pen(self._theme.text, 2))
            painter.drawLine(QPointF(median, layer - 0.3), QPointF(median, layer + 0.3))


class DistributionPlot(pg.PlotItem):
    """The shapes over an axis of gate values; rows align with those of a heat map in the same line of a layout."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(axisItems={"bottom": QuietAxis("bottom")}, enableMenu=False)
        self.shapes = DistributionShapes(theme)
        self.hideAxis("left")
        self.hideButtons()
        self.getAxis("bottom").setHeight(AXIS_PX)
        view = self.getViewBox()
        view.setDefaultPadding(0)
        view.invertY(True)
        view.setMouseEnabled(x=False, y=False)
        self.addItem(self.shapes, ignoreBounds=True)
        self.restyle(theme)

    def set_spread(self, spread: Distribution, limits: Limits, ticks: list[tuple[float, str]]) -> None:
        """Draws the spread over these limits, with these ticks."""
        self.shapes.set_spread(spread, limits)
        room = 0.06 * limits.span  # for the words under the ends
        view = self.getViewBox()
        view.setRange(xRange=(limits.low - room, limits.high + room), yRange=(-0.5, len(spread.mean) - 0.5), padding=0)
        self.getAxis("bottom").setTicks([ticks])

    def set_compact(self, is_compact: bool) -> None:
        """Leaves out the axis's caption, as the heat map beside it does."""
        self.getAxis("bottom").show_caption(not is_compact)
        self.getAxis("bottom").setHeight(COMPACT_AXIS_PX if is_compact else AXIS_PX)

    def restyle(self, theme: Theme) -> None:
        self.getAxis("bottom").restyle(theme, GATE_VALUE)
        self.shapes.restyle(theme)


class RowNumbers(QGraphicsWidget):
    """Two numbers a layer, in line with the rows of a view box; rows closer than the text is high are left out."""

    COLUMN_PX = 46

    def __init__(self, view: pg.ViewBox, theme: Theme) -> None:
        super().__init__()
        self._view = view
        self._theme = theme
        self._heads: tuple[str, str] = ("", "")
        self._rows: list[tuple[str, str]] = []
        for set_width in (self.setMinimumWidth, self.setPreferredWidth, self.setMaximumWidth):
            set_width(2 * self.COLUMN_PX)

    @property
    def rows(self) -> list[tuple[str, str]]:
        return self._rows

    def set_rows(self, heads: tuple[str, str], rows: list[tuple[str, str]]) -> None:
        self._heads, self._rows = heads, rows
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        painter.setFont(sized_font(TICK_PX))
        rows = self._view.mapRectToItem(self, self._view.boundingRect())
        if not self._rows or rows.height() <= 0:
            return
        row_px = rows.height() / len(self._rows)
        every = max(1, int(np.ceil(12 / row_px)))
        painter.setPen(QColor(self._theme.text))
        for layer in range(every // 2, len(self._rows), every):  # the middle of each group: never above the map
            self._write(painter, rows.top() + (layer + 0.5) * row_px, self._rows[layer])
        painter.setPen(QColor(self._theme.muted))
        self._write(painter, rows.bottom() + 12, self._heads)

    def _write(self, painter: QPainter, y: float, texts: tuple[str, str]) -> None:
        for column, text in enumerate(texts):
            box = QRectF(column * self.COLUMN_PX, y - 10, self.COLUMN_PX - 2, 20)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
