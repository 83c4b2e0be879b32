"""The foot of an answer: its muted caption, the chip that says what of it is in memory, and the switch of versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from app.models.memory_status import STATUS_WORDS, MemoryStatus
from app.theme import Theme, caption_font

Part = Literal["chip", "previous", "next", ""]

CHIP_X_PX, CHIP_GAP_PX = 8.0, 10.0
ARROW_PX, ARROW_WIDE_PX = 3.5, 20.0

SIGNS: dict[MemoryStatus, str] = {"in memory": "✓", "partly": "◐", "not": "○", "edited": "≠"}
CHIPS: dict[MemoryStatus, str] = {status: f"{sign} {STATUS_WORDS[status]}" for status, sign in SIGNS.items()}
EXPLANATIONS: dict[MemoryStatus, str] = {
    "in memory": "The question and the answer were written to memory. Click to see the memory after this turn.",
    "partly": "The answer was cut short, and memory holds what was said until then. Click to see the memory after it.",
    "not": "Nothing of this turn is in memory: the model does not know of it.",
    "edited": "This text was changed after it was written, so memory holds the former words. "
    "“Rewrite memory from here” writes the new ones.",
}


@dataclass(frozen=True, slots=True)
class FootContent:
    """What the foot says. status: None before the turn has ended; version: 1 … versions; versions: 0 or 1 for one."""

    caption: str
    status: MemoryStatus | None = None
    version: int = 0
    versions: int = 0

    @property
    def has_versions(self) -> bool:
        return self.versions > 1

    def explanation(self, part: Part, keys: str = "") -> str:
        """What a tooltip says of a part; keys: those that do the same, as this desktop writes them."""
        named = f" ({keys})" if keys else ""
        match part:
            case "chip":
                return EXPLANATIONS[self.status] if self.status is not None else ""
            case "previous":
                return f"The version before{named}" if self.version > 1 else "This is the first version."
            case "next":
                return f"The version after{named}" if self.version < self.versions else "This is the newest version."
        return ""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredFoot:
    """Where the parts are, relative to the row; empty where they are not shown."""

    content: FootContent
    caption: QRectF
    chip: QRectF
    previous: QRectF
    count: QRectF
    next: QRectF

    @property
    def bottom(self) -> float:
        return max(part.bottom() for part in (self.caption, self.chip, self.next))

    def part_at(self, point: QPointF) -> Part:
        """The part at `point` that can be clicked."""
        parts: tuple[tuple[Part, QRectF], ...] = (("chip", self.chip), ("previous", self.previous), ("next", self.next))
        return next((name for name, place in parts if place.contains(point)), "")


NO_FOOT = MeasuredFoot(FootContent(""), QRectF(), QRectF(), QRectF(), QRectF(), QRectF())


class FootPainter:
    """Measures and paints feet with the caption font that belongs to `font`."""

    def __init__(self, font: QFont) -> None:
        self._font = caption_font(font)
        self._metrics = QFontMetricsF(self._font)

    def measure(self, content: FootContent, y: float, width: float) -> MeasuredFoot:
        """Places the parts in a line that begins at `y`; what has no room goes to the next."""
        line = self._metrics.height() + 4
        caption = QRectF(0, y, min(width, self._wide(content.caption) + 2), line)
        x = caption.right() + CHIP_GAP_PX if content.caption else 0.0
        chip = previous = count = following = QRectF()
        if content.status is not None:
            wide = self._wide(CHIPS[content.status]) + 2 * CHIP_X_PX
            x, y = (x, y) if x + wide <= width or not x else (0.0, y + line + 4)
            chip = QRectF(x, y, wide, line)
            x = chip.right() + CHIP_GAP_PX
        if content.has_versions:
            figures = self._wide(f"{content.versions}/{content.versions}") + 2
            wide = figures + 2 * ARROW_WIDE_PX
            x, y = (x, y) if x + wide <= width or not x else (0.0, y + line + 4)
            previous = QRectF(x, y, ARROW_WIDE_PX, line)
            count = QRectF(previous.right(), y, figures, line)
            following = QRectF(count.right(), y, ARROW_WIDE_PX, line)
        return MeasuredFoot(content, caption, chip, previous, count, following)

    def _wide(self, words: str) -> float:
        return self._metrics.horizontalAdvance(words)

    def paint(self, painter: QPainter, origin: QPointF, foot: MeasuredFoot, theme: Theme, hovered: Part) -> None:
        """Paints a foot; `hovered`: the part under the mouse."""
        content = foot.content
        painter.setFont(self._font)
        painter.setPen(QColor(theme.muted))
        centre = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        caption = self._metrics.elidedText(content.caption, Qt.TextElideMode.ElideRight, foot.caption.width())
        painter.drawText(foot.caption.translated(origin), centre, caption)
        if content.status is not None:
            self._paint_chip(painter, foot.chip.translated(origin), content.status, theme, hovered == "chip")
        if content.has_versions:
            painter.setPen(QColor(theme.muted))
            words = f"{content.version}/{content.versions}"
            painter.drawText(foot.count.translated(origin), Qt.AlignmentFlag.AlignCenter, words)
            for place, points_right, possible, name in (
                (foot.previous, False, content.version > 1, "previous"),
                (foot.next, True, content.version < content.versions, "next"),
            ):
                self._paint_arrow(
                    painter, place.translated(origin), points_right, theme, possible, possible and hovered == name
                )

    def _paint_chip(
        self, painter: QPainter, place: QRectF, status: MemoryStatus, theme: Theme, is_hovered: bool
    ) -> None:
        remembered, is_edited = status in ("in memory", "partly"), status == "edited"
        border = theme.accent if is_hovered and status != "not" else theme.warning if is_edited else theme.border
        painter.setPen(QPen(QColor(border), 1))
        painter.setBrush(QColor(theme.accent_soft) if remembered else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), place.height() / 2 - 1, place.height() / 2 - 1)
        painter.setPen(QColor(theme.text if remembered else theme.warning if is_edited else theme.muted))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, CHIPS[status])

    @staticmethod
    def _paint_arrow(
        painter: QPainter, place: QRectF, points_right: bool, theme: Theme, is_possible: bool, is_hovered: bool
    ) -> None:
        colour = theme.accent if is_hovered else theme.text if is_possible else theme.border
        pen = QPen(QColor(colour), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        centre, step = place.center(), ARROW_PX if points_right else -ARROW_PX
        arrow = QPainterPath(centre + QPointF(-step / 2, -ARROW_PX))
        arrow.lineTo(centre + QPointF(step / 2, 0))
        arrow.lineTo(centre + QPointF(-step / 2, ARROW_PX))
        painter.drawPath(arrow)
