"""A button that asks, how far the answer is, a button that calls it off, and what came of it in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.engine.analysis.inquiries import AskProbe
from app.theme import GAP_PX
from app.views.inspector.section import plain_label
from app.views.labels import button
from app.views.spoken import announce

if TYPE_CHECKING:
    from app.engine.analysis.inquiries import Inquiry
    from app.engine.analysis.port import AnalysisSource
    from app.models.memory_history import MemoryHistory

NEEDS_MODEL = "This is computed with the model, and no model is at hand."
STEPS = 1000


class AskBar(QWidget):
    """Asks one inquiry at a time. An inquiry ends when the conversation or the model it is about is another.

    Signals:
        pressed(): the user wants an answer; the owner of the bar calls `ask`.
        answered(finding): what was asked last was found.
    """

    pressed = Signal()
    answered = Signal(object)

    def __init__(
        self,
        port: AnalysisSource | None,
        history: MemoryHistory,
        words: str,
        parent: QWidget | None = None,
        look: str = "primary",
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._ticket = 0
        self._needs_model_alone = False
        self._problem = ""
        self.run = button(words, look)
        self.cancel = button("Cancel", "")
        self.cancel.setToolTip("Call it off; nothing is changed")
        self.progress = QProgressBar()
        self.progress.setRange(0, STEPS)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.progress.setAccessibleName(f"Progress: {words}")
        self.words = plain_label("readout", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(self.run)
        row.addWidget(self.cancel)
        row.addWidget(self.progress, 1)
        row.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.words)
        self._show_state()
        self.run.clicked.connect(self.pressed)
        self.cancel.clicked.connect(self.call_off)
        history.reset.connect(self._on_reset)
        if port is not None:
            port.found.connect(self._on_found)
            port.refused.connect(self._on_refused)
            port.progressed.connect(self._on_progressed)

    @property
    def is_asking(self) -> bool:
        return self._ticket > 0

    @property
    def problem(self) -> str:
        """Why nothing can be asked now; empty where it can."""
        return NEEDS_MODEL if self._port is None else self._problem

    def set_problem(self, problem: str) -> None:
        """Why nothing can be asked now; empty: it can."""
        self._problem = problem
        self._show_state()

    def say(self, words: str) -> None:
        """A sentence below the button, to be read and heard."""
        self.words.setText(words)
        self.words.setVisible(bool(words))
        if words:
            announce(self, words)

    def ask(self, inquiry: Inquiry, words: str) -> None:
        """Asks, in place of what was asked before; `words` say what is being done."""
        if self._port is None:
            return
        self._drop()
        self._ticket = self._port.inquire(inquiry)
        self._needs_model_alone = isinstance(inquiry, AskProbe) and inquiry.is_played
        self.progress.setValue(0)
        self.say(words)
        self._show_state()

    def name(self, words: str) -> None:
        """What the button is called now, also to a screen reader."""
        self.run.setText(words)
        self.run.setAccessibleName(words)

    @Slot()
    def call_off(self) -> None:
        """The user cancelled the question."""
        if self.is_asking:
            self._drop()
            self.say("Cancelled. Nothing was changed.")
            self._show_state()

    def _drop(self) -> None:
        if self._port is not None and self._ticket:
            self._port.cancel(self._ticket)
        self._ticket = 0

    def _show_state(self) -> None:
        problem = self.problem
        self.run.setEnabled(not problem and not self.is_asking)
        self.run.setToolTip(problem)
        self.cancel.setVisible(self.is_asking)
        self.progress.setVisible(self.is_asking)
        if not self.is_asking:
            self.words.setVisible(bool(self.words.text()))

    @Slot(int, object)
    def _on_found(self, ticket: int, finding: object) -> None:
        if ticket == self._ticket:
            self._ticket = 0
            self.say("")
            self._show_state()
            self.answered.emit(finding)
            if not self.is_asking and not self.words.text():  # the owner did not go on, nor say why
                announce(self, "Done.")

    @Slot(int, str)
    def _on_refused(self, ticket: int, message: str) -> None:
        if ticket == self._ticket:
            self._ticket = 0
            self.say(message)
            self._show_state()

    @Slot(int, float)
    def _on_progressed(self, ticket: int, share: float) -> None:
        if ticket == self._ticket:
            self.progress.setValue(round(share * STEPS))

    @Slot()
    def _on_reset(self) -> None:
        """Another conversation or branch is open: the port lets go of the question by itself."""
        goes_on = self._needs_model_alone and self._port is not None and self._port.is_asked(self._ticket)
        if self.is_asking and not goes_on:
            self._drop()
            self.say("Another conversation or branch is open now, so this was called off. Nothing was changed.")
            self._show_state()
