"""Chats that are read without being opened: the way there, the window, and what it lets one do."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QAbstractButton, QMenu
from pytestqt.qtbot import QtBot

from app.engine.messages import ConversationSummary
from app.models.phase import Phase
from app.views.reading_window import ReadingWindow
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import MODEL

PAGE = """<h1 dir="auto">Cats</h1>
<p class="facts">mneme-small</p>
<p class="query" dir="auto">My cat is &lt;b&gt;Tom&lt;/b&gt;
    http://example.com</p>
<p class="answer" dir="auto">Tom is a
nice name.</p>
<p class="facts">turn 1</p>"""


@pytest.fixture
def reading(desk: Desk) -> ReadingWindow:
    desk.port.conversation_read.emit(7, "Cats", PAGE)
    (window,) = _shown(desk)
    return window


def _shown(desk: Desk) -> list[ReadingWindow]:
    return [dialog for dialog in desk.commands._dialogs._dialogs.values() if isinstance(dialog, ReadingWindow)]


def test_that_a_chat_that_is_refused_for_its_model_can_be_read_from_the_notice(desk: Desk, qtbot: QtBot) -> None:
    desk.port.conversation_refused.emit(7, "This chat was not opened", "It was held with another version.")
    notices = desk.window.chat.notices
    assert notices.texts == ("This chat was not opened. It was held with another version.",)
    (read,) = notices.findChildren(QAbstractButton, "noticeAction")
    assert read.text() == "Read it"
    qtbot.mouseClick(read, Qt.MouseButton.LeftButton)
    assert desk.port.called("read_conversation") == [(7,)]
    assert notices.texts == ()


def test_that_what_was_written_into_a_new_chat_is_told_until_another_one_is_open(desk: Desk) -> None:
    notices = desk.window.chat.notices
    desk.port.open(3)
    desk.port.noted.emit("", "4 turns were written into a new memory.")
    assert notices.texts == ("4 turns were written into a new memory.",)
    desk.port.open(4)
    assert notices.texts == ()


def test_that_every_chat_of_the_list_can_be_read_from_its_menu(desk: Desk) -> None:
    desk.port.list_chats((7, "Cats", 1))
    chats = desk.window.sidebar.chats
    chats._show_menu(chats.list.visualRect(chats.list.model().index(0, 0)).center())
    menu = chats.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == "Read").trigger()
    menu.close()
    assert desk.port.called("read_conversation") == [(7,)]


@pytest.fixture
def foreign(desk: Desk) -> int:
    """A chat of another model in the list."""
    line = ConversationSummary(7, "Cats", 1, "mneme-small", 0.0, fingerprint="0" * 64)
    desk.port.conversations_changed.emit((line,))
    return line.id


def test_that_a_chat_of_another_model_goes_on_from_where_it_is_read(desk: Desk, foreign: int, qtbot: QtBot) -> None:
    desk.port.conversation_read.emit(foreign, "Cats", PAGE)
    (window,) = _shown(desk)
    go_on = window.findChild(QAbstractButton, "goOn")
    assert go_on.text() == "Go on with the open model"
    qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    assert desk.port.called("carry_over") == [(foreign, None)]
    assert not window.isVisible()


def test_that_a_chat_of_another_model_goes_on_from_its_menu(desk: Desk, foreign: int) -> None:
    chats = desk.window.sidebar.chats
    chats._show_menu(chats.list.visualRect(chats.list.model().index(0, 0)).center())
    menu = chats.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == "Go on with the open model").trigger()
    menu.close()
    assert desk.port.called("carry_over") == [(foreign, None)]


def test_that_a_chat_of_the_open_model_is_not_copied(desk: Desk, reading: ReadingWindow) -> None:
    desk.port.list_chats((7, "Cats", 1))
    chats = desk.window.sidebar.chats
    chats._show_menu(chats.list.visualRect(chats.list.model().index(0, 0)).center())
    menu = chats.findChildren(QMenu)[-1]
    assert "Go on with the open model" not in [action.text() for action in menu.actions()]
    menu.close()
    assert not reading.findChild(QAbstractButton, "goOn").isVisible()


def test_that_a_chat_waits_to_go_on_while_the_model_answers(desk: Desk, foreign: int) -> None:
    desk.port.say_phase(Phase.ANSWERING)
    desk.commands.reading.go_on(foreign)
    assert desk.port.called("carry_over") == []
    assert "when the model is ready" in desk.window.chat.composer._hint.text()


def test_that_the_page_stays_where_its_chat_cannot_go_on_now(desk: Desk, foreign: int, qtbot: QtBot) -> None:
    desk.port.conversation_read.emit(foreign, "Cats", PAGE)
    (window,) = _shown(desk)
    desk.port.say_phase(Phase.ANSWERING)
    qtbot.mouseClick(window.findChild(QAbstractButton, "goOn"), Qt.MouseButton.LeftButton)
    assert window.isVisible()
    desk.port.say_phase(Phase.READY)
    desk.window.losses.ask_before_leaving(lambda: "A turn would be lost.")
    qtbot.mouseClick(window.findChild(QAbstractButton, "goOn"), Qt.MouseButton.LeftButton)
    desk.find("stayButton").click()  # type: ignore[attr-defined]
    assert window.isVisible()
    assert desk.port.called("carry_over") == []
    qtbot.mouseClick(window.findChild(QAbstractButton, "goOn"), Qt.MouseButton.LeftButton)
    [button for button in desk.window.findChildren(QAbstractButton, "closeAnyway") if button.isVisible()][-1].click()
    assert desk.port.called("carry_over") == [(foreign, None)]
    assert not window.isVisible()


def test_that_a_chat_whose_own_model_is_open_by_now_is_opened_and_not_copied(desk: Desk, foreign: int) -> None:
    desk.port.conversation_read.emit(foreign, "Cats", PAGE)
    (window,) = _shown(desk)
    desk.workspace.chats.set_model(replace(MODEL, fingerprint="0" * 64))
    window.go_on_asked.emit()
    assert desk.port.called("open_conversation") == [(foreign,)]
    assert desk.port.called("carry_over") == []


def test_that_a_chat_goes_on_from_the_seed_that_every_chat_starts_from(desk: Desk, foreign: int) -> None:
    desk.workspace.settings.update(memory_seed=7)
    desk.commands.reading.go_on(foreign)
    assert desk.port.called("carry_over") == [(foreign, 7)]


def test_that_a_chat_that_cannot_be_read_at_once_is_promised(desk: Desk) -> None:
    desk.port.say_phase(Phase.ANSWERING)
    desk.commands.reading.read(7)
    assert desk.port.called("read_conversation") == [(7,)]
    assert "when the model is ready" in desk.window.chat.composer._hint.text()


def test_that_what_was_said_is_shown_as_it_was_said_and_blocks_nothing(reading: ReadingWindow) -> None:
    text = reading.browser.toPlainText()
    assert "My cat is <b>Tom</b>\n    http://example.com" in text
    assert "Tom is a\nnice name." in text
    assert reading.windowTitle() == "Cats"
    assert reading.isVisible()
    assert not reading.isModal()
    assert reading.browser.isReadOnly()
    address = reading.browser.document().find("example.com")
    assert address.hasSelection()
    assert not address.charFormat().isAnchor()


def test_that_letters_without_a_space_are_laid_out_in_a_moment_and_copied_as_they_are(desk: Desk) -> None:
    said = "QUJD" * 50_000
    started = time.process_time()
    desk.port.conversation_read.emit(7, "Keys", f'<p class="query" dir="auto">{said}</p>')
    (window,) = _shown(desk)
    window.browser.document().size()  # laid out to its end
    assert time.process_time() - started < 1.5  # it took 6
    window.browser.selectAll()
    window.browser.copy()
    assert QGuiApplication.clipboard().text().strip() == said


def test_that_lines_are_selected_with_the_keyboard(reading: ReadingWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(reading.browser, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert reading.browser.textCursor().selectedText().strip() == "Cats"


def test_that_words_are_found_marked_and_copied_and_stay_marked_in_another_theme(
    desk: Desk, reading: ReadingWindow, qtbot: QtBot
) -> None:
    qtbot.keyClicks(reading.finder.field, "nice")
    assert reading.browser.textCursor().selectedText() == "nice"
    desk.themes.choose("dark")
    assert reading.browser.textCursor().selectedText() == "nice"
    reading.browser.copy()
    assert QGuiApplication.clipboard().text() == "nice"
    qtbot.keyClicks(reading.finder.field, "ly")
    assert not reading.finder.missing.isHidden()


def test_that_the_page_follows_the_theme(desk: Desk, reading: ReadingWindow) -> None:
    def tint() -> str:
        cursor = QTextCursor(reading.browser.document().find("My cat"))
        return cursor.currentTable().cellAt(0, 0).format().background().color().name().upper()

    for theme in ("light", "dark", "light"):
        desk.themes.choose(theme)
        assert tint() == desk.themes.theme.accent_soft.upper()


@pytest.mark.parametrize("way", ["key", "button", "window"])
def test_that_the_window_is_shut_by_escape_by_close_and_with_the_main_window(
    desk: Desk, reading: ReadingWindow, qtbot: QtBot, way: str
) -> None:
    if way == "key":
        qtbot.keyClick(reading.browser, Qt.Key.Key_Escape)
    elif way == "button":
        close = reading.findChild(QAbstractButton, "closeReading")
        assert close is not None
        qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    else:
        desk.window.close()
    qtbot.waitUntil(lambda: not _shown(desk))


def test_that_two_chats_can_be_read_at_once_and_one_has_one_window(desk: Desk, reading: ReadingWindow) -> None:
    desk.port.conversation_read.emit(8, "Dogs", PAGE)
    desk.port.conversation_read.emit(7, "Cats, renamed", PAGE)
    assert sorted(window.windowTitle() for window in _shown(desk)) == ["Cats, renamed", "Dogs"]
