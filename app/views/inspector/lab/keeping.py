"""Keeps the edited memory of an experiment: a button that saves it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.engine.analysis.findings import Synthetic
from app.engine.analysis.inquiries import AskEdited
from app.models.short_text import one_line
from app.views.dialogs import file_name
from app.views.inspector.lab.asking import AskBar
from app.views.inspector.lab.sentences import saved_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.engine.analysis.port import AnalysisSource
    from app.models.lab import Run
    from app.models.memory_history import MemoryHistory

ELSEWHERE = "This experiment is about memories of another branch. Open that branch to save what it made."


class KeepBar(AskBar):
    """Saves the memory that the turn of an experiment read, with the edit, as one that is labelled synthetic.

    folder: gives where memories are saved. chat: gives the title of the open chat.

    Signals:
        saved(Synthetic): it was written.
    """

    saved = Signal(object)

    def __init__(
        self,
        port: AnalysisSource | None,
        history: MemoryHistory,
        folder: Callable[[], Path],
        chat: Callable[[], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(port, history, "Save the edited memory", parent, look="")
        self._history = history
        self._folder, self._chat = folder, chat
        self._run: Run | None = None
        self._asked: Run | None = None
        self.pressed.connect(self._on_pressed)
        self.answered.connect(self._on_answered)

    def show_run(self, run: Run) -> None:
        """The experiment whose memory the button saves."""
        if run is not self._run:
            self._run = run
            if not self.is_asking:
                self.say("")
        needed = ((run.turn - 1, run.memory), *run.sources)
        is_here = all(self._history.memory_after(turn) == memory for turn, memory in needed)
        self.set_problem("" if is_here else ELSEWHERE)

    def say(self, words: str) -> None:
        """Says of which experiment that is, where another one is shown by now."""
        asked = self._asked
        is_of_another = bool(words) and asked is not None and asked is not self._run
        super().say(f"Experiment {asked.number}: {words}" if is_of_another and asked is not None else words)

    @Slot()
    def _on_pressed(self) -> None:
        run = self._run
        if run is None:
            return
        self._asked = run
        title = one_line(" ".join(f"Before {run.words}".split()))
        path = self._folder() / file_name(title)
        inquiry = AskEdited(run.turn - 1, run.edit, path, title, self._chat(), run.finding.memory)
        self.ask(inquiry, "Saving the edited memory…")

    @Slot(object)
    def _on_answered(self, finding: object) -> None:
        if isinstance(finding, Synthetic):
            self.say(saved_words(finding))
            self.saved.emit(finding)
