"""The chats that were deleted since the start, so that each can be had back, also when its notice has gone.

It knows them from the list of chats alone: what leaves the list is deleted, what comes back is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from app.actions import Actions
    from app.engine.messages import ConversationSummary
    from app.engine.port import EnginePort

REASON = "No chat was deleted since the start."


class DeletedChats(QObject):
    """Enables the action that brings back a chat while there is one to bring back."""

    def __init__(self, port: EnginePort, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._listed: dict[int, str] = {}
        self._deleted: dict[int, str] = {}
        port.conversations_changed.connect(self._on_listed)
        self._update_action()

    @property
    def newest(self) -> tuple[int, str] | None:
        """Id and title of the chat that was deleted last and is not back; None where there is none."""
        return next(reversed(self._deleted.items()), None)

    @Slot(object)
    def _on_listed(self, lines: tuple[ConversationSummary, ...]) -> None:
        former, self._listed = self._listed, {line.id: line.title for line in lines}
        known = self._deleted | former
        self._deleted = {number: title for number, title in known.items() if number not in self._listed}
        self._update_action()

    def _update_action(self) -> None:
        self._actions.set_reasons("deleted", {} if self._deleted else {"restore_chat": REASON})
