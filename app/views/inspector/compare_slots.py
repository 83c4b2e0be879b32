"""The slots in which two memories differ most, as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.models.any_index import AnyIndex
from app.paint.number import number_text

if TYPE_CHECKING:
    from app.engine.analysis.findings import Comparison

COLUMNS = ("layer", "slot", "‖A − B‖", "cosine")


class _Model(QAbstractTableModel):
    """A row a slot, the most changed first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._found: Comparison | None = None

    def show_slots(self, found: Comparison) -> None:
        self.beginResetModel()
        self._found = found
        self.endResetModel()

    def slot(self, row: int) -> tuple[int, int] | None:
        """The (layer, slot) of a row."""
        changed = self._found.changed if self._found is not None else ()
        return changed[row] if 0 <= row < len(changed) else None

    def row_of(self, slot: tuple[int, int]) -> int:
        """-1 where it is not among the most changed."""
        changed = self._found.changed if self._found is not None else ()
        return changed.index(slot) if slot in changed else -1

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._found is None else len(self._found.changed)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return COLUMNS[section] if orientation == Qt.Orientation.Horizontal else section + 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        slot = self.slot(index.row())
        if slot is None or self._found is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            numbers = float(self._found.difference[slot]), float(self._found.cosine[slot])
            text = (str(slot[0]), str(slot[1]), number_text(numbers[0], 3), number_text(numbers[1], 4))[index.column()]
            return text if role == Qt.ItemDataRole.DisplayRole else f"{COLUMNS[index.column()]} {text}"
        return None


class ChangedSlots(QTableView):
    """The most changed slots; choosing one selects it everywhere.

    Signals:
        slot_chosen(layer, slot)
    """

    slot_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setObjectName("changedSlots")
        self.setAccessibleName("Slots that differ most")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(24)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._on_row)

    def show_slots(self, found: Comparison) -> None:
        """Lists the slots of a comparison."""
        self._model.show_slots(found)

    def select(self, slot: tuple[int, int] | None) -> None:
        """Marks the row of a slot, if it has one, without choosing it again."""
        row = self._model.row_of(slot) if slot is not None else -1
        if row < 0:
            self.clearSelection()
        elif row != self.currentIndex().row():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self._model.index(row, 0), flags)

    def _on_row(self, current: QModelIndex, _former: QModelIndex) -> None:
        slot = self._model.slot(current.row()) if current.isValid() else None
        if slot is not None:
            self.slot_chosen.emit(*slot)
