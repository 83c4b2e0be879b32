"""The numbers behind a picture as a table: to read one by one, by ear, and to copy into a sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTableView, QToolButton, QVBoxLayout, QWidget

from app.models.any_index import AnyIndex
from app.paint.number import number_text
from app.theme import GAP_PX, PADDING_PX, Theme
from app.views.inspector.section import icon_button, plain_label, set_icon
from app.views.spoken import ASSERTIVE, announce
from app.views.window_layout import resize_on_screen

if TYPE_CHECKING:
    import numpy.typing as npt

COPY_LIMIT = 250_000  # cells; more would stop the window for seconds


@dataclass(frozen=True, slots=True, eq=False)
class TableData:
    """values: [R, C] numbers; rows: R names; columns: C names; corner: what rows and columns are."""

    title: str
    values: npt.NDArray[Any]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    corner: str = ""


def table_of(
    title: str,
    values: npt.NDArray[Any],
    axes: tuple[str, str],
    names: tuple[Callable[[int], str], Callable[[int], str]],
) -> TableData:
    """The table of a map [R, C]: axes say what rows and columns are, names how each one is called."""
    rows, columns = (
        tuple(name(index) for index in range(count)) for name, count in zip(names, values.shape, strict=True)
    )
    return TableData(title, values, rows, columns, "{} × {}".format(*axes))


class ArrayTableModel(QAbstractTableModel):
    """A table over an array that is shown, without a copy of it.

    tips: what each row means. wording: what a row says instead of a number, None where it says the number.
    """

    def __init__(
        self,
        data: TableData,
        parent: QWidget | None = None,
        tips: tuple[str, ...] = (),
        decimals: int = 4,
        wording: Callable[[int, float], str | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._data = data
        self._tips = tips
        self._decimals = decimals
        self._wording = wording

    def set_table(self, data: TableData) -> None:
        """Other numbers in place of these."""
        if (data.rows, data.columns) != (self._data.rows, self._data.columns):
            self.beginResetModel()
            self._data = data
            self.endResetModel()
            return
        self._data = data
        if data.rows and data.columns:
            self.dataChanged.emit(self.index(0, 0), self.index(len(data.rows) - 1, len(data.columns) - 1))

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._data.rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._data.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            row, column = self._data.rows[index.row()], self._data.columns[index.column()]
            return f"{row}, {column}: {self.text(index.row(), index.column())}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        is_column = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.ToolTipRole and not is_column and section < len(self._tips):
            return self._tips[section]
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        names = self._data.columns if is_column else self._data.rows
        return names[section]

    def text(self, row: int, column: int) -> str:
        """One number as it is read."""
        value = self._data.values[row, column]
        if isinstance(value, np.bool_):
            return "yes" if value else "no"
        number = float(value)
        if self._wording is not None and (words := self._wording(row, number)) is not None:
            return words
        if np.isposinf(number):
            return "∞"
        return number_text(number, 0 if number.is_integer() and self._decimals < 4 else self._decimals)


class TableDialog(QDialog):
    """The table with what it is; Ctrl+C copies the selected cells as tab-separated values, a button all of them."""

    def __init__(self, data: TableData, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = data
        self.setObjectName("tableDialog")
        self.setWindowTitle(data.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.model = ArrayTableModel(data, self)
        self.view = QTableView()
        self.view.setModel(self.model)
        self.view.setAccessibleName(data.title)
        self.view.setAccessibleDescription(f"{len(data.rows):,} rows and {len(data.columns):,} columns: {data.corner}")
        self.view.setTabKeyNavigation(False)  # Tab goes on to the buttons; arrows go from number to number
        self.view.setAlternatingRowColors(True)
        self.view.verticalHeader().setDefaultSectionSize(28)
        self.view.horizontalHeader().setDefaultSectionSize(84)
        self.refusal = plain_label("caption", wrap=True)
        self.refusal.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_all = self.buttons.addButton("Copy all", QDialogButtonBox.ButtonRole.ActionRole)
        is_small = data.values.size <= COPY_LIMIT
        self.copy_all.setEnabled(is_small)
        self.copy_all.setToolTip(
            "Copy the whole table with its headings"
            if is_small
            else f"More than {COPY_LIMIT:,} numbers: export the view's data instead, or copy a part of it"
        )
        self.copy_all.clicked.connect(self._copy_all)
        self.buttons.rejected.connect(self.reject)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.view)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_selected)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING_PX, PADDING_PX, PADDING_PX, PADDING_PX)
        column.setSpacing(GAP_PX)
        words = f"{data.title}. {data.corner}: {len(data.rows):,} × {len(data.columns):,} numbers."
        column.addWidget(plain_label("caption", words, wrap=True))
        column.addWidget(self.view, 1)
        column.addWidget(self.refusal)
        column.addWidget(self.buttons)
        resize_on_screen(self, 720, 480)

    def copy_selected(self) -> None:
        """The selected cells as lines of tab-separated numbers, without headings; all of them or none."""
        selection = self.view.selectionModel().selection()
        parts = [selection.at(place) for place in range(selection.count())]
        count = sum(part.height() * part.width() for part in parts)
        self.refusal.setVisible(count > COPY_LIMIT)
        if count > COPY_LIMIT:
            self.refusal.setText(
                f"Nothing was copied: {count:,} numbers are selected, and at most {COPY_LIMIT:,} are copied at once. "
                "Select fewer, or export the view's data instead."
            )
            announce(self.refusal, self.refusal.text(), ASSERTIVE)
            return
        columns: dict[int, set[int]] = {}
        for part in parts:
            for row in range(part.top(), part.bottom() + 1):
                columns.setdefault(row, set()).update(range(part.left(), part.right() + 1))
        lines = ("\t".join(self._exact(row, column) for column in sorted(columns[row])) for row in sorted(columns))
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _copy_all(self) -> None:
        heads = "\t".join((self._data.corner, *self._data.columns))
        lines = [
            "\t".join((name, *(self._exact(row, column) for column in range(len(self._data.columns)))))
            for row, name in enumerate(self._data.rows)
        ]
        QGuiApplication.clipboard().setText("\n".join((heads, *lines)))

    def _exact(self, row: int, column: int) -> str:
        """The number as other programs read it."""
        value = self._data.values[row, column]
        return str(int(value)) if isinstance(value, np.bool_) else f"{float(value):.7g}"


class TableButton(QToolButton):
    """A small button that opens the numbers behind a picture. `data`: asked when it is pressed."""

    def __init__(self, data: Callable[[], TableData | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask = data
        source = icon_button("Show as table", "Show as table: the numbers of this picture, to read and to copy")
        self.setAccessibleName(source.accessibleName())
        self.setToolTip(source.toolTip())
        self.setIconSize(source.iconSize())
        self.setFocusPolicy(source.focusPolicy())
        self.clicked.connect(self._open)

    def restyle(self, theme: Theme) -> None:
        set_icon(self, "ph.table", theme)

    def _open(self) -> None:
        show_table(self._ask(), self)


def show_table(data: TableData | None, parent: QWidget) -> None:
    """Opens a table beside the picture; nothing where there are no numbers."""
    if data is not None and data.values.size:
        TableDialog(data, parent.window()).show()
