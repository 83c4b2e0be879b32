"""The lists of the sidebar: conversations and saved memories, newest first as they come from the store."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

AnyIndex = QModelIndex | QPersistentModelIndex
TITLE_LIMIT = 120


class LibraryRole(IntEnum):
    """What a line tells besides its title (Qt.DisplayRole)."""

    DETAIL = Qt.ItemDataRole.UserRole + 1
    KEY = Qt.ItemDataRole.UserRole + 2
    IS_CURRENT = Qt.ItemDataRole.UserRole + 3


class ConversationLine(Protocol):
    """A conversation, as the list reads it."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def turns(self) -> int: ...
    @property
    def model(self) -> str: ...


class SnapshotLine(Protocol):
    """A saved memory, as the list reads it."""

    @property
    def path(self) -> Path: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def created(self) -> str: ...
    @property
    def turns(self) -> int: ...
    @property
    def size_bytes(self) -> int: ...


def one_line(text: str) -> str:
    """`text` without line breaks, control and direction characters, cut to TITLE_LIMIT."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words if len(words) <= TITLE_LIMIT else f"{words[: TITLE_LIMIT - 1].rstrip()}…"


def turns_in_words(turns: int) -> str:
    return "no turns yet" if turns == 0 else "1 turn" if turns == 1 else f"{turns:,} turns"


def size_in_words(size_bytes: int) -> str:
    """1,234,567 -> 1.2 MB (powers of ten)."""
    if size_bytes < 1_000:
        return f"{size_bytes} B"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1_000:.0f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"


class ConversationList(QAbstractListModel):
    """The conversations of the store.

    Signals:
        rename_requested(id, title): a line was edited; the store decides, and the list then says so.
    """

    rename_requested = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[ConversationLine, ...] = ()
        self._current: int | None = None

    @property
    def lines(self) -> tuple[ConversationLine, ...]:
        return self._lines

    def set_lines(self, lines: Sequence[ConversationLine]) -> None:
        """Shows `lines`; where only their words differ, rows stay and selections with them."""
        same = [line.id for line in lines] == [line.id for line in self._lines]
        if same:
            self._lines = tuple(lines)
            self._emit_all_changed()
        else:
            self.beginResetModel()
            self._lines = tuple(lines)
            self.endResetModel()

    def set_current(self, number: int | None) -> None:
        """Marks the open conversation."""
        if number != self._current:
            self._current = number
            self._emit_all_changed()

    def line(self, number: int) -> ConversationLine | None:
        return next((line for line in self._lines if line.id == number), None)

    def row_of(self, number: int) -> int | None:
        return next((row for row, line in enumerate(self._lines) if line.id == number), None)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        title = one_line(line.title) or "New chat"
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return title
            case LibraryRole.DETAIL:
                return turns_in_words(line.turns)
            case LibraryRole.KEY:
                return line.id
            case LibraryRole.IS_CURRENT:
                return line.id == self._current
            case Qt.ItemDataRole.AccessibleTextRole:
                state = ", open" if line.id == self._current else ""
                return f"{title}, {turns_in_words(line.turns)}{state}"
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        title = one_line(str(value))
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or not title:
            return False
        line = self._lines[index.row()]
        if title != line.title:
            self.rename_requested.emit(line.id, title)
        return True

    def _emit_all_changed(self) -> None:
        if self._lines:
            self.dataChanged.emit(self.index(0), self.index(len(self._lines) - 1))


class SnapshotList(QAbstractListModel):
    """The saved memories."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[SnapshotLine, ...] = ()

    @property
    def lines(self) -> tuple[SnapshotLine, ...]:
        return self._lines

    def set_lines(self, lines: Sequence[SnapshotLine]) -> None:
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def title(self, path: Path) -> str:
        """The title of the memory at `path`; its file's name where it is not in the list or has none."""
        found = next((line.title for line in self._lines if line.path == path), "")
        return one_line(found) or one_line(path.stem)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        title = one_line(line.title) or one_line(line.path.stem)
        detail = f"{turns_in_words(line.turns)} · {size_in_words(line.size_bytes)}"
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title
            case LibraryRole.DETAIL:
                return detail
            case LibraryRole.KEY:
                return line.path
            case LibraryRole.IS_CURRENT:
                return False
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{title}, {detail}, made with {one_line(line.model)} on {line.created[:10]}"
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return one_line(line.description)
        return None
