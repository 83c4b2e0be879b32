"""The line at the foot of the window: what the engine does, which model, where, which memory, how many turns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from app.models.memory_names import before_first, turns_in_words
from app.models.phase import Phase
from app.models.short_text import one_line
from app.theme import GAP_PX
from app.views.elided import ElidedLabel
from app.views.labels import label
from app.views.spoken import announce

if TYPE_CHECKING:
    from app.theme import Theme, ThemeController

MARK_PX = 10
FRAME_MS = 40
TURN_MS = 900
MEMORY_ID_DIGITS = 8
MODEL_PX = 80  # what its name keeps of a narrow line

_TONES = {Phase.NO_MODEL: "danger", Phase.READY: "accent", Phase.WRITING: "warning", Phase.SAVING: "warning"}


class PhaseLabel(QLabel):
    """A small mark and a word; the mark turns while the engine is busy."""

    def __init__(self, themes: ThemeController, reduced_motion: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = themes.theme
        self._phase = Phase.LOADING
        self._time_ms = 0
        self._moves = not reduced_motion
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._advance)
        self.setObjectName("statusPhase")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(MARK_PX + 14, 0, 0, 0)
        themes.changed.connect(self._recolour)
        self.show_phase(Phase.LOADING)

    def show_phase(self, phase: Phase) -> None:
        self._phase = phase
        self.setText(phase.value)
        self.setAccessibleName(f"What the model is doing: {phase.value}")  # it is read in place of the text
        self._run_timer(self.isVisible())
        self.update()

    def _run_timer(self, visible: bool) -> None:
        if visible and self._moves and self._phase.is_busy:
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _advance(self) -> None:
        self._time_ms = (self._time_ms + FRAME_MS) % TURN_MS
        self.update()

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run_timer(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._run_timer(False)

    def sizeHint(self) -> QSize:
        """Wide enough for the longest word, so that nothing moves when the phase changes."""
        words = max(self.fontMetrics().horizontalAdvance(phase.value) for phase in Phase)
        return QSize(words + MARK_PX + 38, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(getattr(self._theme, _TONES.get(self._phase, "accent")))
        mark = QRectF(12, (self.height() - MARK_PX) / 2, MARK_PX, MARK_PX)
        if not self._phase.is_busy:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(mark.adjusted(1, 1, -1, -1))
            return
        track = QColor(self._theme.border)
        painter.setPen(QPen(track, 2))
        painter.drawEllipse(mark)
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        start = -360 * self._time_ms / TURN_MS
        span = 100 + 40 * math.sin(2 * math.pi * self._time_ms / TURN_MS)
        painter.drawArc(mark, round(16 * start), round(16 * span))


class StatusBar(QStatusBar):
    """The status line of the window."""

    def __init__(self, themes: ThemeController, reduced_motion: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setAccessibleName("Status")
        self.phase = PhaseLabel(themes, reduced_motion)
        self.model = self._part("statusModel", "Model", ElidedLabel())
        self.device = self._part("statusDevice", "Device")
        self.memory = self._part("statusMemory", "Memory id")
        self.turns = self._part("statusTurns", "Turns in memory")
        self.hidden = self._part("statusHidden", "Hidden panel")
        self.addWidget(self.phase)
        self.addWidget(self.hidden)
        self.hidden.hide()
        for part in (self.model, self.device, self.memory, self.turns):
            self.addPermanentWidget(part)

    @staticmethod
    def _part(object_name: str, accessible_name: str, part: QLabel | None = None) -> QLabel:
        part = part or label()
        part.setObjectName(object_name)
        part.setAccessibleName(accessible_name)
        return part

    @staticmethod
    def _say(part: QLabel, what: str, words: str) -> None:
        """A screen reader reads the name of a label in place of its text."""
        part.setText(words)
        part.setAccessibleName(f"{what}: {words}" if words else what)

    @Slot(str, str)
    def show_hidden(self, words: str, sentence: str) -> None:
        """What the window has no room for, in few words; the sentence says how it is shown, to be read and heard."""
        self._say(self.hidden, "Hidden panel", sentence)
        self.hidden.setText(words)
        self.hidden.setToolTip(sentence)
        self.hidden.setVisible(bool(words))
        self._make_room()
        if sentence:
            announce(self, sentence)

    def show_model(self, name: str, device: str) -> None:
        self._say(self.model, "Model", one_line(name))
        self._say(self.device, "Device", one_line(device))
        self.model.setVisible(bool(name))
        self._make_room()

    def show_memory(self, sha256: str, turns: int, all_turns: int) -> None:
        """The memory that is shown: the first digits of its SHA-256, and the turns of the chat's that are in it."""
        lived = f"{turns_in_words(turns)} in memory" if turns else before_first(all_turns)
        self._say(self.memory, "Memory id", f"memory {sha256[:MEMORY_ID_DIGITS]}" if sha256 else "")
        self._say(self.turns, "Turns in memory", lived if sha256 else "")
        self.turns.setVisible(bool(sha256))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """The key that shows a hidden panel is said whole: in a narrow line the device and the memory's id go first."""
        free_px = self.width() - min(MODEL_PX, self.model.sizeHint().width())
        for part in (self.phase, self.hidden, self.turns):
            free_px -= 0 if part.isHidden() else part.sizeHint().width() + GAP_PX
        for part in (self.memory, self.device):
            free_px -= part.sizeHint().width() + GAP_PX
            part.setVisible(bool(part.text()) and (self.hidden.isHidden() or free_px >= 0))
