"""What stands below the conversation: notices, the banner of the past and the composer. It says nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import GAP_PX, PADDING_PX
from app.views.labels import scrolled

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.views.composer import Composer
    from app.views.notices import Notices
    from app.views.past_banner import PastBanner

LEAST_LINES = 2  # of a message, before notices have to scroll


class ChatFoot(QWidget):
    """As high as its words, up to the room there is: in a low window a message has fewer lines and the notices scroll,
    so that nothing is drawn over anything else."""

    def __init__(self, notices: Notices, banner: PastBanner, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices, self._banner, self._composer = notices, banner, composer
        self._room_px, self._comfort_px = 0, 0
        self._area = scrolled(notices, "noticeArea", "Notices")
        self._area.verticalScrollBar().rangeChanged.connect(self._show_newest)
        notices.setVisible(bool(notices.texts))  # the area has shown it
        self._area.setHidden(notices.isHidden())
        notices.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GAP_PX, 0, PADDING_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self._area)
        column.addWidget(banner)
        column.addWidget(composer)

    @property
    def least_px(self) -> int:
        """What it needs for one line of a message, without notices and banner."""
        return GAP_PX + self._around_edit_px + self._composer.edit.height_of(1) + PADDING_PX

    @property
    def _around_edit_px(self) -> int:
        return self._composer.sizeHint().height() - self._composer.edit.height()

    def fit(self, room_px: int, comfort_px: int) -> None:
        """Takes `room_px` at most; a message of more than a few lines takes no more than `comfort_px`."""
        self._room_px, self._comfort_px = room_px, comfort_px
        self._share()

    @Slot()
    def _share(self) -> None:
        if not self._room_px:  # not shown yet
            return
        edit, width = self._composer.edit, self.width()
        taken = GAP_PX + self._around_edit_px + PADDING_PX
        if not self._banner.isHidden():
            taken += max(self._banner.sizeHint().height(), self._banner.heightForWidth(width)) + GAP_PX
        if not self._notices.isHidden():
            wanted = self._notices.heightForWidth(width)
            least = edit.height_of(1)
            room = self._room_px - taken - GAP_PX - edit.height_of(LEAST_LINES)
            self._area.setFixedHeight(max(least, min(wanted, room)))
            taken += self._area.height() + GAP_PX
        few = min(edit.height_of(LEAST_LINES), self._room_px - taken)
        edit.limit_height(max(few, self._comfort_px - taken))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._share()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notices come, go and change."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._area.setHidden(self._notices.isHidden())
            self._share()
        elif event.type() is QEvent.Type.LayoutRequest:
            self._share()
        return False

    @Slot(int, int)
    def _show_newest(self, _lowest: int, highest: int) -> None:
        self._area.verticalScrollBar().setValue(highest)
