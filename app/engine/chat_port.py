"""What the port offers for the chats of the list and for chats as files. Every call returns at once.

Law: nothing here waits for a turn to end but in the queue.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import commands


class ChatPort:
    """The verbs, for a port that has a queue. What comes of them: conversations_changed, exported, failed, …"""

    if TYPE_CHECKING:

        def _command(self, command: commands.Command) -> None: ...

    def new_conversation(self, seed: int | None) -> None:
        """Begins a conversation with the initial memory of `seed`; None: a random seed, which is kept with it."""
        self._command(commands.NewConversation(seed))

    def open_conversation(self, id: int) -> None:  # noqa: A002 - the contract's name
        self._command(commands.OpenConversation(id))

    def carry_over(self, id: int, seed: int | None) -> None:  # noqa: A002
        """A chat of another model goes on with the loaded one: a copy is opened, written into a new memory."""
        self._command(commands.CarryOver(id, seed))

    def rename_conversation(self, id: int, title: str) -> None:  # noqa: A002
        self._command(commands.RenameConversation(id, title))

    def set_pinned(self, conversation: int, pinned: bool) -> None:
        """Whether the conversation stands above the others in the list."""
        self._command(commands.SetPinned(conversation, pinned))

    def delete_conversation(self, id: int, seed: int | None = None) -> None:  # noqa: A002
        """Takes it off the list; restore_conversation brings it back. Where it is open, one of `seed` begins."""
        self._command(commands.DeleteConversation(id, seed))

    def restore_conversation(self, id: int) -> None:  # noqa: A002
        self._command(commands.RestoreConversation(id))

    def search_conversations(self, text: str) -> None:
        """Looks for `text` in titles and in everything said, on all branches; conversations_found brings them."""
        self._command(commands.SearchConversations(text))

    def export_conversation(self, id: int, path: Path) -> None:  # noqa: A002
        """Writes a conversation to `path`, as its ending says: .md and .html to read, .json complete; exported(path)
        follows."""
        self._command(commands.ExportConversation(id, path))

    def read_conversation(self, id: int) -> None:  # noqa: A002
        """Makes a page of a conversation, of whatever model; conversation_read(id, title, page) follows."""
        self._command(commands.ReadConversation(id))

    def import_conversation(self, path: Path) -> None:
        """Adds the conversation of a .json file to the list; conversation_imported(id, title) follows."""
        self._command(commands.ImportConversation(path))
