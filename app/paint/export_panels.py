"""Panels of a figure, drawn from their numbers: maps and tables here, lines and bars in `app.paint.export_plots`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPaintEngine, QPainter

from app.paint.colormap import kinds_table, lookup_table
from app.paint.export_axes import (
    GAP_PX,
    Frame,
    Paper,
    draw_place_axis,
    draw_text,
    font,
    pen,
    place_room,
    words_room,
)
from app.paint.export_plots import draw_bars, draw_lines
from app.paint.figure import Bars, Heat, Lines, Panel, Picture, Table
from app.paint.number import decimals_for, number_text
from app.paint.raster import pool, rgba

if TYPE_CHECKING:
    from app.paint.colormap import ByteArray
    from rxt.events import FloatArray

COLOUR_BAR_PX = 102.0
_NUMBER_PX = 55.0  # “≤ −0.386” fits
FINEST = 2400  # columns of a map on paper; where there are more than that or than pixels, neighbours share one
_SHARP_PX = 1600  # viewers smooth enlarged images, so every cell is written as a block of pixels
_LEGEND_PX = 22.0
_LEAST_ROOM_PX = 110.0  # of a map's cells: a caption on the left fits
_NAMES_SHARE = 0.25  # of a map's width at most are names beside it
_LINE_PX = 18.0
_BETWEEN_PX = 14.0  # columns of a table at least


def draw_panel(painter: QPainter, paper: Paper, panel: Panel, area: QRectF) -> Frame:
    """Draws a panel with its axes inside of an area; the frame says where which value lies.

    In a map, x is the column and y the row, cell centres on whole numbers.
    """
    match panel:
        case Heat():
            return _draw_heat(painter, paper, panel, area)
        case Lines():
            return draw_lines(painter, paper, panel, area)
        case Bars():
            return draw_bars(painter, paper, panel, area)
        case Table():
            return _draw_table(painter, paper, panel, area)
        case Picture():
            return _draw_picture(painter, panel, area)


def panel_height(panel: Panel, width_px: float) -> float:
    """How high a panel of that width is on paper: maps of few rows are flat, square ones high; a table has its lines;
    everything else has one height."""
    match panel:
        case Heat():
            panel = _fitted(panel, width_px)
            rows, columns = panel.values.shape
            cells_px = min(520.0 if rows >= 0.5 * columns else 320.0, max(_LEAST_ROOM_PX, 50.0 + 22.0 * rows))
            above_px = _LEGEND_PX if panel.kinds else 0.0
            return (
                above_px + min(cells_px, width_px) + place_room(panel.columns, columns, _cells_width(panel, width_px))
            )
        case Picture():
            height, width = panel.pixels.shape[:2]
            return min(560.0, width_px * height / width)
        case Table():
            return _LINE_PX * (len(_lines_of(panel, width_px)))
    return 270.0


def _fitted(heat: Heat, width_px: float) -> Heat:
    """With names that leave the most of a narrow map to its cells: those of rows are shortened, and columns whose names
    begin with their numbers have these alone."""
    rows, columns, room = heat.rows, heat.columns, _NAMES_SHARE * width_px
    if words_room(rows) > room:
        metrics, elide = QFontMetricsF(font()), Qt.TextElideMode.ElideRight
        rows = replace(rows, labels=tuple(metrics.elidedText(name, elide, room - GAP_PX) for name in rows.labels))
    numbered = all(name.startswith(f"{columns.start + place} ·") for place, name in enumerate(columns.labels))
    if numbered and words_room(columns) > room:
        columns = replace(columns, labels=())
    return replace(heat, rows=rows, columns=columns)


def _cells_width(heat: Heat, width_px: float) -> float:
    return width_px - words_room(heat.rows) - GAP_PX - 22 - (16.0 if heat.kinds else COLOUR_BAR_PX)


def _draw_heat(painter: QPainter, paper: Paper, heat: Heat, area: QRectF) -> Frame:
    heat = _fitted(heat, area.width())
    width = _cells_width(heat, area.width())
    rect = QRectF(area.left() + words_room(heat.rows) + GAP_PX + 22, area.top(), width, 0)
    rect.setBottom(area.bottom() - place_room(heat.columns, heat.values.shape[1], width))
    if heat.kinds:
        _draw_kinds(painter, paper, heat, QRectF(rect.left(), rect.top(), width, 16))
        rect.setTop(rect.top() + _LEGEND_PX)
        table = kinds_table([shade for shade, _ in heat.kinds])
    else:
        table = lookup_table(paper.diverging if heat.is_diverging else paper.sequential, heat.is_reversed)
    painter.drawImage(rect, as_image(_for_paper(painter, _cells(heat, table, *_finest(painter, rect, heat)))))
    painter.setPen(pen(paper.hairline, 0.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)
    draw_place_axis(painter, paper, rect, heat.rows, heat.values.shape[0], True)
    draw_place_axis(painter, paper, rect, heat.columns, heat.values.shape[1], False)
    if not heat.kinds:
        _draw_colour_bar(painter, paper, heat, table, QRectF(rect.right() + 14, rect.top(), 12, rect.height()))
    rows, columns = heat.values.shape
    return Frame(rect, (-0.5, columns - 0.5), (rows - 0.5, -0.5))


def _finest(painter: QPainter, rect: QRectF, heat: Heat) -> tuple[int, int]:
    """At most how many rows and columns are drawn: as many as there are pixels, or nearest neighbours lose cells."""
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        return heat.values.shape[0], FINEST
    on_device = painter.deviceTransform().mapRect(rect)
    return max(1, int(on_device.height())), min(FINEST, max(1, int(on_device.width())))


def _cells(heat: Heat, table: ByteArray, rows: int, columns: int) -> ByteArray:
    """One pixel a cell, or a group of neighbours where there are more than `rows` or `columns`."""
    values = np.asarray(heat.values, np.float32)
    if heat.empty is None:
        return rgba(_pooled(values, rows, columns, heat.neutral), heat.limits, table)
    known = np.where(heat.empty, np.float32(heat.neutral), values)
    image = rgba(_pooled(known, rows, columns, heat.neutral), heat.limits, table)
    image[_pooled((~heat.empty).astype(np.float32), rows, columns, 0.0) == 0] = 0
    return image


def _pooled(values: FloatArray, rows: int, columns: int, neutral: float) -> FloatArray:
    """Pooled along both axes, so that a single written cell stays visible."""
    return pool(pool(values, columns, neutral).values.T, rows, neutral).values.T


def _draw_kinds(painter: QPainter, paper: Paper, heat: Heat, box: QRectF) -> None:
    """A patch and a few words for each kind, as the legend on the screen has them."""
    x, metrics = box.left(), QFontMetricsF(font())
    for shade, words in heat.kinds:
        painter.setPen(pen(paper.quiet))
        painter.setBrush(QColor(shade))
        painter.drawRect(QRectF(x + 0.5, box.center().y() - 5, 10, 10))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        advance = metrics.horizontalAdvance(words) + 2
        draw_text(painter, QRectF(x + 16, box.top(), advance, 16), words, Qt.AlignmentFlag.AlignLeft, paper.quiet)
        x += 16 + advance + 12


def _draw_colour_bar(painter: QPainter, paper: Paper, heat: Heat, table: ByteArray, bar: QRectF) -> None:
    blocks = np.repeat(np.repeat(table[::-1, None], 4, axis=0), 8, axis=1)
    painter.drawImage(bar, as_image(np.ascontiguousarray(blocks)))
    for share, text in zip((0.0, 0.5, 1.0), _bar_words(heat), strict=True):
        y = bar.bottom() - share * bar.height()
        draw_text(
            painter,
            QRectF(bar.right() + 5, y - 8, _NUMBER_PX, 16),
            text,
            Qt.AlignmentFlag.AlignLeft,
            paper.quiet,
        )
    painter.save()
    painter.translate(bar.right() + COLOUR_BAR_PX - 41, bar.center().y())
    painter.rotate(90)
    box = QRectF(-bar.height() / 2, -14, bar.height(), 16)
    draw_text(painter, box, heat.quantity, Qt.AlignmentFlag.AlignHCenter, paper.quiet)
    painter.restore()


def _bar_words(heat: Heat) -> tuple[str, str, str]:
    """The numbers at the bottom, the middle and the top; ≤ and ≥ say that values beyond have the colour of the end."""
    limits = heat.limits
    room = 1e-6 * limits.span
    known = np.isfinite(heat.values) if heat.empty is None else np.isfinite(heat.values) & ~heat.empty
    values, decimals = heat.values[known], decimals_for(limits.span)
    low, middle, high = (number_text(limits.low + share * limits.span, decimals) for share in (0.0, 0.5, 1.0))
    return (
        f"≤ {low}" if (values < limits.low - room).any() else low,
        middle,
        f"≥ {high}" if (values > limits.high + room).any() else high,
    )


def _lines_of(table: Table, width_px: float) -> list[tuple[str, ...]]:
    """The table line by line, headings first; turned where its columns do not fit."""
    count = table.values.shape[1]
    heads = ("", *(table.columns.label(place) for place in range(count)))
    lines = [heads, *((table.rows.label(place), *words) for place, words in enumerate(table.words))]
    widths = _widths(lines)
    return lines if sum(widths) <= width_px else list(zip(*lines, strict=True))


def _widths(lines: list[tuple[str, ...]]) -> list[float]:
    metrics = QFontMetricsF(font())
    return [
        max(metrics.horizontalAdvance(word) for word in column) + _BETWEEN_PX for column in zip(*lines, strict=True)
    ]


def _draw_table(painter: QPainter, paper: Paper, table: Table, area: QRectF) -> Frame:
    lines = _lines_of(table, area.width())
    first, *others = _widths(lines)
    column_px = max(0.0, (area.width() - first) / max(1, len(others)))
    for row, line in enumerate(lines):
        y = area.top() + row * _LINE_PX
        for place, word in enumerate(line):
            box = QRectF(area.left() + first + (place - 1) * column_px, y, column_px, _LINE_PX)
            if not place:
                box = QRectF(area.left(), y, first, _LINE_PX)
            alignment = Qt.AlignmentFlag.AlignRight if place else Qt.AlignmentFlag.AlignLeft
            draw_text(painter, box, word, alignment, paper.ink if row and place else paper.quiet)
        painter.setPen(pen(paper.hairline, 0.5))
        painter.drawLine(QLineF(area.left(), y + _LINE_PX, area.right(), y + _LINE_PX))
    return Frame(QRectF(area), (0.0, 1.0), (0.0, 1.0))


def _draw_picture(painter: QPainter, picture: Picture, area: QRectF) -> Frame:
    height, width = picture.pixels.shape[:2]
    scale = min(area.width() / width, area.height() / height)
    size = QRectF(0, 0, width * scale, height * scale)
    size.moveCenter(area.center())
    painter.drawImage(size, as_image(np.ascontiguousarray(picture.pixels)))
    return Frame(size, (-0.5, width - 0.5), (height - 0.5, -0.5))


def _for_paper(painter: QPainter, image: ByteArray) -> ByteArray:
    """In a file that is scaled by its viewer each pixel becomes a block, so that cells do not blur into each other."""
    if painter.paintEngine().type() == QPaintEngine.Type.Raster:
        return image
    down, across = (max(1, -(-_SHARP_PX // size)) for size in image.shape[:2])
    down, across = min(down, 64), min(across, 64)
    return np.ascontiguousarray(np.repeat(np.repeat(image, down, axis=0), across, axis=1))


def as_image(pixels: ByteArray) -> QImage:
    """Pixels [H, W, 4] as an image with a copy of them."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
