"""The chats in the sidebar: a field to search in titles and contents, and the list in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from app.models.any_index import AnyIndex
from app.models.chats import ChatRole, ConversationList
from app.models.list_role import ListRole
from app.theme import GAP_PX, ThemeController
from app.views.library_view import LibraryView, LineDelegate
from app.views.text_keys import is_for_actions

if TYPE_CHECKING:
    from app.views.icons import Icons

SEARCH_MS = 180
DAY_MS = 60_000  # how late a new day may be noticed
LONGEST_SEARCH = 200
EMPTY = "Your chats will be listed here."


class ChatDelegate(LineDelegate):
    """Lines in groups with headings."""

    def __init__(self, chats: ConversationList, themes: ThemeController) -> None:
        super().__init__(themes)
        self._chats = chats

    def has_heading(self, index: AnyIndex) -> bool:
        return self._chats.has_heading(index.row())


class ChatLines(LibraryView):
    """The list; it keeps the line of the open chat in view, unless the user scrolled away from it."""

    def __init__(self, chats: ConversationList, themes: ThemeController) -> None:
        super().__init__("conversationList", "Chats", EMPTY, themes, ChatDelegate(chats, themes))
        self._chats = chats
        self._was_shown = False  # before a reset
        self.setModel(chats)
        chats.current_changed.connect(self.show_open_chat)
        chats.modelAboutToBeReset.connect(self._look)
        chats.modelReset.connect(self._stay)

    @Slot()
    def show_open_chat(self) -> None:
        """Brings the line of the open chat into view."""
        row = self._chats.current_row
        if row is not None:
            self.scrollTo(self._chats.index(row))

    def _is_shown_in(self, room: QRect) -> bool:
        row = self._chats.current_row
        return row is not None and self.visualRect(self._chats.index(row)).intersects(room)

    @Slot()
    def _look(self) -> None:
        is_new = self._chats.current_row is None  # the user could not see it or scroll away from it
        self._was_shown = is_new or self._is_shown_in(self.viewport().rect())

    @Slot()
    def _stay(self) -> None:
        if self._was_shown and not self.hasFocus():  # else the line with the keyboard is followed
            self.show_open_chat()

    def resizeEvent(self, event: QResizeEvent) -> None:
        was_shown = self._is_shown_in(QRect(QPoint(), event.oldSize()))
        super().resizeEvent(event)
        if was_shown:
            self.show_open_chat()


class ChatList(QWidget):
    """Search field and list.

    Signals:
        chosen(id) · delete_requested(id) · export_requested(id) · read_requested(id): of a line.
        go_on_requested(id): a chat of another model shall go on with the loaded one.
        pin_requested(id, pinned): a chat shall be kept on top, or no longer.
        search_requested(text): look for this; never empty.
        left(): Esc was pressed in an empty search field.
    """

    chosen = Signal(object)
    delete_requested = Signal(object)
    pin_requested = Signal(int, bool)
    export_requested = Signal(int)
    read_requested = Signal(int)
    go_on_requested = Signal(int)
    search_requested = Signal(str)
    left = Signal()

    def __init__(
        self, chats: ConversationList, themes: ThemeController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._chats = chats
        self._typed: tuple[int, str] | None = None  # a chat and its title as far as it is typed, before a reset
        self.field = QLineEdit()
        self.field.setObjectName("chatSearch")
        self.field.setAccessibleName("Search chats")
        self.field.setPlaceholderText("Search chats")
        self.field.setToolTip("Search in titles and in everything that was said")
        self.field.setMaxLength(LONGEST_SEARCH)
        self.field.setClearButtonEnabled(True)
        lens = QAction(self.field)
        icons.set(lens, "ph.magnifying-glass", "muted")
        self.field.addAction(lens, QLineEdit.ActionPosition.LeadingPosition)
        for tool, name in zip(self.field.findChildren(QToolButton), ("Clear the search", "Search"), strict=False):
            tool.setAccessibleName(name)
        self.field.installEventFilter(self)
        self.list = ChatLines(chats, themes)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_MS)
        self._clock = QTimer(self)
        self._clock.setInterval(DAY_MS)
        self._clock.timeout.connect(self._keep_up)
        self._clock.start()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX // 2)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        self._timer.timeout.connect(self._search)
        self.field.textChanged.connect(self._on_text)
        self.list.chosen.connect(self.chosen)
        self.list.delete_requested.connect(self.delete_requested)
        self.list.rename_requested.connect(self._rename)
        self.list.customContextMenuRequested.connect(self._show_menu)
        chats.searched.connect(self._on_searched)
        chats.modelAboutToBeReset.connect(self._keep_title)
        chats.modelReset.connect(self._type_on)  # after the list, which lets go of the field then

    def search(self) -> None:
        """Gives the keyboard to the search field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    @property
    def searched_text(self) -> str:
        """What is typed into the search field."""
        return self.field.text().strip()

    def edit_title(self, row: int) -> None:
        """Lets the user type another title in the line of a chat."""
        index, field = self._chats.index(row), self.list.title_field
        if field is not None and self.list.currentIndex() == index:
            field.setFocus()  # it is being typed already
            return
        if field is not None:
            self.list.setFocus()  # what is typed for another one is done with
        self.list.setCurrentIndex(index)
        self.list.edit(index)

    @Slot()
    def finish_title(self) -> None:
        """Takes the title that is being typed as it is."""
        field = self.list.title_field
        if field is not None:
            self.list.commitData(field)

    @Slot()
    def _keep_title(self) -> None:
        field = self.list.title_field
        key = self.list.currentIndex().data(ListRole.KEY)
        self._typed = (key, field.text()) if field is not None else None

    @Slot()
    def _type_on(self) -> None:
        """The lines stand in another order: a title that is being typed goes with its chat."""
        if self._typed is None:
            return
        key, title = self._typed
        self._rename(key)
        field = self.list.title_field
        if field is not None:
            field.setText(title)
            field.setModified(True)

    @Slot(object)
    def _rename(self, number: int) -> None:
        row = self._chats.row_of(number)  # meanwhile the lines may have changed
        if row is not None:
            self.edit_title(row)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        if text.strip():
            self._timer.start()
        else:
            self._timer.stop()
            self._chats.show_all()

    @Slot()
    def _search(self) -> None:
        if self.searched_text:
            self.search_requested.emit(self.searched_text)

    @Slot()
    def _keep_up(self) -> None:
        """“Today” is not today for ever; a title that is being typed is left alone."""
        if self.list.title_field is None:
            self._chats.keep_up()

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        self.list.show_empty_words(f"No chat has “{text}” in its title or its messages." if text else EMPTY)
        self.list.scrollToTop()
        if not text:
            self.list.show_open_chat()

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if not index.isValid():
            return
        key = index.data(ListRole.KEY)
        pinned = bool(index.data(ChatRole.IS_PINNED))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Open", lambda: self.chosen.emit(key))
        menu.addAction("Read", lambda: self.read_requested.emit(key))
        if self._chats.is_of_another_model(key):
            menu.addAction("Go on with the open model", lambda: self.go_on_requested.emit(key))
        menu.addAction("Unpin" if pinned else "Pin to the top", lambda: self.pin_requested.emit(key, not pinned))
        menu.addAction("Rename", lambda: self._rename(key))
        menu.addAction("Export…", lambda: self.export_requested.emit(key))
        menu.addSeparator()
        menu.addAction("Delete", lambda: self.delete_requested.emit(key))
        menu.popup(self.list.viewport().mapToGlobal(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()  # Esc is for the field, also while an answer could be stopped
                return True
            if event.type() is QEvent.Type.ShortcutOverride and is_for_actions(event):
                event.ignore()
                return True
            if event.type() is QEvent.Type.KeyPress:
                return self._field_key(event.key())
        return False

    def _field_key(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            if self.field.text():
                self.field.clear()
            else:
                self.left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._chats.search == self.searched_text and self._chats.rowCount():
                self.chosen.emit(self._chats.index(0).data(ListRole.KEY))
            else:
                self._search()
        elif key == Qt.Key.Key_Down and self._chats.rowCount():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            self.list.setCurrentIndex(self._chats.index(0))
        else:
            return False
        return True
