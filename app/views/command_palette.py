"""The command palette: type a part of an action's name, Enter does it. What cannot be done says why."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.actions.table import TABLE, Actions
from app.models.action_search import ActionSearch, Entry, EntryRole
from app.models.any_index import AnyIndex
from app.theme import GAP_PX, RADIUS_PX, Theme, ThemeController, caption_font
from app.views.spoken import announce
from app.views.window_layout import resize_on_screen

PALETTE_PX = 560
LINE_PX = 34
REASON_LINE_PX = 50
MOST_PX = 380
KEYS_PX = 150


def entries(actions: Actions) -> tuple[Entry, ...]:
    """Every action but the palette itself."""
    native = QKeySequence.SequenceFormat.NativeText
    return tuple(
        Entry(
            spec.id,
            spec.text.rstrip("…"),
            spec.menu.value.replace("&", ""),
            QKeySequence(actions.shortcut(spec)).toString(native),
            actions.reason(spec.id),
            spec.also,
            spec.tooltip,
        )
        for spec in TABLE
        if spec.id != "palette"
    )


class EntryDelegate(QStyledItemDelegate):
    """Words, menu and keys in a line; the reason under it where it cannot be done."""

    def __init__(self, themes: ThemeController, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme: Theme = themes.theme
        themes.changed.connect(self._recolour)

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(80, REASON_LINE_PX if index.data(EntryRole.REASON) else LINE_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        font: QFont = option.font  # type: ignore[attr-defined]
        theme, reason = self._theme, index.data(EntryRole.REASON)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), RADIUS_PX, RADIUS_PX)
        line = QRect(rect.left() + 12, rect.top() + 1, rect.width() - 24, LINE_PX - 2)
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font)
        painter.setPen(QColor(theme.muted if reason else theme.text))
        words = index.data()
        painter.drawText(line.adjusted(0, 0, -KEYS_PX, 0), Qt.AlignmentFlag.AlignLeft | centre, words)
        used = painter.fontMetrics().horizontalAdvance(words)
        painter.setFont(caption_font(font))
        painter.setPen(QColor(theme.muted))
        menu = line.adjusted(used + 10, 0, -KEYS_PX, 0)
        painter.drawText(menu, Qt.AlignmentFlag.AlignLeft | centre, index.data(EntryRole.MENU))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | centre, index.data(EntryRole.KEYS))
        if reason:
            below = QRect(line.left(), line.bottom() - 5, line.width(), REASON_LINE_PX - LINE_PX)
            elided = painter.fontMetrics().elidedText(reason, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, elided)
        painter.restore()


class CommandPalette(QDialog):
    """A field and the actions that fit.

    Signals:
        chosen(action): the id of the action that shall be done.
    """

    chosen = Signal(str)

    def __init__(self, actions: Actions, themes: ThemeController, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("commandPalette")
        self.setWindowTitle("Command palette")
        self._actions = actions
        self._search = ActionSearch(entries(actions), self)
        self._changed = QTimer(self)  # one change of the engine's phase changes many actions
        self._changed.setSingleShot(True)
        self._changed.setInterval(0)
        self._changed.timeout.connect(self._update)
        for spec in TABLE:
            actions[spec.id].changed.connect(self._changed.start)
        self.field = QLineEdit()
        self.field.setObjectName("paletteField")
        self.field.setAccessibleName("Name of an action")
        self.field.setPlaceholderText("What do you want to do?")
        self.field.installEventFilter(self)
        self.list = QListView()
        self.list.setObjectName("paletteList")
        self.list.setAccessibleName("Actions")
        self.list.setModel(self._search)
        self.list.setItemDelegate(EntryDelegate(themes, self.list))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(self._choose)
        self.list.installEventFilter(self)
        self.list.selectionModel().currentChanged.connect(self._say)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_PX, GAP_PX, GAP_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._find)
        resize_on_screen(self, min(PALETTE_PX, max(320, parent.width() - 40)), MOST_PX)
        self._find("")

    @Slot()
    def _update(self) -> None:
        """What can be done is something else now."""
        self._search.update(entries(self._actions))

    @Slot(str)
    def _find(self, words: str) -> None:
        self._search.search(words)
        self.list.setCurrentIndex(self._search.index(0))

    @Slot(QModelIndex)
    def _say(self, index: QModelIndex) -> None:
        """A list that follows another's keys is silent by itself."""
        if index.isValid() and self.field.hasFocus():
            announce(self.list, index.data(Qt.ItemDataRole.AccessibleTextRole))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        """An action that cannot be done keeps the palette open: its line says why."""
        if index.isValid() and not index.data(EntryRole.REASON):
            self.accept()
            self.chosen.emit(index.data(EntryRole.ID))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        last = self._search.rowCount() - 1
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
        if watched is self.field and event.key() in steps and last >= 0:
            row = self.list.currentIndex().row() + steps[Qt.Key(event.key())]
            self.list.setCurrentIndex(self._search.index(max(0, min(last, row))))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        else:
            return False
        return True
