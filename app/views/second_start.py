"""A second start of the application was handed to this one: the window comes to the front and opens what was asked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.instance import Request
    from app.models.workspace import Workspace
    from app.views.main_window import MainWindow


class SecondStart(QObject):
    """Answers further starts. What is under way is not interrupted: what was asked for comes after it."""

    def __init__(
        self, port: EnginePort, workspace: Workspace, window: MainWindow, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._window = window

    @Slot(object)
    def on_called(self, request: Request) -> None:
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        if request.model is not None or request.snapshot is not None:
            window.losses.leave(partial(self._open, request))

    def _open(self, request: Request) -> None:
        if request.model is not None:
            self._port.load_model(request.model, self._workspace.settings.preferences.memory_seed)
        if request.snapshot is not None:
            self._port.open_snapshot(Path(request.snapshot))
