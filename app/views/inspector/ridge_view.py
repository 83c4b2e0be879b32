"""The gate values of a layer over the turns: a ridge a turn, so that a change of habit is seen as a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.paint.distribution import BINS, distribution
from app.paint.figure import Axis, Figure, Line, Lines
from app.paint.limits import Limits
from app.paint.number import number_text
from app.paint.quantity import GATE_VALUE, gate_quantity, laws_of
from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.axis import IndexAxis, QuietAxis
from app.views.inspector.canvas import PlotCanvas
from app.views.inspector.gate_view import notice_for
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.section import EmptyState, HelpButton, plain_label
from app.views.inspector.style import pen
from app.views.inspector.table import TableButton, TableData
from app.views.labels import combo

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionGraphicsItem

    from app.models.selection import Selection
    from app.views.inspector.gate_view import GateView

HELP = (
    "This shows how the gate values of one layer spread in each turn: a ridge for each turn, the oldest on top.",
    "A ridge is the smoothed histogram of the gate values of all slots of the layer in that turn, as high as its own "
    "peak; the tick is their mean.",
    "Ridges on top of each other are turns that were written alike; one that leans to the right was written more "
    "strongly, and two humps are two groups of slots.",
)
MOST_TURNS = 40
_TICK = 0.3  # rows that the mark of a mean is high
_OVERLAP = 1.4  # rows that a peak is high
_CHOICE_PX = 72  # as little as a choice gets where the inspector is narrow


class Ridges(pg.GraphicsObject):
    """Rows of densities [N, BINS] in [0, 1] over a grid; row r stands on y = r."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grid = np.zeros(0)
        self._density = np.zeros((0, BINS))
        self._mean = np.zeros(0)
        self._current = -1

    def set_rows(self, grid: np.ndarray, density: np.ndarray, mean: np.ndarray, current: int) -> None:
        """`current`: the row of the turn in view, -1 for none."""
        self.prepareGeometryChange()
        self._grid, self._density, self._mean, self._current = grid, density, mean, current
        self.update()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        if not len(self._grid):
            return QRectF()
        low, high = float(self._grid[0]), float(self._grid[-1])
        return QRectF(low, -_OVERLAP, high - low, len(self._density) + _OVERLAP)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self._grid.tolist()
        for row, density in enumerate(self._density):
            is_current = row == self._current
            line = [QPointF(*point) for point in zip(x, (row - _OVERLAP * density).tolist(), strict=True)]
            fill = QColor(self._theme.surface)
            fill.setAlpha(215)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.accent_soft) if is_current else fill)
            painter.drawPolygon(QPolygonF([QPointF(x[0], row), *line, QPointF(x[-1], row)]))
            painter.setPen(pen(self._theme.accent if is_current else self._theme.muted, 2 if is_current else 1))
            painter.drawPolyline(QPolygonF(line))
            if np.isfinite(self._mean[row]):
                painter.setPen(pen(self._theme.text, 2))
                mean = float(self._mean[row])
                painter.drawLine(QPointF(mean, row), QPointF(mean, row - _TICK))


class RidgeView(LazyView):
    """The gate stage that the gate view shows, over the turns around the cursor; a click goes to a turn."""

    def __init__(
        self, selection: Selection, gates: GateView, themes: ThemeController, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("ridgeView")
        self.setAccessibleName("Gates over the turns")
        self._selection = selection
        self._history = selection.history
        self._gates = gates
        self._first = 0
        self._limits: Limits | None = None
        self._shown: TableData | None = None
        self.layer = combo("Layer")
        self.stage = combo("Gate stage")
        self.help = HelpButton("gates over the turns", HELP)
        self.as_table = TableButton(self.table)
        self.caption = plain_label("caption", wrap=True)
        self.notice = plain_label("notice", wrap=True)
        self.empty = EmptyState()
        self.canvas = PlotCanvas()
        self.ridges = Ridges(themes.theme)
        left = IndexAxis("left", room_px=14, name=self._turn_name)
        self.plot = pg.PlotItem(axisItems={"left": left, "bottom": QuietAxis("bottom")}, enableMenu=False)
        self._build()
        self.layer.activated.connect(self._on_layer)
        self.stage.activated.connect(self._on_stage)
        self.canvas.scene().sigMouseClicked.connect(self._on_clicked)
        for signal in (self._history.reset, self._history.turn_added, self._history.cursor_changed):
            signal.connect(self.refresh)
        selection.layer_changed.connect(self.refresh)

    def table(self) -> TableData | None:
        """The quartiles and the mean of each ridge."""
        return self._shown

    def figure(self) -> Figure | None:
        """The mean and the quartiles as lines, in the range that the ridges have."""
        table, turns = self._shown, np.arange(len(self._shown.rows) if self._shown is not None else 0, dtype=np.float64)
        if table is None:
            return None
        lines = tuple(Line(name, turns, table.values[:, at]) for at, name in enumerate(table.columns))
        x = Axis("turn", table.rows, self._first + 1)
        panel = Lines(table.title, lines, x, Axis(GATE_VALUE), self._limits)
        return Figure(self.accessibleName(), (panel,), None, self.caption.text())

    def redraw(self) -> None:
        records, name = self._history.records, self._gates.stage
        laws = laws_of(records)
        law = laws.get(name) if name is not None else None
        self._fill(list(laws))
        notice = notice_for(law) if law is not None else ""
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice))
        is_plotted = law is not None and law.is_dynamic and name is not None
        self.canvas.setVisible(is_plotted)
        self.caption.setVisible(is_plotted)
        self.empty.setVisible(not is_plotted)
        self.as_table.setEnabled(is_plotted)
        if not is_plotted or law is None or name is None:
            self._shown = None
            text = "There is nothing to compare between turns." if records else "This appears after the first turn."
            self.empty.show_text(text, "ph.info" if records else "ph.hourglass", self.theme)
            return
        quantity = gate_quantity(name, law)
        limits = quantity.limits(None)
        layer = self._layer()
        last = max(self._history.cursor + 1, min(len(records), MOST_TURNS))
        self._first = max(0, last - MOST_TURNS)
        values = [stage.values[layer] for record in records[self._first : last] if (stage := record.gate(name))]
        self._draw(np.stack(values), limits, quantity.title, layer)

    def _draw(self, values: np.ndarray, limits: Limits, title: str, layer: int) -> None:
        self._limits = limits
        spread = distribution(values, limits)
        current = self._history.cursor - self._first
        self.ridges.set_rows(spread.grid, spread.density, spread.mean, current)
        count = len(values)
        self.plot.getAxis("left").set_count(count)
        room = 0.03 * limits.span
        self.plot.getViewBox().setRange(
            xRange=(limits.low - room, limits.high + room), yRange=(-_OVERLAP, count - 0.5), padding=0
        )
        ends = (limits.low, limits.low + limits.span / 2, limits.high)
        self.plot.getAxis("bottom").setTicks([[(end, number_text(end, 1)) for end in ends]])
        mean = float(np.nanmean(spread.mean)) if np.isfinite(spread.mean).any() else float("nan")
        self.caption.setText(
            f"Layer {layer}, turns {self._first + 1} to {self._first + count}: the mean gate is {number_text(mean, 2)}."
        )
        rows = tuple(self._turn_name(row) for row in range(count))
        numbers = np.concatenate((spread.mean[:, None], spread.quartiles), axis=1)
        columns = ("mean", "lower quartile", "median", "upper quartile")
        self._shown = TableData(f"{title}, layer {layer}, over the turns", numbers, rows, columns, "turn × number")
        self.setAccessibleDescription(self.caption.text())

    def restyle(self, theme: Theme) -> None:
        self.canvas.restyle(theme)
        self.ridges.restyle(theme)
        self.help.restyle(theme)
        self.as_table.restyle(theme)
        self.plot.getAxis("left").restyle(theme, "turn")
        self.plot.getAxis("bottom").restyle(theme, GATE_VALUE)

    def _layer(self) -> int:
        chosen = self._selection.layer
        if chosen is None:
            chosen = self._history.slot[0] if self._history.slot is not None else 0
        return chosen

    def _turn_name(self, row: int) -> str:
        return str(self._first + row + 1)

    def _fill(self, stages: list[str]) -> None:
        initial = self._history.initial
        layers = initial.layers if initial is not None else 0
        if self.layer.count() != layers:
            self.layer.clear()
            self.layer.addItems([f"layer {layer}" for layer in range(layers)])
        self.layer.setCurrentIndex(self._layer() if layers else -1)
        if [self.stage.itemText(index) for index in range(self.stage.count())] != stages:
            self.stage.clear()
            self.stage.addItems(stages)
        self.stage.setCurrentIndex(stages.index(self._gates.stage) if self._gates.stage in stages else -1)

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(GAP_PX)
        for chooser in (self.stage, self.layer):
            chooser.setMinimumWidth(_CHOICE_PX)
            header.addWidget(chooser)
        header.addStretch(1)
        header.addWidget(self.as_table)
        header.addWidget(self.help)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
        column.setSpacing(4)
        column.addLayout(header)
        column.addWidget(self.caption)
        column.addWidget(self.notice)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.empty, 1)
        for part in (self.caption, self.notice, self.empty):
            part.hide()  # until they say something: what is not seen asks the page for no room
        self.plot.hideButtons()
        self.plot.getAxis("left").setWidth(38)
        view = self.plot.getViewBox()
        view.setDefaultPadding(0)
        view.invertY(True)
        view.setMouseEnabled(x=False, y=False)
        self.plot.addItem(self.ridges, ignoreBounds=True)
        self.canvas.addItem(self.plot, 0, 0)

    @Slot(int)
    def _on_layer(self, index: int) -> None:
        self._selection.choose_layer(index)

    @Slot(int)
    def _on_stage(self, index: int) -> None:
        self._gates.choose(self.stage.itemText(index))  # type: ignore[arg-type]
        self.refresh()

    @Slot(object)
    def _on_clicked(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        row = round(self.plot.getViewBox().mapSceneToView(event.scenePos()).y())
        if 0 <= row < len(self.ridges._density):
            self._history.show_turn(self._first + row)
