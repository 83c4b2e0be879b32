"""Sends a message while the past is shown: it follows the turn that is shown, in a branch of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.engine.commands import AskAfter
from app.models.memory_names import INITIAL
from app.views.notices import Tone

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.models.workspace import Workspace
    from app.views.branch_notices import BranchNotices
    from app.views.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message was written: at the newest turn, or after `turn` (None: the initial memory; 0: not stored)."""

    text: str
    is_now: bool
    turn: int | None
    words: str


class PastCommands(QObject):
    """Knows where a message was written, also where it had to wait."""

    def __init__(
        self, port: EnginePort, workspace: Workspace, window: MainWindow, notices: BranchNotices, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._chat = window.chat
        self._notices = notices
        self._waiting: Place | None = None
        workspace.outbox.queue_changed.connect(self._on_queued)
        workspace.outbox.returned.connect(self._on_returned)

    @property
    def cursor_id(self) -> int | None:
        """The id of the turn that is looked at; None: the initial memory; 0: it is not stored."""
        cursor, conversation = self._workspace.history.cursor, self._workspace.conversation
        if cursor == INITIAL:
            return None
        row = conversation.row_of_turn(cursor)
        return conversation.exchanges[row // 2].id if row is not None else 0

    def ask(self, text: str) -> bool:
        """Sends a message from the turn that was looked at when it was written, if that was not the newest.

        False where it shall simply be the next one.
        """
        waited, self._waiting = self._waiting, None
        place = waited if waited is not None and waited.text == text else self._place(text)
        if place.is_now:
            return False
        if place.turn == 0:
            self._give_back(text)
        else:
            sampling = self._workspace.settings.preferences.sampling
            words = f"This message continues from {place.words} in a new branch; later turns keep theirs."
            self._notices.announce(AskAfter(place.turn, text, sampling), words)
            self._port.ask_after(place.turn, text, sampling)
        return True

    def _give_back(self, text: str) -> None:
        self._workspace.outbox.refused()
        composer = self._chat.composer
        QTimer.singleShot(0, composer, partial(composer.give_back, text))  # once the field has been emptied
        words = "This turn could not be saved, so nothing can follow it. Your message was not sent."
        self._chat.notices.add(words, Tone.WARNING, key="rejected")

    def _place(self, text: str) -> Place:
        history = self._workspace.history
        return Place(text, history.is_at_end, self.cursor_id, history.full_name_of(history.cursor))

    @Slot(str)
    def _on_queued(self, text: str) -> None:
        """A message that waits goes to where it was written, whatever is looked at when its turn comes."""
        if text:
            self._waiting = self._place(text)

    @Slot(str)
    def _on_returned(self, _text: str) -> None:
        """A message that came back goes to where it is sent from the next time."""
        self._waiting = None
