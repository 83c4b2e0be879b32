"""The stored conversations as a list: what they are called, which stand on top, which are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.engine import reports
from app.engine.refusal import RefusedError
from app.store.turn_codec import clean

if TYPE_CHECKING:
    from app.engine.journal import Journal, OpenedInStore


class Shelf:
    """Changes how conversations stand in the list, and tells the list.

    opened(id): the open conversation, if it has that id. Verbs raise RefusedError or StoreError, and then have changed
    nothing.
    """

    def __init__(
        self,
        journal: Journal,
        opened: Callable[[int], OpenedInStore | None],
        post: Callable[[reports.Report], None],
    ) -> None:
        self._journal = journal
        self._opened = opened
        self._post = post

    def tell(self) -> None:
        """Reports the conversations."""
        self._post(reports.ConversationsListed(self._journal.list()))

    def set_pinned(self, conversation: int, pinned: bool) -> None:
        """Whether a conversation stands above the others."""
        opened = self._opened(conversation)
        if opened is not None and not opened.stored:
            raise RefusedError("An empty chat cannot be pinned: say something first.")
        self._journal.store.set_pinned(conversation, pinned)
        if opened is not None:
            opened.is_pinned = pinned
        self.tell()

    def search(self, text: str) -> None:
        """Reports the conversations that hold the words of `text` in a title or in any turn of any branch."""
        self._post(reports.ConversationsFound(text, self._journal.search(text)))

    def rename(self, conversation: int, title: str) -> None:
        """Raises RefusedError for an empty title."""
        title = " ".join(clean(title).split())
        if not title:
            raise RefusedError("A conversation needs a title; it keeps the one it has.")
        opened = self._opened(conversation)
        if opened is None or opened.stored:
            self._journal.store.rename(conversation, title)
        if opened is not None:
            opened.title, opened.is_named = title, True
        self.tell()

    def restore(self, conversation: int) -> None:
        """Brings a deleted conversation back."""
        self._journal.store.restore(conversation)
        self.tell()
