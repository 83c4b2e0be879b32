"""The library of saved memories: cards, the picked one in full, and a page that teaches while there are none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.models.list_role import ListRole
from app.models.memories import MemoryFilter, SnapshotList
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX, ThemeController
from app.views.icons import Icons, application_icon
from app.views.labels import button, label, scrolled
from app.views.memories.cards import MemoryCards, dropped_files
from app.views.memories.details import MemoryDetails
from app.views.notices import Notices
from app.views.window_layout import resize_on_screen

if TYPE_CHECKING:
    from app.actions.table import Actions

FIRST_SIZE_PX = (1040, 700)
TEACHING = (
    "A memory is everything that a chat has told the model, in one small file. Save the memory of a chat, and start"
    " any number of new chats from it. Or write a system prompt: its text is written into a fresh memory once, and"
    " every chat that starts from there knows it."
)


class MemoryLibrary(QDialog):
    """The memories of the data folder. It stays open beside the window.

    Signals:
        import_requested(): a file is to be chosen. undo_requested(): the last deleted memory is wanted back (Ctrl+Z).
        files_dropped(tuple[Path, ...]): of them at least one is a memory file.
        and, with the path, those of the picked memory: start_requested, duplicate_requested, export_requested,
        reveal_requested, delete_requested, retitled(path, title, note).
    """

    import_requested = Signal()
    undo_requested = Signal()
    files_dropped = Signal(object)
    start_requested = Signal(object)
    duplicate_requested = Signal(object)
    export_requested = Signal(object)
    reveal_requested = Signal(object)
    delete_requested = Signal(object)
    retitled = Signal(object, str, str)

    def __init__(
        self, memories: SnapshotList, actions: Actions, themes: ThemeController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("memoryLibrary")
        self.setWindowTitle("Memories")
        self.setAcceptDrops(True)
        resize_on_screen(self, *FIRST_SIZE_PX)
        self._memories = memories
        self._actions = actions
        self._icons = Icons(themes, self)
        self._filter = MemoryFilter(memories, self)
        self._wanted: Path | None = None
        self._action_buttons: list[tuple[str, QPushButton]] = []
        self.search = QLineEdit()
        self.search.setObjectName("memorySearch")
        self.search.setPlaceholderText("Search titles and notes")
        self.search.setAccessibleName("Search titles and notes of memories")
        self.search.setClearButtonEnabled(True)
        self.cards = MemoryCards(themes)
        self.cards.setModel(self._filter)
        self.details = MemoryDetails(themes, self._icons)
        self.notices = Notices(self._icons)
        self._pages = QStackedWidget()
        self._arrange()
        self._connect()
        self._follow_list()
        self._follow_actions()

    # ---------------------------------------------------------------- building

    def _arrange(self) -> None:
        full = QWidget()
        row = QHBoxLayout(full)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(PADDING_PX)
        row.addWidget(self.cards, 1)
        row.addWidget(self.details)
        self._pages.addWidget(full)
        self._pages.addWidget(scrolled(self._empty_page(), "memoryTeachingArea", "No memories yet"))
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, PADDING_PX, MARGIN_PX, PADDING_PX)
        column.setSpacing(PADDING_PX)
        column.addLayout(self._header())
        column.addWidget(self._pages, 1)
        column.addWidget(self.notices)

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(self.search, 1)
        row.addStretch(0)
        take = button("Import…", "", "ph.download-simple", self._icons)
        take.setObjectName("memoryImport")
        take.setToolTip("Take a memory file into the library; it can also be dropped here")
        take.clicked.connect(self.import_requested)
        row.addWidget(take)
        self._tools: list[QWidget] = [self.search]  # what the empty page has itself, or has no use for
        for action_id, icon in (("system_prompt", "ph.pencil-line"), ("save_memory", "ph.floppy-disk")):
            self._tools.append(self._action_button(action_id, icon, ""))
            row.addWidget(self._tools[-1])
        return row

    def _action_button(self, action_id: str, icon: str, kind: str, colour: str = "text") -> QWidget:
        """A button that does what the action does, while it can."""
        action = self._actions[action_id]
        made = button(action.text(), kind, icon, self._icons, colour=colour)
        made.setObjectName(f"library_{action_id}{'_first' if kind else ''}")
        made.clicked.connect(action.trigger)
        action.changed.connect(self._follow_actions)
        self._action_buttons.append((action_id, made))
        return made

    @Slot()
    def _follow_actions(self) -> None:
        for action_id, made in self._action_buttons:
            made.setEnabled(self._actions[action_id].isEnabled())
            made.setToolTip(self._actions[action_id].toolTip())

    def _empty_page(self) -> QWidget:
        page = QWidget()
        page.setObjectName("memoryTeaching")
        mark = label()
        mark.setPixmap(application_icon().pixmap(56, 56))
        mark.setAccessibleName("Mneme")
        words = label(TEACHING, "muted", wrap=True)
        words.setMaximumWidth(520)
        words.setMinimumWidth(420)
        inside = QVBoxLayout()
        inside.setSpacing(GAP_PX)
        inside.addWidget(mark)
        inside.addWidget(label("No memories yet", "title"))
        inside.addWidget(words)
        inside.addSpacing(GAP_PX)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(self._action_button("save_memory", "ph.floppy-disk", "primary", "on_accent"))
        row.addWidget(self._action_button("system_prompt", "ph.pencil-line", ""))
        row.addStretch(1)
        inside.addLayout(row)
        inside.addWidget(label("Memory files can also be dropped here.", "caption"))
        across = QHBoxLayout()
        across.addStretch(1)
        across.addLayout(inside)
        across.addStretch(1)
        column = QVBoxLayout(page)
        column.addStretch(3)
        column.addLayout(across)
        column.addStretch(4)
        return page

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter.set_text)
        self.search.textChanged.connect(self._follow_list)
        self._memories.modelReset.connect(self._follow_list)
        self._memories.dataChanged.connect(self._follow_list)
        QShortcut(QKeySequence.StandardKey.Undo, self).activated.connect(self.undo_requested)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._leave_search)
        cards, details = self.cards, self.details
        cards.picked.connect(self._show_picked)
        cards.start_requested.connect(self._start)
        cards.delete_requested.connect(self.delete_requested)
        cards.rename_requested.connect(details.edit_title)
        cards.files_dropped.connect(self.files_dropped)
        cards.customContextMenuRequested.connect(self._menu)
        details.start_requested.connect(self.start_requested)
        details.duplicate_requested.connect(self.duplicate_requested)
        details.export_requested.connect(self.export_requested)
        details.reveal_requested.connect(self.reveal_requested)
        details.delete_requested.connect(self.delete_requested)
        details.retitled.connect(self.retitled)

    # ---------------------------------------------------------------- showing

    @Slot()
    def _leave_search(self) -> None:
        """The keyboard goes to what was found."""
        if self._filter.rowCount():
            self.cards.setFocus(Qt.FocusReason.OtherFocusReason)

    def pick(self, path: Path) -> None:
        """Makes the card of `path` current, now or as soon as it is in the list."""
        self._wanted = path
        self._follow_list()

    def edit_title(self, path: Path) -> None:
        """Lets the user type another title for the memory at `path`."""
        self.pick(path)
        if self.cards.path != path:
            self.search.clear()  # it may hide it
            self.pick(path)
        if self.cards.path == path:
            self.details.edit_title()

    @Slot()
    def _follow_list(self) -> None:
        """After every change of the list the same memory is current as before, or the one that was asked for."""
        has_some = self._memories.rowCount() > 0
        self._pages.setCurrentIndex(0 if has_some else 1)
        for tool in self._tools:
            tool.setVisible(has_some)
        current = self.cards.path or self.details.path
        if self._wanted is not None and self._memories.row_of(self._wanted) is not None:
            current, self._wanted = self._wanted, None
        self.cards.pick(current)

    @Slot(object)
    def _show_picked(self, _path: Path | None) -> None:
        index = self.cards.currentIndex()
        self.details.show_memory(index if index.isValid() else None)

    @Slot(object)
    def _start(self, path: Path) -> None:
        """A memory that does not fit is refused by the panel beside it, which says why."""
        index = self.cards.currentIndex()
        if self.details.can_start:
            self.start_requested.emit(path)
        elif index.isValid():
            self.notices.add(self.details.reason.text(), key="refused")

    @Slot(QPoint)
    def _menu(self, at: QPoint) -> None:
        index = self.cards.indexAt(at)
        if not index.isValid():
            return
        self.cards.setCurrentIndex(index)
        path = index.data(ListRole.KEY)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        start = QAction("Start a chat from it", menu)
        start.setEnabled(self.details.can_start)
        start.triggered.connect(lambda: self.start_requested.emit(path))
        menu.addAction(start)
        menu.addAction("Rename", self.details.edit_title)
        menu.addAction("Duplicate", lambda: self.duplicate_requested.emit(path))
        menu.addAction("Export…", lambda: self.export_requested.emit(path))
        menu.addAction("Show file", lambda: self.reveal_requested.emit(path))
        menu.addSeparator()
        menu.addAction("Delete", lambda: self.delete_requested.emit(path))
        menu.popup(self.cards.viewport().mapToGlobal(at))

    def done(self, result: int) -> None:
        self.details.save()
        super().done(result)

    # ---------------------------------------------------------------- files that come in

    def _files(self, event: QDropEvent) -> tuple[Path, ...]:
        """The files of a drag from elsewhere; what the cards refuse of their own is offered here too."""
        return () if event.source() is self.cards else dropped_files(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = self._files(event)
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)
