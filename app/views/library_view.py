"""A list of the sidebar: lines of a title and a muted line under it, in groups with headings."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QMetaMethod,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.models.any_index import AnyIndex
from app.models.chats import ChatRole
from app.models.list_role import ListRole
from app.theme import RADIUS_PX, Theme, ThemeController, caption_font, mixed
from app.views.text_keys import deletes
from app.views.tooltips import plain_tooltip

LINE_PX = 50
HEADING_PX = 28
HEADING_INDENT_PX = 12
PLAIN, WITH_HEADING = QSize(80, LINE_PX), QSize(80, LINE_PX + HEADING_PX)


class LineDelegate(QStyledItemDelegate):
    """A title and a muted line under it, and above the first line of a group its heading."""

    def __init__(self, themes: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = themes.theme
        themes.changed.connect(self._recolour)

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return WITH_HEADING if self.has_heading(index) else PLAIN

    def has_heading(self, index: AnyIndex) -> bool:
        """Whether a group begins with this row; asked for every row whenever the list changes, so it must be quick."""
        return False

    def line_of(self, rect: QRect, index: AnyIndex) -> QRect:
        """The part of a row without its heading."""
        return rect.adjusted(0, HEADING_PX if self.has_heading(index) else 0, 0, 0)

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        """Fills the field of a title once: what is typed there stays, whatever the line says by then."""
        if not isinstance(editor, QLineEdit) or not (editor.isModified() or editor.text() == index.data()):
            super().setEditorData(editor, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        editor.setGeometry(self.line_of(option.rect, index).adjusted(2, 6, -2, -6))  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        rect = self.line_of(option.rect, index)  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        self._paint_heading(painter, rect, index.data(ChatRole.HEADING), option.font)  # type: ignore[attr-defined]
        current = bool(index.data(ListRole.IS_CURRENT))
        place = rect.adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        if current:
            painter.setBrush(QColor(self._theme.accent_soft))
        elif selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(mixed(self._theme.window, self._theme.text, 0.06)))
        if focused:
            painter.setPen(QColor(self._theme.accent))
        painter.drawRoundedRect(place, RADIUS_PX, RADIUS_PX)
        inner = place.adjusted(10, 6, -8, -6)
        font = option.font  # type: ignore[attr-defined]
        painter.setFont(font)
        painter.setPen(QColor(self._theme.text))
        title = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(caption_font(font))
        painter.setPen(QColor(self._theme.muted))
        detail = painter.fontMetrics().elidedText(
            index.data(ListRole.DETAIL), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, detail)
        painter.restore()

    def _paint_heading(self, painter: QPainter, line: QRect, heading: str | None, font: QFont) -> None:
        if heading:
            painter.save()
            painter.setFont(caption_font(font))
            painter.setPen(QColor(self._theme.muted))
            place = QRect(line.left() + HEADING_INDENT_PX, line.top() - HEADING_PX, line.width() - 20, HEADING_PX - 3)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, heading)
            painter.restore()

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: AnyIndex
    ) -> bool:
        words = index.data(Qt.ItemDataRole.AccessibleTextRole) if index.isValid() else None
        more = index.data(Qt.ItemDataRole.AccessibleDescriptionRole) if index.isValid() else None
        QToolTip.showText(event.globalPos(), plain_tooltip("\n".join(part for part in (words, more) if part)), view)
        return True


class LibraryView(QListView):
    """One of the two lists; says what will appear in it while it is empty.

    Signals:
        chosen(key): a line was clicked or Enter pressed on it.
        delete_requested(key): Delete was pressed on a line.
        rename_requested(key): F2 was pressed on a line; where it is not connected, F2 is left to the window.
    """

    chosen = Signal(object)
    delete_requested = Signal(object)
    rename_requested = Signal(object)

    def __init__(
        self, object_name: str, name: str, empty: str, themes: ThemeController, delegate: LineDelegate | None = None
    ) -> None:
        super().__init__()
        self._empty = empty
        self._line: tuple[object, int] | None = None  # the key and the row of the current line before a reset
        self._theme: Theme = themes.theme
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.setAccessibleDescription(empty)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._delegate = delegate or LineDelegate(themes)
        self._delegate.setParent(self)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.clicked.connect(self._choose)
        themes.changed.connect(self._recolour)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            model.modelAboutToBeReset.connect(self._keep_line)
            model.modelReset.connect(self._go_on)  # after the view itself, which lets go of the line then

    @Slot()
    def _keep_line(self) -> None:
        index = self.currentIndex()
        self._line = (index.data(ListRole.KEY), index.row()) if index.isValid() else None

    @Slot()
    def _go_on(self) -> None:
        """The lines are others, or stand in another order: the current one is the same as before.

        Where it has gone from under the keyboard, the line in its place is the current one.
        """
        if self._line is None:
            return
        key, former_row = self._line
        lines = [self.model().index(row, 0) for row in range(self.model().rowCount())]
        same = next((index for index in lines if index.data(ListRole.KEY) == key), None)
        has_keyboard = self.hasFocus()
        if same is None and not (has_keyboard and lines):
            return
        self.setAutoScroll(has_keyboard)  # whoever reads elsewhere in the list stays there
        self.setCurrentIndex(same if same is not None else lines[min(former_row, len(lines) - 1)])
        self.setAutoScroll(True)

    def show_empty_words(self, words: str) -> None:
        """Says `words` while there is no line."""
        self._empty = words
        self.setAccessibleDescription(words)
        self.viewport().update()

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The line at `point`; a heading belongs to none."""
        index = super().indexAt(point)
        inside = index.isValid() and self._delegate.line_of(self.visualRect(index), index).contains(point)
        return index if inside else QModelIndex()

    @property
    def title_field(self) -> QLineEdit | None:
        """The field in which the title of the current line is being typed; None while none is."""
        field = self.indexWidget(self.currentIndex())
        return field if isinstance(field, QLineEdit) else None

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(ListRole.KEY))

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._renames(event):
            event.accept()  # the line with the keyboard, not the chat that is open
            return True
        return super().event(event)

    def _renames(self, event: QKeyEvent) -> bool:
        is_f2 = event.key() == Qt.Key.Key_F2 and event.modifiers() == Qt.KeyboardModifier.NoModifier
        is_heard = self.isSignalConnected(QMetaMethod.fromSignal(self.rename_requested))
        return is_f2 and is_heard and self.currentIndex().isValid()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.indexAt(event.position().toPoint()).isValid():
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if self.state() is QAbstractItemView.State.EditingState or not index.isValid():
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(index)
        elif deletes(event):
            self.delete_requested.emit(index.data(ListRole.KEY))
        elif self._renames(event):
            self.rename_requested.emit(index.data(ListRole.KEY))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and not self.currentIndex().isValid():  # otherwise the current line shows the focus
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.accent))
            painter.drawRoundedRect(self.viewport().rect().adjusted(0, 0, -1, -1), RADIUS_PX, RADIUS_PX)
            painter.end()
        if self.model() is not None and self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setFont(caption_font(self.font()))
            painter.setPen(QColor(self._theme.muted))
            place = self.viewport().rect().adjusted(12, 4, -12, -4)
            painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, self._empty)
