"""The words of an answer, token by token, with the first one that differs marked and bars under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.paint.number import number_text
from app.views.inspector.style import BODY_PX, TICK_PX, sized_font
from app.views.inspector.text_direction import apart, is_right_to_left, joined, row_of_boxes, step_of
from app.views.tooltips import plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from app.engine.analysis.findings import ReplyText
    from app.theme import Theme
    from rxt.events import FloatArray

LINE_PX = 22.0
BARS_PX = 76.0
LEAST_NATS = 0.1  # smaller changes stay small on the screen too
_GAP_PX = 8.0
_EDGE_PX = 4.0
_NUMBER_PX = 15.0
_BAR_PX = 11.0
_LEAST_WORD_PX = 40.0  # room for two bars and a number under the shortest word
_SHOWN_NATS = 0.005  # what is no longer 0.00


@dataclass(frozen=True, slots=True)
class _Token:
    index: int
    text: str
    drawn: str
    begins_line: bool


def reach_of(bars: Sequence[FloatArray]) -> tuple[float, float]:
    """What the longest bars down and up stand for, in nats."""
    every = np.concatenate(bars)
    finite = every[np.isfinite(every)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return min(low, -LEAST_NATS), max(high, 0.0)


class AnswerWords(QWidget):
    """Flowing text. Below each word of an answer with numbers stand two bars: what the edit changed (filled) and what
    the control changed (outlined), down where the word became less likely. A text that is written from right to left
    begins at the right.

    Keys, with focus: ←/→ go from word to word; what is pointed at is said in a tooltip and to screen readers.
    """

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tokens: list[_Token] = []
        self._boxes: list[QRectF] = []
        self._marked: int | None = None
        self._bars: tuple[FloatArray, FloatArray] | None = None
        self._reach = (-1.0, 0.0)
        self._pointed = -1
        self._rest = ""
        self._is_leftward = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def reach(self) -> tuple[float, float]:
        """What the longest bars down and up stand for, in nats: at most 0 and at least 0."""
        return self._reach

    def show_answer(
        self, answer: ReplyText, marked: int | None, bars: tuple[FloatArray, FloatArray] | None = None
    ) -> None:
        """Shows an answer. marked: the first token that differs from the other answer, None: nothing does; the number
        of tokens: it only ends elsewhere. bars: [T] of the edit and [T] of the control, in nats."""
        self._tokens = _tokens_of(answer)
        self._is_leftward = is_right_to_left(answer.text)
        self._marked, self._bars, self._pointed = marked, bars, -1
        self._rest = "∎ " if marked is not None and marked >= len(answer.spans) else ""
        if bars is not None:
            self._reach = reach_of(bars)
        spoken = answer.text or "an empty answer"
        word = next((token.text.strip() for token in self._tokens if token.index == marked), "")
        self.setAccessibleDescription(f"{spoken} First difference: {word}." if word else spoken)
        self._arrange()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self._arrange()

    def words_of(self, index: int) -> str:
        """A word and its numbers."""
        text = apart(next((token.text.strip() for token in self._tokens if token.index == index), ""))
        if self._bars is None or index >= len(self._bars[0]):
            return f"“{text}”"
        edit, control = (number_text(float(values[index]), 3) if index < len(values) else "" for values in self._bars)
        beside = f", by {control} with the random control" if control else ""
        return f"“{text}”: log-probability changed by {edit} nats with the edit{beside}"

    # ---------------------------------------------------------------- layout

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(max(120, self.width())))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        boxes = self._layout(float(width))
        return round((boxes[-1].bottom() if boxes else LINE_PX) + (BARS_PX if self._bars is not None else 0) + _EDGE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        self._boxes = self._layout(float(max(60, self.width())))
        self.updateGeometry()
        self.update()

    def _layout(self, width: float) -> list[QRectF]:
        metrics = QFontMetricsF(sized_font(BODY_PX))
        row_px = LINE_PX + (BARS_PX + _GAP_PX if self._bars is not None else 4.0)
        least_px = _LEAST_WORD_PX if self._bars is not None else 4.0
        rows: list[tuple[float, list[float]]] = []  # the space a line would begin with, and the widths of its words
        x = _EDGE_PX
        for token in self._tokens:
            advance = max(least_px, metrics.horizontalAdvance(token.drawn))
            if not rows or x + advance > width - _EDGE_PX or token.begins_line:
                space = metrics.horizontalAdvance(token.text) - metrics.horizontalAdvance(token.text.lstrip())
                rows.append((space, []))
                x = _EDGE_PX - space
            rows[-1][1].append(min(advance, width - 2 * _EDGE_PX))
            x += advance
        boxes: list[QRectF] = []
        for number, (space, widths) in enumerate(rows):
            words = [token.text for token in self._tokens[len(boxes) : len(boxes) + len(widths)]]
            left = width - _EDGE_PX + space - sum(widths) if self._is_leftward else _EDGE_PX - space
            boxes += row_of_boxes(words, widths, left, 2.0 + number * row_px, LINE_PX, self._is_leftward)
        return boxes

    # ---------------------------------------------------------------- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized_font(BODY_PX)
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        if self._is_leftward:
            flags |= int(Qt.TextFlag.TextForceRightToLeft)  # the space before a word stands at its right
        for token, box in zip(self._tokens, self._boxes, strict=True):
            is_after = self._marked is not None and token.index >= self._marked
            if token.index == self._marked:
                indent = QFontMetricsF(font).horizontalAdvance(token.text[: -len(token.text.lstrip()) or None])
                unwritten = max(0.0, box.width() - QFontMetricsF(font).horizontalAdvance(token.text))
                left, right = (unwritten, indent) if self._is_leftward else (indent, unwritten)
                self._paint_mark(painter, box.adjusted(left - 2, 0, 2 - right, 0))
            painter.setFont(font)
            painter.setPen(QColor(self._theme.muted if is_after and token.index != self._marked else self._theme.text))
            painter.drawText(box, flags, token.drawn)
            if self._bars is not None:
                self._paint_bars(painter, token.index, box)
            if token.index == self._pointed:
                painter.setPen(QPen(QColor(self._theme.muted), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if not self._tokens:
            painter.setFont(font)
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(QPointF(_EDGE_PX, LINE_PX - 5), "(an empty answer)")
        elif self._rest:
            painter.setFont(sized_font(TICK_PX))
            painter.setPen(QColor(self._theme.warning))
            end = self._boxes[-1]
            x = max(0.0, end.left() - 13) if self._is_leftward else min(end.right() + 3, self.width() - 10)
            painter.drawText(QPointF(x, end.center().y() + 4), self._rest)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_mark(self, painter: QPainter, box: QRectF) -> None:
        """A frame and a small triangle above: the first difference is seen without its colour too."""
        colour = QColor(self._theme.warning)
        painter.setPen(QPen(colour, 1.5))
        soft = QColor(colour)
        soft.setAlpha(46)
        painter.setBrush(soft)
        painter.drawRoundedRect(box.adjusted(0.5, 1.5, -0.5, -1.5), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        x, y = box.center().x(), box.top() - 1
        painter.drawPolygon(QPolygonF([QPointF(x - 4, y - 1), QPointF(x + 4, y - 1), QPointF(x, y + 4)]))

    def _paint_bars(self, painter: QPainter, index: int, box: QRectF) -> None:
        assert self._bars is not None  # noqa: S101 - asked by the caller
        low, high = self._reach
        px_a_nat = (BARS_PX - _NUMBER_PX - 6) / (high - low)
        zero = box.bottom() + 3 + high * px_a_nat
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawLine(QLineF(box.left(), zero, box.right(), zero))
        middle = min(box.center().x(), box.left() + _LEAST_WORD_PX / 2)  # long words keep their bars at their beginning
        if self._is_leftward:
            middle = max(box.center().x(), box.right() - _LEAST_WORD_PX / 2)
        for number, values in enumerate(self._bars):
            if index >= len(values) or not np.isfinite(values[index]):
                continue
            length = -float(values[index]) * px_a_nat
            bar = QRectF(middle + (number - 1) * _BAR_PX + number, zero, _BAR_PX - 1, length).normalized()
            colour = QColor(self._theme.series[number])
            painter.setPen(QPen(colour, 1) if number else Qt.PenStyle.NoPen)
            painter.setBrush(Qt.BrushStyle.NoBrush if number else colour)
            painter.drawRect(bar)
        place = QRectF(box.left(), box.bottom() + BARS_PX - _NUMBER_PX, box.width(), _NUMBER_PX)
        self._paint_number(painter, index, place)

    def _paint_number(self, painter: QPainter, index: int, place: QRectF) -> None:
        """What the edit changed, in nats; a change too small for two decimals is left to the tooltip."""
        assert self._bars is not None  # noqa: S101 - asked by the caller
        change = float(self._bars[0][index]) if index < len(self._bars[0]) else 0.0
        if abs(change) < _SHOWN_NATS or not np.isfinite(change):
            return
        painter.setFont(sized_font(TICK_PX))
        painter.setPen(QColor(self._theme.muted))
        side = Qt.AlignmentFlag.AlignRight if self._is_leftward else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, int(side | Qt.TextFlag.TextDontClip), number_text(change, 2))

    # ---------------------------------------------------------------- pointing

    def _point_at(self, index: int) -> None:
        if index != self._pointed:
            self._pointed = index
            self.update()
            if index >= 0:
                self.setAccessibleDescription(self.words_of(index))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._index_at(event.position()))

    def _index_at(self, place: QPointF) -> int:
        below = BARS_PX if self._bars is not None else 0
        pairs = zip(self._tokens, self._boxes, strict=True)
        return next((token.index for token, box in pairs if box.adjusted(0, 0, 0, below).contains(place)), -1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(-1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = step_of(event.key(), self._is_leftward)
        indices = [token.index for token in self._tokens]
        if step is None or not indices or event.modifiers():
            super().keyPressEvent(event)
            return
        at = indices.index(self._pointed) + step if self._pointed in indices else 0
        index = indices[max(0, min(len(indices) - 1, at))]
        self._point_at(index)
        place = self._boxes[indices.index(index)].bottomLeft().toPoint()
        QToolTip.showText(self.mapToGlobal(place), plain_tooltip(self.words_of(index)), self)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._index_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tooltip(self.words_of(index)) if index >= 0 else "", self)
            return True
        return super().event(event)


def _tokens_of(answer: ReplyText) -> list[_Token]:
    """Tokens with characters of their own; one that completes a character of its neighbour is not drawn."""
    tokens: list[_Token] = []
    end = 0
    for index, (start, stop) in enumerate(answer.spans):
        shown = answer.text[max(start, end) : stop]
        if shown:
            parts = (shown, joined(answer.text, max(start, end), stop))
            plain, drawn = (part.replace("\n", " ").replace("\t", " ") for part in parts)
            tokens.append(_Token(index, plain, drawn, "\n" in shown))
            end = max(end, stop)
    return tokens
