"""Recordings: turns with everything the views show of them, as one file that opens without the model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.engine.analysis.findings import RecordingSaved
from app.engine.analysis.inquiries import AskRecording
from app.engine.analysis.port import SHUTDOWN_MS
from app.engine.analysis.recorded_analysis import RecordedAnalysis
from app.models.amount import percent_text, size_in_words
from app.models.memory_history import MemoryHistory
from app.models.memory_names import turns_in_words
from app.models.selection import Selection
from app.models.short_text import one_line
from app.theme import Theme, ThemeController
from app.views.dialogs import file_stem
from app.views.file_dialog import FileDialog
from app.views.inspector.panel import InspectorPanel
from app.views.inspector.section import plain_label
from app.views.inspector.style import inspector_stylesheet
from app.views.inspector.timeline import TimelineView
from app.views.loss_question import loss_of_files
from app.views.window_layout import resize_on_screen

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from app.engine.analysis.findings import Origin
    from app.engine.analysis.port import AnalysisSource
    from app.engine.analysis.thread import AnalysisThread
    from rxt.events import MemorySummary

SUFFIX = "npz"
FILTER = f"Recordings (*.{SUFFIX})"


class RecordingWindow(QWidget):
    """The inspector over a recording: nothing in it can be asked that the file does not hold.

    Signals:
        opened(): the file was read. failed(message): it could not be.
        left(AnalysisThread): the window was closed; who hears it keeps the thread, which may still read, to its end.
    """

    opened = Signal()
    failed = Signal(str)
    left = Signal(object)

    def __init__(
        self, path: Path, themes: ThemeController, reduced_motion: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("recordingWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(f"{path.name} · recording · Mneme")
        self.path = path
        self.history = MemoryHistory(self)
        self.source = RecordedAnalysis(path, self)
        self.selection = Selection(self.history, self)
        self.inspector = InspectorPanel(self.history, themes, reduced_motion, self.selection, self.source)
        self.inspector.keys.leave_out(Qt.Key.Key_P, Qt.Key.Key_D, Qt.Key.Key_X)  # neither comparison nor lab is here
        self.inspector.words.check.setEnabled(False)
        self.inspector.words.check.setToolTip("This needs the model: open the chat itself to check.")
        self.timeline = TimelineView(self.history, themes)
        self.timeline.use_keys(self.inspector.keys)
        self.caption = plain_label("caption", "Reading the recording…")
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 0)
        head.addWidget(self.caption)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.inspector)
        splitter.addWidget(self.timeline)
        splitter.setStretchFactor(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(splitter, 1)
        self._parts = splitter
        splitter.hide()  # until there is something to show
        resize_on_screen(self, 1080, 780)
        self.source.origin_changed.connect(self._on_read)
        self.source.failed.connect(self.failed)
        themes.changed.connect(self._restyle)
        self._restyle(themes.theme)
        self.source.open()

    @property
    def model(self) -> str:
        """The name of the model that was recorded."""
        origin = self.source.origin
        return origin.model if origin is not None else ""

    @Slot()
    def _on_read(self) -> None:
        origin = self.source.origin
        if origin is None:
            return
        parts = turns_in_words(len(origin.records)), _in_full(origin), "the model is not needed"
        words = " · ".join(part for part in parts if part)
        self.caption.setText(f"Recording of {one_line(origin.model)} · {words}")
        self.history.start(origin.initial, origin.records, one_line(origin.opened_from))
        if origin.recorded:
            self.history.show_turn(origin.recorded[-1])
        self._parts.show()
        if self.focusWidget() is None:
            self.focusNextChild()
        self.opened.emit()

    @Slot(object)
    def _restyle(self, theme: Theme) -> None:
        self.setStyleSheet(f"#recordingWindow {{ background: {theme.surface}; }} {inspector_stylesheet(theme)}")

    def closeEvent(self, event: QCloseEvent) -> None:
        self.left.emit(self.source.leave())
        super().closeEvent(event)


class RecordingCommands(QObject):
    """Exports recordings of the open conversation and opens recordings in windows of their own.

    Signals:
        said(message): something was done. refused(message): it was not; a sentence says why.
        under_way(message): what is being recorded from now on; empty: nothing more. progressed(message): how far it is.
        window_opened(RecordingWindow)
    """

    said = Signal(str)
    refused = Signal(str)
    under_way = Signal(str)
    progressed = Signal(str)
    window_opened = Signal(object)

    def __init__(
        self,
        parent_widget: QWidget,
        history: MemoryHistory,
        port: AnalysisSource,
        themes: ThemeController,
        reduced_motion: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._parent_widget = parent_widget
        self._history = history
        self._port = port
        self._themes = themes
        self._reduced_motion = reduced_motion
        self._folder = Path.home()
        self._tickets: dict[int, Path] = {}
        self._windows: list[RecordingWindow] = []
        self._left: list[AnalysisThread] = []  # of closed windows, while they run
        port.found.connect(self._on_found)
        port.refused.connect(self._on_refused)
        port.progressed.connect(self._on_progressed)
        history.reset.connect(self._on_reset)

    @property
    def windows(self) -> tuple[RecordingWindow, ...]:
        """The recordings that are open."""
        return tuple(self._windows)

    def export(self, name: str, turns: tuple[int, ...] | None = None) -> None:
        """Asks where a recording of some turns goes; None: of all."""
        if not self._history.records:
            self.refused.emit("Nothing is remembered yet: say something first, then it can be recorded.")
            return
        if turns is not None and not all(0 <= turn <= self._history.last_turn for turn in turns):
            self.refused.emit("You look at the memory before the first turn. Choose a turn to record.")
            return
        before = 0 if turns is None else max(turns) + 1 - len(turns)
        title = f"Export recording · with {_words_of(before)}" if before else "Export recording"
        dialog = FileDialog(self._parent_widget, title, self._folder, FILTER)
        dialog.setObjectName("exportRecordingDialog")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX)
        dialog.selectFile(file_stem(name, "recording"))
        chat = self._history.initial
        dialog.place_chosen.connect(lambda path: self._write_of(chat, path, turns))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write_of(self, chat: MemorySummary | None, path: Path, turns: tuple[int, ...] | None) -> None:
        """Writes while the chat that began with the memory `chat` is open: a second start may have opened another."""
        if self._history.initial is chat:
            self.write(path, turns)
        else:
            self.refused.emit("Another chat was opened meanwhile, so nothing was recorded.")

    def write(self, path: Path, turns: tuple[int, ...] | None = None) -> None:
        """Writes a recording, after those that are asked for already; `said` or `refused` follows."""
        self._folder = path.parent
        self._tickets[self._port.inquire(AskRecording(path, turns))] = path
        if len(self._tickets) == 1:
            self._tell()
        else:
            self.said.emit(f"“{one_line(path.name)}” is recorded after the one that is under way.")

    def call_off(self) -> None:
        """Gives up the recording that is under way; one that waits behind it goes on."""
        for ticket, path in tuple(self._tickets.items())[:1]:
            self._port.cancel(ticket)
            del self._tickets[ticket]
            self._tell()
            self.refused.emit(f"“{one_line(path.name)}” was not recorded to the end: it was cancelled.")

    def _tell(self) -> None:
        """Says what is being recorded, for as long as it is."""
        first = next(iter(self._tickets.values()), None)
        words = "" if first is None else f"Recording “{one_line(first.name)}”… Every turn is looked into once."
        self.under_way.emit(words)

    def choose(self) -> None:
        """Asks for a recording to open."""
        dialog = FileDialog(self._parent_widget, "Open recording", self._folder, FILTER)
        dialog.setObjectName("openRecordingDialog")
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.open(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open(self, path: Path) -> None:
        """Opens a recording in a window of its own."""
        self._folder = path.parent
        window = RecordingWindow(path, self._themes, self._reduced_motion)
        window.left.connect(self._on_left)
        window.failed.connect(lambda message: self._on_failed(window, message))
        window.destroyed.connect(lambda: self._windows.remove(window) if window in self._windows else None)
        self._windows.append(window)
        window.show()
        self.window_opened.emit(window)

    def close_all(self) -> None:
        """Closes the windows of recordings; their threads end at their next step."""
        for window in list(self._windows):
            window.close()

    def shutdown(self) -> bool:
        """Closes them all and waits for their threads; False where one does not end within SHUTDOWN_MS."""
        self.close_all()
        end = QDeadlineTimer(SHUTDOWN_MS)
        return all(thread.wait(end) for thread in self._left)

    def loss(self) -> str:
        """What would be lost if Mneme closed now, as sentences."""
        return loss_of_files("recording", tuple(self._tickets.values()))

    @Slot(object)
    def _on_left(self, thread: AnalysisThread) -> None:
        if thread not in self._left:
            self._left.append(thread)
            thread.finished.connect(self._let_go, Qt.ConnectionType.QueuedConnection)
        self._let_go()

    @Slot()
    def _let_go(self) -> None:
        for thread in [thread for thread in self._left if not thread.isRunning()]:
            thread.wait()  # for its very last step
            self._left.remove(thread)

    def _on_failed(self, window: RecordingWindow, message: str) -> None:
        self.refused.emit(f"“{one_line(window.path.name)}” was not opened: {message}")
        window.close()

    @Slot()
    def _on_reset(self) -> None:
        """Another chat or branch is open: the port lets go of what was asked about the former one without a word."""
        for ticket, path in self._tickets.items():
            self._port.cancel(ticket)
            self.refused.emit(f"“{one_line(path.name)}” was not recorded to the end: another chat or branch is open.")
        if self._tickets:
            self._tickets.clear()
            self._tell()

    @Slot(int, float)
    def _on_progressed(self, ticket: int, share: float) -> None:
        if ticket in self._tickets:
            self.progressed.emit(
                f"Recording “{one_line(self._tickets[ticket].name)}”: {percent_text(math.floor(100 * share))} done."
            )

    @Slot(int, object)
    def _on_found(self, ticket: int, finding: object) -> None:
        if self._tickets.pop(ticket, None) is not None and isinstance(finding, RecordingSaved):
            self._tell()
            size = size_in_words(finding.file_bytes)
            along = f"; {_words_of(finding.before)} go along" if finding.before else ""
            self.said.emit(f"Recorded {turns_in_words(finding.turns)} to {finding.path} ({size}){along}.")

    @Slot(int, str)
    def _on_refused(self, ticket: int, message: str) -> None:
        path = self._tickets.pop(ticket, None)
        if path is not None:
            self._tell()
            self.refused.emit(f"“{one_line(path.name)}” was not written: {message}")


def _in_full(origin: Origin) -> str:
    """Which turns a file holds findings of; empty where that is all of them or none."""
    recorded = [str(turn + 1) for turn in origin.recorded]
    if len(recorded) in (0, len(origin.records)):
        return ""
    is_one = len(recorded) == 1
    return f"{'turn' if is_one else 'turns'} {', '.join(recorded)} {'is' if is_one else 'are'} recorded in full"


def _words_of(before: int) -> str:
    """What a recording of some turns holds of those before them."""
    return f"the words of {turns_in_words(before).replace('turn', 'earlier turn')}"
