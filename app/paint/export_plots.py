"""Lines, dots and bars of a figure, drawn from their numbers: on the screen and on paper alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF

from app.paint.export_axes import (
    Frame,
    Paper,
    draw_place_axis,
    draw_text,
    draw_value_axis,
    pen,
    place_room,
    value_range,
    value_room,
)
from app.paint.figure import Bars, Line, Lines
from app.paint.limits import Limits, extent_of, limits_of

if TYPE_CHECKING:
    from app.paint.figure import Values

MANY_DOTS = 4000  # beyond that dots become a picture of how many lie where
_CROWD_PX = 2.0
_DODGE_PX = 5.0


def draw_lines(painter: QPainter, paper: Paper, plot: Lines, area: QRectF) -> Frame:
    """Draws lines, dots and intervals; the frame says where which value lies."""
    drawn = [line for line in plot.lines if len(line.x)]
    every_y = [part for line in drawn for part in (line.y, line.low, line.high) if part is not None]
    limits = plot.limits or _full_limits(every_y)
    x_limits = _full_limits([line.x for line in drawn])
    legend_px = 20.0 if len(drawn) > 1 else 0.0
    rect = QRectF(0, area.top() + legend_px, 0, area.height() - legend_px - 40)
    y_range = value_range(limits, True)
    rect.setLeft(area.left() + value_room(y_range, rect.height()))
    rect.setRight(area.right() - 16)
    frame = Frame(rect, value_range(x_limits), y_range)
    if plot.x.labels:
        frame = Frame(rect, (-0.5, len(plot.x.labels) - 0.5), frame.y)
        draw_place_axis(painter, paper, rect, plot.x, len(plot.x.labels), False)
    else:
        draw_value_axis(painter, paper, frame, plot.x, False)
    draw_value_axis(painter, paper, frame, plot.y, True)
    for index, line in enumerate(drawn):
        _draw_line(painter, frame, line, paper.ink if len(drawn) == 1 else paper.colour(index), index)
    if legend_px:
        _draw_legend(painter, paper, [line.name for line in drawn], QRectF(rect.left(), area.top(), rect.width(), 16))
    return frame


def _draw_line(painter: QPainter, frame: Frame, line: Line, colour: str, index: int) -> None:
    if line.dots_only and len(line.x) > MANY_DOTS:
        _draw_crowd(painter, frame, line, colour)
        return
    beside = dodge(line, index)
    runs: list[list[QPointF]] = [[]]
    for x, y in zip(line.x, line.y, strict=True):
        if np.isfinite(x) and np.isfinite(y):
            runs[-1].append(frame.point(float(x), float(y)) + beside)
        else:  # a gap, as on the screen
            runs.append([])
    points = [point for run in runs for point in run]
    painter.setPen(pen(colour, 0.8))
    if line.low is not None and line.high is not None:
        for x, low, high in zip(line.x, line.low, line.high, strict=True):
            if np.isfinite(low) and np.isfinite(high):
                ends = frame.point(float(x), float(low)), frame.point(float(x), float(high))
                painter.drawLine(QLineF(ends[0] + beside, ends[1] + beside))
    painter.setPen(pen(colour, 1.4))
    for run in [] if line.dots_only else runs:
        painter.drawPolyline(QPolygonF(run))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    radius = 1.6 if len(points) > 200 else 2.8
    for point in points if line.dots_only or len(points) <= 200 else []:
        draw_mark(painter, point, radius, index)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def dodge(line: Line, index: int) -> QPointF:
    """How far a line stands aside, in px: intervals of several lines at one place do not hide each other."""
    return QPointF(_DODGE_PX * index if line.low is not None else 0.0, 0.0)


def _draw_crowd(painter: QPainter, frame: Frame, line: Line, colour: str) -> None:
    """Cells of a few px, the more opaque the more dots they hold (by the logarithm)."""
    shape = max(1, int(frame.rect.height() / _CROWD_PX)), max(1, int(frame.rect.width() / _CROWD_PX))
    finite = np.isfinite(line.x) & np.isfinite(line.y)
    counts, _, _ = np.histogram2d(line.y[finite], line.x[finite], bins=shape, range=(frame.y, frame.x))
    shade = QColor(colour)
    pixels = np.zeros((*shape, 4), np.uint8)
    pixels[..., :3] = (shade.red(), shade.green(), shade.blue())
    seen = counts[::-1] > 0
    strength = np.log1p(counts[::-1]) / np.log1p(max(1.0, counts.max()))
    pixels[..., 3] = np.where(seen, 70 + 185 * strength, 0).astype(np.uint8)
    height, width = shape
    painter.drawImage(frame.rect, QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy())


def draw_mark(painter: QPainter, at: QPointF, radius: float, index: int) -> None:
    """A dot, square, diamond or triangle: series differ in shape, not by colour alone."""
    x, y = at.x(), at.y()
    match index % 4:
        case 0:
            painter.drawEllipse(at, radius, radius)
        case 1:
            painter.drawRect(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))
        case 2:
            side = 1.35 * radius
            corners = [QPointF(x, y - side), QPointF(x + side, y), QPointF(x, y + side), QPointF(x - side, y)]
            painter.drawPolygon(QPolygonF(corners))
        case _:
            side = 1.3 * radius
            painter.drawPolygon(
                QPolygonF([QPointF(x, y - side), QPointF(x + side, y + side), QPointF(x - side, y + side)])
            )


def draw_bars(painter: QPainter, paper: Paper, plot: Bars, area: QRectF) -> Frame:
    """Draws bars from zero; the frame says where which place lies."""
    count = len(plot.series[0][1]) if plot.series else 0
    limits = plot.limits or _full_limits([values for _, values in plot.series])
    low, high = min(0.0, limits.low), max(0.0, limits.high)
    legend_px = 20.0 if len(plot.series) > 1 else 0.0
    air = 0.05 * (high - low)
    ends = low - air if low < 0 else low, high + air if high > 0 else high
    width = area.width() - value_room(ends, area.height()) - 16
    rect = QRectF(area.right() - 16 - width, area.top() + legend_px, width, 0)
    rect.setBottom(area.bottom() - place_room(plot.places, count, width))
    frame = Frame(rect, (-0.5, max(1, count) - 0.5), ends)
    draw_value_axis(painter, paper, frame, plot.y, True)
    draw_place_axis(painter, paper, rect, plot.places, count, False)
    share = 0.8 / max(1, len(plot.series))
    for index, (_, values) in enumerate(plot.series):
        painter.setPen(Qt.PenStyle.NoPen)
        for place, value in enumerate(values):
            painter.setBrush(QColor(plot.shades[place] if place < len(plot.shades) else paper.colour(index)))
            if np.isfinite(value):
                start = frame.point(place - 0.4 + index * share, 0.0)
                end = frame.point(place - 0.4 + (index + 1) * share, float(value))
                painter.drawRect(QRectF(start, end).normalized())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(paper.ink, 0.8))
    painter.drawLine(QLineF(frame.point(-0.5, 0.0), frame.point(frame.x[1], 0.0)))
    if legend_px:
        _draw_legend(
            painter, paper, [name for name, _ in plot.series], QRectF(rect.left(), area.top(), width, 16), True
        )
    return frame


def _draw_legend(painter: QPainter, paper: Paper, names: list[str], box: QRectF, as_blocks: bool = False) -> None:
    x = box.left()
    for index, name in enumerate(names):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(paper.colour(index)))
        draw_mark(painter, QPointF(x + 5, box.center().y()), 3.2, 1 if as_blocks else index)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        room = min(200.0, 14.0 + painter.fontMetrics().horizontalAdvance(name))
        draw_text(painter, QRectF(x + 14, box.top(), room, 16), name, Qt.AlignmentFlag.AlignLeft, paper.quiet)
        x += room + 26


def _full_limits(arrays: list[Values]) -> Limits:
    """The full range of all finite values: nothing is clipped on paper."""
    flat = np.concatenate([np.asarray(array, np.float64).reshape(-1) for array in arrays]) if arrays else np.empty(0)
    flat = flat[np.isfinite(flat)]
    if flat.size == 0 or flat.min() == flat.max():
        return limits_of(extent_of(flat.astype(np.float32)), "sequential")
    return Limits(float(flat.min()), float(flat.max()))
