"""Which of two panels stands beside the chat where a window has no room for both. It never changes a panel's width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow

from app.views.key_button import native

if TYPE_CHECKING:
    from app.actions import Actions

BOTH_NEED_PX = 800
"""The least widths of sidebar, chat and inspector."""


class PanelRoom(QObject):
    """In a narrow window a panel makes way for the one that was shown last; it is back with the room for it.

    Signals:
        said(words, sentence): a panel made way, in few words, and how it is shown; empty: that is past.
    """

    said = Signal(str, str)

    def __init__(self, window: QMainWindow, sidebar: QDockWidget, inspector: QDockWidget, actions: Actions) -> None:
        super().__init__(window)
        self._window = window
        self._panels = {"sidebar": sidebar, "inspector": inspector}
        self._actions = actions
        self._stays, self._gone = "inspector", ""
        for panel in self._panels.values():
            panel.installEventFilter(self)

    def begin_again(self) -> None:
        """Panels were shown for a layout: of both, the inspector stays."""
        self._stays, self._gone = "inspector", ""
        self.said.emit("", "")
        QTimer.singleShot(0, self, self.fit)

    @Slot()
    def fit(self) -> None:
        """To be called when the window has another size."""
        if self._window.width() >= BOTH_NEED_PX:
            gone, self._gone = self._gone, ""
            if gone:
                self.said.emit("", "")
                self._panels[gone].show()
        elif not any(panel.isHidden() for panel in self._panels.values()):
            gone = self._gone = next(name for name in self._panels if name != self._stays)
            self._panels[gone].hide()
            keys = native(self._actions[gone].shortcut().toString())
            why = f"The window is too narrow for the {gone} beside the {self._stays}"
            self.said.emit(f"{gone.capitalize()} hidden ({keys})", f"{why}: {keys} shows it in place of the other.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShowToParent:
            self._stays = next((name for name, panel in self._panels.items() if panel is watched), self._stays)
            QTimer.singleShot(0, self, self.fit)
        elif event.type() is QEvent.Type.HideToParent and watched is self._panels[self._stays]:
            self.said.emit("", "")  # now there is room, and the person did not want it
        return False
