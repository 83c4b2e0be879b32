"""The bars of the timeline: one a turn, as high as the memory changed; the one in view in the accent's colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.models.memory_names import INITIAL, start_name
from app.paint.number import decimals_for, number_text
from app.theme import mixed
from app.views.inspector.style import TICK_PX, sized_font
from app.views.tooltips import plain_tooltip

if TYPE_CHECKING:
    from app.theme import Theme

SNAPSHOT, FORK, PINNED = "◆", "Y", "B"  # many systems have no font with a sign for a fork
SIGNS = {SNAPSHOT: "saved as a memory", FORK: "another branch begins here", PINNED: "pinned as B"}
_STEP_MOST_PX = 36.0
_SMOOTH_FROM_PX = 8.0  # thinner bars have no round corners
_TOP_PX = 12.0  # room for the cursor's handle
_BOTTOM_PX = 4.0
_LEAST_BAR_PX = 2.0
_RING_PX = 1.5


class Track(QWidget):
    """The turns from left to right: a ring for the initial memory, then a bar a turn.

    Signals:
        turn_requested(turn): clicked or dragged to; INITIAL is the initial memory.
    """

    turn_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sizes = np.zeros(0)
        self._large: frozenset[int] = frozenset()
        self._cursor = INITIAL
        self._pointed: int | None = None
        self._is_focused = False
        self._marks: dict[int, str] = {}
        self._start = start_name("")
        self.setMouseTracking(True)
        self.setMinimumWidth(80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(480, 52)

    def set_turns(self, sizes: list[float], large: tuple[int, ...], cursor: int) -> None:
        """Shows turns with these memory changes; `large` ones are darker."""
        self._sizes = np.array(sizes, dtype=np.float64)
        self._large = frozenset(large)
        self._cursor = cursor
        self.update()

    def set_start(self, name: str) -> None:
        """What the memory before the first turn is called."""
        self._start = name

    def set_marks(self, marks: dict[int, str]) -> None:
        """Signs over turns; INITIAL is the initial memory."""
        if marks != self._marks:
            self._marks = dict(marks)
            self.update()

    def set_focused(self, is_focused: bool) -> None:
        """Shows on the base line that keys move the cursor."""
        self._is_focused = is_focused
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def shades(self) -> tuple[str, ...]:
        """The colour of each turn's bar as it looks on the ground."""
        bars = [self._bar_colour(turn) for turn in range(len(self._sizes))]
        return tuple(mixed(self._theme.surface, colour.name(), colour.alphaF()) for colour in bars)

    def turn_at(self, x: float) -> int:
        """The turn drawn at x, in px of this widget; the nearest one outside."""
        position = int(x // self._step()) - 1
        return max(INITIAL, min(position, len(self._sizes) - 1))

    def x_of(self, turn: int) -> float:
        """The middle of a turn's bar, in px of this widget."""
        return (turn + 1.5) * self._step()

    def turn_text(self, turn: int) -> str:
        """What is said about a turn that is pointed at."""
        signs = "".join(f" · {SIGNS.get(sign, sign)}" for sign in self._marks.get(turn, "").split())
        if turn == INITIAL or turn >= len(self._sizes):
            return f"{self._start}{signs}"
        finite = self._sizes[np.isfinite(self._sizes)]
        decimals = max(1, decimals_for(float(finite.max()))) if finite.size else 1
        words = f"turn {turn + 1} · memory changed by {number_text(float(self._sizes[turn]), decimals)}"
        return f"{words} (a large change){signs}" if turn in self._large else f"{words}{signs}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.turn_requested.emit(self.turn_at(event.position().x()))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        turn = self.turn_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.turn_requested.emit(turn)
        if turn != self._pointed:
            self._pointed = turn
            self.update()

    def leaveEvent(self, _event: object) -> None:
        self._pointed = None
        self.update()

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            words = self.turn_text(self.turn_at(event.pos().x()))
            QToolTip.showText(event.globalPos(), plain_tooltip(words), self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = self.height() - _BOTTOM_PX
        end = self.x_of(len(self._sizes) - 1) + self._step() / 2
        line = (self._theme.accent, 2) if self._is_focused else (self._theme.border, 1)
        painter.setPen(QPen(QColor(line[0]), line[1]))
        painter.drawLine(QPointF(0, base + 0.5), QPointF(max(end, 24.0), base + 0.5))
        self._paint_initial(painter, base)
        self._paint_bars(painter, base)
        self._paint_cursor(painter, base)
        self._paint_marks(painter)

    def _paint_marks(self, painter: QPainter) -> None:
        """The signs, on a patch of ground so that they are read over bars."""
        painter.setFont(sized_font(TICK_PX))
        metrics = painter.fontMetrics()
        for turn, sign in self._marks.items():
            if turn >= len(self._sizes):
                continue
            width = metrics.horizontalAdvance(sign) + 4
            x = min(max(0.0, self.x_of(turn) - width / 2), self.width() - width)
            box = QRectF(x, _TOP_PX - 2, width, metrics.height())
            painter.setPen(Qt.PenStyle.NoPen)
            ground = QColor(self._theme.surface)
            ground.setAlpha(200)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), sign)

    def _step(self) -> float:
        """Px from one bar to the next; the initial memory takes the first."""
        return min(_STEP_MOST_PX, self.width() / (len(self._sizes) + 1))

    def _paint_initial(self, painter: QPainter, base: float) -> None:
        is_current = self._cursor == INITIAL
        x, radius = self.x_of(INITIAL), min(4.0, max(1.5, self._step() / 2))
        painter.setPen(QPen(QColor(self._theme.accent if is_current else self._theme.muted), _RING_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)  # a ring: the diamond is the sign of a saved memory
        painter.drawEllipse(QPointF(x, base - radius), radius - _RING_PX / 2, radius - _RING_PX / 2)

    def _paint_bars(self, painter: QPainter, base: float) -> None:
        if not len(self._sizes):
            return
        finite = self._sizes[np.isfinite(self._sizes)]
        most = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
        step, room = self._step(), base - _TOP_PX
        gap = step / 3 if step >= 12 else (1.0 if step >= 3 else 0.0)
        painter.setPen(Qt.PenStyle.NoPen)
        alike: dict[str, tuple[QColor, list[QRectF]]] = {}  # bars of a colour are drawn at once
        for turn, size in enumerate(self._sizes.tolist()):
            is_invalid = not math.isfinite(size)
            height = room if is_invalid else max(_LEAST_BAR_PX, size / most * room)
            bar = QRectF(self.x_of(turn) - (step - gap) / 2, base - height, step - gap, height)
            colour = QColor("#FF00FF") if is_invalid else self._bar_colour(turn)
            alike.setdefault(colour.name(QColor.NameFormat.HexArgb), (colour, []))[1].append(bar)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, step >= _SMOOTH_FROM_PX)
        for colour, bars in alike.values():
            painter.setBrush(colour)
            if step >= _SMOOTH_FROM_PX:
                for bar in bars:
                    painter.drawRoundedRect(bar, 2.0, 2.0)
            else:
                painter.drawRects(bars)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _bar_colour(self, turn: int) -> QColor:
        if turn == self._cursor:
            return QColor(self._theme.accent)
        colour = QColor(self._theme.muted)
        colour.setAlphaF(0.75 if turn in self._large else 0.4)
        if turn > self._cursor:  # later than what is seen
            colour.setAlphaF(colour.alphaF() * 0.5)
        if turn == self._pointed:
            colour.setAlphaF(1.0)
        return colour

    def _paint_cursor(self, painter: QPainter, base: float) -> None:
        """A thin line with a handle over the turn in view: seen also where bars are a px wide."""
        x = self.x_of(self._cursor)
        line = QLinearGradient(0, _TOP_PX - 4, 0, base)
        line.setColorAt(0, QColor(self._theme.accent))
        fade = QColor(self._theme.accent)
        fade.setAlpha(60)
        line.setColorAt(1, fade)
        painter.fillRect(QRectF(x - 0.75, _TOP_PX - 6, 1.5, base - _TOP_PX + 6), line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.accent))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, 1), QPointF(x + 5, 1), QPointF(x, 8)]))
