"""A chat that was chosen from a search opens where the words stand, or says that another branch has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.models.short_text import one_line
from app.models.text_finder import newest_place

if TYPE_CHECKING:
    from app.models.workspace import Workspace
    from app.views.main_window import MainWindow

ELSEWHERE = "found elsewhere"
"""The key of the notice."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: a chat, what was searched for, and whether a turn has it or only the title."""

    number: int
    text: str
    is_in_turn: bool


class FoundChat(QObject):
    """Remembers what was chosen until it is open. Made before whatever opens the chat hears of the choice."""

    def __init__(self, workspace: Workspace, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._window = window
        self._choice: Choice | None = None
        self._shown = ""  # the words that the bar was opened with
        self._soon = QTimer(self)  # a singleShot that calls a slot would come before what the transcript waits for
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._show)
        window.sidebar.chat_chosen.connect(self._on_chosen)
        workspace.history.started.connect(self._on_started)

    @Slot(object)
    def _on_chosen(self, number: int) -> None:
        chats = self._workspace.chats
        self._choice = Choice(number, chats.search, bool(chats.snippet(number))) if chats.search else None
        if self._choice is not None and number == self._workspace.conversation.id:  # nothing opens
            self._soon.start()

    @Slot()
    def _on_started(self) -> None:
        """Another chat is open; the transcript may still be on its way to the end, and the words come after that."""
        self._window.chat.notices.dismiss(ELSEWHERE)
        if self._choice is not None and self._choice.number != self._workspace.conversation.id:
            self._choice = None
        self._soon.start()

    @Slot()
    def _show(self) -> None:
        choice, self._choice = self._choice, None
        conversation, bar = self._workspace.conversation, self._window.chat.find_bar
        turns = [(exchange.query, exchange.answer) for exchange in conversation.exchanges]
        place = newest_place(choice.text, turns) if choice is not None else None
        if place is not None:
            self._shown = place.words
            bar.show_words(place.words, place.row)
        elif self._shown:
            bar.put_away(self._shown)  # it came by itself, with a chat that was left
            self._shown = ""
        if place is None and choice is not None and choice.is_in_turn:
            words = f"“{one_line(choice.text)}” stands in another branch of this chat. The sidebar lists its branches."
            self._window.chat.notices.add(words, key=ELSEWHERE)
