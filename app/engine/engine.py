"""What the commands do, without a thread: loading a model and opening conversations here, the rest in parts by noun.

Each verb prepares everything that can fail before it changes anything; what it did goes out as reports.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import reports
from app.engine.carrying import carry_over
from app.engine.chat_files import ChatFiles
from app.engine.chats import Chats
from app.engine.journal import Journal
from app.engine.library import load
from app.engine.memories import Memories
from app.engine.memory_commands import OpenSnapshot
from app.engine.opened import Opened
from app.engine.opening import Opening, fresh, from_snapshot, from_store
from app.engine.refusal import EXPECTED, RefusedError, sentence
from app.engine.seeds import random_seed
from app.store.errors import StoreError
from app.store.turn_codec import clean
from rxt.errors import RxtError
from rxt.events import Sampling

if TYPE_CHECKING:
    from app.engine.commands import Command
    from app.engine.dialogue import Dialogue
    from app.engine.library import Library, Loaded
    from app.engine.messages import Saving

_log = logging.getLogger(__name__)


class Engine:
    """The verbs of the engine, for one thread.

    opened: the model and the conversation; they can be stopped from any thread. chats, chat_files, memories: verbs of
    what their names say. post: takes every report, in the order things happen.
    Verbs raise what is EXPECTED, a sentence, and then have changed nothing; what fails after a change is reported.
    """

    def __init__(
        self, data_dir: Path, open_library: Callable[[], Library], post: Callable[[reports.Report], None]
    ) -> None:
        self._open_library = open_library
        self._post = post
        self._journal = Journal(data_dir, self._fail)
        self._library: Library | None = None
        self.opened = Opened(self._journal, post)
        self.chats = Chats(self._journal, self.opened, post)
        self.chat_files = ChatFiles(self._journal, self.opened, self.chats, post)
        self.memories = Memories(data_dir, self._journal, self.opened, post)
        self.dtype = "float32"

    # the store

    @property
    def unsaved(self) -> frozenset[int]:
        """The stored turns whose answer or memory is not saved, by id."""
        return self._journal.incomplete

    def finish(self) -> None:
        """The last verb: a last try to save what could not be saved before."""
        self._journal.flush()

    def close_store(self) -> None:
        """Closes the database; called when no verb can run any more."""
        self._journal.close()

    # the model

    def start(self, path: str | None, snapshot: Path | None, seed: int | None = None) -> None:
        """Opens the store, loads a model and begins a conversation, from a saved memory where one is named."""
        self._journal.open()
        self.chats.list()
        self.load(path, snapshot, seed)
        self.memories.sweep()
        self.memories.list()
        self._post(reports.DeletedListed(self._journal.deleted()))

    def load(self, path: str | None, snapshot: Path | None = None, seed: int | None = None) -> None:
        """Loads a model and begins a conversation with it; or reports why not, and everything stays as it is."""
        if self.opened.closing.is_set():
            return
        try:
            if self._library is None:
                self._library = self._open_library()
                self.memories.use(self._library)
            loaded = load(self._library, path, self.dtype, self.opened.stopped.is_set)
            opening = self._first(loaded, snapshot, seed)
        except (RefusedError, RxtError, OSError) as error:
            self._post(reports.LoadFailed(sentence(error), self.opened.stopped.is_set()))
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception
            _log.exception("loading a model failed")
            message = f"The model could not be loaded ({type(error).__name__}: {error}). Nothing was changed."
            self._post(reports.LoadFailed(message))
        else:
            self.opened.loaded = loaded
            with contextlib.suppress(StoreError):  # told when the store was opened
                self._journal.store.make_room(loaded.info.memory_bytes)
            self._post(reports.ModelLoaded(loaded.info))
            self.opened.show(opening)

    def _first(self, loaded: Loaded, snapshot: Path | None, seed: int | None) -> Opening:
        if snapshot is not None:
            try:
                return from_snapshot(loaded, self._journal.new_id(), snapshot)
            except (RxtError, OSError, ValueError) as error:
                refused = OpenSnapshot(snapshot)
                self._fail(refused.failure, f"{sentence(error)} A new chat was started instead.", refused)
        return fresh(loaded, self._journal.new_id(), seed)

    # the conversation

    def ask(self, text: str, sampling: Sampling) -> None:
        """One turn; it ends with an event or a rejection, whatever the model does."""
        try:
            dialogue = self.dialogue
        except RefusedError:
            self._post(reports.TurnRejected(clean(text), "No model is open. Open one (File), then send this again."))
        else:
            dialogue.ask(text, sampling)

    @property
    def dialogue(self) -> Dialogue:
        """The open conversation: its turns and its tree. Raises RefusedError where none is open."""
        return self.opened.dialogue

    def begin(self, seed: int | None) -> None:
        """Begins a conversation with the initial memory of `seed`; None: a random one."""
        if not self.opened.closing.is_set():
            self.opened.show(self.opened.fresh(seed))

    def reopen(self, conversation: int) -> None:
        """Opens a stored conversation with exactly the memory it had."""
        loaded = self.opened.model
        if self._journal.is_behind and self.opened.chat(conversation) is not None:
            return  # what is open is ahead of what is stored
        self.chats.need_saved(conversation)
        opening = from_store(loaded, self._journal.store, conversation, self.opened.stopped.is_set)
        self.opened.show(opening)
        opening.place.keep_in(self._journal, (loaded.info.layers, loaded.info.slots, loaded.info.width))
        if opening.problem:
            self._fail("This chat was opened at an earlier turn", opening.problem)

    def carry_over(self, conversation: int, seed: int | None) -> None:
        """Opens a copy of a stored conversation, whose turns are written into the memory of `seed` as in `begin`."""
        loaded = self.opened.model
        self.chats.need_saved(conversation)
        seed = random_seed() if seed is None else seed
        number, carried = carry_over(loaded, self._journal.store, conversation, seed, self.opened.stopped.is_set)
        done = carried.in_words(loaded.info.name)
        try:
            self.chats.list_added()
            self.reopen(number)
        except EXPECTED as error:
            self._fail("The new chat was not opened", f"{done} The new chat is on the list. {sentence(error)}")
        else:
            self._post(reports.Noted("", done))

    def _fail(self, title: str, message: str, about: Command | Saving | None = None) -> None:
        self._post(reports.Failed(title, message, about))
