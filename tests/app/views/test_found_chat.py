"""A chat that was chosen from a search opens where the words stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.engine.messages import ConversationSummary, StoredTurn
from app.models.phase import Phase
from app.views.chat.find_bar import FindBar
from tests.app.views.branching import turn
from tests.app.views.conftest import Desk

BOAT = (turn(1, 0, query="My boat is called Wanda.", answer="Nice!"), *(turn(n, n - 1) for n in range(2, 40)))


def bar(desk: Desk) -> FindBar:
    return desk.window.chat.find_bar


def search(desk: Desk, text: str, snippet: str = "… found …") -> QLineEdit:
    """The search for `text` has found chat 2, by one of its turns or (without a snippet) by its title."""
    desk.port.list_chats((3, "Other", 1), (2, "Boats", 39))
    field = desk.find("chatSearch")
    assert isinstance(field, QLineEdit)
    desk.actions["search_chats"].trigger()
    field.setText(text)
    desk.port.conversations_found.emit(text, (ConversationSummary(2, "Boats", 39, "m", 0.0, snippet=snippet),))
    return field


def open_found(desk: Desk, qtbot: QtBot, text: str, *turns: StoredTurn, snippet: str = "… found …") -> None:
    """Enter chooses the chat that was found, and it opens with these turns."""
    qtbot.keyClick(search(desk, text, snippet), Qt.Key.Key_Return)
    assert desk.port.called("open_conversation")[-1] == (2,)
    desk.port.say_phase(Phase.OPENING)
    desk.port.open(2, *turns, title="Boats")
    desk.port.say_phase(Phase.READY)
    qtbot.wait(10)


def test_that_a_found_chat_opens_where_the_words_stand_and_the_keyboard_is_where_one_writes(
    desk: Desk, qtbot: QtBot
) -> None:
    open_found(desk, qtbot, "wanda", *BOAT)
    transcript = desk.window.chat.transcript
    assert bar(desk).isVisible()
    assert bar(desk).field.text() == "wanda"
    assert transcript.selected_text == "Wanda"
    qtbot.waitUntil(lambda: 0 <= transcript.place_of(0).top() < transcript.viewport().height())
    assert desk.find("composer").hasFocus()
    assert desk.window.chat.notices.texts == ()


def test_that_the_words_are_also_found_when_the_past_was_looked_at_before(desk: Desk, qtbot: QtBot) -> None:
    desk.port.open(1, *(turn(n, n - 1) for n in range(1, 5)))
    desk.workspace.history.show_turn(1)
    open_found(desk, qtbot, "wanda", *BOAT)
    transcript = desk.window.chat.transcript
    assert 0 <= transcript.place_of(0).top() < transcript.viewport().height()


def test_that_the_newest_place_is_the_first_to_be_seen(desk: Desk, qtbot: QtBot) -> None:
    open_found(desk, qtbot, "wanda", BOAT[0], turn(2, 1), turn(3, 2, answer="Wanda, wanda."), turn(4, 3))
    assert bar(desk).finder.position == 3
    assert desk.window.chat.transcript.selection_within(5) == (7, 12)


def test_that_words_that_do_not_stand_side_by_side_are_found_by_the_longest(desk: Desk, qtbot: QtBot) -> None:
    open_found(desk, qtbot, "nice boat wanda", *BOAT, turn(40, 39, query="Wanda"))
    assert bar(desk).field.text() == "wanda"
    assert desk.window.chat.transcript.selection_within(0) == (18, 23)


def test_that_words_of_another_branch_are_told_and_of_the_title_are_not(desk: Desk, qtbot: QtBot) -> None:
    open_found(desk, qtbot, "zebra", *BOAT)
    assert not bar(desk).isVisible()
    words = "“zebra” stands in another branch of this chat. The sidebar lists its branches."
    assert desk.window.chat.notices.texts == (words,)
    open_line = turn(1, 0)
    desk.port.open(3, open_line)
    assert desk.window.chat.notices.texts == ()
    open_found(desk, qtbot, "boats", turn(1, 0), snippet="")
    assert not bar(desk).isVisible()
    assert desk.window.chat.notices.texts == ()


def test_that_a_chat_that_was_not_chosen_from_the_search_opens_as_ever(desk: Desk, qtbot: QtBot) -> None:
    search(desk, "wanda")
    desk.actions["new_chat"].trigger()
    desk.port.open(9, BOAT[0])
    qtbot.wait(10)
    assert not bar(desk).isVisible()
    assert desk.window.chat.notices.texts == ()


def test_that_the_bar_goes_with_the_chat_that_it_came_with(desk: Desk, qtbot: QtBot) -> None:
    open_found(desk, qtbot, "wanda", *BOAT)
    desk.port.open(3, turn(1, 0))
    qtbot.waitUntil(lambda: not bar(desk).isVisible())
    assert desk.find("composer").hasFocus()


def test_that_the_open_chat_shows_the_words_when_it_is_chosen_from_a_search(desk: Desk, qtbot: QtBot) -> None:
    desk.port.open(2, *BOAT)
    qtbot.keyClick(search(desk, "wanda"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.window.chat.transcript.selected_text == "Wanda")
    assert desk.port.called("open_conversation") == []
    assert desk.find("composer").hasFocus()
