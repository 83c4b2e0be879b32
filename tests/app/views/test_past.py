"""The past is looked at, not gone back to: it says so, later turns are dim, and a message from there forks."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextCursor
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.models.phase import Phase
from app.views.chat.message_tools import FORK
from app.views.inspector import TimelineView
from rxt.events import Sampling
from tests.app.views.branching import open_line, show_path, turn
from tests.app.views.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


def ink(desk: Desk, row: int) -> int:
    """The darkest grey in the text of a row."""
    transcript = desk.window.chat.transcript
    picture = transcript.viewport().grab(transcript.place_of(row)).toImage()
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    return min(
        grey.pixelColor(x, y).red() for x in range(0, grey.width(), 1) for y in range(10, min(40, grey.height()), 2)
    )


def test_that_later_turns_are_dim_while_the_past_is_looked_at(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk, 3)
    desk.find("composer").setFocus()
    plain = ink(desk, 5)
    desk.workspace.history.show_turn(1)
    qtbot.wait(20)
    assert ink(desk, 5) > plain + 60
    assert ink(desk, 3) == plain
    desk.actions["back_to_now"].trigger()
    assert ink(desk, 5) == plain


def test_that_the_banner_stands_over_the_composer_with_both_ways_on(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(1)
    banner, composer = desk.find("pastBanner"), desk.window.chat.composer
    assert banner.isVisible()
    assert banner.mapToGlobal(banner.rect().bottomLeft()).y() < composer.mapToGlobal(composer.rect().topLeft()).y()
    assert desk.find("forkHere").isEnabled()
    assert desk.find("backToNow").isVisible()


def test_that_a_message_from_the_past_forks_and_says_so(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(1)
    desk.type_and_send("Another way")
    assert desk.port.called("ask_after") == [(2, "Another way", Sampling())]
    assert desk.port.called("ask") == []
    show_path(desk, turn(1, 0), turn(2, 1))
    assert desk.window.chat.notices.texts == (
        "This message continues from the memory after turn 2 in a new branch; later turns keep theirs.",
    )
    qtbot.mouseClick(desk.find("noticeAction"), LEFT)
    assert desk.port.called("show_branch") == [(4,)]


def test_that_a_message_before_the_first_turn_follows_the_initial_memory(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(-1)
    desk.type_and_send("From the start")
    assert desk.port.called("ask_after") == [(None, "From the start", Sampling())]


def test_that_the_field_says_that_a_message_from_the_past_begins_a_branch(desk: Desk) -> None:
    open_line(desk)
    edit = desk.window.chat.composer.edit
    desk.workspace.history.show_turn(1)
    assert "branch" in edit.placeholderText()
    desk.actions["back_to_now"].trigger()
    assert edit.placeholderText() == "Write a message…"


@pytest.mark.parametrize("field", ["composer", "chatSearch", "findField"])
def test_that_ctrl_end_leads_back_to_now_from_every_field(desk: Desk, qtbot: QtBot, field: str) -> None:
    open_line(desk)
    desk.actions["find_in_chat"].trigger()
    desk.window.activateWindow()
    desk.find(field).setFocus()
    desk.workspace.history.show_turn(1)
    qtbot.keyClick(desk.find(field), Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert desk.workspace.history.is_at_end


def test_that_ctrl_end_goes_to_the_end_of_the_text_where_it_is_now(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    composer = desk.window.chat.composer
    composer.set_text("a message\nof two lines")
    composer.edit.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.keyClick(composer.edit, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert composer.edit.textCursor().atEnd()


def test_that_a_message_now_does_not_fork(desk: Desk) -> None:
    open_line(desk)
    desk.type_and_send("Go on")
    assert desk.port.called("ask_after") == []
    assert len(desk.port.called("ask")) == 1


def test_that_fork_here_ends_the_path_at_the_turn_that_is_looked_at(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    assert not desk.actions["fork"].isEnabled()
    desk.workspace.history.show_turn(0)
    qtbot.mouseClick(desk.find("forkHere"), LEFT)
    assert desk.port.called("go_to") == [(1,)]
    show_path(desk, turn(1, 0))
    assert desk.window.chat.notices.texts[0].startswith("This chat continues from the memory after turn 1")
    assert not desk.find("pastBanner").isVisible()


@pytest.mark.parametrize(
    ("action", "called"),
    [("forget_turn", (1,)), ("regenerate", (1, Sampling()))],
)
def test_that_what_is_done_to_this_turn_is_done_to_the_one_that_is_looked_at(
    desk: Desk, action: str, called: tuple[Any, ...]
) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(0)
    desk.actions[action].trigger()
    assert desk.port.called(action) == [called]


def test_that_the_message_with_the_keyboard_comes_before_the_one_that_is_looked_at(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(0)
    transcript = desk.window.chat.transcript
    transcript.setFocus()
    transcript.setCurrentIndex(desk.workspace.conversation.index(3))
    desk.actions["forget_turn"].trigger()
    assert desk.port.called("forget_turn") == [(2,)]


def test_that_the_memory_that_is_looked_at_is_named_where_it_is_saved(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(0)
    desk.actions["save_turn_memory"].trigger()
    title, words = desk.find("memoryTitle"), desk.find("memoryWords")
    assert isinstance(title, QLineEdit)
    assert isinstance(words, QLabel)
    assert (title.text(), words.text()) == ("A tree, turn 1", "The memory after turn 1 of this chat.")


def test_that_the_memory_before_the_first_turn_has_no_turn_to_change(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(-1)
    for action in ("regenerate", "edit_message", "forget_turn", "save_turn_memory", "save_memory"):
        assert not desk.actions[action].isEnabled()
        assert "The memory before the first turn is shown" in desk.actions[action].toolTip()
    for phase, why in ((Phase.SAVING, "Please wait: saving memory."), (Phase.NO_MODEL, "No model is open.")):
        desk.port.say_phase(phase)
        assert desk.actions["regenerate"].toolTip() == why
    desk.port.say_phase(Phase.READY)
    desk.actions["back_to_now"].trigger()
    assert desk.actions["forget_turn"].isEnabled()


def test_that_forking_has_one_name_wherever_it_is_offered(desk: Desk) -> None:
    names = {desk.actions["fork"].text().replace("&", ""), desk.find("forkHere").text(), FORK.words}
    assert names == {"Fork here"}
    assert desk.find("tool_fork_here").accessibleName() == "Fork here"


def test_that_a_fork_waits_while_the_engine_is_busy(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(0)
    desk.port.say_phase(Phase.ANSWERING)
    assert desk.actions["fork"].toolTip() == "Please wait: answering."
    assert not desk.find("forkHere").isEnabled()


def test_that_regenerating_from_the_past_shows_the_present_again(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(0)
    desk.actions["regenerate"].trigger()
    assert desk.workspace.history.is_at_end


def test_that_a_waiting_message_goes_to_where_it_was_written(desk: Desk) -> None:
    open_line(desk)
    desk.port.turns = 4
    desk.type_and_send("now")
    desk.port.begin("now")
    desk.type_and_send("and then")
    desk.workspace.history.show_turn(1)
    desk.port.finish("now", "yes")
    assert [text for text, _ in desk.port.called("ask")] == ["now", "and then"]
    assert desk.port.called("ask_after") == []


def test_that_a_waiting_message_that_was_taken_back_goes_to_where_it_is_sent_from(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.port.turns = 4
    desk.type_and_send("now")
    desk.port.begin("now")
    desk.type_and_send("and then")
    qtbot.mouseClick(desk.find("cancelQueued"), LEFT)
    desk.port.finish("now", "yes")
    desk.workspace.history.show_turn(1)
    desk.window.chat.composer.submit()
    assert desk.port.called("ask_after") == [(2, "and then", Sampling())]


def test_that_a_message_of_the_past_that_was_taken_back_can_be_sent_now(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.port.turns = 4
    desk.type_and_send("now")
    desk.port.begin("now")
    desk.workspace.history.show_turn(1)
    desk.type_and_send("and then")
    qtbot.mouseClick(desk.find("cancelQueued"), LEFT)
    desk.port.finish("now", "yes")
    desk.actions["back_to_now"].trigger()
    desk.window.chat.composer.submit()
    assert [text for text, _ in desk.port.called("ask")] == ["now", "and then"]
    assert desk.port.called("ask_after") == []


def test_that_a_message_after_a_turn_that_is_not_stored_comes_back(desk: Desk, qtbot: QtBot) -> None:
    for number in range(3):
        desk.port.answer(f"q{number}", "a")
    desk.workspace.history.show_turn(0)
    desk.type_and_send("Another way")
    assert desk.port.called("ask") == desk.port.called("ask_after") == []
    qtbot.waitUntil(lambda: desk.window.chat.composer.text == "Another way")
    assert "could not be saved" in desk.window.chat.notices.texts[0]


@pytest.fixture
def timeline(desk: Desk, qtbot: QtBot) -> TimelineView:
    """A timeline beside the window, which hears of what is written there."""
    result = TimelineView(desk.workspace.history, desk.themes)
    qtbot.addWidget(result)
    desk.window.chat.composer.writing.connect(result.stop_for_writing)
    return result


@pytest.mark.parametrize("is_typed_before", [False, True])
def test_that_a_message_that_is_written_while_the_turns_play_is_the_next_one(
    desk: Desk, timeline: TimelineView, qtbot: QtBot, is_typed_before: bool
) -> None:
    open_line(desk)
    edit = desk.window.chat.composer.edit
    if is_typed_before:
        edit.setPlainText("Go on")
    timeline.set_playing(True)
    timeline._play_on()
    assert not desk.workspace.history.is_at_end
    if not is_typed_before:
        qtbot.keyClicks(edit, "Go on")
        assert not timeline.is_playing
        assert desk.workspace.history.is_at_end
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert not timeline.is_playing
    assert [text for text, _ in desk.port.called("ask")] == ["Go on"]
    assert desk.port.called("ask_after") == []


@pytest.mark.parametrize("is_chosen_meanwhile", [False, True])
def test_that_writing_stops_at_the_turn_that_is_shown_where_the_person_has_chosen_the_past(
    desk: Desk, timeline: TimelineView, qtbot: QtBot, is_chosen_meanwhile: bool
) -> None:
    open_line(desk)
    history = desk.workspace.history
    history.show_turn(3 if is_chosen_meanwhile else 0)
    timeline.set_playing(True)
    if is_chosen_meanwhile:
        history.show_turn(0)
    timeline._play_on()
    qtbot.keyClicks(desk.window.chat.composer.edit, "A")
    assert not timeline.is_playing
    assert history.cursor == 1


def test_that_a_memory_of_no_saved_turn_is_not_saved_as_if_it_were_the_newest(desk: Desk) -> None:
    open_line(desk)
    assert desk.actions["save_memory"].isEnabled()
    desk.workspace.history.show_turn(-1)
    assert not desk.actions["save_memory"].isEnabled()
    assert "before the first turn" in desk.actions["save_memory_as"].toolTip()
    desk.workspace.history.show_turn(1)
    assert desk.actions["save_memory"].isEnabled()
