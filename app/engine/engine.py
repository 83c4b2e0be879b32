"""What the commands do, without a thread: the model, the open conversation, the store and the saved memories.

Each verb prepares everything that can fail before it changes anything; what it did goes out as reports.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import reports
from app.engine.journal import Journal, OpenedInStore
from app.engine.library import load
from app.engine.messages import OnStop
from app.engine.opening import Opening, fresh, from_snapshot, from_store, start_session
from app.engine.refusal import RefusedError, sentence
from app.engine.snapshots import SnapshotFolder
from app.engine.turn import Turn
from app.paths import Paths
from app.store.turn_codec import clean
from rxt.errors import RxtError
from rxt.events import Sampling

if TYPE_CHECKING:
    from app.engine.library import Library, Loaded, Session

_log = logging.getLogger(__name__)


class Engine:
    """The verbs of the engine, for one thread; `stop` and `close` may be called from any.

    post: takes every report, in the order things happen.
    Verbs raise RefusedError, RxtError, StoreError or OSError with a sentence, and then have changed nothing.
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
        self._conversation: OpenedInStore | None = None
        self._session: Session | None = None
        self.on_stop: OnStop = "remember"

    # from any thread

    def stop(self) -> None:
        """Ends the running turn, or the one about to begin, after the token that is being computed."""
        self._stop.set()
        session = self._session
        if session is not None:
            session.stop()

    def clear_stop(self) -> None:
        """Forgets an earlier stop; called while no turn runs."""
        self._stop.clear()

    def close(self) -> None:
        """Ends the turn; from now on no model is loaded and no question answered, but everything is still saved."""
        self._closing.set()
        self.stop()

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
        self._list_conversations()
        self.load(path, snapshot, seed)
        self.list_snapshots()

    def load(self, path: str | None, snapshot: Path | None = None, seed: int | None = None) -> None:
        """Loads a model and begins a conversation with it; or reports why not, and everything stays as it is."""
        if self._closing.is_set():
            return
        try:
            if self._library is None:
                self._library = self._open_library()
            loaded = load(self._library, path)
            opening = self._first(loaded, snapshot, seed)
        except (RxtError, OSError) as error:
            self._post(reports.LoadFailed(sentence(error)))
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception
            _log.exception("loading a model failed")
            message = f"The model could not be loaded ({type(error).__name__}: {error}). Nothing was changed."
            self._post(reports.LoadFailed(message))
        else:
            self._loaded = loaded
            self._post(reports.ModelLoaded(loaded.info))
            self._open(opening)

    def _first(self, loaded: Loaded, snapshot: Path | None, seed: int | None) -> Opening:
        if snapshot is not None:
            try:
                return self._from_snapshot(loaded, snapshot)
            except (RxtError, OSError, ValueError) as error:
                self._fail("This memory was not opened", f"{sentence(error)} A new conversation was started instead.")
        return self._fresh(loaded, seed)

    # the conversation

    def ask(self, text: str, sampling: Sampling) -> None:
        """One turn; it ends with an event or a rejection, whatever the model does."""
        text = clean(text)
        session, conversation = self._session, self._conversation
        if session is None or conversation is None:
            self._post(reports.TurnRejected(text, "No model is loaded. Load a model, then send this again."))
            return
        session.sampling, session.on_stop = sampling, self.on_stop
        memory, turns = session.memory, tuple(session.turns)
        is_new, announced = not conversation.stored, conversation.id
        entry = self._journal.begin(conversation, len(turns), text, sampling, memory.sha256)
        if self._closing.is_set():
            return
        if conversation.id != announced:
            self._post(reports.ConversationRenumbered(announced, conversation.id))
        if is_new:
            self._list_conversations()
        turn = Turn(session, self._journal, entry, self._stop, self._post)
        turn.run(text)
        if turn.has_raised and self._loaded is not None:
            self._session = start_session(self._loaded, memory, turns, self.on_stop)
        self._list_conversations()

    def begin(self, seed: int | None) -> None:
        """Begins a conversation with the initial memory of `seed`; None: a random one."""
        if not self._closing.is_set():
            self._open(self._fresh(self._need_model(), seed))

    def reopen(self, conversation: int) -> None:
        """Opens a stored conversation with exactly the memory it had."""
        loaded = self._need_model()
        if self._journal.is_behind and self._opened(conversation) is not None:
            return  # what is open is ahead of what is stored
        self._open(from_store(loaded, self._journal.store, conversation, self.on_stop))

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
        self._list_conversations()

    def delete(self, conversation: int) -> None:
        """Takes a conversation off the list; where it is the open one, a new one begins."""
        opened = self._opened(conversation)
        if opened is None or opened.stored:
            self._journal.store.delete(conversation)
            self._list_conversations()
        if opened is not None:
            self.begin(None)

    def restore(self, conversation: int) -> None:
        """Brings a deleted conversation back to the list."""
        self._journal.store.restore(conversation)
        self._list_conversations()

    # saved memories

    def save_snapshot(self, path: Path, title: str, description: str) -> None:
        """Saves the memory of the open conversation as a file."""
        loaded, session, conversation = self._need_model(), self._session, self._conversation
        if session is None or conversation is None:
            raise RefusedError("There is no open conversation whose memory could be saved.")
        folder = self._snapshots(loaded.library)
        if path.parent == folder.folder:
            folder.create()
        loaded.library.save_snapshot(
            path,
            session.memory,
            model=loaded.model,
            title=clean(title),
            description=clean(description),
            turns=conversation.origin_turns + len(session.turns),
            origin=conversation.title,
            parent=conversation.initial.sha256 if conversation.origin else None,
            seed=conversation.seed,
        )
        self._post(reports.SnapshotSaved(folder.info(path)))
        self.list_snapshots()

    def open_snapshot(self, path: Path) -> None:
        """Begins a conversation from a saved memory."""
        if not self._closing.is_set():
            self._open(self._from_snapshot(self._need_model(), path))

    def delete_snapshot(self, path: Path) -> None:
        """Moves a saved memory to the trash of the data folder."""
        if self._library is None:
            raise RefusedError("Saved memories are known once a model was loaded; this one was left where it is.")
        self._snapshots(self._library).delete(path)
        self.list_snapshots()

    def list_snapshots(self) -> None:
        """Reports the saved memories; they can be read once loading a model was tried."""
        if self._library is not None:
            self._post(reports.SnapshotsListed(self._snapshots(self._library).list()))

    # parts

    def _fresh(self, loaded: Loaded, seed: int | None) -> Opening:
        return fresh(loaded, self._journal.new_id(), seed, self.on_stop)

    def _from_snapshot(self, loaded: Loaded, path: Path) -> Opening:
        return from_snapshot(loaded, self._journal.new_id(), path, self.on_stop)

    def _open(self, opening: Opening) -> None:
        message = opening.message
        self._conversation, self._session = opening.conversation, opening.session
        self._post(reports.ConversationOpened(message))

    def _opened(self, conversation: int) -> OpenedInStore | None:
        """The open conversation, if it has that id."""
        opened = self._conversation
        return opened if opened is not None and opened.id == conversation else None

    def _snapshots(self, library: Library) -> SnapshotFolder:
        return SnapshotFolder(self._paths.snapshots_dir, self._paths.data_dir / "trash", library.read_snapshot_info)

    def _need_model(self) -> Loaded:
        if self._loaded is None:
            raise RefusedError("No model is loaded. Load a model first.")
        return self._loaded

    def _list_conversations(self) -> None:
        self._post(reports.ConversationsListed(self._journal.list()))

    def _fail(self, title: str, message: str) -> None:
        self._post(reports.Failed(title, message))
