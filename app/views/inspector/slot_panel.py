"""One slot through the conversation: its numbers over the turns, on one axis of turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.models.memory_history import MemoryHistory
from app.paint.figure import Axis, Figure, Line, Lines
from app.paint.number import number_text
from app.paint.quantity import CHANGE, COSINE, GATE_VALUE, NORM, Quantity, gate_quantity, laws_of
from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.analysis_view import scrolled
from app.views.inspector.canvas import PlotCanvas
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.section import EmptyState, HelpButton, plain_label
from app.views.inspector.slot_plot import AXIS_PX, SlotPlot, limits_of_series, turn_name
from app.views.inspector.style import CAPTION_PX, sized_font
from app.views.inspector.table import TableButton, TableData

if TYPE_CHECKING:
    from app.views.inspector.slot_story import SlotStory
    from rxt.events import FloatArray, GateName

HELP = (
    "This shows one slot of one layer over the whole conversation: its length (norm), how far each turn moved it "
    "(change), whether it kept its direction (cosine), and the gate values it was given.",
    "Every point is the number recorded when that turn was written to memory; the first point of the norm is the "
    "memory the chat started from.",
    "The vertical line is the turn in view, and clicking a plot goes to another one; a slot that was written once and "
    "then kept shows one peak of change followed by cosines near 1.",
)

_PLOT_PX = 48
_ONE_LINE_FROM_PX = 400  # in less the numbers stand in two lines


class SlotPanel(LazyView):
    """The numbers of the history's selected slot over the turns; a click in a plot moves the history's cursor."""

    def __init__(
        self,
        history: MemoryHistory,
        themes: ThemeController,
        story: SlotStory | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("slotPanel")
        self.setAccessibleName("Slot")
        self._history = history
        self._stages: tuple[GateName, ...] | None = None
        self.story = story
        self.title = plain_label("title")
        self.help = HelpButton("slot", HELP)
        self.as_table = TableButton(self.series_table)
        self.empty = EmptyState()
        self.canvas = PlotCanvas()
        self.plots: list[SlotPlot] = []
        self._table = QGridLayout()
        self._cells: list[tuple[QLabel, QLabel]] = []
        self._build()
        history.reset.connect(self.refresh)
        history.turn_added.connect(self.refresh)
        history.cursor_changed.connect(self.refresh)
        history.slot_selected.connect(self.refresh)

    def table(self) -> dict[str, str]:
        """What the table shows: the quantity's name and its value at the cursor."""
        return {name.text(): value.text() for name, value in self._cells}

    def series_table(self) -> TableData | None:
        """The plotted numbers of the slot, a row for each turn."""
        cell = self._history.slot
        if cell is None or self._history.initial is None:
            return None
        quantities = [quantity for panel in self._panels() for quantity in panel]
        values = np.stack([self._series(quantity, cell) for quantity in quantities], axis=1)
        turns = tuple(turn_name(index) for index in range(len(values)))
        names = tuple(quantity.name for quantity in quantities)
        return TableData(f"Layer {cell[0]} · slot {cell[1]} over the turns", values, turns, names, "turn × number")

    def figure(self) -> Figure | None:
        """The plots, each with its quantities and in its range."""
        cell, panels = self._history.slot, []
        if cell is None or self._history.initial is None:
            return None
        for quantities in self._panels():
            series = [(quantity, self._series(quantity, cell)) for quantity in quantities]
            turns = np.arange(len(series[0][1]), dtype=np.float64)
            x = Axis("turn", tuple(turn_name(index) for index in range(len(turns))))
            y = Axis(quantities[0].name if len(quantities) == 1 else GATE_VALUE)
            lines = tuple(Line(quantity.name, turns, values) for quantity, values in series)
            name = f"Layer {cell[0]} · slot {cell[1]} over the turns: {', '.join(line.name for line in lines)}"
            panels.append(Lines(name, lines, x, y, limits_of_series(series)))
        return Figure(self.accessibleName(), tuple(panels))

    def redraw(self) -> None:
        cell = self._history.slot
        if cell is None or self._history.initial is None:
            text = "Click a cell of the memory map to follow one slot through the conversation."
            self.empty.show_text(text, "ph.crosshair", self.theme)
            self._stack.setCurrentIndex(1)
            return
        self._stack.setCurrentIndex(0)
        self.title.setText(f"layer {cell[0]} · slot {cell[1]}")
        self._arrange(tuple(laws_of(self._history.records)))
        for plot, quantities in zip(self.plots, self._panels(), strict=True):
            plot.set_series([(quantity, self._series(quantity, cell)) for quantity in quantities])
            plot.set_cursor(self._history.cursor + 1)
        self._write_table(cell)

    def restyle(self, theme: Theme) -> None:
        self.canvas.restyle(theme)
        self.help.restyle(theme)
        self.as_table.restyle(theme)
        for plot in self.plots:
            plot.restyle(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent) and self.plots:
            if event.button() == Qt.MouseButton.LeftButton:
                x = self.plots[0].getViewBox().mapSceneToView(self.canvas.mapToScene(event.pos())).x()
                self._history.show_turn(round(x) - 1)
            return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        header = QHBoxLayout()
        header.addWidget(self.title)
        header.addStretch(1)
        header.addWidget(self.as_table)
        header.addWidget(self.help)
        self._table.setHorizontalSpacing(GAP_PX)
        self._table.setVerticalSpacing(0)
        self.canvas.viewport().installEventFilter(self)
        self.canvas.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        column.addLayout(header)
        column.addLayout(self._table)
        if self.story is None:
            column.addWidget(self.canvas, 1)
        else:
            column.addWidget(self.story, 1)
            column.addWidget(self.canvas, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(scrolled(page))
        self._stack.addWidget(self.empty)

    def _panels(self) -> list[list[Quantity]]:
        """The quantities of each plot, from top to bottom."""
        laws = laws_of(self._history.records)
        gates = [gate_quantity(name, law) for name, law in laws.items() if law.activation != "none"]
        return [[NORM], [CHANGE], [COSINE], *([gates] if gates else [])]

    def _arrange(self, stages: tuple[GateName, ...]) -> None:
        """Makes the plots anew only when the model's gate stages are others."""
        if stages == self._stages and len(self.plots) == len(self._panels()):
            return
        self._stages = stages
        self.canvas.clear()
        panels = self._panels()
        self.plots = [SlotPlot(self.theme, is_last=row == len(panels) - 1) for row in range(len(panels))]
        for row, plot in enumerate(self.plots):
            self.canvas.addItem(plot, row, 0)
            if row:
                plot.setXLink(self.plots[0])
            extra = AXIS_PX if row == len(panels) - 1 else 0
            self.canvas.ci.layout.setRowMinimumHeight(row, _PLOT_PX + extra)
        self.canvas.setMinimumHeight(_PLOT_PX * len(panels) + AXIS_PX)
        self._arrange_table([quantity for panel in panels for quantity in panel])

    def _arrange_table(self, quantities: list[Quantity]) -> None:
        for pair in self._cells:
            for label in pair:
                self._table.removeWidget(label)
                label.deleteLater()
        self._cells = []
        for quantity in quantities:
            name, value = plain_label("caption", quantity.name.removesuffix(" gate")), plain_label("readout")
            value.setFont(sized_font(CAPTION_PX + 1))
            value.setAccessibleName(f"{quantity.name} at the turn in view")
            self._cells.append((name, value))
        self._place_cells()

    def _place_cells(self) -> None:
        """In one line, or in two where the panel is narrow."""
        count = len(self._cells)
        columns = count if self.width() >= _ONE_LINE_FROM_PX else -(-count // 2)
        for place, pair in enumerate(self._cells):
            for row, label in enumerate(pair):
                self._table.removeWidget(label)
                self._table.addWidget(label, 2 * (place // columns) + row, place % columns)
            self._table.setColumnStretch(place, int(place < columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_cells()

    def _series(self, quantity: Quantity, cell: tuple[int, int]) -> FloatArray:
        """The slot's value before the first turn and after each one, [1 + turns]; NaN where there is none."""
        arrays = [quantity.values(None, self._history.initial)]
        arrays += [quantity.values(record, None) for record in self._history.records]
        return np.array([np.nan if array is None else array[cell] for array in arrays], dtype=np.float32)

    def _write_table(self, cell: tuple[int, int]) -> None:
        quantities = [quantity for panel in self._panels() for quantity in panel]
        for (_, label), quantity in zip(self._cells, quantities, strict=True):
            values = quantity.values(self._history.current, self._history.initial)
            decimals = 3 if quantity.key in ("cosine", "mix", "interlayer", "write") else 2
            label.setText("–" if values is None else number_text(float(values[cell]), decimals))
        where = self._history.label_of(self._history.cursor)
        words = ", ".join(f"{name} {value}" for name, value in self.table().items())
        self.setAccessibleDescription(f"{self.title.text()}, {where}: {words}")
