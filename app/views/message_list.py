"""The messages of a conversation, thousands of them: only what is visible is laid out and painted.

A list view by trade (so that a screen reader can walk through the messages) with a geometry of its own. It follows
the stream while its end is visible and stands still otherwise.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from app.models.conversation import AnyIndex, Conversation, MessageRole, TurnState
from app.theme import MARGIN_PX, Theme, ThemeController
from app.views.message import MeasuredMessage, MessageContent, MessagePainter
from app.views.row_geometry import RowGeometry

COLUMN_CHARACTERS = 75
END_PX = 24
CACHED_MESSAGES = 200
AT_END_PX = 4
WHEEL_STEP_PX = 28


class MessageList(QListView):
    """The messages of a conversation: where they are and how they are painted.

    Signals:
        following_changed(bool): whether the newest text is followed.
    """

    following_changed = Signal(bool)

    def __init__(self, conversation: Conversation, themes: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._theme: Theme = themes.theme
        self._rows = RowGeometry()
        self._cache: OrderedDict[int, MeasuredMessage] = OrderedDict()
        self._painter = MessagePainter(self.font())
        self._following = True
        self._arranging = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.viewport().setMouseTracking(True)
        self.setModel(conversation)
        themes.changed.connect(self._recolour)
        self._reload()

    # ---------------------------------------------------------------- what is shown

    @property
    def is_following(self) -> bool:
        """Whether the view stays at the newest text."""
        return self._following

    @property
    def column(self) -> QRect:
        """The column of text in the viewport, centred in the whole view so that a scroll bar does not move it."""
        width = self.column_width_in(self.width())
        return QRect((self.width() - width) // 2, 0, width, self.viewport().height())

    def column_width_in(self, room_px: int) -> int:
        """The width of the column where `room_px` are there."""
        return int(max(40.0, min(room_px - 2 * MARGIN_PX, self._painter.column_px(COLUMN_CHARACTERS))))

    def jump_to_latest(self) -> None:
        """Shows the newest text and follows it again."""
        self._set_following(True)
        self._arrange()

    def show_turn_rows(self, answer_row: int) -> None:
        """Brings an answer and its question into view."""
        for row in (answer_row, answer_row - 1):
            self.scrollTo(self._conversation.index(row))

    def selection_within(self, row: int) -> tuple[int, int] | None:
        """The selected part of a message, for views in which text can be selected."""
        return None

    @property
    def hovered_chip(self) -> int:
        """The row whose chip is under the mouse, -1 for none."""
        return -1

    # ---------------------------------------------------------------- geometry

    def _content(self, row: int) -> MessageContent:
        index = self._conversation.index(row)
        return MessageContent(
            text=index.data(),
            is_user=index.data(MessageRole.SENDER) == "you",
            state=TurnState(index.data(MessageRole.STATE)),  # Qt hands out a plain str
            caption=index.data(MessageRole.CAPTION),
            error=index.data(MessageRole.ERROR),
        )

    def _text_of(self, row: int) -> str:
        return self._conversation.index(row).data() or "" if 0 <= row < self._conversation.rowCount() else ""

    def _measured(self, row: int) -> MeasuredMessage:
        found = self._cache.get(row)
        if found is None:
            found = self._cache[row] = self._painter.measure(self._content(row), self.column.width())
            if len(self._cache) > CACHED_MESSAGES:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end(row)
        return found

    def _estimates(self, first: int, last: int) -> list[float]:
        width = self.column.width()
        return [self._painter.estimate(self._text_of(row), row % 2 == 0, width) for row in range(first, last + 1)]

    def _reload(self) -> None:
        self._cache.clear()
        self._rows.reset(self._estimates(0, self._conversation.rowCount() - 1))
        self._set_following(True)
        self._arrange()

    def _visible(self) -> range:
        top = self.verticalScrollBar().value()
        first = self._rows.row_at(top)
        return range(first, self._rows.row_at(top + self.viewport().height()) + 1) if first >= 0 else range(0)

    def _arrange(self) -> None:
        """Measures what is visible and keeps either the end or the first known visible row where it is."""
        if self._arranging:
            return
        self._arranging = True
        bar = self.verticalScrollBar()
        visible = self._visible()
        anchor = next((row for row in visible if self._rows.is_known(row)), visible.start)
        offset = bar.value() - self._rows.top(anchor) if self._rows.count else 0.0
        for _ in range(4):  # measured rows can bring others into view; two rounds are the rule
            bar.setRange(0, max(0, round(self._rows.total) + END_PX - self.viewport().height()))
            if self._following:
                bar.setValue(bar.maximum())
            elif self._rows.count:
                bar.setValue(round(self._rows.top(anchor) + offset))
            if not self._measure_visible():
                break
        bar.setPageStep(max(1, self.viewport().height() - 2 * WHEEL_STEP_PX))
        bar.setSingleStep(WHEEL_STEP_PX)
        self._arranging = False
        self.viewport().update()

    def _measure_visible(self) -> bool:
        """Measures every visible row; returns whether any was of another height than assumed."""
        changed = False
        for row in self._visible():
            changed |= self._measure(row)
        return changed

    def _measure(self, row: int) -> bool:
        if self._rows.is_known(row):
            return False
        self._cache.pop(row, None)
        return self._rows.set_height(row, self._measured(row).height)

    def _set_following(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.following_changed.emit(following)

    def _top_of(self, row: int) -> float:
        return self._rows.top(row) - self.verticalScrollBar().value()

    # ---------------------------------------------------------------- what a list view is asked

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)
        self._arrange()

    def updateGeometries(self) -> None:
        """The range of the scroll bar is set in _arrange; the list's own idea of it would be wrong."""

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if not self._arranging:
            bar = self.verticalScrollBar()
            self._set_following(bar.value() >= bar.maximum() - AT_END_PX)
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.oldSize().width() != event.size().width():
            self._cache.clear()
            self._rows.forget()
        self._arrange()

    def visualRect(self, index: AnyIndex) -> QRect:
        if not index.isValid() or index.row() >= self._rows.count:
            return QRect()
        row, column = index.row(), self.column
        return QRect(column.left(), round(self._top_of(row)), column.width(), round(self._rows.height(row)))

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._rows.row_at(point.y() + self.verticalScrollBar().value())
        index = self._conversation.index(row)
        return index if row >= 0 and self.visualRect(index).contains(point) else QModelIndex()

    def scrollTo(
        self, index: AnyIndex, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        place = self.visualRect(index)
        if place.isNull():
            return
        bar = self.verticalScrollBar()
        if place.top() < 0 or place.height() > self.viewport().height():
            bar.setValue(bar.value() + place.top() - MARGIN_PX)
        elif place.bottom() > self.viewport().height():
            bar.setValue(bar.value() + place.bottom() - self.viewport().height() + MARGIN_PX)

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def dataChanged(self, first: AnyIndex, last: AnyIndex, roles: Sequence[int] = ()) -> None:
        for row in range(first.row(), last.row() + 1):
            self._cache.pop(row, None)
        self._rows.forget(first.row(), last.row())
        self._arrange()

    def rowsInserted(self, parent: AnyIndex, first: int, last: int) -> None:
        super().rowsInserted(parent, first, last)
        self._rows.append(self._estimates(first, last))
        self._arrange()

    def reset(self) -> None:
        super().reset()
        if hasattr(self, "_rows"):  # setModel calls it while the view is being made
            self._reload()

    # ---------------------------------------------------------------- painting

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        column = self.column
        for row in self._visible():
            painter.save()
            origin = QPointF(column.left(), self._top_of(row))
            selection = self.selection_within(row)
            self._painter.paint(painter, origin, self._measured(row), self._theme, selection, row == self.hovered_chip)
            painter.restore()
            if self.hasFocus() and self.currentIndex().row() == row:
                mark = QRect(column.left() - 12, round(origin.y()) + 16, 2, max(8, round(self._rows.height(row)) - 18))
                painter.fillRect(mark, self._theme.accent)
