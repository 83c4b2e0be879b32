"""The inspector's frame: a sentence, the memory map, and around it the pages, all on one selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QTabWidget, QVBoxLayout, QWidget

from app.models.amount import share_text
from app.models.selection import Selection
from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.analyses import Analyses
from app.views.inspector.deck import Area, Deck, Page
from app.views.inspector.gate_view import GateView
from app.views.inspector.gates_page import GatesPage
from app.views.inspector.health import health_sentence
from app.views.inspector.keys import SelectionKeys
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.memory_map import MemoryMapView
from app.views.inspector.numbers_view import NumbersView
from app.views.inspector.reading_light import ReadingLight
from app.views.inspector.ridge_view import RidgeView
from app.views.inspector.section import plain_label
from app.views.inspector.similarity_view import SimilarityView
from app.views.inspector.slot_order import SlotOrder
from app.views.inspector.slot_panel import SlotPanel
from app.views.inspector.slot_story import SlotStory
from app.views.inspector.style import inspector_stylesheet
from app.views.inspector.turns_view import TurnsView
from app.views.inspector.words_view import WordsView
from app.views.spoken import announce

if TYPE_CHECKING:
    from app.engine.analysis.port import AnalysisSource
    from app.models.memory_history import MemoryHistory

_HEALTH_FROM_PX = 560
_SAID_MS = 4_000
_GLIMPSE_PX = 120  # of a page that a click asked for, in a low window


class InspectorPanel(LazyView):
    """The memory at the history's cursor. `reduced_motion`: cells change at once instead of fading.

    selection: shared with all views that show words and slots. analyst: what findings are asked of; without one, the
    views that need a model say so.

    Attributes: memory_map, numbers, words, gate_view, ridges, slot_panel, turns, similarity: the views; deck: where
    they stand; keys: what keys do.
    """

    def __init__(
        self,
        history: MemoryHistory,
        themes: ThemeController,
        reduced_motion: bool = False,
        selection: Selection | None = None,
        analyst: AnalysisSource | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("inspector")
        self.setAccessibleName("Memory inspector")
        self._history = history
        self.selection = selection or Selection(history, self)
        self.analyses = Analyses(history, analyst, self)
        self.keys = SelectionKeys(self.selection, self)
        self.health = plain_label("health", wrap=True)
        chosen, asked = self.selection, self.analyses
        self.order = SlotOrder(history, asked, self)
        self.memory_map = MemoryMapView(history, themes, reduced_motion, self.order)
        self.numbers = NumbersView(chosen, asked, themes, reduced_motion)
        self.words = WordsView(chosen, asked, themes, reduced_motion)
        self.gate_view = GateView(history, themes, reduced_motion)
        self.ridges = RidgeView(chosen, self.gate_view, themes)
        self.gates = GatesPage(self.gate_view, self.ridges)
        self.slot_panel = SlotPanel(history, themes, SlotStory(chosen, asked, themes))
        self.turns = TurnsView(chosen, themes, reduced_motion)
        self.similarity = SimilarityView(chosen, asked, themes, reduced_motion)
        self.light = ReadingLight(chosen, asked, self.memory_map)
        self.deck = Deck(self.memory_map)
        self._said = QTimer(self, singleShot=True, interval=_SAID_MS)
        self._said.timeout.connect(self.refresh)
        self._build()
        self.restyle(themes.theme)
        self._connect()

    @property
    def tabs(self) -> QTabWidget:
        """The row of tabs below the memory map."""
        return self.deck.tabs

    def add_page(self, widget: QWidget, title: str, tip: str, area: Area = "turns") -> None:
        """Adds a view of the lab, or another one, at the end of its row."""
        self.deck.add_page(Page(widget, title, tip, area))

    def show_page(self, widget: QWidget) -> None:
        """Brings a view to the front, and into view where the inspector scrolls."""
        self.deck.show_page(widget)
        QTimer.singleShot(0, self, lambda: self._scroll_to(widget, self.height()))  # once it has its place

    def say(self, words: str) -> None:
        """Says for a few seconds what a key did, to be read and heard."""
        self.health.setText(words)
        self.health.show()
        self._said.start()
        announce(self, words)

    def sizeHint(self) -> QSize:
        return QSize(460, 800)

    def heightForWidth(self, _width_px: int) -> int:
        """Its pages scroll by themselves: the window's area must not scroll for the height it would rather have."""
        return self.minimumHeight()

    def redraw(self) -> None:
        history = self._history
        before = history.records[history.cursor - 1].norm if history.cursor > 0 else None
        if before is None and history.initial is not None:
            before = history.initial.norm
        self.health.setText(health_sentence(history.current, before, history.origin))
        self._fit_health()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._said.isActive():
            self._fit_health()

    def _fit_health(self) -> None:
        """In a low window the sentence is there only while it says what a key did."""
        self.health.setVisible(self.height() >= _HEALTH_FROM_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.keys.handle(event):
            super().keyPressEvent(event)

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(inspector_stylesheet(theme))

    @Slot(int, int)
    def _show_slot(self, _layer: int, _slot: int) -> None:
        """A click on a cell of the memory asks for its slot; the map stays in view as far as there is room."""
        self.deck.show_page(self.slot_panel)
        QTimer.singleShot(0, self, lambda: self._scroll_to(self.slot_panel, _GLIMPSE_PX))

    def _scroll_to(self, page: QWidget, page_px: int) -> None:
        """Where the inspector is higher than its place, shows the row of a page and so much of the page below it."""
        area, tabs = self.parentWidget(), self.deck.row_of(page)
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        whole = None if area is None else area.widget()
        if area is None or whole is None or tabs is None:
            return
        row = QRect(tabs.mapTo(whole, QPoint()), tabs.size())
        row.setHeight(min(tabs.tabBar().height() + page_px, row.height(), area.viewport().height()))
        bar = area.verticalScrollBar()
        bar.setValue(max(row.bottom() + 1 - area.viewport().height(), min(bar.value(), row.top())))

    @Slot()
    def _show_marks(self) -> None:
        self.memory_map.set_marks(self.selection.marks)

    @Slot()
    def _mark_read(self) -> None:
        """Marks the slots that are framed in the map."""
        cells = self.memory_map.lit
        if not cells:
            self.say("Point at a word of the answer first: the slots it read most can then be marked.")
            return
        marks = self.selection.marks.copy()
        for layer, slot, _ in cells:
            marks[layer, slot] = True
        self.selection.mark(marks)
        count = int(np.count_nonzero(marks))
        held = f"the framed ones hold {share_text(self.light.share)} of {self.light.read}"
        self.say(f"{count:,} {'slot is' if count == 1 else 'slots are'} marked for the lab; {held}.")

    def _connect(self) -> None:
        history = self._history
        self.memory_map.panel.clicked.connect(self._show_slot)
        self.selection.marks_changed.connect(self._show_marks)
        self.keys.said.connect(self.say)
        self.keys.mark_read_requested.connect(self._mark_read)
        history.reset.connect(self._said.stop)
        history.cursor_changed.connect(self._said.stop)
        history.reset.connect(self.refresh)
        history.cursor_changed.connect(self.refresh)

    def _build(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(320, 440)
        self.memory_map.setMinimumHeight(190)
        for page in (
            Page(self.numbers, "Numbers", "The memory in numbers, layer by layer", "slots"),
            Page(self.words, "Words", "Why did it say that: words and the slots they read or wrote", "words"),
            Page(self.slot_panel, "Slot", "One slot: who wrote it, who read it, and its numbers", "slots"),
            Page(self.gates, "Gates", "How far each gate opened", "slots"),
            Page(self.turns, "Turns", "All turns at once, layer by layer", "turns"),
            Page(self.similarity, "Alike", "Slot against slot, and how many directions are used", "turns"),
        ):
            page.widget.setMinimumHeight(170)
            self.deck.add_page(page)
        self.splitter = self.deck.column
        column = QVBoxLayout(self)
        column.setContentsMargins(0, PADDING_PX, 0, 0)
        column.setSpacing(GAP_PX)
        margin = QVBoxLayout()
        margin.setContentsMargins(PADDING_PX, 0, PADDING_PX, 0)
        margin.addWidget(self.health)
        column.addLayout(margin)
        column.addWidget(self.deck, 1)
