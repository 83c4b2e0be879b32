"""Where the content of a slot comes from and where it went: who wrote it, from which words, and which words read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.engine.analysis.findings import ProvenanceMap, Reads, Writes
from app.engine.analysis.inquiries import AskProvenance, AskReads, AskWrites
from app.models.amount import share_text
from app.models.memory_names import INITIAL
from app.paint.figure import Axis, Bars, Figure
from app.paint.number import life_text
from app.paint.reading import grouped_shares, readers
from app.theme import GAP_PX, Theme, ThemeController
from app.views.inspector.analysis_view import AnalysisView
from app.views.inspector.section import HelpButton, plain_label
from app.views.inspector.share_bar import ShareBar, shade_of
from app.views.inspector.table import TableButton, TableData
from app.views.inspector.word_flow import WordFlow
from app.views.inspector.word_tints import marks_text, write_tints

if TYPE_CHECKING:
    from collections.abc import Hashable

    from PySide6.QtGui import QResizeEvent

    from app.models.selection import Selection
    from app.views.inspector.analyses import Analyses

HELP = (
    "This shows who wrote the selected slot: a part of the bar for each turn and one for what is left of the memory "
    "the chat started from, the words of the chosen turn that were written into it, and the words that read it in the "
    "four answers that follow; at the newest turn, in the last four since that turn.",
    "The shares come from the gates alone: what a turn wrote is multiplied by what every later turn kept, and "
    "the words are tinted by the attention with which the slot looked at them when it was written.",
    "Choose a turn in the bar to see its words; a share says when the slot was written and not what it means, for a "
    "late turn may write early content again.",
)
LATER_TURNS = 4  # answers after the turn in view that are searched for readers
MOST_READERS = 6
_LEAST_PX = 236


class SlotStory(AnalysisView):
    """The selected slot at the turn in view."""

    def __init__(
        self, selection: Selection, analyses: Analyses, themes: ThemeController, parent: QWidget | None = None
    ) -> None:
        super().__init__(selection, analyses, themes, parent)
        self.setObjectName("slotStory")
        self.setAccessibleName("Where the slot's content comes from")
        self._chosen: int | None = None  # the turn whose words are shown; None: the one that wrote most
        self._shown: int | None = None
        self.bar = ShareBar("Share of each turn in the slot", themes.theme)
        self.help = HelpButton("who wrote the slot", HELP)
        self.as_table = TableButton(self.shares_table)
        self.note = plain_label("caption", wrap=True)
        self.written = plain_label("caption", wrap=True)
        self.flow = WordFlow("Words written into the slot", themes.theme)
        self.later = plain_label("caption", wrap=True)
        self._readers = [QPushButton() for _ in range(MOST_READERS)]
        self._tokens: list[tuple[int, int]] = []
        self._build()
        self.bar.chosen.connect(self._on_chosen)
        for button in self._readers:
            button.clicked.connect(self._on_reader)
        self._history.slot_selected.connect(self._on_slot)

    @property
    def shown_turn(self) -> int | None:
        """The turn whose words are shown."""
        return self._shown

    def inquiry(self) -> Hashable | None:
        return AskProvenance(self._history.cursor) if self._history.slot and self._history.cursor != INITIAL else None

    def also(self) -> tuple[Hashable, ...]:
        writes = () if self._shown is None else (AskWrites(self._shown),)
        return (*writes, *(AskReads(turn) for turn in self._later()))

    def _later(self) -> range:
        """The answers that are searched for words that read the slot: those after the turn in view; at the newest turn
        those after the turn whose words are shown."""
        cursor, last = self._history.cursor, self._history.last_turn
        if cursor < last:
            return range(cursor + 1, min(last, cursor + LATER_TURNS) + 1)
        return range(max(last if self._shown is None else self._shown, last - LATER_TURNS) + 1, last + 1)

    def shares_table(self) -> TableData | None:
        """The shares of all turns in the slot."""
        found, slot = self.known(AskProvenance(self._history.cursor)), self._history.slot
        if not isinstance(found, ProvenanceMap) or slot is None:
            return None
        rows = tuple(self._history.label_of(turn - 1) for turn in range(found.shares.shape[0]))
        title = f"Who wrote layer {slot[0]} · slot {slot[1]}"
        return TableData(title, found.shares[:, slot[0], slot[1]][:, None], rows, ("share",), "turn × share")

    def figure(self) -> Figure | None:
        """The shares of all turns in the slot, in the memory at the turn in view."""
        table = self.shares_table()
        if table is None:
            return None
        shades = tuple(shade_of(self.theme, turn - 1) for turn in range(len(table.values)))
        bars = Bars(
            table.title, (("share", table.values[:, 0]),), Axis("turn", table.rows), Axis("share"), None, shades
        )
        return Figure(self.accessibleName(), (bars,), self._history.cursor, self.note.text())

    def draw(self, finding: Any) -> None:
        slot = self._history.slot
        if slot is None or not isinstance(finding, ProvenanceMap):
            return
        shares = finding.shares[:, slot[0], slot[1]]
        best = int(shares[1:].argmax()) if len(shares) > 1 and shares[1:].any() else None
        shown = self._chosen if self._chosen is not None and self._chosen < len(shares) - 1 else best
        if shown != self._shown:
            self._shown = shown
            self._analyses.want(self, (AskProvenance(self._history.cursor), *self.also()))
        parts = grouped_shares(shares)
        self.bar.set_parts(parts, self._shown, self._history.label_of(INITIAL))
        life = float(finding.half_life_of_slot[slot])
        kept = "Nothing of it fades."
        if not np.isinf(life):
            kept = f"Half-life at the mean share it kept so far: {life_text(life)} turns."
        if not np.isfinite(shares).all():
            self.note.setText("This slot holds NaN or Inf: nothing can be said about who wrote it.")
        else:
            self.note.setText(f"{kept} {finding.note}".strip() if parts else "Nobody wrote this slot: it is zero.")
        self._draw_words(slot)
        self._draw_readers(slot)
        self._fit()
        self.setAccessibleDescription(f"{self.bar.accessibleDescription()}. {self.written.text()} {self.later.text()}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its words need in this width: the panel around it scrolls, not two areas in one another."""
        needed = self._inner.totalHeightForWidth(self.width()) if self._inner.hasHeightForWidth() else 0
        self.setMinimumHeight(max(_LEAST_PX, needed + 4))

    def _draw_words(self, slot: tuple[int, int]) -> None:
        writes = self.known(AskWrites(self._shown)) if self._shown is not None else None
        self.flow.setVisible(isinstance(writes, Writes))
        if isinstance(writes, Writes):
            tints, _ = write_tints(writes, slot, None, self.theme)
            self.flow.set_words(writes.text, writes.spans, tints, writes.answer_start)
            marks = marks_text(writes, writes.weights[slot])
            told = f"The words of {self._history.name_of(writes.turn)} that were written into it"
            self.written.setText(f"{told} ({marks}):" if marks else f"{told}:")
        elif self._shown is None:
            self.written.setText("No turn has written to it yet.")
        else:
            refusal = self._analyses.refusal(AskWrites(self._shown))
            self.written.setText(refusal or f"Looking into {self._history.name_of(self._shown)}…")

    def _draw_readers(self, slot: tuple[int, int]) -> None:
        """Buttons for the words of the next answers that read the slot most."""
        found: list[tuple[float, int, int, str]] = []
        waiting, refusal = False, ""
        for turn in self._later():
            reads, why = self.known(AskReads(turn)), self._analyses.refusal(AskReads(turn))
            waiting = waiting or not (isinstance(reads, Reads) or why)
            refusal = refusal or why
            if isinstance(reads, Reads):
                for token, weight in readers(reads.weights, *slot, most=MOST_READERS):
                    start, end = reads.spans[token]
                    found.append((weight, turn, token, reads.text[start:end].strip()))
        found = sorted((item for item in found if item[3]), reverse=True)[:MOST_READERS]
        self._tokens = [(turn, token) for _, turn, token, _ in found]
        for index, button in enumerate(self._readers):
            button.setVisible(index < len(found))
            if index < len(found):
                weight, turn, _, word = found[index]
                button.setText(f"{word}".replace("&", "&&"))
                name = self._history.name_of(turn)
                button.setToolTip(f"{share_text(weight)} of the attention in {name}; show this answer")
                button.setAccessibleName(f"{word}, {name}, {share_text(weight)}")
        if not self._later():
            self.later.setText("No answer after this turn has read it yet.")
        elif found:
            self.later.setText(f"Words of {_turns(self._later())} that read it:")
        elif waiting:
            self.later.setText("Looking for words that read it…")
        else:
            none = f"No word of {_turns(self._later())} read it notably."
            self.later.setText(f"Not every later answer could be searched. {refusal}" if refusal else none)

    def words(self) -> tuple[str, str, str]:
        if self._history.slot is None:
            return "Click a cell of the memory map to see who wrote it.", "ph.crosshair", ""
        return super().words()

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.bar.restyle(theme)
        self.flow.restyle(theme)
        self.help.restyle(theme)
        self.as_table.restyle(theme)

    def _build(self) -> None:
        header = QHBoxLayout()
        header.addWidget(plain_label("title", "Who wrote it"))
        header.addStretch(1)
        header.addWidget(self.as_table)
        header.addWidget(self.help)
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in self._readers:
            button.setProperty("role", "segment")
            button.setAccessibleName("A word that read the slot")
            row.addWidget(button)
        row.addStretch(1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(header)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        column.addSpacing(GAP_PX)
        column.addWidget(self.written)
        column.addWidget(self.flow)
        column.addWidget(self.later)
        column.addLayout(row)
        column.addStretch(1)
        outer = QVBoxLayout(self.content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(inner)
        self.column.setContentsMargins(0, 0, 0, 0)  # the panel around it has its own, and scrolls
        self.setMinimumHeight(_LEAST_PX)
        self._inner = column

    @Slot(int)
    def _on_chosen(self, turn: int) -> None:
        self._chosen = turn
        self.refresh()

    @Slot(int, int)
    def _on_slot(self, _layer: int, _slot: int) -> None:
        self._chosen = None
        self.refresh()

    @Slot()
    def _on_reader(self) -> None:
        """Shows the answer that a word stands in, and keeps the word."""
        index = next((index for index, button in enumerate(self._readers) if button is self.sender()), -1)
        if 0 <= index < len(self._tokens):
            turn, token = self._tokens[index]
            self._history.show_turn(turn)
            self._selection.lock((turn, token))


def _turns(turns: range) -> str:
    """Those whose answers were searched, counted from 1."""
    first, last = turns.start + 1, turns.stop
    return f"the answer to turn {first}" if first == last else f"the answers to turns {first} to {last}"
