"""Axes that say what is needed and no more: whole numbers, no lines, muted text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt

from app.paint.number import decimal_step
from app.views.inspector.style import TICK_PX, pen, sized_font

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter

    from app.theme import Theme


class QuietAxis(pg.AxisItem):
    """Text only: no line, no ticks, no gestures."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=0)
        self._has_caption = True
        self.setStyle(tickTextOffset=6, autoExpandTextSpace=False, hideOverlappingLabels=False)
        self.enableAutoSIPrefix(False)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def restyle(self, theme: Theme, label: str = "") -> None:
        """Takes the colours of a theme and a caption."""
        self.setPen(pg.mkPen(None))
        self.setTextPen(pen(theme.muted))
        self.setStyle(tickFont=sized_font(TICK_PX))
        if label:
            self.setLabel(label, color=theme.muted, **{"font-size": f"{TICK_PX}px"})
            self.showLabel(self._has_caption)  # setLabel shows it always

    def show_caption(self, is_shown: bool) -> None:
        """Shows the caption or leaves it out, also after the next theme."""
        self._has_caption = is_shown
        self.showLabel(is_shown)

    def generateDrawSpecs(self, painter: QPainter) -> tuple[tuple, list, list] | None:
        specs = super().generateDrawSpecs(painter)
        return None if specs is None else (specs[0], [], specs[2])  # ticks of length 0 still draw a dot


class IndexAxis(QuietAxis):
    """Ticks at whole numbers from 0, as dense as there is room.

    step: the rule for the distance of ticks; room_px: the least distance on the screen; name: text of an index.
    """

    def __init__(
        self,
        orientation: str,
        step: Callable[[float], int] = decimal_step,
        room_px: float = 40,
        name: Callable[[int], str] = str,
    ) -> None:
        super().__init__(orientation)
        self._step = step
        self._room_px = room_px
        self._name = name
        self._count = 0

    def set_count(self, count: int) -> None:
        """How many indices there are; ticks stay inside."""
        if count != self._count:
            self._count = count
            self.picture = None
            self.update()

    def set_name(self, name: Callable[[int], str]) -> None:
        """What is written at an index."""
        self._name = name
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        low, high = min(minVal, maxVal), max(minVal, maxVal)
        if size <= 0 or high <= low:
            return []
        step = self._step(self._room_px * (high - low) / size)
        first = max(0, math.ceil(low / step) * step)
        last = min(self._count - 1, math.floor(high))
        return [(float(step), [float(index) for index in range(first, last + 1, step)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self._name(round(value)) for value in values]
