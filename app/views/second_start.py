"""A second start of the application was handed to this one: the window comes to the front and opens what was asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.instance import Request
    from app.models.workspace import Workspace
    from app.views.main_window import MainWindow


class SecondStart(QObject):
    """Answers further starts. What is under way is not interrupted: what was asked for comes after it.

    is_still_to_come: whether a model would have to be downloaded.

    Signals:
        download_wanted(repository, memory): such a model was asked for; memory: a file to open with it, or None.
    """

    download_wanted = Signal(str, object)

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        is_still_to_come: Callable[[str], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._window = window
        self._is_still_to_come = is_still_to_come

    @Slot(object)
    def on_called(self, request: Request) -> None:
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        model, memory = request.model, None if request.snapshot is None else Path(request.snapshot)
        if model is not None and self._is_still_to_come(model):
            self.download_wanted.emit(model, memory)
        elif model is not None or memory is not None:
            window.losses.leave(partial(self._open, model, memory))

    def _open(self, model: str | None, memory: Path | None) -> None:
        if model is not None:
            self._port.load_model(model, self._workspace.settings.preferences.memory_seed, memory)
        elif memory is not None:
            self._port.open_snapshot(memory)
