"""The gates of a memory update: how far each one opened, slot by slot, and the law that says what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.amount import share_text
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.paint.distribution import distribution
from app.paint.figure import Axis, Table, layer_axis
from app.paint.limits import Limits
from app.paint.number import decimals_for, number_text
from app.paint.quantity import ConversationRange, gate_quantity, laws_of
from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.distribution_item import DistributionPlot, RowNumbers
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.section import HelpButton, plain_label

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from rxt.events import GateLaw, GateName, GateStage

HELP = (
    "A residual gate decides for every slot how much of its old content stays and how much new content joins; the map "
    "shows its value g for each layer and slot, the shapes beside it how the values of a layer spread.",
    "The values are those the model used in this turn; the formula above the map turns g into the shares of new and "
    "old, “keep” is the mean share of the old content at interlayer and write, “own” at mix the share of a layer's own "
    "slots in what a slot reads, and the line in each shape is the median.",
    "A layer whose shape is narrow treats all its slots alike, a long tail means that a few slots were singled out; "
    "a static gate is a trained constant and tells nothing about this turn.",
)

_SOURCES = {
    "static": "a trained constant",
    "elementwise": "computed for each slot from its old and new values",
    "linear": "computed from the old and new values of all slots of the layer",
}
_MIXES = "what a slot reads, not what it keeps"
_WORDS_FROM_PX = 280
_ANY_PX = 16_777_215
_MAP_PX = 140  # the map with its colour bar and what it says; where there is less room, its page scrolls
_NARROW_PX = 330  # below this the shapes leave their room to the map


def law_in_words(name: GateName, law: GateLaw) -> str:
    """The law of a gate as one sentence with its formula."""
    if law.activation == "none" or law.source == "none":
        return f"{name}: {law.formula}. There is no gate: new and old values are added."
    weights = "one weight per slot" if law.per_slot else "one weight per layer"
    reads = f" This is {_MIXES}." if name == "mix" else ""
    return f"{name}: {law.formula}, g = {law.activation}(…), {law.source}: {_SOURCES[law.source]}; {weights}.{reads}"


def law_in_short(name: GateName, law: GateLaw) -> str:
    """The law of a gate in one line."""
    weights = "per slot" if law.per_slot else "per layer"
    reads = f" · {_MIXES}" if name == "mix" else ""
    return f"{name}: {law.formula} · {law.activation} · {law.source} · {weights}{reads}"


def notice_for(law: GateLaw) -> str:
    """What must be said before anyone reads a finding into the values; empty where nothing must."""
    if law.activation == "none" or law.source == "none":
        return "No gate at this stage: its values do not change between turns."
    if not law.is_dynamic:
        return "Static gate: its values do not change between turns, so they say nothing about this one."
    return ""


class GateView(LazyView):
    """The gate values of one stage at the history's cursor: map, spread per layer, mean and keep share."""

    def __init__(
        self,
        history: MemoryHistory,
        themes: ThemeController,
        reduced_motion: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("gateView")
        self.setAccessibleName("Gates")
        self._history = history
        self._range = ConversationRange()
        self._laws: dict[GateName, GateLaw] = {}
        self._chosen: GateName | None = None
        self._drawn: tuple[int, GateName] | None = None
        self._numbers: tuple[np.ndarray, str] = np.empty((2, 0)), "keep"
        self._stages = QButtonGroup(self)
        self._row = QHBoxLayout()
        self.help = HelpButton("gates", HELP)
        self.caption = plain_label("caption", wrap=True)
        self.notice = plain_label("notice", wrap=True)
        self.panel = MapPanel(themes.theme, reduced_motion, "Point at a cell to read its gate value")
        self.setFocusProxy(self.panel)
        self.spread = DistributionPlot(themes.theme)
        self.numbers = RowNumbers(self.panel.map.getViewBox(), themes.theme)
        self._build()
        self.panel.clicked.connect(history.select_slot)
        self.panel.compact_changed.connect(self.spread.set_compact)
        self.panel.limits_changed.connect(self.refresh)
        self.panel.empty.action.clicked.connect(self._show_first_turn)
        self._stages.buttonClicked.connect(self._on_stage_clicked)
        history.reset.connect(self._on_reset)
        history.started.connect(self._on_started)
        history.turn_added.connect(self.refresh)
        history.cursor_changed.connect(self.refresh)
        history.slot_selected.connect(self.refresh)

    @property
    def stage(self) -> GateName | None:
        """The stage in view: the chosen one, else the last to act; None where there is no gate or no turn."""
        laws = laws_of(self._history.records)
        if self._chosen in laws:
            return self._chosen
        return next(reversed(laws), None)

    @property
    def layers_table(self) -> Table | None:
        """The numbers beside the rows of the map, as they are read."""
        if self._drawn is None:
            return None
        values, share_name = self._numbers
        name = f"Mean gate value g and mean share ({share_name}) of each layer"
        words = tuple(zip(*self.numbers.rows, strict=True))
        return Table(
            name, values, words, Axis("number", ("mean g", share_name)), layer_axis(len(values[0])), ("", "share")
        )

    def choose(self, name: GateName) -> None:
        """Shows another stage from now on."""
        self._chosen = name
        self.refresh()

    def redraw(self) -> None:
        self._fill_stages()
        record, name = self._history.current, self.stage
        stage = record.gate(name) if record is not None and name is not None else None
        law = stage.law if stage is not None else None
        self.caption.setVisible(law is not None)
        self.notice.setVisible(law is not None and bool(notice_for(law)))
        if stage is None or law is None:
            self._drawn = None
            self._show_empty()
            return
        in_words = law_in_words(stage.name, law)
        self.caption.setText(in_words if self.height() >= _WORDS_FROM_PX else law_in_short(stage.name, law))
        self.caption.setToolTip(in_words)
        self.notice.setText(notice_for(law))
        if law.activation == "none" or law.source == "none":
            self._drawn = None
            self.panel.show_empty("New values are added to the old ones: there is nothing to show per slot.", "ph.info")
            return
        self._show_stage(stage)

    def restyle(self, theme: Theme) -> None:
        self._drawn = None
        self.panel.restyle(theme)
        self.spread.restyle(theme)
        self.numbers.restyle(theme)
        self.help.restyle(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.panel.handle_key(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room(self.width() >= _NARROW_PX)
        self.refresh()

    def _build(self) -> None:
        self._row.setSpacing(4)
        self._row.addStretch(1)
        self._row.addWidget(self.help)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
        column.setSpacing(4)
        column.addLayout(self._row)
        column.addWidget(self.caption)
        column.addWidget(self.notice)
        self.panel.setMinimumHeight(_MAP_PX)
        column.addWidget(self.panel, 1)
        grid = self.panel.canvas.ci
        grid.addItem(self.spread, 0, 1)
        grid.addItem(self.numbers, 0, 2)
        grid.layout.setColumnStretchFactor(0, 5)
        grid.layout.setColumnSpacing(0, GAP_PX)
        self._give_room(True)

    def _give_room(self, with_spread: bool) -> None:
        """Shows the shapes beside the map, or leaves their column to it; a hidden item keeps its stretch."""
        self.spread.setVisible(with_spread)
        columns = self.panel.canvas.ci.layout
        columns.setColumnStretchFactor(1, 3 if with_spread else 0)
        columns.setColumnMaximumWidth(1, _ANY_PX if with_spread else 0)

    def _fill_stages(self) -> None:
        """One button a stage; made anew only when the model's stages are others."""
        laws = laws_of(self._history.records)
        if laws != self._laws:
            self._laws = laws
            for button in self._stages.buttons():
                self._stages.removeButton(button)
                self._row.removeWidget(button)
                button.deleteLater()
            for position, name in enumerate(laws):
                button = QPushButton(name)
                button.setCheckable(True)
                button.setProperty("role", "segment")
                button.setProperty("stage", name)
                button.setAccessibleName(f"Gate stage {name}")
                button.setToolTip(f"Show the {name} gate")
                self._stages.addButton(button)
                self._row.insertWidget(position, button)
        for button in self._stages.buttons():
            button.setChecked(button.property("stage") == self.stage)

    def _show_stage(self, stage: GateStage) -> None:
        history = self._history
        quantity = gate_quantity(stage.name, stage.law)
        limits = self._range.limits(quantity, history.initial, history.records)
        shown = (history.cursor, stage.name)
        fade = self._drawn is not None and self._drawn[1] == stage.name and self._drawn[0] != history.cursor
        self._drawn = shown
        self.panel.show_values(quantity, stage.values, limits, fade)
        self.panel.set_selected(history.slot)
        limits = self.panel.limits
        spread = distribution(stage.values, limits)
        self.spread.set_spread(spread, limits, self._ticks(limits))
        finite = np.where(np.isfinite(stage.values), stage.values, np.nan).astype(np.float32)
        known = ~np.isnan(spread.mean)
        keep = np.full(len(spread.mean), np.nan)
        keep[known] = np.nanmean(stage.law.keep_share(finite)[known], axis=1)
        decimals = max(2, decimals_for(limits.span))
        rows = [
            (number_text(mean, decimals), share_text(share))
            for mean, share in zip(spread.mean.tolist(), keep.tolist(), strict=True)
        ]
        share_name = "own" if stage.name == "mix" else "keep"
        self._numbers = np.stack((spread.mean, keep)), share_name
        self.numbers.set_rows(("mean g", share_name), rows)
        words = (f"layer {layer}: mean {mean}, {share_name} {share}" for layer, (mean, share) in enumerate(rows))
        self.setAccessibleDescription(f"{self.caption.text()} {'; '.join(words)}.")

    def _ticks(self, limits: Limits) -> list[tuple[float, str]]:
        decimals = decimals_for(limits.span)
        plain = limits in (Limits(0, 1), Limits(-1, 1))
        middle = limits.low + limits.span / 2
        return [
            (value, f"{value:g}".replace("-", "−") if plain else number_text(value, decimals))
            for value in (limits.low, middle, limits.high)
        ]

    def _show_empty(self) -> None:
        if self._history.initial is None:
            self.panel.show_empty("No memory yet. Open a model to see its gates here.", "ph.brain")
        elif not self._history.records:
            self.panel.show_empty(
                "This appears after the first turn: how far each gate opened when it was written.",
                "ph.hourglass",
            )
        elif self._history.cursor == INITIAL:
            self.panel.show_empty(
                "This appears after the first turn. You see the memory the chat started from.",
                "ph.hourglass",
                "Show the first turn",
            )
        else:
            self.panel.show_empty("This model updates its memory without gates.", "ph.info")

    def _show_first_turn(self) -> None:
        self._history.show_turn(0)

    def _on_stage_clicked(self, button: QPushButton) -> None:
        self.choose(button.property("stage"))

    def _on_started(self) -> None:
        self._range.clear()

    def _on_reset(self) -> None:
        self._range.forget_path()
        self._drawn = None
        self.panel.forget_limits()
        self.refresh()
