"""The menu of models that were opened before."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.models.short_text import one_line
from app.views.tooltips import plain_tooltip

if TYPE_CHECKING:
    from app.models.settings import Preferences, Settings


class RecentModels(QMenu):
    """A line per model, the latest first.

    Signals:
        chosen(source): this model shall be opened.
    """

    chosen = Signal(str)

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__("Recent models", parent)
        self.setObjectName("recentModels")
        self.setToolTipsVisible(True)
        self._shown: tuple[str, ...] | None = None
        self.triggered.connect(self._choose)
        settings.changed.connect(self._follow)
        self._follow(settings.preferences)

    @Slot(object)
    def _follow(self, preferences: Preferences) -> None:
        if preferences.recent_models == self._shown:
            return
        self._shown = preferences.recent_models
        self.clear()
        for source in self._shown:
            line = self.addAction(one_line(name_of(source)).replace("&", "&&"))
            line.setToolTip(plain_tooltip(one_line(source)))
            line.setData(source)
        self.setEnabled(bool(self._shown))
        reason = "" if self._shown else "No model of another folder was opened yet."
        self.menuAction().setToolTip(reason)

    @Slot(QAction)
    def _choose(self, line: QAction) -> None:
        self.chosen.emit(str(line.data()))


def name_of(source: str) -> str:
    """The repository of a folder in the hub's cache, else the folder; with the one around it where it has the name of
    all that are trained. No view looks into rxt, or at the disk."""
    path = PurePath(source)
    kind, _, repository = path.parent.parent.name.partition("--")
    if kind == "models" and path.parent.name == "snapshots" and repository:
        return repository.replace("--", "/", 1)
    return "/".join(path.parts[-2:]) if path.name == "model" else path.name or source
