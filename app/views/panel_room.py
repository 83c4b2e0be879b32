"""Which of two panels stands beside the chat where a window has no room for both. It never changes a panel's width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow

from app.views.key_button import native

if TYPE_CHECKING:
    from app.actions.table import Actions
    from app.views.window_layout import PanelState

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
        self._words = ""
        self._acts = False  # what is shown and hidden meanwhile is not the user's doing
        for name, panel in self._panels.items():
            panel.installEventFilter(self)
            actions[name].changed.connect(self._follow_key)

    def begin_again(self) -> None:
        """Panels were shown for a layout: of both, the inspector stays."""
        self._stays, self._gone = "inspector", ""
        self._say("", "")
        QTimer.singleShot(0, self, self.fit)

    @property
    def state(self) -> PanelState:
        """What `restore` takes at the next start: a panel that made way is not one that was hidden."""
        return {"stays": self._stays, "made way": self._gone}

    def restore(self, state: Mapping[str, int | str]) -> None:
        """Takes what was kept. The docks were restored before."""
        stays, gone = state.get("stays"), state.get("made way")
        self._stays = str(stays) if stays in self._panels else "inspector"
        self._gone = str(gone) if gone in self._panels and self._panels[str(gone)].isHidden() else ""
        QTimer.singleShot(0, self, self.fit)

    @Slot()
    def fit(self) -> None:
        """To be called when the window has another size."""
        if self._window.width() >= BOTH_NEED_PX:
            gone, self._gone = self._gone, ""
            if gone:
                self._say("", "")
                self._show(gone, True)
            return
        if not any(panel.isHidden() for panel in self._panels.values()):
            self._gone = next(name for name in self._panels if name != self._stays)
            self._show(self._gone, False)
        self._tell()

    def _tell(self) -> None:
        if self._gone and not self._panels[self._stays].isHidden():
            gone, keys = self._gone, native(self._actions[self._gone].shortcut().toString())
            why = f"The window is too narrow for the {gone} beside the {self._stays}"
            self._say(f"{gone.capitalize()} hidden ({keys})", f"{why}: {keys} shows it in place of the other.")

    @Slot()
    def _follow_key(self) -> None:
        """The line names a key, which the user may have changed."""
        if self._words:
            self._tell()

    def _show(self, name: str, shown: bool) -> None:
        self._acts = True
        self._panels[name].setVisible(shown)
        self._acts = False

    def _say(self, words: str, sentence: str) -> None:
        if words != self._words:
            self._words = words
            self.said.emit(words, sentence)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._acts:
            return False
        if event.type() is QEvent.Type.ShowToParent:
            self._stays = next((name for name, panel in self._panels.items() if panel is watched), self._stays)
            self._gone = "" if self._gone == self._stays else self._gone
            QTimer.singleShot(0, self, self.fit)
        elif event.type() is QEvent.Type.HideToParent and watched is self._panels[self._stays]:
            self._say("", "")  # now there is room, and the user did not want it
        return False
