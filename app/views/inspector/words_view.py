"""Why did it say that: the words of an answer and the slots they read, the words of a turn and the slots they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.engine.analysis.findings import ReadHeads, Reads, Writes
from app.engine.analysis.inquiries import AskReadHeads, AskReads, AskWrites
from app.paint.figure import Figure
from app.paint.limits import Limits
from app.paint.quantity import Measure
from app.paint.reading import of_head, of_layer
from app.theme import GAP_PX, Theme, ThemeController
from app.views.inspector.analysis_view import AnalysisView
from app.views.inspector.export_views import heat_of
from app.views.inspector.focus_row import FocusRow
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.section import HelpButton, plain_label
from app.views.inspector.segments import Segments
from app.views.inspector.word_area import WordArea
from app.views.inspector.word_flow import WordFlow
from app.views.inspector.word_tints import CAVEAT, names_of_written, read_tints, write_tints

if TYPE_CHECKING:
    from collections.abc import Hashable

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from app.models.selection import Selection
    from app.views.inspector.analyses import Analyses

HELP = (
    "This shows the words of the answer and the slots each one read; each word is tinted by the turn that wrote what "
    "it read, with the turn's number below it, and “Written” shows which words of the turn each slot was written from.",
    "The numbers are attention weights, computed again from the finished turn: a word's weights over the slots of a "
    "layer sum to 1, and multiplied with each turn's share in those slots they give the share of each turn.",
    "Point at a word to see its slots light up in the memory map, click to keep it; attention shows where the model "
    "looked and does not prove that it used what it saw, so press “Check” to see the answer without those slots.",
)
READ = Measure(
    "read", "read", "Read: attention of words over slots", "How much each word of the answer read each slot."
)
WRITTEN = Measure(
    "written",
    "attention",
    "Written: attention of slots over words",
    "How much each slot looked at each word of the turn.",
)
_NAME_PX = 76
_LETTERS = 9
_MAP_PX = 176
_ROW_FROM_PX = 430  # in less the choices stand below each other


class WordsView(AnalysisView):
    """The turn at the cursor, word by word."""

    def __init__(
        self,
        selection: Selection,
        analyses: Analyses,
        themes: ThemeController,
        reduced_motion: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(selection, analyses, themes, parent)
        self.setObjectName("wordsView")
        self.setAccessibleName("Words")
        self._ranges: dict[str, float] = {}
        theme = themes.theme
        self.side = Segments("Direction", (("read", "Read"), ("written", "Written")))
        self.tinting = Segments("Tint by", (("share", "largest share"), ("against", "more than the others")))
        self.focus = FocusRow()
        self.check = QPushButton("Check")
        self.help = HelpButton("words", HELP)
        self.flow = WordFlow("Words of the turn", theme)
        self.area = WordArea(self.flow, self)
        self._choices, self._below = (QBoxLayout(QBoxLayout.Direction.LeftToRight) for _ in range(2))
        self.legend = plain_label("caption", wrap=True)
        self.panel = MapPanel(theme, reduced_motion, "Point at a cell to read it, click to select its slot", "word")
        self._build()
        self._connect()

    # ---------------------------------------------------------------- what is asked

    def inquiry(self) -> Hashable | None:
        turn = self._history.cursor
        if turn < 0:
            return None
        return AskReads(turn) if self.side.chosen == "read" else AskWrites(turn)

    def also(self) -> tuple[Hashable, ...]:
        if self.focus.chosen_head is None or self._history.cursor < 0 or self.side.chosen == "written":
            return ()
        return (self._heads(),)

    def _heads(self) -> AskReadHeads:
        """Heads of the chosen layer alone, where there is one: all of them take much room."""
        layer = self._selection.layer
        return AskReadHeads(self._history.cursor, None if layer is None else (layer,))

    # ---------------------------------------------------------------- what is drawn

    def draw(self, finding: Any) -> None:
        self._fill_choosers(finding.heads if isinstance(finding, Reads) else None)
        if isinstance(finding, Reads):
            self._draw_reads(finding)
        elif isinstance(finding, Writes):
            self._draw_writes(finding)

    def _draw_reads(self, reads: Reads) -> None:
        if not reads.spans:
            self._say("The answer of this turn has no words.", "ph.info", "")
            return
        tints, legend = read_tints(reads, self.tinting.chosen == "against", self.theme, self._history.origin)
        self.flow.set_words(reads.text, reads.spans, tints)
        self.area.fit()
        self.legend.setText(legend)
        self.legend.setToolTip(CAVEAT)
        values = of_layer(reads.weights, self._selection.layer)
        heads = self.known(self._heads()) if self.focus.chosen_head is not None else None
        if isinstance(heads, ReadHeads):  # of the chosen layer, or of all
            values = of_layer(of_head(heads.weights, self.focus.chosen_head), None)
        if self.focus.chosen_head is not None and heads is None:  # the mean of all is no head
            refusal = self._analyses.refusal(self._heads())
            self.panel.show_empty(refusal or f"Looking into head {self.focus.chosen_head}…", "ph.hourglass")
        else:
            names = [reads.text[start:end].strip() or "[ ]" for start, end in reads.spans]
            self._show_map(READ, values, names)
        self._show_token()

    def _draw_writes(self, writes: Writes) -> None:
        layer = self._selection.layer
        tints, legend = write_tints(writes, self._history.slot, layer, self.theme)
        self.flow.set_words(writes.text, writes.spans, tints, writes.answer_start)
        self.area.fit()
        self.legend.setText(legend)
        self.legend.setToolTip("The write gate then decides how much of it stays.")
        by_token = writes.weights.transpose(2, 0, 1)
        self._show_map(WRITTEN, of_layer(by_token, layer), names_of_written(writes))
        self.flow.set_locked(-1)

    def _show_map(self, measure: Measure, values: Any, names: list[str]) -> None:
        """Words × slots, in limits that only grow while the conversation is open."""

        def name(row: int) -> str:
            return names[row] if row < len(names) else ""

        def short(row: int) -> str:
            """Where there is room for a few letters only: at the axis. Tables and files have the whole word."""
            word = name(row)
            return word if len(word) <= _LETTERS else f"{word[: _LETTERS - 1]}…"

        key = f"{measure.key} {self._selection.layer} {self.focus.chosen_head}"
        finite = values[np.isfinite(values)]
        top = max(self._ranges.get(key, 0.0), float(finite.max()) if finite.size else 0.0)
        self._ranges[key] = top
        self.panel.set_axes("word", "slot", name)
        self.panel.map.set_names(short, str)
        self.panel.show_values(measure, values, Limits(0.0, top or 1.0), False)
        slot = self._history.slot
        token = self._selection.token
        row = token[1] if token is not None and measure is READ else -1
        self.panel.set_selected((row, slot[1]) if slot is not None and 0 <= row < values.shape[0] else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.panel.handle_key(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _ROW_FROM_PX
        for row in (self._choices, self._below):
            row.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.panel.restyle(theme)
        self.flow.restyle(theme)
        self.help.restyle(theme)

    def figure(self) -> Figure | None:
        """The map: reads were of the memory before the turn, writes are in the one after it."""
        heat, turn = heat_of(self.panel), self._history.cursor
        if heat is None or self.is_empty or turn < 0:
            return None
        reads = self.side.chosen == "read"
        chosen = [self.focus.layer.currentText(), *([self.focus.head.currentText()] if reads else [])]
        title = f"Turn {turn + 1}: words and the slots {'they read' if reads else 'they were written to'}"
        return Figure(title, (heat,), turn - 1 if reads else turn, f"{', '.join(chosen).capitalize()}.")

    # ---------------------------------------------------------------- what is chosen

    def _fill_choosers(self, heads: int | None) -> None:
        initial = self._history.initial
        self.focus.fill(initial.layers if initial is not None else 0, heads, self._selection.layer)
        is_read = self.side.chosen == "read"
        for widget in (self.focus.head, self.tinting, self.check):
            widget.setVisible(is_read)

    @Slot()
    def _on_side(self) -> None:
        self.refresh()

    @Slot(int)
    def _on_hovered(self, token: int) -> None:
        if self.side.chosen == "read":
            self._selection.hover((self._history.cursor, token) if token >= 0 else None)

    @Slot(int)
    def _on_clicked(self, token: int) -> None:
        if self.side.chosen == "read":
            self._selection.lock((self._history.cursor, token))

    @Slot(int, int)
    def _on_cell(self, row: int, slot: int) -> None:
        """A cell of words × slots names a slot of one layer; in the mean over layers there is no such slot."""
        layer = self._selection.layer
        if self.side.chosen == "read":
            self._selection.lock(None)
            self._selection.lock((self._history.cursor, row))
        if layer is None:
            layer = self._strongest_layer(row, slot)
        if layer is not None:
            self._history.select_slot(layer, slot)

    def _strongest_layer(self, row: int, slot: int) -> int | None:
        """The layer that gives most to a cell of the mean."""
        found = self.known(self.inquiry()) if self.inquiry() is not None else None
        if isinstance(found, Reads):
            return int(found.weights[row, :, slot].argmax())
        return int(found.weights[:, slot, row].argmax()) if isinstance(found, Writes) else None

    @Slot()
    def _show_token(self) -> None:
        if self.side.chosen != "read":
            return
        locked, token = self._selection.locked, self._selection.token
        cursor = self._history.cursor
        self.flow.set_locked(locked[1] if locked is not None and locked[0] == cursor else -1)
        self.flow.set_pointed(token[1] if token is not None and token[0] == cursor and token != locked else -1)

    @Slot()
    def _on_check(self) -> None:
        if self._history.cursor >= 0:
            self._selection.check_requested.emit(self._history.cursor)

    # ---------------------------------------------------------------- how it is built

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(GAP_PX)
        self._choices.setSpacing(GAP_PX)
        for widget in (self.side, self.focus):
            self._choices.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        header.addLayout(self._choices)
        header.addStretch(1)
        header.addWidget(self.help, 0, Qt.AlignmentFlag.AlignTop)
        self.check.setProperty("role", "action")
        self.check.setObjectName("checkReads")
        self.check.setAccessibleName("Check: answer again without the slots that were read")
        self.check.setToolTip("Attention is not proof. Answer again without the slots that were read most.")
        self.panel.setMinimumHeight(_MAP_PX)
        self._below.addWidget(self.tinting, 1)
        self._below.addWidget(self.check, 0, Qt.AlignmentFlag.AlignLeft)
        self.panel.map.getAxis("left").setWidth(_NAME_PX)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(header)
        column.addWidget(self.area)
        column.addWidget(self.legend)
        column.addLayout(self._below)
        column.addWidget(self.panel, 1)

    def _connect(self) -> None:
        self.side.changed.connect(self._on_side)
        self.tinting.changed.connect(self._on_side)
        self.focus.layer_chosen.connect(self._selection.choose_layer)
        self.focus.head_chosen.connect(self.refresh)
        self.check.clicked.connect(self._on_check)
        self.flow.hovered.connect(self._on_hovered)
        self.flow.clicked.connect(self._on_clicked)
        self.panel.clicked.connect(self._on_cell)
        self.panel.limits_changed.connect(self.refresh)
        self._selection.token_changed.connect(self._show_token)
        self._selection.layer_changed.connect(self.refresh)
        self._history.slot_selected.connect(self.refresh)
        self._history.reset.connect(self._forget_ranges)

    @Slot()
    def _forget_ranges(self) -> None:
        self._ranges.clear()
        self.panel.forget_limits()
