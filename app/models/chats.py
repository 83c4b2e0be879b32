"""The conversations of the store as a list: the pinned ones first, then by the day they were last used, or what a
search has found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from app.models.any_index import AnyIndex
from app.models.list_role import ListRole
from app.models.memory_names import turns_in_words
from app.models.short_text import one_line

PINNED = "Pinned"
UNDATED = (10**6, "Earlier")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class ChatRole(IntEnum):
    """What a conversation tells besides what every line of the sidebar tells.

    HEADING: the words above the first line of a group, "" elsewhere. IS_PINNED: whether it is kept on top.
    """

    HEADING = Qt.ItemDataRole.UserRole + 21
    IS_PINNED = Qt.ItemDataRole.UserRole + 22


class ConversationLine(Protocol):
    """A conversation, as the list reads it. `updated`: seconds since the epoch. `fingerprint`: of its model; may be
    "" where it is not known."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def turns(self) -> int: ...
    @property
    def model(self) -> str: ...
    @property
    def updated(self) -> float: ...
    @property
    def pinned(self) -> bool: ...
    @property
    def fingerprint(self) -> str: ...


class LoadedModel(Protocol):
    """What tells whether a conversation was held with the model that is loaded."""

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...


def date_group(updated: float, today: date) -> tuple[int, str]:
    """The group of a moment as (rank, words), in local time; older groups have a higher rank.

    A moment in the future (the clock was set back) counts as today; one that is no date is merely earlier.
    """
    try:
        day = datetime.fromtimestamp(updated).date()
    except (ValueError, OverflowError, OSError):
        return UNDATED
    age = (today - day).days
    if age <= 0:
        return 0, "Today"
    if age == 1:
        return 1, "Yesterday"
    if age <= today.weekday():
        return 2, "This week"
    if age <= today.weekday() + 7:
        return 3, "Last week"
    months = 12 * (today.year - day.year) + today.month - day.month
    if months == 0:
        return 4, "Earlier this month"
    if day.year == today.year or months < 6:
        return 10 + months, MONTHS[day.month - 1]
    return 1000 + today.year - day.year, str(day.year)


class ConversationList(QAbstractListModel):
    """The conversations of the store.

    Signals:
        rename_requested(id, title): a line was edited; the store decides, and the list then says so.
        searched(text): the list shows what was found for `text`, or everything again where that is empty.
        current_changed(): another conversation is the open one.
    """

    rename_requested = Signal(int, str)
    searched = Signal(str)
    current_changed = Signal()

    def __init__(self, parent: QObject | None = None, *, now: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self._now = now
        self._all: tuple[ConversationLine, ...] = ()
        self._lines: tuple[ConversationLine, ...] = ()
        self._day: date | None = None
        self._headings: tuple[str, ...] = ()
        self._heading_rows: frozenset[int] = frozenset()
        self._rows: dict[int, int] = {}
        self._by_id: dict[int, ConversationLine] = {}
        self._found: tuple[int, ...] | None = None
        self._may_be_more = False
        self._snippets: dict[int, str] = {}
        self._search = ""
        self._current: int | None = None
        self._model: LoadedModel | None = None

    @property
    def lines(self) -> tuple[ConversationLine, ...]:
        """What is shown, in the order it is shown."""
        return self._lines

    @property
    def search(self) -> str:
        """What was searched for; empty while everything is shown."""
        return self._search

    def set_lines(self, lines: Sequence[ConversationLine]) -> None:
        """The conversations are these now; a search stays."""
        self._all = tuple(lines)
        self._by_id = {line.id: line for line in lines}
        self._show()

    def show_found(self, text: str, lines: Sequence[ConversationLine], most: int | None = None) -> None:
        """Shows only `lines`, the result of a search for `text` that gives at most so many."""
        if not text.strip():
            self.show_all()
            return
        self._search = text
        self._found = tuple(line.id for line in lines)
        self._may_be_more = len(lines) == most
        self._by_id.update({line.id: line for line in lines if line.id not in self._by_id})
        before, self._snippets = self._snippets, {line.id: one_line(getattr(line, "snippet", "")) for line in lines}
        self._show()
        self._emit_changed([row for number, row in self._rows.items() if before.get(number) != self.snippet(number)])
        self.searched.emit(text)

    def show_all(self) -> None:
        """Ends a search."""
        if self._found is not None:
            self._found, self._snippets, self._search = None, {}, ""
            self._show()
            self.searched.emit("")

    def keep_up(self) -> None:
        """Groups the lines again where another day has begun since they were grouped."""
        if self._day != self._today:
            self._show()

    @property
    def _today(self) -> date:
        return datetime.fromtimestamp(self._now()).date()

    def set_current(self, number: int | None) -> None:
        """Marks the open conversation."""
        if number != self._current:
            rows = [self._rows[known] for known in (self._current, number) if known in self._rows]
            self._current = number
            self._emit_changed(rows)
            self.current_changed.emit()

    @property
    def current_row(self) -> int | None:
        """The row of the open conversation; None where it is not among what is shown."""
        return None if self._current is None else self._rows.get(self._current)

    def snippet(self, number: int) -> str:
        """The words around what a search found in a turn of a conversation; "" where only its title has it."""
        return self._snippets.get(number, "")

    def set_model(self, model: LoadedModel) -> None:
        """The model that is loaded: chats of other versions of it say so."""
        self._model = model
        self._emit_changed(range(len(self._lines)))

    def is_of_another_model(self, number: int) -> bool:
        """Whether a conversation was held with another model than the loaded one, or another version of it."""
        line, loaded = self._by_id.get(number), self._model
        return line is not None and loaded is not None and line.fingerprint not in ("", loaded.fingerprint)

    def has_heading(self, row: int) -> bool:
        """Whether a group begins with this row."""
        return row in self._heading_rows

    def line(self, number: int) -> ConversationLine | None:
        return self._by_id.get(number)

    def row_of(self, number: int) -> int | None:
        """The row of a conversation; None where it is not among what is shown."""
        return self._rows.get(number)

    def is_pinned(self, number: int) -> bool:
        line = self._by_id.get(number)
        return line is not None and bool(getattr(line, "pinned", False))

    def _show(self) -> None:
        """Puts the lines in order; where only their words differ, rows stay and selections with them."""
        self._day = self._today
        lines, headings = self._arranged()
        if headings == self._headings and [line.id for line in lines] == [line.id for line in self._lines]:
            changed = [row for row, (old, new) in enumerate(zip(self._lines, lines, strict=True)) if old != new]
            self._lines = lines
            self._emit_changed(changed)
            return
        self.beginResetModel()
        self._lines, self._headings = lines, headings
        self._heading_rows = frozenset(row for row, words in enumerate(headings) if words)
        self._rows = {line.id: row for row, line in enumerate(lines)}
        self.endResetModel()

    def _arranged(self) -> tuple[tuple[ConversationLine, ...], tuple[str, ...]]:
        """The lines in the order they are shown, and the heading above each ("" for none)."""
        if self._found is not None:
            lines = tuple(self._by_id[number] for number in self._found if number in self._by_id)
            count = len(lines)
            words = "1 chat found" if count == 1 else f"{count:,} chats found"
            words = f"The first {words}" if self._may_be_more else words
            return lines, tuple(words if row == 0 else "" for row in range(count))
        today = self._today
        grouped = sorted(((self._group(line, today), line) for line in self._all), key=lambda entry: entry[0][0])
        headings, before = [], ""
        for (_, words), _line in grouped:
            headings.append(words if words != before else "")
            before = words
        return tuple(line for _, line in grouped), tuple(headings)

    def _group(self, line: ConversationLine, today: date) -> tuple[int, str]:
        return (-1, PINNED) if self.is_pinned(line.id) else date_group(line.updated, today)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return one_line(line.title) or "New chat"
            case ListRole.DETAIL:
                return self._snippets.get(line.id) or self._detail(line)
            case ListRole.KEY:
                return line.id
            case ListRole.IS_CURRENT:
                return line.id == self._current
            case ChatRole.HEADING:
                return self._headings[index.row()]
            case ChatRole.IS_PINNED:
                return self.is_pinned(line.id)
            case Qt.ItemDataRole.AccessibleTextRole:
                pinned = ", pinned" if self.is_pinned(line.id) else ""
                state = ", open" if line.id == self._current else ""
                return f"{one_line(line.title) or 'New chat'}, {self._detail(line)}{pinned}{state}"
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._snippets.get(line.id, "")
        return None

    def _detail(self, line: ConversationLine) -> str:
        model, loaded = one_line(line.model), self._model
        if loaded is not None and line.model == loaded.name and line.fingerprint not in ("", loaded.fingerprint):
            model = f"another version of {model}"
        return f"{turns_in_words(line.turns)} · {model}" if model else turns_in_words(line.turns)

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        title = one_line(str(value))
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or not title:
            return False
        if title != self.data(index, role):  # what was shown and typed over, not what is stored
            self.rename_requested.emit(self._lines[index.row()].id, title)
        return True

    def _emit_changed(self, rows: Sequence[int]) -> None:
        for row in rows:
            self.dataChanged.emit(self.index(row), self.index(row))
