"""The parts of a map and where they stand: canvas, colour bar, readout, note, warning, or words in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app.views.elided import ElidedLabel
from app.views.inspector.canvas import PlotCanvas
from app.views.inspector.colour_bar import ScaleBar
from app.views.inspector.section import EmptyState, plain_label

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.theme import Theme
    from app.views.inspector.heat_map import HeatMap

COMPACT_BELOW_PX = 210
_CANVAS_LEAST_PX = 64


def pooling_words(group: int, neutral: float, what: str) -> tuple[str, str]:
    """That cells share pixels, and by which rule: in a few words, and in a sentence."""
    extreme = "largest" if neutral == 0 else "most changed"
    return f"each pixel: {extreme} of {group:,} {what}", (
        f"There are more {what} than pixels: each pixel shows the {extreme} of up to {group:,} neighbours, so a single "
        "large value stays visible. Zoom in with the wheel to see every one; double-click resets."
    )


class MapFace(QWidget):
    """Everything of a map but what it shows.

    Signals:
        compact_changed(bool): there is no room for the captions of axes.
    """

    compact_changed = Signal(bool)

    def __init__(self, theme: Theme, heat_map: HeatMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.canvas = PlotCanvas()
        self.map = heat_map
        self.canvas.addItem(self.map, 0, 0)
        self.scale = ScaleBar(theme)
        self.readout = ElidedLabel("readout")  # long words do not widen the window
        self.note = plain_label("caption")
        self.invalid = plain_label("invalid", wrap=True)
        self.empty = EmptyState()
        self._build()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.canvas.restyle(theme)
        self.map.restyle(theme)
        self.scale.restyle(theme)

    def set_focused(self, is_focused: bool) -> None:
        """Shows that keys go to the view around this panel."""
        self.map.set_focused(is_focused, self._theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_compact = self.height() < COMPACT_BELOW_PX
        self.map.set_compact(is_compact)
        self._show_note()
        self.compact_changed.emit(is_compact)

    def _build(self) -> None:
        page = QWidget()
        self.canvas.setMinimumHeight(_CANVAS_LEAST_PX)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(page)
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.scale)
        column.addWidget(self.readout)
        column.addWidget(self.note)
        column.addWidget(self.invalid)
        self.invalid.hide()
        self.note.hide()

    def _show_note(self) -> None:
        """The note has a line of its own where there is room; the readout's tooltip always says more.

        Where there is none, MapPanel says in the readout that cells share pixels.
        """
        self.note.setVisible(bool(self.note.text()) and self.height() >= COMPACT_BELOW_PX)
