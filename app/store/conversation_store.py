"""The verbs of the store: what can happen to conversations and their turns, each in one transaction.

A turn is saved as it lives: begin_turn (the question, "pending"), reply (the answer, "replied"), remember (the record
and the memory, "remembered"). Every verb raises StoreError with a sentence and then has changed nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.store import turn_codec
from app.store.conversation_rows import ConversationRows
from app.store.database import open_database
from app.store.keyframes import BUDGET_BYTES, KEEP_EVERY, Keyframes
from app.store.records import Conversation, Node, Shape, Turn
from app.store.search import SearchIndex
from app.store.trash import Trash
from app.store.tree import Tree
from app.store.turn_writer import TIP, Tip, TurnWriter

if TYPE_CHECKING:
    from rxt.events import FinishReason, Sampling, TurnRecord


class ConversationStore:
    """The conversations in the database at `path`, created where there is none.

    clock: seconds since the epoch; only displayed, never compared. budget_bytes: for the memories that are stored as
    bytes; keep_every: the memory after every such turn stays whatever the budget.

    is_read_only, read_only_reason: whether and why nothing can be written: the file or its folder is write-protected,
    or a newer version wrote it. Every verb that writes then raises NotWritableError with that sentence.
    quarantined: where a damaged file was moved to when this one was opened; None where there was none.
    salvaged: what could be read of it and is here again; None where there was none.

    Raises StoreError where the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.time,
        *,
        budget_bytes: int = BUDGET_BYTES,
        keep_every: int = KEEP_EVERY,
    ) -> None:
        self.file = path
        self._clock = clock
        opened = open_database(path)
        self.quarantined, self.salvaged = opened.quarantined, opened.salvaged
        self._db = opened.statements
        self._connection = self._db.connection
        self._rows = ConversationRows(self._db)
        self._tree = Tree(self._db)
        self._keyframes = Keyframes(self._db, budget_bytes, keep_every)
        self._search = SearchIndex(self._db)
        self._trash = Trash(self._db, self._search, clock)
        self._writer = TurnWriter(self._db, self._tree, self._keyframes, clock)

    @property
    def is_read_only(self) -> bool:
        return bool(self._db.read_only)

    @property
    def read_only_reason(self) -> str:
        """A sentence; empty where the store can be written."""
        return self._db.read_only

    def close(self) -> None:
        """Ends the connection; calling it again does nothing."""
        self._db.close()

    def together(self) -> AbstractContextManager[None]:
        """A transaction: the verbs called inside of it are saved together, or none of them."""
        return self._db.transaction()

    # conversations

    def next_id(self) -> int:
        """The id that the next conversation can take; ids are never used twice."""
        return self._rows.next_id()

    def create(
        self,
        *,
        title: str,
        model: str,
        fingerprint: str,
        shape: Shape,
        memory: bytes,
        seed: int | None = None,
        origin: str = "",
        origin_turns: int = 0,
        id: int | None = None,  # noqa: A002 - the column's name
    ) -> int:
        """A conversation that starts from `memory` (float32, little-endian, C order, [L, S, D]); returns its id."""
        now = self._clock()
        with self._db.transaction():
            row = {
                "id": id,
                "title": turn_codec.clean(title),
                "model": turn_codec.clean(model),
                "fingerprint": fingerprint,
                "initial_seed": seed,
                "initial_memory": self._keyframes.keep(memory, shape),
                "origin": turn_codec.clean(origin),
                "origin_turns": origin_turns,
                "created": now,
                "updated": now,
            }
            return self._db.insert("conversation", row)

    def list(self, *, deleted: bool = False) -> tuple[Conversation, ...]:
        """The conversations that have turns, pinned ones first, then the newest; `deleted`: what can be restored, what
        was deleted last first.
        """
        return self._rows.listed(deleted)

    def search(self, text: str, limit: int = 200) -> tuple[Conversation, ...]:
        """The first `limit` conversations of the list where the title or one turn, of any branch, has all words.

        Words are parts of words too, in any case; "" finds all. Any text is safe. Deleted ones are never found.
        """
        found = self._search.find(turn_codec.clean(text))
        listed = (item for item in self.list() if found is None or item.id in found)
        return tuple(item for item, _ in zip(listed, range(limit), strict=False))

    def snippets(self, conversations: Sequence[int], text: str) -> dict[int, str]:
        """By conversation, the words around what a search for `text` found in it; none where only its title has it."""
        return self._search.snippets(conversations, turn_codec.clean(text))

    def conversation(self, conversation: int) -> Conversation:
        """The conversation of that id, deleted or not."""
        return self._rows.one(conversation)

    def rename(self, conversation: int, title: str) -> None:
        self._rows.change(conversation, "title", turn_codec.clean(title))

    def set_pinned(self, conversation: int, pinned: bool) -> None:
        """A pinned conversation stands before the others in the list."""
        self._rows.change(conversation, "pinned", int(pinned))

    def delete(self, conversation: int) -> None:
        """Takes the conversation off the list; `restore` brings it back with everything it had, for KEPT_DAYS."""
        self._rows.change(conversation, "deleted", self._trash.stamp)

    def restore(self, conversation: int) -> None:
        self._rows.change(conversation, "deleted", 0)

    def empty_trash(self) -> int:
        """Erases the conversations that were deleted KEPT_DAYS ago or earlier; returns how many."""
        return self._trash.empty()

    # the tree

    def turns(self, conversation: int) -> tuple[Turn, ...]:
        """The turns of all branches in the order they began. Raises StoreError where a record cannot be read."""
        ids = [
            row["id"] for row in self._db.read("SELECT id FROM turn WHERE conversation = ? ORDER BY id", conversation)
        ]
        return self._tree.turns(ids)

    def tree(self, conversation: int) -> tuple[Node, ...]:
        """All turns of the conversation, by id, without their numbers."""
        return self._tree.nodes(conversation)

    def path(self, turn: int | None) -> tuple[Turn, ...]:
        """The turns from the first one to `turn`; none for None. Raises StoreError where a record cannot be read."""
        return () if turn is None else self._tree.turns(self._tree.path_ids(turn))

    def turn(self, turn: int) -> Turn:
        """One turn. Raises StoreError where there is none or its record cannot be read."""
        self._tree.conversation_of(turn)
        return self._tree.turns((turn,))[0]

    def set_tip(self, conversation: int, turn: int | None) -> None:
        """The path ends at `turn` from now on. Raises StoreError for a turn of another conversation."""
        self._writer.check_home(conversation, turn)
        self._rows.change(conversation, "tip", turn)

    # turns

    def begin_turn(
        self,
        conversation: int,
        number: int,
        query: str,
        sampling: Sampling,
        memory_before: str,
        parent: int | Literal[Tip.TIP] | None = TIP,
        *,
        created: float | None = None,
        forgotten: bool = False,
    ) -> int:
        """Saves a question after `parent` before it is answered ("pending"); it becomes the tip. Returns its id.

        number: how many turns of its path are in memory. parent: TIP: after the tip; None: it is a first turn.
        created, forgotten: of a turn that happened elsewhere; created: seconds since the epoch, None: now.
        """
        return self._writer.begin(conversation, number, query, sampling, memory_before, parent, created, forgotten)

    def copy_turn(
        self, turn: int, parent: int | None, *, number: int, memory_before: str, forgotten: bool = False
    ) -> int:
        """A turn with the same texts and settings after `parent`, on a new branch; returns its id. The tip stays.

        It is "replied" until `remember`, or for good where it is `forgotten`; a pending turn stays pending.
        Its answer is the one that is shown, so an edited answer becomes the one to write.
        """
        return self._writer.copy(turn, parent, number, memory_before, forgotten)

    def draft(self, turn: int, answer: str) -> None:
        """Saves what has been answered so far."""
        self._writer.draft(turn, answer)

    def reply(self, turn: int, answer: str, reason: FinishReason) -> None:
        """Saves the finished answer ("replied")."""
        self._writer.reply(turn, answer, reason)

    def remember(self, turn: int, record: TurnRecord, memory: bytes | None, shape: Shape) -> None:
        """Saves the record and the memory after the turn, both or neither ("remembered").

        memory: None where it is not at hand, as in an imported conversation: it is computed from the turns before it.
        Raises StoreError where the memory is not the one that the record names.
        """
        with self._db.transaction():
            self._writer.remember(turn, record, memory, shape)
            self._keyframes.thin()

    def edit_answer(self, turn: int, answer: str) -> None:
        """Another answer is shown from now on; the one that was written stays, and so does the memory."""
        self._writer.edit_answer(turn, answer)

    def fail(self, turn: int, error: str) -> None:
        """Notes why a turn ended early; what was saved of it stays, and stays out of memory."""
        self._writer.fail(turn, error)

    def discard(self, turn: int) -> None:
        """Removes a turn that was rejected: its text went back to its writer. Its parent becomes the tip again."""
        self._writer.discard(turn)

    # memories

    def memory(self, sha256: str) -> tuple[bytes, Shape]:
        """The bytes and the shape (L, S, D) of a memory.

        Raises DamagedMemoryError where they are not the ones that were written, StoreError where they are missing.
        """
        return self._keyframes.read(sha256)

    def keep_memory(self, memory: bytes, shape: Shape) -> str:
        """Stores a memory that was computed again; returns its SHA-256, which the caller has compared."""
        with self._db.transaction():
            return self._keyframes.keep(memory, shape)

    @property
    def budget_bytes(self) -> int:
        return self._keyframes.budget_bytes

    def set_budget(self, budget_bytes: int) -> None:
        """The disk space for stored memories, from now on; what is too much is thinned out at once."""
        self._keyframes.set_budget(budget_bytes)

    def make_room(self, memory_bytes: int) -> None:
        """The disk space for stored memories grows with their size, so that large ones are not thinned out at once."""
        self._keyframes.make_room(memory_bytes)
