"""All keys on one page: those of the table of actions, which can be changed here, and those of the parts that have
keys of their own.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.actions.table import TABLE, Actions, ActionSpec, Menu
from app.models.key_rules import refusal
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.key_button import KeyButton, native, native_words
from app.views.labels import button, label, line
from app.views.spoken import announce
from app.views.window_layout import resize_on_screen

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.models.settings import Settings

TALLEST_PX = 620
MOST_COLUMNS = 3
HELP = "Click a key to change it. Backspace gives back the first one."

Group = tuple[QWidget, int]
"""A heading with its lines, words and keys, and how many lines these are."""

OTHER_KEYS = (
    ("Message field", (("Send, or queue while an answer is written", "Enter"), ("New line", "Shift+Enter"))),
    (
        "Conversation",
        (
            ("Message before or after", "↑ / ↓"),
            ("First or newest message", "Home / End"),
            ("Accept or leave an edit", "Enter / Esc"),
            ("Next or previous place found", "Enter / Shift+Enter"),
            ("Menu of a message", "Menu"),
        ),
    ),
    (
        "Chats, branches and memories",
        (
            ("Open", "Enter"),
            ("Delete a chat or a memory; it can be undone", "Del"),
            ("Rename a chat or a memory", "F2"),
            ("From the search to what was found", "↓"),
        ),
    ),
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
    (
        "Inspector and timeline",
        (
            ("Pin the turn as B, or let it go", "P"),
            ("Difference to B", "D"),
            ("Mark the slot for the lab", "X"),
            ("Mark the slots a word read most", "Shift+X"),
            ("Take all marks away", "Ctrl+X"),
            ("Another layer", "↑ / ↓"),
            ("Words: next word, lock it", "← / → / Enter"),
        ),
    ),
)


def _fair_parts(groups: list[Group], columns: int) -> list[list[Group]]:
    """The groups in so many parts, in order, such that the longest is as short as can be."""
    heights = [rows + 2 for _, rows in groups]
    cuts = ((0, *inner, len(groups)) for inner in combinations(range(1, len(groups)), columns - 1))
    best = min(cuts, key=lambda cut: max(sum(heights[a:b]) for a, b in pairwise(cut)))
    return [groups[a:b] for a, b in pairwise(best)]


class ColumnsPage(QWidget):
    """Groups in as many columns as its width has room for, and no more than MOST_COLUMNS."""

    def __init__(self, groups: list[Group]) -> None:
        super().__init__()
        self._groups = groups
        self.count = 0
        self._columns = QHBoxLayout(self)
        self._columns.setSpacing(MARGIN_PX + GAP_PX)
        self._columns.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        self._arrange(MOST_COLUMNS)

    def fit(self, width_px: int) -> None:
        """Has as many columns as fit side by side."""
        counts = range(MOST_COLUMNS, 1, -1)
        self._arrange(next((count for count in counts if self._needed_px(count) <= width_px), 1))

    def _needed_px(self, count: int) -> int:
        parts = _fair_parts(self._groups, count)
        widths = [max(group.minimumSizeHint().width() for group, _ in part) for part in parts]
        return sum(widths) + (count - 1) * self._columns.spacing() + 2 * MARGIN_PX

    def _arrange(self, count: int) -> None:
        if count == self.count:
            return
        self.count = count
        while (item := self._columns.takeAt(0)) is not None:
            if (column := item.layout()) is not None:
                while column.takeAt(0) is not None:
                    pass
                column.deleteLater()
        for part in _fair_parts(self._groups, count):
            column = QVBoxLayout()
            column.setSpacing(PADDING_PX)
            for group, _ in part:
                column.addWidget(group)
            column.addStretch(1)
            self._columns.addLayout(column, 1)


class ShortcutsSheet(QDialog):
    """All keys on one page."""

    def __init__(self, actions: Actions, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._settings = settings
        self._buttons: dict[str, KeyButton] = {}
        self.setObjectName("shortcutsSheet")
        self.setWindowTitle("Keyboard shortcuts")
        self._words = label(HELP, "caption", wrap=True)
        self._words.setObjectName("shortcutWords")
        reset = button("All keys as at first", "link")
        reset.setObjectName("resetShortcuts")
        reset.clicked.connect(self._reset_all)
        close = button("Close", "")
        close.setObjectName("closeShortcuts")
        close.clicked.connect(self.accept)
        self._page = page = ColumnsPage(self._groups())
        self._show_keys()  # so that the page knows how wide it is
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        area.setAccessibleName("Keyboard shortcuts")
        foot = QHBoxLayout()
        foot.setContentsMargins(MARGIN_PX, GAP_PX, PADDING_PX, GAP_PX)
        foot.addWidget(self._words, 1)
        foot.addWidget(reset)
        foot.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(line())
        outer.addLayout(foot)
        resize_on_screen(self, page.sizeHint().width() + PADDING_PX, min(page.sizeHint().height() + 60, TALLEST_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._page.fit(self.width() - self._area.verticalScrollBar().sizeHint().width())

    def _groups(self) -> list[Group]:
        groups: list[Group] = []
        for menu in Menu:
            specs = [spec for spec in TABLE if spec.menu is menu]
            rows = [self._row(spec) for spec in specs]
            groups.append((self._group(menu.value.replace("&", ""), rows), len(rows)))
        for name, keys in OTHER_KEYS:
            rows = [(label(words), label(native_words(key), "muted")) for words, key in keys]
            groups.append((self._group(name, rows), len(rows)))
        return groups

    def _row(self, spec: ActionSpec) -> tuple[QLabel, QWidget]:
        words = spec.text.rstrip("…")
        keys = self._buttons[spec.id] = KeyButton(spec.id, words)
        keys.pressed_keys.connect(self._choose)
        keys.reset_wanted.connect(self._reset)
        return label(words), keys

    @staticmethod
    def _group(name: str, rows: list[tuple[QLabel, QWidget]]) -> QWidget:
        group = QWidget()
        group.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid = QGridLayout(group)
        grid.setVerticalSpacing(4)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(label(name, "section"), 0, 0)
        for row, (words, keys) in enumerate(rows, 1):
            grid.addWidget(words, row, 0)
            grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        return group

    # ---------------------------------------------------------------- changing

    def _show_keys(self) -> None:
        for spec in TABLE:
            self._buttons[spec.id].show_keys(self._actions.shortcut(spec))

    def _say(self, words: str) -> None:
        """What came of a key, to be read and heard."""
        self._words.setText(words)
        announce(self, words)

    @Slot(str, str)
    def _choose(self, action: str, keys: str) -> None:
        """Takes other keys, or says whose they are."""
        holder, menu = self._actions.holder(keys, action), self._actions.menu_of(keys)
        reason = refusal(keys) or (f"it is the key of “{holder.text.rstrip('…')}”." if holder is not None else "")
        reason = reason or (f"it opens the menu “{menu}”." if menu else "")
        if reason:
            self._say(f"{native(keys)} was not taken: {reason} Nothing was changed.")
            return
        self._settings.choose_shortcut(action, keys)
        self._show_keys()
        self._say(f"{native(keys)} was taken.")

    @Slot(str)
    def _reset(self, action: str) -> None:
        first = next(spec.shortcut for spec in TABLE if spec.id == action)
        holder = self._actions.holder(first, action)
        if holder is not None:
            words = holder.text.rstrip("…")
            self._say(f"{native(first)} is the key of “{words}” now. Nothing was changed.")
            return
        self._settings.choose_shortcut(action, None)
        self._show_keys()
        self._words.setText(HELP)

    @Slot()
    def _reset_all(self) -> None:
        self._settings.update(shortcuts=())
        self._show_keys()
        self._say("All keys are as they were at first.")
