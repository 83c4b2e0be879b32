"""The composition root: builds the objects, connects them, starts the event loop. Nothing else happens here."""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read by huggingface_hub when it is imported

import argparse
import sys
import tomllib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.actions import Actions
from app.collector import Collector
from app.crash_log import CrashLog
from app.engine.port import EnginePort
from app.models.workspace import Workspace
from app.paths import RESOURCES, Paths, default_data_dir
from app.quit_signals import QuitSignals
from app.theme import ThemeController
from app.views.commands import WindowCommands
from app.views.engine_link import EngineLink
from app.views.icons import application_icon
from app.views.inspector import InspectorPanel, TimelineView
from app.views.main_window import MainWindow
from app.views.window_layout import WindowLayout


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line: model, snapshot and data_dir."""
    parser = argparse.ArgumentParser(prog="mneme", description="Chat with Reactive Transformers and see their memory.")
    parser.add_argument("--model", metavar="M", help="a model folder or hub id (default: the bundled model)")
    parser.add_argument("--snapshot", metavar="F", type=Path, help="a saved memory to start from")
    parser.add_argument("--data-dir", metavar="D", type=Path, help="where chats, memories and settings are kept")
    return parser.parse_args(argv)


def version() -> str:
    """The version of the installed application, or of the source it runs from."""
    try:
        return metadata.version("mneme")
    except metadata.PackageNotFoundError:
        project = tomllib.loads((RESOURCES.parent / "pyproject.toml").read_text(encoding="utf-8"))
        return f"{project['project']['version']} (source)"


def application() -> QApplication:
    """The one QApplication, with its names."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Mneme")
    app.setApplicationVersion(version())
    app.setDesktopFileName("mneme")
    app.setWindowIcon(application_icon())
    return app


def run(argv: Sequence[str] | None = None) -> int:
    """Runs the window until it is closed; returns the exit code."""
    options = parse(argv)
    app = application()
    paths = Paths((options.data_dir or default_data_dir()).expanduser().absolute())
    crash_log = CrashLog(paths)
    crash_log.install()
    signals = QuitSignals()
    collector = Collector(app)
    collector.install()

    workspace = Workspace.create(paths.settings_file, app)
    preferences = workspace.settings.preferences
    themes = ThemeController(app)
    themes.choose(preferences.theme)
    actions = Actions(app)
    port = EnginePort(paths.data_dir)
    window = MainWindow(
        workspace,
        actions,
        themes,
        WindowLayout(paths.window_file, app),
        InspectorPanel(workspace.history, themes, preferences.reduced_motion),
        TimelineView(workspace.history, themes),
        preferences.reduced_motion,
    )
    commands = WindowCommands(port, workspace, window, themes, paths, version())
    link = EngineLink(port, workspace, window, actions, commands)
    actions.bind(commands)
    crash_log.reported.connect(link.on_crash)
    signals.received.connect(window.close)
    port.model_loaded.connect(collector.settle)

    port.set_on_stop(preferences.on_stop)
    window.show()
    commands.write_message()
    QTimer.singleShot(0, window, lambda: port.start(options.model, options.snapshot))  # the window is painted first
    code = app.exec()
    closed = port.shutdown()
    collector.uninstall()
    signals.uninstall()
    crash_log.uninstall()
    if not closed:
        os._exit(code)  # the engine hangs in native code; everything that was acknowledged is saved
    return code
