"""What floats above the window: the hint where to drop a file, the first hint at the memory, the way to the end."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from app.theme import GAP_PX, MARGIN_PX, PADDING_PX, RADIUS_PX, Theme, ThemeController

CALLOUT_MS = 20_000
ARROW_PX = 9
IN_LINES = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap


class DropHint(QWidget):
    """Covers the window while a file is held above it and says what letting go does."""

    def __init__(self, themes: ThemeController, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._theme: Theme = themes.theme
        self._words = ""
        self.setObjectName("dropHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        themes.changed.connect(self._recolour)
        self.hide()

    @property
    def words(self) -> str:
        return self._words

    def show_words(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(words)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme

    @property
    def _frame(self) -> QRectF:
        return QRectF(self.rect()).adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)

    @property
    def plate(self) -> QRectF:
        """Where the words stand: in as many lines as the frame needs for them."""
        frame = self._frame
        room = frame.adjusted(2 * MARGIN_PX, 0, -2 * MARGIN_PX, 0).toRect()
        words = QFontMetrics(self._font()).boundingRect(room, IN_LINES, self._words)
        plate = QRectF(0, 0, words.width() + 2 * MARGIN_PX, words.height() + 2 * PADDING_PX)
        plate.moveCenter(frame.center())
        return plate

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(20)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(self._theme.window)
        veil.setAlphaF(0.72)
        painter.fillRect(self.rect(), veil)
        frame = self._frame
        painter.setPen(QPen(QColor(self._theme.accent), 2, Qt.PenStyle.DashLine))
        tint = QColor(self._theme.accent_soft)
        tint.setAlphaF(0.5)
        painter.setBrush(tint)
        painter.drawRoundedRect(frame, 2 * RADIUS_PX, 2 * RADIUS_PX)
        painter.setFont(self._font())
        plate = self.plate
        painter.setPen(QPen(QColor(self._theme.accent), 1))
        painter.setBrush(QColor(self._theme.surface))
        painter.drawRoundedRect(plate, RADIUS_PX, RADIUS_PX)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(plate.adjusted(MARGIN_PX, 0, -MARGIN_PX, 0), IN_LINES, self._words)


class Callout(QWidget):
    """A sentence with an arrow that points up, at something; a click or time takes it away.

    Signals:
        dismissed()
    """

    dismissed = Signal()

    def __init__(self, words: str, themes: ThemeController, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._theme: Theme = themes.theme
        self._words = words
        self.setObjectName("memoryHint")
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        themes.changed.connect(self._recolour)
        self.hide()

    def point_at(self, target: QWidget) -> None:
        """Shows itself below `target`: what is said in the conversation stays readable."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self._words) + 2 * PADDING_PX
        height = metrics.height() + 2 * GAP_PX + 4 + ARROW_PX
        corner = target.mapTo(self._window, target.rect().bottomLeft())
        x = corner.x() + (target.width() - width) // 2
        x = max(GAP_PX, min(x, self._window.width() - width - GAP_PX))
        self.setGeometry(QRect(x, min(corner.y(), self._window.height() - height), width, height))
        self.raise_()
        self.show()
        self._timer.start(CALLOUT_MS)

    @Slot()
    def dismiss(self) -> None:
        if self.isVisible():
            self._timer.stop()
            self.hide()
            self.dismissed.emit()

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.dismiss()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0, ARROW_PX, 0, 0)
        middle = box.center().x()
        path = QPainterPath()
        path.addRoundedRect(box, RADIUS_PX, RADIUS_PX)
        tip = QPainterPath()
        tip.addPolygon(
            QPolygonF(
                [
                    QPointF(middle - ARROW_PX + 1, box.top() + 1),
                    QPointF(middle, box.top() - ARROW_PX),
                    QPointF(middle + ARROW_PX - 1, box.top() + 1),
                ]
            )
        )
        painter.fillPath(path.united(tip), QColor(self._theme.accent))
        painter.setPen(QColor(self._theme.on_accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._words)
