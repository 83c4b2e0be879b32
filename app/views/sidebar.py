"""The left side of the window: the chats, the branches of the open one, and the saved memories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.models.list_role import ListRole
from app.theme import GAP_PX, ThemeController
from app.views.branch_rail import BranchRail
from app.views.chat_list import ChatList
from app.views.labels import button, label
from app.views.library_view import LibraryView

if TYPE_CHECKING:
    from app.actions.table import Actions
    from app.models.workspace import Workspace
    from app.views.icons import Icons

SIDEBAR_PX = 232
LEAST_PX = 200  # the heading of the memories and its buttons need it
HEADER_INDENT_PX = 13


class Sidebar(QWidget):
    """Chats, memories and the way to new ones.

    Signals:
        chat_chosen(id) · chat_delete_requested(id)
        memory_chosen(path) · memory_delete_requested(path) · memory_rename_requested(path)
    """

    chat_chosen = Signal(object)
    chat_delete_requested = Signal(object)
    memory_chosen = Signal(object)
    memory_delete_requested = Signal(object)
    memory_rename_requested = Signal(object)

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
        self.setMinimumWidth(LEAST_PX)
        self._actions = actions
        self._new = button("New chat", "", "ph.note-pencil", icons, colour="accent")
        self._new.setObjectName("newChatButton")
        self.chats = ChatList(workspace.chats, themes, icons)
        self.branches = BranchRail(workspace.branches, themes, icons)
        self.memories = LibraryView(
            "snapshotList", "Memories", "A memory you save appears here. Opening one starts a new chat from it.", themes
        )
        self.memories.setModel(workspace.memories)
        self.memories.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)  # a memory can be taken out as a file
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_PX, GAP_PX + 4, GAP_PX, GAP_PX)
        column.setSpacing(4)
        column.addWidget(self._new)
        column.addSpacing(GAP_PX // 2)
        column.addWidget(self.chats, 3)
        column.addWidget(self.branches, 3)
        column.addSpacing(GAP_PX)
        column.addLayout(self._memories_header(icons))
        column.addWidget(self.memories, 2)
        self._connect()

    def _memories_header(self, icons: Icons) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        row.setContentsMargins(HEADER_INDENT_PX, 0, 0, 0)
        row.addWidget(label("Memories", "section"), 1)
        for action_id, icon in (
            ("memory_library", "ph.squares-four"),
            ("open_memory", "ph.folder-open"),
            ("save_memory", "ph.floppy-disk"),
        ):
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
        self.memories.chosen.connect(self.memory_chosen)
        self.memories.delete_requested.connect(self.memory_delete_requested)
        self.memories.rename_requested.connect(self.memory_rename_requested)
        self.memories.customContextMenuRequested.connect(self._memory_menu)
        self._follow_actions()

    @Slot()
    def _follow_actions(self) -> None:
        for action_id, tool in (
            ("new_chat", self._new),
            ("memory_library", self.findChild(QWidget, "memory_library_button")),
            ("open_memory", self.findChild(QWidget, "open_memory_button")),
            ("save_memory", self.findChild(QWidget, "save_memory_button")),
        ):
            if tool is not None:
                tool.setEnabled(self._actions[action_id].isEnabled())
                tool.setToolTip(self._actions[action_id].toolTip())

    def edit_title(self, row: int) -> None:
        """Lets the user type another title in the line of a chat."""
        self.chats.edit_title(row)

    @Slot(QPoint)
    def _memory_menu(self, at: QPoint) -> None:
        index = self.memories.indexAt(at)
        if index.isValid():
            key = index.data(ListRole.KEY)
            menu = self._menu()
            menu.addAction("Start a chat from it", lambda: self.memory_chosen.emit(key))
            menu.addAction("Rename", lambda: self.memory_rename_requested.emit(key))
            menu.addAction("Delete", lambda: self.memory_delete_requested.emit(key))
            menu.popup(self.memories.viewport().mapToGlobal(at))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def sizeHint(self) -> QSize:
        return QSize(SIDEBAR_PX, 400)
