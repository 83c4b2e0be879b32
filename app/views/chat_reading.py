"""Chats that are read without being opened, each in a window of its own: also those of another model, which can go on
with the open one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.views.notices import Tone, headed
from app.views.reading_window import ReadingWindow
from app.views.window_layout import bring_to_front

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.models.workspace import Workspace
    from app.theme import ThemeController
    from app.views.main_window import MainWindow
    from app.views.open_dialogs import OpenDialogs


class ChatReading(QObject):
    """Asks for what was said, and shows it."""

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        themes: ThemeController,
        dialogs: OpenDialogs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._window = window
        self._themes = themes
        self._dialogs = dialogs
        port.conversation_refused.connect(self._on_refused)
        port.conversation_read.connect(self._on_read)
        window.sidebar.chats.read_requested.connect(self.read)
        window.sidebar.chats.go_on_requested.connect(self.go_on)

    @Slot(int)
    def read(self, number: int) -> None:
        """Shows a chat of the list in a window of its own."""
        if self._port.phase.is_busy:
            self._window.chat.composer.hint("This chat is shown when the model is ready.")
        self._port.read_conversation(number)

    @Slot(int)
    def go_on(self, number: int, *then: Callable[[], object]) -> None:
        """Writes a chat of another model into a new memory of the open one, as a new chat, and opens that.

        then: what else is done once it is under way. A chat whose own model is open by now is only opened.
        """
        if self._port.phase.is_busy:
            self._window.chat.composer.hint("This chat can go on when the model is ready.")
            return
        chats = self._workspace.chats
        if chats.line(number) is not None and not chats.is_of_another_model(number):
            way = partial(self._port.open_conversation, number)
        else:
            way = partial(self._port.carry_over, number, self._workspace.settings.preferences.memory_seed)
        self._window.losses.leave(way, self._window.chat.composer.edit.setFocus, *then)

    @Slot(int, str, str)
    def _on_refused(self, number: int, title: str, message: str) -> None:
        self._window.chat.notices.add(
            headed(title, message), Tone.ERROR, action="Read it", run=partial(self.read, number), key=title
        )

    @Slot(int, str, str)
    def _on_read(self, number: int, title: str, page: str) -> None:
        can_go_on = self._workspace.chats.is_of_another_model(number)
        # without a parent, or a dialog of the window would block it
        shown = ReadingWindow(title, page, self._themes, can_go_on=can_go_on)
        shown.go_on_asked.connect(partial(self._go_on_from, shown, number))
        self._window.closing.connect(shown.close)
        self._dialogs.keep(f"read {number}", shown)
        bring_to_front(shown)

    def _go_on_from(self, shown: ReadingWindow, number: int) -> None:
        """What comes of it is seen in the window of the program; the page stays while nothing does."""
        bring_to_front(self._window)
        self.go_on(number, shown.close)
