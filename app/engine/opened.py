"""What is open: the model that answers, the conversation it answers in, and the flags that end its work."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.engine import reports
from app.engine.analysis.subject import Subject, subject_of
from app.engine.dialogue import Dialogue
from app.engine.opening import Opening, fresh
from app.engine.refusal import ModelRefusedError, RefusedError
from app.models.memory_status import OnStop

if TYPE_CHECKING:
    from app.engine.journal import Journal, OpenedInStore
    from app.engine.library import Loaded


class Opened:
    """For the verbs, on one thread; `stop`, `clear_stop` and `close` may be called from any, and `on_stop` assigned."""

    def __init__(self, journal: Journal, post: Callable[[reports.Report], None]) -> None:
        self._journal = journal
        self._post = post
        self._dialogue: Dialogue | None = None
        self.loaded: Loaded | None = None
        self.stopped = threading.Event()
        self.closing = threading.Event()
        self.on_stop: OnStop = "remember"

    # from any thread

    def stop(self) -> None:
        """Ends the running turn, or the one about to begin, after the token that is being computed."""
        self.stopped.set()
        dialogue = self._dialogue
        if dialogue is not None:
            dialogue.place.session.stop()

    def clear_stop(self) -> None:
        """Forgets an earlier stop, but for that of the end; called while no turn runs."""
        self.stopped.clear()
        if self.closing.is_set():
            self.stopped.set()

    def close(self) -> None:
        """Ends the turn; from now on no model is loaded and no question answered, but everything is still saved."""
        self.closing.set()
        self.stop()

    # for the verbs

    @property
    def model(self) -> Loaded:
        """Raises ModelRefusedError where none is loaded."""
        if self.loaded is None:
            raise ModelRefusedError("No model is open. Open one first (File).")
        return self.loaded

    @property
    def dialogue(self) -> Dialogue:
        """The open conversation: its turns and its tree. Raises RefusedError where none is open."""
        if self._dialogue is None:
            raise RefusedError("No model is open. Open one first (File).")
        return self._dialogue

    def chat(self, conversation: int | None = None) -> OpenedInStore | None:
        """The open conversation; None where none is, or where it has not the id that is given."""
        opened = self._dialogue.conversation if self._dialogue is not None else None
        return opened if opened is not None and conversation in (None, opened.id) else None

    def fresh(self, seed: int | None) -> Opening:
        """A new conversation with the initial memory of `seed`; None: a random one."""
        return fresh(self.model, self._journal.new_id(), seed)

    def show(self, opening: Opening) -> None:
        """Swaps the conversation and looks once more, at the bytes: a memory that is not the one goes back."""
        message, former = opening.message, self._dialogue
        flags = (self.stopped, self.closing, lambda: self.on_stop)
        self._dialogue = Dialogue(self.model, self._journal, opening, *flags, self._post)
        if hashlib.sha256(opening.place.session.memory.to_bytes()).hexdigest() != opening.expected_sha256:
            self._dialogue = former
            raise RefusedError("Its memory did not arrive as it was saved. The open conversation stays as it is.")
        self._post(reports.ConversationOpened(message))
        self._post(reports.TreeChanged(message.tree, message.tip, message.path))

    def subject(self, former: Subject | None) -> Subject | None:
        """For the analyst, the model and the open path as one value; `former` itself where nothing has changed."""
        if self.loaded is None or self._dialogue is None:
            return None
        chat, turns = self._dialogue.conversation, tuple(self._dialogue.place.session.turns)
        return subject_of(self.loaded, chat.initial, turns, self._journal.path, chat.origin, former)
