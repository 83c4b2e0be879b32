"""Words of a text, token by token, each with a tint that says how much of something it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.views.inspector.style import BODY_PX, sized_font
from app.views.inspector.text_direction import apart, is_right_to_left, joined, row_of_boxes, step_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from app.theme import Theme

STRONGEST_ALPHA = 82  # of 255: words stay readable on every tint of both themes (tested)
_LABEL_PX = 10
_LINE_PX = 22.0
_LEAST_FRAME_PX = 13.0
_ROW_PX = _LINE_PX + _LABEL_PX + 4


@dataclass(frozen=True, slots=True)
class Tint:
    """colour: sRGB hex; strength: 0 (none) to 1; label: a few letters below the word; tip: said on pointing at it."""

    colour: str
    strength: float
    label: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class _Word:
    token: int
    text: str
    drawn: str
    begins_line: bool


class WordFlow(QWidget):
    """Flowing text of tokens. A text that is written from right to left begins at the right.

    Keys, with focus: ←/→ point at the word beside it and show its tip, Enter locks it, Esc lets go. The word pointed
    at and its tip are the description for screen readers; without one it is the whole text.

    Signals:
        hovered(token): -1: the pointer left. clicked(token). stepped(token): the keyboard went to a word.
    """

    hovered = Signal(int)
    clicked = Signal(int)
    stepped = Signal(int)

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words: list[_Word] = []
        self._tints: tuple[Tint, ...] = ()
        self._boxes: list[QRectF] = []
        self._pointed = -1
        self._locked = -1
        self._whole = ""
        self._is_leftward = False
        self._font = sized_font(BODY_PX)
        self._small = sized_font(_LABEL_PX)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(320, self.heightForWidth(max(120, self.width())))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        boxes = self._layout(float(width))
        return round(boxes[-1].bottom() + _LABEL_PX + 4) if boxes else round(_ROW_PX)

    def set_words(
        self, text: str, spans: Sequence[tuple[int, int]], tints: Sequence[Tint], new_line: int | None = None
    ) -> None:
        """Shows the T tokens of a text, each where its characters stand; a token without characters of its own is not
        drawn. tints: T of them. new_line: the token that begins another line, as the answer after the question."""
        self._words = []
        end = 0
        for token, (start, stop) in enumerate(spans):
            shown = text[max(start, end) : stop]
            if shown:
                begins = "\n" in shown or (new_line is not None and token >= new_line)
                drawn = joined(text, max(start, end), stop)
                plain, drawn = (part.replace("\n", " ").replace("\t", " ") for part in (shown, drawn))
                self._words.append(_Word(token, plain, drawn, begins))
                new_line = None if new_line is not None and token >= new_line else new_line
                end = max(end, stop)
        self._tints = tuple(tints)
        self._pointed = -1
        self._is_leftward = is_right_to_left(text)
        self._arrange()
        self._whole = self._spoken(text)
        self.setAccessibleDescription(self._whole)

    def set_locked(self, token: int) -> None:
        """Underlines a word; -1: none."""
        if token != self._locked:
            self._locked = token
            self.update()

    def set_pointed(self, token: int) -> None:
        """Outlines a word as if the pointer were on it; -1: none."""
        if token != self._pointed:
            self._pointed = token
            self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self._font, self._small = sized_font(BODY_PX), sized_font(_LABEL_PX)
        self._arrange()

    def token_rect(self, token: int) -> QRectF:
        """Where a token is drawn; empty where it is not."""
        return next((box for word, box in zip(self._words, self._boxes, strict=True) if word.token == token), QRectF())

    # ---------------------------------------------------------------- layout and painting

    def _arrange(self) -> None:
        self._boxes = self._layout(float(max(60, self.width())))
        self.updateGeometry()
        self.update()

    def _layout(self, width: float) -> list[QRectF]:
        metrics = QFontMetricsF(self._font)
        rows: list[list[float]] = []
        x = 2.0
        for word in self._words:
            advance = max(3.0, metrics.horizontalAdvance(word.drawn))
            if not rows or x + advance > width - 2 or word.begins_line:
                rows.append([])
                x = 2.0
            rows[-1].append(min(advance, width - 4))
            x += advance
        boxes: list[QRectF] = []
        for number, widths in enumerate(rows):
            words = [word.text for word in self._words[len(boxes) : len(boxes) + len(widths)]]
            left = width - 2 - sum(widths) if self._is_leftward else 2.0
            boxes += row_of_boxes(words, widths, left, 2.0 + number * _ROW_PX, _LINE_PX, self._is_leftward)
        return boxes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        former = ""
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        if self._is_leftward:
            flags |= int(Qt.TextFlag.TextForceRightToLeft)  # the space before a word stands at its right
        for word, box in zip(self._words, self._boxes, strict=True):
            tint = self._tints[word.token] if word.token < len(self._tints) else None
            if tint is not None:
                self._paint_tint(painter, box, tint, former)
                former = tint.label
            painter.setFont(self._font)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(box, flags, word.drawn)
            if word.token in (self._pointed, self._locked):
                is_locked = word.token == self._locked
                painter.setPen(
                    QPen(QColor(self._theme.text if is_locked else self._theme.muted), 2 if is_locked else 1)
                )
                painter.setBrush(Qt.BrushStyle.NoBrush)
                air = max(-0.5, (_LEAST_FRAME_PX - box.width()) / 2)  # a frame never hides a narrow letter
                painter.drawRoundedRect(box.adjusted(-air, 0.5, air, -0.5), 3, 3)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_tint(self, painter: QPainter, box: QRectF, tint: Tint, former: str) -> None:
        colour = QColor(tint.colour)
        strength = min(1.0, max(0.0, tint.strength))
        colour.setAlpha(round(STRONGEST_ALPHA * strength))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRect(box.adjusted(0, 1, 0, -2))
        if strength > 0.05:
            painter.fillRect(QRectF(box.left(), box.bottom() - 2, box.width() - 1, 2), QColor(tint.colour))
        begins_row = self.width() - box.right() < 3 if self._is_leftward else box.left() < 3
        if tint.label and (tint.label != former or begins_row):
            painter.setFont(self._small)
            painter.setPen(QColor(self._theme.muted))
            x = box.left() + 1
            if self._is_leftward:
                x = box.right() - 1 - QFontMetricsF(self._small).horizontalAdvance(tint.label)
            painter.drawText(QPointF(x, box.bottom() + _LABEL_PX), tint.label)

    # ---------------------------------------------------------------- pointing

    def _token_at(self, place: QPointF) -> int:
        found = (word.token for word, box in zip(self._words, self._boxes, strict=True) if box.contains(place))
        return next(found, -1)

    def _point_at(self, token: int) -> None:
        if token != self._pointed:
            self._pointed = token
            self.update()
            self.setAccessibleDescription(self._words_of(token) if token >= 0 else self._whole)
            self.hovered.emit(token)

    def _step_to(self, token: int) -> None:
        """From the keyboard: what the pointer would show at a word is shown there too."""
        self._point_at(token)
        self.stepped.emit(token)
        place = self.token_rect(token)
        QToolTip.showText(self.mapToGlobal(place.bottomLeft().toPoint()), self._tip_of(token), self)

    def _tip_of(self, token: int) -> str:
        return self._tints[token].tip if 0 <= token < len(self._tints) else ""

    def _words_of(self, token: int) -> str:
        """A word and what is said about it."""
        word = next((word.text.strip() for word in self._words if word.token == token), "")
        word = apart(word)
        return f"“{word}”: {tip}" if (tip := self._tip_of(token)) else f"“{word}”"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        token = self._token_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if token >= 0 else Qt.CursorShape.ArrowCursor)
        self._point_at(token)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        token = self._token_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and token >= 0:
            self.clicked.emit(token)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._point_at(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(-1)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tokens = [word.token for word in self._words]
        step = step_of(event.key(), self._is_leftward)
        if step is not None and tokens and not event.modifiers():
            start = self._pointed if self._pointed in tokens else self._locked
            at = tokens.index(start) + step if start in tokens else 0
            self._step_to(tokens[max(0, min(len(tokens) - 1, at))])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed >= 0:
            self.clicked.emit(self._pointed)
        elif event.key() == Qt.Key.Key_Escape and self._locked >= 0:
            self.clicked.emit(self._locked)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            token = self._token_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._tip_of(token), self)
            return True
        return super().event(event)

    def _spoken(self, text: str) -> str:
        """The text, then the words with the strongest tints."""
        strong = sorted(self._words, key=lambda word: -self._tints[word.token].strength)[:8] if self._tints else []
        told = "; ".join(f"{word.text.strip()}: {self._tints[word.token].tip}" for word in strong if word.text.strip())
        return f"{text} {told}"
