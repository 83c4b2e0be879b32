"""The deleted chats that are still kept, so that each can be had back, also when its notice has gone.

What was deleted before the start is told once; then it knows them from the list of chats alone: what leaves the list is
deleted, what comes back is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.commands import RestoreConversation

if TYPE_CHECKING:
    from app.actions.table import Actions
    from app.engine.messages import ConversationSummary
    from app.engine.port import EnginePort

REASON = "There is no deleted chat: each is kept for 30 days."
COMING = "The deleted chat is on its way back."


class DeletedChats(QObject):
    """Enables the action that brings back a chat while there is one to bring back.

    Signals:
        brought_back(title): a chat that was asked for is on the list again.
    """

    brought_back = Signal(str)

    def __init__(self, port: EnginePort, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port = port
        self._actions = actions
        self._listed: dict[int, str] = {}
        self._deleted: dict[int, str] = {}
        self._asked: list[int] = []  # to be brought back, and not on the list yet: the engine may be at work
        port.conversations_changed.connect(self._on_listed)
        port.deleted_listed.connect(self._on_deleted_listed)
        port.failed.connect(self._on_failed)
        self._update_action()

    @property
    def newest(self) -> int | None:
        """The id of the chat that was deleted last, is not back and was not asked for; None where there is none."""
        return next((number for number in reversed(self._deleted) if number not in self._asked), None)

    def bring_back(self, number: int) -> None:
        """Asks for a chat."""
        if number not in self._asked:
            self._asked.append(number)
            self._port.restore_conversation(number)
            self._update_action()

    @Slot(object)
    def _on_listed(self, lines: tuple[ConversationSummary, ...]) -> None:
        former, self._listed = self._listed, {line.id: line.title for line in lines}
        known = self._deleted | former
        self._deleted = {number: title for number, title in known.items() if number not in self._listed}
        back = [number for number in self._asked if number in self._listed]
        self._asked = [number for number in self._asked if number not in self._listed]
        self._update_action()
        for number in back:
            self.brought_back.emit(self._listed[number])

    @Slot(str, str, object)
    def _on_failed(self, _title: str, _message: str, about: object) -> None:
        if isinstance(about, RestoreConversation) and about.id in self._asked:
            self._asked.remove(about.id)
            self._update_action()

    @Slot(object)
    def _on_deleted_listed(self, lines: tuple[ConversationSummary, ...]) -> None:
        """They were deleted before everything that is known already."""
        earlier = {line.id: line.title for line in reversed(lines) if line.id not in self._listed}
        self._deleted = earlier | self._deleted
        self._update_action()

    def _update_action(self) -> None:
        reason = COMING if self._asked else REASON
        self._actions.set_reasons("deleted", {"restore_chat": reason} if self.newest is None else {})
