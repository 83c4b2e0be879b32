"""What the views of the inspector show, as figures: their maps and the numbers beside them, without drawing them again.

A view with a `figure` of its own says it itself. Of all others the map (`panel`) and the numbers beside its rows
(`layers_table`) are taken.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from app.models.memory_history import MemoryHistory
from app.paint.figure import Axis, Figure, Heat, Table
from app.views.inspector.analysis_view import AnalysisView
from app.views.inspector.map_panel import MapPanel


def is_view(widget: QWidget) -> bool:
    """Whether a widget is a view that may have a figure."""
    if callable(getattr(widget, "figure", None)):
        return True
    return not isinstance(widget, MapPanel) and _map_of(widget) is not None


def figure_of(view: QWidget, history: MemoryHistory) -> Figure | None:
    """What a view shows now; None while it shows nothing, or what belongs to another turn than the one in view."""
    if isinstance(view, AnalysisView) and view.is_stale:
        return None
    own = getattr(view, "figure", None)
    if callable(own):
        figure: Figure | None = own()
        return figure
    drawn = _map_of(view)
    heat = heat_of(drawn) if drawn is not None and drawn.isVisibleTo(view) else None
    if heat is None:
        return None
    caption, beside = getattr(view, "caption", None), getattr(view, "layers_table", None)
    note = caption.text() if isinstance(caption, QLabel) else ""
    turn = None if "turn" in (heat.rows.name, heat.columns.name) else history.cursor
    return Figure(view.accessibleName(), (heat, beside) if isinstance(beside, Table) else (heat,), turn, note)


def heat_of(panel: MapPanel) -> Heat | None:
    """The map of a panel with all of its cells in their order; None where words stand in its place."""
    measure, table = panel.measure, panel.table()
    if panel.is_empty or measure is None or table is None:
        return None
    rows, columns = table.corner.split(" × ", 1)
    return Heat(
        f"{measure.title}. {measure.definition}", table.values, _axis(rows, table.rows), _axis(columns, table.columns),
        panel.limits, measure.name, measure.scale == "diverging", measure.neutral, measure.is_reversed,
        kinds=panel.kinds,
    )  # fmt: skip


def _map_of(view: QWidget) -> MapPanel | None:
    found = getattr(view, "panel", None)
    return found if isinstance(found, MapPanel) else None


def _axis(name: str, labels: tuple[str, ...]) -> Axis:
    """Labels that are only their numbers are left out."""
    is_plain = labels == tuple(str(place) for place in range(len(labels)))
    return Axis(name) if is_plain else Axis(name, labels, _start(name, labels))


def _start(name: str, labels: tuple[str, ...]) -> int:
    """The number of the first place: turns have the numbers they are shown with; all else counts from 0."""
    return int(labels[0]) if name == "turn" and labels and labels[0].isdecimal() else 0
