"""Where plots are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame

if TYPE_CHECKING:
    from app.theme import Theme


class PlotCanvas(pg.GraphicsLayoutWidget):
    """A canvas for plots that leaves the keyboard to the view around it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(0, 0)
        self.ci.setContentsMargins(0, 0, 0, 0)
        self.ci.setSpacing(0)

    def sizeHint(self) -> QSize:
        """As small as may be: a canvas takes what room there is and never asks a page to scroll for more."""
        return self.minimumSize()

    def restyle(self, theme: Theme) -> None:
        self.setBackground(theme.surface)
