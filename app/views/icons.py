"""The icons of the window: one set, in the colours of the theme, drawn again when the theme changes."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Protocol

import qtawesome
import shiboken6
from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QIcon

from app.paths import RESOURCES

if TYPE_CHECKING:
    from app.theme import Theme, ThemeController


class HasIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon, /) -> None: ...


class Icons(QObject):
    """Gives icons to buttons and actions and keeps their colours those of the theme."""

    def __init__(self, themes: ThemeController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._known: list[tuple[weakref.ref[HasIcon], str, str]] = []
        themes.changed.connect(self._recolour)

    def set(self, target: HasIcon, name: str, colour: str = "text") -> None:
        """Gives `target` the icon `name`; `colour` is a field of Theme."""
        self._known = [entry for entry in self._known if entry[0]() not in (None, target)]
        self._known.append((weakref.ref(target), name, colour))
        target.setIcon(self._icon(name, colour, self._themes.theme))

    def _icon(self, name: str, colour: str, theme: Theme) -> QIcon:
        icon: QIcon = qtawesome.icon(name, color=getattr(theme, colour), color_disabled=theme.muted)
        return icon

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        for reference, name, colour in self._known:
            target = reference()
            if target is not None and shiboken6.isValid(target):
                target.setIcon(self._icon(name, colour, theme))


def application_icon() -> QIcon:
    """The icon of the application."""
    return QIcon(str(RESOURCES / "icons" / "mneme.svg"))
