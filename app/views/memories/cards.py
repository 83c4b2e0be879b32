"""The saved memories as cards in rows, which files are dragged out of and dropped into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from app.models.any_index import AnyIndex
from app.models.list_role import ListRole
from app.models.memory_names import MEMORY_SUFFIX
from app.theme import ThemeController
from app.views.memories.card import CARD_PX, CardDelegate
from app.views.text_keys import deletes


class MemoryCards(QListView):
    """The cards in rows. A card can be dragged out as a file, and files dropped in.

    Signals:
        start_requested(path): a card was opened by double click or Enter. delete_requested(path): Delete was pressed.
        rename_requested(path): F2 was pressed. files_dropped(tuple[Path, ...]): files were dropped here, at least one
        of them a memory. picked(path | None): another card is current.
    """

    start_requested = Signal(object)
    delete_requested = Signal(object)
    rename_requested = Signal(object)
    files_dropped = Signal(object)
    picked = Signal(object)

    def __init__(self, themes: ThemeController, parent: QWidget | None = None) -> None:
        self._row = 0
        super().__init__(parent)
        self.setObjectName("memoryCards")
        self.setAccessibleName("Memories")
        self.setAccessibleDescription("Enter starts a chat from a memory, F2 renames it, Delete deletes it.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(CARD_PX)
        self.setMouseTracking(True)
        self.setItemDelegate(CardDelegate(themes, self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.doubleClicked.connect(self._start)

    @property
    def path(self) -> Path | None:
        """The memory that is current."""
        index = self.currentIndex()
        found: Path | None = index.data(ListRole.KEY) if index.isValid() else None
        return found

    def pick(self, path: Path | None) -> None:
        """Makes the card of `path` current; where it is not there, the one that has come to the place of the last."""
        model = self.model()
        rows = range(model.rowCount())
        other = min(self._row, len(rows) - 1)
        row = next((row for row in rows if model.index(row, 0).data(ListRole.KEY) == path), other)
        if row >= 0:
            self.setCurrentIndex(model.index(row, 0))
        self.picked.emit(self.path)

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self._row = current.row()
        self.picked.emit(self.path)

    @Slot(QModelIndex)
    def _start(self, index: QModelIndex) -> None:
        if index.isValid():
            self.start_requested.emit(index.data(ListRole.KEY))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if not index.isValid():
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._start(index)
        elif deletes(event):
            self.delete_requested.emit(self.path)
        elif event.key() == Qt.Key.Key_F2:
            self.rename_requested.emit(self.path)
        else:
            super().keyPressEvent(event)

    # files that come in

    def _dropped(self, event: QDropEvent) -> tuple[Path, ...]:
        """The files of a drag from elsewhere."""
        return () if event.source() is self else dropped_files(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._answer(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._answer(event)

    def _answer(self, event: Any) -> None:
        if self._dropped(event):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = self._dropped(event)
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)


def dropped_files(event: QDropEvent) -> tuple[Path, ...]:
    """All files of a drag with a memory file among them; none of another drag."""
    if not event.mimeData().hasUrls():
        return ()
    paths = tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
    return paths if any(path.suffix.lower() == MEMORY_SUFFIX for path in paths) else ()
