"""The banner over the composer while a past memory is looked at: what is shown, and the two ways on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QWidget

from app.theme import GAP_PX
from app.views.labels import button, label

if TYPE_CHECKING:
    from app.actions.table import Actions

NEEDS_PX = 440
LEAST_PX = 80


class PastBanner(QFrame):
    """Says that a past memory is shown, and leads on from there or back."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setProperty("panel", "banner")
        self.setObjectName("pastBanner")
        self.setMinimumWidth(LEAST_PX)  # whatever its links need: they go under the words
        self._words = label(wrap=True)  # wraps rather than push the docks aside
        self._words.setObjectName("pastBannerText")
        self._fork = button("Fork here", "link")
        self._fork.setObjectName("forkHere")
        self._fork.clicked.connect(actions["fork"].trigger)
        back = button("Back to now", "link")
        back.setObjectName("backToNow")
        back.clicked.connect(actions["back_to_now"].trigger)
        links = QHBoxLayout()
        links.setSpacing(0)
        links.addWidget(self._fork)
        links.addWidget(back)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(GAP_PX + 6, 4, GAP_PX, 4)
        self._parts.setSpacing(0)
        self._parts.addWidget(self._words, 1)
        self._parts.addLayout(links)
        actions["fork"].changed.connect(self._follow_action)
        self.hide()

    @Slot()
    def _follow_action(self) -> None:
        self._fork.setEnabled(self._actions["fork"].isEnabled())
        self._fork.setToolTip(self._actions["fork"].toolTip())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The links go under the words where both have no room in a line."""
        super().resizeEvent(event)
        narrow = event.size().width() < NEEDS_PX
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._parts.setDirection(down if narrow else across)

    def show_memory(self, name: str, is_at_end: bool) -> None:
        """name: of the memory in view, as in a sentence. is_at_end: it is the newest, so that nothing is said."""
        self._words.setText(f"Viewing {name} · later turns stay as they are")
        self.setVisible(not is_at_end)
