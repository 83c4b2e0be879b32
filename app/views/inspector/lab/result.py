"""What an experiment has shown: the original answer, the one of the edited copy and the one of the control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QVBoxLayout, QWidget

from app.paint.number import number_text
from app.theme import GAP_PX
from app.views.inspector.lab.sentences import numbers, verdict
from app.views.inspector.lab.words import AnswerWords
from app.views.inspector.section import plain_label
from app.views.inspector.style import CAPTION_PX, sized_font

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from app.engine.analysis.findings import Paired
    from app.theme import Theme

BESIDE_FROM_PX = 420


class BarsLegend(QWidget):
    """What the bars under the words are, and what the longest of them stands for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._reach = (-1.0, 0.0)
        self._is_controlled = True
        self.setAccessibleName("Legend of the bars")
        self.setMinimumHeight(18)

    def sizeHint(self) -> QSize:
        return QSize(300, 18)

    def set_reach(self, reach: tuple[float, float]) -> None:
        """The longest bars down and up, in nats."""
        self._reach = reach
        self.setAccessibleDescription(f"Bars: {self._ends()}; down is less likely.")
        self.update()

    def set_controlled(self, is_controlled: bool) -> None:
        """Whether there are bars of a control."""
        self._is_controlled = is_controlled
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def _ends(self) -> str:
        low, high = (number_text(value, 2) for value in self._reach)
        return f"{low} to {high} nats"

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(sized_font(CAPTION_PX))
        metrics = painter.fontMetrics()
        x = 1.0
        scale = f"bars: {self._ends()}, down: less likely"
        names = ("edited", f"random control · {scale}") if self._is_controlled else (f"edited · {scale}",)
        for number, words in enumerate(names):
            colour = QColor(self._theme.series[number])
            painter.setPen(QPen(colour, 1) if number else Qt.PenStyle.NoPen)
            painter.setBrush(Qt.BrushStyle.NoBrush if number else colour)
            painter.drawRect(QRectF(x, 5, 8, 8))
            painter.setPen(QColor(self._theme.muted))
            text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(self.width() - x - 14))
            painter.drawText(QRectF(x + 13, 0, self.width(), 18), Qt.AlignmentFlag.AlignVCenter, text)
            x += 13 + metrics.horizontalAdvance(words) + 18


class AnswerCard(QFrame):
    """One answer under its name."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.setProperty("lab", "card")
        self.title: QLabel = plain_label("caption", name)
        self.words = AnswerWords(name, theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_PX, 6, GAP_PX, 6)
        column.setSpacing(2)
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addStretch(1)


class PairedResult(QWidget):
    """The original answer with its bars, below it those of the two copies, side by side where there is room; between
    them what an unedited copy answers, where that is something else."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = plain_label("finding", wrap=True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.numbers = plain_label("caption", wrap=True)
        self.legend = BarsLegend(theme)
        self.original = AnswerCard("Original answer", theme)
        self.again = AnswerCard("Unedited copy answers", theme)
        self.edited = AnswerCard("Edited copy answers", theme)
        self.control = AnswerCard("Random control answers", theme)
        self._beside = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._beside.setSpacing(GAP_PX)
        for card in (self.edited, self.control):
            self._beside.addWidget(card, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(self.verdict)
        column.addWidget(self.numbers)
        column.addWidget(self.original)
        column.addWidget(self.legend)
        column.addWidget(self.again)
        column.addLayout(self._beside)

    def show_paired(self, paired: Paired) -> None:
        """Shows a finding."""
        self.verdict.setText(verdict(paired))
        self.numbers.setText(numbers(paired))
        again, control = paired.again, paired.control
        differs = paired.first_difference if again is None else None
        self.original.words.show_answer(paired.original, differs, (paired.change, paired.control_change))
        self.again.setVisible(again is not None)
        if again is not None:
            self.again.words.show_answer(again, paired.first_difference)
        self.edited.words.show_answer(paired.edited, paired.first_difference)
        self.control.setVisible(control is not None)
        if control is not None:
            self.control.words.show_answer(control, paired.control_difference)
        self.legend.set_controlled(control is not None)
        self.control.title.setText("Random control answers" + _same(paired.control_difference))
        self.edited.title.setText("Edited copy answers" + _same(paired.first_difference))
        self.legend.set_reach(self.original.words.reach)

    def restyle(self, theme: Theme) -> None:
        self.legend.restyle(theme)
        for card in (self.original, self.again, self.edited, self.control):
            card.words.restyle(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= BESIDE_FROM_PX
        self._beside.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)


def _same(difference: int | None) -> str:
    return " · the same" if difference is None else ""
