"""Brings what the engine says into the models and onto the screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.actions.table import Actions, Situation
from app.engine.memory_commands import OpenSnapshot
from app.engine.reports import CARRIED, SAME_ANSWER
from app.models.phase import Phase
from app.models.short_text import one_line
from app.views.branch_link import BranchLink
from app.views.notices import BUSY, Tone, headed
from app.views.spoken import ASSERTIVE, announce
from rxt.events import Event, MemoryWritten, TurnFailed, TurnStarted

if TYPE_CHECKING:
    from app.engine.messages import ConversationSummary, ModelInfo, OpenedConversation, SnapshotInfo, TurnNode
    from app.engine.port import EnginePort
    from app.models.workspace import Workspace
    from app.views.commands import WindowCommands
    from app.views.main_window import MainWindow


NOTES_SHOWN = 2
NOTE_LETTERS = 160
OF_THE_LAST_TURN = ("rejected", SAME_ANSWER)
"""The keys of notices that the next turn takes away."""
LEADS_ELSEWHERE = (Phase.LOADING, Phase.OPENING, Phase.REWRITING)
"""What is written meanwhile may be meant for what comes then."""


class EngineLink(QObject):
    """Receives the signals of the port, in order."""

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        actions: Actions,
        commands: WindowCommands,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._window = window
        self._actions = actions
        self._phase = Phase.LOADING
        self._is_starting = True
        self._asked_memory: Path | None = None
        self._chat_before: int | None = None
        self._connect(commands)
        self._update_actions()
        self._branches = BranchLink(port, workspace, window, commands.branches, self)

    def _connect(self, commands: WindowCommands) -> None:
        port, window = self._port, self._window
        port.phase_changed.connect(self._on_phase)
        port.events_arrived.connect(self._on_events)
        port.model_loaded.connect(self._on_model_loaded)
        port.load_failed.connect(self._on_load_failed)
        port.conversation_opened.connect(self._on_conversation_opened)
        port.path_changed.connect(self._on_path_changed)
        port.tree_changed.connect(self._on_tree_changed)
        port.noted.connect(self._on_noted)
        port.conversation_renumbered.connect(self._on_conversation_renumbered)
        port.conversations_changed.connect(self._on_conversations)
        port.snapshot_saved.connect(self._on_snapshot_saved)
        port.snapshots_changed.connect(self._on_snapshots)
        port.turn_rejected.connect(self._on_turn_rejected)
        port.failed.connect(self._on_failed)
        for refused in (port.load_failed, port.conversation_refused):
            refused.connect(self._on_refused)
        commands.memory_asked.connect(self._on_memory_asked)
        window.closing.connect(self._on_closing)
        window.hint_dismissed.connect(self._on_hint_dismissed)
        history = self._workspace.history
        for signal in (history.cursor_changed, history.reset, history.turn_added):
            signal.connect(self._on_cursor)

    # ---------------------------------------------------------------- turns

    @Slot(object)
    def _on_phase(self, phase: Phase) -> None:
        self._phase = phase
        if not phase.is_busy:
            if self._workspace.conversation.abandon():
                words = f"{self._workspace.conversation.exchanges[-1].answer} Stopped; not in memory."
                announce(self._window.chat.transcript, words.lstrip())
            self._window.chat.notices.dismiss(BUSY)
        self._window.show_phase(phase)
        self._update_actions()
        self._workspace.outbox.set_phase(phase)

    @Slot(object)
    def _on_events(self, events: tuple[Event, ...]) -> None:
        self._workspace.conversation.apply(events)
        for event in events:
            if isinstance(event, TurnStarted):
                for key in OF_THE_LAST_TURN:
                    self._window.chat.notices.dismiss(key)
            if isinstance(event, MemoryWritten):
                self._remember(event)
            if isinstance(event, TurnFailed) and event.phase != "reading":  # of those a notice tells
                announce(self._window.chat.transcript, event.message, ASSERTIVE)
        self._workspace.outbox.follow(events)
        if any(isinstance(event, MemoryWritten) for event in events):
            self._update_actions()

    def _remember(self, event: MemoryWritten) -> None:
        self._workspace.history.add(event.record)
        announce(self._window.chat.transcript, f"{event.record.answer} In memory.")
        if not self._workspace.settings.preferences.hint_seen:
            self._window.show_memory_hint()

    @Slot(str, str)
    def _on_turn_rejected(self, text: str, message: str) -> None:
        self._workspace.outbox.refused()
        self._window.chat.composer.give_back(text)
        self._window.chat.notices.add(message, Tone.WARNING, key="rejected")

    @Slot()
    def _on_hint_dismissed(self) -> None:
        self._workspace.settings.update(hint_seen=True)

    # ---------------------------------------------------------------- models, chats, memories

    @Slot(object)
    def _on_model_loaded(self, model: ModelInfo) -> None:
        self._is_starting = False
        numbers = "" if model.dtype == "float32" else f" · {model.dtype}"
        self._window.status.show_model(model.name, f"{model.device}{numbers}")
        self._workspace.chats.set_model(model)
        self._window.chat.notices.dismiss("load")
        self._window.chat.notices.dismiss("notes")
        if model.notes:
            words = f"{one_line(model.name)} is open, but not all of it was clear: {_brief(model.notes)}."
            self._window.chat.notices.add(words, Tone.WARNING, key="notes")
        self._update_actions()

    @Slot(str, bool)
    def _on_load_failed(self, message: str, stopped: bool) -> None:
        self._is_starting = False
        if self._port.model is None:
            self._window.chat.show_model_missing(message)
        else:
            words = message.removesuffix(" Nothing was changed.")
            words = f"{words} {one_line(self._port.model.name)} stays open and nothing was changed."
            self._window.chat.notices.add(words, Tone.INFO if stopped else Tone.ERROR, key="load")

    @Slot(object)
    def _on_memory_asked(self, path: Path) -> None:
        self._asked_memory, self._chat_before = path, self._workspace.conversation.id

    @Slot(object)
    def _on_conversation_opened(self, opened: OpenedConversation) -> None:
        workspace = self._workspace
        if workspace.conversation.id is not None:  # what was written while the first model loaded is for this chat
            self._take_back("Another chat is open. Send it here if it is for this one.")
        records = tuple(turn.record for turn in opened.turns if turn.record is not None)
        origin = f"the memory “{one_line(opened.origin)}”" if opened.origin else ""
        workspace.conversation.open(opened.id, opened.title, origin, opened.turns)
        workspace.history.start(opened.initial, records, one_line(opened.origin))
        workspace.chats.set_current(opened.id)
        self._update_actions()
        self._window.chat.notices.dismiss("origin")  # that was about the chat before
        if opened.origin and not opened.turns:
            self._tell_origin(opened.origin)
        self._asked_memory = None

    @Slot()
    def _on_refused(self) -> None:
        if self._workspace.conversation.id is not None:
            self._keep_unsent()

    def _keep_unsent(self) -> None:
        """What was written for another path comes back, or it would go to this one as soon as it can."""
        if self._phase in LEADS_ELSEWHERE:
            self._take_back("It was not sent. Send it here if it is for this chat.")

    def _take_back(self, words: str) -> None:
        """What was written for another path comes back: only the user knows whether it is for this one."""
        composer = self._window.chat.composer
        was_empty = not composer.text.strip()
        if self._workspace.outbox.take_back():
            if was_empty:
                composer.set_text(f"{composer.text}\n")  # what is typed next begins a new line
            composer.hint(words)

    @Slot(object)
    def _on_path_changed(self, opened: OpenedConversation) -> None:
        if self._phase is Phase.OPENING:
            self._take_back("Another branch is open. Send it here if it is for this one.")
        records = tuple(turn.record for turn in opened.turns if turn.record is not None)
        self._workspace.conversation.show_path(opened.turns)
        self._workspace.history.follow_path(records)
        self._update_actions()

    @Slot(object, object, object)
    def _on_tree_changed(self, nodes: tuple[TurnNode, ...], _tip: int | None, path: tuple[int, ...]) -> None:
        self._workspace.conversation.follow_tree(nodes, path)

    @Slot(str, str)
    def _on_noted(self, title: str, message: str) -> None:
        self._window.chat.notices.add(headed(title, message), key=title or CARRIED)

    @Slot(int, int)
    def _on_conversation_renumbered(self, former: int, number: int) -> None:
        if self._workspace.conversation.id == former:
            self._workspace.conversation.renumber(number)
            self._workspace.chats.set_current(number)

    def _tell_origin(self, origin: str) -> None:
        before = self._chat_before
        can_undo = self._asked_memory is not None and before is not None and self._workspace.chats.line(before)
        self._window.chat.notices.add(
            f"Started from “{one_line(origin)}”.",
            action="Undo" if can_undo else "",
            run=(lambda: self._go_back(before)) if can_undo and before is not None else None,
            key="origin",
        )

    def _go_back(self, chat: int) -> None:
        self._window.losses.leave(partial(self._port.open_conversation, chat))

    @Slot(object)
    def _on_conversations(self, lines: tuple[ConversationSummary, ...]) -> None:
        self._workspace.chats.set_lines(lines)
        number = self._workspace.conversation.id
        line = self._workspace.chats.line(number) if number is not None else None
        if line is not None:
            self._workspace.conversation.rename(line.title)
        self._update_actions()

    @Slot(object)
    def _on_snapshot_saved(self, snapshot: SnapshotInfo) -> None:
        self._window.chat.notices.add(f"Memory “{one_line(snapshot.title)}” saved to {snapshot.path}", key="saved")

    @Slot(object)
    def _on_snapshots(self, lines: tuple[SnapshotInfo, ...]) -> None:
        self._workspace.memories.set_lines(lines)

    @Slot(str, str, object)
    def _on_failed(self, title: str, message: str, about: object) -> None:
        if self._asked_memory is not None and about == OpenSnapshot(self._asked_memory):
            self._asked_memory = None
        notices = self._window.chat.notices
        notices.add(headed(title, message), Tone.ERROR, key=title or message)  # a second try replaces the first
        # at the start, where no chat is open yet, another memory comes than was asked for
        if self._workspace.conversation.id is not None or isinstance(about, OpenSnapshot):
            self._keep_unsent()

    @Slot(str)
    def on_crash(self, summary: str) -> None:
        """An error inside the application that was written to the log."""
        self._window.chat.notices.add(summary, Tone.ERROR, key="crash")

    # ---------------------------------------------------------------- what can be done

    @Slot()
    def _on_cursor(self) -> None:
        self._update_actions()

    def _update_actions(self) -> None:
        workspace = self._workspace
        history = workspace.history
        self._actions.update(
            Situation(
                phase=self._phase,
                is_starting=self._is_starting,
                has_model=self._port.model is not None,
                has_turns_in_memory=history.last_turn >= 0,
                has_chat=workspace.conversation.id is not None,
                has_reply=bool(workspace.conversation.last_reply),
                is_at_end=history.is_at_end,
                origin=workspace.conversation.origin,
            )
        )
        current = history.current
        shown = current.memory_after if current else history.initial.sha256 if history.initial else ""
        self._window.status.show_memory(shown, history.cursor + 1, history.last_turn + 1)

    @Slot()
    def _on_closing(self) -> None:
        if self._phase.is_turn:
            self._window.hide()  # writing it to memory may take a while
        self._port.stop()
        self._port.shutdown()


def _brief(notes: tuple[str, ...]) -> str:
    """The first notes, each cut, and how many more there are: there may be one for each line of a strange file."""
    shown = [note if len(note) <= NOTE_LETTERS else f"{note[: NOTE_LETTERS - 1].rstrip()}…" for note in notes]
    more = len(notes) - NOTES_SHOWN
    which = f"; and {more:,} more, which {'is' if more == 1 else 'are'} in the log" if more > 0 else ""
    return f"{'; '.join(shown[:NOTES_SHOWN])}{which}"
