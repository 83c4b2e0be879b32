"""Chats that are read without being opened, each in a window of its own: also those of another model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog

from app.views.notices import Tone
from app.views.reading_window import ReadingWindow
from app.views.window_layout import bring_to_front

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.theme import ThemeController
    from app.views.main_window import MainWindow


class ChatReading(QObject):
    """Asks for what was said, and shows it.

    keep(name, dialog): takes care of a dialog, one of a name at a time.
    """

    def __init__(
        self,
        port: EnginePort,
        window: MainWindow,
        themes: ThemeController,
        keep: Callable[[str, QDialog], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._window = window
        self._themes = themes
        self._keep = keep
        port.conversation_refused.connect(self._on_refused)
        port.conversation_read.connect(self._on_read)
        window.sidebar.chats.read_requested.connect(self.read)

    @Slot(int)
    def read(self, number: int) -> None:
        """Shows a chat of the list in a window of its own."""
        if self._port.phase.is_busy:
            self._window.chat.composer.hint("This chat is shown when the model is ready.")
        self._port.read_conversation(number)

    @Slot(int, str, str)
    def _on_refused(self, number: int, title: str, message: str) -> None:
        self._window.chat.notices.add(
            f"{title}: {message}", Tone.ERROR, action="Read it", run=partial(self.read, number), key=title
        )

    @Slot(int, str, str)
    def _on_read(self, number: int, title: str, page: str) -> None:
        shown = ReadingWindow(title, page, self._themes)  # without a parent, or a dialog of the window would block it
        self._window.closing.connect(shown.close)
        self._keep(f"read {number}", shown)
        bring_to_front(shown)
