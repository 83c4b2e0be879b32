"""A panel of a figure on the screen: drawn as it is exported, in the colours of the theme, with a pointer and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.models.amount import percent_text
from app.paint.export_axes import Frame, Paper, one_line
from app.paint.export_panels import draw_panel
from app.paint.export_plots import dodge
from app.paint.figure import Bars, Heat, Lines
from app.paint.number import decimals_for, number_text

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from app.paint.figure import Axis, Panel
    from app.theme import Theme

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class PlotWidget(QWidget):
    """One panel. The picture is drawn when the panel or the size changes; pointing only adds an outline.

    Keys, with focus: arrows move the pointer over cells, bars or dots; Enter is a click.

    Signals:
        pointed(words): what is at the pointer, in words; "" when it left.
        clicked(row, column): a cell of a map (rows of other plots are the number of the line or series).
    """

    pointed = Signal(str)
    clicked = Signal(int, int)

    def __init__(self, name: str, theme: Theme, least_px: int = 180, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._panel: Panel | None = None
        self._frame: Frame | None = None
        self._picture = QPixmap()
        self._at: tuple[int, int] | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(least_px)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def panel(self) -> Panel | None:
        return self._panel

    def sizeHint(self) -> QSize:
        return QSize(380, self.minimumHeight())

    def show_panel(self, panel: Panel | None) -> None:
        """Draws another panel; None: nothing."""
        self._panel = panel
        self._at = None
        self._redraw()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self._redraw()

    def words_at(self, row: int, column: int) -> str:
        """What stands at a place, in words."""
        panel = self._panel
        match panel:
            case Heat():
                value = float(panel.values[row, column])
                if panel.empty is not None and panel.empty[row, column]:
                    return ""
                places = f"{_place(panel.rows, row)} · {_place(panel.columns, column)}"
                return f"{places} · {panel.quantity} {number_text(value, max(2, decimals_for(panel.limits.span)))}"
            case Lines():
                line = panel.lines[row]
                x = (
                    panel.x.label(column)
                    if panel.x.labels
                    else f"{panel.x.name} {number_text(float(line.x[column]), 2)}"
                )
                words = f"{line.name} · {x} · {panel.y.name} {number_text(float(line.y[column]), 3)}"
                if line.low is not None and line.high is not None:
                    low, high = number_text(float(line.low[column]), 2), number_text(float(line.high[column]), 2)
                    words += f" ({percent_text(95)} between {low} and {high})"
                return words
            case Bars():
                name, values = panel.series[row]
                number = number_text(float(values[column]), 3)
                return f"{_place(panel.places, column)} · {name} {number} {panel.y.unit}".rstrip()
            case _:
                return ""

    # ---------------------------------------------------------------- painting

    def _redraw(self) -> None:
        self._frame = None
        self._picture = QPixmap()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._panel is None:
            return
        if self._frame is None:
            self._draw_picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        outline = self._outline()
        if outline is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, grown in ((self._theme.surface, -1.0), (self._theme.text, 0.0)):
                painter.setPen(QPen(QColor(colour), 1.5))
                painter.drawRect(outline.adjusted(-grown, -grown, grown, grown))
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _draw_picture(self) -> None:
        assert self._panel is not None  # noqa: S101 - asked by the caller
        ratio = self.devicePixelRatioF()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(QColor(self._theme.surface))
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(2, 10, -2, -2)
        self._frame = draw_panel(painter, Paper.of(self._theme), self._panel, area)
        painter.end()

    def _outline(self) -> QRectF | None:
        if self._at is None or self._frame is None:
            return None
        row, column = self._at
        frame = self._frame
        match self._panel:
            case Heat():
                corners = frame.point(column - 0.5, row - 0.5), frame.point(column + 0.5, row + 0.5)
                rect = QRectF(*corners).normalized()
                grow_x, grow_y = max(0.0, 6 - rect.width()) / 2, max(0.0, 6 - rect.height()) / 2
                return rect.adjusted(-grow_x, -grow_y, grow_x, grow_y)
            case Lines(lines=lines):
                at = frame.point(float(lines[row].x[column]), float(lines[row].y[column])) + dodge(lines[row], row)
                return QRectF(at.x() - 5, at.y() - 5, 10, 10)
            case Bars():
                return QRectF(
                    frame.point(column - 0.45, frame.y[1]), frame.point(column + 0.45, frame.y[0])
                ).normalized()
        return None

    # ---------------------------------------------------------------- pointing

    def _shape(self) -> tuple[int, int]:
        match self._panel:
            case Heat(values=values):
                return values.shape[0], values.shape[1]
            case Lines(lines=lines):
                return len(lines), max((len(line.x) for line in lines), default=0)
            case Bars(series=series):
                return len(series), len(series[0][1]) if series else 0
        return 0, 0

    def _place_at(self, event: QMouseEvent) -> tuple[int, int] | None:
        if self._frame is None or not self._frame.rect.adjusted(-6, -6, 6, 6).contains(event.position()):
            return None
        x, y = self._frame.value(event.position())
        rows, columns = self._shape()
        if isinstance(self._panel, Lines):
            return self._nearest(event)
        row, column = (round(y), round(x)) if isinstance(self._panel, Heat) else (0, round(x))
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def _nearest(self, event: QMouseEvent) -> tuple[int, int] | None:
        """The dot nearest to the pointer, within a finger's width."""
        frame, panel = self._frame, self._panel
        if frame is None or not isinstance(panel, Lines):
            return None
        x, y = frame.value(event.position())
        best, found = 24.0**2, None
        across = frame.rect.width() / (frame.x[1] - frame.x[0])
        up = frame.rect.height() / (frame.y[1] - frame.y[0])
        for row, line in enumerate(panel.lines):
            if len(line.x):
                far = ((line.x - x) * across) ** 2 + ((line.y - y) * up) ** 2
                far = np.where(np.isfinite(far), far, np.inf)
                if far.min() < best:
                    best, found = float(far.min()), (row, int(far.argmin()))
        return found

    def point_at(self, place: tuple[int, int] | None) -> None:
        """Outlines a place and says what is there."""
        if place != self._at:
            self._at = place
            self.update()
            words = self.words_at(*place) if place is not None else ""
            self.setAccessibleDescription(words)
            self.pointed.emit(words)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point_at(self._place_at(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event)
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self.clicked.emit(*place)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows, columns = self._shape()
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and rows and columns and not event.modifiers():
            row, column = self._at or (0, 0)
            down, across = step if self._at is not None else (0, 0)
            row = max(0, min(rows - 1, row + down))
            if isinstance(self._panel, Lines):  # they need not have as many places
                columns = len(self._panel.lines[row].x)
            self.point_at((row, max(0, min(columns - 1, column + across))))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.clicked.emit(*self._at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.point_at(None)
        self.update()


def _place(axis: Axis, place: int) -> str:
    label = one_line(axis.label(place))
    return f"{axis.name} “{label}”" if axis.labels else f"{axis.name} {label}"
