"""What lies over the transcript: the tools of the message that is pointed at, its menu, and the editor of a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton

from app.models.conversation import Conversation, MessageRole
from app.theme import MARGIN_PX
from app.views.chat.message_tools import ANSWER_MENU, COPY, QUERY_MENU, MessageTools, Reasons, add_verbs
from app.views.chat.turn_editor import TurnEditor

if TYPE_CHECKING:
    from app.views.chat.transcript_view import TranscriptView
    from app.views.icons import Icons

EDITOR_X_PX, EDITOR_Y_PX = 8, 12


def _nothing(_row: int) -> Reasons:
    return {}


class MessageOverlay(QObject):
    """Keeps tools and editor at their message while it moves.

    refusals_of(row): why verbs cannot be done with a message; set by the owner, which runs the verbs.

    Signals:
        asked(verb, row): something shall be done with the message in a row.
        edit_accepted(id, is_query, text): the turn with this id shall have another question or answer.
    """

    asked = Signal(str, int)
    edit_accepted = Signal(int, bool, str)

    def __init__(self, view: TranscriptView, conversation: Conversation, icons: Icons) -> None:
        super().__init__(view)
        self._view = view
        self._conversation = conversation
        self._icons = icons
        self._editor_row = -1
        self.refusals_of: Callable[[int], Reasons] = _nothing
        self.tools = MessageTools(icons, view.viewport())
        self.editor = TurnEditor(icons, view.viewport())
        self.tools.asked.connect(self._do)
        self.editor.accepted.connect(self.edit_accepted)
        self.editor.closed.connect(self._end_edit)
        self.editor.resized.connect(self._fit_editor)
        view.arranged.connect(self._place)
        view.pointed.connect(self._point)
        view.menu_asked.connect(self._show_menu)
        for watched in (view.viewport(), *self.tools.findChildren(QPushButton)):
            watched.installEventFilter(self)
        conversation.rowsAboutToBeRemoved.connect(self._on_rows_gone)
        conversation.modelAboutToBeReset.connect(self._on_reset)

    # ---------------------------------------------------------------- tools

    @Slot(int)
    def _point(self, row: int) -> None:
        """Shows the tools of a message; -1 takes them away."""
        index = self._conversation.index(row)
        state = index.data(MessageRole.STATUS) if row >= 0 else None
        if state is None or row == self._editor_row:
            self.tools.leave()
        else:
            self.tools.show_for(row, index.data(MessageRole.SENDER) == "you", self.refusals_of(row))
            self._place_tools()

    @Slot()
    def refresh(self) -> None:
        """What can be done may be something else now."""
        row = self.tools.row if self.tools.row >= 0 else self._view.pointed_row
        if row >= 0:
            self._point(row)

    @Slot()
    def _place(self) -> None:
        if self.tools.row >= 0:
            self._place_tools()
        if self._editor_row >= 0:
            self._place_editor()

    def _place_tools(self) -> None:
        row = self.tools.row
        if row >= self._conversation.rowCount():
            self.tools.leave()
        elif row % 2:
            place = self._view.place_of(row)
            foot = self._view.foot_of(row).bottom
            self.tools.place_under(QPoint(place.left(), place.top() + round(foot)))
        else:
            self.tools.place_beside(self._view.bubble_of(row))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The tools go with the mouse or the keyboard that called them; a lower view has room for fewer lines."""
        if event.type() is QEvent.Type.Resize and watched is self._view.viewport() and self._editor_row >= 0:
            self._limit_editor()
            QTimer.singleShot(0, self, self._show_editor)  # when the rows have their places
        left = event.type() in (QEvent.Type.Leave, QEvent.Type.FocusOut)
        if left and not self.tools.has_keyboard and not self._view.viewport().underMouse():
            self._view.point_at_current()
        return False

    @Slot(str, int)
    def _do(self, verb: str, row: int) -> None:
        if verb == COPY.name:
            QGuiApplication.clipboard().setText(self._conversation.index(row).data())
        else:
            self.asked.emit(verb, row)

    @Slot(int, QPoint)
    def _show_menu(self, row: int, at: QPoint) -> None:
        """The menu of the transcript, with what can be done with the message it was asked for."""
        view, index = self._view, self._conversation.index(row)
        menu = QMenu(view)
        chosen = menu.addAction("Copy selected text", view.copy)
        chosen.setEnabled(bool(view.selected_text))
        message = menu.addAction(COPY.words, lambda: self._do(COPY.name, row))
        message.setEnabled(bool(index.data()))
        menu.addAction("Select all", view.select_all)
        if index.data(MessageRole.STATUS) is not None:
            menu.addSeparator()
            verbs = ANSWER_MENU if row % 2 else QUERY_MENU
            add_verbs(menu, verbs, self.refusals_of(row), lambda verb: self._do(verb, row), self._icons)
        turn = index.data(MessageRole.TURN) if row >= 0 else None
        if turn is not None:
            menu.addSeparator()
            menu.addAction("Show the memory after this turn", lambda: view.turn_activated.emit(turn))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    # ---------------------------------------------------------------- editing

    @property
    def edited_row(self) -> int:
        """The message that is being edited, -1 for none."""
        return self._editor_row

    @property
    def editor_px(self) -> int:
        """How high the view has to be for an editor of one line."""
        return self.editor.least_px + EDITOR_Y_PX + MARGIN_PX

    def begin_edit(self, row: int) -> None:
        """Lets the user edit the question or the answer in a row, in its place."""
        index = self._conversation.index(row)
        self.editor.cancel()
        self._editor_row = row
        self._leave()
        self.editor.begin(index.data(MessageRole.TURN_ID), row % 2 == 0, index.data())
        self._fit_editor()
        self._view.scrollTo(index)

    @Slot()
    def _fit_editor(self) -> None:
        if self._editor_row >= 0:
            self._limit_editor()
            high = self.editor.sizeHint().height()
            self._view.make_room(self._editor_row, high + EDITOR_Y_PX)
            self._place_editor()
            self._show_editor()

    @Slot()
    def _show_editor(self) -> None:
        """While something is typed there, all of it is seen, its buttons too."""
        if self._editor_row >= 0 and self.editor.edit.hasFocus():
            self._view.scrollTo(self._conversation.index(self._editor_row))

    def _limit_editor(self) -> None:
        """All of it is to be seen at once."""
        wide_px = self._view.place_of(self._editor_row).width() + 2 * EDITOR_X_PX
        self.editor.fit(wide_px, self._view.viewport().height() - EDITOR_Y_PX - MARGIN_PX)

    def _place_editor(self) -> None:
        place = self._view.place_of(self._editor_row)
        self.editor.setGeometry(
            place.left() - EDITOR_X_PX,
            place.top() + EDITOR_Y_PX,
            place.width() + 2 * EDITOR_X_PX,
            self.editor.sizeHint().height(),
        )

    @Slot()
    def _end_edit(self) -> None:
        """Takes over the keyboard from the editor; where it is elsewhere, it stays there."""
        row, self._editor_row = self._editor_row, -1
        self._view.make_room(-1, 0)
        if row >= 0:
            self._view.focus_on(row)
        focus = self._view.window().focusWidget()
        if focus is not None and self.editor.isAncestorOf(focus):
            self._view.setFocus()

    @Slot(QModelIndex, int, int)
    def _on_rows_gone(self, _parent: QModelIndex, first: int, _last: int) -> None:
        if self._editor_row >= first:
            self._editor_row = -1  # it goes: nothing can go on from there
            self.editor.cancel()
        if self.tools.row >= first:
            self._leave()

    @Slot()
    def _on_reset(self) -> None:
        self._editor_row = -1
        self.editor.cancel()
        self._leave()

    def _leave(self) -> None:
        self.tools.leave()
        self._view.point_at_nothing()
