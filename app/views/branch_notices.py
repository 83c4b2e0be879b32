"""Says what was done to the path once it has changed, with the way back to the branch that was open before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.models.conversation import Conversation
    from app.views.notices import Notices

OF_ONE_CHAT = ("branch", "edited", "replay", "This conversation was not opened")


class BranchNotices:
    """Keeps a sentence until what it tells of has happened."""

    def __init__(self, port: EnginePort, conversation: Conversation, notices: Notices) -> None:
        self._port = port
        self._conversation = conversation
        self._notices = notices
        self._waiting: tuple[str, int | None] | None = None

    def announce(self, words: str) -> None:
        """Tells `words` when the path has changed; the way back leads to the turn that is the last one now."""
        last = next(reversed(self._conversation.exchanges), None)
        self._waiting = words, last.id if last is not None and last.id else None

    def tell(self) -> None:
        """The path has changed: says what was announced."""
        if self._waiting is None:
            return
        (words, former), self._waiting = self._waiting, None
        if former is None:
            self._notices.add(words, key="branch")
        else:
            back = former
            self._notices.add(
                words, action="Show the former branch", run=lambda: self._port.show_branch(back), key="branch"
            )

    def drop(self) -> None:
        """What was asked did not happen."""
        self._waiting = None

    def leave(self) -> None:
        """Another conversation is open: what was said of the former one, and its ways back, go with it."""
        self.drop()
        for key in OF_ONE_CHAT:
            self._notices.dismiss(key)
