"""Who wrote a slot: one bar, a part for each turn, with its number and its share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.models.amount import share_text
from app.models.memory_names import INITIAL, start_name
from app.theme import mixed
from app.views.inspector.style import TICK_PX, sized_font, turn_colour, turn_label

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from app.theme import Theme

BAR_PX = 22
Part = tuple[int | None, float]
"""A turn (INITIAL: the initial memory), or None for all small ones together, and its share."""


def part_text(part: Part, start: str) -> str:
    """A part in words. start: what the memory before the first turn is called."""
    turn, share = part
    name = "all others" if turn is None else start if turn == INITIAL else f"turn {turn + 1}"
    return f"{name}: {share_text(share)}"


def shade_of(theme: Theme, turn: int | None) -> str:
    """The colour of a part."""
    return mixed(theme.surface, theme.border if turn is None else turn_colour(theme, turn), 0.45)


class ShareBar(QWidget):
    """Parts in the order of turns, coloured as turns are everywhere; the chosen one is framed.

    Keys, with focus: ←/→ choose the previous or next turn.

    Signals:
        chosen(turn): a turn was clicked.
    """

    chosen = Signal(int)

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._theme = theme
        self._parts: list[Part] = []
        self._turn: int | None = None
        self._start = start_name("")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(240, BAR_PX + 16)

    @property
    def parts(self) -> list[Part]:
        return self._parts

    def set_parts(self, parts: list[Part], turn: int | None, start: str) -> None:
        """Shows these parts; `turn` is the chosen one, `start` what the memory before the first turn is called."""
        self._parts, self._turn, self._start = parts, turn, start
        self.setAccessibleDescription("; ".join(part_text(part, start) for part in parts) or "nobody wrote this slot")
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def _boxes(self) -> list[QRectF]:
        total = sum(share for _, share in self._parts) or 1.0
        x, boxes = 1.0, []
        for _, share in self._parts:
            width = share / total * (self.width() - 2)
            boxes.append(QRectF(x, 2, width, BAR_PX))
            x += width
        return boxes

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(sized_font(TICK_PX))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = QRectF()
        for (turn, share), box in zip(self._parts, self._boxes(), strict=True):
            fill = shade_of(self._theme, turn)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(fill))
            painter.drawRect(box.adjusted(0, 0, -1, 0))
            if turn == INITIAL or turn is None:  # also told apart without colours
                painter.setBrush(QBrush(QColor(self._theme.muted), Qt.BrushStyle.BDiagPattern))
                painter.drawRect(box.adjusted(0, 0, -1, 0))
            self._paint_words(painter, box, turn, share)
            if turn == self._turn and turn is not None:
                chosen = box
        if chosen.width() > 0:
            painter.setPen(QPen(QColor(self._theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(chosen.adjusted(1, 0, -2, 0))
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_words(self, painter: QPainter, box: QRectF, turn: int | None, share: float) -> None:
        name = "…" if turn is None else "start" if turn == INITIAL else turn_label(turn)
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(name) + 4 <= box.width():
            ground = metrics.boundingRect(name).width() + 6
            if turn == INITIAL or turn is None:
                patch = QRectF(box.center().x() - ground / 2, box.top() + 3, ground, box.height() - 6)
                painter.fillRect(patch, QColor(self._theme.surface))
            painter.setPen(QColor(self._theme.text))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), name)
        below = share_text(share)
        if metrics.horizontalAdvance(below) + 2 <= box.width():
            painter.setPen(QColor(self._theme.muted))
            room = QRectF(box.left(), box.bottom(), box.width(), 14)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), below)

    def _part_at(self, place: QPointF) -> Part | None:
        found = (
            part for part, box in zip(self._parts, self._boxes(), strict=True) if box.left() <= place.x() < box.right()
        )
        return next(found, None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        part = self._part_at(event.position())
        if part is not None and part[0] is not None and part[0] >= 0:
            self.chosen.emit(part[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        turns = [turn for turn, _ in self._parts if turn is not None and turn >= 0]
        if step is None or not turns or event.modifiers():
            super().keyPressEvent(event)
            return
        at = turns.index(self._turn) + step if self._turn in turns else 0
        self.chosen.emit(turns[max(0, min(len(turns) - 1, at))])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            part = self._part_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), part_text(part, self._start) if part is not None else "", self)
            return True
        return super().event(event)
