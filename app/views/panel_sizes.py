"""How wide and high the panels are where there is room: a small window squeezes them, and Qt would leave them so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyle, QWidget

from app.views.sidebar import SIDEBAR_PX

if TYPE_CHECKING:
    from app.views.window_layout import PanelState

INSPECTOR_SHARE = 0.37  # so that the names of all its pages are seen
INSPECTOR_PX = (380, 640)
TIMELINE_PX = 92
TIMELINE_SHARE = 1 / 8  # at most, of a low window
CHAT_PX = 400  # what the conversation keeps where the inspector could take it
LONGEST_PX = 16_384
CHAT, LAB_CHAT = "chat", "lab chat"


class PanelSizes(QObject):
    """Keeps the sizes that the user gave the panels by dragging an edge, and restores them where there is room.

    is_lab: the inspector has all that the conversation does not need, instead of a width of its own.
    """

    def __init__(
        self,
        window: QMainWindow,
        chat: QWidget,
        sidebar: QDockWidget,
        inspector: QDockWidget,
        timeline: QDockWidget,
    ) -> None:
        super().__init__(window)
        self.is_lab = False
        self._window = window
        self._chat = chat
        self._docks = {"sidebar": sidebar, "inspector": inspector, "timeline": timeline}
        self._px: dict[str, int] = {}  # empty: not known yet
        self._pressed: dict[str, int] = {}
        window.installEventFilter(self)  # its edges between the panels have no widget of their own
        for dock in self._docks.values():
            dock.installEventFilter(self)

    def begin_again(self) -> None:
        """The first sizes, for the window as it is."""
        self._px = self._first()
        self.give()
        self._give_height(self._px["timeline"])

    def arrange(self, is_lab: bool) -> None:
        """For the lab, which begins with its own width of the conversation, or for the other layouts."""
        self.is_lab = is_lab
        self._px[LAB_CHAT] = CHAT_PX
        self.give()

    def _first(self) -> dict[str, int]:
        low, high = INSPECTOR_PX
        return {
            "sidebar": SIDEBAR_PX,
            "inspector": max(low, min(high, round(self._window.width() * INSPECTOR_SHARE))),
            "timeline": min(TIMELINE_PX, round(self._window.height() * TIMELINE_SHARE)),
            CHAT: CHAT_PX,
            LAB_CHAT: CHAT_PX,
        }

    @property
    def state(self) -> PanelState:
        """What `restore` takes at the next start."""
        return {**self._px, "layout": "lab" if self.is_lab else "memory"}

    def restore(self, state: Mapping[str, int | str]) -> None:
        """Takes what was kept; without it, the sizes that the window is shown with."""
        first = self._first()
        found = {name: px for name in first if isinstance(px := state.get(name), int) and 0 < px < LONGEST_PX}
        if found:
            self._px, self.is_lab = first | found, state.get("layout") == "lab"
            QTimer.singleShot(0, self, self._settle)
        else:
            QTimer.singleShot(0, self, self._take_shown)

    @Slot()
    def _settle(self) -> None:
        """Panels came or went: Qt gives back what they had, which the window may have squeezed."""
        self.give()
        px = min(self._px.get("timeline", 0), round(self._window.height() * TIMELINE_SHARE))
        if self._docks["timeline"].height() < px:
            self._give_height(px)

    @Slot()
    def _take_shown(self) -> None:
        shown = {name: px for name, px in self._sizes().items() if name == CHAT or not self._docks[name].isHidden()}
        wide_px = shown.get("inspector", 0)
        self.is_lab = wide_px > max(self._window.width() / 2, INSPECTOR_PX[1])
        self._px = self._first()
        self._keep(shown)

    def _sizes(self) -> dict[str, int]:
        sizes = {"sidebar": self._docks["sidebar"].width(), "inspector": self._docks["inspector"].width()}
        return sizes | {"timeline": self._docks["timeline"].height(), CHAT: self._chat.width()}

    def _keep(self, sizes: Mapping[str, int]) -> None:
        for name, px in sizes.items():
            if name == CHAT and self.is_lab:
                self._px[LAB_CHAT] = px
            elif name == CHAT:
                self._px[CHAT] = min(px, CHAT_PX)
            elif name != "inspector" or not self.is_lab:
                self._px[name] = px

    @Slot()
    def give(self) -> None:
        """Gives inspector and sidebar their widths, or as much as the conversation leaves."""
        for dock, px in self._wanted():  # one after the other: asked for both, Qt takes from one for another
            self._window.resizeDocks([dock], [px], Qt.Orientation.Horizontal)

    def _wanted(self) -> list[tuple[QDockWidget, int]]:
        sidebar, inspector = self._docks["sidebar"], self._docks["inspector"]
        if "sidebar" not in self._px:
            return []
        edge_px = self._window.style().pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent, None, self._window)
        wanted = [] if sidebar.isHidden() else [(sidebar, self._px["sidebar"])]
        if not inspector.isHidden():
            px = self._window.width() - self._px[LAB_CHAT if self.is_lab else CHAT]
            px -= edge_px + sum(taken_px + edge_px for _, taken_px in wanted)
            px = px if self.is_lab else min(px, self._px["inspector"])
            wanted.insert(0, (inspector, max(px, inspector.minimumSizeHint().width(), 1)))
        return wanted

    def _give_height(self, px: int) -> None:
        if not self._docks["timeline"].isHidden():
            self._window.resizeDocks([self._docks["timeline"]], [px], Qt.Orientation.Vertical)

    def follow(self, before: QSize, now: QSize) -> None:
        """To be called when the window has another size."""
        if before.width() != now.width() and any(dock.width() != px for dock, px in self._wanted()):
            self.give()
        high_px, grown_px = self._docks["timeline"].height(), now.height() - before.height()
        if before.isValid() and grown_px > 0 and high_px < self._px.get("timeline", 0):
            self._give_height(min(self._px["timeline"], high_px + grown_px))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._window:
            if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
                QTimer.singleShot(0, self, self._settle)
        elif event.type() is QEvent.Type.MouseButtonPress:
            self._pressed = self._sizes()
        elif event.type() is QEvent.Type.MouseButtonRelease:
            QTimer.singleShot(0, self, self._take_dragged)
        return False

    @Slot()
    def _take_dragged(self) -> None:
        """What another size has since the mouse was pressed, and only that: the others may be squeezed."""
        pressed, self._pressed = self._pressed, {}
        if pressed and self._px:
            self._keep({name: px for name, px in self._sizes().items() if px != pressed[name]})
