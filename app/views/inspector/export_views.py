"""What the views of the inspector show, as figures: their maps and their tables, without drawing them again.

A view with a `figure` of its own says it itself. Of all others the map (`panel`) and the tables are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QLabel, QWidget

from app.models.memory_history import MemoryHistory
from app.paint.figure import Axis, Bars, Figure, Heat, Line, Lines, Panel
from app.paint.quantity import memory_change
from app.views.inspector.analysis_view import AnalysisView
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.table import TableData
from app.views.inspector.timeline import TimelineView

if TYPE_CHECKING:
    from collections.abc import Callable

    Tables = dict[str, Callable[[], object]]

CHANGE_OF_MEMORY = "change of the memory"


def is_view(widget: QWidget) -> bool:
    """Whether a widget is a view that may have a figure."""
    if callable(getattr(widget, "figure", None)) or isinstance(widget, TimelineView):
        return True
    return not isinstance(widget, MapPanel) and (_map_of(widget) is not None or bool(_tables_of(widget)))


def figure_of(view: QWidget, history: MemoryHistory) -> Figure | None:
    """What a view shows now; None while it shows nothing, or what belongs to another turn than the one in view."""
    if isinstance(view, AnalysisView) and view.is_stale:
        return None
    own = getattr(view, "figure", None)
    if callable(own):
        figure: Figure | None = own()
        return figure
    if isinstance(view, TimelineView):
        return _timeline(history)
    panels: list[Panel] = []
    drawn = _map_of(view)
    heat = heat_of(drawn) if drawn is not None and drawn.isVisibleTo(view) else None
    if heat is not None:
        panels.append(heat)
    for ask in _tables_of(view).values():
        table = ask()
        if isinstance(table, TableData) and table.values.size:
            panels += panels_of(table)
    if not panels:
        return None
    caption = getattr(view, "caption", None)
    note = caption.text() if isinstance(caption, QLabel) else ""
    turn = None if any("turn" in _axes_of(panel) for panel in panels) else history.cursor
    return Figure(view.accessibleName(), tuple(panels), turn, note)


def heat_of(panel: MapPanel) -> Heat | None:
    """The map of a panel with all of its cells in their order; None where words stand in its place."""
    measure, table = panel.measure, panel.table()
    if panel.is_empty or measure is None or table is None:
        return None
    rows, columns = table.corner.split(" × ", 1)
    return Heat(
        f"{measure.title}. {measure.definition}", table.values, _axis(rows, table.rows), _axis(columns, table.columns),
        panel.limits, measure.name, measure.scale == "diverging", measure.neutral, measure.is_reversed,
    )  # fmt: skip


def panels_of(table: TableData) -> list[Panel]:
    """A table as plots: a line a column over turns, bars for shares and ranks, each number of the layers by itself."""
    rows, _, columns = table.corner.partition(" × ")
    values = np.asarray(table.values, np.float64)
    if columns in ("share", "rank"):
        return [Bars(table.title, ((columns, values[:, 0]),), _axis(rows, table.rows), Axis(columns))]
    if rows == "number":
        places = Axis(columns, tuple(name.removeprefix(f"{columns} ") for name in table.columns))
        names = zip(table.rows, values, strict=True)
        return [Bars(f"{table.title}: {name}", ((name, line),), places, Axis(name)) for name, line in names]
    axis, x = Axis(rows, table.rows, _start(rows, table.rows)), np.arange(len(values), dtype=np.float64)
    lines = [Line(name, x, values[:, place]) for place, name in enumerate(table.columns)]
    if {"mean", "median"} <= set(table.columns):  # of one kind: they share their axis
        return [Lines(table.title, tuple(lines), axis, Axis("value"))]
    return [Lines(f"{table.title}: {line.name}", (line,), axis, Axis(line.name)) for line in lines]


def _map_of(view: QWidget) -> MapPanel | None:
    found = getattr(view, "panel", None)
    return found if isinstance(found, MapPanel) else None


def _axes_of(panel: Panel) -> tuple[str, ...]:
    """The names of a panel's axes of places."""
    match panel:
        case Heat():
            return panel.rows.name, panel.columns.name
        case Lines():
            return (panel.x.name,)
        case Bars():
            return (panel.places.name,)
    return ()


def _timeline(history: MemoryHistory) -> Figure | None:
    if not history.records:
        return None
    changes = np.array([memory_change(record) for record in history.records])
    places = Axis("turn", start=1)
    bars = Bars("How far each turn moved the memory, ‖ΔSTM‖", ((CHANGE_OF_MEMORY, changes),), places, Axis("‖ΔSTM‖"))
    return Figure("Timeline of turns", (bars,))


def _tables_of(widget: QWidget) -> Tables:
    """The tables that a view offers, by the name of the method."""
    found = {name: getattr(widget, name, None) for name in ("shares_table", "series_table", "rank_table", "table")}
    return {name: ask for name, ask in found.items() if callable(ask)}


def _axis(name: str, labels: tuple[str, ...]) -> Axis:
    """Labels that are only their numbers are left out."""
    is_plain = labels == tuple(str(place) for place in range(len(labels)))
    return Axis(name) if is_plain else Axis(name, labels, _start(name, labels))


def _start(name: str, labels: tuple[str, ...]) -> int:
    """The number of the first place: turns have the numbers they are shown with; all else counts from 0."""
    return int(labels[0]) if name == "turn" and labels and labels[0].isdecimal() else 0
