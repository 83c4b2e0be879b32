"""The transcript: messages whose text can be selected across messages, copied and walked through with the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextLine,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from app.models.any_index import AnyIndex
from app.models.conversation import Conversation, MessageRole
from app.theme import ThemeController
from app.views.chat.message import TintedPart
from app.views.chat.message_foot import FootContent, Part
from app.views.chat.message_list import MessageList
from app.views.chat.text_selection import TextPosition, TextSelection
from app.views.key_button import native
from app.views.tooltips import plain_tooltip


def _no_matches(_row: int) -> Sequence[tuple[int, int]]:
    return ()


class TranscriptView(MessageList):
    """The conversation, as it is read.

    Signals:
        turn_activated(turn): the chip of a remembered turn was clicked.
        version_asked(row, step): an arrow of the switch of versions was clicked; step is -1 or 1.
        pointed(row): the message under the mouse or with the keyboard, -1 for none.
        menu_asked(row, place): the context menu of a message, -1 for none, at a place of the screen.
    """

    turn_activated = Signal(int)
    version_asked = Signal(int, int)
    pointed = Signal(int)
    menu_asked = Signal(int, QPoint)

    def __init__(self, conversation: Conversation, themes: ThemeController, parent: QWidget | None = None) -> None:
        self._hovered: tuple[int, Part] = (-1, "")
        self._pointed = -1
        self._left_row = -1
        self._switches: dict[Part, QAction] = {}
        self._tints: tuple[int, tuple[TintedPart, ...]] = (-1, ())
        self._matches_of: Callable[[int], Sequence[tuple[int, int]]] = _no_matches
        super().__init__(conversation, themes, parent)
        self._text = TextSelection(self._text_of)
        conversation.modelReset.connect(self._text.clear)
        self.setObjectName("transcript")
        self.setAccessibleName("Conversation")

    def name_keys_of(self, previous: QAction, following: QAction) -> None:
        """Names the keys of these actions where the version of an answer is changed with the mouse."""
        self._switches = {"previous": previous, "next": following}

    def explanation(self, foot: FootContent, part: Part) -> str:
        """What is said of a part of a foot, with the key that does the same."""
        action = self._switches.get(part)
        return foot.explanation(part, "" if action is None else native(action.shortcut().toString()))

    @property
    def selected_text(self) -> str:
        return self._text.text()

    def selection_within(self, row: int) -> tuple[int, int] | None:
        return self._text.within(row)

    def matches_within(self, row: int) -> Sequence[tuple[int, int]]:
        return self._matches_of(row)

    def show_matches(self, matches_of: Callable[[int], Sequence[tuple[int, int]]] | None) -> None:
        """Marks the parts of each message that were searched for."""
        self._matches_of = matches_of or _no_matches
        self.viewport().update()

    def tints_within(self, row: int) -> Sequence[TintedPart]:
        return self._tints[1] if row == self._tints[0] else ()

    def show_tints(self, row: int, parts: Sequence[TintedPart]) -> None:
        """Tints parts of one message; -1: of none."""
        self._tints = row, tuple(parts)
        self.viewport().update()

    def select(self, row: int, start: int, end: int) -> None:
        """Selects a part of a message and brings it into view."""
        self._text.set(TextPosition(row, start), TextPosition(row, end))
        self.scrollTo(self._conversation.index(row))
        place = self._measured(row).rect_of(start)
        top = self.place_of(row).top() + place.top()
        if not 0 <= top <= self.viewport().height() - 2 * place.height():
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + round(top - self.viewport().height() / 3))
        self.viewport().update()

    @property
    def hovered_part(self) -> tuple[int, Part]:
        return self._hovered

    @property
    def focused_row(self) -> int:
        """The row of the message with the focus, -1 for none."""
        return self.currentIndex().row()

    def focus_on(self, row: int) -> None:
        """Lets the keyboard go on from a message, -1 for none, without bringing it into view."""
        self.setAutoScroll(False)
        self.selectionModel().setCurrentIndex(self._conversation.index(row), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.setAutoScroll(True)

    def copy(self) -> None:
        """Copies the selected text, or the message with the focus where none is selected."""
        text = self.selected_text or self._text_of(self.currentIndex().row())
        if text:
            QGuiApplication.clipboard().setText(text)

    def select_all(self) -> None:
        last = self._rows.count - 1
        if last >= 0:
            self._text.set(TextPosition(0, 0), self._text.end_of(last))
            self.viewport().update()

    def _position_at(self, point: QPointF) -> TextPosition | None:
        y = point.y() + self.verticalScrollBar().value()
        row = self._rows.row_at(y)
        if row < 0:
            return None
        local = QPointF(point.x() - self.column.left(), y - self._rows.top(row))
        return TextPosition(row, self._measured(row).position_at(local))

    def character_at(self, point: QPointF) -> TextPosition | None:
        """The character of a message that is drawn at `point` of the viewport; None beside the text."""
        place = self._position_at(point)
        if place is None:
            return None
        text = self._measured(place.row).text
        top = point.y() + self.verticalScrollBar().value() - self._rows.top(place.row)
        local = QPointF(point.x() - self.column.left(), top) - text.position()
        line = text.lineForTextPosition(place.position)
        if not line.isValid() or not line.naturalTextRect().contains(local):
            return None
        return TextPosition(place.row, int(line.xToCursor(local.x(), QTextLine.CursorPosition.CursorOnCharacter)))

    def _part_at(self, point: QPointF) -> tuple[int, Part]:
        """The row and the part of its foot at `point` of the viewport."""
        row = self.indexAt(point.toPoint()).row()
        if row < 0 or row == self._room[0]:
            return -1, ""
        part = self._measured(row).foot.part_at(point - QPointF(self.column.left(), self._top_of(row)))
        return (row, part) if part else (-1, "")

    def _activate(self, row: int, part: Part) -> None:
        index = self._conversation.index(row)
        if part == "chip":
            turn = index.data(MessageRole.TURN)
            if turn is not None:
                self.turn_activated.emit(turn)
        else:
            self.version_asked.emit(row, 1 if part == "next" else -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, part = self._part_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and part:
            self._activate(row, part)
        elif event.button() is Qt.MouseButton.LeftButton:
            place = self._position_at(event.position())
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._text.press(place, extend)
            self.focus_on(self.indexAt(event.position().toPoint()).row())
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._text.drag(self._position_at(event.position()))
            overshoot = min(0, event.position().y()) + max(0, event.position().y() - self.viewport().height())
            if overshoot:
                self.verticalScrollBar().setValue(self.verticalScrollBar().value() + round(overshoot))
            self.viewport().update()
            return
        hovered = self._part_at(event.position())
        if hovered != self._hovered:
            self._hovered = hovered
            self.viewport().update()
        index = self.indexAt(event.position().toPoint())
        self._point(index.row())
        shape = Qt.CursorShape.IBeamCursor if index.isValid() else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hovered[1] else shape)

    def _point(self, row: int) -> None:
        if row != self._pointed:
            self._pointed = row
            self.pointed.emit(row)

    @property
    def pointed_row(self) -> int:
        """The message under the mouse or with the keyboard, -1 for none."""
        return self._pointed

    def point_at_nothing(self) -> None:
        """Forgets what was pointed at, without a word: it is gone."""
        self._pointed = -1

    def point_at_current(self) -> None:
        """Points at the message with the focus where the view has the keyboard, else at none."""
        self._hovered = (-1, "")
        self._point(self.focused_row if self.hasFocus() else -1)
        self.viewport().update()

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus():
            self._point(current.row())

    def rowsAboutToBeRemoved(self, parent: AnyIndex, first: int, last: int) -> None:
        """A list would go on to the row before: another turn. Here another version comes to the same row."""
        row = self.focused_row
        super().rowsAboutToBeRemoved(parent, first, last)
        if first <= row <= last:
            self._left_row = row
            self.setCurrentIndex(QModelIndex())

    def rowsInserted(self, parent: AnyIndex, first: int, last: int) -> None:
        super().rowsInserted(parent, first, last)
        row, self._left_row = self._left_row, -1
        if first <= row <= last and self.focused_row < 0:
            self.selectionModel().setCurrentIndex(
                self._conversation.index(row), QItemSelectionModel.SelectionFlag.NoUpdate
            )

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard begins at the newest message, not at the first as in any list. The mouse points by itself."""
        by_mouse = event.reason() is Qt.FocusReason.MouseFocusReason
        if not by_mouse and self.focused_row < 0 and self._rows.count:
            self.selectionModel().setCurrentIndex(
                self._conversation.index(self._rows.count - 1), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        super().focusInEvent(event)
        if not by_mouse:
            self._point(self.focused_row)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        focus = QApplication.focusWidget()
        if focus is None or not self.isAncestorOf(focus):  # the tools of a message lie in the viewport
            self.point_at_current()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row, part = self._part_at(QPointF(event.pos()))
            words = self.explanation(self._measured(row).foot.content, part) if part else ""
            QToolTip.showText(event.globalPos(), plain_tooltip(words), self)
            return True
        return super().viewportEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection() and self.selected_text:
            clipboard.setText(self.selected_text, clipboard.Mode.Selection)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._position_at(event.position())
        if place is not None:
            self._text.select_word(place)
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        self.menu_asked.emit(index.row(), event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        row = self.currentIndex().row()
        last = self._rows.count - 1
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Escape and self.selected_text:
            self._text.clear()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and last >= 0:
            step = -1 if event.key() == Qt.Key.Key_Up else 1
            self.setCurrentIndex(self._conversation.index(max(0, min(last, row + step)) if row >= 0 else last))
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            bar.setValue(bar.value() + (-1 if event.key() == Qt.Key.Key_PageUp else 1) * bar.pageStep())
        elif event.key() == Qt.Key.Key_Home:
            self.setCurrentIndex(self._conversation.index(0))
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.setCurrentIndex(self._conversation.index(last))
            self.jump_to_latest()
        else:
            event.ignore()
            return
        self.viewport().update()
