"""The lists of the sidebar show what the store says and ask before anything changes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.engine.messages import ConversationSummary
from app.models.chats import ConversationList
from app.models.list_role import ListRole
from app.models.memories import SnapshotList
from app.models.memory_names import turns_in_words
from app.models.short_text import one_line
from tests.app.views.fake_port import snapshot


def chat(number: int, title: str, turns: int = 1) -> ConversationSummary:
    return ConversationSummary(number, title, turns, "m", 0.0)


def test_that_the_lists_are_sound_models() -> None:
    chats, memories = ConversationList(), SnapshotList()
    testers = [
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for model in (chats, memories)
    ]
    chats.set_lines((chat(2, "B"), chat(1, "A")))
    chats.set_lines((chat(2, "B", 5), chat(1, "A")))
    chats.set_lines(())
    memories.set_lines((snapshot(Path("/x/k.safetensors")),))
    for tester in testers:
        tester.deleteLater()


def test_that_new_words_do_not_reset_the_list() -> None:
    chats = ConversationList()
    chats.set_lines((chat(2, "B"), chat(1, "A")))
    resets: list[bool] = []
    chats.modelReset.connect(lambda: resets.append(True))
    chats.set_lines((chat(2, "B", turns=9), chat(1, "A")))
    assert resets == []
    assert chats.index(0).data(ListRole.DETAIL) == "9 turns · m"


def test_that_editing_a_title_asks_the_store_and_changes_nothing_itself() -> None:
    chats = ConversationList()
    chats.set_lines((chat(1, "A"),))
    asked: list[tuple[int, str]] = []
    chats.rename_requested.connect(lambda number, title: asked.append((number, title)))
    assert chats.setData(chats.index(0), "  New\nname ")
    assert asked == [(1, "New name")]
    assert chats.index(0).data() == "A"
    assert not chats.setData(chats.index(0), "   ")
    assert not chats.setData(chats.index(0), "B", Qt.ItemDataRole.CheckStateRole)
    assert chats.index(0).flags() & Qt.ItemFlag.ItemIsEditable
    assert asked == [(1, "New name")]


def test_that_the_open_chat_is_marked_and_said_aloud() -> None:
    chats = ConversationList()
    chats.set_lines((chat(2, "B"), chat(1, "A")))
    chats.set_current(1)
    assert [chats.index(row).data(ListRole.IS_CURRENT) for row in (0, 1)] == [False, True]
    assert chats.index(1).data(Qt.ItemDataRole.AccessibleTextRole).endswith(", open")


def test_that_titles_lose_line_breaks_and_direction_marks() -> None:
    assert one_line("a\nb\u202ec\x00d") == "a b c d"
    assert len(one_line("x" * 500)) == 120


def test_that_a_number_keeps_its_unit_beside_it_and_such_spaces_alone_are_no_title() -> None:
    assert one_line("\u00a0 40\u00a0%\tof it \u00a0") == "40\u00a0% of it"
    assert one_line("\u00a0 \u200d\u00a0") == ""


def test_that_titles_keep_what_scripts_and_emoji_need_and_what_is_newer_than_python() -> None:
    for title in ("می\u200cخواهم", "क्\u200dष", "👩\u200d👩\u200d👧", "\U0001fae9 \U0001f8d0", "❤\ufe0f"):
        assert one_line(f" {title}\n") == title
    assert one_line("\u200c \u200d") == ""


def test_that_a_title_that_was_left_as_it_is_shown_renames_nothing() -> None:
    chats = ConversationList()
    chats.set_lines((chat(1, "a\u202eb"), chat(2, "x" * 300), chat(3, "")))
    asked: list[int] = []
    chats.rename_requested.connect(lambda number, _title: asked.append(number))
    for row in range(3):
        assert chats.setData(chats.index(row), chats.index(row).data(Qt.ItemDataRole.EditRole))
    assert asked == []


def test_that_a_memory_without_a_title_is_called_like_its_file() -> None:
    memories = SnapshotList()
    memories.set_lines((snapshot(Path("/x/knight-2.safetensors"), title=""),))
    assert memories.index(0).data() == "knight-2"
    assert memories.title(Path("/elsewhere/other.safetensors")) == "other"


def test_that_turns_are_counted_in_words() -> None:
    assert [turns_in_words(turns) for turns in (0, 1, 2, 1_234)] == ["no turns yet", "1 turn", "2 turns", "1,234 turns"]
