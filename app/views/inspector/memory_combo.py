"""A choice of a memory: of a turn, a branch or a saved file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QWidget

from app.engine.analysis.inquiries import BranchMemory, MemoryRef, SnapshotMemory, TurnMemory
from app.views.elided import ElidedCombo
from app.views.wheel_guard import WheelGuard

if TYPE_CHECKING:
    from app.models.memory_choices import MemoryChoice, MemoryChoices

LEAST_LETTERS = 18


def memory_ref(choice: MemoryChoice) -> MemoryRef:
    """The memory of a choice as the analyst knows it."""
    if choice.turn is not None:
        return TurnMemory(choice.turn)
    if choice.branch is not None:
        return BranchMemory(choice.branch)
    if choice.snapshot is not None:
        return SnapshotMemory(choice.snapshot)
    raise ValueError(f"{choice.name!r} is not a memory")


class MemoryCombo(ElidedCombo):
    """All memories by name. What was chosen stays chosen while it exists.

    none: the words of a first entry that stands for no memory; "" where there is no such entry.

    Signals:
        memory_chosen(): another one is chosen, or the chosen one is gone.
    """

    memory_chosen = Signal()

    def __init__(self, name: str, choices: MemoryChoices, none: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = choices
        self._none = none
        WheelGuard(self)
        self.setItemDelegate(QStyledItemDelegate(self))  # Qt's own draws a menu and ignores the style sheet
        self.call(name)
        self.view().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LEAST_LETTERS)
        self.setMaxVisibleItems(16)
        choices.changed.connect(self._fill)
        self.currentIndexChanged.connect(self._on_index)
        self._fill()

    @property
    def choice(self) -> MemoryChoice | None:
        """The chosen memory; None where none is."""
        found: MemoryChoice | None = self.currentData()
        return found

    @property
    def choices(self) -> tuple[MemoryChoice, ...]:
        """Every memory of the list."""
        return self._choices.all

    def choose(self, choice: MemoryChoice | None) -> None:
        """Chooses a memory of the list; one that is not there changes nothing."""
        if self.count() != len(self._entries):
            self._fill()  # it is in the list, and the list is not shown yet
        found = next((row for row in range(self.count()) if self.itemData(row) == choice), -1)
        if found >= 0:
            self.setCurrentIndex(found)

    def set_none(self, words: str) -> None:
        """Other words for no memory, where there is such an entry."""
        if self._none and words != self._none:
            self._none = words
            self.setItemText(0, words)

    @Slot()
    def _fill(self) -> None:
        former = self.choice
        entries = self._entries
        with QSignalBlocker(self):
            self.clear()
            for entry in entries:
                self.addItem(self._none if entry is None else entry.name, entry)
            row = entries.index(former) if former in entries else 0
            self.setCurrentIndex(row if entries else -1)
        if self.choice != former:
            self._on_index(self.currentIndex())
        self._show_tip()

    @property
    def _entries(self) -> list[MemoryChoice | None]:
        return [*([None] if self._none else []), *self._choices.all]

    @Slot(int)
    def _on_index(self, _index: int) -> None:
        self._show_tip()
        self.memory_chosen.emit()

    def _show_tip(self) -> None:
        choice = self.choice
        self.setToolTip("" if choice is None else choice.name)
