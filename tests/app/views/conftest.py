"""A window over a fake port, for every test of the views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget
from pytestqt.qtbot import QtBot

from app.actions.lab import LabVerbs
from app.actions.table import Actions
from app.models.workspace import Workspace
from app.paths import Paths
from app.theme import ThemeController
from app.views.commands import WindowCommands
from app.views.engine_link import EngineLink
from app.views.main_window import MainWindow
from app.views.window_layout import WindowLayout
from tests.app.views.fake_port import FakePort


@dataclass
class Desk:
    """A window with everything around it."""

    port: FakePort
    workspace: Workspace
    window: MainWindow
    actions: Actions
    commands: WindowCommands
    link: EngineLink
    themes: ThemeController
    paths: Paths

    def find(self, name: str) -> QWidget:
        found = self.window.findChild(QWidget, name)
        assert found is not None, f"no widget is called {name}"
        return found

    def drag_edge(self, dock: QDockWidget, px: int) -> None:
        """Drags the edge between the conversation and a panel at its side until the panel is `px` wide."""
        place, is_left = dock.geometry(), dock is self.window.sidebar_dock
        at = QPoint(place.right() + 1 if is_left else place.left() - 1, place.center().y())
        to = at + QPoint(px - place.width() if is_left else place.width() - px, 0)
        QTest.mousePress(self.window, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(self.window, to)
        QTest.qWait(10)  # Qt moves the panels a moment later
        QTest.mouseRelease(self.window, Qt.MouseButton.LeftButton, pos=to)
        QTest.qWait(10)

    def type_and_send(self, text: str) -> None:
        self.window.chat.composer.set_text(text)
        self.window.chat.composer.submit()


def stand_in(name: str) -> QWidget:
    """A widget in place of the inspector or the timeline."""
    widget = QWidget()
    widget.setObjectName(name)
    widget.setAccessibleName(name)
    widget.setMinimumSize(80, 60)
    return widget


@pytest.fixture
def make_desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes windows over one data folder; `load` also loads the model."""

    made: list[Desk] = []

    def make(load: bool = True) -> Desk:
        paths = Paths(tmp_path / "data")
        workspace = Workspace.create(paths.settings_file, qapp)
        themes = ThemeController(qapp, qapp)
        themes.choose("light")
        actions = Actions(qapp)
        port = FakePort(qapp)
        window = MainWindow(
            workspace,
            actions,
            themes,
            WindowLayout(paths.window_file, qapp),
            stand_in("inspector"),
            stand_in("timeline"),
        )
        lab = Mock(spec=LabVerbs)
        commands = WindowCommands(port, workspace, window, themes, paths, "0.1.0", lab, qapp)  # type: ignore[arg-type]
        link = EngineLink(port, workspace, window, actions, commands, qapp)  # type: ignore[arg-type]
        actions.bind(commands)
        qtbot.addWidget(window)
        window.resize(1280, 800)
        window.show()
        qtbot.waitExposed(window)
        if load:
            port.load()
        made.append(Desk(port, workspace, window, actions, commands, link, themes, paths))
        return made[-1]

    yield make
    for desk in made:
        desk.window.losses.ask_no_more()
        desk.window.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A window with a loaded model and an empty chat."""
    return make_desk()
