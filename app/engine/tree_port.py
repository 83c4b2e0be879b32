"""What the port offers for the tree of turns of the open conversation. Every call returns at once.

Law: a verb of the tree is refused while anything is under way, with the reason: `failed` for a click, `turn_rejected`
where a text came with it, so that no typed word is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine import commands
from app.models.phase import Phase

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

    from rxt.events import Sampling


class TreePort:
    """The verbs of the tree, for a port that has the phase, the signals and the queue."""

    if TYPE_CHECKING:
        turn_rejected: SignalInstance
        failed: SignalInstance

        @property
        def phase(self) -> Phase: ...
        def _command(self, command: commands.Command) -> None: ...
        def _begin_turn(self, command: commands.TurnCommand) -> None: ...

    # turns

    def ask(self, text: str, sampling: Sampling) -> None:
        """Begins a turn after the newest of the path; while anything is under way, turn_rejected returns the text."""
        if self._takes_text(text):
            self._begin_turn(commands.Ask(text, sampling))

    def ask_after(self, turn: int | None, text: str, sampling: Sampling) -> None:
        """Begins a turn after the stored turn `turn` (None: after the initial memory): the path forks there."""
        if self._takes_text(text):
            self._begin_turn(commands.AskAfter(turn, text, sampling))

    def edit_query(self, turn: int, text: str, sampling: Sampling) -> None:
        """Begins a turn with another question in the place of `turn`; both are kept, and what followed it."""
        if self._takes_text(text):
            self._begin_turn(commands.EditQuery(turn, text, sampling))

    def regenerate(self, turn: int, sampling: Sampling) -> None:
        """Answers the question of `turn` again from the memory before it; both answers are kept.

        Above temperature 0 the n-th version draws with a seed of its own, made of sampling.seed and n, so that it is
        another answer and can be repeated. At temperature 0 `noted` says that the answer is the same.
        """
        command = commands.Regenerate(turn, sampling)
        if self._takes_click(command):
            self._begin_turn(command)

    # paths

    def go_to(self, turn: int | None) -> None:
        """Shows the path that ends at `turn` (None: before the first); the next message continues there."""
        self._click(commands.GoTo(turn))

    def show_branch(self, turn: int) -> None:
        """Shows the path through `turn` on to its newest descendant."""
        self._click(commands.ShowBranch(turn))

    # what is in memory

    def forget_turn(self, turn: int) -> None:
        """A new branch without `turn` in memory: later turns keep their texts, and their memories are computed."""
        self._click(commands.ForgetTurn(turn))

    def edit_answer(self, turn: int, text: str) -> None:
        """Changes the text of an answer in its place; memory keeps what was written until rewrite_memory."""
        self._click(commands.EditAnswer(turn, text))

    def rewrite_memory(self, turn: int) -> None:
        """A new branch from `turn` on whose memory holds the edited texts; stop() ends the work without effect."""
        self._click(commands.RewriteMemory(turn))

    def replay_conversation(self) -> None:
        """Computes every memory of the path again; replay_checked tells whether all agree. stop() ends it."""
        self._click(commands.ReplayConversation())

    def _takes_text(self, text: str) -> bool:
        """Whether a turn can begin now; if not, its text goes back."""
        phase = self.phase
        if phase is Phase.NO_MODEL:
            self.turn_rejected.emit(text, "No model is open. Open one (File), then send this again.")
        elif phase.is_busy:
            self.turn_rejected.emit(text, f"Please wait: {phase.value}. Send this again when it is done.")
        else:
            return True
        return False

    def _takes_click(self, command: commands.Command) -> bool:
        """Whether a verb of the tree can begin now; if not, `failed` says why."""
        phase = self.phase
        if phase is Phase.NO_MODEL:
            self.failed.emit(command.failure, "No model is open. Open one first (File).", command)
        elif phase.is_busy:
            self.failed.emit(command.failure, f"Please wait: {phase.value}. Nothing was changed.", command)
        else:
            return True
        return False

    def _click(self, command: commands.Command) -> None:
        if self._takes_click(command):
            self._command(command)
