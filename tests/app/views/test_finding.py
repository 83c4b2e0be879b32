"""Everything can be found: chats by their words, words in a chat, actions by their names, keys by their page."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QMenu, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.actions.spec import first_keys
from app.actions.table import TABLE
from app.engine.messages import ConversationSummary
from app.models.action_search import EntryRole
from app.models.key_rules import refusal
from app.models.list_role import ListRole
from app.models.phase import Phase
from app.views.chat.message_foot import FootContent
from app.views.key_button import native_words
from app.views.library_view import LibraryView
from app.views.recent_models import name_of
from tests.app.views.branching import open_line, show_path, turn
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import MODEL

LEFT = Qt.MouseButton.LeftButton


def line(desk: Desk, name: str) -> QLineEdit:
    found = desk.find(name)
    assert isinstance(found, QLineEdit)
    return found


def words(desk: Desk, name: str) -> str:
    found = desk.find(name)
    assert isinstance(found, QLabel)
    return found.text()


# ------------------------------------------------------------------ chats


def test_that_typing_searches_once_when_it_pauses(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    desk.actions["search_chats"].trigger()
    assert desk.find("chatSearch").hasFocus()
    qtbot.keyClicks(desk.find("chatSearch"), "dog")
    assert desk.port.called("search_conversations") == []
    qtbot.waitUntil(lambda: desk.port.called("search_conversations") == [("dog",)])
    desk.port.conversations_found.emit("dog", desk.workspace.chats.lines[:1])
    assert desk.workspace.chats.rowCount() == 1
    qtbot.keyClick(desk.find("chatSearch"), Qt.Key.Key_Return)
    assert desk.port.called("open_conversation") == [(2,)]


def test_that_a_late_answer_to_an_earlier_search_changes_nothing(desk: Desk) -> None:
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    line(desk, "chatSearch").setText("cat")
    desk.port.conversations_found.emit("dog", desk.workspace.chats.lines[:1])
    assert desk.workspace.chats.rowCount() == 2


def test_that_escape_ends_a_search_and_then_goes_to_the_composer(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    field = line(desk, "chatSearch")
    desk.actions["search_chats"].trigger()
    field.setText("zebra")
    desk.port.conversations_found.emit("zebra", ())
    assert "zebra" in desk.find("conversationList").accessibleDescription()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert desk.workspace.chats.rowCount() == 2
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert desk.find("composer").hasFocus()


def test_that_escape_in_the_search_stops_no_answer(desk: Desk, qtbot: QtBot) -> None:
    desk.port.begin("Hi")
    desk.actions["search_chats"].trigger()
    qtbot.keyClick(desk.find("chatSearch"), Qt.Key.Key_Escape)
    assert desk.port.called("stop") == []


def test_that_a_chat_is_pinned_and_unpinned(desk: Desk) -> None:
    desk.port.list_chats((1, "Dogs", 1))
    desk.actions["pin_chat"].trigger()
    assert desk.port.called("set_pinned") == [(1, True)]
    desk.port.conversations_changed.emit((ConversationSummary(1, "Dogs", 1, "m", 0.0, True),))
    desk.actions["pin_chat"].trigger()
    assert desk.port.called("set_pinned")[-1] == (1, False)


def test_that_renaming_a_chat_that_a_search_hides_ends_the_search(desk: Desk) -> None:
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    line(desk, "chatSearch").setText("dog")
    desk.port.conversations_found.emit("dog", desk.workspace.chats.lines[:1])
    desk.actions["rename_chat"].trigger()
    assert line(desk, "chatSearch").text() == ""
    assert desk.window.sidebar.chats.list.currentIndex().data() == "Cats"


def test_that_a_title_that_is_being_typed_stays_while_the_list_changes(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    desk.actions["rename_chat"].trigger()
    sidebar = desk.find("conversationList")
    assert isinstance(sidebar, LibraryView)
    field = sidebar.title_field
    assert field is not None
    assert field.selectedText() == "Cats"
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 2))
    assert field.selectedText() == "Cats"
    qtbot.keyClicks(field, "Good cats")
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 3))
    assert field.text() == "Good cats"
    desk.port.list_chats((1, "Cats", 4), (2, "Dogs", 1))
    field = sidebar.title_field
    assert field is not None
    assert field.hasFocus()
    assert field.text() == "Good cats"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.port.called("rename_conversation") == [(1, "Good cats")])
    desk.port.list_chats((2, "Dogs", 1), (1, "Good cats", 4))
    assert sidebar.title_field is None


def test_that_renaming_again_goes_on_with_the_title_and_another_one_ends_it(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    sidebar = desk.window.sidebar
    desk.actions["rename_chat"].trigger()
    field = sidebar.chats.list.title_field
    assert field is not None
    qtbot.keyClicks(field, "Good cats")
    desk.actions["rename_chat"].trigger()
    assert field.text() == "Good cats"
    sidebar.edit_title(0)
    assert desk.port.called("rename_conversation") == [(1, "Good cats")]
    other = sidebar.chats.list.title_field
    assert other is not None
    assert other.text() == "Dogs"


def test_that_the_menu_of_a_chat_renames_that_chat_also_where_the_lines_have_moved_since(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    view = desk.window.sidebar.chats.list
    view.customContextMenuRequested.emit(view.visualRect(desk.workspace.chats.index(1)).center())
    menu = desk.window.sidebar.chats.findChild(QMenu)
    desk.port.list_chats((1, "Cats", 2), (2, "Dogs", 1))
    next(action for action in menu.actions() if action.text() == "Rename").trigger()
    menu.close()
    assert view.title_field is not None
    assert view.title_field.text() == "Cats"


def test_that_f2_renames_the_chat_with_the_keyboard_and_not_the_open_one(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((1, "Alpha", 1), (2, "Beta", 1), (3, "Gamma", 1))
    view = desk.window.sidebar.chats.list
    view.setFocus()
    view.setCurrentIndex(desk.workspace.chats.index(2))
    qtbot.keyClick(view, Qt.Key.Key_F2)
    field = view.title_field
    assert field is not None
    assert field.text() == "Gamma"
    qtbot.keyClick(field, Qt.Key.Key_F2)
    assert view.title_field is field
    qtbot.keyClicks(field, "New name")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.port.called("rename_conversation") == [(3, "New name")])


def test_that_f2_elsewhere_renames_the_open_chat(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    desk.find("branchRail").setFocus()
    qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_F2)
    field = desk.window.sidebar.chats.list.title_field
    assert field is not None
    assert field.text() == "Cats"


def test_that_the_keyboard_goes_on_from_its_line_when_the_list_changes(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((3, "Rome", 1), (2, "Dogs", 1), (1, "Cats", 1))
    view = desk.window.sidebar.chats.list
    view.setFocus()
    view.setCurrentIndex(desk.workspace.chats.index(1))
    desk.port.list_chats((1, "Cats", 2), (3, "Rome", 1), (2, "Dogs", 1))
    assert view.currentIndex().data() == "Dogs"
    desk.port.list_chats((1, "Cats", 2), (3, "Rome", 1))
    assert view.currentIndex().data() == "Rome"
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert desk.port.called("delete_conversation") == [(3, None)]
    desk.port.list_chats()
    assert not view.currentIndex().isValid()


def test_that_a_list_that_changes_stays_where_it_is_read(desk: Desk) -> None:
    chats = [(number, f"chat {number}", 1) for number in range(60, 0, -1)]
    desk.port.list_chats(*chats)
    view = desk.window.sidebar.chats.list
    view.setCurrentIndex(desk.workspace.chats.index(0))
    view.verticalScrollBar().setValue(900)
    desk.port.list_chats(*reversed(chats[:2]), *chats[2:])
    view.viewport().grab()
    assert view.verticalScrollBar().value() == 900
    assert view.currentIndex().row() == 1


def test_that_a_heading_belongs_to_no_chat(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((1, "Dogs", 1))
    view = desk.window.sidebar.chats.list
    place = view.visualRect(desk.workspace.chats.index(0))
    assert not view.indexAt(place.topLeft()).isValid()
    assert view.indexAt(place.center()).data(ListRole.KEY) == 1
    qtbot.mouseClick(view.viewport(), LEFT, pos=place.topLeft())
    assert desk.port.called("open_conversation") == []


def test_that_five_thousand_chats_are_listed_and_scrolled_smoothly(desk: Desk, qtbot: QtBot) -> None:
    now = time.time()
    lines = tuple(
        ConversationSummary(n, f"chat {n}", 3, "mneme", now - (5_000 - n) * 3_000) for n in range(5_000, 0, -1)
    )
    view = desk.window.sidebar.chats.list
    began = time.thread_time()  # not by the wall: the machine may have other work
    desk.port.conversations_changed.emit(lines)
    view.viewport().grab()
    assert time.thread_time() - began < 1.0
    frames = []
    for step in range(20):
        began = time.thread_time()
        view.verticalScrollBar().setValue(step * 900)
        view.viewport().grab()
        frames.append(time.thread_time() - began)
    assert sorted(frames)[10] < 0.033


# ------------------------------------------------------------------ in a chat


def test_that_words_are_found_in_the_chat_and_counted(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk, 6)
    desk.actions["find_in_chat"].trigger()
    field = line(desk, "findField")
    assert field.hasFocus()
    field.setText("question")
    assert words(desk, "findCount").endswith(" of 6")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    transcript = desk.window.chat.transcript
    assert transcript.selected_text == "question"
    field.setText("ANSWER 3")
    assert words(desk, "findCount") == "1 of 1"
    assert transcript.selection_within(5) == (0, 8)
    assert list(transcript.matches_within(5)) == [(0, 8)]
    field.setText("zebra")
    assert words(desk, "findCount") == "Nothing found"
    assert not desk.find("findNext").isEnabled()


def test_that_find_next_can_be_done_as_soon_as_the_bar_is_open(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk, 6)
    desk.find("composer").setFocus()
    desk.actions["find_in_chat"].trigger()
    assert desk.actions["find_next"].isEnabled()
    line(desk, "findField").setText("question")
    former = words(desk, "findCount")
    desk.actions["find_next"].trigger()
    assert words(desk, "findCount") != former
    qtbot.keyClick(desk.find("findField"), Qt.Key.Key_Escape)
    assert not desk.actions["find_next"].isEnabled()


def test_that_the_place_found_is_brought_into_view(desk: Desk) -> None:
    open_line(desk, 60)
    desk.actions["find_in_chat"].trigger()
    line(desk, "findField").setText("answer 7")
    transcript = desk.window.chat.transcript
    place = transcript.place_of(13)
    assert 0 <= place.top() <= transcript.viewport().height()


def test_that_what_is_written_meanwhile_is_found_too(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk, 2)
    desk.actions["find_in_chat"].trigger()
    line(desk, "findField").setText("answer")
    desk.port.turns = 2
    desk.port.answer("more", "another answer")
    qtbot.waitUntil(lambda: words(desk, "findCount").endswith(" of 3"))


def test_that_the_next_place_is_one_of_the_path_that_has_just_become_shorter(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk, 4)
    desk.actions["find_in_chat"].trigger()
    line(desk, "findField").setText("question")
    desk.actions["find_next"].trigger()
    desk.actions["find_next"].trigger()
    show_path(desk, turn(1, 0), turn(2, 1))
    qtbot.keyClick(desk.find("findField"), Qt.Key.Key_Return)
    assert words(desk, "findCount") == "1 of 2"
    assert desk.window.chat.transcript.selected_text == "question"


def test_that_escape_closes_the_bar_and_its_marks(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk)
    assert not desk.actions["find_next"].isEnabled()
    desk.actions["find_in_chat"].trigger()
    line(desk, "findField").setText("answer")
    qtbot.keyClick(desk.find("findField"), Qt.Key.Key_Escape)
    assert not desk.find("findBar").isVisible()
    assert list(desk.window.chat.transcript.matches_within(1)) == []


@pytest.mark.parametrize(("words", "row"), [("answer 7", 13), ("answer 77", 0)], ids=["found", "nothing found"])
def test_that_the_chat_stays_where_it_is_when_the_bar_is_closed(desk: Desk, qtbot: QtBot, words: str, row: int) -> None:
    open_line(desk, 60)
    transcript = desk.window.chat.transcript
    transcript.verticalScrollBar().setValue(0)
    transcript.focus_on(-1)
    desk.actions["find_in_chat"].trigger()
    line(desk, "findField").setText(words)
    before = transcript.verticalScrollBar().value()
    qtbot.keyClick(desk.find("findField"), Qt.Key.Key_Escape)
    assert transcript.verticalScrollBar().value() == before
    assert transcript.focused_row == row


# ------------------------------------------------------------------ the palette


def palette(desk: Desk) -> tuple[QLineEdit, QListView]:
    desk.actions["palette"].trigger()
    field, view = desk.find("paletteField"), desk.find("paletteList")
    assert isinstance(field, QLineEdit)
    assert isinstance(view, QListView)
    return field, view


def test_that_the_palette_runs_the_action_that_was_found(desk: Desk, qtbot: QtBot) -> None:
    field, view = palette(desk)
    assert view.model().rowCount() == len(TABLE) - 1
    qtbot.keyClicks(field, "new ch")
    assert view.currentIndex().data() == "New chat"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(desk.port.called("new_conversation")) == 1)


def test_that_the_palette_puts_what_is_meant_first_and_what_its_tooltip_says_behind(desk: Desk) -> None:
    field, view = palette(desk)
    first = {}
    for wanted in ("dark mode", "light mode", "undo", "go back"):
        field.setText(wanted)
        first[wanted] = view.currentIndex().data()
    assert first == {
        "dark mode": "Theme: dark",
        "light mode": "Theme: light",
        "undo": "Bring back deleted chat",
        "go back": "Back to now",
    }


def test_that_the_palette_says_why_an_action_cannot_be_done_and_stays(desk: Desk, qtbot: QtBot) -> None:
    field, view = palette(desk)
    qtbot.keyClicks(field, "regenerate")
    assert view.currentIndex().data(EntryRole.REASON) == "There is no message yet."
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible()
    assert desk.port.called("regenerate") == []


def test_that_the_palette_says_what_can_be_done_when_it_changes_meanwhile(desk: Desk, qtbot: QtBot) -> None:
    desk.port.say_phase(Phase.ANSWERING)
    field, view = palette(desk)
    qtbot.keyClicks(field, "new ch")
    assert view.currentIndex().data(EntryRole.REASON) == "Please wait: answering."
    desk.port.say_phase(Phase.READY)
    qtbot.waitUntil(lambda: view.currentIndex().data(EntryRole.REASON) == "")
    assert view.currentIndex().data() == "New chat"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(desk.port.called("new_conversation")) == 1)


def test_that_the_list_of_the_palette_runs_its_line_too(desk: Desk, qtbot: QtBot) -> None:
    field, view = palette(desk)
    qtbot.keyClicks(field, "new ch")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(desk.port.called("new_conversation")) == 1)


def test_that_the_line_of_the_palette_is_spoken_while_the_keyboard_is_in_the_field(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def hear(event: QAccessibleAnnouncementEvent) -> None:
        heard.append(event.message())

    field, view = palette(desk)
    qtbot.waitUntil(field.hasFocus)
    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    field.setText("chat")
    qtbot.keyClick(field, Qt.Key.Key_Down)
    lines = [view.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert heard == lines


# ------------------------------------------------------------------ keys


def key_button(desk: Desk, action: str) -> QPushButton:
    found = desk.find(f"keys_{action}")
    assert isinstance(found, QPushButton)
    return found


def test_that_the_page_of_keys_lists_every_action_and_the_keys_of_the_parts(desk: Desk) -> None:
    desk.actions["shortcuts"].trigger()
    for spec in TABLE:
        assert key_button(desk, spec.id).text()
    shown = {label.text() for label in desk.find("shortcutsSheet").findChildren(QLabel)}
    assert {
        "Play the turns",
        "Delete a chat or a memory; it can be undone",
        "Follow another slot",
        "Regenerate",
        "Accept or leave an edit",
    } <= shown


def test_that_the_page_of_keys_has_as_many_columns_as_fit_and_nothing_is_cut_at_its_side(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.actions["shortcuts"].trigger()
    sheet = desk.find("shortcutsSheet")
    assert sheet.width() <= sheet.screen().availableGeometry().width()
    area, counts = sheet.findChild(QScrollArea), []
    page = area.widget()
    for width in (1600, 853, 600, 460, 1600):
        sheet.resize(width, 480)
        qtbot.wait(20)
        assert area.horizontalScrollBar().maximum() == 0
        assert page.width() <= area.viewport().width()
        keys = [button for button in page.findChildren(QPushButton) if button.objectName().startswith("keys_")]
        ends = [button.mapTo(page, button.rect().topRight()).x() for button in keys]
        assert len(keys) == len(TABLE)
        assert max(ends) < page.width()
        heads = [words for words in page.findChildren(QLabel) if words.property("role") == "section"]
        counts.append(len({words.mapTo(page, words.rect().topLeft()).x() for words in heads}))
    assert counts == [3, 2, 1, 1, 3]


def test_that_the_page_of_keys_is_closed_by_its_button(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["shortcuts"].trigger()
    sheet = desk.find("shortcutsSheet")
    qtbot.mouseClick(sheet.findChild(QPushButton, "closeShortcuts"), LEFT)
    assert not sheet.isVisible()


# What Linux desktops take for themselves: lock, terminal, files, desktop, menu, layout; and the end of a session.
TAKEN = re.compile(
    r"Ctrl\+Alt\+(L|T|D|F|K|Del|Backspace|Esc|Tab|Home|End|Left|Right|Up|Down|F\d+)"
    r"|(Alt|Ctrl|Ctrl\+Shift)\+F\d+|Ctrl\+Esc|Ctrl\+Shift\+U|.*Meta.*|Alt\+(Tab|Space|Esc)|F10|F12"
)


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac takes others")
def test_that_no_first_key_is_one_that_a_desktop_takes_for_itself() -> None:
    assert [spec.id for spec in TABLE if TAKEN.fullmatch(spec.shortcut)] == []


def test_that_what_a_mac_does_with_a_key_itself_has_another_there() -> None:
    assert first_keys("F11", "Ctrl+Meta+F", "darwin") == "Ctrl+Meta+F"
    assert first_keys("F11", "Ctrl+Meta+F", "win32") == first_keys("F11", "Ctrl+Meta+F", "linux") == "F11"
    for keys in ("Ctrl+Meta+F", "Ctrl+Alt+Left", "Ctrl+Alt+Right"):
        others = [spec.id for spec in TABLE if spec.shortcut == keys]
        assert refusal(keys) == ""
        assert others == [] or sys.platform == "darwin"


def test_that_a_mac_finds_settings_about_and_quit_in_the_menu_of_the_application(desk: Desk) -> None:
    role = QAction.MenuRole
    placed = {spec.id: desk.actions[spec.id].menuRole() for spec in TABLE}
    moved = {name: place for name, place in placed.items() if place != role.NoRole}
    assert moved == {"settings": role.PreferencesRole, "about": role.AboutRole, "quit": role.QuitRole}


def test_that_keys_within_words_are_those_of_the_desktop() -> None:
    words = "Ctrl+Shift+S, Alt+← and Ctrl+/"
    assert native_words(words, "darwin") == "⌘⇧S, ⌥← and ⌘/"
    assert native_words(words, "linux") == native_words(words, "win32") == words


def test_that_tooltips_beside_the_menus_name_the_keys_that_were_chosen(desk: Desk) -> None:
    composer, transcript = desk.window.chat.composer, desk.window.chat.transcript
    assert composer.sampling_button.toolTip() == "How answers are chosen (Ctrl+,)"
    desk.workspace.settings.update(shortcuts=(("settings", "F8"), ("previous_version", "F9"), ("next_version", "F10")))
    assert composer.sampling_button.toolTip() == "How answers are chosen (F8)"
    assert transcript.explanation(FootContent("", "in memory", 2, 3), "previous") == "The version before (F9)"
    assert transcript.explanation(FootContent("", "in memory", 2, 3), "next") == "The version after (F10)"


def test_that_an_action_takes_other_keys_and_keeps_them(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["shortcuts"].trigger()
    button = key_button(desk, "regenerate")
    qtbot.mouseClick(button, LEFT)
    qtbot.keyClick(button, Qt.Key.Key_F9)
    assert button.text() == "F9"
    assert desk.actions["regenerate"].shortcut().toString() == "F9"
    assert dict(desk.workspace.settings.preferences.shortcuts) == {"regenerate": "F9"}
    qtbot.mouseClick(button, LEFT)
    qtbot.keyClick(button, Qt.Key.Key_Backspace)
    assert desk.actions["regenerate"].shortcut().toString() == "Ctrl+R"


@pytest.mark.parametrize(
    ("key", "modifier", "reason"),
    [
        (Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, "it is the key of “New chat”."),
        (Qt.Key.Key_J, Qt.KeyboardModifier.NoModifier, "without Ctrl or Alt it would be typed into a text."),
        (Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier, "it opens the menu “Memory”."),
        (Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, "it edits text or moves the keyboard."),
    ],
)
def test_that_keys_that_are_taken_are_refused_with_the_reason(
    desk: Desk, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, reason: str
) -> None:
    desk.actions["shortcuts"].trigger()
    button = key_button(desk, "regenerate")
    qtbot.mouseClick(button, LEFT)
    qtbot.keyClick(button, key, modifier)
    assert reason in words(desk, "shortcutWords")
    assert button.text() == "Ctrl+R"
    assert desk.port.called("new_conversation") == []


def test_that_keys_of_the_settings_hold_from_the_start_and_double_ones_do_not(desk: Desk) -> None:
    desk.workspace.settings.update(shortcuts=(("find_in_chat", "Ctrl+N"), ("regenerate", "F9")))
    assert desk.actions["regenerate"].shortcut().toString() == "F9"
    assert desk.actions["find_in_chat"].shortcut().toString() == "Ctrl+F"


# ------------------------------------------------------------------ models


def test_that_two_actions_can_swap_their_keys(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["shortcuts"].trigger()
    control = Qt.KeyboardModifier.ControlModifier
    for action, key, modifier in (
        ("edit_message", Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier),
        ("open_model", Qt.Key.Key_E, control),
        ("edit_message", Qt.Key.Key_O, control | Qt.KeyboardModifier.ShiftModifier),
    ):
        qtbot.mouseClick(key_button(desk, action), LEFT)
        qtbot.keyClick(key_button(desk, action), key, modifier)
    assert desk.actions["open_model"].shortcut().toString() == "Ctrl+E"
    assert desk.actions["edit_message"].shortcut().toString() == "Ctrl+Shift+O"


def test_that_a_choice_in_the_settings_never_leaves_two_actions_with_one_key(desk: Desk) -> None:
    def keys(*actions: str) -> list[str]:
        return [desk.actions[action].shortcut().toString() for action in actions]

    first = keys("open_model", "edit_message", "regenerate")
    desk.workspace.settings.update(shortcuts=(("open_model", "Ctrl+E"), ("edit_message", "Ctrl+R")))
    assert keys("open_model", "edit_message", "regenerate") == first
    desk.workspace.settings.update(shortcuts=(("edit_message", "F9"), ("open_model", "F9"), ("regenerate", "Alt+M")))
    assert keys("open_model", "edit_message", "regenerate") == ["F9", *first[1:]]


def test_that_models_that_were_opened_are_offered_again(desk: Desk) -> None:
    menu = desk.window.recent_models
    assert not menu.isEnabled()
    for name in ("one", "two", "one"):
        desk.port.model_loaded.emit(replace(MODEL, source=f"/models/{name}"))
    assert [action.text() for action in menu.actions()] == ["one", "two"]
    menu.actions()[1].trigger()
    assert desk.port.called("load_model") == [("/models/two", None)]


def test_that_a_model_of_the_hub_is_called_by_its_repository_and_not_by_its_commit(desk: Desk) -> None:
    source = f"/cache/models--ReactiveAI--RxT-Beta/snapshots/{'a1' * 20}"
    desk.port.model_loaded.emit(replace(MODEL, source=source))
    (action,) = desk.window.recent_models.actions()
    assert action.text() == "ReactiveAI/RxT-Beta"
    assert "snapshots" in action.toolTip()
    action.trigger()
    assert desk.port.called("load_model") == [(source, None)]


@pytest.mark.parametrize(
    ("source", "name"),
    [("/x/tiny", "tiny"), ("/runs/juniper/model", "juniper/model"), ("model", "model"), ("/", "/")],
)
def test_that_models_of_the_menu_are_told_apart_where_training_named_all_alike(source: str, name: str) -> None:
    assert name_of(source) == name


def test_that_the_widgets_of_finding_have_names(desk: Desk) -> None:
    desk.actions["find_in_chat"].trigger()
    nameless = [child for child in desk.find("findBar").findChildren(QPushButton) if not child.accessibleName()]
    assert nameless == []
    assert isinstance(desk.find("chatSearch"), QWidget)
