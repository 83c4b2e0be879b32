"""Passes the user's commands about turns, versions and branches on to the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.engine.commands import EditAnswer, ForgetTurn, GoTo, RewriteMemory
from app.models.conversation import Exchange
from app.models.memory_names import INITIAL
from app.models.phase import Phase
from app.models.turn_verbs import VERBS, TurnFacts, refusals
from app.views.branch_notices import BranchNotices
from app.views.notices import BUSY, Tone
from app.views.past_commands import PastCommands

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.models.workspace import Workspace
    from app.views.main_window import MainWindow
    from app.views.memory_commands import MemoryCommands
    from rxt.events import Sampling

UNSAVED_PAST = "The memory that is shown belongs to no saved turn: go to another turn, or back to now."
BEFORE_FIRST = "The memory before the first turn is shown: go to a turn, or back to now."


class BranchCommands(QObject):
    """Runs the actions for turns. The message they are for has the keyboard, or led to the memory that is shown."""

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        memories: MemoryCommands,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._conversation = workspace.conversation
        self._window = window
        self._memories = memories
        self._changing: dict[int, str] = {}  # the new words of answers that were edited, by turn
        self.notices = BranchNotices(port, workspace.conversation, window.chat.notices)
        self.past = PastCommands(port, workspace, window, self.notices, self)
        self._by_verb = {
            "regenerate": self._regenerate,
            "edit_message": self._edit_message,
            "edit_answer": self._edit_answer,
            "rewrite_memory": self._rewrite_memory,
            "forget_turn": self._forget_turn,
            "fork_here": self._fork_at,
            "save_turn_memory": self._save_memory,
        }
        overlay = window.chat.overlay
        overlay.refusals_of = self.refusals_of
        overlay.asked.connect(self.do)
        overlay.edit_accepted.connect(self._finish_edit)
        overlay.editor.edit.focus_changed.connect(self.refresh)
        port.failed.connect(self._on_failed)
        window.chat.transcript.version_asked.connect(self._show_version)
        window.chat.transcript.pointed.connect(self.refresh)
        window.chat.find_bar.toggled.connect(self.refresh)
        window.sidebar.branches.chosen.connect(self._show_branch)
        window.sidebar.chats.pin_requested.connect(self._pin)

    # ---------------------------------------------------------------- which message

    @property
    def _row(self) -> int:
        """The message with the keyboard, else that of the memory that is shown, by rows; -1 where there is none."""
        chat, focus = self._window.chat, self._window.focusWidget()  # also while another window is in front
        row = -1
        if focus is chat.transcript:
            row = chat.transcript.focused_row
        elif focus is not None and chat.overlay.tools.isAncestorOf(focus):
            row = chat.overlay.tools.row
        elif focus is not None and chat.overlay.editor.isAncestorOf(focus):
            row = chat.overlay.edited_row
        if row >= 0:
            return row
        history = self._workspace.history
        if history.is_at_end:
            return self._conversation.rowCount() - 1
        shown = self._conversation.row_of_turn(history.cursor)
        return -1 if shown is None else shown

    def _exchange(self, row: int) -> Exchange | None:
        exchanges = self._conversation.exchanges
        return exchanges[row // 2] if 0 <= row < 2 * len(exchanges) else None

    def refusals_of(self, row: int) -> Mapping[str, str]:
        """Why verbs cannot be done with the message in a row."""
        is_tip = row // 2 == self._conversation.rowCount() // 2 - 1
        phase, has_none = self._port.phase, row < 0 < self._conversation.rowCount()
        if has_none and not phase.is_busy and phase is not Phase.NO_MODEL:
            return dict.fromkeys(VERBS, self._no_turn)
        return refusals(TurnFacts(self._exchange(0 if has_none else row), phase, is_tip))

    @property
    def _no_turn(self) -> str:
        """Why nothing can be done with the turn that is looked at, where there is none."""
        return BEFORE_FIRST if self._workspace.history.cursor == INITIAL else UNSAVED_PAST

    def reasons(self) -> dict[str, str]:
        """Why actions cannot be done now, by action."""
        history = self._workspace.history
        found = dict(self.refusals_of(self._row))
        fork = found.pop("fork_here", "")
        if not history.is_at_end:
            fork = "" if self.past.cursor_id != 0 else "This turn could not be saved, so nothing can follow it."
        busy = f"Please wait: {self._port.phase.value}." if self._port.phase.is_busy else ""
        if busy or fork:
            found["fork"] = busy or fork
        if busy or self._conversation.is_empty:
            found["replay"] = busy or "There is no message yet."
        elif history.last_turn < 0:
            found["replay"] = "No turn of this chat is in memory, so there is none to compute again."
        found |= self._unlisted()
        if not history.is_at_end and not self.past.cursor_id:
            found |= dict.fromkeys(("save_memory", "save_memory_as"), self._no_turn)
        if not self._workspace.branches.lead_elsewhere:
            found["branches"] = "This chat has one branch. Another version of a turn begins a second one."
        if self._window.chat.find_bar.isHidden():
            found |= dict.fromkeys(("find_next", "find_previous"), "Nothing is being searched in this chat.")
        return found

    def _unlisted(self) -> dict[str, str]:
        """Why things of the list cannot be done with the open chat; nothing where it is on the list."""
        number = self._conversation.id
        if number is not None and self._workspace.chats.line(number) is not None:
            return {}
        listed = ("pin_chat", "rename_chat", "delete_chat")
        if not self._conversation.is_empty:
            return dict.fromkeys(listed, "This chat is not saved, so it is not on the list.")
        found = dict.fromkeys(listed, "This chat is empty: it is listed with its first message.")
        return {**found, "export_chat": "This chat is empty: there is nothing to export."}

    @Slot()
    def refresh(self) -> None:
        """What can be done may be something else now."""
        self._window.known_actions.set_reasons("branches", self.reasons())

    @Slot(str, int)
    def do(self, verb: str, row: int) -> None:
        """Does something with the message in a row, or says why it cannot be done."""
        reason = self.refusals_of(row).get(verb)
        exchange = self._exchange(row)
        if reason is not None or exchange is None:
            self._window.chat.notices.add(reason or "There is no message yet.", Tone.WARNING, key=BUSY)
        else:
            self._by_verb[verb](exchange, row)

    # ---------------------------------------------------------------- versions

    def regenerate(self) -> None:
        self.do("regenerate", self._row)

    def _regenerate(self, exchange: Exchange, _row: int) -> None:
        self._back_to_now()
        self._port.regenerate(exchange.id, self._sampling)

    def show_version(self, step: int) -> None:
        self._show_version(self._row, step)

    @Slot(int, int)
    def _show_version(self, row: int, step: int) -> None:
        exchange = self._exchange(row)
        verb = "next_version" if step > 0 else "previous_version"
        reason = self.refusals_of(row).get(verb)
        if exchange is not None and reason is None:
            self._port.show_branch(exchange.versions[exchange.version - 1 + step])
        elif exchange is not None and self._port.phase.is_busy:
            self._window.chat.composer.hint(reason or "")

    @Slot(object)
    def _show_branch(self, turn: int) -> None:
        if self._port.phase.is_busy:
            self._window.chat.composer.hint(f"Please wait: {self._port.phase.value}.")
        else:
            self._port.show_branch(turn)

    # ---------------------------------------------------------------- editing

    def edit_message(self) -> None:
        self.do("edit_message", self._row)

    def _edit_message(self, _exchange: Exchange, row: int) -> None:
        self._window.chat.overlay.begin_edit(row - row % 2)

    def edit_answer(self) -> None:
        self.do("edit_answer", self._row)

    def _edit_answer(self, _exchange: Exchange, row: int) -> None:
        self._window.chat.overlay.begin_edit(row + 1 - row % 2)

    @Slot(int, bool, str)
    def _finish_edit(self, turn: int, is_query: bool, text: str) -> None:
        editor = self._window.chat.overlay.editor
        row = self._conversation.row_of_id(turn)
        reason = self.refusals_of(row).get("edit_message") if row is not None else "This turn is not shown any more."
        if reason:
            editor.say(reason)
            return
        editor.finish()
        if is_query:
            self._back_to_now()
            self._workspace.outbox.hold(text)
            self._port.edit_query(turn, text, self._sampling)
            self._window.chat.transcript.jump_to_latest()
        else:
            self.notices.announce_edit(EditAnswer(turn, text), self._conversation.index((row or 0) + 1).data())
            self._changing[turn] = text
            self._port.edit_answer(turn, text)

    @Slot(str, str, object)
    def _on_failed(self, _title: str, _message: str, about: object) -> None:
        """The words that an answer did not take are in its editor again the next time; former ones (Undo) are not."""
        if isinstance(about, EditAnswer) and self._changing.get(about.turn) == about.text:
            self._window.chat.overlay.editor.drafts[about.turn, False] = about.text

    # ---------------------------------------------------------------- memory

    def rewrite_memory(self) -> None:
        self.do("rewrite_memory", self._row)

    def _rewrite_memory(self, exchange: Exchange, _row: int) -> None:
        self._window.chat.notices.dismiss("edited")
        words = "Memory was rewritten in a new branch; the former one is kept."
        self.notices.announce(RewriteMemory(exchange.id), words)
        self._port.rewrite_memory(exchange.id)

    def forget_turn(self) -> None:
        self.do("forget_turn", self._row)

    def _forget_turn(self, exchange: Exchange, _row: int) -> None:
        number = (exchange.turn or 0) + 1
        words = f"Turn {number} was taken out of memory in a new branch; the former one is kept."
        self.notices.announce(ForgetTurn(exchange.id), words)
        self._port.forget_turn(exchange.id)

    def save_turn_memory(self) -> None:
        self.do("save_turn_memory", self._row)

    def _save_memory(self, exchange: Exchange, _row: int) -> None:
        words = f"{self._conversation.title or 'Memory'}, turn {(exchange.turn or 0) + 1}"
        history = self._workspace.history
        about = "" if exchange.turn is None else f"{history.full_name_of(exchange.turn).capitalize()} of this chat."
        self._memories.save_turn(exchange.id, about, words)

    def replay_conversation(self) -> None:
        self._window.chat.notices.dismiss("replay")
        self._port.replay_conversation()

    # ---------------------------------------------------------------- the past

    def fork(self) -> None:
        """The path ends at the turn that is looked at, or else at the message with the keyboard."""
        history = self._workspace.history
        if history.is_at_end:
            self.do("fork_here", self._row)
        else:
            self._fork(self.past.cursor_id, history.full_name_of(history.cursor))

    def _fork_at(self, exchange: Exchange, _row: int) -> None:
        where = "this turn" if exchange.turn is None else self._workspace.history.full_name_of(exchange.turn)
        self._fork(exchange.id, where)

    def _fork(self, turn: int | None, where: str) -> None:
        self.notices.announce(GoTo(turn), f"This chat continues from {where}; later turns keep their branch.")
        self._port.go_to(turn)
        self._window.chat.composer.edit.setFocus()

    def _back_to_now(self) -> None:
        self._workspace.history.show_turn(self._workspace.history.last_turn)

    # ---------------------------------------------------------------- the list

    def toggle_pin(self) -> None:
        number = self._conversation.id
        if number is not None:
            self._pin(number, not self._workspace.chats.is_pinned(number))

    @Slot(int, bool)
    def _pin(self, number: int, pinned: bool) -> None:
        if self._port.phase.is_busy:
            self._window.chat.composer.hint(f"This chat is {'' if pinned else 'un'}pinned when the model is ready.")
        self._port.set_pinned(number, pinned)

    @property
    def _sampling(self) -> Sampling:
        return self._workspace.settings.preferences.sampling
