"""Says what was done to the path once it has changed, with the way back to the branch that was open before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.engine.commands import AskAfter, Command, EditAnswer, OpenConversation
from app.engine.reports import CARRIED, SAME_ANSWER

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.models.conversation import Conversation
    from app.views.notices import Notice, Notices

OF_ONE_CHAT = ("branch", "edited", "replay", SAME_ANSWER, CARRIED, OpenConversation.failure)


class BranchNotices:
    """Keeps a sentence until the command that it tells of has been carried out."""

    def __init__(self, port: EnginePort, conversation: Conversation, notices: Notices) -> None:
        self._port = port
        self._conversation = conversation
        self._notices = notices
        self._waiting: Callable[[], Notice] | None = None
        self._awaited: Command | None = None

    def announce(self, command: Command, words: str) -> None:
        """Tells `words` when `command` has changed the path; the way back leads to the turn that is the last now."""
        self._awaited = command
        last = next(reversed(self._conversation.exchanges), None)
        if last is None or not last.id:
            self._waiting = partial(self._notices.add, words, key="branch")
        else:
            back = partial(self._go_back, partial(self._port.show_branch, last.id))
            self._waiting = partial(self._notices.add, words, action="Show the former branch", run=back, key="branch")

    def announce_edit(self, command: EditAnswer, former: str) -> None:
        """Tells that the words of an answer were changed when they have; the way back leads to the `former` ones."""
        self._awaited = command
        words = "The words were changed; memory keeps what was written until you rewrite it from there."
        back = partial(self._go_back, partial(self._port.edit_answer, command.turn, former))
        self._waiting = partial(self._notices.add, words, action="Undo", run=back, key="edited")

    def _go_back(self, way: Callable[[], None]) -> bool:
        """Whether the port takes it: while anything is under way it says why not, and the way back must stay."""
        is_free = not self._port.phase.is_busy
        way()
        return is_free

    def tell(self) -> None:
        """The path has changed: says what was announced."""
        tell, self._waiting = self._waiting, None
        if tell is not None:
            tell()

    def refused(self, about: object) -> None:
        """Something did not happen: where it is what was announced, nothing is told of it."""
        if about == self._awaited:
            self._waiting = None

    def rejected(self) -> None:
        """A message was not taken: the same where one was announced."""
        if isinstance(self._awaited, AskAfter):
            self._waiting = None

    def leave(self) -> None:
        """Another conversation is open: what was said of the former one, and its ways back, go with it."""
        self._waiting = None
        for key in OF_ONE_CHAT:
            self._notices.dismiss(key)
