"""The timeline: the turns of the conversation and which one is looked at, everywhere at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL, before_first, titled_start
from app.paint.figure import Axis, Bars, Figure
from app.paint.number import decimals_for, number_text
from app.paint.quantity import large_changes, memory_change
from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.section import icon_button, plain_label, set_icon
from app.views.inspector.style import inspector_stylesheet, sized_font
from app.views.inspector.table import TableButton, TableData, table_of
from app.views.inspector.track import Track

if TYPE_CHECKING:
    from app.views.inspector.keys import SelectionKeys

PLAY_MS = 600
WORDS_PX = 184
CHANGE_IN_WORDS = (
    "How far the turn moved the memory as a whole, ‖ΔSTM‖: the root of the sum of the squared differences "
    "of all its numbers. The bars show it for every turn."
)
_LEAP = 10


def turn_name_of(turn: int) -> str:
    """A turn as it is called everywhere, counted from 1."""
    return f"turn {turn + 1}"


class TimelineView(LazyView):
    """A bar a turn, as high as the turn changed the memory: ‖ΔSTM‖, the root of the sum of change².

    Keys, with focus: ←/→ one turn, Ctrl+←/→ ten, Home/End first and last, Space plays, N and Shift+N the next and
    previous large change (at least LARGE times the median).
    """

    def __init__(self, history: MemoryHistory, themes: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.setObjectName("timeline")
        self.setAccessibleName("Timeline of turns")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._history = history
        self._keys: SelectionKeys | None = None
        self._sizes: list[float] = []  # one a turn, computed once
        self._player = QTimer(self, interval=PLAY_MS)
        self._player.timeout.connect(self._play_on)
        self._played: int | None = None  # how far what began at the newest turn has played; None: it began elsewhere
        self.track = Track(themes.theme)
        self.label = plain_label("turn")
        self.label.setFont(sized_font(13, bold=True))
        self.detail = plain_label("caption")
        self.first = icon_button("Before the first turn", "Before the first turn (Home)")
        self.previous = icon_button("Previous turn", "Previous turn (←)")
        self.play = icon_button("Play", f"Play the turns, one each {PLAY_MS} ms (Space)")
        self.following = icon_button("Next turn", "Next turn (→)")
        self.as_table = TableButton(self.table)
        self.last = icon_button("Newest turn", "Newest turn (End)")
        self._build()
        self._connect()
        self.restyle(themes.theme)

    @property
    def is_playing(self) -> bool:
        return self._player.isActive()

    def table(self) -> TableData | None:
        """How far each turn changed the memory."""
        sizes = np.array(self._sizes, dtype=np.float32)[:, None]
        names = (turn_name_of, lambda _: "change")
        return table_of("Change of the memory over each turn ‖ΔSTM‖", sizes, ("turn", "change"), names)

    def figure(self) -> Figure | None:
        """The bars in their colours: the turn in view stands out."""
        if not self._sizes:
            return None
        series = (("change of the memory", np.array(self._sizes)),)
        name = "How far each turn moved the memory, ‖ΔSTM‖"
        bars = Bars(name, series, Axis("turn", start=1), Axis("‖ΔSTM‖"), shades=self.track.shades())
        return Figure(self.accessibleName(), (bars,), None, f"In view: {self.label.text()}, {self.detail.text()}.")

    def sizeHint(self) -> QSize:
        return QSize(900, 76)

    def use_keys(self, keys: SelectionKeys) -> None:
        """The letters of the inspector mean the same here; Space in the inspector plays here."""
        self._keys = keys
        keys.play_requested.connect(self._toggle_play)

    def set_marks(self, marks: dict[int, str]) -> None:
        """Signs over turns (INITIAL: the initial memory): ◆ a snapshot, Y a fork, B the pin."""
        self.track.set_marks(marks)

    def set_playing(self, is_playing: bool) -> None:
        """Moves through the turns by itself; from the end it starts over."""
        if is_playing and self._history.last_turn > INITIAL:
            self._played = INITIAL if self._history.is_at_end else None
            if self._history.is_at_end:
                self._history.show_turn(INITIAL)
            self._player.start()
        else:
            self._player.stop()
        self._show_player()

    @Slot()
    def stop_for_writing(self) -> None:
        """A message is sent from the turn that was shown before the turns played, not from the one on show by then."""
        if self.is_playing:
            self.set_playing(False)
            if self._history.cursor == self._played:
                self._history.show_turn(self._history.last_turn)

    def redraw(self) -> None:
        history = self._history
        self._sizes += [memory_change(record) for record in history.records[len(self._sizes) :]]
        self.track.set_start(titled_start(history.origin))
        self.track.set_turns(self._sizes, large_changes(self._sizes), history.cursor)
        turns = len(self._sizes)
        if history.cursor == INITIAL:
            self.label.setText(history.label_of(INITIAL))
            self.detail.setText(before_first(turns))
        else:
            self.label.setText(f"turn {history.cursor + 1:,} of {turns:,}")
            size = self._sizes[history.cursor]
            self.detail.setText(f"memory changed by {number_text(size, max(1, decimals_for(max(self._sizes))))}")
        for button, is_useful in (
            (self.first, history.cursor > INITIAL),
            (self.previous, history.cursor > INITIAL),
            (self.following, not history.is_at_end),
            (self.last, not history.is_at_end),
            (self.play, turns > 0),
            (self.as_table, turns > 0),
        ):
            button.setEnabled(is_useful)
        self.setAccessibleDescription(f"{self.label.text()}, {self.detail.text()}")

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(inspector_stylesheet(theme))
        self.track.restyle(theme)
        self.as_table.restyle(theme)
        for button, icon in (
            (self.first, "ph.skip-back"),
            (self.previous, "ph.caret-left"),
            (self.following, "ph.caret-right"),
            (self.last, "ph.skip-forward"),
        ):
            set_icon(button, icon, theme)
        self._show_player()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        history = self._history
        leap = _LEAP if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
        is_shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Left:
                history.show_turn(history.cursor - leap)
            case Qt.Key.Key_Right:
                history.show_turn(history.cursor + leap)
            case Qt.Key.Key_Home:
                history.show_turn(INITIAL)
            case Qt.Key.Key_End:
                history.show_turn(history.last_turn)
            case Qt.Key.Key_Space:
                self.set_playing(not self.is_playing)
            case Qt.Key.Key_N:
                self._show_large(backwards=is_shifted)
            case _ if self._keys is not None and self._keys.handle(event):
                pass
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.track.set_focused(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.track.set_focused(False)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.set_playing(False)

    def _build(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in (self.first, self.previous, self.play, self.following, self.last):
            buttons.addWidget(button)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.label)
        words.addWidget(self.detail)
        words.addStretch(1)
        words_box = QWidget()
        words_box.setLayout(words)
        words.setContentsMargins(0, 0, 0, 0)
        words_box.setFixedWidth(WORDS_PX)  # the track stays where it is, whatever the words say
        words_box.setToolTip(CHANGE_IN_WORDS)
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
        row.setSpacing(PADDING_PX)
        row.addLayout(buttons)
        row.addWidget(words_box)
        row.addWidget(self.track, 1)
        row.addWidget(self.as_table)

    def _connect(self) -> None:
        history = self._history
        self.track.turn_requested.connect(self._on_track)
        self.first.clicked.connect(self._show_first)
        self.previous.clicked.connect(self._show_previous)
        self.following.clicked.connect(self._show_following)
        self.last.clicked.connect(self._show_last)
        self.play.clicked.connect(self._toggle_play)
        history.reset.connect(self._on_reset)
        history.turn_added.connect(self.refresh)
        history.cursor_changed.connect(self.refresh)

    def _show_player(self) -> None:
        button: QToolButton = self.play
        set_icon(button, "ph.pause" if self.is_playing else "ph.play", self.theme)
        button.setAccessibleName("Pause" if self.is_playing else "Play")

    def _show_large(self, backwards: bool) -> None:
        """Goes to the nearest large change in that direction, if there is one."""
        sizes = [memory_change(record) for record in self._history.records[len(self._sizes) :]]
        large = large_changes(self._sizes + sizes)
        cursor = self._history.cursor
        turns = [turn for turn in large if (turn < cursor if backwards else turn > cursor)]
        if turns:
            self._history.show_turn(turns[-1] if backwards else turns[0])

    def _play_on(self) -> None:
        is_followed = self._history.cursor == self._played
        self._history.show_turn(self._history.cursor + 1)
        self._played = self._history.cursor if is_followed else None  # the user chose another turn
        if self._history.is_at_end:
            self.set_playing(False)

    def _on_track(self, turn: int) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._history.show_turn(turn)

    def _on_reset(self) -> None:
        self._sizes = []
        self.set_playing(False)
        self.refresh()

    def _toggle_play(self) -> None:
        self.set_playing(not self.is_playing)

    def _show_first(self) -> None:
        self._history.show_turn(INITIAL)

    def _show_previous(self) -> None:
        self._history.show_turn(self._history.cursor - 1)

    def _show_following(self) -> None:
        self._history.show_turn(self._history.cursor + 1)

    def _show_last(self) -> None:
        self._history.show_turn(self._history.last_turn)
