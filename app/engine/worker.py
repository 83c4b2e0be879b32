"""The worker: carries out commands on its own thread, one after another, and never dies of one.

Torch is imported here, when the first model is loaded. What a command raises, a panic of native code included,
becomes a report.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, QThread, Signal, Slot

from app.engine import commands, memory_commands, reports
from app.engine.engine import Engine
from app.engine.refusal import EXPECTED, ModelRefusedError, sentence, unexpected
from rxt.events import Event, MemoryWritten

if TYPE_CHECKING:
    from app.engine.analysis.subject import Subject
    from app.engine.library import Library

_log = logging.getLogger(__name__)


class Worker(QObject):
    """Carries out commands and puts what happens into `mailbox`, in order.

    Signals:
        reported(): the mailbox holds more than events of a running turn: look now.
    """

    reported = Signal()

    def __init__(self, data_dir: Path, open_library: Callable[[], Library], mailbox: deque[reports.Report]) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._subject: Subject | None = None
        self._unsaved: frozenset[int] = frozenset()
        self.engine = Engine(data_dir, open_library, self._post)

    @Slot(object)
    def handle(self, command: commands.Command) -> None:
        """Carries out one command; never raises."""
        try:
            self._carry_out(command)
        except EXPECTED as error:
            _log.info("%s was refused: %s", type(command).__name__, error)
            self._post(_refusal(command, error))
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception, and the thread must live
            _log.exception("%s failed", type(command).__name__)
            self._post(reports.Failed(command.failure, unexpected(error), command))
        self._post_unsaved()
        if command.phase is not None:
            self.engine.opened.clear_stop()  # it was for this one, not for what waits behind it
            self._post(reports.Finished())

    def _carry_out(self, command: commands.Command) -> None:
        engine = self.engine
        match command:
            case commands.Start():
                engine.start(command.model, command.snapshot, command.seed)
            case commands.LoadModel():
                engine.load(command.path, command.snapshot, command.seed)
            case commands.SetDtype():
                engine.dtype = command.dtype
            case commands.Ask():
                engine.ask(command.text, command.sampling)
            case commands.AskAfter():
                engine.dialogue.ask_after(command.turn, command.text, command.sampling)
            case commands.Regenerate():
                engine.dialogue.regenerate(command.turn, command.sampling)
            case commands.EditQuery():
                engine.dialogue.edit_query(command.turn, command.text, command.sampling)
            case commands.GoTo():
                engine.dialogue.go_to(command.turn)
            case commands.ShowBranch():
                engine.dialogue.show_branch(command.turn)
            case commands.ForgetTurn():
                engine.dialogue.forget_turn(command.turn)
            case commands.EditAnswer():
                engine.dialogue.edit_answer(command.turn, command.text)
            case commands.RewriteMemory():
                engine.dialogue.rewrite_memory(command.turn)
            case commands.ReplayConversation():
                engine.dialogue.replay()
            case commands.NewConversation():
                engine.begin(command.seed)
            case commands.OpenConversation():
                engine.reopen(command.id)
            case commands.CarryOver():
                engine.carry_over(command.id, command.seed)
            case commands.RenameConversation():
                engine.chats.rename(command.id, command.title)
            case commands.SetPinned():
                engine.chats.set_pinned(command.id, command.pinned)
            case commands.DeleteConversation():
                engine.chats.delete(command.id, command.seed)
            case commands.RestoreConversation():
                engine.chats.restore(command.id)
            case commands.SearchConversations():
                engine.chats.search(command.text)
            case commands.ExportConversation():
                engine.chat_files.export(command.id, command.path)
            case commands.ReadConversation():
                engine.chat_files.read(command.id)
            case commands.ImportConversation():
                engine.chat_files.add(command.path)
            case memory_commands.OpenSnapshot():
                engine.memories.open(command.path)
            case memory_commands.SaveSnapshot():
                engine.memories.save(command.path, command.title, command.description, command.turn, command.beside)
            case memory_commands.RenameSnapshot():
                engine.memories.rename(command.path, command.title, command.description)
            case memory_commands.DuplicateSnapshot():
                engine.memories.duplicate(command.path)
            case memory_commands.DeleteSnapshot():
                engine.memories.delete(command.path)
            case memory_commands.RestoreSnapshot():
                engine.memories.restore(command.path)
            case memory_commands.ExportSnapshot():
                engine.memories.export(command.path, command.target)
            case memory_commands.ImportSnapshot():
                engine.memories.add(command.path)
            case memory_commands.RefreshSnapshots():
                engine.memories.list()
            case memory_commands.WriteSystemPrompt():
                engine.memories.write_prompt(command.text, command.title, command.seed)
            case memory_commands.MeasurePrompt():
                engine.memories.measure_prompt(command.text)
            case commands.Close():
                try:
                    engine.finish()
                finally:
                    QThread.currentThread().quit()
            case _:
                assert_never(command)

    def _post(self, report: reports.Report) -> None:
        """Events wait for the port's next look: a signal for each would freeze the window."""
        if isinstance(report, MemoryWritten | reports.ConversationOpened | reports.PathChanged | reports.Finished):
            self._post_subject()
        self._mailbox.append(report)
        if not isinstance(report, Event):
            self.reported.emit()

    def _post_unsaved(self) -> None:
        if self.engine.unsaved != self._unsaved:
            self._unsaved = self.engine.unsaved
            self._post(reports.TurnsUnsaved(self._unsaved))

    def _post_subject(self) -> None:
        """The analyst hears of a change first, so that it is not asked about what it does not know yet."""
        subject = self.engine.opened.subject(self._subject)
        if subject is not self._subject:
            self._subject = subject
            self._mailbox.append(reports.SubjectChanged(subject))


def _refusal(command: commands.Command, error: Exception) -> reports.NoEvent:
    title, words = command.failure, sentence(error)
    if isinstance(command, commands.OpenConversation) and isinstance(error, ModelRefusedError):
        return reports.ConversationRefused(command.id, title, words)
    return reports.Failed(title, words, command)
