"""A narrow window, as where the screen is small or text enlarged: nothing is pushed aside or hidden without a word."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.models.phase import Phase
from app.views.panel_room import BOTH_NEED_PX
from tests.app.views.conftest import Desk


@pytest.fixture
def narrow(desk: Desk, qtbot: QtBot) -> Desk:
    """A window with room for one panel beside the chat."""
    desk.window.setMinimumSize(400, 300)
    desk.window.resize(BOTH_NEED_PX - 40, 640)
    qtbot.waitUntil(lambda: desk.window.sidebar_dock.isHidden())
    return desk


def widths(desk: Desk) -> list[int]:
    window = desk.window
    return [part.width() for part in (window.sidebar_dock, window.chat, window.inspector_dock)]


def test_that_nothing_that_comes_and_goes_pushes_the_panels_aside(desk: Desk, qtbot: QtBot) -> None:
    window, composer = desk.window, desk.window.chat.composer
    window.setMinimumSize(400, 300)
    window.resize(BOTH_NEED_PX, 640)
    qtbot.waitUntil(lambda: window.width() == BOTH_NEED_PX)
    window.inspector_dock.setFixedWidth(BOTH_NEED_PX - 2 - window.sidebar_dock.width() - 310)
    qtbot.waitUntil(lambda: window.chat.width() < 320)
    least, before = window.chat.minimumSizeHint().width(), widths(desk)
    desk.port.say_phase(Phase.ANSWERING)
    composer.set_text("A message that waits")
    composer.submit()
    composer.hint("One message already waits, and this is a long sentence about it.")
    qtbot.wait(20)
    assert composer.stop_button.isVisible()
    assert composer.stop_button.width() >= composer.stop_button.minimumSizeHint().width()
    assert (window.chat.minimumSizeHint().width(), widths(desk)) == (least, before)
    desk.port.say_phase(Phase.READY)
    qtbot.wait(20)
    assert (window.chat.minimumSizeHint().width(), widths(desk)) == (least, before)


def test_that_the_stop_button_has_its_word_where_there_is_room(desk: Desk, qtbot: QtBot) -> None:
    stop = desk.window.chat.composer.stop_button
    assert stop.text() == "Stop"
    desk.window.setMinimumSize(400, 300)
    desk.window.resize(500, 640)
    qtbot.waitUntil(lambda: stop.text() == "")
    assert stop.accessibleName() == "Stop"
    assert stop.toolTip()


def test_that_of_two_panels_the_memory_stays_and_the_other_is_said_to_be_hidden(narrow: Desk, qtbot: QtBot) -> None:
    window, hidden = narrow.window, narrow.window.status.hidden
    assert not window.inspector_dock.isHidden()
    assert hidden.isVisible()
    assert hidden.text() == "Sidebar hidden (Ctrl+B)"
    assert "too narrow for the sidebar beside the inspector" in hidden.toolTip()
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: not window.sidebar_dock.isHidden())
    assert not hidden.isVisible()


def test_that_a_hidden_panel_is_shown_in_place_of_the_other(narrow: Desk, qtbot: QtBot) -> None:
    window = narrow.window
    for shown, gone in (("sidebar", "inspector"), ("inspector", "sidebar")):
        narrow.actions[shown].trigger()
        qtbot.waitUntil(getattr(window, f"{gone}_dock").isHidden)
        assert narrow.actions[shown].isChecked()
        assert window.status.hidden.text().startswith(gone.capitalize())
    narrow.actions["inspector"].trigger()
    qtbot.waitUntil(lambda: not window.status.hidden.isVisible())  # now there is room for both


def test_that_a_layout_with_the_memory_shows_it_in_a_narrow_window(narrow: Desk, qtbot: QtBot) -> None:
    window = narrow.window
    narrow.actions["preset_chat"].trigger()
    qtbot.waitUntil(lambda: not window.sidebar_dock.isHidden())
    assert not window.status.hidden.isVisible()
    narrow.actions["preset_memory"].trigger()
    qtbot.waitUntil(window.sidebar_dock.isHidden)
    assert not window.inspector_dock.isHidden()
