"""All turns at once: how much each layer changed, kept and wrote, and how long a layer remembers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.paint.figure import Axis, Table, layer_axis
from app.paint.limits import extent_of
from app.paint.number import life_text
from app.paint.quantity import Measure
from app.paint.turns import LayerTurns, can_amplify, is_gated, is_shared_out, is_static
from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.analysis_view import scrolled
from app.views.inspector.distribution_item import RowNumbers
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.section import HelpButton, plain_label
from app.views.inspector.segments import Segments
from app.views.inspector.style import pen

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.models.selection import Selection
    from rxt.events import FloatArray

HELP = (
    "This shows the whole conversation, a column for each turn and a row for each layer: how much the turn changed the "
    "layer, which share of the old values it kept, or how long the layer's slots are.",
    "Change is the length of the layer's difference over the turn; keep is the mean factor that the gates gave to the "
    "old values, write is the rest where both factors sum to 1, and the half-life is the number of turns until half of "
    "a slot is left if every turn kept the mean share; the median of the layer's slots.",
    "Columns that stand out are turns that rewrote much, rows that stand out are layers that write more readily; what "
    "is really left of a turn is in Words and Slot, for no turn keeps the mean share.",
)
CHANGE = Measure("layer change", "change", "Change of each layer ‖Δ‖", "Length of a layer's difference.", low_end=0.0)
KEEP = Measure(
    "keep", "keep share", "Keep share of each layer", "Mean factor of the old values.",
    neutral=1.0, low_end=0.0, high_end=1.0,
)  # fmt: skip
OPEN_KEEP = replace(KEEP, high_end=None)  # tanh gates: old values can also grow
WRITE = Measure("write share", "write share", "Write share of each layer", "1 − keep.", low_end=0.0, high_end=1.0)
NORM = Measure("layer norm", "norm", "Mean norm of each layer's slots", "Mean length of a layer's slots.")
_MAP_PX = 140  # the map with its colour bar and what it says; where there is less room, the view scrolls
MEASURES = {"change": CHANGE, "keep": KEEP, "write": WRITE, "norm": NORM}


class TurnsView(LazyView):
    """Layers × turns from the records; a click goes to the turn."""

    def __init__(
        self,
        selection: Selection,
        themes: ThemeController,
        reduced_motion: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("turnsView")
        self.setAccessibleName("All turns")
        self._selection = selection
        self._history = selection.history
        self._turns = LayerTurns()
        self._lives: FloatArray = np.zeros(0, np.float32)
        self._drawn: tuple[object, ...] | None = None  # what is on the screen, but for the cursor
        self.measure = Segments("Show", (("change", "change"), ("keep", "keep"), ("write", "write"), ("norm", "norm")))
        self.help = HelpButton("all turns", HELP)
        self.caption = plain_label("caption", wrap=True)
        self.notice = plain_label("notice", wrap=True)
        self.panel = MapPanel(
            themes.theme,
            reduced_motion,
            "Point at a cell to read it, click to choose its turn and layer",
            "layer",
            "turn",
        )
        self.numbers = RowNumbers(self.panel.map.getViewBox(), themes.theme)
        self.cursor_line = pg.InfiniteLine(angle=90, movable=False)
        self._build()
        self.measure.changed.connect(self.refresh)
        self.panel.clicked.connect(self._on_cell)
        self.panel.limits_changed.connect(self._redraw_all)
        self.panel.empty.action.clicked.connect(self._show_change)
        self._history.reset.connect(self._on_reset)
        self._history.started.connect(self._on_started)
        self._history.turn_added.connect(self.refresh)
        self._history.cursor_changed.connect(self.refresh)

    @property
    def layers_table(self) -> Table | None:
        """The half-lives beside the rows of the map, as they are read."""
        if self._drawn is None:
            return None
        words = (tuple(life for life, _ in self.numbers.rows),)
        axes = Axis("number", ("half-life",)), layer_axis(len(self._lives))
        return Table("Half-life of each layer in turns", self._lives[None], words, *axes, ("turns",))

    def redraw(self) -> None:
        records = self._history.records
        if not records:
            self._drawn = None
            self.notice.hide()
            self.caption.setText("")
            self.panel.show_empty(
                "This appears after the first turn: every turn and every layer at once.", "ph.hourglass"
            )
            return
        self._turns.follow(records)
        key = self.measure.chosen
        drawn = (key, len(records), self.theme.name, id(self._history.initial))
        if drawn == self._drawn:
            self._show_cursor()
            return
        self._drawn = None
        self.notice.hide()
        if key in ("keep", "write") and not is_gated(records):
            self.caption.setText("")
            text = "This model updates its memory without gates: nothing is kept or written by degrees."
            self.panel.show_empty(text, "ph.info", "Show the change")
            return
        if key == "write" and not is_shared_out(records):
            self.caption.setText("")
            text = "The factors of this model's gates do not sum to 1: what is not kept is not what was written."
            self.panel.show_empty(text, "ph.info", "Show the change")
            return
        if key in ("keep", "write") and is_static(records):
            self.notice.setText("Static gates: these shares are trained constants, the same in every turn.")
            self.notice.show()
        values = self._values(key)
        life = self._turns.half_life() if is_gated(records) else np.full(values.shape[0], np.inf, np.float32)
        self._lives = life
        rows = [(life_text(float(item)), "turns") for item in life]
        self.numbers.set_rows(("half-life", ""), rows)
        self._caption(life, len(records))
        measure = OPEN_KEEP if key == "keep" and can_amplify(records) else MEASURES[key]
        self.panel.set_axes("layer", "turn", str, self._turn_name)
        self.panel.show_values(measure, values, measure.limits(extent_of(values)), False)
        self._drawn = drawn
        self._show_cursor()
        self.setAccessibleDescription(f"{measure.title}. {self.caption.text()}")

    def _show_cursor(self) -> None:
        self.cursor_line.setVisible(self._history.cursor >= 0)
        self.cursor_line.setValue(self._history.cursor)

    @Slot()
    def _redraw_all(self) -> None:
        self._drawn = None
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.panel.handle_key(event):
            super().keyPressEvent(event)

    def restyle(self, theme: Theme) -> None:
        self.panel.restyle(theme)
        self.numbers.restyle(theme)
        self.help.restyle(theme)
        self.cursor_line.setPen(pen(theme.text, 2))

    def _values(self, key: str) -> FloatArray:
        found = {
            "change": self._turns.change,
            "keep": self._turns.keep,
            "write": self._turns.write,
            "norm": self._turns.norm,
        }[key]()
        return np.ascontiguousarray(found)

    def _caption(self, life: FloatArray, turns: int) -> None:
        known = life[~np.isnan(life)]
        if not is_gated(self._history.records):
            self.caption.setText("Without gates nothing fades: there is no half-life.")
        elif not np.isfinite(known).any():
            self.caption.setText("Nothing fades in this memory.")
        else:
            fading = known[np.isfinite(known)]
            low, high = (life_text(float(end)) for end in (fading.min(), fading.max()))
            ends = f"{low} turns" if low == high else f"{low} to {high} turns"
            if never := len(known) - len(fading):
                ends += f", in {'one layer' if never == 1 else 'some layers'} never"
            word = "turn" if turns == 1 else "turns"
            mean = f"the mean share that {turns:,} {word} kept"
            self.caption.setText(f"Half of a slot is rewritten in {ends}, at {mean}.")

    @staticmethod
    def _turn_name(index: int) -> str:
        return str(index + 1)

    def _build(self) -> None:
        header = QHBoxLayout()
        header.addWidget(self.measure)
        header.addStretch(1)
        header.addWidget(self.help)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
        column.setSpacing(4)
        column.addLayout(header)
        column.addWidget(self.caption)
        column.addWidget(self.notice)
        self.panel.setMinimumHeight(_MAP_PX)
        column.addWidget(self.panel, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(page))
        self.notice.hide()
        self.panel.map.addItem(self.cursor_line, ignoreBounds=True)
        self.panel.canvas.addItem(self.numbers, 0, 1)

    @Slot(int, int)
    def _on_cell(self, layer: int, turn: int) -> None:
        self._selection.choose_layer(layer)
        self._history.show_turn(turn)

    @Slot()
    def _show_change(self) -> None:
        self.measure.choose("change")

    @Slot()
    def _on_started(self) -> None:
        self._turns.clear()

    @Slot()
    def _on_reset(self) -> None:
        self._turns.forget_path()
        self._drawn = None
        self.panel.forget_limits()
        self.refresh()
