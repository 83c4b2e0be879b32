"""What the commands do, without a thread: the model, the open conversation, the store and the saved memories.

Each verb prepares everything that can fail before it changes anything; what it did goes out as reports.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import reports
from app.engine.analysis.subject import Subject, subject_of
from app.engine.carrying import carry_over
from app.engine.clerk import Clerk
from app.engine.commands import Command, OpenSnapshot
from app.engine.dialogue import Dialogue
from app.engine.errands import Errand, ImportConversation, PageErrand
from app.engine.exchange.stored import exchanged_open
from app.engine.journal import Journal, OpenedInStore
from app.engine.library import load
from app.engine.messages import Saving
from app.engine.opening import Opening, fresh, from_memory, from_snapshot, from_store
from app.engine.refusal import EXPECTED, ModelRefusedError, RefusedError, sentence
from app.engine.seeds import random_seed
from app.engine.shelf import Shelf
from app.engine.snapshots import PROMPT, SnapshotFolder
from app.engine.titles import title_of
from app.models.memory_names import MEMORY_SUFFIX
from app.models.memory_status import OnStop
from app.paths import Paths
from app.store.errors import StoreError
from app.store.turn_codec import clean
from rxt.errors import RxtError
from rxt.events import Sampling

if TYPE_CHECKING:
    from app.engine.library import Library, Loaded

_log = logging.getLogger(__name__)


class Engine:
    """The verbs of the engine, for one thread; `stop` and `close` may be called from any, and `on_stop` assigned.

    post: takes every report, in the order things happen.
    Verbs raise what is EXPECTED, a sentence, and then have changed nothing; what fails after a change is reported.
    """

    def __init__(
        self, data_dir: Path, open_library: Callable[[], Library], post: Callable[[reports.Report], None]
    ) -> None:
        self._paths = Paths(data_dir)
        self._open_library = open_library
        self._post = post
        self._journal = Journal(data_dir, self._fail)
        self._stop = threading.Event()
        self._closing = threading.Event()
        self._library: Library | None = None
        self._loaded: Loaded | None = None
        self._dialogue: Dialogue | None = None
        self._folder: SnapshotFolder | None = None
        self.shelf = Shelf(self._journal, self._opened, post)
        self._clerk = Clerk(self._need_snapshots, lambda: self._journal.store, self._need_model, post)
        self.on_stop: OnStop = "remember"
        self.dtype = "float32"

    # from any thread

    def stop(self) -> None:
        """Ends the running turn, or the one about to begin, after the token that is being computed."""
        self._stop.set()
        dialogue = self._dialogue
        if dialogue is not None:
            dialogue.place.session.stop()

    def clear_stop(self) -> None:
        """Forgets an earlier stop, but for that of the end; called while no turn runs."""
        self._stop.clear()
        if self._closing.is_set():
            self._stop.set()

    def close(self) -> None:
        """Ends the turn; from now on no model is loaded and no question answered, but everything is still saved."""
        self._closing.set()
        self.stop()

    def finish(self) -> None:
        """The last verb: a last try to save what could not be saved before."""
        self._journal.flush()

    @property
    def unsaved(self) -> frozenset[int]:
        """The stored turns whose answer or memory is not saved, by id."""
        return self._journal.incomplete

    def close_store(self) -> None:
        """Closes the database; called when no verb can run any more."""
        self._journal.close()

    # the model

    def start(self, path: str | None, snapshot: Path | None, seed: int | None = None) -> None:
        """Opens the store, loads a model and begins a conversation, from a saved memory where one is named."""
        self._journal.open()
        self.shelf.tell()
        self.load(path, snapshot, seed)
        if self._library is not None:
            self._snapshots(self._library).sweep()
        self.list_snapshots()
        self._post(reports.DeletedListed(self._journal.deleted()))

    def load(self, path: str | None, snapshot: Path | None = None, seed: int | None = None) -> None:
        """Loads a model and begins a conversation with it; or reports why not, and everything stays as it is."""
        if self._closing.is_set():
            return
        try:
            if self._library is None:
                self._library = self._open_library()
            loaded = load(self._library, path, self.dtype, self._stop.is_set)
            opening = self._first(loaded, snapshot, seed)
        except (RefusedError, RxtError, OSError) as error:
            self._post(reports.LoadFailed(sentence(error), self._stop.is_set()))
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception
            _log.exception("loading a model failed")
            message = f"The model could not be loaded ({type(error).__name__}: {error}). Nothing was changed."
            self._post(reports.LoadFailed(message))
        else:
            self._loaded = loaded
            with contextlib.suppress(StoreError):  # told when the store was opened
                self._journal.store.make_room(loaded.info.memory_bytes)
            self._post(reports.ModelLoaded(loaded.info))
            self._open(opening)

    def _first(self, loaded: Loaded, snapshot: Path | None, seed: int | None) -> Opening:
        if snapshot is not None:
            try:
                return from_snapshot(loaded, self._journal.new_id(), snapshot)
            except (RxtError, OSError, ValueError) as error:
                refused = OpenSnapshot(snapshot)
                self._fail(refused.failure, f"{sentence(error)} A new chat was started instead.", refused)
        return self._fresh(loaded, seed)

    # the conversation

    def ask(self, text: str, sampling: Sampling) -> None:
        """One turn; it ends with an event or a rejection, whatever the model does."""
        if self._dialogue is None:
            self._post(reports.TurnRejected(clean(text), "No model is open. Open one (File), then send this again."))
            return
        self.dialogue.ask(text, sampling)

    @property
    def dialogue(self) -> Dialogue:
        """The open conversation: its turns and its tree. Raises RefusedError where none is open."""
        if self._dialogue is None:
            raise RefusedError("No model is open. Open one first (File).")
        return self._dialogue

    def begin(self, seed: int | None) -> None:
        """Begins a conversation with the initial memory of `seed`; None: a random one."""
        if not self._closing.is_set():
            self._open(self._fresh(self._need_model(), seed))

    def reopen(self, conversation: int) -> None:
        """Opens a stored conversation with exactly the memory it had."""
        loaded = self._need_model()
        if self._journal.is_behind and self._opened(conversation) is not None:
            return  # what is open is ahead of what is stored
        self._need_saved(conversation)
        opening = from_store(loaded, self._journal.store, conversation, self._stop.is_set)
        self._open(opening)
        opening.place.keep_in(self._journal, (loaded.info.layers, loaded.info.slots, loaded.info.width))
        if opening.problem:
            self._fail("This chat was opened at an earlier turn", opening.problem)

    def delete(self, conversation: int, seed: int | None = None) -> None:
        """Takes a conversation off the list; where it is the open one, a new one begins, with `seed` as in `begin`."""
        opened = self._opened(conversation)
        following = None
        if opened is not None and not self._closing.is_set():
            following = self._fresh(self._need_model(), seed)  # what fails here must not fail after the deletion
        if opened is None or opened.stored:
            self._journal.store.delete(conversation)
            self.shelf.tell()
        if following is not None:
            self._open(following)

    def carry_over(self, conversation: int, seed: int | None) -> None:
        """Opens a copy of a stored conversation, whose turns are written into the memory of `seed` as in `begin`."""
        loaded = self._need_model()
        self._need_saved(conversation)
        seed = random_seed() if seed is None else seed
        number, carried = carry_over(loaded, self._journal.store, conversation, seed, self._stop.is_set)
        done = carried.in_words(loaded.info.name)
        try:
            self._renumber()
            self.shelf.tell()
            self.reopen(number)
        except EXPECTED as error:
            self._fail("The new chat was not opened", f"{done} The new chat is on the list. {sentence(error)}")
        else:
            self._post(reports.Noted("", done))

    # saved memories

    def carry_out(self, errand: Errand) -> None:
        """Saved memories as objects, conversations as files."""
        if isinstance(errand, PageErrand):
            if self._opened(errand.id) is not None:
                self._clerk.give(errand, lambda: exchanged_open(self.dialogue, lambda: self._journal.store))
                return
            self._need_saved(errand.id)
        self._clerk.carry_out(errand)
        if isinstance(errand, ImportConversation):
            self._renumber()
            self.shelf.tell()

    def _renumber(self) -> None:
        """A chat that is not stored yet has announced the next free number: what came from a file has taken it."""
        opened = self._dialogue.conversation if self._dialogue is not None else None
        if opened is not None and not opened.stored and 0 <= opened.id < self._journal.store.next_id():
            former, opened.id = opened.id, self._journal.new_id()
            self._post(reports.ConversationRenumbered(former, opened.id))

    def save_snapshot(
        self, path: Path, title: str, description: str, turn: int | None = None, beside: bool = False
    ) -> None:
        """Saves the memory of the open conversation as a file."""
        loaded, dialogue = self._need_model(), self.dialogue
        conversation, session = dialogue.conversation, dialogue.place.session
        memory, turns = dialogue.memory_at(turn) if turn is not None else (session.memory, len(session.turns))
        folder = self._snapshots(loaded.library)
        write = partial(
            loaded.library.save_snapshot,
            memory=memory,
            model=loaded.model,
            title=clean(title),
            description=clean(description),
            turns=conversation.origin_turns + turns,
            origin=conversation.title,
            parent=conversation.initial.sha256 if conversation.origin and turns else None,  # none is its own
            seed=conversation.seed,
            synthetic=not turns and (conversation.is_synthetic or folder.has_synthetic(memory.sha256)),
        )
        self._tell_saved(folder, folder.save(path, write, beside))

    def open_snapshot(self, path: Path) -> None:
        """Begins a conversation from a saved memory."""
        if not self._closing.is_set():
            self._open(from_snapshot(self._need_model(), self._journal.new_id(), path))

    def write_system_prompt(self, text: str, title: str, seed: int | None) -> None:
        """Writes `text` once into a new memory, saves that among the memories, and begins a conversation from it.

        The interaction is [BOS][Q]SYSTEM INSTRUCTIONS[A]text[EOS], as in the training of the model family.
        """
        if self._closing.is_set():
            return
        loaded, text = self._need_model(), clean(text)
        seed = random_seed() if seed is None else seed
        memory = loaded.library.write_system_prompt(loaded.model, text, seed)
        folder = self._snapshots(loaded.library)
        title = " ".join(clean(title).split()) or title_of(text)
        opening = from_memory(loaded, self._journal.new_id(), memory, title or PROMPT)
        write = partial(
            loaded.library.save_snapshot, memory=memory, model=loaded.model, title=title, description=text, seed=seed
        )
        self._tell_saved(folder, folder.save(folder.folder / f"{PROMPT}{MEMORY_SUFFIX}", write, beside=True))
        self._open(opening)

    def delete_snapshot(self, path: Path) -> None:
        """Moves a saved memory to the trash of the data folder."""
        self._need_snapshots().delete(path)
        self.list_snapshots()

    def list_snapshots(self) -> None:
        """Reports the saved memories; they can be read once loading a model was tried."""
        if self._library is not None:
            self._post(reports.SnapshotsListed(self._snapshots(self._library).list()))

    # for the analyst

    def subject(self, former: Subject | None) -> Subject | None:
        """The model and the open path as one value; `former` itself where nothing has changed since."""
        loaded, dialogue = self._loaded, self._dialogue
        if loaded is None or dialogue is None:
            return None
        chat, turns = dialogue.conversation, tuple(dialogue.place.session.turns)
        return subject_of(loaded, chat.initial, turns, self._journal.path, chat.origin, former)

    # parts

    def _fresh(self, loaded: Loaded, seed: int | None) -> Opening:
        return fresh(loaded, self._journal.new_id(), seed)

    def _tell_saved(self, folder: SnapshotFolder, path: Path) -> None:
        """Reports a memory that has just been saved: it is, whatever fails here."""
        try:
            self._post(reports.SnapshotSaved(folder.info(path)))
            self.list_snapshots()
        except (RxtError, OSError, ValueError) as error:
            self._fail("This memory was saved but cannot be listed", f"It is in {path}. {sentence(error)}")

    def _open(self, opening: Opening) -> None:
        """Swaps the conversation and looks once more, at the bytes: a memory that is not the one goes back."""
        message, former = opening.message, self._dialogue
        flags = (self._stop, self._closing, lambda: self.on_stop)
        self._dialogue = Dialogue(self._need_model(), self._journal, opening, *flags, self._post)
        if hashlib.sha256(opening.place.session.memory.to_bytes()).hexdigest() != opening.expected_sha256:
            self._dialogue = former
            raise RefusedError("Its memory did not arrive as it was saved. The open conversation stays as it is.")
        self._post(reports.ConversationOpened(message))
        self._post(reports.TreeChanged(message.tree, message.tip, message.path))

    def _opened(self, conversation: int) -> OpenedInStore | None:
        """The open conversation, if it has that id."""
        opened = self._dialogue.conversation if self._dialogue is not None else None
        return opened if opened is not None and opened.id == conversation else None

    def _snapshots(self, library: Library) -> SnapshotFolder:
        if self._folder is None:
            self._folder = SnapshotFolder(self._paths.snapshots_dir, self._paths.data_dir / "trash", library)
        return self._folder

    def _need_snapshots(self) -> SnapshotFolder:
        if self._library is None:
            raise RefusedError("Saved memories are known once a model was opened; nothing was changed.")
        return self._snapshots(self._library)

    def _need_saved(self, conversation: int) -> None:
        """Raises RefusedError where the newest turns of a conversation that was left wait to be saved."""
        if self._journal.is_behind:
            self._journal.flush()
            self.shelf.tell()
        if self._journal.waits_for(conversation):
            raise RefusedError("Its newest turns could not be saved yet. Make room on the disk and try again.")

    def _need_model(self) -> Loaded:
        if self._loaded is None:
            raise ModelRefusedError("No model is open. Open one first (File).")
        return self._loaded

    def _fail(self, title: str, message: str, about: Command | Saving | None = None) -> None:
        self._post(reports.Failed(title, message, about))
