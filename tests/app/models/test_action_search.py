"""Actions are found by parts of their names; those that can be done come first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.models.action_search import ActionSearch, Entry, EntryRole, fit
from app.models.key_rules import refusal

ENTRIES = (
    Entry("new", "New chat", "Chat", "Ctrl+N", ""),
    Entry("save", "Save memory", "Memory", "Ctrl+S", "Nothing is remembered yet."),
    Entry("open", "Open memory", "Memory", "Ctrl+O", ""),
    Entry("forget", "Forget this turn", "Memory", "Ctrl+Alt+X", ""),
)


def test_that_beginnings_of_words_fit_better_than_letters_within() -> None:
    assert fit("Open memory", "op") == (0, 0)
    assert fit("Open memory", "mem") == (1, 1)
    assert fit("Open memory", "emo") == (2, 2)
    assert fit("Open memory", "omy") == (5, 5)
    assert fit("Open memory", "xyz") is None
    assert fit("Open memory", "mem op") == (1, 1)
    assert fit("Open memory", "MEM") == (1, 1)


def test_that_letters_follow_each_other_in_a_word_or_begin_the_next() -> None:
    assert fit("Use the bundled model", "utbm") == fit("Use the bundled model", "usbud") == (5, 5)
    assert fit("Use the bundled model", "undo") is None
    assert fit("Export recording… Chat", "print") is None
    assert fit("Use the bundled model", "tu") is None
    assert fit("Open memory", "o" * 200) is None


def test_that_other_words_for_an_action_find_it_after_its_own() -> None:
    assert fit("Bring back deleted chat", "restore", "restore undelete") == (3, 3)
    assert fit("Bring back deleted chat", "chat restore", "restore undelete") == (3, 4)
    assert fit("Bring back deleted chat", "store", "restore undelete") is None
    search = ActionSearch([Entry("back", "Bring back", "Chat", "", "", "open again"), *ENTRIES])
    search.search("open")
    assert [search.index(row).data(EntryRole.ID) for row in range(search.rowCount())] == ["open", "back"]


def test_that_other_words_find_an_action_before_what_its_tooltip_says() -> None:
    assert fit("Delete chat", "undo", "remove", "Delete this chat; it can be undone") == (4, 4)
    assert fit("Bring back deleted chat", "undo", "restore undo") == (3, 3)
    tips = ("Dark words on light ground", "Light words on dark ground")
    light, dark = (
        Entry(name, f"Theme: {name}", "View", "", "", "mode", tip)
        for name, tip in zip(("light", "dark"), tips, strict=True)
    )
    search = ActionSearch((light, dark))
    search.search("dark mode")
    assert [search.index(row).data(EntryRole.ID) for row in range(2)] == ["dark", "light"]


def test_that_the_list_shows_the_best_first_and_what_cannot_be_done_last() -> None:
    search = ActionSearch(ENTRIES)
    assert search.rowCount() == 4
    search.search("memory")
    found = [search.index(row).data(EntryRole.ID) for row in range(search.rowCount())]
    assert found == ["open", "forget", "save"]
    assert search.index(2).data(EntryRole.REASON) == "Nothing is remembered yet."
    search.search("no such thing")
    assert search.rowCount() == 0


def test_that_a_better_fit_comes_first_also_where_it_cannot_be_done() -> None:
    search = ActionSearch((Entry("all", "Set all values", "Chat", "", ""), *ENTRIES))
    search.search("save")
    assert [search.index(row).data(EntryRole.ID) for row in range(2)] == ["save", "all"]


def test_that_what_can_be_done_changes_in_its_place_and_is_told() -> None:
    search = ActionSearch(ENTRIES)
    told: list[tuple[int, int]] = []
    search.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    before = [search.index(row).data(EntryRole.ID) for row in range(4)]
    search.update([replace(entry, reason="" if entry.reason else "Please wait.") for entry in ENTRIES])
    assert told == [(0, 3)]
    assert [search.index(row).data(EntryRole.ID) for row in range(4)] == before
    assert [bool(search.index(row).data(EntryRole.REASON)) for row in range(4)] == [True, True, True, False]


def test_that_a_line_says_aloud_its_menu_its_keys_and_why_it_cannot_be_done() -> None:
    search = ActionSearch(ENTRIES[1:2])
    line = search.index(0)
    assert (line.data(EntryRole.MENU), line.data(EntryRole.KEYS)) == ("Memory", "Ctrl+S")
    aloud = line.data(Qt.ItemDataRole.AccessibleTextRole)
    assert aloud == "Save memory, Memory, Ctrl+S, Nothing is remembered yet."


@pytest.mark.parametrize(
    "keys", ["Ctrl+R", "F5", "F12", "Shift+F3", "Alt+Left", "Esc", "Ctrl++", "Meta+K", "Ctrl+Shift+P"]
)
def test_that_keys_with_a_modifier_may_be_chosen(keys: str) -> None:
    assert refusal(keys) == ""


@pytest.mark.parametrize(
    "keys", ["R", "Shift+R", "Ctrl+C", "Ctrl+Shift+Z", "Ctrl+Space", "Space", "Return", "Tab", "Left"]
)
def test_that_keys_that_type_or_edit_may_not(keys: str) -> None:
    assert refusal(keys)


def test_that_a_refusal_names_the_keys_that_the_keyboard_has() -> None:
    assert refusal("R", "linux") == "without Ctrl or Alt it would be typed into a text."
    assert refusal("R", "darwin") == "without ⌘, ⌃ or ⌥ it would be typed into a text."
