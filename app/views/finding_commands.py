"""Ways to get somewhere: search, find, the branches, and the palette of all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.views.command_palette import CommandPalette
from app.views.found_chat import FoundChat

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.models.workspace import Workspace
    from app.theme import ThemeController
    from app.views.main_window import MainWindow


class FindingCommands(QObject):
    """Runs the actions that lead somewhere."""

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        themes: ThemeController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._window = window
        self._themes = themes
        self._chosen = ""
        self._found = FoundChat(workspace, window, self)
        window.sidebar.chats.search_requested.connect(self._search)
        window.sidebar.chats.left.connect(self._write)

    def search_chats(self) -> None:
        self._window.sidebar_dock.show()
        self._window.sidebar.chats.search()

    @Slot(str)
    def _search(self, text: str) -> None:
        if self._port.phase.is_busy:
            self._window.chat.composer.hint("The chats are searched when the model is ready.")
        self._port.search_conversations(text)

    @Slot()
    def _write(self) -> None:
        self._window.chat.composer.edit.setFocus()

    def find_in_chat(self) -> None:
        self._window.chat.find_bar.open_bar()

    def find_next(self, step: int) -> None:
        bar = self._window.chat.find_bar
        if bar.isHidden():
            bar.open_bar()
        else:
            bar.go(step)

    def show_branches(self) -> None:
        self._window.sidebar_dock.show()
        self._window.sidebar.branches.take_focus()

    def show_palette(self) -> None:
        palette = CommandPalette(self._window.known_actions, self._themes, self._window)
        palette.chosen.connect(self._run)
        palette.finished.connect(palette.deleteLater)
        palette.open()
        palette.field.setFocus()

    @Slot(str)
    def _run(self, action: str) -> None:
        """Runs the action once the palette has gone, so that the keyboard is where it was."""
        self._chosen = action
        QTimer.singleShot(0, self, self._run_chosen)

    @Slot()
    def _run_chosen(self) -> None:
        self._window.known_actions[self._chosen].trigger()
