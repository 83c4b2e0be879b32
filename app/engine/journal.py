"""The open conversation in the store, as far as the store can be written.

Saving never gets in the way of talking: a step that cannot be saved now is kept and tried again before the next one,
and the reader is told once.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine.messages import MOST_FOUND, ConversationSummary, ModelInfo, Saving
from app.engine.titles import title_of
from app.models.memory_names import turns_in_words
from app.store.conversation_store import ConversationStore
from app.store.errors import NotWritableError, StoreError

if TYPE_CHECKING:
    from app.engine.library import Memory
    from app.store.records import Conversation, Shape
    from rxt.events import FinishReason, Sampling, TurnRecord

MAX_BACKLOG = 64
"""Steps that are kept while the store cannot be written; about 20 turns, each with its memory."""
_log = logging.getLogger(__name__)

Step = Callable[[ConversationStore], None]


@dataclass(slots=True)
class OpenedInStore:
    """The conversation that is open: what the store needs to create it at its first turn.

    stored: whether the store knows it; is_named: whether somebody gave it its title; is_synthetic: whether no
    conversation has led to its initial memory. tip: the turn that the next one follows, None: the initial memory.
    """

    id: int
    title: str
    model: ModelInfo
    initial: Memory
    seed: int | None
    origin: str = ""
    origin_turns: int = 0
    stored: bool = False
    is_named: bool = False
    is_pinned: bool = False
    is_synthetic: bool = False
    tip: TurnEntry | None = None


@dataclass(slots=True)
class TurnEntry:
    """A turn on its way into the store; `id` is None until the question is saved.

    parent: the turn it follows, until then. saved_after: the id of the turn it was saved after.
    """

    id: int | None = None
    saved_after: int | None = None
    parent: TurnEntry | None = None

    @property
    def saved(self) -> int | None:
        """Its id, or that of the nearest turn before it that could be saved."""
        entry: TurnEntry | None = self
        while entry is not None and entry.id is None:
            entry = entry.parent
        return entry.id if entry is not None else None


class Journal:
    """Writes down conversations in `data_dir`.

    failed(title, message, saving) is called once when saving stops, and again only after it has succeeded in between;
    saving: None where what comes from now on is saved.
    """

    def __init__(self, data_dir: Path, failed: Callable[[str, str, Saving | None], None]) -> None:
        self._path = data_dir / "conversations.sqlite"
        self._failed = failed
        self._store: ConversationStore | None = None
        self._backlog: deque[tuple[OpenedInStore | None, TurnEntry | None, Step]] = deque()  # each with what it is of
        self._lost: set[int] = set()
        self._begun: OpenedInStore | None = None
        self._told = False
        self._has_given_up = False
        self._listed: tuple[ConversationSummary, ...] = ()
        self._last_id = 0
        self._unsaved_ids = 0

    @property
    def path(self) -> Path:
        """The database file, whether or not it could be opened."""
        return self._path

    @property
    def store(self) -> ConversationStore:
        """Raises StoreError where the database could not be opened."""
        if self._store is None:
            raise StoreError("The conversation database is not open, so nothing of this session is saved.")
        return self._store

    @property
    def is_behind(self) -> bool:
        """Whether something that happened is not saved yet."""
        return bool(self._backlog)

    def waits_for(self, conversation: int) -> bool:
        """Whether something that happened in this conversation is not saved yet."""
        return any(opened is not None and opened.id == conversation for opened, _, _ in self._backlog)

    @property
    def incomplete(self) -> frozenset[int]:
        """The stored turns whose answer or memory is not saved (yet), by id."""
        entries = (entry for _, entry, _ in self._backlog if entry is not None)
        return frozenset(self._lost | {entry.id for entry in entries if entry.id is not None})

    @property
    def is_read_only(self) -> bool:
        """Whether the database can be read, but nothing of this session is written to it (any more)."""
        return self._store is not None and (self._store.is_read_only or self._has_given_up)

    def open(self) -> None:
        """Opens the database, or tells why this session will not be saved; does nothing while it is open."""
        if self._store is not None:
            return
        try:
            self._store = ConversationStore(self._path)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, talking goes on
            _log.error("no conversation database: %s", error, exc_info=not isinstance(error, StoreError))
            reason = _reason(error, "The conversation database could not be opened")
            self._told = True
            words = f"{reason} You can go on talking, but conversations of this session will not be saved."
            self._failed("Nothing is saved", words, Saving.ENDED)
            return
        if self._store.is_read_only:
            self._told = True
            words = f"{self._store.read_only_reason} You can read and talk, but nothing of this session will be saved."
            self._failed("Conversations are read-only", words, Saving.ENDED)
        if self._store.quarantined is not None:
            self._failed(*_damage_in_words(self._store), None)

    def close(self) -> None:
        """Ends the connection; calling it again does nothing."""
        if self._store is not None:
            self._store.close()

    def new_id(self) -> int:
        """The id for a conversation that will be stored at its first turn."""
        try:
            number = self.store.next_id()
        except StoreError:
            number = None
        if number is None or self.is_read_only:
            self._unsaved_ids -= 1  # never the id of a stored conversation
            return self._unsaved_ids
        if self._backlog:  # a conversation that waits to be stored may have that one
            number = max(number, self._last_id + 1)
        self._last_id = number
        return number

    def list(self) -> tuple[ConversationSummary, ...]:
        """The stored conversations, the newest first; what was listed last where the store cannot be read now."""
        if self._store is not None:
            try:
                self._listed = tuple(summary_of(item) for item in self._store.list())
            except Exception as error:  # noqa: BLE001 - a list that cannot be read stops nothing else
                _log.exception("the conversations could not be listed")
                self._tell(_reason(error, "The conversations could not be read"))
        return self._listed

    def deleted(self) -> tuple[ConversationSummary, ...]:
        """What was deleted and can be brought back, the last first; what was deleted long ago is erased before."""
        if self._store is None:
            return ()
        try:
            if not self._store.is_read_only:
                self._store.empty_trash()
            return tuple(summary_of(item) for item in self._store.list(deleted=True))
        except Exception:  # noqa: BLE001 - what is wrong with the store was told when it was opened
            _log.exception("the deleted conversations could not be looked through")
            return ()

    def search(self, text: str) -> tuple[ConversationSummary, ...]:
        """The first MOST_FOUND conversations of the list that hold the words of `text`. Raises StoreError."""
        found = self.store.search(text, MOST_FOUND)
        snippets = self.store.snippets([item.id for item in found], text)
        return tuple(replace(summary_of(item), snippet=snippets.get(item.id, "")) for item in found)

    # one turn

    def begin(
        self, conversation: OpenedInStore, number: int, query: str, sampling: Sampling, memory_before: str
    ) -> TurnEntry:
        """Saves a question after the tip, which it becomes, and the conversation with its first one."""
        entry = conversation.tip = TurnEntry(parent=conversation.tip)
        self._begun = conversation  # what follows is about this turn

        def step(store: ConversationStore) -> None:
            after, home, title = entry.saved, conversation.id, conversation.title
            with store.together():
                if not conversation.stored:
                    home, title = _create(store, conversation, query)
                elif after is None and not conversation.is_named and not store.tree(home):
                    title = title_of(query)  # the one it has is that of a question that was rejected
                    store.rename(home, title)
                turn = store.begin_turn(home, number, query, sampling, memory_before, after)
            conversation.id, conversation.title, conversation.stored = home, title, True
            entry.id, entry.saved_after, entry.parent = turn, after, None  # a long conversation is no long chain

        self._take(step)
        return entry

    def move_tip(self, conversation: OpenedInStore, turn: int | None) -> None:
        """The path ends at the stored turn `turn` from now on."""
        conversation.tip = None if turn is None else TurnEntry(turn)
        if conversation.stored:
            self._begun = conversation
            self._take(lambda store: store.set_tip(conversation.id, turn))

    def keep(self, memory: Memory, shape: Shape) -> bool:
        """Stores a memory that had to be computed; whether it is kept: the next time it is only read."""
        store = self._store
        if store is None or store.is_read_only:
            return False
        try:
            store.keep_memory(memory.to_bytes(), shape)
            store.set_budget(store.budget_bytes)  # in its place another memory may have to go
        except StoreError:
            _log.info("a computed memory was not stored; it can be computed again", exc_info=True)
            return False
        return True

    def draft(self, entry: TurnEntry, answer: str) -> None:
        """Saves what has been answered so far, unless older steps are waiting."""
        if not self._backlog:
            self._take(lambda store: store.draft(_saved(entry), answer))

    def reply(self, entry: TurnEntry, answer: str, reason: FinishReason) -> None:
        self._take(lambda store: store.reply(_saved(entry), answer, reason), entry)

    def remember(self, entry: TurnEntry, record: TurnRecord, memory: Memory) -> None:
        layers, slots = record.norm.shape

        def step(store: ConversationStore) -> None:
            data = memory.to_bytes()
            store.remember(_saved(entry), record, data, (layers, slots, len(data) // (4 * layers * slots)))

        self._take(step, entry)

    def fail(self, entry: TurnEntry, error: str) -> None:
        self._take(lambda store: store.fail(_saved(entry), error), entry)

    def discard(self, entry: TurnEntry) -> None:
        self._take(lambda store: store.discard(_saved(entry)))

    def flush(self) -> None:
        """Carries out the steps that wait, in order; what cannot be saved now keeps waiting.

        A step that cannot be saved at all, whatever it raises, is left out: it must not stop the steps after it.
        """
        while self._store is not None and self._backlog:
            try:
                self._backlog[0][2](self._store)
            except NotWritableError as error:
                _log.exception("a step of the conversation waits to be saved")
                self._tell(f"{error} You can go on talking; saving is tried again with every turn.")
                return
            except Exception as error:  # noqa: BLE001 - see above; nothing else of the program runs inside of a step
                _log.exception("a step of the conversation cannot be saved")
                _, entry, _ = self._backlog.popleft()
                self._lost |= {entry.id} if entry is not None and entry.id is not None else set()
                self._tell(f"{_reason(error)} You can go on talking; this part of the conversation is not saved.")
            else:
                self._backlog.popleft()
                self._told = False

    def _take(self, step: Step, entry: TurnEntry | None = None) -> None:
        if self._store is None or self.is_read_only:
            return
        self._backlog.append((self._begun, entry, step))
        self.flush()
        if len(self._backlog) > MAX_BACKLOG:
            self._give_up()

    def _give_up(self) -> None:
        """Without the oldest steps the newer ones make no sense: nothing more is saved; what is stored can be read."""
        self._lost |= self.incomplete
        self._backlog.clear()
        self._has_given_up = True
        words = "Saving failed too often. Nothing more of this session will be saved."
        self._failed("Nothing more is saved", words, Saving.ENDED)

    def _tell(self, message: str) -> None:
        if not self._told:
            self._told = True
            self._failed("Not saved", message, Saving.BEHIND)


def _create(store: ConversationStore, conversation: OpenedInStore, query: str) -> tuple[int, str]:
    """The number and the title that it has in the store; part of the transaction that saves its first question."""
    summary = conversation.initial.summary()
    title = conversation.title if conversation.is_named else title_of(query)
    number = store.create(
        # a chat from a file may have taken the number that was announced
        id=conversation.id if conversation.id >= store.next_id() else None,
        title=title,
        model=conversation.model.name,
        fingerprint=conversation.model.fingerprint,
        shape=(summary.layers, summary.slots, summary.width),
        memory=conversation.initial.to_bytes(),
        seed=conversation.seed,
        origin=conversation.origin,
        origin_turns=conversation.origin_turns,
    )
    return number, title


def summary_of(stored: Conversation) -> ConversationSummary:
    """A line of the list."""
    known = stored.id, stored.title, stored.turns, stored.model, stored.updated
    return ConversationSummary(*known, pinned=stored.pinned, fingerprint=stored.fingerprint)


def _damage_in_words(store: ConversationStore) -> tuple[str, str]:
    """A title and a sentence."""
    words = f"The conversation database was damaged. It was moved to {store.quarantined}, and a new one was started."
    if (found := store.salvaged) is None or not found.turns:
        return "Earlier conversations could not be read", words
    chats = "1 chat" if found.conversations == 1 else f"{found.conversations:,} chats"
    words += f" It has what could still be read: {turns_in_words(found.turns)} of {chats}."
    return "Earlier conversations could not all be read", words


def _reason(error: Exception, otherwise: str = "The conversation could not be saved") -> str:
    """A sentence."""
    if isinstance(error, StoreError):
        return str(error)
    return f"{otherwise} ({type(error).__name__}: {error})."


def _saved(entry: TurnEntry) -> int:
    if entry.id is None:
        raise StoreError("The question of this turn was not saved.")
    return entry.id
