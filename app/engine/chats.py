"""The stored chats as a list: what they are called, which stand on top, which are deleted, which are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.engine import reports
from app.engine.refusal import RefusedError
from app.store.turn_codec import clean

if TYPE_CHECKING:
    from app.engine.journal import Journal
    from app.engine.opened import Opened


class Chats:
    """Changes how chats stand in the list, and tells the list.

    Verbs raise RefusedError or StoreError, and then have changed nothing.
    """

    def __init__(self, journal: Journal, opened: Opened, post: Callable[[reports.Report], None]) -> None:
        self._journal = journal
        self._opened = opened
        self._post = post

    def list(self) -> None:
        """Reports the chats."""
        self._post(reports.ConversationsListed(self._journal.list()))

    def list_added(self) -> None:
        """Reports the chats where one was added: it has the number that an open one, not stored yet, has announced."""
        opened = self._opened.chat()
        if opened is not None and not opened.stored and 0 <= opened.id < self._journal.store.next_id():
            former, opened.id = opened.id, self._journal.new_id()
            self._post(reports.ConversationRenumbered(former, opened.id))
        self.list()

    def need_saved(self, conversation: int) -> None:
        """Raises RefusedError where the newest turns of a chat that was left wait to be saved."""
        if self._journal.is_behind:
            self._journal.flush()
            self.list()
        if self._journal.waits_for(conversation):
            raise RefusedError("Its newest turns could not be saved yet. Make room on the disk and try again.")

    def rename(self, conversation: int, title: str) -> None:
        """Raises RefusedError for an empty title."""
        title = " ".join(clean(title).split())
        if not title:
            raise RefusedError("A conversation needs a title; it keeps the one it has.")
        opened = self._opened.chat(conversation)
        if opened is None or opened.stored:
            self._journal.store.rename(conversation, title)
        if opened is not None:
            opened.title, opened.is_named = title, True
        self.list()

    def set_pinned(self, conversation: int, pinned: bool) -> None:
        """Whether a chat stands above the others."""
        opened = self._opened.chat(conversation)
        if opened is not None and not opened.stored:
            raise RefusedError("An empty chat cannot be pinned: say something first.")
        self._journal.store.set_pinned(conversation, pinned)
        if opened is not None:
            opened.is_pinned = pinned
        self.list()

    def delete(self, conversation: int, seed: int | None = None) -> None:
        """Takes a chat off the list; where it is the open one, a new one begins, with `seed` as in `Engine.begin`."""
        opened = self._opened.chat(conversation)
        following = None
        if opened is not None and not self._opened.closing.is_set():
            following = self._opened.fresh(seed)  # what fails here must not fail after the deletion
        if opened is None or opened.stored:
            self._journal.store.delete(conversation)
            self.list()
        if following is not None:
            self._opened.show(following)

    def restore(self, conversation: int) -> None:
        """Brings a deleted chat back."""
        self._journal.store.restore(conversation)
        self.list()

    def search(self, text: str) -> None:
        """Reports the chats that hold the words of `text` in a title or in any turn of any branch."""
        self._post(reports.ConversationsFound(text, self._journal.search(text)))
