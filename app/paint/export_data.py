"""The numbers of a figure: as a table in long form (CSV, or on the screen), or as named arrays (NPZ).

Long form: one line a number with its unit, the place it has on each axis, what is counted there (layers, slots, turns,
with the numbers they have on the screen) and the words that stand there.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from app.paint.figure import Axis, Bars, Heat, Lines, Picture, Table

if TYPE_CHECKING:
    from app.paint.figure import Figure, Panel, Values
    from app.paint.stamp import Stamp

DataFormat = Literal["csv", "npz"]
DATA_FORMATS: tuple[DataFormat, ...] = get_args(DataFormat)
COLUMNS = (
    "panel", "series", "row axis", "row", "row label", "column axis", "column", "column label",
    "value", "low", "high", "unit",
)  # fmt: skip
Row = tuple[str, ...]
"""As COLUMNS."""


def data(figure: Figure, stamp: Stamp, form: DataFormat) -> bytes:
    """The numbers as the bytes of a file. Raises ValueError for an unknown form."""
    if form not in DATA_FORMATS:
        raise ValueError(f"numbers are written as {' or '.join(DATA_FORMATS)}, not {form!r}")
    return _csv(figure, stamp) if form == "csv" else _npz(figure, stamp)


def rows(figure: Figure) -> Iterator[Row]:
    """Every number of a figure in long form; numbers with all the digits they have."""
    for panel in figure.panels:
        match panel:
            case Heat():
                yield from _grid(panel.name, panel.quantity, panel.values, (panel.rows, panel.columns))
            case Picture():
                yield from _grid(panel.name, "value", panel.values, panel.axes)
            case Table():
                for place, values in enumerate(panel.values):
                    name, unit = panel.rows.label(place), panel.units[place] if panel.units else ""
                    yield from _series(panel.name, name, values, panel.columns, unit)
            case Lines():
                for line in panel.lines:
                    for index, (x, y) in enumerate(zip(line.x, line.y, strict=True)):
                        is_place = panel.x.labels and float(x).is_integer()
                        label = panel.x.label(int(x)) if is_place else ""
                        number = str(panel.x.start + int(x)) if is_place else _digits(x)
                        number = label if label.isdecimal() else number  # distances of 1, 2, 4, …: not their places
                        ends = (_digits(part[index]) if part is not None else "" for part in (line.low, line.high))
                        low, high = ends
                        at = (_named(panel.x), number, label)
                        yield panel.name, line.name, "", "", "", *at, _digits(y), low, high, panel.y.unit
            case Bars():
                for name, values in panel.series:
                    yield from _series(panel.name, name, values, panel.places, panel.y.unit)


def _series(panel: str, name: str, values: Values, places: Axis, unit: str) -> Iterator[Row]:
    for place, value in enumerate(values):
        at = (_named(places), str(places.start + place), places.label(place))
        yield panel, name, "", "", "", *at, _digits(value), "", "", unit


def _named(axis: Axis) -> str:
    return f"{axis.name} ({axis.unit})" if axis.unit else axis.name


def _grid(panel: str, quantity: str, values: Values, axes: tuple[Axis, ...]) -> Iterator[Row]:
    if values.ndim != 2 or len(axes) != 2:
        for place, value in enumerate(values.reshape(-1)):
            yield panel, quantity, "", "", "", "", str(place), "", _digits(value), "", "", ""
        return
    down, across = axes
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            yield (
                panel, quantity, _named(down), str(down.start + row), down.label(row) if down.labels else "",
                _named(across), str(across.start + column), across.label(column) if across.labels else "",
                _digits(values[row, column]), "", "", "",
            )  # fmt: skip


def _digits(value: Any) -> str:
    """As many digits as tell the number apart from its neighbours in its own precision."""
    return str(value.item() if isinstance(value, np.float64 | np.integer) else value)


def _csv(figure: Figure, stamp: Stamp) -> bytes:
    text = io.StringIO()
    for name, fact in stamp.facts(figure).items():
        text.write(f"# {name}: {fact}\r\n")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows(figure))
    return text.getvalue().encode("utf-8")


def _npz(figure: Figure, stamp: Stamp) -> bytes:
    """Arrays named `<panel>/<part>`, each name once, and a JSON text `about` with the stamp and each array's axes."""
    arrays: dict[str, Values] = {}
    axes: dict[str, list[dict[str, Any]]] = {}
    for index, panel in enumerate(figure.panels):
        place = re.sub(r"[^\w\-]+", "-", panel.name).strip("-").lower() or "panel"
        place = place if f"{place}/" not in "".join(arrays) else f"{place}-{index + 1}"
        for part, values, described in _parts(panel):
            name, number = f"{place}/{part}", 2
            while name in arrays:
                name, number = f"{place}/{part}-{number}", number + 1
            arrays[name] = values
            axes[name] = [dataclasses.asdict(axis) for axis in described]
    about = json.dumps({"stamp": stamp.facts(figure), "axes": axes}, ensure_ascii=False)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, about=np.array(about), **arrays)
    return buffer.getvalue()


def _parts(panel: Panel) -> Iterator[tuple[str, Values, tuple[Axis, ...]]]:
    match panel:
        case Heat():
            yield panel.quantity.replace("/", "-"), panel.values, (panel.rows, panel.columns)
        case Table():
            for place, values in enumerate(panel.values):
                name, unit = panel.rows.label(place), panel.units[place] if panel.units else ""
                yield name.replace("/", "-"), values, (panel.columns, Axis(name, unit=unit))
        case Picture():
            yield "value", panel.values, panel.axes
        case Lines():
            for number, line in enumerate(panel.lines):
                name = f"{number}-{line.name}".replace("/", "-")
                parts = {"x": line.x, "y": line.y, "low": line.low, "high": line.high}
                for part, values in parts.items():
                    if values is not None:
                        yield f"{name}/{part}", np.asarray(values), (panel.x if part == "x" else panel.y,)
        case Bars():
            for name, values in panel.series:
                yield name.replace("/", "-"), np.asarray(values), (panel.places, panel.y)
