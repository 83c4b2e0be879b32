"""A hidden view does nothing: it remembers that it is stale and draws once when it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from app.theme import Theme, ThemeController


class LazyView(QWidget):
    """A widget that draws at most once per round of the event loop, and only while visible.

    Subclasses override `redraw` (draw the newest state in place) and `restyle` (take the colours of a theme), and call
    `refresh` whenever something they show has changed.
    """

    def __init__(self, themes: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._is_stale = True
        self._is_unstyled = True
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.flush)
        themes.changed.connect(self._on_theme_changed)

    @property
    def theme(self) -> Theme:
        return self._themes.theme

    def refresh(self) -> None:
        """Asks for a redraw; many requests in a row become one."""
        self._is_stale = True
        if self.isVisible():
            self._timer.start()

    def flush(self) -> None:
        """Draws now what is due, if the view is visible."""
        if not self.isVisible():
            return
        if self._is_unstyled:
            self._is_unstyled = False
            self._is_stale = True
            self.restyle(self.theme)
        if self._is_stale:
            self._is_stale = False
            self.redraw()

    def redraw(self) -> None:
        """Draws the newest state."""

    def restyle(self, theme: Theme) -> None:
        """Takes the colours of a theme; a redraw follows."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.flush()

    def _on_theme_changed(self, _theme: Theme) -> None:
        self._is_unstyled = True
        self.refresh()
