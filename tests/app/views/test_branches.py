"""Versions, branches and what can be done with a message: every way to ask reaches the engine, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QGuiApplication, QHelpEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QPlainTextEdit, QToolTip
from pytestqt.qtbot import QtBot

from app.engine.commands import EditAnswer, ForgetTurn
from app.engine.messages import ReplayCheck, Saving
from app.models.conversation import TurnState
from app.models.phase import Phase
from app.views.chat.message_foot import CHIPS, FootContent
from app.views.window_layout import WindowLayout
from rxt.events import Sampling
from tests.app.views.branching import TREE, node, open_line, open_tree, show_path, turn
from tests.app.views.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


def middle(desk: Desk, row: int, part: str) -> QPoint:
    """A part of the foot of an answer, in the viewport."""
    transcript = desk.window.chat.transcript
    place = transcript.place_of(row)
    rect = getattr(transcript.foot_of(row), part)
    return place.topLeft() + rect.center().toPoint()


def focus(desk: Desk, row: int) -> None:
    transcript = desk.window.chat.transcript
    transcript.setFocus()
    transcript.setCurrentIndex(desk.workspace.conversation.index(row))


def editor(desk: Desk) -> QPlainTextEdit:
    found = desk.find("turnEdit")
    assert isinstance(found, QPlainTextEdit)
    return found


def answer_better(desk: Desk, qtbot: QtBot) -> None:
    """Writes other words for the second answer."""
    focus(desk, 3)
    desk.actions["edit_answer"].trigger()
    editor(desk).setPlainText("a better answer")
    qtbot.mouseClick(desk.find("acceptEdit"), LEFT)


# ------------------------------------------------------------------ versions


def test_that_the_arrows_under_an_answer_show_the_other_versions(desk: Desk, qtbot: QtBot) -> None:
    open_tree(desk)
    viewport = desk.window.chat.transcript.viewport()
    qtbot.mouseClick(viewport, LEFT, pos=middle(desk, 3, "previous"))
    assert desk.port.called("show_branch") == [(4,)]
    qtbot.mouseClick(viewport, LEFT, pos=middle(desk, 3, "next"))
    assert desk.port.called("show_branch") == [(4,)]


def test_that_alt_and_an_arrow_show_the_other_versions_of_the_message_with_the_focus(desk: Desk, qtbot: QtBot) -> None:
    open_tree(desk)
    focus(desk, 3)
    qtbot.keyClick(desk.window.chat.transcript, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert desk.port.called("show_branch") == [(4,)]
    assert desk.actions["next_version"].toolTip() == "This is the newest version."


def test_that_a_turn_with_one_version_has_no_switch(desk: Desk) -> None:
    open_tree(desk)
    transcript = desk.window.chat.transcript
    assert transcript.foot_of(1).next.isEmpty()
    assert not transcript.foot_of(3).next.isEmpty()
    assert transcript.foot_of(3).content == FootContent(
        desk.workspace.conversation.exchanges[1].caption, "in memory", 3, 3
    )


def test_that_another_path_keeps_the_messages_it_shares(desk: Desk) -> None:
    open_tree(desk)
    show_path(desk, turn(1, 0), turn(2, 1, (2, 4, 5)), turn(3, 2), tree=TREE)
    rows = range(desk.workspace.conversation.rowCount())
    words = [desk.workspace.conversation.index(row).data() for row in rows]
    assert words == ["question 1", "answer 1", "question 2", "answer 2", "question 3", "answer 3"]
    show_path(desk, turn(1, 0), tree=TREE)
    desk.window.chat.transcript.viewport().grab()  # painted: rows that are gone would be a Qt warning
    assert desk.workspace.conversation.rowCount() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "in memory"),
        ({"memory": "edited"}, "edited"),
        ({"phase": "replied", "record": None, "memory": "not"}, "not"),
    ],
)
def test_that_the_chip_says_what_is_in_memory_and_its_tooltip_why(
    desk: Desk, changes: dict[str, Any], words: str
) -> None:
    show = replace(turn(1, 0), **changes)
    show_path(desk, show)
    transcript = desk.window.chat.transcript
    content = transcript.foot_of(1).content
    assert content.status == words
    assert CHIPS[words]  # type: ignore[index]
    place = middle(desk, 1, "chip")
    help_event = QHelpEvent(QEvent.Type.ToolTip, place, transcript.viewport().mapToGlobal(place))
    QApplication.sendEvent(transcript.viewport(), help_event)
    assert content.explanation("chip").split(".")[0] in QToolTip.text()
    QToolTip.hideText()


def test_that_an_answer_that_was_stopped_and_remembered_is_partly_in_memory(desk: Desk) -> None:
    desk.port.begin("Hi")
    desk.port.finish("Hi", "Hel", "stopped")
    assert desk.window.chat.transcript.foot_of(1).content.status == "partly"


# ------------------------------------------------------------------ doing something with a message


def test_that_regenerating_takes_the_newest_answer_and_the_sampling_of_the_settings(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.settings.update(sampling=Sampling(0.9, 5, None, 3, 20))
    desk.actions["regenerate"].trigger()
    assert desk.port.called("regenerate") == [(4, Sampling(0.9, 5, None, 3, 20))]


def test_that_an_action_is_for_the_message_with_the_keyboard(desk: Desk) -> None:
    open_line(desk)
    focus(desk, 3)
    desk.actions["forget_turn"].trigger()
    assert desk.port.called("forget_turn") == [(2,)]
    desk.find("composer").setFocus()
    desk.actions["forget_turn"].trigger()
    assert desk.port.called("forget_turn") == [(2,), (4,)]


def test_that_the_keyboard_stays_at_its_message_when_another_version_comes_to_its_place(desk: Desk) -> None:
    open_line(desk)
    focus(desk, 5)
    show_path(desk, turn(1, 0), turn(2, 1), turn(9, 2, (3, 9)))
    assert desk.window.chat.transcript.focused_row == 5
    desk.actions["forget_turn"].trigger()
    assert desk.port.called("forget_turn") == [(9,)]


def test_that_the_keyboard_stays_at_the_answer_that_is_written_again(desk: Desk) -> None:
    open_line(desk)
    focus(desk, 7)
    desk.port.turns = 3
    show_path(desk, *(turn(number, number - 1) for number in (1, 2, 3)))
    assert desk.window.chat.transcript.focused_row == -1
    desk.port.answer("question 4", "another answer")
    assert desk.window.chat.transcript.focused_row == 7


def test_that_the_tools_appear_at_the_message_under_the_mouse_and_go_again(desk: Desk) -> None:
    open_line(desk, 2)
    desk.find("composer").setFocus()
    transcript, tools = desk.window.chat.transcript, desk.window.chat.overlay.tools
    assert tools.isHidden()
    transcript._point(1)
    assert tools.isVisible()
    assert desk.find("tool_regenerate").isVisible()
    assert not desk.find("tool_edit_message").isVisible()
    assert transcript.viewport().rect().contains(tools.geometry())
    transcript._point(0)
    assert desk.find("tool_edit_message").isVisible()
    transcript._point(-1)
    assert tools.isHidden()


def test_that_the_tools_stay_while_the_mouse_goes_to_them(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.find("composer").setFocus()
    transcript, tools = desk.window.chat.transcript, desk.window.chat.overlay.tools
    qtbot.mouseMove(transcript.viewport(), transcript.place_of(3).center())
    qtbot.waitUntil(tools.isVisible)
    assert tools.row == 3
    button = desk.find("tool_regenerate")
    qtbot.mouseMove(button)
    qtbot.mouseClick(button, LEFT)
    assert tools.isVisible()
    assert desk.port.called("regenerate")[0][0] == 2


def test_that_a_tool_is_for_the_message_it_stands_at(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.window.chat.transcript._point(3)
    qtbot.mouseClick(desk.find("tool_regenerate"), LEFT)
    assert desk.port.called("regenerate")[0][0] == 2
    qtbot.mouseClick(desk.find("tool_copy"), LEFT)
    assert QGuiApplication.clipboard().text() == "answer 2"
    qtbot.mouseClick(desk.find("tool_fork_here"), LEFT)
    assert desk.port.called("go_to") == [(2,)]


def test_that_what_cannot_be_done_says_why_in_the_tooltip_of_its_tool(desk: Desk) -> None:
    open_line(desk)
    desk.window.chat.transcript._point(7)
    fork = desk.find("tool_fork_here")
    assert not fork.isEnabled()
    assert fork.toolTip() == "The next message already follows this turn."
    desk.port.say_phase(Phase.ANSWERING)
    assert desk.find("tool_regenerate").toolTip() == "Please wait: answering."


def test_that_a_message_that_is_being_answered_has_no_tools(desk: Desk) -> None:
    desk.port.begin("Hi")
    desk.port.emit_tokens("Hel")
    desk.window.chat.transcript._point(1)
    assert desk.window.chat.overlay.tools.isHidden()


def test_that_tools_appear_when_the_answer_under_the_mouse_is_finished(desk: Desk) -> None:
    desk.find("composer").setFocus()
    desk.port.begin("Hi")
    desk.window.chat.transcript._point(1)
    desk.port.emit_tokens("Hello")
    desk.port.finish("Hi", "Hello")
    assert desk.window.chat.overlay.tools.isVisible()


def test_that_the_same_message_shows_its_tools_again_after_another_path(desk: Desk) -> None:
    open_line(desk)
    desk.find("composer").setFocus()
    desk.window.chat.transcript._point(3)
    show_path(desk, turn(1, 0))
    assert desk.window.chat.overlay.tools.isHidden()
    show_path(desk, turn(1, 0), turn(2, 1))
    desk.window.chat.transcript._point(3)
    assert desk.window.chat.overlay.tools.isVisible()


def test_that_the_menu_of_a_message_offers_everything_with_reasons(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.window.chat.transcript.menu_asked.emit(3, QPoint(100, 100))
    (menu,) = desk.window.chat.transcript.findChildren(QMenu)
    lines = {action.text(): action for action in menu.actions() if action.text()}
    assert not lines["Rewrite memory from here"].isEnabled()
    assert lines["Rewrite memory from here"].toolTip().startswith("The text is the one that was written")
    lines["Forget this turn"].trigger()
    assert desk.port.called("forget_turn") == [(2,)]
    menu.close()


def test_that_a_memory_after_an_earlier_turn_is_saved_under_a_title(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    focus(desk, 3)
    desk.actions["save_turn_memory"].trigger()
    title = desk.find("memoryTitle")
    assert isinstance(title, QLineEdit)
    assert title.text() == "A tree, turn 2"
    qtbot.mouseClick(desk.find("saveMemoryButton"), LEFT)
    ((path, name, _, number, _),) = desk.port.called("save_snapshot")
    assert (path.parent, name, number) == (desk.paths.snapshots_dir, "A tree, turn 2", 2)
    assert isinstance(path, Path)


def test_that_what_was_done_to_memory_is_told_once_the_path_has_changed_with_a_way_back(
    desk: Desk, qtbot: QtBot
) -> None:
    open_line(desk)
    focus(desk, 3)
    desk.actions["forget_turn"].trigger()
    assert not desk.window.chat.notices.texts
    show_path(desk, turn(1, 0))
    assert desk.window.chat.notices.texts[0].startswith("Turn 2 was taken out of memory in a new branch")
    qtbot.mouseClick(desk.find("noticeAction"), LEFT)
    assert desk.port.called("show_branch") == [(4,)]


def test_that_nothing_is_told_of_what_did_not_happen(desk: Desk) -> None:
    open_line(desk)
    focus(desk, 3)
    desk.actions["forget_turn"].trigger()
    desk.port.refuse(ForgetTurn(2), "The disk is full. Nothing was changed.")
    show_path(desk, turn(1, 0))
    assert desk.window.chat.notices.texts == ("This turn was not forgotten. The disk is full. Nothing was changed.",)


# ------------------------------------------------------------------ editing in place


@pytest.mark.parametrize(
    ("key", "modifier", "widget"),
    [
        (Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier, "turnEditor"),
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier, "chatSearch"),
        (Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier, "findBar"),
    ],
)
def test_that_keys_of_actions_count_while_a_message_is_being_typed(
    desk: Desk, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, widget: str
) -> None:
    open_line(desk)
    desk.find("composer").setFocus()
    qtbot.keyClick(desk.find("composer"), key, modifier)
    found = desk.find(widget)
    assert found.hasFocus() or (found.isVisible() and found.isAncestorOf(desk.window.focusWidget()))


def test_that_no_text_keeps_the_keys_of_actions_for_itself(desk: Desk) -> None:
    for key in (Qt.Key.Key_E, Qt.Key.Key_K, Qt.Key.Key_R):
        press = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.ControlModifier)
        press.accept()
        desk.find("composer").event(press)
        assert not press.isAccepted()


def test_that_ctrl_e_edits_the_last_question_and_enter_goes_on_from_there(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    assert editor(desk).toPlainText() == "question 4"
    editor(desk).setPlainText("another question")
    qtbot.keyClick(editor(desk), Qt.Key.Key_Return)
    assert desk.port.called("edit_query") == [(4, "another question", Sampling())]
    assert not desk.find("turnEditor").isVisible()


def test_that_an_edited_message_that_no_turn_began_with_is_there_again_after_a_restart(
    make_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    first = make_desk()
    open_line(first)
    first.actions["edit_message"].trigger()
    editor(first).setPlainText("another question")
    qtbot.keyClick(editor(first), Qt.Key.Key_Return)
    assert first.window.chat.composer.text == ""
    first.window.close()
    assert make_desk(load=False).window.chat.composer.text == "another question"


def test_that_escape_leaves_the_message_and_what_was_typed_is_there_again(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    editor(desk).setPlainText("half a thought")
    qtbot.keyClick(editor(desk), Qt.Key.Key_Escape)
    assert not desk.find("turnEditor").isVisible()
    assert desk.port.called("edit_query") == []
    assert desk.workspace.conversation.index(6).data() == "question 4"
    desk.actions["edit_message"].trigger()
    assert editor(desk).toPlainText() == "half a thought"


def test_that_an_edit_that_was_not_sent_is_there_again_after_a_restart(
    make_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    first = make_desk()
    open_line(first)
    first.actions["edit_answer"].trigger()
    editor(first).setPlainText("[another answer]\nof two lines")
    qtbot.keyClick(editor(first), Qt.Key.Key_Escape)
    first.actions["edit_message"].trigger()
    editor(first).setPlainText("half a thought")
    first.window.close()
    second = make_desk()
    open_line(second)
    second.actions["edit_message"].trigger()
    assert editor(second).toPlainText() == "half a thought"
    qtbot.keyClick(editor(second), Qt.Key.Key_Return)
    second.actions["edit_answer"].trigger()
    assert editor(second).toPlainText() == "[another answer]\nof two lines"
    editor(second).setPlainText("answer 4")
    second.window.close()
    third = make_desk()
    open_line(third)
    for action, words in (("edit_message", "question 4"), ("edit_answer", "answer 4")):
        third.actions[action].trigger()
        assert editor(third).toPlainText() == words


@pytest.mark.parametrize("edits", ["x", "5", "[5]", "[[1]]", "1, 2", "[[1, true, 2]]", "[" * 200_000], ids=range(7))
def test_that_damaged_edits_in_the_file_of_what_was_not_sent_are_no_edits(
    tmp_path: Path, qapp: QApplication, edits: str
) -> None:
    (tmp_path / "unsent.json").write_text(json.dumps({"edits": edits}), encoding="utf-8")
    assert WindowLayout(tmp_path / "window.ini", qapp).edits == {}


def test_that_the_editor_stands_in_the_place_of_its_message_also_after_scrolling(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk, 12)
    focus(desk, 20)
    desk.actions["edit_message"].trigger()
    transcript = desk.window.chat.transcript
    frame = desk.find("turnEditor")
    for value in (transcript.verticalScrollBar().maximum(), transcript.verticalScrollBar().value() - 40):
        transcript.verticalScrollBar().setValue(value)
        place = transcript.place_of(20)
        assert place.top() <= frame.geometry().top()
        assert frame.geometry().bottom() <= place.bottom() + 1
    before = frame.height()
    editor(desk).setPlainText("one\ntwo\nthree")
    qtbot.waitUntil(lambda: frame.height() > before)
    assert transcript.place_of(20).height() >= frame.height()


def test_that_an_edit_is_not_taken_and_not_lost_while_the_engine_is_busy(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    editor(desk).setPlainText("another question")
    desk.port.say_phase(Phase.SAVING)
    qtbot.keyClick(editor(desk), Qt.Key.Key_Return)
    assert desk.port.called("edit_query") == []
    assert desk.find("turnEditor").isVisible()
    desk.port.say_phase(Phase.READY)
    qtbot.keyClick(editor(desk), Qt.Key.Key_Return)
    assert len(desk.port.called("edit_query")) == 1


def test_that_an_unchanged_or_empty_edit_changes_nothing(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    editor(desk).setPlainText("   ")
    qtbot.keyClick(editor(desk), Qt.Key.Key_Return)
    assert desk.find("turnEditor").isVisible()
    editor(desk).setPlainText("question 4")
    qtbot.keyClick(editor(desk), Qt.Key.Key_Return)
    assert not desk.find("turnEditor").isVisible()
    assert desk.port.called("edit_query") == []


def test_that_the_editor_goes_with_its_message(desk: Desk) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    show_path(desk, turn(1, 0))
    assert not desk.find("turnEditor").isVisible()
    open_line(desk)
    desk.actions["edit_message"].trigger()
    desk.port.open(2)
    assert not desk.find("turnEditor").isVisible()


def test_that_an_edited_answer_changes_in_place_and_can_be_undone(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    focus(desk, 3)
    desk.actions["edit_answer"].trigger()
    assert editor(desk).toPlainText() == "answer 2"
    editor(desk).setPlainText("a better answer")
    qtbot.mouseClick(desk.find("acceptEdit"), LEFT)
    assert desk.port.called("edit_answer") == [(2, "a better answer")]
    assert desk.window.chat.notices.texts == ()  # nothing was changed yet
    show_path(desk, turn(1, 0), turn(2, 1, answer="a better answer"))
    qtbot.mouseClick(desk.find("noticeAction"), LEFT)
    assert desk.port.called("edit_answer")[-1] == (2, "answer 2")


def test_that_an_answer_that_was_not_changed_is_not_said_to_be(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    answer_better(desk, qtbot)
    desk.port.refuse(EditAnswer(2, "a better answer"), "The database is read-only.")
    show_path(desk, turn(1, 0))
    assert desk.window.chat.notices.texts == ("This answer was not changed. The database is read-only.",)


def test_that_the_new_words_of_an_answer_that_was_not_changed_are_there_again(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    answer_better(desk, qtbot)
    desk.port.refuse(EditAnswer(2, "a better answer"), "The disk is full.")
    focus(desk, 3)
    desk.actions["edit_answer"].trigger()
    assert editor(desk).toPlainText() == "a better answer"


def test_that_the_former_words_that_did_not_come_back_are_no_new_ones(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    answer_better(desk, qtbot)
    show_path(desk, turn(1, 0), turn(2, 1, answer="a better answer"))
    desk.port.refuse(EditAnswer(2, "answer 2"), "The disk is full.")  # Undo
    focus(desk, 3)
    desk.actions["edit_answer"].trigger()
    assert editor(desk).toPlainText() == "a better answer"


def test_that_the_chat_stays_where_it_is_when_an_edit_of_an_old_message_is_left(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk, 60)
    transcript = desk.window.chat.transcript
    transcript.verticalScrollBar().setValue(0)
    transcript.focus_on(-1)
    desk.commands.branches.do("edit_message", 2)
    qtbot.keyClick(editor(desk), Qt.Key.Key_Escape)
    assert transcript.verticalScrollBar().value() == 0
    assert transcript.focused_row == 2


@pytest.mark.parametrize("action", ["edit_answer", "forget_turn"])
def test_that_a_way_back_stays_while_the_engine_is_busy(desk: Desk, qtbot: QtBot, action: str) -> None:
    open_line(desk)
    focus(desk, 3)
    desk.actions[action].trigger()
    if action == "edit_answer":
        editor(desk).setPlainText("a better answer")
        qtbot.mouseClick(desk.find("acceptEdit"), LEFT)
    show_path(desk, turn(1, 0), turn(2, 1, answer="a better answer"))
    desk.port.say_phase(Phase.ANSWERING)
    qtbot.mouseClick(desk.find("noticeAction"), LEFT)
    assert len(desk.window.chat.notices.texts) == 1
    desk.port.say_phase(Phase.READY)
    qtbot.mouseClick(desk.find("noticeAction"), LEFT)
    assert desk.window.chat.notices.texts == ()


def test_that_rewriting_memory_takes_back_what_was_said_of_the_changed_words(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    answer_better(desk, qtbot)
    show_path(desk, turn(1, 0), turn(2, 1, answer="a better answer"))
    assert len(desk.window.chat.notices.texts) == 1
    desk.commands.branches._rewrite_memory(desk.workspace.conversation.exchanges[1], 3)
    assert desk.window.chat.notices.texts == ()


def test_that_a_way_back_goes_with_its_conversation(desk: Desk) -> None:
    open_line(desk)
    desk.actions["forget_turn"].trigger()
    show_path(desk, turn(1, 0))
    assert any("taken out of memory" in words for words in desk.window.chat.notices.texts)
    desk.port.open(2)
    assert not any("taken out of memory" in words for words in desk.window.chat.notices.texts)


def test_that_an_answer_whose_words_were_changed_offers_to_write_them_to_memory(desk: Desk, qtbot: QtBot) -> None:
    show_path(desk, turn(1, 0), replace(turn(2, 1), memory="edited"))
    desk.window.chat.transcript._point(1)
    assert not desk.find("tool_rewrite_memory").isVisible()
    desk.window.chat.transcript._point(3)
    qtbot.mouseClick(desk.find("tool_rewrite_memory"), LEFT)
    assert desk.port.called("rewrite_memory") == [(2,)]


# ------------------------------------------------------------------ the rail


def test_that_the_rail_is_there_while_there_is_more_than_one_branch(desk: Desk) -> None:
    rail = desk.find("branchSection")
    open_line(desk)
    assert not rail.isVisible()
    open_tree(desk)
    assert rail.isVisible()
    assert desk.window.sidebar.branches.list.model().rowCount() == 3
    open_line(desk)
    assert not rail.isVisible()


def test_that_the_turns_after_a_fork_can_be_reached_though_there_is_one_branch(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    line = tuple(node(number, number - 1 or None, number - 1) for number in range(1, 5))
    assert desk.actions["branches"].toolTip().startswith("This chat has one branch.")
    show_path(desk, turn(1, 0), turn(2, 1), tree=line)
    assert desk.find("branchSection").isVisible()
    assert desk.actions["branches"].isEnabled()
    rail = desk.window.sidebar.branches.list
    qtbot.mouseClick(rail.viewport(), LEFT, pos=rail.visualRect(rail.model().index(0, 0)).center())
    assert desk.port.called("show_branch") == [(4,)]
    show_path(desk, *(turn(number, number - 1) for number in range(1, 5)), tree=line)
    assert not desk.find("branchSection").isVisible()


def test_that_a_branch_is_opened_by_a_click_and_by_the_keyboard(desk: Desk, qtbot: QtBot) -> None:
    open_tree(desk)
    rail = desk.window.sidebar.branches.list
    qtbot.mouseClick(rail.viewport(), LEFT, pos=rail.visualRect(rail.model().index(0, 0)).center())
    assert desk.port.called("show_branch") == [(3,)]
    desk.actions["branches"].trigger()
    assert rail.hasFocus()
    assert rail.currentIndex().row() == 2
    qtbot.keyClick(rail, Qt.Key.Key_Up)
    qtbot.keyClick(rail, Qt.Key.Key_Return)
    assert desk.port.called("show_branch") == [(3,), (4,)]


def test_that_the_rail_can_be_folded_and_says_how_many_there_are(desk: Desk, qtbot: QtBot) -> None:
    open_tree(desk)
    head = desk.find("branchToggle")
    assert isinstance(head, QAbstractButton)
    assert head.text() == "Branches (3)"
    qtbot.mouseClick(head, LEFT)
    assert not desk.window.sidebar.branches.list.isVisible()
    desk.actions["branches"].trigger()
    assert desk.window.sidebar.branches.list.isVisible()


def test_that_the_rail_follows_the_tree(desk: Desk) -> None:
    open_tree(desk)
    desk.port.tree_changed.emit(TREE[:3], 3, (1, 2, 3))
    assert not desk.find("branchSection").isVisible()


# ------------------------------------------------------------------ checks


@pytest.mark.parametrize(
    ("turns", "agreeing", "first", "words"),
    [
        (12, 12, None, "All 12 memories agree."),
        (1, 1, None, "The memory agrees."),
        (12, 5, 6, "5 of 12 memories agree; turn 7 is the first that differs."),
        (3, 0, -1, "0 of 3 memories agree; the initial memory is the first that differs."),
    ],
)
def test_that_a_replay_says_whether_all_memories_agree(
    desk: Desk, turns: int, agreeing: int, first: int | None, words: str
) -> None:
    open_line(desk)
    desk.actions["replay"].trigger()
    assert desk.port.called("replay_conversation") == [()]
    desk.port.replay_checked.emit(ReplayCheck(turns, agreeing, first))
    assert desk.window.chat.notices.texts[0].startswith(words)


def test_that_actions_for_turns_are_disabled_with_a_reason_in_an_empty_chat(desk: Desk) -> None:
    for name in ("regenerate", "edit_message", "forget_turn", "fork", "replay"):
        action: QAction = desk.actions[name]
        assert not action.isEnabled()
        assert action.toolTip() == "There is no message yet."


def test_that_actions_for_chats_of_the_list_are_disabled_with_a_reason_while_the_open_one_is_not_on_it(
    desk: Desk,
) -> None:
    names = ("rename_chat", "delete_chat", "pin_chat", "export_chat")
    assert not any(desk.actions[name].isEnabled() for name in names)
    assert all(desk.actions[name].toolTip().startswith("This chat is empty") for name in names)
    desk.port.answer("Hi", "Hello")
    assert [desk.actions[name].isEnabled() for name in names] == [False, False, False, True]
    assert desk.actions["delete_chat"].toolTip() == "This chat is not saved, so it is not on the list."
    desk.port.list_chats((1, "Hi", 1))
    assert all(desk.actions[name].isEnabled() for name in names)


def test_that_a_chat_with_no_turn_in_memory_is_not_replayed(desk: Desk) -> None:
    desk.port.begin("Hi")
    desk.port.emit_tokens("Hel")
    desk.port.forget("Hel")
    assert not desk.actions["replay"].isEnabled()
    assert desk.actions["replay"].toolTip().startswith("No turn of this chat is in memory")
    desk.port.answer("Hi", "Hello")
    assert desk.actions["replay"].isEnabled()


# ------------------------------------------------------------------ closing


def test_that_closing_asks_only_where_a_turn_could_not_be_saved(desk: Desk, qtbot: QtBot) -> None:
    desk.port.answer("Hi", "Hello")
    assert desk.workspace.conversation.exchanges[0].state is TurnState.IN_MEMORY
    desk.port.stop_saving(Saving.BEHIND)
    desk.window.close()
    assert desk.window.isVisible()
    words = desk.find("lossWords")
    assert isinstance(words, QLabel)
    assert words.text().startswith("One turn of this chat could not be saved and would be lost. Export the chat")
    assert desk.actions["export_chat"].isEnabled()
    assert desk.port.called("shutdown") == []
    qtbot.mouseClick(desk.find("closeAnyway"), LEFT)
    qtbot.waitUntil(lambda: not desk.window.isVisible())
    assert desk.port.called("shutdown") == [()]


def test_that_closing_asks_where_the_memory_of_a_turn_could_not_be_saved(desk: Desk) -> None:
    open_line(desk)
    desk.port.stop_saving(Saving.BEHIND)
    desk.port.turns_unsaved.emit(frozenset({3, 4}))
    assert desk.link._branches.loss().startswith("2 turns of this chat could not be saved")
    desk.port.open(2)
    assert desk.link._branches.loss().startswith("2 turns of another chat could not be saved")
    desk.port.turns_unsaved.emit(frozenset())
    assert desk.link._branches.loss() == ""


def test_that_closing_asks_for_the_turns_of_a_chat_that_was_left_before_they_were_saved(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello")
    desk.port.answer("And", "so on")
    desk.port.stop_saving(Saving.BEHIND)
    desk.port.open(2)
    desk.window.close()
    assert desk.window.isVisible()
    words = desk.find("lossWords")
    assert isinstance(words, QLabel)
    assert words.text().startswith("2 turns of another chat could not be saved and would be lost.")


def test_that_nobody_is_told_to_make_room_where_nothing_is_saved_any_more(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello")
    desk.port.stop_saving(Saving.BEHIND)
    assert "make room" in desk.link._branches.loss()
    desk.port.stop_saving(Saving.ENDED)
    assert desk.link._branches.loss().endswith("would be lost. Export the chat, or copy what you need.")


def test_that_turns_of_both_chats_that_could_not_be_saved_are_counted(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello")
    desk.port.stop_saving(Saving.BEHIND)
    desk.port.open(2)
    desk.port.answer("Hi", "Hello")
    desk.port.open(3)
    desk.port.answer("Hi", "Hello")
    desk.window.close()
    words = desk.find("lossWords")
    assert isinstance(words, QLabel)
    assert words.text().startswith("One turn of this chat and 2 turns of other chats could not be saved")


def test_that_nobody_is_asked_about_turns_that_are_lost_already(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello")
    desk.port.stop_saving(Saving.ENDED)
    desk.port.open(2)
    desk.port.turns_unsaved.emit(frozenset({3}))
    assert desk.link._branches.loss() == ""
    desk.port.answer("Hi", "Hello")
    assert desk.link._branches.loss().startswith("One turn of this chat could not be saved and would be lost.")


def test_that_closing_asks_nothing_once_the_turns_of_a_chat_that_was_left_are_listed(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello")
    desk.port.stop_saving(Saving.BEHIND)
    desk.port.open(2)
    desk.port.list_chats((1, "Hi", 1))
    desk.window.close()
    assert not desk.window.isVisible()


def test_that_closing_asks_nothing_once_everything_was_saved_after_all(desk: Desk) -> None:
    open_line(desk)
    desk.port.stop_saving(Saving.BEHIND)
    desk.window.close()
    assert not desk.window.isVisible()


def test_that_positions_of_the_foot_are_those_of_the_mouse(desk: Desk) -> None:
    open_tree(desk)
    foot = desk.window.chat.transcript.foot_of(3)
    assert foot.part_at(foot.chip.center()) == "chip"
    assert foot.part_at(foot.previous.center()) == "previous"
    assert foot.part_at(foot.next.center()) == "next"
    assert foot.part_at(QPointF(-5, -5)) == ""
