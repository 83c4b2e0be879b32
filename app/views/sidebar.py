"""The left side of the window: the chats and the saved memories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.models.library import LibraryRole
from app.theme import GAP_PX, RADIUS_PX, Theme, ThemeController, caption_font, mixed
from app.views.labels import button, label, plain_tooltip

if TYPE_CHECKING:
    from app.actions import Actions
    from app.models.workspace import Workspace
    from app.views.icons import Icons

LINE_PX = 50
SIDEBAR_PX = 232
HEADER_INDENT_PX = 13
AnyIndex = QModelIndex | QPersistentModelIndex


class LineDelegate(QStyledItemDelegate):
    """A title and a muted line under it."""

    def __init__(self, themes: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = themes.theme
        themes.changed.connect(self._recolour)

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(80, LINE_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        current = bool(index.data(LibraryRole.IS_CURRENT))
        place = rect.adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        if current:
            painter.setBrush(QColor(self._theme.accent_soft))
        elif selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(mixed(self._theme.window, self._theme.text, 0.06)))
        if focused:
            painter.setPen(QColor(self._theme.accent))
        painter.drawRoundedRect(place, RADIUS_PX, RADIUS_PX)
        inner = place.adjusted(10, 6, -8, -6)
        font = option.font  # type: ignore[attr-defined]
        painter.setFont(font)
        painter.setPen(QColor(self._theme.text))
        title = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(caption_font(font))
        painter.setPen(QColor(self._theme.muted))
        detail = painter.fontMetrics().elidedText(
            index.data(LibraryRole.DETAIL), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, detail)
        painter.restore()

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: AnyIndex
    ) -> bool:
        words = index.data(Qt.ItemDataRole.AccessibleTextRole) if index.isValid() else None
        more = index.data(Qt.ItemDataRole.AccessibleDescriptionRole) if index.isValid() else None
        QToolTip.showText(event.globalPos(), plain_tooltip("\n".join(part for part in (words, more) if part)), view)
        return True


class LibraryView(QListView):
    """One of the two lists; says what will appear in it while it is empty.

    Signals:
        chosen(key): a line was clicked or Enter pressed on it.
        delete_requested(key): Delete was pressed on a line.
    """

    chosen = Signal(object)
    delete_requested = Signal(object)

    def __init__(self, object_name: str, name: str, empty: str, themes: ThemeController) -> None:
        super().__init__()
        self._empty = empty
        self._theme: Theme = themes.theme
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.setAccessibleDescription(empty)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(LineDelegate(themes, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.clicked.connect(self._choose)
        themes.changed.connect(self._recolour)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(LibraryRole.KEY))

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if self.state() is QAbstractItemView.State.EditingState or not index.isValid():
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(index)
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_requested.emit(index.data(LibraryRole.KEY))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and not self.currentIndex().isValid():  # otherwise the current line shows the focus
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.accent))
            painter.drawRoundedRect(self.viewport().rect().adjusted(0, 0, -1, -1), RADIUS_PX, RADIUS_PX)
            painter.end()
        if self.model() is not None and self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setFont(caption_font(self.font()))
            painter.setPen(QColor(self._theme.muted))
            place = self.viewport().rect().adjusted(12, 4, -12, -4)
            painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, self._empty)


class Sidebar(QWidget):
    """Chats, memories and the way to new ones.

    Signals:
        chat_chosen(id) · chat_delete_requested(id) · memory_chosen(path) · memory_delete_requested(path)
    """

    chat_chosen = Signal(object)
    chat_delete_requested = Signal(object)
    memory_chosen = Signal(object)
    memory_delete_requested = Signal(object)

    def __init__(
        self,
        workspace: Workspace,
        actions: Actions,
        themes: ThemeController,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAccessibleName("Chats and memories")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(180)
        self._actions = actions
        self._new = button("New chat", "", "ph.note-pencil", icons, colour="accent")
        self._new.setObjectName("newChatButton")
        self.chats = LibraryView("conversationList", "Chats", "Your chats will be listed here.", themes)
        self.chats.setModel(workspace.chats)
        self.memories = LibraryView(
            "snapshotList", "Memories", "A memory you save appears here. Opening one starts a new chat from it.", themes
        )
        self.memories.setModel(workspace.memories)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_PX, GAP_PX + 4, GAP_PX, GAP_PX)
        column.setSpacing(4)
        column.addWidget(self._new)
        column.addSpacing(GAP_PX)
        chats = label("Chats", "section")
        chats.setContentsMargins(HEADER_INDENT_PX, 0, 0, 0)
        column.addWidget(chats)
        column.addWidget(self.chats, 3)
        column.addSpacing(GAP_PX)
        column.addLayout(self._memories_header(icons))
        column.addWidget(self.memories, 2)
        self._connect()

    def _memories_header(self, icons: Icons) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        row.setContentsMargins(HEADER_INDENT_PX, 0, 0, 0)
        row.addWidget(label("Memories", "section"), 1)
        for action_id, icon in (("open_memory", "ph.folder-open"), ("save_memory", "ph.floppy-disk")):
            action = self._actions[action_id]
            tool = button("", "icon", icon, icons, action.text().rstrip("…"), "muted")
            tool.clicked.connect(action.trigger)
            action.changed.connect(self._follow_actions)
            tool.setObjectName(f"{action_id}_button")
            row.addWidget(tool)
        return row

    def _connect(self) -> None:
        self._new.clicked.connect(self._actions["new_chat"].trigger)
        self._actions["new_chat"].changed.connect(self._follow_actions)
        self.chats.chosen.connect(self.chat_chosen)
        self.chats.delete_requested.connect(self.chat_delete_requested)
        self.chats.customContextMenuRequested.connect(self._chat_menu)
        self.memories.chosen.connect(self.memory_chosen)
        self.memories.delete_requested.connect(self.memory_delete_requested)
        self.memories.customContextMenuRequested.connect(self._memory_menu)
        self._follow_actions()

    @Slot()
    def _follow_actions(self) -> None:
        for action_id, tool in (
            ("new_chat", self._new),
            ("open_memory", self.findChild(QWidget, "open_memory_button")),
            ("save_memory", self.findChild(QWidget, "save_memory_button")),
        ):
            if tool is not None:
                tool.setEnabled(self._actions[action_id].isEnabled())
                tool.setToolTip(self._actions[action_id].toolTip())

    def edit_title(self, row: int) -> None:
        """Lets the person type another title in the line of a chat."""
        index = self.chats.model().index(row, 0)
        self.chats.setCurrentIndex(index)
        self.chats.edit(index)

    @Slot(QPoint)
    def _chat_menu(self, at: QPoint) -> None:
        index = self.chats.indexAt(at)
        if index.isValid():
            key = index.data(LibraryRole.KEY)
            menu = self._menu()
            menu.addAction("Open", lambda: self.chat_chosen.emit(key))
            menu.addAction("Rename", lambda: self.edit_title(index.row()))
            menu.addAction("Delete", lambda: self.chat_delete_requested.emit(key))
            menu.popup(self.chats.viewport().mapToGlobal(at))

    @Slot(QPoint)
    def _memory_menu(self, at: QPoint) -> None:
        index = self.memories.indexAt(at)
        if index.isValid():
            key = index.data(LibraryRole.KEY)
            menu = self._menu()
            menu.addAction("Start a chat from it", lambda: self.memory_chosen.emit(key))
            menu.addAction("Delete file…", lambda: self.memory_delete_requested.emit(key))
            menu.popup(self.memories.viewport().mapToGlobal(at))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def sizeHint(self) -> QSize:
        return QSize(SIDEBAR_PX, 400)
