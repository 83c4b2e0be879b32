"""The answers of a probe one by one: asked, expected, said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.models.short_text import one_line
from app.views.tooltips import plain_tooltip

if TYPE_CHECKING:
    from app.engine.analysis.findings import ProbeAnswer
    from app.theme import Theme

COLUMNS = ("", "Question", "Expected", "Answer")
ROW_PX = 26
MOST_ROWS = 8  # that are seen without scrolling


class ProbeAnswers(QTableWidget):
    """A row a question; right and wrong by sign, not by colour alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        self._theme: Theme | None = None
        self.setAccessibleName("Answers of the probe")
        self.setHorizontalHeaderLabels(COLUMNS)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(0, 32)

    def show_answers(self, answers: tuple[ProbeAnswer, ...]) -> None:
        """Lists the answers in the order they were asked."""
        self.setRowCount(len(answers))
        for row, answer in enumerate(answers):
            sign = QTableWidgetItem("✓" if answer.is_right else "✗")
            sign.setData(Qt.ItemDataRole.AccessibleTextRole, "right" if answer.is_right else "wrong")
            sign.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            self.setItem(row, 0, sign)
            for column, text in enumerate((answer.question, answer.expected, answer.answer), 1):
                item = QTableWidgetItem(one_line(text))
                item.setToolTip(plain_tooltip(text))
                self.setItem(row, column, item)
        self.setFixedHeight(ROW_PX * min(MOST_ROWS, len(answers)) + self.horizontalHeader().sizeHint().height() + 4)
        self._colour()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self._colour()

    def _colour(self) -> None:
        for row in range(self.rowCount()):
            sign = self.item(row, 0)
            if sign is not None and self._theme is not None:
                sign.setForeground(QColor(self._theme.accent if sign.text() == "✓" else self._theme.danger))
