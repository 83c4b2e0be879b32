"""Numbers first: the memory in a sentence, a row of numbers for each layer, and the slots that are not well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout

from app.engine.analysis.findings import Health
from app.engine.analysis.inquiries import AskHealth
from app.models.amount import percent_text
from app.models.memory_names import INITIAL
from app.paint.figure import Axis, Figure, Table, layer_axis
from app.paint.limits import Limits
from app.paint.number import life_text, number_text
from app.paint.quantity import Measure
from app.paint.turns import LayerTurns
from app.theme import GAP_PX, Theme, ThemeController, mixed
from app.views.inspector.analysis_view import AnalysisView
from app.views.inspector.export_views import heat_of
from app.views.inspector.kind_legend import KindLegend
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.section import HelpButton, plain_label
from app.views.inspector.style import CAPTION_PX, sized_font
from app.views.inspector.table import ArrayTableModel, TableButton, TableData

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.models.selection import Selection
    from app.views.inspector.analyses import Analyses

HELP = (
    "This sums up the memory at the turn in view: a row of numbers for each layer, and below it the slots that are "
    "dead, duplicate or saturated.",
    f"A slot is dead when its length is below {percent_text(1)} of its layer's median, duplicate when its cosine "
    f"to another slot is above 0.99, and saturated when a gate that can change stands within {percent_text(1)} of an "
    "end of its range.",
    "What is common depends on the model: in the bundled one most slots are saturated and half of them duplicate after "
    "a few turns, for a gate near an end of its range also holds a slot on purpose; compare with other turns and "
    "chats, since only what is unusual for a model says that its memory loses room or content.",
)
ROWS = ("change ‖Δ‖", "kept", "half-life", "norm drift", "distance", "dead", "duplicate", "saturated")
UNITS = ("", "share", "turns", "", "", "slots", "slots", "slots")
_OF_TURNS = range(3)
"""Rows that only a turn has."""
TIPS = (
    "‖Δ‖: length of the layer's difference over this turn",
    "Mean share of the old values that this turn kept",
    "Turns until half of a slot's content is rewritten if each kept the mean share of those so far; the median slot",
    "Mean slot norm over that of the memory the chat started from: 1 is no drift",
    "Mean distance of the slots from the memory the chat started from",
    "Slots of nearly no length",
    "Slots that say the same as another one",
    "Slots whose write gate stands at an end of its range; “–”: no gate could change",
)
STATES = ("well", "saturated", "duplicate", "dead")
ALONE = ("", "only saturated", "duplicate and not dead", "")
"""Of a slot of several states: which of them its colour stands for."""
_LINE_PX = 19
_HEAD_PX = 24
_MAP_PX = 104
_COLUMN_PX = 64
_MANY = 1000
STATE = Measure("health", "state", "Health of slots", "0: well, 1: saturated, 2: duplicate, 3: dead.")


def state_of(health: Health) -> np.ndarray:
    """[L, S]: the index in STATES; the worst where a slot has more than one."""
    result = np.zeros(health.dead.shape, np.float32)
    result[health.saturated] = 1
    result[health.duplicate] = 2
    result[health.dead] = 3
    return result


def state_shades(theme: Theme) -> tuple[str, str, str, str]:
    """The colours of STATES, in their order."""
    return mixed(theme.surface, theme.text, 0.10), theme.series[1], theme.series[0], theme.text


class WholeColumns(QTableView):
    """A table that scrolls by columns and shows whole ones alone: a number cut off at its end would be another one."""

    def __init__(self) -> None:
        super().__init__()
        self._needed_px = _COLUMN_PX
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def need(self, column_px: int) -> None:
        """The width that the longest number takes."""
        self._needed_px = max(_COLUMN_PX, column_px)
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share()
        super().resizeEvent(event)

    def _share(self) -> None:
        room_px = self.viewport().width()
        shown = max(1, min(room_px // (self._needed_px + 1), self.horizontalHeader().count()))
        self.horizontalHeader().setMinimumSectionSize(max(self._needed_px, room_px // shown - 1))  # Qt may add a pixel


class NumbersView(AnalysisView):
    """The memory at the cursor in numbers."""

    def __init__(
        self,
        selection: Selection,
        analyses: Analyses,
        themes: ThemeController,
        reduced_motion: bool = False,
    ) -> None:
        super().__init__(selection, analyses, themes)
        self.setObjectName("numbersView")
        self.setAccessibleName("Numbers")
        self._turns = LayerTurns()
        self._data: TableData | None = None
        self._model: ArrayTableModel | None = None
        self._health: Health | None = None
        self.sentence = plain_label("caption", wrap=True)
        self.legend = KindLegend("Health of slots; the worst where a slot is several", themes.theme)
        self.help = HelpButton("numbers", HELP)
        self.as_table = TableButton(self.table)
        self.as_list = TableButton(self.ill_slots)
        self.as_list.setAccessibleName("Show ill slots as table")
        self.as_list.setToolTip("Show as table: the slots that are dead, duplicate or saturated")
        self.grid = WholeColumns()
        self.panel = MapPanel(themes.theme, reduced_motion, "Point at a slot to read its state")
        self._build()
        self.panel.set_place(self._place)
        self.panel.clicked.connect(self._history.select_slot)
        self.grid.clicked.connect(self._on_row)
        self.grid.horizontalScrollBar().rangeChanged.connect(self._fit_grid)
        self._history.slot_selected.connect(self.refresh)
        self._history.reset.connect(self._turns.forget_path)
        self._history.started.connect(self._turns.clear)

    def inquiry(self) -> Hashable | None:
        return AskHealth(self._history.cursor) if self._history.initial is not None else None

    def table(self) -> TableData | None:
        """The numbers of the layers."""
        return self._data

    def figure(self) -> Figure | None:
        """The sentence, the numbers as they are read here, and the map."""
        heat, data, model = heat_of(self.panel), self._data, self._model
        if self.is_empty or heat is None or data is None or model is None:
            return None
        shown = tuple(tuple(model.text(row, at) for at in range(len(data.columns))) for row in range(len(ROWS)))
        numbers = Table(data.title, data.values, shown, Axis("number", ROWS), layer_axis(len(data.columns)), UNITS)
        return Figure(self.accessibleName(), (numbers, heat), self._history.cursor, self.sentence.text())

    def ill_slots(self) -> TableData | None:
        """The slots that are not well, and in what way; a slot can be several."""
        health = self._health
        if health is None:
            return None
        first = 0 if self._counts_saturated(health) else 1
        masks = np.stack((health.saturated, health.duplicate, health.dead)[first:], axis=-1)
        places = np.argwhere(masks.any(axis=-1))
        names = tuple(f"layer {layer} · slot {slot}" for layer, slot in places.tolist())
        title = f"Slots that are not well, {self._history.name_of(health.turn)}"
        return TableData(title, masks[tuple(places.T)], names, STATES[1 + first :], "slot × state")

    def draw(self, finding: Any) -> None:
        if not isinstance(finding, Health):
            return
        self._health = finding
        self._fill(finding)
        states = state_of(finding)
        masks = np.stack((states == 0, finding.saturated, finding.duplicate, finding.dead))
        several = (
            " A slot can be of several kinds; its colour is the worst." if (masks[1:].sum(axis=0) > 1).any() else ""
        )
        told = f"{finding.sentence}{several}"
        self.sentence.setText(told)
        counts = [int((states == kind).sum()) for kind in range(len(STATES))]  # of the colours, each slot once
        self.as_list.setEnabled(counts[0] < states.size)
        whole = [int(mask.sum()) for mask in masks]
        words = [f"{counts[kind]:,} {name if counts[kind] == whole[kind] else ALONE[kind]}"
                 for kind, name in enumerate(STATES)]  # fmt: skip
        if not self._counts_saturated(finding):
            words[1] = "saturated: not counted"
        kinds = tuple(zip(state_shades(self.theme), words, strict=True))
        self.legend.set_kinds(list(kinds))
        self.panel.set_kinds(kinds)
        self.panel.show_values(STATE, states, Limits(0.0, 3.0), False)
        self.panel.set_selected(self._history.slot)
        self.setAccessibleDescription(f"{told} {', '.join(words)}")

    def _fill(self, health: Health) -> None:
        cursor = self._history.cursor
        layers = health.dead.shape[0]
        unknown = np.full(layers, np.nan, np.float32)
        self._turns.follow(self._history.records)
        change = keep = life = unknown
        if cursor != INITIAL:
            change, keep = self._turns.change()[:, cursor], self._turns.keep()[:, cursor]
            life = self._turns.half_life(cursor + 1)
        counts = [mask.sum(axis=1) for mask in (health.dead, health.duplicate, health.saturated)]
        if not self._counts_saturated(health):
            counts[-1] = unknown
        values = np.stack((change, keep, life, health.norm_drift, health.distance_from_initial, *counts))
        name = f"Numbers of each layer, {self._history.label_of(cursor)}"
        rows = tuple(f"layer {layer}" for layer in range(layers))
        self._data = TableData(name, values.astype(np.float32), ROWS, rows, "number × layer")
        if self._model is None:
            self._model = ArrayTableModel(self._data, self.grid, TIPS, 2, self._wording)
            self.grid.setModel(self._model)
        else:
            self._model.set_table(self._data)
        widest = max(self.grid.sizeHintForColumn(layer) for layer in range(layers))
        self.grid.need(widest)

    def _wording(self, row: int, value: float) -> str | None:
        """What no turn has made yet is not known; a life far beyond any conversation is not told to the turn."""
        if self._health is not None and self._health.turn == INITIAL and row in _OF_TURNS:
            return "–"
        if ROWS[row] == "saturated" and np.isnan(value):
            return "–"
        if ROWS[row] == "half-life":
            return life_text(value)
        if UNITS[row] == "slots":
            return f"{value:,.0f}"
        return number_text(value, 0) if abs(value) >= _MANY else None  # so that its column stays narrow

    def _counts_saturated(self, health: Health) -> bool:
        """Whether the turn had a gate that can change: else no slot counts as saturated, however many look so."""
        records = self._history.records
        gate = records[health.turn].gate("write") if 0 <= health.turn < len(records) else None
        return gate is not None and gate.law.is_dynamic

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.panel.restyle(theme)
        self.legend.restyle(theme)
        self.help.restyle(theme)
        self.as_table.restyle(theme)
        self.as_list.restyle(theme)

    def _place(self, layer: int, slot: int) -> str:
        values = self.panel.values
        state = STATES[int(values[layer, slot])] if values is not None else ""
        return f"layer {layer} · slot {slot} · {state}"

    @Slot(object)
    def _on_row(self, index: Any) -> None:
        self._selection.choose_layer(index.column())

    @Slot(int, int)
    def _fit_grid(self, _least: int, most: int) -> None:
        """All rows are seen, also above a scroll bar."""
        bar_px = self.grid.horizontalScrollBar().sizeHint().height() if most > 0 else 0
        self.grid.setFixedHeight(_LINE_PX * len(ROWS) + _HEAD_PX + 2 + bar_px)

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(GAP_PX)
        header.addWidget(self.sentence, 1)
        header.addWidget(self.as_table)
        header.addWidget(self.help)
        grid = self.grid
        grid.setAccessibleName("Numbers of each layer")
        grid.setFrameShape(QFrame.Shape.NoFrame)
        grid.setTabKeyNavigation(False)  # Tab leaves it; arrows go from number to number
        grid.setShowGrid(False)
        grid.setAlternatingRowColors(True)
        grid.setFont(sized_font(CAPTION_PX))
        grid.horizontalHeader().setFont(sized_font(CAPTION_PX))
        grid.verticalHeader().setFont(sized_font(CAPTION_PX))
        grid.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        grid.verticalHeader().setMinimumSectionSize(_LINE_PX)
        grid.verticalHeader().setDefaultSectionSize(_LINE_PX)
        grid.horizontalHeader().setFixedHeight(_HEAD_PX)
        self._fit_grid(0, 0)
        grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectColumns)
        grid.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.panel.setMinimumHeight(_MAP_PX)
        grid.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.panel.scale.hide()  # kinds have no scale: the legend says what the colours mean
        kinds = QHBoxLayout()
        kinds.setSpacing(GAP_PX)
        kinds.addWidget(self.legend, 1)
        kinds.addWidget(self.as_list)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(header)
        column.addWidget(grid)
        column.addLayout(kinds)
        column.addWidget(self.panel, 1)
