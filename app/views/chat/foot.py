"""What stands below the conversation: notices, the banner of the past and the composer. It says nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import GAP_PX, PADDING_PX
from app.views.labels import scrolled

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.views.chat.composer import Composer
    from app.views.chat.past_banner import PastBanner
    from app.views.notices import Notices

LEAST_LINES = 2  # of a message, before notices have to scroll
MOST_OF_CHAT = 3  # the part of it that notices take: a third


class ChatFoot(QWidget):
    """As high as its words, up to the room there is: in a low window a message has fewer lines and the notices scroll,
    so that nothing is drawn over anything else."""

    def __init__(self, notices: Notices, banner: PastBanner, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices, self._banner, self._composer = notices, banner, composer
        self._room_px, self._pages_px, self._readable_px = 0, 0, 0
        self._editor_px = 0
        self._area = scrolled(notices, "noticeArea", "Notices")
        self._area.verticalScrollBar().rangeChanged.connect(self._show_newest)
        notices.setVisible(bool(notices.texts))  # the area has shown it
        self._area.setHidden(notices.isHidden())
        notices.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GAP_PX, 0, PADDING_PX)
        column.setSpacing(GAP_PX)
        self._words = QWidget()
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(GAP_PX)
        words.addWidget(banner)
        words.addWidget(composer)
        column.addWidget(self._area)
        column.addWidget(self._words)

    @property
    def least_px(self) -> int:
        """What it needs for one line of a message, without notices and banner."""
        return GAP_PX + self._around_edit_px + self._composer.edit.height_of(1) + PADDING_PX

    def minimumSizeHint(self) -> QSize:
        """As narrow as with what waits: that must change no width."""
        return super().minimumSizeHint().expandedTo(QSize(self._words.minimumSizeHint().width(), 0))

    @property
    def _around_edit_px(self) -> int:
        return self._composer.sizeHint().height() - self._composer.edit.height()

    def fit(self, room_px: int, pages_px: int, readable_px: int) -> None:
        """Leaves of `room_px` the conversation `pages_px`; a message of more than a few lines and notices that can be
        scrolled leave it `readable_px`."""
        self._room_px, self._pages_px, self._readable_px = room_px, pages_px, readable_px
        self._share()

    def make_way(self, editor_px: int) -> None:
        """While a message is edited in the conversation, that has a readable height, at least `editor_px` (0: none is
        edited): in a very low window the notices wait until it is done, and where that is not enough, all else too."""
        self._editor_px = editor_px
        self._share()

    @Slot()
    def _share(self) -> None:
        if not self._room_px:  # not shown yet
            return
        edit, width = self._composer.edit, self.width()
        taken = GAP_PX + self._around_edit_px + PADDING_PX
        if not self._banner.isHidden():
            taken += max(self._banner.sizeHint().height(), self._banner.heightForWidth(width)) + GAP_PX
        notices_px = self._notices_px(self._room_px - taken - GAP_PX)
        self._area.setHidden(not notices_px)
        if notices_px:
            self._area.setFixedHeight(notices_px)
            taken += notices_px + GAP_PX
        lines = 1 if self._editor_px else LEAST_LINES
        few = min(edit.height_of(lines), self._room_px - self._pages_px - taken)
        left_px = self._room_px - self._kept_px - taken
        edit.limit_height(max(few, left_px))
        self._words.setHidden(bool(self._editor_px) and left_px < edit.height_of(1))

    @property
    def _kept_px(self) -> int:
        """What the conversation keeps."""
        return max(self._readable_px, self._editor_px)

    def _notices_px(self, room_px: int) -> int:
        """What the notices take of `room_px` that they share with the conversation and the typed words: a third of the
        chat or the newest one, where that leaves the conversation readable, else the beginning of it; 0 for nothing."""
        newest, edit = self._notices.newest, self._composer.edit
        if newest is None:
            return 0
        least = newest.beginning_px
        if self._editor_px and room_px - self._kept_px - edit.height_of(1) < least:
            return 0
        share = max(self._room_px // MOST_OF_CHAT, newest.heightForWidth(self.width()))
        typed = min(edit.height(), edit.height_of(LEAST_LINES))
        most = min(share, room_px - self._kept_px - typed)
        most = min(max(most, least), room_px - edit.height_of(1))
        wanted = self._notices.heightForWidth(self.width())
        if wanted <= most:
            return max(0, wanted)  # less than nothing before it is laid out
        bar_px = self._area.verticalScrollBar().sizeHint().width()
        return max(0, self._notices.whole_within(self.width() - bar_px, most))

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
            self._area.setHidden(self._notices.isHidden())  # as long as nothing is shown
            self._share()
        elif event.type() is QEvent.Type.LayoutRequest:
            self._share()
        return False

    @Slot(int, int)
    def _show_newest(self, _lowest: int, _highest: int) -> None:
        """From its beginning on."""
        if self._notices.newest is not None:
            self._area.verticalScrollBar().setValue(self._notices.newest.y())
