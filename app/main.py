"""The composition root: builds the objects, connects them, starts the event loop. Nothing else happens here."""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read by huggingface_hub when it is imported

import argparse
import sys
import tomllib
from collections.abc import MutableMapping, Sequence
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from app.actions.table import Actions
from app.collector import Collector
from app.crash_log import CrashLog
from app.engine.analysis.port import AnalysisPort
from app.engine.file_jobs import FileJobs
from app.engine.hub_port import HubPort
from app.engine.port import EnginePort
from app.instance import Instance, Request
from app.models.settings import Settings
from app.models.workspace import Workspace
from app.paths import RESOURCES, Paths, default_data_dir
from app.quit_signals import QuitSignals
from app.theme import ThemeController
from app.views.commands import WindowCommands
from app.views.engine_link import EngineLink
from app.views.icons import application_icon
from app.views.inspector import InspectorPanel, TimelineView
from app.views.inspector_commands import InspectorCommands
from app.views.lab_commands import LabCommands
from app.views.main_window import MainWindow
from app.views.model_commands import ModelCommands
from app.views.second_start import SecondStart
from app.views.window_layout import WindowLayout

WITHOUT_SCREEN = ("offscreen", "minimal")
"""The platforms of Qt that show nothing."""


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line: model, snapshot and data_dir."""
    parser = argparse.ArgumentParser(prog="mneme", description="Chat with Reactive Transformers and see their memory.")
    parser.add_argument("--model", metavar="M", help="a model folder or hub id (default: the bundled model)")
    parser.add_argument("--snapshot", metavar="F", type=Path, help="a saved memory to start from")
    parser.add_argument("--data-dir", metavar="D", type=Path, help="where chats, memories and settings are kept")
    parser.add_argument("--version", action="version", version=f"mneme {version()}")
    return parser.parse_args(argv)


def version() -> str:
    """The version of the installed application, or of the source it runs from."""
    try:
        return metadata.version("mneme")
    except metadata.PackageNotFoundError:
        project = tomllib.loads((RESOURCES.parent / "pyproject.toml").read_text(encoding="utf-8"))
        return f"{project['project']['version']} (source)"


def data_dir(options: argparse.Namespace) -> Path:
    """Where chats, memories and settings are kept."""
    chosen: Path = options.data_dir or default_data_dir()
    return chosen.expanduser().absolute()


def request(options: argparse.Namespace) -> Request:
    """What this start was asked to open, in words that another process in another folder understands."""
    model, snapshot = options.model, options.snapshot
    if model is not None and _is_there(Path(model).expanduser()):
        model = str(Path(model).expanduser().absolute())
    return Request(model, None if snapshot is None else str(snapshot.expanduser().absolute()))


def _is_there(path: Path) -> bool:
    """Whether it exists, as far as one may look."""
    try:
        return path.exists()
    except OSError:
        return False


def keep_alt_gr(platform: str, environment: MutableMapping[str, str]) -> None:
    """Has Qt tell AltGr from Ctrl+Alt on Windows, where it is a key that letters need; before the QApplication is made.

    WORKAROUND: there Qt reports it as both (QTBUG-69317), and a Polish "ę" would be the key Ctrl+Alt+E.
    """
    if platform == "win32":
        environment.setdefault("QT_QPA_PLATFORM", "windows:altgr")


def enlarge(settings_file: Path, environment: MutableMapping[str, str]) -> None:
    """Has Qt make everything as large as was chosen; before the QApplication is made."""
    scale = Settings(settings_file).preferences.scale
    if scale != 100:
        environment.setdefault("QT_SCALE_FACTOR", f"{scale / 100:g}")


def application(settings_file: Path) -> QApplication:
    """The one QApplication, with its names."""
    keep_alt_gr(sys.platform, os.environ)
    enlarge(settings_file, os.environ)
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Mneme")
    app.setApplicationVersion(version())
    app.setDesktopFileName("mneme")
    app.setWindowIcon(application_icon())
    return app


def tell(app: QApplication, sentence: str) -> None:
    """Says something while there is no window: where the program was started, and in a box where that is no terminal.

    A start from an icon has no errors to write to on Windows, and elsewhere writes them where nobody looks.
    """
    if sys.stderr is not None:
        sys.stderr.write(f"{sentence}\n")
        if sys.stderr.isatty():
            return
    if app.platformName() in WITHOUT_SCREEN:
        return  # nobody could close the box
    box = QMessageBox(QMessageBox.Icon.Critical, "Mneme", sentence)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.show()
    app.exec()


class Program:
    """Everything that runs, connected; nothing has started yet."""

    def __init__(self, app: QApplication, options: argparse.Namespace) -> None:
        self._options = options
        paths = Paths(data_dir(options))
        self._crash_log = CrashLog(paths)
        self._crash_log.install()
        self._signals = QuitSignals()
        self._collector = Collector(app)
        self._collector.install()

        workspace = self._workspace = Workspace.create(paths.settings_file, app)
        preferences = workspace.settings.preferences
        themes = ThemeController(app)
        themes.choose(preferences.theme)
        actions = Actions(app)
        self.port = EnginePort(paths.data_dir)
        self.analyst = AnalysisPort()
        self.analyst.follow(self.port)
        inspector = InspectorPanel(
            workspace.history, themes, preferences.reduced_motion, workspace.selection, self.analyst
        )
        timeline = TimelineView(workspace.history, themes)
        self._inspector = InspectorCommands(workspace, inspector, timeline, app)
        self.window = MainWindow(
            workspace,
            actions,
            themes,
            WindowLayout(paths.window_file, app),
            inspector,
            timeline,
            preferences.reduced_motion,
        )
        self._inspector.follow(self.window.chat.transcript)
        self.window.chat.composer.writing.connect(timeline.stop_for_writing)
        self.files = FileJobs()
        self._lab = LabCommands(
            self.port, self.analyst, self.files, workspace, self.window, inspector, timeline, themes, version(), app
        )
        self._commands = WindowCommands(self.port, workspace, self.window, themes, paths, version(), self._lab)
        self._link = EngineLink(self.port, workspace, self.window, actions, self._commands)
        self.hub = HubPort()
        self._models = ModelCommands(self.hub, self.window)
        self._commands.hub_asked.connect(self._models.show_dialog)
        self._models.arrived.connect(self._commands.open_downloaded_model)
        self._models.folder_wanted.connect(self._commands.open_model_folder)
        self.second_start = SecondStart(self.port, workspace, self.window, self.hub.is_still_to_come)
        self.second_start.download_wanted.connect(self._models.offer)
        actions.bind(self._commands)
        self._crash_log.reported.connect(self._link.on_crash)
        self._signals.received.connect(self.window.close_anyway)
        self.port.model_loaded.connect(self._collector.settle)
        self.port.set_on_stop(preferences.on_stop)
        self.port.set_dtype(preferences.dtype)

    def start(self) -> None:
        """Shows the window, then loads the model."""
        self.window.show()
        self._commands.write_message()
        QTimer.singleShot(0, self.window, self._load)  # the window is painted first

    def _load(self) -> None:
        if self.window.isVisible():  # it may have been closed at once
            model = self._options.model
            comes_later = model is not None and self.hub.is_still_to_come(model)
            seed = self._workspace.settings.preferences.memory_seed
            if comes_later:
                self.port.start(None, None, seed)
                self._models.offer(model, self._options.snapshot)
            else:
                self.port.start(model, self._options.snapshot, seed)

    def close(self) -> bool:
        """Ends the engine and gives back what was taken; whether the engine ended."""
        closed = self.analyst.shutdown()
        closed = self.port.shutdown() and closed
        closed = self.hub.shutdown() and closed
        closed = self.files.shutdown() and closed
        closed = self._lab.recordings.shutdown() and closed
        self._collector.uninstall()
        self._signals.uninstall()
        self._crash_log.uninstall()
        return closed


def run(argv: Sequence[str] | None = None) -> int:
    """Runs the window until it is closed, or hands over to the one that runs already; returns the exit code."""
    options = parse(argv)
    app = application(Paths(data_dir(options)).settings_file)
    instance = Instance(data_dir(options))
    is_first = instance.claim_or_hand_over(request(options))
    if is_first is None:
        tell(app, instance.obstacle)
        return 1
    if not is_first:
        return 0
    program = Program(app, options)
    instance.called.connect(program.second_start.on_called)
    program.start()
    code = app.exec()
    closed = program.close()
    instance.release()
    if not closed:
        os._exit(code)  # the engine hangs in native code; everything that was acknowledged is saved
    return code
