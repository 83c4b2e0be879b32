"""The middle of the window: the conversation, what to know about it, and the composer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.models.phase import Phase
from app.theme import GAP_PX, ThemeController
from app.views.chat.composer import KEPT, SENT_LATER, Composer
from app.views.chat.find_bar import FindBar
from app.views.chat.foot import ChatFoot
from app.views.chat.message_overlay import MessageOverlay
from app.views.chat.past_banner import PastBanner
from app.views.chat.transcript_view import TranscriptView
from app.views.labels import button
from app.views.notices import Notices
from app.views.pages import ModelMissing, Welcome
from app.views.spoken import ASSERTIVE, announce

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.actions.table import Actions
    from app.models.workspace import Workspace
    from app.views.icons import Icons

COLUMN_OVERHANG_PX = 16
PAGES_PX = 40  # what stays of the conversation below which nothing takes its room
READABLE_PX = 120  # what a long message and notices leave of it


class Chat(QWidget):
    """The centre of the window.

    Signals:
        example_chosen(text): an example message was clicked.
    """

    example_chosen = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        actions: Actions,
        themes: ThemeController,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._phase = Phase.LOADING
        self.setObjectName("centre")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.banner = PastBanner(actions)
        self.transcript = TranscriptView(workspace.conversation, themes)
        self.transcript.name_keys_of(actions["previous_version"], actions["next_version"])
        self.overlay = MessageOverlay(self.transcript, workspace.conversation, icons)
        self.composer = Composer(workspace.outbox, workspace.settings, actions, icons)
        self.find_bar = FindBar(self.transcript, workspace.conversation, icons, self.composer.edit)
        self.welcome = Welcome(icons)
        self.model_missing = ModelMissing(actions, icons)
        self.notices = Notices(icons)
        self.notices.setFocusProxy(self.composer.edit)
        self.jump = button("Jump to latest", "chip", "ph.arrow-down", icons)
        self.jump.setObjectName("jumpToLatest")
        self.jump.setParent(self.transcript)
        self.jump.hide()
        self._pages = QStackedWidget()
        self._pages.setObjectName("pages")
        self._pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # notices may take its room
        for page in (self.welcome, self.transcript, self.model_missing):
            self._pages.addWidget(page)
        self._foot = ChatFoot(self.notices, self.banner, self.composer)
        self._arrange()
        self._connect()
        self._show_page()

    def _arrange(self) -> None:
        centred = QHBoxLayout()
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addWidget(self._foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.find_bar)
        column.addWidget(self._pages, 1)
        column.addLayout(centred)
        self._centred = centred

    def _connect(self) -> None:
        conversation, history = self._workspace.conversation, self._workspace.history
        conversation.rowsInserted.connect(self._show_page)
        conversation.path_changed.connect(self._show_page)  # not rowsRemoved: the turns of another path come next
        conversation.modelReset.connect(self._show_page)
        history.cursor_changed.connect(self._show_cursor)
        history.reset.connect(self._show_cursor)
        self.transcript.turn_activated.connect(history.show_turn)
        for changed in (self.transcript.following_changed, self.transcript.arranged):
            changed.connect(self._show_jump)
        self.jump.clicked.connect(self.transcript.jump_to_latest)
        self.welcome.example_chosen.connect(self.example_chosen)
        self.composer.submitted.connect(self.transcript.jump_to_latest)
        self.find_bar.toggled.connect(self._fit_foot)
        for watched in (self.transcript, self.overlay.editor):
            watched.installEventFilter(self)

    def show_phase(self, phase: Phase) -> None:
        self._phase = phase
        is_another_opened = phase in (Phase.LOADING, Phase.OPENING) and self._workspace.conversation.id is not None
        self.composer.show_phase(phase, KEPT if is_another_opened else SENT_LATER)  # a message stays with its chat
        self._show_page()

    def show_model_missing(self, reason: str) -> None:
        self.model_missing.show_reason(reason)
        self._show_page()
        announce(self.model_missing, reason, ASSERTIVE)

    @Slot()
    def _show_page(self) -> None:
        if not self._workspace.conversation.is_empty:
            page: QWidget = self.transcript
        elif self._phase is Phase.NO_MODEL:
            page = self.model_missing
        elif self._phase is Phase.READING and self._pages.currentWidget() is self.transcript:
            page = self.transcript  # another version of the first turn begins: the keyboard stays where it was
        else:
            page = self.welcome
            origin = self._workspace.conversation.origin
            self.welcome.show_origin(f"This chat started from {origin}." if origin else "")
        focus = self.window().focusWidget()
        if page is not self._pages.currentWidget() and focus is not None and self._pages.isAncestorOf(focus):
            self.composer.edit.setFocus()  # or Qt gives the keyboard to the first button of the page: Space clicks it
        self._pages.setCurrentWidget(page)

    @Slot()
    def _show_cursor(self) -> None:
        history = self._workspace.history
        was_past = not self.banner.isHidden()
        self.banner.show_memory(history.full_name_of(history.cursor), history.is_at_end)
        self.composer.show_past(not history.is_at_end)
        if was_past and history.is_at_end:
            QTimer.singleShot(0, self.transcript, self.transcript.jump_to_latest)
        row = self._workspace.conversation.row_of_turn(history.cursor)
        self.transcript.view_past(row, not history.is_at_end)
        if row is not None and not history.is_at_end:
            QTimer.singleShot(
                0, self.transcript, partial(self.transcript.show_turn_rows, row)
            )  # after the banner's layout

    @Slot()
    def _show_jump(self) -> None:
        """Not while a message is edited: in a low window it would cover its buttons."""
        is_away = not self.transcript.is_following and not self.transcript.is_at_end
        self.jump.setVisible(is_away and self.overlay.editor.isHidden())
        self._place_jump()

    def _place_jump(self) -> None:
        size = self.jump.sizeHint()
        x = (self.transcript.width() - size.width()) // 2
        self.jump.setGeometry(x, self.transcript.height() - size.height() - 12, size.width(), size.height())
        self.jump.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.transcript and event.type() is QEvent.Type.Resize:
            self._place_jump()
        elif watched is self.overlay.editor and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._foot.make_way(self.overlay.editor_px if event.type() is QEvent.Type.ShowToParent else 0)
            self._show_jump()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        column = self.transcript.column_width_in(self.width()) + 2 * COLUMN_OVERHANG_PX
        margin = max(GAP_PX, (self.width() - column) // 2)
        self._centred.setContentsMargins(margin, 0, margin, 0)
        self._fit_foot()

    @Slot()
    def _fit_foot(self) -> None:
        """Notices and a long message leave some of the conversation."""
        room = self.height() - (0 if self.find_bar.isHidden() else self.find_bar.sizeHint().height())
        self._foot.fit(room, PAGES_PX, READABLE_PX)

    def minimumSizeHint(self) -> QSize:
        """As low as with one line of a message: what comes and goes takes no room from the timeline. As narrow as the
        foot may be, whose margins centre it in the present width."""
        least_px = max(self._foot.minimumSizeHint().width() + 2 * GAP_PX, self._pages.minimumSizeHint().width())
        return QSize(least_px, PAGES_PX + self._foot.least_px)
