"""What the colours of a picture of kinds mean: a patch and a few words each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.views.inspector.style import CAPTION_PX, sized_font

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.theme import Theme

_PATCH_PX = 10
_ROW_PX = 18


class KindLegend(QWidget):
    """Patches with words from left to right, in as many lines as they need."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kinds: list[tuple[str, str]] = []
        self.setAccessibleName(name)
        self.setToolTip(name)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(max(120, self.width())))

    def heightForWidth(self, width: int) -> int:
        places = self._places(float(width))
        return round(places[-1].y() + _ROW_PX) if places else _ROW_PX

    def set_kinds(self, kinds: list[tuple[str, str]]) -> None:
        """Shows (colour, words) pairs."""
        self._kinds = kinds
        self.setAccessibleDescription(", ".join(words for _, words in kinds))
        self.updateGeometry()
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def _places(self, width: float) -> list[QPointF]:
        metrics = QFontMetricsF(sized_font(CAPTION_PX))
        x, y, places = 0.0, 0.0, []
        for _, words in self._kinds:
            advance = _PATCH_PX + 6 + metrics.horizontalAdvance(words) + 14
            if x and x + advance > width:
                x, y = 0.0, y + _ROW_PX
            places.append(QPointF(x, y))
            x += advance
        return places

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(sized_font(CAPTION_PX))
        for (colour, words), place in zip(self._kinds, self._places(self.width()), strict=True):
            patch = QRectF(place.x() + 0.5, place.y() + 4.5, _PATCH_PX, _PATCH_PX)
            painter.setPen(QPen(QColor(self._theme.muted), 1))
            painter.setBrush(QColor(colour))
            painter.drawRect(patch)
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(QPointF(patch.right() + 6, place.y() + 14), words)
