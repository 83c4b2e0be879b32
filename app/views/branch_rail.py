"""The branches of the open conversation in the sidebar: an indented tree; a click opens another branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.models.any_index import AnyIndex
from app.models.branches import BranchList, BranchRole
from app.models.list_role import ListRole
from app.theme import RADIUS_PX, ThemeController, caption_font, mixed
from app.views.labels import button
from app.views.library_view import LibraryView, LineDelegate

if TYPE_CHECKING:
    from app.views.icons import Icons

BRANCH_PX = 44
INDENT_PX = 16
DEEPEST = 5
FEWEST_ROWS, MOST_ROWS = 2, 4  # in a low window and in a high one
DOT_PX = 8.0


class BranchDelegate(LineDelegate):
    """A branch with the lines that lead to it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(80, BRANCH_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        rails: tuple[bool, ...] = tuple(index.data(BranchRole.RAILS))[-DEEPEST:]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, option, index)
        dot = QPointF(rect.left() + 15 + INDENT_PX * len(rails), rect.top() + 14)
        self._paint_rails(painter, rect, dot, rails)
        if index.data(BranchRole.HAS_FORKS) and len(rails) < DEEPEST:
            painter.drawLine(QPointF(dot.x(), dot.y() + DOT_PX / 2 + 2), QPointF(dot.x(), rect.bottom() + 1))
        self._paint_dot(painter, dot, index)
        words = QRect(round(dot.x()) + 12, rect.top() + 4, 0, rect.height() - 8)
        words.setRight(rect.right() - 8)
        self._paint_words(painter, words, option, index)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        if index.data(ListRole.IS_CURRENT):
            painter.setBrush(QColor(self._theme.accent_soft))
        elif selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(mixed(self._theme.window, self._theme.text, 0.06)))
        if selected and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(self._theme.accent))
        painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), RADIUS_PX, RADIUS_PX)

    def _paint_rails(self, painter: QPainter, rect: QRect, dot: QPointF, rails: tuple[bool, ...]) -> None:
        painter.setPen(QPen(QColor(mixed(self._theme.window, self._theme.text, 0.3)), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for level, goes_on in enumerate(rails):
            x = rect.left() + 15 + INDENT_PX * level
            if level == len(rails) - 1:
                elbow = QPainterPath(QPointF(x, rect.top()))
                elbow.lineTo(x, dot.y() - 6)
                elbow.quadTo(x, dot.y(), x + 6, dot.y())
                elbow.lineTo(dot.x() - DOT_PX / 2 - 2, dot.y())
                painter.drawPath(elbow)
            if goes_on:
                painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom() + 1))

    def _paint_dot(self, painter: QPainter, dot: QPointF, index: AnyIndex) -> None:
        on_path = bool(index.data(BranchRole.IS_ON_PATH))
        painter.setPen(QPen(QColor(self._theme.accent if on_path else self._theme.muted), 1.6))
        filled = QColor(self._theme.accent) if index.data(ListRole.IS_CURRENT) else QColor(self._theme.window)
        painter.setBrush(filled)
        painter.drawEllipse(QRectF(dot.x() - DOT_PX / 2, dot.y() - DOT_PX / 2, DOT_PX, DOT_PX))

    def _paint_words(self, painter: QPainter, place: QRect, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        font = option.font  # type: ignore[attr-defined]
        left = Qt.AlignmentFlag.AlignLeft
        for words, colour, high, used in (
            (index.data(), self._theme.text, Qt.AlignmentFlag.AlignTop, font),
            (index.data(ListRole.DETAIL), self._theme.muted, Qt.AlignmentFlag.AlignBottom, caption_font(font)),
        ):
            painter.setFont(used)
            painter.setPen(QColor(colour))
            elided = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, left | high, elided)


class BranchRail(QWidget):
    """The section of the sidebar; it is there while a branch leads to turns that are not shown.

    Signals:
        chosen(turn): the branch that ends at this turn shall be shown.
    """

    chosen = Signal(object)

    def __init__(
        self, branches: BranchList, themes: ThemeController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._branches = branches
        self._icons = icons
        self.setObjectName("branchSection")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._head = button("Branches", "section", "ph.caret-down", icons, "Show or hide the branches", "muted")
        self._head.setObjectName("branchToggle")
        self._head.setCheckable(True)
        self._head.setChecked(True)
        self.list = LibraryView(
            "branchRail", "Branches of this chat", "A second version of a turn begins a branch.", themes,
            BranchDelegate(themes),
        )  # fmt: skip
        self.list.setModel(branches)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._head)
        column.addWidget(self.list)
        self._head.toggled.connect(self._open)
        self.list.chosen.connect(self.chosen)
        branches.modelReset.connect(self._follow)
        branches.dataChanged.connect(self._follow)
        self._follow()

    @property
    def is_open(self) -> bool:
        """Whether the branches are shown under the heading."""
        return self._head.isChecked()

    @is_open.setter
    def is_open(self, opened: bool) -> None:
        self._head.setChecked(opened)

    @Slot(bool)
    def _open(self, opened: bool) -> None:
        self.list.setVisible(opened)
        self._icons.set(self._head, "ph.caret-down" if opened else "ph.caret-right", "muted")

    @Slot()
    def _follow(self) -> None:
        count = self._branches.rowCount()
        self.setVisible(self._branches.lead_elsewhere)
        self._head.setText(f"Branches ({count:,})")
        self._head.setAccessibleName(f"Branches of this chat: {count:,}")
        self.list.setMinimumHeight(BRANCH_PX * min(count, FEWEST_ROWS) + 4)
        self.list.setMaximumHeight(BRANCH_PX * min(count, MOST_ROWS) + 4)
        row = self._branches.current_row
        if row is not None:
            self.list.scrollTo(self._branches.index(row))

    def take_focus(self) -> None:
        """Opens the section and gives the keyboard to the open branch."""
        self._head.setChecked(True)
        row = self._branches.current_row
        self.list.setCurrentIndex(self._branches.index(row or 0))
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
