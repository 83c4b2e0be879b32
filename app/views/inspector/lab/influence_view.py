"""Leave one turn out: what each later answer owes to each turn, as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.engine.analysis.findings import Influence
from app.engine.analysis.inquiries import AskInfluence
from app.models.short_text import shortened
from app.paint.figure import Axis, Figure, Heat
from app.paint.limits import Limits, extent_of
from app.paint.number import number_text
from app.views.inspector.lab.asking import AskBar
from app.views.inspector.lab.page import LabPage
from app.views.inspector.plot_widget import PlotWidget
from app.views.inspector.section import EmptyState, plain_label

if TYPE_CHECKING:
    from app.engine.analysis.port import AnalysisSource
    from app.models.memory_history import MemoryHistory
    from app.theme import Theme, ThemeController
    from rxt.events import FloatArray

HELP = (
    "Each row is a turn that is left out of the memory, each column an answer that came later, and the colour says how "
    "that answer's probability changes.",
    "The conversation is replayed without writing the turn, with all words as they were, and the change of the "
    "answer's log-probability is given in nats per token; nothing is written to your memory.",
    "Blue cells are answers that needed the turn, cells in the middle colour did not care, and red ones would be "
    "likelier without it.",
)
LEAST_PX = 260
EXPLAINED = "Which turn did which answer need? Every turn is left out once and all later answers are weighed again."


class InfluenceView(LabPage):
    """The matrix of the open conversation, computed when it is asked for. A click on a cell shows its answer's turn."""

    def __init__(
        self,
        history: MemoryHistory,
        port: AnalysisSource | None,
        themes: ThemeController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Influence", HELP, themes, parent)
        self.setObjectName("influenceView")
        self._history = history
        self._matrix: FloatArray | None = None
        self._heat: Heat | None = None
        self._memory = ""
        self.asking = AskBar(port, history, "Leave each turn out")
        self.sentence = plain_label("finding", wrap=True)
        self.plot = PlotWidget("Influence of turns on later answers", themes.theme, LEAST_PX)
        self.readout = plain_label("readout", wrap=True)
        self.empty = EmptyState()
        for part in (self.asking, self.sentence):
            self.column.addWidget(part)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.readout)
        self.column.addWidget(self.empty, 1)
        self.asking.pressed.connect(self._on_pressed)
        self.asking.answered.connect(self._on_answered)
        self.plot.pointed.connect(self._on_pointed)
        self.plot.clicked.connect(self._on_clicked)
        history.reset.connect(self._on_reset)
        history.turn_added.connect(self.refresh)

    def figure(self) -> Figure | None:
        if self._heat is None:
            return None
        note = f"{HELP[0]} {self.sentence.text()}"
        return Figure("Influence of turns on later answers", (self._heat,), None, note, self._memory)

    @property
    def problem(self) -> str:
        """Why there is nothing to compute."""
        if self._history.initial is None:
            return "No memory is open."
        count = len(self._history.records)
        return "" if count >= 2 else "This needs two turns at least: one to leave out and a later answer to weigh."

    def redraw(self) -> None:
        self.asking.set_problem(self.problem)
        has_matrix = self._matrix is not None
        for part in (self.sentence, self.plot, self.readout):
            part.setVisible(has_matrix)
        self.empty.setVisible(not has_matrix)
        self.table.setEnabled(has_matrix)
        if self._matrix is None:
            self.empty.show_text(self.asking.problem or EXPLAINED, "ph.squares-four", self.theme)
            self.setAccessibleDescription(self.empty.text)
            return
        self.sentence.setText(self._sentence(self._matrix))
        self._on_pointed("")
        self.plot.restyle(self.theme)
        self.setAccessibleDescription(self.sentence.text())

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.plot.restyle(theme)

    def _sentence(self, matrix: FloatArray) -> str:
        """The strongest effect in words, and how many turns it is about where there are more now."""
        if not np.isfinite(matrix).any():
            return "No answer could be weighed: the later answers are empty."
        turn, answer = np.unravel_index(int(np.nanargmin(matrix)), matrix.shape)
        value = float(matrix[turn, answer])
        older = "" if len(matrix) == len(self._history.records) else f" (of the first {len(matrix):,} turns)"
        if round(value, 2) >= 0:  # “needed, 0.00 nats” would be no need
            return f"No answer needed any earlier turn{older}."
        asked = shortened(self._history.records[turn].query)
        return (
            f"Answer {answer + 1} needed turn {turn + 1} (“{asked}”) most: without it, "
            f"{number_text(value, 2)} nats a token{older}."
        )

    @Slot()
    def _on_pressed(self) -> None:
        count = len(self._history.records)
        answers = count * (count - 1) // 2
        weighed = "1 answer" if answers == 1 else f"{answers:,} answers"
        self.asking.ask(AskInfluence(), f"Leaving out each of {count:,} turns; {weighed} to weigh…")

    @Slot(object)
    def _on_answered(self, finding: object) -> None:
        if not isinstance(finding, Influence):
            return
        self._matrix = finding.matrix
        self._memory = self._history.memory_after(len(finding.matrix) - 1)
        words = tuple(
            f"{record.turn + 1} · {shortened(record.query, 24)}"
            for record in self._history.records[: len(finding.matrix)]
        )
        diagonal = np.tril(np.ones(finding.matrix.shape, dtype=bool))
        self._heat = Heat(
            "Change of each answer without a turn", finding.matrix, Axis("turn left out", words, 1),
            Axis("answer of turn", words, 1), _full_limits(finding.matrix), "nats a token",
            is_diverging=True, empty=diagonal,
        )  # fmt: skip
        self.plot.show_panel(self._heat)
        self.refresh()

    @Slot(str)
    def _on_pointed(self, words: str) -> None:
        self.readout.setText(words or "Point at a cell to read it, click to go to its answer")

    @Slot(int, int)
    def _on_clicked(self, _turn: int, answer: int) -> None:
        self._history.show_turn(answer)

    @Slot()
    def _on_reset(self) -> None:
        self._matrix = self._heat = None
        self.plot.show_panel(None)
        self.refresh()


def _full_limits(matrix: FloatArray) -> Limits:
    """As far as the strongest cell reaches, about zero: it is the one that is looked for, and never an outlier."""
    extent = extent_of(matrix)
    reach = 1.0 if extent is None else max(-extent.low, extent.high) or 1.0
    return Limits(-reach, reach)
