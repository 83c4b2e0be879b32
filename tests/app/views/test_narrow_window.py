"""A narrow window, as where the screen is small or text enlarged: nothing is pushed aside or hidden without a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDockWidget, QMainWindow
from pytestqt.qtbot import QtBot

from app.models.phase import Phase
from app.theme import MARGIN_PX
from app.views.panel_room import BOTH_NEED_PX, PanelRoom
from app.views.panel_sizes import CHAT_PX
from app.views.sidebar import SIDEBAR_PX
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
    qtbot.waitUntil(lambda: window.sidebar_dock.width() == SIDEBAR_PX)
    window.inspector_dock.setFixedWidth(BOTH_NEED_PX - 2 - window.sidebar_dock.width() - 310)
    qtbot.waitUntil(lambda: window.chat.width() == 310)
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
    narrow.actions["sidebar"].setShortcut(QKeySequence("Ctrl+Alt+B"))
    assert hidden.text() == "Sidebar hidden (Ctrl+Alt+B)"
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


# ------------------------------------------------------------------ sizes


def resize(desk: Desk, qtbot: QtBot, wide_px: int, high_px: int) -> None:
    desk.window.setMinimumSize(400, 300)
    desk.window.resize(wide_px, high_px)
    qtbot.wait(20)


def sizes(desk: Desk) -> list[int]:
    return [*widths(desk), desk.window.timeline_dock.height()]


def close_to(expected: list[int]) -> object:
    return pytest.approx(expected, abs=4)


@pytest.mark.parametrize("window_px", [1280, 1600, 1920])
def test_that_the_lab_leaves_the_conversation_its_width_from_every_layout(
    desk: Desk, qtbot: QtBot, window_px: int
) -> None:
    window, docks = desk.window, (desk.window.sidebar_dock, desk.window.inspector_dock)
    resize(desk, qtbot, window_px, 800)
    desk.actions["reset_layout"].trigger()
    qtbot.wait(20)
    memory = widths(desk)
    for before in ("memory", "chat"):
        desk.actions[f"preset_{before}"].trigger()
        qtbot.wait(20)
        desk.actions["preset_lab"].trigger()
        qtbot.wait(20)
        assert desk.actions["preset_lab"].isChecked()
        taken = sum(dock.width() for dock in docks if not dock.isHidden())
        assert (window.chat.width(), taken) == pytest.approx((CHAT_PX, window_px - CHAT_PX), abs=4)
        assert window.sidebar_dock.isHidden() or window.sidebar_dock.width() == SIDEBAR_PX
    for preset in ("chat", "memory"):
        desk.actions[f"preset_{preset}"].trigger()
        qtbot.wait(20)
        assert desk.actions[f"preset_{preset}"].isChecked()
    assert widths(desk) == memory


def test_that_each_time_a_window_gets_narrow_the_same_panel_makes_way_and_all_sizes_are_back(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.window.inspector_dock.widget().setMinimumWidth(310)
    desk.drag_edge(desk.window.inspector_dock, 500)
    before = sizes(desk)
    assert before[2] == pytest.approx(500, abs=4)
    for _ in range(3):
        resize(desk, qtbot, 640, 360)
        assert desk.window.status.hidden.text() == "Sidebar hidden (Ctrl+B)"
        assert desk.window.inspector_dock.width() < 400
        resize(desk, qtbot, 1280, 800)
        assert sizes(desk) == before


def test_that_a_dragged_edge_of_a_squeezed_panel_is_that_panels_width_alone(desk: Desk, qtbot: QtBot) -> None:
    before = widths(desk)
    resize(desk, qtbot, 960, 640)
    assert desk.window.inspector_dock.width() < before[2]
    desk.drag_edge(desk.window.sidebar_dock, 250)
    resize(desk, qtbot, 1280, 800)
    assert widths(desk) == close_to([250, before[1] - 18, before[2]])


def test_that_the_lab_keeps_its_conversation_when_the_window_was_narrow(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["preset_lab"].trigger()
    qtbot.wait(20)
    desk.drag_edge(desk.window.inspector_dock, 760)
    before = widths(desk)[1:]
    assert before == close_to([520, 760])
    resize(desk, qtbot, 640, 640)
    resize(desk, qtbot, 1280, 800)
    assert widths(desk)[1:] == before


def test_that_a_timeline_that_was_squeezed_and_hidden_is_back_in_its_height(desk: Desk, qtbot: QtBot) -> None:
    before = sizes(desk)
    resize(desk, qtbot, 640, 330)
    assert desk.window.timeline_dock.height() < before[3]
    desk.actions["preset_chat"].trigger()
    resize(desk, qtbot, 1280, 800)
    desk.actions["preset_memory"].trigger()
    qtbot.waitUntil(lambda: sizes(desk) == before)


def test_that_a_panel_hidden_by_hand_stays_hidden_when_there_is_room(narrow: Desk, qtbot: QtBot) -> None:
    for action in ("inspector", "sidebar", "sidebar"):
        narrow.actions[action].trigger()
        qtbot.wait(20)
    resize(narrow, qtbot, 1280, 800)
    assert narrow.window.sidebar_dock.isHidden()
    assert narrow.window.inspector_dock.isHidden()


def test_that_a_panel_that_made_way_is_named_again_when_the_other_comes_back(narrow: Desk, qtbot: QtBot) -> None:
    hidden = narrow.window.status.hidden
    narrow.actions["inspector"].trigger()
    qtbot.waitUntil(lambda: not hidden.isVisible())
    narrow.actions["inspector"].trigger()
    qtbot.waitUntil(hidden.isVisible)
    assert hidden.text() == "Sidebar hidden (Ctrl+B)"


def test_that_a_narrow_window_is_not_the_lab_because_the_inspector_has_half_of_it(desk: Desk, qtbot: QtBot) -> None:
    desk.window.inspector_dock.widget().setMinimumWidth(330)
    resize(desk, qtbot, 640, 640)
    assert desk.window.inspector_dock.width() > desk.window.width() / 2
    desk.actions["preset_memory"].trigger()
    qtbot.wait(20)
    assert desk.actions["preset_memory"].isChecked()
    for preset in ("lab", "chat", "memory"):
        desk.actions["cycle_preset"].trigger()
        qtbot.wait(20)
        assert desk.actions[f"preset_{preset}"].isChecked()


def test_that_the_hint_where_to_drop_a_file_is_whole_in_a_narrow_window(desk: Desk, qtbot: QtBot) -> None:
    hint = desk.window.drop_hint
    hint.show_words("Only a memory (.safetensors), a chat (.json) or a model folder can be opened")
    one_line = hint.plate.height()
    resize(desk, qtbot, 569, 360)
    assert QRectF(hint.rect()).adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX).contains(hint.plate)
    assert hint.plate.height() > one_line


# ------------------------------------------------------------------ the next start


def test_that_a_panel_that_made_way_before_a_restart_is_back_with_the_room(
    make_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    first = make_desk()
    before = widths(first)
    resize(first, qtbot, 640, 640)
    first.window.close()
    second = make_desk(load=False)
    qtbot.waitUntil(lambda: not second.window.sidebar_dock.isHidden())
    qtbot.waitUntil(lambda: widths(second) == before)
    assert not second.window.status.hidden.isVisible()


def test_that_a_start_in_a_narrow_window_says_which_panel_made_way(desk: Desk, qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    docks = [QDockWidget(window), QDockWidget(window)]
    docks[0].hide()
    window.resize(BOTH_NEED_PX - 40, 640)
    room = PanelRoom(window, *docks, desk.actions)
    with qtbot.waitSignal(room.said) as said:
        room.restore({"stays": "inspector", "made way": "sidebar"})
    assert said.args[0] == "Sidebar hidden (Ctrl+B)"
    assert room.state == {"stays": "inspector", "made way": "sidebar"}


def test_that_the_lab_and_the_widths_outlast_a_restart(make_desk: Callable[..., Desk], qtbot: QtBot) -> None:
    first = make_desk()
    first.drag_edge(first.window.inspector_dock, 440)
    memory = widths(first)
    first.actions["preset_lab"].trigger()
    qtbot.wait(20)
    first.window.close()
    second = make_desk(load=False)
    assert second.window.preset == "lab"
    second.actions["preset_memory"].trigger()
    qtbot.waitUntil(lambda: widths(second) == memory)


@pytest.mark.parametrize("kept", [None, "[", "[1]", '{"sidebar": -1, "inspector": "wide", "stays": 3}'])
def test_that_a_window_of_an_older_version_or_a_damaged_file_has_the_widths_it_is_shown_with(
    make_desk: Callable[..., Desk], qtbot: QtBot, kept: str | None
) -> None:
    first = make_desk()
    resize(first, qtbot, 1280, 800)  # and has been given its first sizes
    first.window.resizeDocks([first.window.inspector_dock], [440], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: widths(first)[-1] == 440)
    before = widths(first)
    first.window.close()
    first.window.kept._file.setValue("panels", kept)
    first.window.kept.sync()
    second = make_desk(load=False)
    qtbot.waitUntil(lambda: "inspector" in second.window._sizes.state)
    assert widths(second) == before
    resize(second, qtbot, 640, 640)
    resize(second, qtbot, 1280, 800)
    qtbot.waitUntil(lambda: widths(second) == before)


# ------------------------------------------------------------------ the line at the foot


def test_that_the_key_of_a_hidden_panel_is_said_whole_in_a_narrow_window(desk: Desk, qtbot: QtBot) -> None:
    desk.port.answer("Hi", "Hello")
    status = desk.window.status
    assert status.memory.isVisible()
    for wide_px in (700, 560):
        resize(desk, qtbot, wide_px, 400)
        assert status.hidden.width() >= status.hidden.fontMetrics().horizontalAdvance(status.hidden.text())
        assert status.turns.geometry().right() <= status.width()
    assert not status.device.isVisible()
    resize(desk, qtbot, 1280, 800)
    assert status.memory.isVisible()
    assert status.device.isVisible()


def test_that_panels_are_as_they_were_left_on_a_screen_of_another_size(
    make_desk: Callable[..., Desk], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_desk()
    first.drag_edge(first.window.inspector_dock, 440)
    first.window.sidebar_dock.hide()
    qtbot.wait(20)
    first.window.close()
    monkeypatch.setattr(QMainWindow, "restoreGeometry", lambda *_: False)  # as Qt does where the screen is much larger
    second = make_desk(load=False)
    qtbot.waitUntil(lambda: second.window.inspector_dock.width() == 440 or second.window.width() < 840)
    assert second.window.sidebar_dock.isHidden()
    assert second.window._sizes.state["inspector"] == 440
