"""Which actions fit what was typed, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from app.models.any_index import AnyIndex


class EntryRole(IntEnum):
    """What a line tells besides its words: its id, its keys, and why it cannot be done (empty where it can)."""

    ID = Qt.ItemDataRole.UserRole + 41
    KEYS = Qt.ItemDataRole.UserRole + 42
    REASON = Qt.ItemDataRole.UserRole + 43
    MENU = Qt.ItemDataRole.UserRole + 44


@dataclass(frozen=True, slots=True)
class Entry:
    """An action that can be chosen by its name. also: other words that people may look for; tip: what it does."""

    id: str
    words: str
    menu: str
    keys: str
    reason: str
    also: str = ""
    tip: str = ""


def fit(words: str, wanted: str, also: str = "", tip: str = "") -> tuple[int, int] | None:
    """How badly `wanted` fits `words`: its worst word, 0 is best, and all of them together; None where it does not.

    Every typed word must begin a word, or else stand inside of the words, or else begin one of the words of `also` or
    else of `tip`, or else its letters must follow each other: each in the word of the one before, or at the beginning
    of a later one.
    """
    text, others, told = words.casefold(), f" {also.casefold()}", f" {tip.casefold()}"
    grades = [0]
    for part in wanted.casefold().split():
        if text.startswith(part):
            grade = 0
        elif f" {part}" in text:
            grade = 1
        elif part in text:
            grade = 2
        elif f" {part}" in others:
            grade = 3
        elif f" {part}" in told:
            grade = 4
        elif _has_letters(text, part):
            grade = 5
        else:
            return None
        grades.append(grade)
    return max(grades), sum(grades)


def _has_letters(text: str, letters: str) -> bool:
    begins = {at for at in range(len(text)) if text[at] != " " and text[at - 1 : at] in ("", " ")}
    reached = {at for at in begins if text[at] == letters[0]}
    for letter in letters[1:]:
        within = {place for at in reached for place in range(at + 1, _end(text, at))}
        later = {place for place in begins if place > min(reached, default=len(text))}
        reached = {place for place in within | later if text[place] == letter}
    return bool(reached)


def _end(text: str, at: int) -> int:
    """Where the word ends that has a letter `at` that place."""
    end = text.find(" ", at)
    return len(text) if end < 0 else end


class ActionSearch(QAbstractListModel):
    """The actions that fit, the best first; of those that fit alike what can be done now comes before what cannot."""

    def __init__(self, entries: Iterable[Entry], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = tuple(entries)
        self._shown: Sequence[Entry] = ()
        self.search("")

    def search(self, wanted: str) -> None:
        graded = []
        for place, entry in enumerate(self._all):
            grade = fit(f"{entry.words} {entry.menu}", wanted, entry.also, entry.tip)
            if grade is not None:
                graded.append((grade, bool(entry.reason), place, entry))
        graded.sort(key=lambda found: found[:3])
        self.beginResetModel()
        self._shown = [found[3] for found in graded]
        self.endResetModel()

    def update(self, entries: Iterable[Entry]) -> None:
        """What can be done is something else now; no line changes its place before the next search."""
        self._all = tuple(entries)
        now = {entry.id: entry for entry in self._all}
        self._shown = [now.get(entry.id, entry) for entry in self._shown]
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        entry = self._shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.words
            case EntryRole.ID:
                return entry.id
            case EntryRole.KEYS:
                return entry.keys
            case EntryRole.REASON:
                return entry.reason
            case EntryRole.MENU:
                return entry.menu
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(part for part in (entry.words, entry.menu, entry.keys, entry.reason) if part)
        return None
