"""Short messages above the composer: what happened, what is unchanged, and one thing to do. Never a modal."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.theme import GAP_PX
from app.views.labels import button, label
from app.views.spoken import ASSERTIVE, POLITE, announce
from app.views.tooltips import explain

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.views.icons import Icons

INFO_MS = 12_000
OFFER_MS = 30_000  # a way back must not be gone before it is seen
MOST_NOTICES = 3
BUSY = "busy"
"""The key of what cannot be done while the engine is at work: gone when it is ready again."""
LEAST_PX = 80
WORDS_PX = 240  # of the words beside a button; where less is left, it goes under them


class Tone(StrEnum):
    """How a notice is meant, the gravest last; a warning and an error stay until closed, or until others need room."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def headed(title: str, message: str) -> str:
    """A message under its heading in one line; a sentence of its own stays one."""
    if not title:
        return message
    return f"{title}. {message}" if message[:1].isupper() else f"{title}: {message}"


_ICONS = {
    Tone.INFO: ("ph.info", "accent"),
    Tone.WARNING: ("ph.warning", "warning"),
    Tone.ERROR: ("ph.warning-circle", "danger"),
}


class Notice(QFrame):
    """One message. run: what its button does; False says that it could not be done, and the message stays.

    Signals:
        closed(notice): it is done with.
    """

    closed = Signal(object)

    def __init__(
        self, text: str, tone: Tone, icons: Icons, action: str = "", run: Callable[[], object] | None = None
    ) -> None:
        super().__init__()
        self.setProperty("panel", "notice")
        self.setProperty("tone", tone.value)
        self.setObjectName("notice")
        self.tone = tone
        self._run = run
        self._is_narrow = False
        icon, colour = _ICONS[tone]
        self._mark = mark = button("", "icon", icon, icons, tone.value, colour)
        mark.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = words = label(text, wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        words.setMinimumWidth(LEAST_PX)  # a word that nothing breaks, as in a path, is cut rather than the window
        self.change(text)
        self._parts = parts = QGridLayout(self)
        parts.setContentsMargins(GAP_PX, 6, GAP_PX, 6)
        parts.setHorizontalSpacing(GAP_PX)
        parts.setVerticalSpacing(0)
        parts.setColumnStretch(1, 1)
        parts.addWidget(mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        parts.addWidget(words, 0, 1)
        self._do = button(action, "link") if action and run is not None else None
        if self._do is not None:
            self._do.setObjectName("noticeAction")
            self._do.clicked.connect(self._act)
            parts.addWidget(self._do, 0, 2, Qt.AlignmentFlag.AlignTop)
        self._close = close = button("", "icon", "ph.x", icons, "Close this message", "muted")
        close.setObjectName("noticeClose")
        close.clicked.connect(self.close_now)
        parts.addWidget(close, 0, 3, Qt.AlignmentFlag.AlignTop)
        self.setMinimumWidth(LEAST_PX)  # whatever its button needs: it goes under the words
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._expire)
        if tone is Tone.INFO:
            self._clock.start(OFFER_MS if run is not None else INFO_MS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button goes under the words where both have no room in a line."""
        super().resizeEvent(event)
        if self._do is None:
            return
        is_narrow = event.size().width() - self._beside_words_px < WORDS_PX
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._parts.removeWidget(self._do)
            if is_narrow:
                self._parts.addWidget(self._do, 1, 0, 1, 4, Qt.AlignmentFlag.AlignRight)
            else:
                self._parts.addWidget(self._do, 0, 2, Qt.AlignmentFlag.AlignTop)

    @property
    def _beside_words_px(self) -> int:
        """What icon, button and cross take of a line, with the gaps between them."""
        parts = [part for part in (self._mark, self._do, self._close) if part is not None]
        return sum(part.sizeHint().width() + GAP_PX for part in parts) + 2 * GAP_PX

    @property
    def beginning_px(self) -> int:
        """How high it is down to the foot of its first line and of its cross."""
        margins = self._parts.contentsMargins()
        return max(self._close.sizeHint().height(), self.fontMetrics().lineSpacing()) + 2 * margins.top()

    def change(self, text: str) -> None:
        """Says something else, in place."""
        self.text = text
        self.setAccessibleName(f"{self.tone.value}: {text}")
        self._words.setText(text)
        explain(self._words, text)

    def stay(self) -> None:
        """Does not go by itself: it tells what is still under way, and who added it takes it away."""
        self._clock.stop()

    @Slot()
    def close_now(self) -> None:
        if not self.isHidden() or self.parent() is not None:
            home = self.parentWidget()
            if self._has_keyboard and home is not None and home.focusProxy() is not None:
                home.setFocus()  # to where the user writes, not to whatever comes next
            self.hide()
            self.closed.emit(self)

    @Slot()
    def _expire(self) -> None:
        """Goes by itself, but not from under the mouse or the keyboard."""
        if self.underMouse() or self._has_keyboard:
            self._clock.start(INFO_MS)
        else:
            self.close_now()

    @property
    def _has_keyboard(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    @Slot()
    def _act(self) -> None:
        if self._run is None or self._run() is not False:
            self.close_now()


class Notices(QWidget):
    """The notices that are shown, newest last; a notice with the key of an older one takes its place."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._shown: list[tuple[str, Notice]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP_PX)
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        """The words of the notices that are shown."""
        return tuple(notice.text for _, notice in self._shown)

    @property
    def newest(self) -> Notice | None:
        """The notice that was added last."""
        return self._shown[-1][1] if self._shown else None

    def whole_within(self, wide_px: int, most_px: int) -> int:
        """The height of as many of the newest notices as are whole within `most_px`; of the beginning of the newest
        where not even that is. So none is cut at its head, where its first words and its cross are."""
        high_px = 0
        for _, notice in reversed(self._shown):
            more_px = notice.heightForWidth(wide_px) + (GAP_PX if high_px else 0)
            if high_px + more_px > most_px:
                break
            high_px += more_px
        return high_px or most_px

    def add(
        self,
        text: str,
        tone: Tone = Tone.INFO,
        action: str = "",
        run: Callable[[], object] | None = None,
        key: str = "",
    ) -> Notice:
        """Shows a sentence; `action` with `run` adds one button to it."""
        self.dismiss(key or text)
        while len(self._shown) >= MOST_NOTICES:
            tones = list(Tone)  # the oldest of the least grave goes
            min(self._shown, key=lambda entry: tones.index(entry[1].tone))[1].close_now()
        notice = Notice(text, tone, self._icons, action, run)
        self._shown.append((key or text, notice))
        notice.closed.connect(self._forget)
        self._column.addWidget(notice)
        self.show()
        spoken = f"{text} {action}?" if action and run is not None else text
        announce(self, spoken, POLITE if tone is Tone.INFO else ASSERTIVE)
        return notice

    def change(self, key: str, text: str) -> None:
        """Other words for the notice with that key, where it is still shown; as they may change often, not spoken."""
        for known, notice in self._shown:
            if known == key:
                notice.change(text)

    def dismiss(self, key: str) -> None:
        """Takes the notice with that key away."""
        for known, notice in tuple(self._shown):
            if known == key:
                notice.close_now()

    @Slot(object)
    def _forget(self, closed: Notice) -> None:
        """Only the one that says so: another may be hidden too, because it is new and not on the screen yet."""
        for entry in tuple(self._shown):
            if entry[1] is closed:
                self._shown.remove(entry)
                self._column.removeWidget(closed)
                closed.deleteLater()
        self.setVisible(bool(self._shown))
