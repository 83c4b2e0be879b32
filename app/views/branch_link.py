"""Brings what the engine says of branches, searches and checks into the models and onto the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.engine.messages import MOST_FOUND, Saving
from app.views.loss_question import EXPORT, MAKE_ROOM
from app.views.notices import Tone

if TYPE_CHECKING:
    from app.engine.messages import ConversationSummary, ModelInfo, OpenedConversation, ReplayCheck, TurnNode
    from app.engine.port import EnginePort
    from app.models.settings import Preferences
    from app.models.workspace import Workspace
    from app.views.branch_commands import BranchCommands
    from app.views.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class LeftChat:
    """A chat that was left for another before all of it was saved: the turns it showed, and those not saved."""

    turns: int
    unsaved: int


class BranchLink(QObject):
    """Receives the signals of the port that are about the tree of turns."""

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        commands: BranchCommands,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._window = window
        self._commands = commands
        self._saving_failed = False
        self._saved_no_more = False
        self._left: dict[int, LeftChat] = {}
        self._incomplete: frozenset[int] = frozenset()  # turns of any chat whose answer or memory is not saved
        port.tree_changed.connect(self._on_tree_changed)
        port.conversation_opened.connect(self._on_opened)
        port.path_changed.connect(self._on_path_changed)
        port.conversations_found.connect(self._on_found)
        port.conversations_changed.connect(self._on_listed)
        port.replay_checked.connect(self._on_replay_checked)
        port.model_loaded.connect(self._on_model_loaded)
        port.failed.connect(self._on_failed)
        port.turns_unsaved.connect(self._on_unsaved)
        port.turn_rejected.connect(self._on_rejected)
        port.phase_changed.connect(self._refresh)
        history = workspace.history
        for signal in (history.cursor_changed, history.reset, history.turn_added):
            signal.connect(self._refresh)
        workspace.conversation.modelAboutToBeReset.connect(self._on_leaving)
        workspace.settings.changed.connect(self._apply_shortcuts)
        window.known_actions.use_shortcuts(dict(workspace.settings.preferences.shortcuts))
        window.losses.ask_before_closing(self.loss)
        window.losses.ask_before_leaving(self.loss_of_leaving)
        self._refresh()

    # ---------------------------------------------------------------- the tree

    @Slot(object, object, object)
    def _on_tree_changed(self, nodes: tuple[TurnNode, ...], tip: int | None, _path: tuple[int, ...]) -> None:
        self._workspace.branches.set_tree(nodes, tip)
        self._refresh()

    @Slot(object)
    def _on_opened(self, opened: OpenedConversation) -> None:
        self._workspace.branches.set_tree(opened.tree, opened.tip)
        self._commands.notices.leave()
        self._refresh()

    @Slot(object)
    def _on_path_changed(self, opened: OpenedConversation) -> None:
        self._workspace.branches.set_tree(opened.tree, opened.tip)
        self._commands.notices.tell()
        self._refresh()

    @Slot(str, str)
    def _on_rejected(self, _text: str, _message: str) -> None:
        self._commands.notices.rejected()

    @Slot()
    def _refresh(self) -> None:
        self._commands.refresh()
        self._window.chat.overlay.refresh()

    # ---------------------------------------------------------------- the list

    @Slot(str, object)
    def _on_found(self, text: str, lines: tuple[ConversationSummary, ...]) -> None:
        """An answer to an earlier search than what the field says now comes too late."""
        if text == self._window.sidebar.chats.searched_text:
            self._workspace.chats.show_found(text, lines, MOST_FOUND)

    @Slot(object)
    def _on_listed(self, lines: tuple[ConversationSummary, ...]) -> None:
        for line in lines:
            left = self._left.get(line.id)
            if left is not None and line.turns >= left.turns:  # what waited was saved after all
                del self._left[line.id]
        self._refresh()

    # ---------------------------------------------------------------- checks

    @Slot(object)
    def _on_replay_checked(self, check: ReplayCheck) -> None:
        notices = self._window.chat.notices
        if check.first_difference is None:
            words = "The memory agrees." if check.turns == 1 else f"All {check.turns:,} memories agree."
            notices.add(f"{words} Each was computed again from the words and is the stored one.", key="replay")
            return
        first = check.first_difference
        where = self._workspace.history.name_of(first)
        notices.add(
            f"{check.agreeing:,} of {check.turns:,} memories agree; {where} is the first that differs. Nothing was "
            "changed. The model or the device may be another than the one this chat was held with.",
            Tone.WARNING,
            key="replay",
        )

    # ---------------------------------------------------------------- what would be lost

    @Slot(str, str, object)
    def _on_failed(self, _title: str, _message: str, about: object) -> None:
        self._commands.notices.refused(about)
        self._saved_no_more |= about is Saving.ENDED
        self._saving_failed |= isinstance(about, Saving)

    @Slot()
    def _on_leaving(self) -> None:
        """Another chat is opened: what could not be saved of this one is not shown any more, and still not saved."""
        conversation, unsaved = self._workspace.conversation, self._unsaved
        if conversation.id is not None and unsaved:
            former = self._left.get(conversation.id)
            unsaved += former.unsaved if former is not None else 0
            self._left[conversation.id] = LeftChat(len(conversation.exchanges), unsaved)

    @Slot(object)
    def _on_unsaved(self, turns: frozenset[int]) -> None:
        self._incomplete = turns

    @property
    def _unsaved(self) -> int:
        """How many turns of the open chat the store does not know."""
        return sum(exchange.state.is_final and not exchange.id for exchange in self._workspace.conversation.exchanges)

    def loss(self) -> str:
        """What would be lost if the window closed now and what can be done, as sentences; empty where nothing would."""
        if not self._saving_failed:
            return ""
        shown = {exchange.id for exchange in self._workspace.conversation.exchanges}
        here = self._unsaved + len(self._incomplete & shown)
        elsewhere = sum(left.unsaved for left in self._left.values()) + len(self._incomplete - shown)
        if self._saved_no_more:  # those are lost already, so there is no question about them
            elsewhere = 0
        parts = [f"{_turns(here)} of this chat"] if here else []
        if elsewhere:
            parts.append(f"{_turns(elsewhere)} of {'other chats' if len(self._left) > 1 else 'another chat'}")
        if not parts:
            return ""
        words, advice = " and ".join(parts), EXPORT if self._saved_no_more else MAKE_ROOM
        return f"{words[0].upper()}{words[1:]} could not be saved and would be lost. {advice}"

    def loss_of_leaving(self) -> str:
        """What would be lost if another chat was opened now, in the same way: where something still saves, nothing."""
        if not self._saved_no_more:
            return ""
        exchanges = self._workspace.conversation.exchanges
        lost = sum(not exchange.id or exchange.id in self._incomplete for exchange in exchanges)
        return (
            f"{_turns(lost).capitalize()} of this chat could not be saved and would be lost. {EXPORT}" if lost else ""
        )

    # ---------------------------------------------------------------- models and keys

    @Slot(object)
    def _on_model_loaded(self, model: ModelInfo) -> None:
        if model.source and not model.is_bundled:
            self._workspace.settings.add_recent_model(model.source)

    @Slot(object)
    def _apply_shortcuts(self, preferences: Preferences) -> None:
        self._window.known_actions.use_shortcuts(dict(preferences.shortcuts))


def _turns(count: int) -> str:
    return "one turn" if count == 1 else f"{count:,} turns"
