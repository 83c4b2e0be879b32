"""What a view shows, as data: enough to draw it again without the view, as a picture for a paper or as numbers.

A view that can be exported has one method more, `figure()`. Nothing here draws; `app.paint.export_drawing` does, and
`app.paint.export_data` writes the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from app.paint.colormap import ByteArray
    from app.paint.limits import Limits

Values: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """name: what is counted along it ("layer", "slot", "turn", "token"); labels: the words at 0, 1, 2, … (a turn's
    question, a token's text), empty for plain numbers; start: the number of the first place; unit: of its values."""

    name: str
    labels: tuple[str, ...] = ()
    start: int = 0
    unit: str = ""

    def label(self, place: int) -> str:
        """The words at a place; its number where there are none."""
        return self.labels[place] if place < len(self.labels) else str(self.start + place)


def layer_axis(count: int) -> Axis:
    """Layers by their names, for the headings of a table."""
    return Axis("layer", tuple(f"layer {layer}" for layer in range(count)))


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """A map: values [R, C], row 0 on top; limits: of its colours; quantity: what the values are, in one or two words.

    is_diverging: zero has a meaning and the middle of the colours. neutral: where cells outnumber pixels, the value
    farthest from it is seen. is_reversed: the smallest value is the brightest. empty: [R, C], True where there is no
    value by definition: left blank, while NaN is marked. kinds: colour and words of the values 0, 1, 2, …, where these
    are kinds and no amounts; a legend stands in place of the colour bar.
    """

    name: str
    values: Values
    rows: Axis
    columns: Axis
    limits: Limits
    quantity: str = "value"
    is_diverging: bool = False
    neutral: float = 0.0
    is_reversed: bool = False
    empty: Values | None = None
    kinds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of a plot: y [N] over x [N]; low, high [N]: the interval around it; dots_only: no line is drawn."""

    name: str
    x: Values
    y: Values
    low: Values | None = None
    high: Values | None = None
    dots_only: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Lines (or dots) over one pair of axes; limits: of y, None: what the values need."""

    name: str
    lines: tuple[Line, ...]
    x: Axis
    y: Axis
    limits: Limits | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """A bar at each place of an axis, [N], beside each other for several series; words under them are the labels.

    shades: a colour for each place of a single series, where places differ in theirs."""

    name: str
    series: tuple[tuple[str, Values], ...]
    places: Axis
    y: Axis
    limits: Limits | None = None
    shades: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Numbers of several kinds, [R, C], as they are read: words [R][C]; units: of each row's numbers, "" for none."""

    name: str
    values: Values
    words: tuple[tuple[str, ...], ...]
    rows: Axis
    columns: Axis
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """For what has no drawing of its own: pixels [H, W, 4] RGBA, as on the screen, and the numbers behind them."""

    name: str
    pixels: ByteArray
    values: Values = field(default_factory=lambda: np.empty(0, np.float32))
    axes: tuple[Axis, ...] = ()


Panel: TypeAlias = Heat | Lines | Bars | Table | Picture


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """title: of the view; panels: in the order they are read, at least one; turn: the turn that is shown, INITIAL (-1)
    for the memory before the first, None where the whole conversation is; note: what must be known to read it; memory:
    SHA-256 of the memory it was found from, where the open path may be another one since; empty: the one after `turn`
    now. other_memory: SHA-256 of the one that it is compared with. is_of_chat: False where nothing of the open
    conversation is in it, such as conversations that were made up."""

    title: str
    panels: tuple[Panel, ...]
    turn: int | None = None
    note: str = ""
    memory: str = ""
    is_of_chat: bool = True
    other_memory: str = ""
