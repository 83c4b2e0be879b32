"""One message of the transcript: measured once for a width, painted often, plain text and nothing else.

Text positions are counted in UTF-16 units, as Qt counts them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt, QTextBoundaryFinder
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from app.models.conversation import TurnState
from app.models.text_finder import utf16_length
from app.theme import Theme
from app.views.chat.message_foot import NO_FOOT, FootContent, FootPainter, MeasuredFoot, Part

if TYPE_CHECKING:
    from app.models.memory_status import MemoryStatus

LINE_HEIGHT = 1.45
GAP_BEFORE_TURN_PX = 24.0
GAP_BEFORE_ANSWER_PX = 14.0
GAP_BEFORE_CAPTION_PX = 6.0
BUBBLE_SHARE = 0.84
BUBBLE_X_PX, BUBBLE_Y_PX, BUBBLE_RADIUS_PX = 14.0, 9.0, 12.0
CARET_PX = 7.0
MATCH_OPACITY = 0.35
LONGEST_RUN = 1_000
"""Letters without a place to break a line, as of a key or a picture as text; a message with more breaks anywhere."""

# Control characters become their pictures, one for one, so that positions stay those of the text.
_SHOWN = {code: 0x2400 + code for code in range(32)} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
_SHOWN |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_SHOWN |= {0x7F: 0x2421, ord("\t"): ord("\t"), ord("\n"): 0x2028, ord("\r"): 0x200B, 0x85: 0x2028, 0x2029: 0x2028}


def shown(text: str) -> str:
    """`text` as it is drawn: line breaks as line separators, control characters as visible signs."""
    return text.translate(_SHOWN)


def has_run(text: str, letters: int) -> bool:
    """Whether no line can be broken between words within `letters` UTF-16 units of `text`.

    Qt takes a time of the square of a run's length to break it into lines, unless told that any letter will do.
    """
    finder, start = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, text), 0
    while (end := finder.toNextBoundary()) != -1:
        if end - start > letters:
            return True
        start = end
    return False


def utf16_slice(text: str, start: int, end: int) -> str:
    """The part of `text` between two positions in UTF-16 units."""
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "replace")


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What a row of the conversation says. `status`, `version`, `versions`: as of FootContent."""

    text: str
    is_user: bool
    state: TurnState
    caption: str
    error: str
    status: MemoryStatus | None = None
    version: int = 0
    versions: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredMessage:
    """A message laid out for a column; positions are relative to the column's left edge and the row's top."""

    content: MessageContent
    text: QTextLayout
    error: QTextLayout
    bubble: QRectF
    foot: MeasuredFoot
    height: float

    def position_at(self, point: QPointF) -> int:
        """The text position nearest to `point`."""
        layout = self.text
        if not layout.lineCount():
            return 0
        local = point - layout.position()
        if local.y() < 0:
            return 0
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            bottom = (
                layout.lineAt(number + 1).y() if number + 1 < layout.lineCount() else layout.boundingRect().bottom()
            )
            if local.y() < bottom:
                return int(line.xToCursor(local.x()))
        return utf16_length(layout.text())

    def seen_between(self, top: float, bottom: float) -> tuple[int, int]:
        """The text positions of the lines that reach into these heights."""
        count = self.text.lineCount()
        if not count:
            return 0, 0

        def line_at(y: float) -> QTextLine:
            local = y - self.text.position().y()
            after = bisect_right(range(count), local, key=lambda number: self.text.lineAt(number).y())
            return self.text.lineAt(max(0, after - 1))

        last = line_at(bottom)
        return line_at(top).textStart(), last.textStart() + last.textLength()

    def rect_of(self, position: int) -> QRectF:
        """The place of the line that holds a text position."""
        line = self.text.lineForTextPosition(position)
        return line.rect().translated(self.text.position()) if line.isValid() else QRectF(0, 0, 1, 1)


@dataclass(frozen=True, slots=True)
class TintedPart:
    """A part of a message on a ground of its own, with a line of the full colour under it."""

    start: int
    end: int
    ground: QColor
    line: QColor


class MessagePainter:
    """Measures and paints messages with the fonts of a widget."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._foot = FootPainter(font)
        self._metrics = QFontMetricsF(self._font)
        self._line_px = round(self._metrics.ascent() + self._metrics.descent()) * 1.0
        self._step_px = max(self._line_px, round(font.pixelSize() * LINE_HEIGHT))

    def column_px(self, characters: int) -> float:
        """The width of a column of so many average letters."""
        return round(self._metrics.horizontalAdvance("the quick brown fox jumps over the lazy dog") / 43 * characters)

    def estimate(self, text: str, is_user: bool, width: float) -> float:
        """About how high a message is, without laying it out."""
        letters = max(1.0, width / self._metrics.averageCharWidth())
        lines = len(text) // letters + text.count("\n") + 1
        return lines * self._step_px + (2 * BUBBLE_Y_PX + GAP_BEFORE_TURN_PX if is_user else 44.0)

    def measure(self, content: MessageContent, width: float) -> MeasuredMessage:
        """Lays a message out for a column of `width` px."""
        if content.is_user:
            return self._measure_query(content, width)
        return self._measure_answer(content, width)

    def _measure_query(self, content: MessageContent, width: float) -> MeasuredMessage:
        limit = width * BUBBLE_SHARE - 2 * BUBBLE_X_PX
        natural, high = self._break(text := self._layout(content.text), limit)
        if natural + 1 < limit:
            _, high = self._break(text, natural + 1)
        bubble = QRectF(0, GAP_BEFORE_TURN_PX, min(limit, natural + 1) + 2 * BUBBLE_X_PX, high + 2 * BUBBLE_Y_PX)
        bubble.moveRight(width)
        text.setPosition(bubble.topLeft() + QPointF(BUBBLE_X_PX, BUBBLE_Y_PX))
        return MeasuredMessage(content, text, self._layout(""), bubble, NO_FOOT, bubble.bottom())

    def _measure_answer(self, content: MessageContent, width: float) -> MeasuredMessage:
        y = GAP_BEFORE_ANSWER_PX
        text, error = self._layout(content.text), self._layout(content.error)
        for layout in (text, error):
            layout.setPosition(QPointF(0, y))
            if layout.text():
                _, high = self._break(layout, width)
                y += high + GAP_BEFORE_CAPTION_PX
        words = FootContent(content.caption, content.status, content.version, content.versions)
        foot = self._foot.measure(words, y, width)
        return MeasuredMessage(content, text, error, QRectF(), foot, foot.bottom)

    def _layout(self, text: str) -> QTextLayout:
        layout = QTextLayout(shown(text), self._font)
        option = QTextOption()
        is_long = len(text) > LONGEST_RUN and has_run(layout.text(), LONGEST_RUN)
        wrap = QTextOption.WrapMode
        option.setWrapMode(wrap.WrapAnywhere if is_long else wrap.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setTabStopDistance(4 * self._metrics.horizontalAdvance(" "))
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        return layout

    def _break(self, layout: QTextLayout, width: float) -> tuple[float, float]:
        """Breaks the text into lines; returns its natural width and its height."""
        natural = y = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1.0))
            step = max(self._step_px, line.height())
            line.setPosition(QPointF(0, y + (step - line.height()) / 2))
            natural = max(natural, line.naturalTextWidth())
            y += step
        layout.endLayout()
        return natural, y

    def paint(
        self,
        painter: QPainter,
        origin: QPointF,
        message: MeasuredMessage,
        theme: Theme,
        selection: tuple[int, int] | None,
        hovered: Part = "",
        matches: Sequence[tuple[int, int]] = (),
        tints: Sequence[TintedPart] = (),
    ) -> None:
        """Paints a message with the column's left edge and the row's top at `origin`.

        selection: the selected part; hovered: the part of its foot under the mouse; matches: what was searched for;
        tints: parts with a ground of their own, below both.
        """
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if message.content.is_user:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(message.bubble.translated(origin), BUBBLE_RADIUS_PX, BUBBLE_RADIUS_PX)
        painter.setPen(QColor(theme.text))
        clip = painter.clipBoundingRect()  # a very long text has lines, and places found, out of sight
        if not clip.isEmpty():
            first, last = message.seen_between(clip.top() - origin.y(), clip.bottom() - origin.y())
            matches = [span for span in matches if span[1] > first and span[0] < last]
        ranges = [*map(_tinted, tints), *_ranges(selection, matches, theme)]
        message.text.draw(painter, origin, ranges, clip)
        if message.content.state is TurnState.ANSWERING and not message.content.is_user:
            self._paint_caret(painter, origin, message, theme)
        if message.error.lineCount():
            painter.setPen(QColor(theme.danger))
            message.error.draw(painter, origin)
        self._foot.paint(painter, origin, message.foot, theme, hovered)

    def _paint_caret(self, painter: QPainter, origin: QPointF, message: MeasuredMessage, theme: Theme) -> None:
        layout = message.text
        if layout.lineCount():
            line = layout.lineAt(layout.lineCount() - 1)
            at: Any = line.cursorToX(utf16_length(layout.text()))  # PySide6 returns x and the position it belongs to
            x = float(at[0] if isinstance(at, tuple) else at)
            place = origin + layout.position() + QPointF(x + 3, line.y() + (line.height() - 2 * CARET_PX) / 2)
            painter.fillRect(QRectF(place.x(), place.y(), CARET_PX, 2 * CARET_PX), QColor(theme.accent))


def _tinted(part: TintedPart) -> QTextLayout.FormatRange:
    result = QTextLayout.FormatRange()
    result.start, result.length = part.start, part.end - part.start
    style = QTextCharFormat()
    style.setBackground(part.ground)
    style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    style.setUnderlineColor(part.line)
    result.format = style
    return result


def _ranges(
    selection: tuple[int, int] | None, matches: Sequence[tuple[int, int]], theme: Theme
) -> list[QTextLayout.FormatRange]:
    found = QColor(theme.warning)
    found.setAlphaF(MATCH_OPACITY)
    ranges = [_range(span, found, QColor(theme.text)) for span in matches]
    if selection is not None and selection[0] != selection[1]:
        ranges.append(_range(selection, QColor(theme.accent), QColor(theme.on_accent)))
    return ranges


def _range(span: tuple[int, int], background: QColor, foreground: QColor) -> QTextLayout.FormatRange:
    result = QTextLayout.FormatRange()
    result.start, result.length = span[0], span[1] - span[0]
    style = QTextCharFormat()
    style.setBackground(background)
    style.setForeground(foreground)
    result.format = style
    return result
