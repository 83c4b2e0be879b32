"""A conversation without a model, the themes, and a frame that shows a view as the window does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.models.memory_history import MemoryHistory
from app.models.selection import Selection
from app.theme import ThemeController
from app.views.inspector.analyses import Analyses
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.synthetic import conversation

Show = Callable[..., QWidget]


@pytest.fixture
def history() -> MemoryHistory:
    """Five turns of 4 layers × 32 slots; the cursor is at the end."""
    result = MemoryHistory()
    result.start(*conversation(5))
    return result


@pytest.fixture
def selection(history: MemoryHistory) -> Selection:
    return Selection(history)


@pytest.fixture
def analyst(history: MemoryHistory) -> FakeAnalyst:
    """Answers when a test says so."""
    return FakeAnalyst(history)


@pytest.fixture
def analyses(history: MemoryHistory, analyst: FakeAnalyst, qapp: QApplication) -> Analyses:
    del qapp  # there must be one: it has a timer
    return Analyses(history, analyst)


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeController]:
    controller = ThemeController(qapp)
    controller.choose("light")
    yield controller
    qapp.setStyleSheet("")


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Shows a widget at a size and waits until it is drawn."""

    def show_widget(widget: QWidget, width_px: int = 480, height_px: int = 420) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(width_px, height_px)
        widget.show()
        qtbot.waitExposed(widget)
        qtbot.wait(20)
        return widget

    return show_widget
