"""Compare: the memory in view (A) beside a pinned one (B), slot by slot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from app.engine.analysis.findings import Comparison
from app.engine.analysis.inquiries import AskComparison, TurnMemory
from app.models.memory_choices import MemoryChoices
from app.models.selection import Selection
from app.paint.figure import Figure
from app.paint.limits import Extent, combined, extent_of
from app.paint.number import number_text
from app.theme import GAP_PX, Theme, ThemeController
from app.views.elided import ElidedLabel
from app.views.inspector.analysis_view import AnalysisView, Words
from app.views.inspector.compare_parts import (
    COSINE,
    DIFFERENCE,
    MAPS,
    A,
    figure_of_comparison,
    scatter_of,
    values_of,
)
from app.views.inspector.compare_slots import ChangedSlots
from app.views.inspector.layer_bars import LayerBars
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.memory_combo import MemoryCombo, memory_ref
from app.views.inspector.plot_widget import PlotWidget
from app.views.inspector.section import HelpButton, plain_label
from app.views.inspector.segments import Segments
from app.views.inspector.style import CAPTION_PX, sized_font

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.views.inspector.analyses import Analyses

HELP = (
    "A is the memory after the turn in view, B is the one you pinned: with P, or from the list of turns, branches and "
    "saved memories.",
    "The maps show the length of each slot's vector in A and in B, the length of the difference A − B, or the cosine "
    "of the angle between both; A and B share their colours, so they can be compared.",
    "Bright cells of A − B are slots in which the two memories disagree; a cosine near 1 says that they point the same "
    "way. Move along the timeline to see where A leaves B.",
)
_CHOICE_PX = 120  # as little as the name of B gets where the inspector is narrow


class CompareView(AnalysisView):
    """A: the turn at the cursor; B: what the selection has pinned. D changes between A − B and A."""

    def __init__(
        self,
        selection: Selection,
        analyses: Analyses,
        choices: MemoryChoices,
        themes: ThemeController,
        reduced_motion: bool = False,
    ) -> None:
        super().__init__(selection, analyses, themes)
        self.setObjectName("compareView")
        self.setAccessibleName("Compare")
        self._extents: dict[str, Extent | None] = {}
        self._found: Comparison | None = None
        self.help = HelpButton("compare", HELP)
        self.a_name = ElidedLabel("readout")
        self.a_name.setFont(sized_font(CAPTION_PX))
        self.b = MemoryCombo("Pinned memory B", choices, none="nothing pinned")
        self.first = MemoryCombo("Memory to pin as B", choices, none="or choose a memory…")
        self.maps = Segments("Map", (("difference", "A − B"), ("a", "A"), ("b", "B"), ("cosine", "cosine")))
        self.panel = MapPanel(themes.theme, reduced_motion, "Point at a cell to read it, click to follow its slot")
        self.below = Segments(
            "Below the map", (("slots", "Changed slots"), ("scatter", "Scatter"), ("layers", "Layers"))
        )
        self.slots = ChangedSlots()
        self.scatter = PlotWidget("Lengths of slots in A and in B", themes.theme, 150)
        self.layers = LayerBars("Cosine between A and B, layer by layer: click to choose a layer", themes.theme)
        self.readout = plain_label("readout", wrap=True)
        self._pages = QStackedWidget()
        self._arrange()
        self._connect(selection)

    def _arrange(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(GAP_PX)
        header.addWidget(plain_label("title", "Compare"))
        header.addStretch(1)
        header.addWidget(self.help)
        pair = QHBoxLayout()
        pair.setSpacing(GAP_PX)
        pair.addWidget(plain_label("caption", "A"))
        pair.addWidget(self.a_name)
        pair.addWidget(plain_label("caption", "B"))
        pair.addWidget(self.b, 1)
        self.b.setMinimumWidth(_CHOICE_PX)
        for page in (self.slots, self.scatter, self.layers):
            self._pages.addWidget(page)
        self._pages.setMinimumHeight(140)
        self.panel.setMinimumHeight(150)
        words = self.empty.layout()
        if isinstance(words, QVBoxLayout):  # the choice stands below the words too, where there is nothing yet
            words.insertWidget(words.count() - 1, self.first, 0, Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(header)
        column.addLayout(pair)
        column.addWidget(self.maps)
        column.addWidget(self.panel, 3)
        column.addWidget(self.below)
        column.addWidget(self._pages, 2)
        column.addWidget(self.readout)

    def _connect(self, selection: Selection) -> None:
        self.maps.changed.connect(self.refresh)
        self.below.changed.connect(self.refresh)
        self.panel.clicked.connect(self._history.select_slot)
        self.panel.limits_changed.connect(self.refresh)
        self.slots.slot_chosen.connect(self._history.select_slot)
        self.scatter.pointed.connect(self.readout.setText)
        self.scatter.clicked.connect(self._on_dot)
        self.layers.chosen.connect(selection.choose_layer)
        self.b.memory_chosen.connect(self._on_chosen)
        self.first.memory_chosen.connect(self._on_first_chosen)
        selection.pin_changed.connect(self._on_pin)
        selection.layer_changed.connect(self.refresh)
        selection.difference_requested.connect(self.toggle_difference)
        self._history.slot_selected.connect(self.refresh)

    # ---------------------------------------------------------------- what is asked

    def inquiry(self) -> Hashable | None:
        pin = self._selection.pin
        if pin is None or self._history.initial is None:
            return None
        return AskComparison(TurnMemory(self._history.cursor), memory_ref(pin))

    def words(self) -> Words:
        if self._history.initial is None:
            return "No memory yet. Open a model to compare its memories.", "ph.brain", ""
        where = "the memory before the first turn" if self._history.cursor < 0 else "this turn"
        return (
            f"Pin {where} as B with P, then move along the timeline: what differs appears here. A branch or a saved "
            "memory can be pinned too.",
            "ph.git-diff",
            "Pin what is in view",
        )

    def on_action(self) -> None:
        self._selection.pin_turn(self._history.cursor)

    def _about(self, inquiry: Hashable | None) -> str:
        turn = inquiry.a.turn if isinstance(inquiry, AskComparison) and isinstance(inquiry.a, TurnMemory) else None
        return super()._about(inquiry) if turn is None else self._history.name_of(turn)

    @Slot()
    def toggle_difference(self) -> None:
        """The difference, or A where the difference is shown."""
        self.maps.choose("a" if self.maps.chosen == "difference" and self.isVisible() else "difference")

    # ---------------------------------------------------------------- what is shown

    def draw(self, finding: Any) -> None:
        assert isinstance(finding, Comparison)  # noqa: S101 - the answer to the inquiry
        is_new = finding is not self._found
        self._found = finding
        self.a_name.setText(finding.a_name)
        key = self.maps.chosen
        measure = MAPS[key]
        values = values_of(finding, key)
        if is_new:
            self._widen(finding)
        limits = measure.limits(self._extents.get(measure.key))
        self.panel.show_values(measure, values, limits, fade=is_new)
        self.panel.set_words("" if finding.difference.any() else "A and B are the same memory: nothing differs.")
        self.panel.set_selected(self._history.slot)
        self._pages.setCurrentIndex(("slots", "scatter", "layers").index(self.below.chosen))
        if is_new:
            self.slots.show_slots(finding)
            self.scatter.show_panel(scatter_of(finding))
        self.slots.select(self._history.slot)
        self.layers.set_values(finding.cosine_of_layer, 1.0, self._selection.layer, decimals=4)
        told = f"{finding.a_name} and {finding.b_name}: mean cosine {number_text(float(np.mean(finding.cosine)), 4)}."
        self.setAccessibleDescription(f"{told} {self.panel.readout.text()}")

    def _widen(self, found: Comparison) -> None:
        """Limits of a pin only grow, so that colours can be compared from turn to turn."""
        seen = {A.key: (found.a, found.b), DIFFERENCE.key: (found.difference,), COSINE.key: (found.cosine,)}
        for key, arrays in seen.items():
            self._extents[key] = combined([self._extents.get(key), *(extent_of(values) for values in arrays)])

    def figure(self) -> Figure | None:
        """All maps, the scatter and the layers; None while nothing is compared."""
        found = self._found
        if found is None or self.is_empty:
            return None
        limits = {key: measure.limits(self._extents.get(measure.key)) for key, measure in MAPS.items()}
        pin = self._selection.pin
        branch = pin.name if pin is not None and pin.branch is not None else ""  # what tells it from other branches
        return figure_of_comparison(found, limits, self._history.cursor, branch)

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.help.restyle(theme)
        self.panel.restyle(theme)
        self.scatter.restyle(theme)
        self.layers.restyle(theme)

    # ---------------------------------------------------------------- what is pinned

    def _forget(self) -> None:
        """Another pair begins: its limits start anew, also where its finding is known already."""
        self._extents.clear()
        self._found = None
        self.panel.forget_limits()

    @Slot()
    def _on_reset(self) -> None:
        self._forget()
        super()._on_reset()

    @Slot()
    def _on_pin(self) -> None:
        self._forget()
        pin = self._selection.pin
        self.b.choose(pin if pin in self.b.choices else None)
        self.first.choose(None)
        self.refresh()

    @Slot()
    def _on_chosen(self) -> None:
        self._selection.set_pin(self.b.choice)

    @Slot()
    def _on_first_chosen(self) -> None:
        if self.first.choice is not None:
            self._selection.set_pin(self.first.choice)

    @Slot(int, int)
    def _on_dot(self, line: int, place: int) -> None:
        if self._found is not None and line == 0:  # the line of the same length is no slot
            self._history.select_slot(*(int(part) for part in divmod(place, self._found.a.shape[1])))
