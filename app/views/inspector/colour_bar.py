"""What the colours mean, in numbers, and the two ways to change it: once for this turn, or not at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.paint.colormap import LEVELS, ByteArray, lookup_table
from app.paint.limits import Limits
from app.paint.number import decimals_for, nice_step, number_text
from app.views.inspector.section import icon_button, set_icon
from app.views.inspector.style import TICK_PX, sized_font

if TYPE_CHECKING:
    from app.theme import Theme

_BAR_PX = 10
_ARROW_PX = 8
_GAP_PX = 8
"""Between two numbers at least, so that they do not read as one."""


class ColourBar(QWidget):
    """A horizontal colour map with its numbers; arrows where values lie outside, a mark at the value pointed at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._limits = Limits(0, 1)
        self._table = lookup_table(theme.sequential)
        self._is_diverging = False
        self._outside = (0, 0)
        self._value: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(96)

    def sizeHint(self) -> QSize:
        return QSize(240, 32)

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def outside(self) -> tuple[int, int]:
        """How many values lie below and above the limits."""
        return self._outside

    def set_scale(self, limits: Limits, table: ByteArray, is_diverging: bool, values: np.ndarray) -> None:
        """Shows these limits for these values; values outside count, invalid ones do not."""
        self._limits, self._table, self._is_diverging = limits, table, is_diverging
        room = 1e-6 * limits.span
        with np.errstate(invalid="ignore"):
            finite = values[np.isfinite(values)]
        self._outside = (int((finite < limits.low - room).sum()), int((finite > limits.high + room).sum()))
        below, above = self._outside
        words = [f"{count:,} {side}" for count, side in ((below, "below"), (above, "above")) if count]
        decimals = decimals_for(limits.span)
        ends = f"{number_text(limits.low, decimals)} to {number_text(limits.high, decimals)}"
        self.setToolTip(f"Colours span {ends}" + (f"; slots outside: {', '.join(words)}" if words else ""))
        self.setAccessibleName(self.toolTip())
        self.update()

    def point_at(self, value: float | None) -> None:
        """Marks a value on the bar."""
        self._value = value if value is not None and np.isfinite(value) else None
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def ticks(self) -> list[float]:
        """The values to be written under the bar, its ends first and last, as far as there is room for them."""
        low, high = self._limits.low, self._limits.high
        if self._is_diverging:
            return [low, 0.0, high]
        step = nice_step(self._limits.span / (5 if self.width() >= 240 else 2))
        inner = np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
        return [low, *inner.tolist(), high]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        bar = self._bar()
        painter.drawImage(bar, QImage(self._table.data, LEVELS, 1, 4 * LEVELS, QImage.Format.Format_RGBA8888))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_arrows(painter, bar)
        self._paint_numbers(painter)
        if self._value is not None:
            share = min(1.0, max(0.0, (self._value - self._limits.low) / self._limits.span))
            x = bar.left() + share * bar.width()
            painter.setPen(QPen(QColor(self._theme.surface), 1))
            painter.setBrush(QColor(self._theme.text))
            painter.drawPolygon(QPolygonF([QPointF(x - 5, 0), QPointF(x + 5, 0), QPointF(x, 7)]))

    def _paint_arrows(self, painter: QPainter, bar: QRectF) -> None:
        """Ends of the map point outwards where values lie beyond them."""
        painter.setPen(Qt.PenStyle.NoPen)
        middle = bar.center().y()
        for count, x, direction, colour in (
            (self._outside[0], bar.left() - 2, -1, self._table[0]),
            (self._outside[1], bar.right() + 2, 1, self._table[-1]),
        ):
            if count:
                painter.setBrush(QColor(*(int(part) for part in colour)))
                tip = QPointF(x + direction * (_ARROW_PX - 1), middle)
                painter.drawPolygon(QPolygonF([QPointF(x, bar.top()), tip, QPointF(x, bar.bottom())]))

    def numbers(self) -> list[tuple[QRectF, str]]:
        """What is written under the bar, and where; one between the ends is left out where it would touch another."""
        decimals, metrics, bar = decimals_for(self._limits.span), QFontMetricsF(sized_font(TICK_PX)), self._bar()
        first, *inner, last = self.ticks()
        placed: list[tuple[QRectF, str]] = []
        for value in (first, last, *inner):
            text = number_text(value, decimals)
            width = metrics.horizontalAdvance(text)
            x = bar.left() + (value - self._limits.low) / self._limits.span * bar.width() - width / 2
            x = max(0.0, min(x, self.width() - width))
            place = QRectF(x, bar.bottom() + 4, width, metrics.height())
            room = place.adjusted(-_GAP_PX, 0, _GAP_PX, 0)
            if not any(room.intersects(other) for other, _ in placed):
                placed.append((place, text))
        return placed

    def _bar(self) -> QRectF:
        return QRectF(_ARROW_PX + 2, 4, self.width() - 2 * (_ARROW_PX + 2), _BAR_PX)

    def _paint_numbers(self, painter: QPainter) -> None:
        painter.setFont(sized_font(TICK_PX))
        painter.setPen(QColor(self._theme.muted))
        ascent = painter.fontMetrics().ascent()
        for place, text in self.numbers():
            painter.drawText(QPointF(place.left(), place.top() + ascent), text)


class ScaleBar(QWidget):
    """A colour bar with "Autoscale" and "Lock limits".

    Signals:
        autoscale_requested(): take the range of the turn that is shown, and hold it.
        lock_toggled(bool): hold the limits as they are, or go back to those of the whole conversation.
    """

    autoscale_requested = Signal()
    lock_toggled = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawn: tuple[bool, str] | None = None
        self.bar = ColourBar(theme)
        self.autoscale = icon_button(
            "Autoscale", "Autoscale: span the colours over this turn alone and keep them there (C)"
        )
        self.lock = icon_button("Lock limits", "Lock limits: new turns do not widen the range of the colours (L)")
        self.lock.setCheckable(True)
        self.table = icon_button("Show as table", "Show as table: the numbers of this picture, to read and to copy")
        self.autoscale.clicked.connect(self.autoscale_requested)
        self.lock.clicked.connect(self.lock_toggled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.bar, 1)
        row.addWidget(self.autoscale)
        row.addWidget(self.lock)
        row.addWidget(self.table)

    def set_locked(self, is_locked: bool, theme: Theme) -> None:
        """Shows whether the limits are held."""
        self.lock.setChecked(is_locked)
        if (is_locked, theme.name) == self._drawn:  # an icon costs as much as a small map
            return
        self._drawn = (is_locked, theme.name)
        set_icon(self.lock, "ph.lock-simple" if is_locked else "ph.lock-simple-open", theme)

    def restyle(self, theme: Theme) -> None:
        self.bar.restyle(theme)
        set_icon(self.autoscale, "ph.arrows-out-line-horizontal", theme)
        set_icon(self.table, "ph.table", theme)
        self.set_locked(self.lock.isChecked(), theme)
