"""One number a layer as bars that can be read and chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.paint.number import number_text
from app.views.inspector.style import TICK_PX, sized_font

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from app.theme import Theme
    from rxt.events import FloatArray

_ROW_PX = 18
_NAME_PX = 52
_NUMBER_PX = 58


class LayerBars(QWidget):
    """Layer by layer from top to bottom, a bar from 0 to `high` and the number beside it.

    Keys, with focus: ↑/↓ choose the previous or next layer.

    Signals:
        chosen(layer): a row was clicked.
    """

    chosen = Signal(int)

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._theme = theme
        self._values: FloatArray = np.zeros(0, np.float32)
        self._high = 1.0
        self._decimals = 1
        self._layer: int | None = None
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(220, _ROW_PX * max(1, len(self._values)) + 4)

    def set_values(self, values: FloatArray, high: float, layer: int | None, decimals: int = 1) -> None:
        """Shows values [L] against `high`; `layer` is the chosen one. Infinite and invalid numbers are written."""
        if len(values) != len(self._values):
            self.updateGeometry()
        self._values, self._high, self._layer, self._decimals = values, max(high, 1e-9), layer, decimals
        words = (f"layer {row}: {self._text(row)}" for row in range(len(values)))
        self.setAccessibleDescription("; ".join(words))
        self.updateGeometry()
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def _text(self, row: int) -> str:
        value = float(self._values[row])
        return "∞" if np.isposinf(value) else number_text(value, self._decimals)

    def _row_px(self) -> float:
        return (self.height() - 4) / max(1, len(self._values))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(sized_font(TICK_PX))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row_px = self._row_px()
        room = self.width() - _NAME_PX - _NUMBER_PX - 6
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        for row, value in enumerate(self._values.tolist()):
            line = QRectF(2, 2 + row * row_px, self.width() - 4, row_px)
            if row == self._layer:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(self._theme.accent_soft))
                painter.drawRoundedRect(line, 3, 3)
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(line.adjusted(4, 0, 0, 0), middle, f"layer {row}")
            share = 1.0 if np.isposinf(value) else min(1.0, max(0.0, value / self._high)) if np.isfinite(value) else 0.0
            bar = QRectF(_NAME_PX, line.center().y() - 4, max(1.0, share * room), 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.accent if row == self._layer else self._theme.muted))
            painter.drawRoundedRect(bar, 2, 2)
            painter.setPen(QColor(self._theme.danger if np.isnan(value) else self._theme.text))
            painter.drawText(QRectF(bar.right() + 6, line.top(), _NUMBER_PX, row_px), middle, self._text(row))
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int((event.position().y() - 2) // self._row_px())
        if 0 <= row < len(self._values):
            self.chosen.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not len(self._values):
            super().keyPressEvent(event)
            return
        row = 0 if self._layer is None else self._layer + step
        self.chosen.emit(max(0, min(len(self._values) - 1, row)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
