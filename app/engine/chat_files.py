"""Chats as files: exported, read as a page, imported. The open chat is not touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import reports
from app.engine.exchange.document import LIMIT_BYTES, ExchangedConversation, ExchangeError, to_json
from app.engine.exchange.pages import body_in_html, title_in_words, to_html, to_markdown
from app.engine.exchange.reader import from_json
from app.engine.exchange.stored import added, exchanged, exchanged_open, with_branches
from app.engine.refusal import RefusedError
from app.models.amount import size_in_words
from rxt.io.files import read_bounded, write_atomically

if TYPE_CHECKING:
    from app.engine.chats import Chats
    from app.engine.journal import Journal
    from app.engine.opened import Opened

WRITERS: dict[str, Callable[[ExchangedConversation], bytes]] = {
    ".md": to_markdown,
    ".html": to_html,
    ".json": to_json,
}
PAGES = (".md", ".html")
"""What is only read holds no memory."""


class ChatFiles:
    """Says through `post` what came of a chat that goes out or comes in.

    Verbs raise RefusedError, RxtError, StoreError or OSError with a sentence, and then have changed nothing.
    """

    def __init__(self, journal: Journal, opened: Opened, chats: Chats, post: Callable[[reports.Report], None]) -> None:
        self._journal = journal
        self._opened = opened
        self._chats = chats
        self._post = post

    def export(self, conversation: int, path: Path) -> None:
        """Writes a chat as the ending of `path` says."""
        ending = path.suffix.lower()
        writer = WRITERS.get(ending)
        if writer is None:
            raise RefusedError(f"A chat is exported as {', '.join(WRITERS)}; nothing was written.")
        data = writer(self._exchanged(conversation, is_page=ending in PAGES))
        write_atomically(path, data)
        self._post(reports.Exported(path))
        if writer is to_json and len(data) > LIMIT_BYTES:
            words = f"The file has {size_in_words(len(data))}; Mneme imports at most {size_in_words(LIMIT_BYTES)}."
            self._post(reports.Noted("This chat is too long to be imported again", words))

    def read(self, conversation: int) -> None:
        """Reports a page for the screen with all that was said."""
        found = with_branches(self._exchanged(conversation, is_page=True))
        self._post(reports.ConversationRead(conversation, title_in_words(found), body_in_html(found)))

    def add(self, path: Path) -> None:
        """Takes the chat of a .json file into the list."""
        try:
            found = from_json(read_bounded(path, LIMIT_BYTES))
        except ExchangeError as error:
            raise RefusedError(f"{path.name}: {error} Nothing was changed.") from None
        except ValueError as error:
            raise RefusedError(f"{error}. Nothing was changed.") from None
        number = added(self._journal.store, found)
        self._post(reports.ConversationImported(number, self._journal.store.conversation(number).title))
        self._chats.list_added()

    def _exchanged(self, conversation: int, *, is_page: bool) -> ExchangedConversation:
        """A chat with its turns. A page of one that cannot be opened now has its branches too."""
        if self._opened.chat(conversation) is not None:
            return exchanged_open(self._opened.dialogue, lambda: self._journal.store)
        self._chats.need_saved(conversation)
        if not is_page:
            return exchanged(self._journal.store, conversation)
        found = exchanged(self._journal.store, conversation, b"")  # the bytes of its memory may be lost
        loaded = self._opened.loaded
        is_own = loaded is not None and loaded.info.fingerprint == found.fingerprint
        return found if is_own else with_branches(found)
