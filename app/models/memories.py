"""The saved memories as a list: what each is called, where it comes from, and whether it fits the loaded model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QSortFilterProxyModel,
    Qt,
    QUrl,
)

from app.models.amount import shape_in_words, size_in_words
from app.models.any_index import AnyIndex
from app.models.list_role import ListRole
from app.models.memory_names import turns_in_words
from app.models.short_text import one_line
from rxt.events import FloatArray

FILE_TYPE = "text/uri-list"
ORIGIN_LIMIT = 500
"""Letters of where a memory comes from: what was mixed or edited in words, and the hashes of what it was made from."""


class MemoryRole(IntEnum):
    """What a memory tells besides what every line of the sidebar tells.

    NORM: a small picture [rows, columns] or None. WHY_NOT: why it cannot be opened now, "" where it can.
    IS_SYNTHETIC: it was made in the lab. ORIGIN: where it comes from; DATE: when it was saved; MODEL, FACTS:
    words. NOTE: as it was typed. IS_DAMAGED: the file cannot be used with any model.
    """

    NORM = Qt.ItemDataRole.UserRole + 41
    WHY_NOT = Qt.ItemDataRole.UserRole + 42
    IS_SYNTHETIC = Qt.ItemDataRole.UserRole + 43
    ORIGIN = Qt.ItemDataRole.UserRole + 44
    DATE = Qt.ItemDataRole.UserRole + 45
    MODEL = Qt.ItemDataRole.UserRole + 46
    FACTS = Qt.ItemDataRole.UserRole + 47
    NOTE = Qt.ItemDataRole.UserRole + 48
    IS_DAMAGED = Qt.ItemDataRole.UserRole + 49


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
    def fingerprint(self) -> str: ...
    @property
    def created(self) -> str: ...
    @property
    def turns(self) -> int: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def origin(self) -> str: ...
    @property
    def shape(self) -> tuple[int, int, int]: ...
    @property
    def synthetic(self) -> bool: ...
    @property
    def norm(self) -> FloatArray | None: ...
    @property
    def problem(self) -> str: ...
    @property
    def sha256(self) -> str: ...


class LoadedModel(Protocol):
    """What decides whether a memory fits."""

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def layers(self) -> int: ...
    @property
    def slots(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def is_bundled(self) -> bool: ...


def date_in_words(created: str) -> str:
    """An ISO 8601 moment as a local day and minute, such as 2026-03-01 14:05; as it is where it is no moment."""
    try:
        return datetime.fromisoformat(created).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return one_line(created)


def why_not(line: SnapshotLine, model: LoadedModel | None) -> str:
    """Why a memory cannot be opened with `model`, naming both values; "" where it can."""
    if line.problem:
        return one_line(line.problem)
    if model is None:
        return "No model is open."
    name, other = one_line(line.model), one_line(model.name)
    needed = (model.layers, model.slots, model.width)
    if line.shape != needed and any(line.shape):
        return (
            f"It is a memory of {shape_in_words(line.shape)} (layers × slots × width) of {name}; "
            f"{other} is open and needs {shape_in_words(needed)}. {_the_way(name, model)}"
        )
    if line.fingerprint != model.fingerprint:
        return (
            f"It is a memory of {name} (fingerprint {one_line(line.fingerprint)[:12]}); "
            f"{other} is open (fingerprint {model.fingerprint[:12]}). {_the_way(name, model)}"
        )
    return ""


def _the_way(name: str, model: LoadedModel) -> str:
    """How a memory of the model `name` is used though `model` is open."""
    if not model.is_bundled:
        return "To use it, open that model: File, Use the bundled model, or File, Open model folder."
    if name == one_line(model.name):
        return "This Mneme does not bring that version: to use it, open a copy of its folder (File, Open model folder)."
    return "To use it, open that model: File, Open model folder."


def lived_in_words(line: SnapshotLine) -> str:
    """How much of a chat a memory holds. One that was written from a text holds none, and there is no "yet" to it; ""
    for one made of other memories, whose turns nobody counted."""
    return turns_in_words(line.turns) if line.turns else "" if line.synthetic else "no turns"


def _detail(line: SnapshotLine) -> str:
    return " · ".join(part for part in (lived_in_words(line), size_in_words(line.size_bytes)) if part)


class SnapshotList(QAbstractListModel):
    """The saved memories. They can be dragged out of any view as files."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[SnapshotLine, ...] = ()
        self._model: LoadedModel | None = None

    @property
    def lines(self) -> tuple[SnapshotLine, ...]:
        return self._lines

    def set_lines(self, lines: Sequence[SnapshotLine]) -> None:
        """Shows `lines`; where they are the same files, rows stay and selections with them."""
        if [line.path for line in lines] == [line.path for line in self._lines]:
            self._lines = tuple(lines)
            self._emit_all_changed()
        else:
            self.beginResetModel()
            self._lines = tuple(lines)
            self.endResetModel()

    def set_model(self, model: LoadedModel | None) -> None:
        """The model that is loaded decides which memories fit."""
        self._model = model
        self._emit_all_changed()

    def line(self, path: Path) -> SnapshotLine | None:
        return next((line for line in self._lines if line.path == path), None)

    def row_of(self, path: Path) -> int | None:
        return next((row for row, line in enumerate(self._lines) if line.path == path), None)

    def title(self, path: Path) -> str:
        """The title of the memory at `path`; its file's name where it is not in the list or has none."""
        line = self.line(path)
        return (one_line(line.title) if line is not None else "") or one_line(path.stem)

    def fits(self, line: SnapshotLine) -> bool:
        """Whether the memory of a line can be opened with the loaded model."""
        return not why_not(line, self._model)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [FILE_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The files themselves, to be copied where they are dropped."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(index.data(ListRole.KEY))) for index in indexes])
        return data

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.title(line.path)
            case ListRole.DETAIL:
                return _detail(line)
            case ListRole.KEY:
                return line.path
            case ListRole.IS_CURRENT:
                return False
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._aloud(line)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return one_line(line.description)
        return self._particular(line, role)

    def _particular(self, line: SnapshotLine, role: int) -> Any:
        match role:
            case MemoryRole.NORM:
                return line.norm
            case MemoryRole.WHY_NOT:
                return why_not(line, self._model)
            case MemoryRole.IS_SYNTHETIC:
                return line.synthetic
            case MemoryRole.ORIGIN:
                origin, lived = one_line(line.origin, ORIGIN_LIMIT), lived_in_words(line)
                return f"From “{origin}”, after {lived}" if origin and lived else origin or lived
            case MemoryRole.DATE:
                return date_in_words(line.created)
            case MemoryRole.MODEL:
                return one_line(line.model)
            case MemoryRole.FACTS:
                return f"{shape_in_words(line.shape)} · {size_in_words(line.size_bytes)}"
            case MemoryRole.IS_DAMAGED:
                return bool(line.problem)
            case MemoryRole.NOTE:
                return line.description
        return None

    def _aloud(self, line: SnapshotLine) -> str:
        reason = why_not(line, self._model)
        parts = (
            self.title(line.path),
            _detail(line),
            f"made with {one_line(line.model)} on {date_in_words(line.created)[:10]}",
            "synthetic" if line.synthetic else "",
            f"cannot be opened: {reason}" if reason else "",
        )
        return ", ".join(part for part in parts if part)

    def _emit_all_changed(self) -> None:
        if self._lines:
            self.dataChanged.emit(self.index(0), self.index(len(self._lines) - 1))


class MemoryFilter(QSortFilterProxyModel):
    """The memories whose title, note, origin or model has the words that were typed."""

    def __init__(self, memories: SnapshotList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self.setSourceModel(memories)

    def set_text(self, text: str) -> None:
        """What to look for; every word must be there, in any case."""
        self._words = tuple(text.casefold().split())
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: AnyIndex) -> bool:
        index = self.sourceModel().index(row, 0)
        roles = (Qt.ItemDataRole.DisplayRole, MemoryRole.NOTE, MemoryRole.ORIGIN, MemoryRole.MODEL)
        text = " ".join(str(index.data(role)) for role in roles).casefold()
        return all(word in text for word in self._words)
