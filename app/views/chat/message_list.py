"""The messages of a conversation, painted: those that came after the memory that is looked at are dim."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.models.conversation import Conversation
from app.theme import Theme, ThemeController
from app.views.chat.message import TintedPart
from app.views.chat.message_foot import Part
from app.views.chat.message_rows import MessageRows

LATER_OPACITY = 0.38


class MessageList(MessageRows):
    """Paints what is visible, with what is selected, searched for and pointed at."""

    def __init__(self, conversation: Conversation, themes: ThemeController, parent: QWidget | None = None) -> None:
        self._theme: Theme = themes.theme
        self._viewed_row: int | None = None
        self._is_past = False
        super().__init__(conversation, parent)
        themes.changed.connect(self._recolour)

    def selection_within(self, row: int) -> tuple[int, int] | None:
        """The selected part of a message, for views in which text can be selected."""
        return None

    def matches_within(self, row: int) -> Sequence[tuple[int, int]]:
        """The parts of a message that were searched for, for views that search."""
        return ()

    def tints_within(self, row: int) -> Sequence[TintedPart]:
        """The parts of a message that have a ground of their own, for views that tint."""
        return ()

    @property
    def hovered_part(self) -> tuple[int, Part]:
        """The row and the part of its foot under the mouse; (-1, "") for none."""
        return -1, ""

    def view_past(self, answer_row: int | None, is_past: bool) -> None:
        """Marks the answer after which the memory is looked at and dims what came later; None: the first memory."""
        self._viewed_row, self._is_past = answer_row, is_past
        self.viewport().update()

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setClipRect(event.rect())
        column = self.column
        for row in self._visible():
            if row == self._room[0]:
                continue
            top = self._top_of(row)
            painter.save()
            painter.setOpacity(LATER_OPACITY if self._is_later(row) else 1.0)
            hovered_row, part = self.hovered_part
            self._painter.paint(
                painter,
                QPointF(column.left(), top),
                self._measured(row),
                self._theme,
                self.selection_within(row),
                part if hovered_row == row else "",
                self.matches_within(row),
                self.tints_within(row),
            )
            painter.restore()
            if self._is_past and row == (-1 if self._viewed_row is None else self._viewed_row):
                self._mark(painter, row, 3, self._theme.accent)
            elif self.hasFocus() and self.currentIndex().row() == row:
                self._mark(painter, row, 2, self._theme.muted if self._is_past else self._theme.accent)

    def _is_later(self, row: int) -> bool:
        """Whether a row came after the memory that is looked at."""
        return self._is_past and row > (-1 if self._viewed_row is None else self._viewed_row)

    def _mark(self, painter: QPainter, row: int, width_px: int, colour: str) -> None:
        place = self.place_of(row)
        mark = QRect(place.left() - 12, place.top() + 16, width_px, max(8, place.height() - 18))
        painter.fillRect(mark, colour)
