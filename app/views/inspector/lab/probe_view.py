"""Probes: what a memory knows, asked of copies, beside memories that cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.engine.analysis.findings import CONDITIONS, ProbeResult
from app.engine.analysis.inquiries import AskProbe
from app.models.amount import percent_text, share_text
from app.paint.figure import Axis, Figure, Line, Lines
from app.paint.limits import Limits
from app.theme import GAP_PX, Theme, ThemeController
from app.views.inspector.fields import spin_box
from app.views.inspector.lab.asking import AskBar
from app.views.inspector.lab.page import LabPage
from app.views.inspector.lab.probe_answers import ProbeAnswers
from app.views.inspector.lab.probe_questions import QuestionsEdit
from app.views.inspector.plot_widget import PlotWidget
from app.views.inspector.section import EmptyState, plain_label
from app.views.inspector.segments import Segments

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.engine.analysis.port import AnalysisSource
    from app.models.memory_history import MemoryHistory
    from app.paint.figure import Panel

HELP = (
    "A probe asks a copy of a memory what it knows and counts the right answers; the memory itself is only read, so "
    "asking does not change what is measured.",
    "The same questions are asked of the memory as it is, of a fresh one (reset) and of a shuffled one, and the bars "
    f"around each dot are {percent_text(95)} intervals of the share (Wilson; wider where questions stand in one "
    "conversation).",
    "What is answered rightly after a reset was guessed or is known by the model itself; the memory's own part is what "
    "lies above the controls and outside of their intervals.",
)
KINDS = (("distance", "Distance"), ("facts", "Facts"), ("questions", "Questions"))
EXPLAINED = {
    "distance": "Conversations with made-up facts are played on fresh memories, and each fact is asked for after "
    "more and more turns. Your conversation is not needed and not touched.",
    "facts": "Conversations with more and more facts are played on fresh memories, and after each fact two of those "
    "held are asked for. Your conversation is not needed and not touched.",
    "questions": "A copy of the memory at the turn in view is asked; an answer that holds the expected words is right.",
}
TRIALS = (2, 200)
SHARES = Limits(0.0, 1.0)
_ROW_FROM_PX = 350  # in less the two numbers stand below each other


class ProbeView(LabPage):
    """Asks the default probes, or questions of one's own of the memory at the cursor."""

    def __init__(
        self,
        history: MemoryHistory,
        port: AnalysisSource | None,
        themes: ThemeController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Probes", HELP, themes, parent)
        self.setObjectName("probeView")
        self._history = history
        self._port = port
        self._asking_about = ""
        self._result: ProbeResult | None = None
        self._panel: Panel | None = None
        self._asked: int | None = None
        self._turn: int | None = None
        self._about = ""
        self.kind = Segments("Kind of probe", KINDS)
        self.trials = spin_box("Conversations that are played", *TRIALS, suffix=" conversations")
        self.trials.setValue(8)
        self.seed = spin_box("Seed of the made-up conversations", 0, 9_999, prefix="seed ")
        self.played = QWidget()
        self.questions = QuestionsEdit()
        self.caption = plain_label("caption", wrap=True)
        self.asking = AskBar(port, history, "Ask a copy")
        self.untouched = plain_label("finding", wrap=True)
        self.plot = PlotWidget("Share of right answers", themes.theme, 220)
        self.readout = plain_label("readout", wrap=True)
        self.note = plain_label("caption", wrap=True)
        self.answers = ProbeAnswers()
        self.empty = EmptyState()
        self._arrange()
        self.kind.changed.connect(self.refresh)
        self.questions.changed.connect(self.refresh)
        self.asking.pressed.connect(self._on_pressed)
        self.asking.answered.connect(self._on_answered)
        self.plot.pointed.connect(self._on_pointed)
        for signal in (history.reset, history.turn_added, history.cursor_changed):
            signal.connect(self.refresh)
        history.started.connect(self._on_started)

    def _arrange(self) -> None:
        row = self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.played)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        self.trials.setFixedWidth(176)
        self.seed.setFixedWidth(116)
        row.addWidget(self.trials)
        row.addWidget(self.seed)
        row.addStretch(1)
        self.use_head(self.kind)
        for part in (self.caption, self.played, self.questions, self.asking, self.untouched):
            self.column.addWidget(part)
        self.column.addWidget(self.plot, 1)
        for part in (self.readout, self.note, self.answers):
            self.column.addWidget(part)
        self.column.addWidget(self.empty, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _ROW_FROM_PX
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    def figure(self) -> Figure | None:
        if self._panel is None or self._result is None:
            return None
        note = f"{self._about}. {self._result.note}"
        memory = self._result.memory  # none: made-up conversations were played on fresh memories
        return Figure("What the memory recalls", (self._panel,), self._turn, note, memory, bool(memory))

    @property
    def problem(self) -> str:
        """Why nothing can be asked now."""
        if self._history.initial is None:
            return "No memory is open."
        return self.questions.problem if self.kind.chosen == "questions" else ""

    # ---------------------------------------------------------------- showing

    def redraw(self) -> None:
        own = self.kind.chosen == "questions"
        self.played.setVisible(not own)
        self.questions.setVisible(own)
        self.caption.setText(EXPLAINED[self.kind.chosen])
        self.asking.set_problem(self.problem)
        where = self._history.name_of(self._history.cursor)
        self.asking.name(f"Ask a copy of {where}" if own else "Play and ask")
        result = self._result
        for part in (self.plot, self.readout, self.untouched):
            part.setVisible(result is not None)
        self.note.setVisible(result is not None and bool(result.note))
        self.answers.setVisible(result is not None and bool(result.answers))
        self.empty.setVisible(result is None)
        self.table.setEnabled(result is not None)
        if result is None:
            words = self.asking.problem or "What does the memory recall? The share of right answers appears here."
            self.empty.show_text(words, "ph.test-tube", self.theme)
            self.setAccessibleDescription(words)
            return
        self._on_pointed("")
        self.setAccessibleDescription(f"{self._about}: {self._summary(result)}")

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.plot.restyle(theme)
        self.answers.restyle(theme)

    def _summary(self, result: ProbeResult) -> str:
        """The shares in words, condition by condition."""
        parts = []
        for condition in CONDITIONS:
            rows = [row for row in result.rows if row.condition == condition]
            hits, trials = sum(row.hits for row in rows), sum(row.trials for row in rows)
            if trials:
                parts.append(f"{condition} {share_text(hits / trials)} ({hits:,} of {trials:,})")
        return "right answers: " + ", ".join(parts)

    # ---------------------------------------------------------------- asking

    @Slot()
    def _on_pressed(self) -> None:
        kind = self.kind.chosen
        if kind == "questions":
            self._asked = self._history.cursor
            asked = self._history.label_of(self._asked).capitalize()
            inquiry = AskProbe(self.questions.questions, turn=self._asked)
        else:
            self._asked = None
            asked = f"{self.trials.value():,} played conversations, seed {self.seed.value()}"
            inquiry = AskProbe(None, "facts" if kind == "facts" else "distance", self.trials.value(), self.seed.value())
        self._asking_about = asked
        self.asking.ask(
            inquiry, "Asking copies…" if kind == "questions" else "Playing conversations and asking copies…"
        )

    @Slot(object)
    def _on_answered(self, finding: object) -> None:
        if not isinstance(finding, ProbeResult):
            return
        self._result = finding
        self._panel = _panel(finding)
        self._turn, self._about = self._asked, self._asking_about
        self.plot.show_panel(self._panel)
        self.note.setText(finding.note)
        self.answers.show_answers(finding.answers)
        self.untouched.setText(f"{self._about}: {self._summary(finding)}. {_untouched(finding)}")
        self.refresh()
        self.show_from(self.untouched)

    @Slot()
    def _on_started(self) -> None:
        """What is said about one conversation's memory is not shown beside another's."""
        self._result = self._panel = None
        self.plot.show_panel(None)
        self.refresh()

    @Slot(str)
    def _on_pointed(self, words: str) -> None:
        self.readout.setText(words or "Point at a dot to read it")


def _untouched(result: ProbeResult) -> str:
    """What was made sure of: the bytes of the memory that was asked have the same hash afterwards."""
    if not result.memory:
        return "Your memory was neither needed nor touched."
    return f"The memory was not touched: its bytes have the hash {result.memory[:12]} before and after."


def _panel(result: ProbeResult) -> Panel:
    """Shares with intervals over what was varied; at a single place dots stand beside each other."""
    labels = tuple(dict.fromkeys(row.label for row in result.rows))
    lines = []
    for condition in CONDITIONS:
        rows = [row for row in result.rows if row.condition == condition]
        if rows:
            places = np.array([labels.index(row.label) for row in rows], np.float64)
            low, high = (np.array([row.interval[end] for row in rows]) for end in (0, 1))
            shares = np.array([row.share for row in rows])
            lines.append(Line(condition, places, shares, low, high, dots_only=len(labels) < 2))
    return Lines("Share of right answers", tuple(lines), Axis(result.axis, labels), Axis("right answers"), SHARES)
