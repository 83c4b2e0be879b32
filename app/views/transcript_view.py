"""The transcript: messages whose text can be selected across messages, copied and walked through with the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.models.conversation import Conversation, MessageRole
from app.theme import ThemeController
from app.views.message_list import MessageList
from app.views.text_selection import TextPosition, TextSelection


class TranscriptView(MessageList):
    """The conversation, as it is read.

    Signals:
        turn_activated(turn): the chip of a remembered turn was clicked.
    """

    turn_activated = Signal(int)

    def __init__(self, conversation: Conversation, themes: ThemeController, parent: QWidget | None = None) -> None:
        self._hovered_chip = -1
        super().__init__(conversation, themes, parent)
        self._text = TextSelection(self._text_of)
        conversation.modelReset.connect(self._text.clear)
        self.setObjectName("transcript")
        self.setAccessibleName("Conversation")

    @property
    def selected_text(self) -> str:
        return self._text.text()

    def selection_within(self, row: int) -> tuple[int, int] | None:
        return self._text.within(row)

    @property
    def hovered_chip(self) -> int:
        return self._hovered_chip

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

    def _chip_at(self, point: QPointF) -> int:
        index = self.indexAt(point.toPoint())
        if not index.isValid() or index.data(MessageRole.TURN) is None:
            return -1
        local = point - QPointF(self.column.left(), self._top_of(index.row()))
        return index.row() if self._measured(index.row()).chip.contains(local) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        chip = self._chip_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and chip >= 0:
            self.turn_activated.emit(self._conversation.index(chip).data(MessageRole.TURN))
        elif event.button() is Qt.MouseButton.LeftButton:
            place = self._position_at(event.position())
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._text.press(place, extend)
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._text.drag(self._position_at(event.position()))
            overshoot = min(0, event.position().y()) + max(0, event.position().y() - self.viewport().height())
            if overshoot:
                self.verticalScrollBar().setValue(self.verticalScrollBar().value() + round(overshoot))
            self.viewport().update()
            return
        chip = self._chip_at(event.position())
        if chip != self._hovered_chip:
            self._hovered_chip = chip
            self.viewport().update()
        inside = self.indexAt(event.position().toPoint()).isValid()
        shape = Qt.CursorShape.IBeamCursor if inside else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if chip >= 0 else shape)

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
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = menu.addAction("Copy selected text", self.copy)
        chosen.setEnabled(bool(self.selected_text))
        whole = self._text_of(index.row())
        message = menu.addAction("Copy message", lambda: QGuiApplication.clipboard().setText(whole))
        message.setEnabled(bool(whole))
        menu.addAction("Select all", self.select_all)
        turn = index.data(MessageRole.TURN) if index.isValid() else None
        if turn is not None:
            menu.addSeparator()
            menu.addAction("Show the memory after this turn", lambda: self.turn_activated.emit(turn))
        menu.popup(event.globalPos())

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
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.jump_to_latest()
        else:
            event.ignore()
            return
        self.viewport().update()
