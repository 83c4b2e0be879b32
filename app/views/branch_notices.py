"""Says what was done to the path once it has changed, with the way back to the branch that was open before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.engine.commands import OpenConversation

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.models.conversation import Conversation
    from app.views.notices import Notice, Notices

OF_ONE_CHAT = ("branch", "edited", "replay", OpenConversation.failure)


class BranchNotices:
    """Keeps a sentence until what it tells of has happened."""

    def __init__(self, port: EnginePort, conversation: Conversation, notices: Notices) -> None:
        self._port = port
        self._conversation = conversation
        self._notices = notices
        self._waiting: Callable[[], Notice] | None = None

    def announce(self, words: str) -> None:
        """Tells `words` when the path has changed; the way back leads to the turn that is the last one now."""
        last = next(reversed(self._conversation.exchanges), None)
        if last is None or not last.id:
            self._waiting = partial(self._notices.add, words, key="branch")
        else:
            back = partial(self._go_back, partial(self._port.show_branch, last.id))
            self._waiting = partial(self._notices.add, words, action="Show the former branch", run=back, key="branch")

    def announce_edit(self, turn: int, former: str) -> None:
        """Tells that the words of an answer were changed when they have; the way back leads to the `former` ones."""
        words = "The words were changed; memory keeps what was written until you rewrite it from there."
        back = partial(self._go_back, partial(self._port.edit_answer, turn, former))
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

    def drop(self) -> None:
        """What was asked did not happen."""
        self._waiting = None

    def leave(self) -> None:
        """Another conversation is open: what was said of the former one, and its ways back, go with it."""
        self.drop()
        for key in OF_ONE_CHAT:
            self._notices.dismiss(key)
