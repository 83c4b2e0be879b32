"""The line of the open chat stays in view, unless somebody scrolled away from it."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.views.library_view import LibraryView
from tests.app.views.conftest import Desk

CHATS = tuple((number, f"chat {number}", 1) for number in range(60, 0, -1))


def chats(desk: Desk) -> LibraryView:
    return desk.window.sidebar.chats.list


def is_shown(desk: Desk) -> bool:
    """Whether the whole line of the open chat is in view."""
    row = desk.workspace.chats.current_row
    assert row is not None
    view = chats(desk)
    return view.viewport().rect().contains(view.visualRect(desk.workspace.chats.index(row)))


def make_lower(desk: Desk, qtbot: QtBot) -> None:
    view = chats(desk)
    view.setMaximumHeight(view.height() // 2)
    qtbot.waitUntil(lambda: view.height() <= view.maximumHeight())


def test_that_a_chat_that_opens_is_brought_into_view(desk: Desk) -> None:
    desk.port.list_chats(*CHATS)
    desk.port.open(60)
    assert is_shown(desk)
    desk.port.open(20)
    assert is_shown(desk)


def test_that_the_open_chat_stays_in_view_when_the_list_becomes_lower(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats(*CHATS)
    desk.port.open(20)
    make_lower(desk, qtbot)
    assert is_shown(desk)


def test_that_a_list_that_becomes_lower_stays_where_somebody_scrolled_to(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats(*CHATS)
    desk.port.open(20)
    chats(desk).verticalScrollBar().setValue(100)
    make_lower(desk, qtbot)
    assert chats(desk).verticalScrollBar().value() == 100


def test_that_the_open_chat_is_in_view_when_a_search_ends(desk: Desk) -> None:
    desk.port.list_chats(*CHATS)
    desk.port.open(20)
    field = desk.find("chatSearch")
    assert isinstance(field, QLineEdit)
    field.setText("chat")
    desk.port.conversations_found.emit("chat", desk.workspace.chats.lines)
    chats(desk).verticalScrollBar().setValue(0)
    field.clear()
    assert is_shown(desk)


def test_that_a_new_chat_is_brought_into_view_when_it_comes_onto_the_list(desk: Desk) -> None:
    desk.port.list_chats(*CHATS)
    desk.port.open(2)
    desk.port.open(61)
    desk.port.list_chats((61, "New", 1), *CHATS)
    assert is_shown(desk)


def test_that_the_open_chat_stays_in_view_when_it_moves_to_the_top(desk: Desk) -> None:
    desk.port.list_chats(*CHATS)
    desk.port.open(2)
    desk.port.list_chats(CHATS[-2], *CHATS[:-2], CHATS[-1])
    assert is_shown(desk)
