"""The lab: the same turn with an edited copy of its memory, beside the original and a random control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget

from app.engine.analysis.findings import Paired, Reads
from app.engine.analysis.inquiries import AskPaired, AskReads, Edit, TurnMemory
from app.models.lab import READ_SHARE, Experiment, Lab
from app.models.memory_names import INITIAL
from app.paint.figure import Axis, Bars, Figure
from app.paint.limits import Limits
from app.theme import Theme, ThemeController
from app.views.inspector.lab.asking import AskBar
from app.views.inspector.lab.controls import LabControls
from app.views.inspector.lab.keeping import KeepBar
from app.views.inspector.lab.page import LabPage
from app.views.inspector.lab.result import PairedResult
from app.views.inspector.lab.sentences import run_words, verdict
from app.views.inspector.lab.words import reach_of
from app.views.inspector.memory_combo import memory_ref
from app.views.inspector.section import EmptyState
from app.views.labels import combo

if TYPE_CHECKING:
    from app.engine.analysis.port import AnalysisSource
    from app.models.lab import Run
    from app.models.memory_choices import MemoryChoice, MemoryChoices
    from app.models.memory_history import MemoryHistory
    from rxt.events import FloatArray

HELP = (
    "The lab changes a copy of the memory that a turn read, lets the model answer the same question again with the "
    "same seed, and puts both answers beside each other; your conversation and its memory stay as they are. The edited "
    "copy can be saved as a memory of its own, to start a chat from.",
    "The bars show by how much each word of the original answer became less likely, in nats (the change of the "
    "logarithm of its probability), and the control does the same edit to as many other slots chosen at random (of the "
    "same layers, as far as these have others).",
    "An edit shows something only where it changes more than the control: if both change the answer alike, it did not "
    "matter which slots they were.",
)


class LabView(LabPage):
    """Runs an experiment on the turn at the cursor and keeps what came of it.

    port: None where there is no model. folder: gives where memories are saved. chat: gives the title of the open chat.
    """

    def __init__(
        self,
        lab: Lab,
        history: MemoryHistory,
        choices: MemoryChoices,
        port: AnalysisSource | None,
        themes: ThemeController,
        folder: Callable[[], Path],
        chat: Callable[[], str] = str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Lab", HELP, themes, parent)
        self.setObjectName("labView")
        self._lab = lab
        self._history = history
        self._choices = choices
        self._asked: tuple[int, Experiment, str, Edit | None] | None = None
        self.controls = LabControls(lab, history, choices)
        self.asking = AskBar(port, history, "Run on a copy")
        self.runs: QComboBox = combo("Experiments of this chat")
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.runs.setMinimumContentsLength(20)
        self.result = PairedResult(themes.theme)
        self.keeping = KeepBar(port, history, folder, chat)
        self.empty = EmptyState()
        for part in (self.controls, self.asking, self.runs, self.result, self.keeping, self.empty):
            self.column.addWidget(part)
        self.column.addStretch(1)
        self.asking.pressed.connect(self.run)
        self.asking.answered.connect(self._on_answered)
        self.runs.activated.connect(self._on_run_chosen)
        lab.runs_changed.connect(self._on_runs)
        for signal in (lab.changed, history.reset, history.turn_added, history.cursor_changed):
            signal.connect(self.refresh)

    @property
    def shown(self) -> Run | None:
        """The experiment whose result is shown."""
        runs, row = self._lab.runs, self.runs.currentIndex()
        return runs[row] if 0 <= row < len(runs) else None

    def figure(self) -> Figure | None:
        run = self.shown
        if run is None:
            return None
        found: Paired = run.finding
        words = tuple(found.original.text[start:end].strip() or "·" for start, end in found.original.spans)
        series = (("edited", found.change), *((("random control", found.control_change),) if found.control else ()))
        bars = Bars(
            "Change of the original answer's log-probability, word by word", series,
            Axis("word", words), Axis("change", unit="nats"), Limits(*reach_of([values for _, values in series])),
        )  # fmt: skip
        answers = (("Unedited copy", found.again), ("Edited copy", found.edited), ("Control", found.control))
        said = " ".join(f"{name}: “{answer.text}”" for name, answer in answers if answer is not None)
        note = f"{run.words}. {verdict(found)} {said}"
        return Figure(f"Turn {run.turn + 1} with an edited memory", (bars,), run.turn - 1, note, run.memory)

    # ---------------------------------------------------------------- running

    @Slot()
    def run(self) -> None:
        """Runs the experiment on the turn at the cursor; where the reads decide, they are asked for first."""
        turn = self._history.cursor
        if self._problem():
            return
        experiment = self._lab.experiment
        if experiment.place == "read":
            self._asked = turn, experiment, "", None
            self.asking.ask(AskReads(turn), "Looking up which slots the answer read…")
        else:
            self._run_on(turn, experiment, None)

    @Slot(int)
    def check(self, turn: int) -> None:
        """The one-click proof: the turn without the slots it read most."""
        self._history.show_turn(turn)
        self._lab.choose(kind="zero", place="read", share=READ_SHARE)
        self.flush()
        self.run()

    def _run_on(self, turn: int, experiment: Experiment, read: FloatArray | None, reader: str = "it") -> None:
        target = self._lab.target(read, reader)
        if target.slots is None or not target.slots.any():
            self.asking.say(target.problem or "There is no slot to edit.")
            return
        # Its name may be another by now: a title was changed, or a turn of another branch has come to its place.
        chosen = next((choice for choice in self._choices.all if choice == experiment.source), experiment.source)
        experiment = replace(experiment, source=chosen)
        source = memory_ref(chosen) if chosen is not None else None
        edit = Edit(experiment.kind, target.slots, source if experiment.kind in ("patch", "freeze") else None)
        words = run_words(experiment, turn, target.words, self._history.origin)
        self._asked = turn, experiment, words, edit
        self.asking.ask(AskPaired(turn, edit), f"{words[:1].upper()}{words[1:]}. Answering again…")

    @Slot(object)
    def _on_answered(self, finding: object) -> None:
        if self._asked is None:
            return
        turn, experiment, words, edit = self._asked
        if isinstance(finding, Reads):
            tokens = self._lab.read_words(turn)
            chosen = finding.weights if tokens is None else finding.weights[list(tokens)]
            locked = " ".join(finding.text[slice(*finding.spans[token])].strip() for token in tokens or ())
            self._run_on(turn, experiment, chosen.mean(axis=0), f"“{locked}”" if locked else "it")
        elif isinstance(finding, Paired):
            self._asked = None
            source = edit.source if edit is not None else None
            self._lab.keep(turn, words, finding, edit, source.turn if isinstance(source, TurnMemory) else None)
            self.show_from(self.runs)

    def _problem(self) -> str:
        """Why nothing can be run now."""
        if self._history.initial is None:
            return "No memory is open."
        if not self._history.records:
            return "Say something first: the lab repeats a turn that has an answer."
        if self._history.current is None:
            return "You look at the memory before the first turn. Choose a turn on the timeline: it has an answer."
        chosen = self._lab.experiment
        if chosen.kind == "patch" and chosen.source is None:
            return "Choose the memory the slots are taken from."
        if chosen.kind == "freeze" and (problem := self._freeze_problem(chosen.source)):
            return problem
        return self._lab.target().problem

    def _freeze_problem(self, source: MemoryChoice | None) -> str:
        """Why slots cannot keep still from a memory on until the one that the turn in view read."""
        turn = self._history.cursor
        if turn == 0:
            start = self._history.name_of(INITIAL)
            return f"Turn 1 reads {start}: nothing has been written to it in this chat yet. Choose a later turn."
        if source is not None and source.turn is None:
            return "Slots can be frozen as after a turn of this conversation; choose a turn."
        if source is not None and source.turn is not None and source.turn >= turn - 1:
            earlier = self._history.name_of(INITIAL) if turn == 1 else "an earlier turn"
            return f"Turn {turn + 1} reads the memory after turn {turn}: choose {earlier} to freeze slots from."
        return ""

    # ---------------------------------------------------------------- showing

    def redraw(self) -> None:
        problem = self._problem()
        self.asking.set_problem(problem)
        turn = self._history.cursor
        self.asking.name("Run on a copy" if turn < 0 else f"Run on a copy of turn {turn + 1}")
        run = self.shown
        self.runs.setVisible(run is not None)
        self.result.setVisible(run is not None)
        self.keeping.setVisible(run is not None)
        self.empty.setVisible(run is None)
        self.table.setEnabled(run is not None)
        if run is not None:
            self.result.show_paired(run.finding)
            self.keeping.show_run(run)
            self.setAccessibleDescription(f"{run.words}. {verdict(run.finding)}")
        else:
            words = self.asking.problem or (
                "What would have been said with another memory? Choose an edit and the slots, and run it: both answers "
                "appear here beside each other, with a random control of the same size."
            )
            self.empty.show_text(words, "ph.flask", self.theme)
            self.setAccessibleDescription(words)

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.result.restyle(theme)

    @Slot()
    def _on_runs(self) -> None:
        self.runs.clear()
        for run in self._lab.runs:
            self.runs.addItem(f"{run.number} · {run.words}")
        self.runs.setCurrentIndex(0 if self._lab.runs else -1)
        self.refresh()

    @Slot(int)
    def _on_run_chosen(self, _row: int) -> None:
        self.refresh()
