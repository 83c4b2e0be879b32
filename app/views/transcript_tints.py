"""Tints the answer of the turn in view in the transcript: each word by the turn that wrote what it read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QToolTip

from app.engine.analysis.findings import Reads
from app.engine.analysis.inquiries import AskReads
from app.models.text_finder import utf16_length
from app.views.chat.message import TintedPart
from app.views.inspector.word_flow import STRONGEST_ALPHA
from app.views.inspector.word_tints import read_tints
from app.views.tooltips import plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.models.workspace import Workspace
    from app.theme import ThemeController
    from app.views.chat.transcript_view import TranscriptView
    from app.views.inspector.analyses import Analyses


@dataclass(frozen=True, slots=True)
class _Word:
    """start, end: in UTF-16 units of the answer."""

    start: int
    end: int
    tip: str


class TranscriptTints(QObject):
    """Off until `set_on`. The answer is looked into only while this is on, its tooltips say what the colours mean."""

    def __init__(
        self, transcript: TranscriptView, workspace: Workspace, analyses: Analyses, themes: ThemeController
    ) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self._conversation = workspace.conversation
        self._history = workspace.history
        self._analyses = analyses
        self._themes = themes
        self._is_on = False
        self._row = -1
        self._words: tuple[_Word, ...] = ()
        for signal in (self._history.reset, self._history.turn_added, self._history.cursor_changed, themes.changed):
            signal.connect(self._show)
        self._conversation.modelReset.connect(self._show)
        self._conversation.path_changed.connect(self._show)
        analyses.arrived.connect(self._on_arrived)
        transcript.viewport().installEventFilter(self)

    @property
    def is_on(self) -> bool:
        """Whether answers are tinted."""
        return self._is_on

    @Slot(bool)
    def set_on(self, is_on: bool) -> None:
        """Tints answers from now on, or no more."""
        self._is_on = is_on
        self._show()

    @Slot()
    def _show(self) -> None:
        turn = self._history.cursor
        inquiry = AskReads(turn) if self._is_on and turn >= 0 else None
        self._analyses.want(self, () if inquiry is None else (inquiry,))
        found = self._analyses.finding(inquiry) if inquiry is not None else None
        self._row, self._words, parts = -1, (), []
        row = self._conversation.row_of_turn(turn)
        if row is not None and isinstance(found, Reads) and self._conversation.index(row).data() == found.text:
            self._row = row
            parts = self._parts_of(found)
        self._transcript.show_tints(self._row, parts)

    def _parts_of(self, reads: Reads) -> list[TintedPart]:
        """The words of an answer with their colours; what no turn stands out for has none."""
        tints, _ = read_tints(reads, False, self._themes.theme, self._history.origin)
        words, parts = [], []
        for (start, end), tint in zip(reads.spans, tints, strict=True):
            first = utf16_length(reads.text[:start])
            last = first + utf16_length(reads.text[start:end])
            words.append(_Word(first, last, tint.tip))
            ground = QColor(tint.colour)
            ground.setAlpha(round(STRONGEST_ALPHA * min(1.0, max(0.0, tint.strength))))
            parts.append(TintedPart(first, last, ground, QColor(tint.colour)))
        self._words = tuple(words)
        return parts

    @Slot(object)
    def _on_arrived(self, inquiry: Hashable) -> None:
        if self._is_on and inquiry == AskReads(self._history.cursor):
            self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A tinted word says which turn it was read from; everything else has its own tooltips."""
        if self._words and event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._transcript.character_at(event.pos().toPointF())
            if place is not None and place.row == self._row:
                tip = next((word.tip for word in self._words if word.start <= place.position < word.end), "")
                if tip:
                    QToolTip.showText(event.globalPos(), plain_tooltip(tip), self._transcript)
                    return True
        return super().eventFilter(watched, event)
