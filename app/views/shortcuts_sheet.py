"""All keys on one page: those of the table of actions, and those of the parts that have keys of their own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.actions import TABLE, Menu
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.labels import label

TALLEST_PX = 580
COLUMNS = 3

OTHER_KEYS = (
    ("Message", (("Send, or queue while an answer is written", "Enter"), ("New line", "Shift+Enter"))),
    (
        "Memory map",
        (
            ("Follow another slot", "← ↑ ↓ →"),
            ("Let the slot go", "Esc"),
            ("Span the colours over this turn", "C"),
            ("Keep the range of the colours", "L"),
        ),
    ),
    (
        "Timeline",
        (
            ("One turn back or on", "← / →"),
            ("Ten turns back or on", "Ctrl+← / Ctrl+→"),
            ("First or newest memory", "Home / End"),
            ("Play the turns", "Space"),
            ("Next or previous large change", "N / Shift+N"),
        ),
    ),
)


class ShortcutsSheet(QDialog):
    """All keys on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsSheet")
        self.setWindowTitle("Keyboard shortcuts")
        groups: list[tuple[str, list[tuple[str, str]]]] = [
            (menu.value.replace("&", ""), [(s.text.rstrip("…"), _keys(s.shortcut)) for s in TABLE if s.menu is menu])
            for menu in Menu
        ]
        groups += [(name, list(keys)) for name, keys in OTHER_KEYS]
        columns = QHBoxLayout()
        columns.setSpacing(MARGIN_PX + GAP_PX)
        fair = sum(len(keys) + 2 for _, keys in groups) / COLUMNS
        column, used = QVBoxLayout(), 0
        for name, keys in groups:
            if used and used + (len(keys) + 2) / 2 > fair:
                column.addStretch(1)
                columns.addLayout(column, 1)
                column, used = QVBoxLayout(), 0
            column.setSpacing(PADDING_PX)
            column.addWidget(self._group(name, keys))
            used += len(keys) + 2
        column.addStretch(1)
        columns.addLayout(column, 1)
        page = QWidget()
        page.setLayout(columns)
        columns.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(page.sizeHint().width() + PADDING_PX)
        self.resize(self.minimumWidth(), min(page.sizeHint().height(), TALLEST_PX))
        area.setAccessibleName("Keyboard shortcuts")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    @staticmethod
    def _group(name: str, keys: list[tuple[str, str]]) -> QWidget:
        group = QWidget()
        group.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid = QGridLayout(group)
        grid.setVerticalSpacing(6)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(label(name, "section"), 0, 0)
        for row, (words, key) in enumerate(keys, 1):
            grid.addWidget(label(words), row, 0)
            grid.addWidget(label(key, "muted"), row, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        return group


def _keys(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
