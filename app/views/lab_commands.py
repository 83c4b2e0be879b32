"""Puts the lab into the inspector and does what is asked of it: experiments, exports, recordings, animations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices

from app.models.lab import Lab
from app.models.memory_choices import MemoryChoices
from app.models.short_text import one_line
from app.views.inspector.animation_dialog import AnimationDialog
from app.views.inspector.compare_view import CompareView
from app.views.inspector.export_commands import ExportCommands, stamp_of
from app.views.inspector.export_recordings import RecordingCommands, RecordingWindow
from app.views.inspector.lab.deck import LabDeck
from app.views.inspector.lab.experiment_view import LabView
from app.views.inspector.lab.influence_view import InfluenceView
from app.views.inspector.lab.mixing_view import MixingView
from app.views.inspector.lab.probe_view import ProbeView
from app.views.loss_question import loss_of_files
from app.views.notices import Tone
from app.views.transcript_tints import TranscriptTints

if TYPE_CHECKING:
    from app.engine.analysis.port import AnalysisPort
    from app.engine.file_jobs import FileJobs
    from app.engine.port import EnginePort
    from app.models.workspace import Workspace
    from app.paint.figure import Figure
    from app.paint.stamp import Stamp
    from app.theme import ThemeController
    from app.views.inspector import InspectorPanel, TimelineView
    from app.views.main_window import MainWindow

OUT_OF_TURNS = "Nothing is remembered yet: say something first."


class LabCommands(QObject):
    """Builds the views of the lab and connects them.

    Attributes: lab, probes, compare: the pages in the inspector; exports, recordings: what they are named after.
    """

    def __init__(
        self,
        port: EnginePort,
        analyst: AnalysisPort,
        files: FileJobs,
        workspace: Workspace,
        window: MainWindow,
        inspector: InspectorPanel,
        timeline: TimelineView,
        themes: ThemeController,
        version: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port, self._files, self._workspace = port, files, workspace
        self._window, self._inspector, self._themes = window, inspector, themes
        self._version = version
        motionless = workspace.settings.preferences.reduced_motion
        history = workspace.history
        choices = MemoryChoices(history, workspace.branches, workspace.memories, self)
        state = Lab(workspace.selection, self)
        self.lab = LabDeck(
            LabView(state, history, choices, analyst, themes, self._snapshots_folder, self._title),
            InfluenceView(history, analyst, themes),
            MixingView(workspace.selection, choices, analyst, themes, self._snapshots_folder, self._title),
        )
        self.probes = ProbeView(history, analyst, themes)
        self.compare = CompareView(workspace.selection, inspector.analyses, choices, themes, motionless)
        inspector.add_page(self.compare, "Compare", "Two memories slot by slot: the one in view and a pinned one")
        inspector.add_page(self.lab, "Lab", "What would have been said with another memory")
        inspector.add_page(self.probes, "Probes", "What a memory knows, asked of copies")
        self.exports = ExportCommands(window, (inspector, timeline), files, history, self._stamp, themes, self)
        self.recordings = RecordingCommands(window, history, analyst, themes, motionless, self)
        self.tints = TranscriptTints(window.chat.transcript, workspace, inspector.analyses, themes)
        self._connect()

    def _connect(self) -> None:
        selection = self._workspace.selection
        selection.check_requested.connect(self._on_check)
        selection.difference_requested.connect(self._on_difference)
        tint = self._window.known_actions["tint_answer"]
        tint.setCheckable(True)
        tint.toggled.connect(self.tints.set_on)
        self._window.known_actions["preset_lab"].toggled.connect(tint.setChecked)  # on in the lab, else off
        for made in (self.lab.lab.keeping, self.lab.mixing):
            made.saved.connect(self._on_made)
        self.exports.exported.connect(self._on_exported)
        self.exports.refused.connect(self._warn)
        self.recordings.said.connect(self._say)
        self.recordings.refused.connect(self._warn)
        self.recordings.under_way.connect(self._tell_recording)
        self.recordings.progressed.connect(self._tell_progress)
        self.recordings.window_opened.connect(self._on_recording)
        self._window.closing.connect(self.recordings.close_all)
        self._window.losses.ask_before_closing(self.recordings.loss)
        self._window.losses.ask_before_closing(lambda: loss_of_files("file", self._files.under_way))
        history = self._workspace.history
        for signal in (history.reset, history.turn_added, history.cursor_changed):
            signal.connect(self._update_actions)
        self._update_actions()

    # ---------------------------------------------------------------- what actions run

    def export_view(self) -> None:
        self.exports.export_current()

    def export_conversation_recording(self) -> None:
        self.recordings.export(self._chat())

    def export_turn_recording(self) -> None:
        cursor = self._workspace.history.cursor
        self.recordings.export(f"{self._chat()} turn {cursor + 1}", (cursor,))

    def open_recording(self) -> None:
        self.recordings.choose()

    def show_lab(self) -> None:
        """Brings the lab to the front."""
        self._window.inspector_dock.show()
        self._inspector.show_page(self.lab)

    def animate(self) -> None:
        """Plays the memory of the open chat."""
        if not self._workspace.history.records:
            self._warn(OUT_OF_TURNS)
            return
        title = self._title() or "Memory"
        foot = f"{self._model()} · Mneme {self._version}"
        reduced = self._workspace.settings.preferences.reduced_motion
        dialog = AnimationDialog(
            self._workspace.history, title, foot, self._files, self._themes, not reduced, self._window
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _update_actions(self) -> None:
        history = self._workspace.history
        reasons: dict[str, str] = {}
        if not history.records:
            reasons = dict.fromkeys(("export_recording", "export_turn_recording", "animation"), OUT_OF_TURNS)
        elif history.current is None:
            reasons["export_turn_recording"] = "You look at the memory before the first turn; choose a turn."
        self._window.known_actions.set_reasons("lab", reasons)

    # ---------------------------------------------------------------- what is asked

    @Slot(int)
    def _on_check(self, turn: int) -> None:
        self.show_lab()
        self.lab.show_view("lab")
        self.lab.lab.check(turn)

    @Slot()
    def _on_difference(self) -> None:
        self._window.inspector_dock.show()
        self._inspector.show_page(self.compare)

    @Slot(object)
    def _on_made(self, _saved: object) -> None:
        self._port.refresh_snapshots()

    @Slot(object)
    def _on_exported(self, path: Path) -> None:
        self._window.chat.notices.add(
            f"Exported to {path}", action="Show file", run=lambda: _show_folder(path), key="exported"
        )

    @Slot(object)
    def _on_recording(self, window: RecordingWindow) -> None:
        """Views of a recording are exported with its own stamp."""

        def stamp(figure: Figure) -> Stamp:
            return stamp_of(window.history, window.model, self._version, window.path.stem)(figure)

        exports = ExportCommands(
            window, (window.inspector, window.timeline), self._files, window.history, stamp, self._themes, window
        )
        exports.exported.connect(self._on_exported)
        exports.refused.connect(self._warn)
        export = QAction("Export view…", window)
        export.setShortcuts(self._window.known_actions["export_view"].shortcuts())
        export.triggered.connect(exports.export_current)
        window.addAction(export)

    @Slot(str)
    def _say(self, words: str) -> None:
        self._window.chat.notices.add(words, key="recorded")

    @Slot(str)
    def _tell_recording(self, words: str) -> None:
        """Says what is being recorded for as long as it is."""
        notices = self._window.chat.notices
        if words:
            notices.add(words, action="Cancel", run=self.recordings.call_off, key="recording").stay()
        else:
            notices.dismiss("recording")

    @Slot(str)
    def _tell_progress(self, words: str) -> None:
        self._window.chat.notices.change("recording", words)

    @Slot(str)
    def _warn(self, words: str) -> None:
        self._window.chat.notices.add(words, Tone.WARNING, key="lab")

    # ---------------------------------------------------------------- what is told

    def _model(self) -> str:
        return one_line(self._port.model.name) if self._port.model is not None else "no model"

    def _chat(self) -> str:
        return self._workspace.conversation.title or "chat"

    def _title(self) -> str:
        return one_line(self._workspace.conversation.title)

    def _snapshots_folder(self) -> Path:
        return self._port.snapshots_dir

    def _stamp(self, figure: Figure) -> Stamp:
        return stamp_of(self._workspace.history, self._model(), self._version, self._title())(figure)


def _show_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
