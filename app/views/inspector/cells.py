"""The cells of a heat map: one image, hairlines between cells that are large enough, and the outlines on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from app.views.inspector.style import pen

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from app.paint.colormap import ByteArray
    from app.theme import Theme

GAP_FROM_PX = 6.0  # cells smaller than this touch each other
OUTLINE_PX = 9.0  # the least width of an outline
MOST_MARKS = 4096  # crosses that are drawn; more would be one grey area


class Cells(pg.GraphicsObject):
    """An image [L, C] over the slots first … first + count, with cell centres on whole numbers and layer 0 on top.

    Signals:
        hovered(layer, slot): the pointer is over a cell; (-1, -1): it left.
        clicked(layer, slot): a cell was clicked.
        reset_requested(): the map was double-clicked.
    """

    hovered = Signal(int, int)
    clicked = Signal(int, int)
    reset_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._layers = self._slots = 0
        self._pixels: ByteArray | None = None
        self._image = QImage()
        self._target = QRectF()
        self._invalid = np.empty((0, 2), dtype=np.intp)
        self._selected: tuple[int, int] | None = None
        self._pointed: tuple[int, int] | None = None
        self._lit: list[tuple[int, int, float]] = []
        self._marked = np.empty((0, 2), dtype=np.intp)

    def set_shape(self, layers: int, slots: int) -> None:
        """The size of the memory."""
        if (layers, slots) != (self._layers, self._slots):
            self.prepareGeometryChange()
            self._layers, self._slots = layers, slots

    def set_image(self, pixels: ByteArray, first: int, count: int) -> None:
        """Shows pixels [L, C, 4] over `count` slots from `first`."""
        self._pixels = pixels  # the image reads this memory and does not own it
        height, width = pixels.shape[:2]
        self._image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        self._target = QRectF(first - 0.5, -0.5, count, self._layers)
        self.update()

    def set_invalid(self, cells: np.ndarray) -> None:
        """The (layer, slot) of cells with invalid numbers, [N, 2]: they are struck out where there is room."""
        self._invalid = cells
        self.update()

    def set_selected(self, cell: tuple[int, int] | None) -> None:
        self._selected = cell
        self.update()

    def set_lit(self, cells: list[tuple[int, int, float]]) -> None:
        """Cells (layer, slot, strength in [0, 1]) that a word read: framed, the stronger the thicker."""
        if cells != self._lit:
            self._lit = cells
            self.update()

    def set_marked(self, cells: np.ndarray) -> None:
        """The (layer, slot) of marked cells, [N, 2]: crossed out."""
        self._marked = cells
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(-0.5, -0.5, self._slots, self._layers)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        if self._image.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(self._target, self._image)
        units_x, units_y = self.pixelVectors()
        if units_x is None or units_y is None:
            return
        unit_x, unit_y = abs(units_x.x()), abs(units_y.y())  # slots and layers per px
        self._paint_gaps(painter, unit_x, unit_y)
        if unit_x * GAP_FROM_PX <= 1 and len(self._invalid) <= 512:
            self._paint_invalid(painter)
        if len(self._marked):
            self._paint_marked(painter, unit_x, unit_y)
        for layer, slot, strength in self._lit:
            self._paint_outline(painter, (layer, slot), unit_x, unit_y, 1 + round(2 * strength), self._theme.accent)
        if self._pointed is not None and self._pointed != self._selected:
            self._paint_outline(painter, self._pointed, unit_x, unit_y, 1)
        if self._selected is not None:
            self._paint_outline(painter, self._selected, unit_x, unit_y, 2)

    def _paint_gaps(self, painter: QPainter, unit_x: float, unit_y: float) -> None:
        left, right = self._target.left(), self._target.right()
        painter.setPen(pen(self._theme.surface))
        if unit_y * GAP_FROM_PX <= 1:
            painter.drawLines([QLineF(left, row - 0.5, right, row - 0.5) for row in range(1, self._layers)])
        if unit_x * GAP_FROM_PX <= 1:
            columns = range(int(left + 1.5), int(right + 0.5))
            painter.drawLines([QLineF(x - 0.5, -0.5, x - 0.5, self._layers - 0.5) for x in columns])

    def _paint_invalid(self, painter: QPainter) -> None:
        painter.setPen(pen("#000000", 1, 160))
        for layer, slot in self._invalid.tolist():  # clear of the centre, which shows the colour itself
            painter.drawLine(QLineF(slot - 0.5, layer, slot, layer - 0.5))
            painter.drawLine(QLineF(slot, layer + 0.5, slot + 0.5, layer))

    def _paint_marked(self, painter: QPainter, unit_x: float, unit_y: float) -> None:
        """A cross in two colours, at least a few px large, however small the cell is."""
        half_x, half_y = max(3 * unit_x, min(0.35, 5 * unit_x)), max(3 * unit_y, min(0.35, 5 * unit_y))
        cells = self._marked[:MOST_MARKS].tolist()
        lines = [QLineF(s - half_x, y - half_y, s + half_x, y + half_y) for y, s in cells]
        lines += [QLineF(s - half_x, y + half_y, s + half_x, y - half_y) for y, s in cells]
        for colour, width_px in ((self._theme.surface, 3.5), (self._theme.text, 1.5)):
            painter.setPen(pen(colour, width_px))
            painter.drawLines(lines)

    def _paint_outline(
        self,
        painter: QPainter,
        cell: tuple[int, int],
        unit_x: float,
        unit_y: float,
        width_px: int,
        inner: str | None = None,
    ) -> None:
        """A frame in the text's colour inside one in the surface's: seen on every colour of every map."""
        layer, slot = cell
        half_x, half_y = max(0.5, OUTLINE_PX / 2 * unit_x), max(0.5, OUTLINE_PX / 2 * unit_y)
        frame = QRectF(slot - half_x, layer - half_y, 2 * half_x, 2 * half_y)
        bounds = self.boundingRect()
        frame.moveLeft(max(bounds.left(), min(frame.left(), bounds.right() - frame.width())))
        frame.moveTop(max(bounds.top(), min(frame.top(), bounds.bottom() - frame.height())))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, inset_px, thickness in (
            (self._theme.surface, width_px + 0.5, 1),
            (inner or self._theme.text, width_px / 2, width_px),
        ):
            painter.setPen(pen(colour, thickness))
            x, y = inset_px * unit_x, inset_px * unit_y
            painter.drawRect(frame.adjusted(x, y, -x, -y))

    def hoverEvent(self, event: pg.GraphicsScene.mouseEvents.HoverEvent) -> None:
        cell = None if event.isExit() else self._cell_at(event.pos())
        if cell is not None:
            event.acceptClicks(Qt.MouseButton.LeftButton)
        if cell != self._pointed:
            self._pointed = cell
            self.update()
            self.hovered.emit(*(cell or (-1, -1)))

    def mouseClickEvent(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        if event.double():
            self.reset_requested.emit()
            return
        cell = self._cell_at(event.pos())
        if cell is not None:
            self.clicked.emit(*cell)

    def _cell_at(self, position: pg.Point) -> tuple[int, int] | None:
        layer, slot = round(position.y()), round(position.x())
        return (layer, slot) if 0 <= layer < self._layers and 0 <= slot < self._slots else None


def muted_brush(theme: Theme, alpha: int) -> QColor:
    """The colour of quiet shapes beside a map."""
    colour = QColor(theme.muted)
    colour.setAlpha(alpha)
    return colour
