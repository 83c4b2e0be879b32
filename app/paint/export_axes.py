"""The frame of an exported plot: where a value lies on the paper, the ticks and the words beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from app.paint.number import binary_step, decimal_step, decimals_for, nice_step, number_text
from app.theme import LIGHT, mixed

if TYPE_CHECKING:
    from app.paint.figure import Axis
    from app.paint.limits import Limits
    from app.theme import Theme

LABEL_PX = 11.0
WORDS_PX = 132.0  # the most room that words take beside an axis
GAP_PX = 6.0


@dataclass(frozen=True, slots=True)
class Paper:
    """What plots are drawn in: colours as sRGB hex, and the names of the colour maps."""

    ground: str
    ink: str
    quiet: str
    hairline: str
    series: tuple[str, ...]
    sequential: str
    diverging: str

    @classmethod
    def of(cls, theme: Theme) -> Paper:
        """The colours of a theme, for plots on the screen."""
        return cls(
            theme.surface, theme.text, theme.muted, theme.border, theme.series, theme.sequential, theme.diverging
        )

    def colour(self, index: int) -> str:
        """The colour of a series; after the last one the first comes again, with another mark."""
        return self.series[index % len(self.series)]


def paper_of(theme: Theme) -> Paper:
    """The paper of an exported figure: as on the screen, with lines that are seen in print."""
    return Paper.of(replace(theme, border=mixed(theme.surface, theme.text, 0.26)))


WHITE = paper_of(LIGHT)
"""The paper where no theme is chosen."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the paper with its ranges: x from left to right, y from the bottom up."""

    rect: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def point(self, x: float, y: float) -> QPointF:
        """Where (x, y) lies; outside of the ranges it lies outside of the rectangle."""
        right = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return QPointF(self.rect.left() + right * self.rect.width(), self.rect.bottom() - up * self.rect.height())

    def value(self, point: QPointF) -> tuple[float, float]:
        """What lies at a point: the other way round."""
        right = (point.x() - self.rect.left()) / max(1e-9, self.rect.width())
        up = (self.rect.bottom() - point.y()) / max(1e-9, self.rect.height())
        return self.x[0] + right * (self.x[1] - self.x[0]), self.y[0] + up * (self.y[1] - self.y[0])


def font(size_px: float = LABEL_PX, bold: bool = False) -> QFont:
    """The font of the paper at that size."""
    result = QFont()
    result.setPixelSize(round(size_px))
    result.setBold(bold)
    return result


def pen(colour: str, width_px: float = 1.0) -> QPen:
    return QPen(QColor(colour), width_px)


def words_room(axis: Axis) -> float:
    """How much room the labels of an axis need when they stand beside it, in px."""
    if not axis.labels:
        return 34.0
    metrics = QFontMetricsF(font())
    return min(WORDS_PX, max(metrics.horizontalAdvance(label) for label in axis.labels) + GAP_PX)


def draw_value_axis(painter: QPainter, paper: Paper, frame: Frame, axis: Axis, is_upright: bool) -> None:
    """Ticks at round numbers: on the left (upright) or below."""
    ends, length = (frame.y, frame.rect.height()) if is_upright else (frame.x, frame.rect.width())
    for value, text in _ticks(ends, length):
        if is_upright:
            at = frame.point(frame.x[0], value)
            painter.setPen(pen(paper.hairline, 0.5))
            painter.drawLine(QLineF(at, QPointF(frame.rect.right(), at.y())))
            draw_text(
                painter, QRectF(at.x() - 106, at.y() - 8, 100, 16), text, Qt.AlignmentFlag.AlignRight, paper.quiet
            )
        else:
            at = frame.point(value, frame.y[0])
            draw_text(
                painter, QRectF(at.x() - 40, at.y() + 4, 80, 16), text, Qt.AlignmentFlag.AlignHCenter, paper.quiet
            )
    room = value_room(ends, length) - 22 if is_upright else 20.0
    draw_caption(painter, paper, frame.rect, axis, is_upright, room)


def value_room(ends: tuple[float, float], length_px: float) -> float:
    """How much room draw_value_axis needs to the left of a plot of that height, caption included."""
    metrics = QFontMetricsF(font())
    widest = max((metrics.horizontalAdvance(text) for _, text in _ticks(ends, length_px)), default=0.0)
    return 22 + max(42.0, GAP_PX + 2 + widest)


def _ticks(ends: tuple[float, float], length_px: float) -> list[tuple[float, str]]:
    """Round values between two ends, with as many decimals as they have."""
    low, high = ends
    step = nice_step((high - low) / max(3, min(6, int(length_px / 48))))
    decimals = 0 if step >= 1 else min(decimals_for(high - low), -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(count * step, number_text(count * step, decimals)) for count in range(first, last + 1)]


def draw_place_axis(painter: QPainter, paper: Paper, rect: QRectF, axis: Axis, count: int, is_upright: bool) -> None:
    """Labels at whole places 0 … count - 1, cell centres, the first on top or at the left; as many as there is room."""
    if count < 1:
        return
    size = (rect.height() if is_upright else rect.width()) / count
    longest = words_room(axis)
    is_turned = not is_upright and bool(axis.labels) and longest > size
    least = 14.0 if is_upright or is_turned else max(38.0, min(longest, size)) if size < 28 else 28.0
    step = binary_step if axis.name.startswith("slot") and not axis.labels else decimal_step
    for place in range(0, count, step(least / size)):
        middle = (place + 0.5) * size
        text = axis.label(place)
        if is_upright:
            box = QRectF(rect.left() - longest - GAP_PX, rect.top() + middle - 8, longest, 16)
            draw_text(painter, box, text, Qt.AlignmentFlag.AlignRight, paper.quiet)
        elif is_turned:
            draw_turned(painter, paper, QPointF(rect.left() + middle, rect.bottom() + GAP_PX), text, longest)
        else:
            box = QRectF(rect.left() + middle - 60, rect.bottom() + 4, 120, 16)
            draw_text(painter, box, text, Qt.AlignmentFlag.AlignHCenter, paper.quiet)
    room = longest + GAP_PX if is_upright else (longest + GAP_PX if is_turned else 20.0)
    draw_caption(painter, paper, rect, axis, is_upright, room)


def place_room(axis: Axis, count: int, length_px: float) -> float:
    """How much room draw_place_axis needs below a plot of that length, caption included."""
    is_turned = bool(axis.labels) and words_room(axis) > length_px / max(1, count)
    return (words_room(axis) + GAP_PX if is_turned else 20.0) + 20.0


def draw_caption(painter: QPainter, paper: Paper, rect: QRectF, axis: Axis, is_upright: bool, distance: float) -> None:
    """The name of an axis, centred along it, at a distance from the plot."""
    text = f"{axis.name} ({axis.unit})" if axis.unit else axis.name
    painter.setFont(font())
    painter.setPen(pen(paper.quiet))
    if is_upright:
        painter.save()
        painter.translate(rect.left() - distance - 16, rect.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-rect.height() / 2, 0, rect.height(), 16), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()
    else:
        box = QRectF(rect.left(), rect.bottom() + distance, rect.width(), 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def draw_text(painter: QPainter, box: QRectF, text: str, alignment: Qt.AlignmentFlag, colour: str) -> None:
    """One line of plain text, shortened at its end where it does not fit."""
    painter.setFont(font())
    painter.setPen(pen(colour))
    line = QFontMetricsF(painter.font()).elidedText(one_line(text), Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, alignment | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, line)


def draw_turned(painter: QPainter, paper: Paper, top: QPointF, text: str, length: float) -> None:
    """Text that reads from below to above and ends at `top`."""
    painter.save()
    painter.translate(top)
    painter.rotate(-90)
    draw_text(painter, QRectF(-length, -8, length, 16), text, Qt.AlignmentFlag.AlignRight, paper.quiet)
    painter.restore()


def one_line(text: str) -> str:
    """Without line breaks and control characters, that a font would show as boxes."""
    return "".join(mark if mark.isprintable() else " " for mark in text).strip()


def value_range(limits: Limits, is_from_zero: bool = False) -> tuple[float, float]:
    """The limits with a little air above and, where it is not zero, below."""
    air = 0.05 * limits.span
    low = limits.low if is_from_zero and limits.low == 0 else limits.low - air
    return low, limits.high + air
