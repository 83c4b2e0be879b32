"""A saved memory drawn as a card: a small map of its slots, its title and what it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QHelpEvent, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.models.any_index import AnyIndex
from app.models.list_role import ListRole
from app.models.memories import MemoryRole
from app.paint.colormap import lookup_table
from app.paint.limits import Limits, extent_of
from app.paint.raster import rgba
from app.theme import CAPTION_PX, GAP_PX, RADIUS_PX, Theme, ThemeController, caption_font, mixed
from app.views.tooltips import plain_tooltip

if TYPE_CHECKING:
    from rxt.events import FloatArray

CARD_PX = QSize(216, 174)
PICTURE_PX = 78
INSIDE_PX = 12
LINE_PX = 18


def picture(norm: FloatArray, theme: Theme) -> QImage:
    """The norms [rows, columns] in the theme's colours, one pixel a value; each picture has a scale of its own."""
    extent = extent_of(norm)
    low, high = (extent.robust_low, extent.robust_high) if extent is not None else (0.0, 1.0)
    limits = Limits(low, high) if low < high else Limits(low - 0.5, low + 0.5)
    pixels = rgba(norm, limits, lookup_table(theme.sequential))
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


class CardDelegate(QStyledItemDelegate):
    """Draws one memory as a card."""

    def __init__(self, themes: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = themes.theme
        self._pictures: dict[Path, tuple[FloatArray, QImage]] = {}
        themes.changed.connect(self._recolour)

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme
        self._pictures.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return CARD_PX

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        card = QRect(rect.topLeft(), CARD_PX).adjusted(4, 4, -4, -4)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, card, option)
        fits = not index.data(MemoryRole.WHY_NOT)
        inner = card.adjusted(INSIDE_PX, INSIDE_PX, -INSIDE_PX, -INSIDE_PX)
        place = QRect(inner.left(), inner.top(), inner.width(), PICTURE_PX)
        painter.setOpacity(1.0 if fits else 0.4)
        self._paint_picture(painter, place, index)
        painter.setOpacity(1.0)
        if index.data(MemoryRole.IS_SYNTHETIC):
            self._paint_badge(painter, place, "synthetic")
        self._paint_words(painter, inner.adjusted(0, PICTURE_PX + GAP_PX, 0, 0), option, index, fits)
        painter.restore()

    def _paint_ground(self, painter: QPainter, card: QRect, option: QStyleOptionViewItem) -> None:
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        theme = self._theme
        painter.setBrush(QColor(mixed(theme.surface, theme.text, 0.03) if hovered else theme.surface))
        painter.setPen(QColor(theme.accent if selected else theme.border))
        painter.drawRoundedRect(card, RADIUS_PX, RADIUS_PX)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(card.adjusted(1, 1, -1, -1), RADIUS_PX - 1, RADIUS_PX - 1)

    def _paint_picture(self, painter: QPainter, place: QRect, index: AnyIndex) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(place, 4, 4)
        norm = index.data(MemoryRole.NORM)
        if norm is None:
            painter.fillPath(shape, QColor(self._theme.raised))
            return
        painter.save()
        painter.setClipPath(shape)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, self._picture(index.data(ListRole.KEY), norm))
        painter.restore()

    def _picture(self, path: Path, norm: FloatArray) -> QImage:
        known = self._pictures.get(path)
        if known is None or known[0] is not norm:
            known = self._pictures[path] = (norm, picture(norm, self._theme))
        return known[1]

    def _paint_badge(self, painter: QPainter, place: QRect, words: str) -> None:
        painter.setFont(self._font(painter.font(), 11))
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        badge = QRect(place.right() - width - 5, place.top() + 6, width, LINE_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.surface))
        painter.drawRoundedRect(badge, LINE_PX / 2, LINE_PX / 2)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_words(
        self, painter: QPainter, place: QRect, option: QStyleOptionViewItem, index: AnyIndex, fits: bool
    ) -> None:
        font: QFont = option.font  # type: ignore[attr-defined]
        title = QFont(font)
        title.setWeight(QFont.Weight.DemiBold)
        model: str = index.data(MemoryRole.MODEL)
        lines: tuple[tuple[str, QFont, str], ...] = (
            (str(index.data()), title, self._theme.text),
            (str(index.data(ListRole.DETAIL)), caption_font(font), self._theme.muted),
            (
                (f"✓ {model}", caption_font(font), self._theme.muted)
                if fits
                else (f"⚠ {self._reason(index, model)}", caption_font(font), self._theme.warning)
            ),
        )
        top = place.top()
        for words, used, colour in lines:
            painter.setFont(used)
            painter.setPen(QColor(colour))
            line = QRect(place.left(), top, place.width(), LINE_PX + 2)
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            top += LINE_PX + 2

    @staticmethod
    def _reason(index: AnyIndex, model: str) -> str:
        return "Damaged" if index.data(MemoryRole.IS_DAMAGED) else f"Needs {model}"

    @staticmethod
    def _font(font: QFont, size_px: int) -> QFont:
        result = QFont(font)
        result.setPixelSize(min(size_px, CAPTION_PX))
        return result

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: AnyIndex
    ) -> bool:
        words = tooltip(index) if index.isValid() else ""
        QToolTip.showText(event.globalPos(), plain_tooltip(words), view)
        return True


def tooltip(index: AnyIndex) -> str:
    """Everything that the card has no room for."""
    parts = (
        index.data(),
        index.data(Qt.ItemDataRole.AccessibleDescriptionRole),
        index.data(MemoryRole.ORIGIN),
        f"Saved {index.data(MemoryRole.DATE)} with {index.data(MemoryRole.MODEL)}",
        index.data(MemoryRole.WHY_NOT),
    )
    return "\n".join(part for part in parts if part)
