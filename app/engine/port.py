"""The port: the engine's face on the main thread. Every call returns at once; what comes of it arrives as signals.

Law: the main thread never waits for the worker, but for a while at the end. Stopping is a flag, not a command in the
queue. Events arrive in order, all of them, in at most 30 batches a second while a turn runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from app.engine import commands, reports
from app.engine.chat_port import ChatPort
from app.engine.library import Library, import_rxt
from app.engine.memory_port import MemoryPort
from app.engine.tree_port import TreePort
from app.engine.worker import Worker
from app.models.phase import Phase
from app.paths import Paths
from rxt.events import Event, MemoryWriting, TokenEmitted

if TYPE_CHECKING:
    from app.engine.messages import ModelInfo
    from app.models.memory_status import OnStop

BATCH_MS = 34
"""1000 ms / 30 batches, rounded up."""
SHUTDOWN_MS = 2000
TURN_SHUTDOWN_MS = 20_000
"""While a turn is under way: it is stopped, but what was said is still written to memory."""
STACK_BYTES = 16 * 2**20
"""Some systems give a thread 512 kB, too little for torch."""


class _Thread(QThread):
    """Keeps itself alive while it runs: its `run` is a frame that refers to it, so a hung thread is never destroyed."""

    def run(self) -> None:
        self.exec()


class EnginePort(QObject, TreePort, ChatPort, MemoryPort):
    """Talks to the engine.

    Signals:
        phase_changed(Phase): what the engine does now.
        events_arrived(tuple[Event, ...]): the newest events of the running turn, never empty.
        model_loaded(ModelInfo): another model answers; conversation_opened follows.
        load_failed(message, stopped): the model was not loaded; the one before, if any, stays with its conversation.
        conversation_opened(OpenedConversation): another conversation is open.
        path_changed(OpenedConversation): the open conversation shows another path of its tree, or changed texts.
        tree_changed(tuple[TurnNode, ...], tip, path): after every change of the open conversation's tree, and when a
            turn has begun or ended. tip: the id of the turn that the next one follows, or where that is not saved of
            the nearest before it that is; None: the initial memory. path: the ids of the shown turns, 0 where unsaved.
        replay_checked(ReplayCheck): whether every memory of the path could be computed again.
        conversations_found(text, tuple[ConversationSummary, ...]): the answer to search_conversations(text).
        noted(title, message): something worth knowing; nothing went wrong.
        conversation_renumbered(former, id): the open conversation was stored under another number than announced.
        conversations_changed(tuple[ConversationSummary, ...]): the stored conversations, the newest first.
        deleted_listed(tuple[ConversationSummary, ...]): after the start, what was deleted before it and can be brought
            back, the last first.
        turns_unsaved(frozenset[int]): the stored turns whose answer or memory is not saved; after every change.
        snapshot_saved(SnapshotInfo): the memory was saved.
        snapshots_changed(tuple[SnapshotInfo, ...]): the saved memories, the newest first.
        snapshot_imported(path): a memory from elsewhere is in the library.
        exported(path): a memory or a conversation was written to that file.
        conversation_read(id, title, page): what was said in a conversation; page: the body of an HTML page.
        conversation_refused(id, title, message): it was not opened because of its model; it can be read.
        conversation_imported(id, title): a conversation from a file is in the list.
        prompt_measured(text, tokens, room): what a text takes as a system prompt, and how much there may be.
        turn_rejected(text, message): nothing was answered or written; the text belongs in the composer again.
        failed(title, message, about): something else did not happen; the message says what and what is unchanged.
            about: the Command that was not carried out, or how Saving stands; None: neither.
        subject_changed(object): for AnalysisPort alone: the model and the open path; it comes before
            conversation_opened, path_changed and the event that a turn was written.
    """

    phase_changed = Signal(object)
    events_arrived = Signal(object)
    model_loaded = Signal(object)
    load_failed = Signal(str, bool)
    conversation_opened = Signal(object)
    path_changed = Signal(object)
    tree_changed = Signal(object, object, object)
    replay_checked = Signal(object)
    conversations_found = Signal(str, object)
    noted = Signal(str, str)
    conversation_renumbered = Signal(int, int)
    conversations_changed = Signal(object)
    deleted_listed = Signal(object)
    turns_unsaved = Signal(object)
    snapshot_saved = Signal(object)
    snapshots_changed = Signal(object)
    snapshot_imported = Signal(object)
    exported = Signal(object)
    conversation_read = Signal(int, str, str)
    conversation_refused = Signal(int, str, str)
    conversation_imported = Signal(int, str)
    prompt_measured = Signal(str, int, int)
    turn_rejected = Signal(str, str)
    failed = Signal(str, str, object)
    subject_changed = Signal(object)

    _commanded = Signal(object)

    def __init__(
        self, data_dir: Path, parent: QObject | None = None, *, open_library: Callable[[], Library] = import_rxt
    ) -> None:
        """`open_library` is called on the worker's thread; tests give a library without torch."""
        super().__init__(parent)
        self._paths = Paths(data_dir)
        self._mailbox: deque[reports.Report] = deque()
        self._model: ModelInfo | None = None
        self._phase = Phase.NO_MODEL
        self._tasks: deque[Phase] = deque()  # the phase of each unfinished command that keeps the engine busy
        self._rejection: reports.TurnRejected | None = None
        self._closed: bool | None = None
        self._thread = _Thread()  # no parent: it must be able to outlive the port
        self._thread.setObjectName("engine")
        self._thread.setStackSize(STACK_BYTES)
        self._worker = Worker(data_dir, open_library, self._mailbox)
        self._worker.moveToThread(self._thread)
        self._commanded.connect(self._worker.handle, Qt.ConnectionType.QueuedConnection)
        self._worker.reported.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self)
        self._timer.setInterval(BATCH_MS)
        self._timer.timeout.connect(self._deliver)

    @property
    def phase(self) -> Phase:
        """What the engine does, including what it was just told to do."""
        if self._tasks:
            return self._tasks[0]
        return Phase.NO_MODEL if self._model is None else Phase.READY

    @property
    def model(self) -> ModelInfo | None:
        """The loaded model."""
        return self._model

    @property
    def snapshots_dir(self) -> Path:
        """The folder whose memories snapshots_changed lists; it may not exist yet."""
        return self._paths.snapshots_dir

    # commands

    def start(self, model: str | None, snapshot: Path | None, seed: int | None = None) -> None:
        """Loads a model (None: the bundled one) and begins a conversation, from the memory in `snapshot` if given.

        seed: of the initial memory otherwise; None: a random one.
        """
        self._thread.start()
        self._command(commands.Start(model, snapshot, seed))

    def load_model(self, path: str | None, seed: int | None = None, snapshot: Path | None = None) -> None:
        """Loads another model and begins a conversation with it, from a saved memory where one is named."""
        self._command(commands.LoadModel(path, seed, snapshot))

    def stop(self) -> None:
        """Ends the answer after the token that is being computed, a replay (a chat that is being opened may need one)
        after the turn that is being computed, or a load after the tensor that is being read."""
        if self.phase.can_stop:
            self._worker.engine.opened.stop()

    def set_on_stop(self, on_stop: OnStop) -> None:
        """Whether a stopped turn is written to memory; at once: a command would wait for the turn that runs."""
        self._worker.engine.opened.on_stop = on_stop

    def set_dtype(self, dtype: str) -> None:
        """The number format of models that are loaded from now on: "float32", or "auto" for the fastest here."""
        self._command(commands.SetDtype(dtype))

    def shutdown(self) -> bool:
        """Stops the turn, ends the thread and closes the store; nothing is signalled any more.

        False where the thread does not end in time: it hangs in native code, so the process must leave with os._exit.
        Everything that was acknowledged is saved even then. Calling it again only repeats the answer.
        """
        if self._closed is None:
            wait_ms = TURN_SHUTDOWN_MS if self.phase.is_turn else SHUTDOWN_MS
            self._timer.stop()
            self._worker.reported.disconnect(self._deliver)
            self._worker.engine.opened.close()
            self._commanded.emit(commands.Close())
            self._closed = not self._thread.isRunning() or self._thread.wait(wait_ms)
            if self._closed:
                self._worker.engine.close_store()
        return self._closed

    def _begin_turn(self, command: commands.TurnCommand) -> None:
        self._command(command)
        self._timer.start()

    def _command(self, command: commands.Command) -> None:
        if self._closed is not None:
            return
        if not self.phase.is_busy:  # a stop that came too late for the task before is none for this one
            self._worker.engine.opened.clear_stop()
        if command.phase is not None:
            self._tasks.append(command.phase)
        self._commanded.emit(command)
        self._announce_phase()

    # deliveries

    @Slot()
    def _deliver(self) -> None:
        """Hands out what is in the mailbox, in order: runs of events together, everything else one by one."""
        if self._closed is not None:  # posted before the end
            return
        events: list[Event] = []
        for _ in range(len(self._mailbox)):
            if not self._mailbox:  # a slot that was called below may have delivered the rest
                break
            report = self._mailbox.popleft()
            if isinstance(report, Event):
                events.append(report)
            else:
                self._deliver_events(events)
                events = []
                self._deliver_report(report)
        self._deliver_events(events)

    def _deliver_events(self, events: list[Event]) -> None:
        if not events:
            return
        self.events_arrived.emit(tuple(events))
        for event in events:
            self._follow(event)

    def _follow(self, event: Event) -> None:
        if not self._tasks:
            return
        if isinstance(event, TokenEmitted):
            self._tasks[0] = Phase.ANSWERING
        elif isinstance(event, MemoryWriting):
            self._tasks[0] = Phase.WRITING
        self._announce_phase()

    def _deliver_report(self, report: reports.NoEvent) -> None:
        match report:
            case reports.ModelLoaded():
                self._model = report.model
                self.model_loaded.emit(report.model)
            case reports.LoadFailed():
                self.load_failed.emit(report.message, report.stopped)
            case reports.ConversationOpened():
                self.conversation_opened.emit(report.conversation)
            case reports.PathChanged():
                self.path_changed.emit(report.conversation)
            case reports.TreeChanged():
                self.tree_changed.emit(report.nodes, report.tip, report.path)
            case reports.ReplayChecked():
                self.replay_checked.emit(report.check)
            case reports.ConversationsFound():
                self.conversations_found.emit(report.text, report.conversations)
            case reports.Noted():
                self.noted.emit(report.title, report.message)
            case reports.ConversationRenumbered():
                self.conversation_renumbered.emit(report.former, report.id)
            case reports.ConversationsListed():
                self.conversations_changed.emit(report.conversations)
            case reports.DeletedListed():
                self.deleted_listed.emit(report.conversations)
            case reports.TurnsUnsaved():
                self.turns_unsaved.emit(report.turns)
            case reports.SnapshotSaved():
                self.snapshot_saved.emit(report.snapshot)
            case reports.SnapshotsListed():
                self.snapshots_changed.emit(report.snapshots)
            case reports.SnapshotImported():
                self.snapshot_imported.emit(report.path)
            case reports.Exported():
                self.exported.emit(report.path)
            case reports.ConversationRead():
                self.conversation_read.emit(report.id, report.title, report.page)
            case reports.ConversationRefused():
                self.conversation_refused.emit(report.id, report.title, report.message)
            case reports.ConversationImported():
                self.conversation_imported.emit(report.id, report.title)
            case reports.PromptMeasured():
                self.prompt_measured.emit(report.text, report.tokens, report.room)
            case reports.TurnRejected():
                self._rejection = report
            case reports.Failed():
                self.failed.emit(report.title, report.message, report.about)
            case reports.SubjectChanged():
                self.subject_changed.emit(report.subject)
            case reports.Finished():
                self._finish()
            case _:
                assert_never(report)

    def _finish(self) -> None:
        """The first task is over. A rejected text goes back before anybody hears that the engine is ready again."""
        self._tasks.popleft()
        rejection, self._rejection = self._rejection, None
        if not self._tasks:
            self._timer.stop()
        if rejection is not None:
            self.turn_rejected.emit(rejection.text, rejection.message)
        self._announce_phase()

    def _announce_phase(self) -> None:
        if self.phase is not self._phase:
            self._phase = self.phase
            self.phase_changed.emit(self._phase)
