"""The messages of a conversation, thousands of them: only what is visible is laid out and painted.

A list view by trade (so that a screen reader can walk through the messages) with a geometry of its own. It follows
the stream while its end is visible and stands still otherwise.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from app.models.any_index import AnyIndex
from app.models.conversation import Conversation, MessageRole, TurnState
from app.theme import MARGIN_PX
from app.views.chat.message import MeasuredMessage, MessageContent, MessagePainter
from app.views.chat.message_foot import MeasuredFoot
from app.views.chat.row_geometry import RowGeometry

COLUMN_CHARACTERS = 75
END_PX = 32
CACHED_MESSAGES = 200
AT_END_PX = 4
WHEEL_STEP_PX = 28


class MessageRows(QListView):
    """The messages of a conversation: where they are.

    Signals:
        following_changed(bool): whether the newest text is followed.
        arranged(): rows may be elsewhere now.
    """

    following_changed = Signal(bool)
    arranged = Signal()

    def __init__(self, conversation: Conversation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._rows = RowGeometry()
        self._cache: OrderedDict[int, MeasuredMessage] = OrderedDict()
        self._painter = MessagePainter(self.font())
        self._following = True
        self._arranging = False
        self._room: tuple[int, float] = (-1, 0.0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.viewport().setMouseTracking(True)
        self.setModel(conversation)
        conversation.rowsRemoved.connect(self._on_removed)
        self._reload()

    # ---------------------------------------------------------------- what is shown

    @property
    def is_at_end(self) -> bool:
        """Whether the newest message is seen, followed or not."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - AT_END_PX

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

    def make_room(self, row: int, height_px: float) -> None:
        """Gives a row this height, for a widget that lies over it; -1 ends it."""
        former, self._room = self._room[0], (row, height_px)
        for changed in (former, row):
            if 0 <= changed < self._rows.count:
                self._rows.forget(changed, changed)
        self._arrange()

    @property
    def first_visible_row(self) -> int:
        """The row at the top of the viewport, -1 where there is none."""
        return self._visible().start if self._rows.count else -1

    def place_of(self, row: int) -> QRect:
        """Where a row is in the viewport, as wide as the column."""
        column = self.column
        return QRect(column.left(), round(self._top_of(row)), column.width(), round(self._rows.height(row)))

    def foot_of(self, row: int) -> MeasuredFoot:
        """The foot of an answer, relative to place_of(row)."""
        return self._measured(row).foot

    def bubble_of(self, row: int) -> QRect:
        """The bubble of a question in the viewport."""
        return self._measured(row).bubble.toRect().translated(self.column.left(), round(self._top_of(row)))

    # ---------------------------------------------------------------- geometry

    def _content(self, row: int) -> MessageContent:
        index = self._conversation.index(row)
        return MessageContent(
            text=index.data(),
            is_user=index.data(MessageRole.SENDER) == "you",
            state=TurnState(index.data(MessageRole.STATE)),  # Qt hands out a plain str
            caption=index.data(MessageRole.CAPTION),
            error=index.data(MessageRole.ERROR),
            status=index.data(MessageRole.STATUS),
            version=index.data(MessageRole.VERSION),
            versions=index.data(MessageRole.VERSIONS),
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
        self.arranged.emit()

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
        height = self._room[1] if row == self._room[0] else self._measured(row).height
        return self._rows.set_height(row, height)

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
            self._set_following(self.is_at_end)
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.oldSize().width() != event.size().width():
            self._cache.clear()
            self._rows.forget()
        self._arrange()

    def visualRect(self, index: AnyIndex) -> QRect:
        if not index.isValid() or index.row() >= self._rows.count:
            return QRect()
        return self.place_of(index.row())

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

    @Slot(QModelIndex, int, int)
    def _on_removed(self, parent: QModelIndex, first: int, last: int) -> None:
        """Only the end of a path is ever taken away."""
        for row in [row for row in self._cache if row >= first]:
            del self._cache[row]
        self._rows.truncate(first)
        self._arrange()

    def reset(self) -> None:
        super().reset()
        if hasattr(self, "_rows"):  # setModel calls it while the view is being made
            self._reload()
