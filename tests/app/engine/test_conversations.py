"""Conversations and saved memories through the port: what comes back is exactly what was there."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from app.engine.journal import title_of
from app.engine.memory_commands import OpenSnapshot
from app.models.phase import Phase
from rxt.errors import RxtError
from rxt.events import Sampling

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.app.engine.conftest import Desk
    from tests.app.engine.fake_session import FakeMemory


def _memory(desk: Desk) -> FakeMemory:
    return desk.behaviour.sessions[-1].memory


def test_that_a_conversation_comes_back_with_its_memory_bit_by_bit(desk: Desk) -> None:
    desk.port.new_conversation(7)
    desk.rest()
    for text in ("my name is Alice", "I live in Rome", "what is my name"):
        desk.say(text)
    memory, records, number = _memory(desk), desk.behaviour.sessions[-1].turns, desk.opened.id
    desk.reopen()
    assert [line.id for line in desk.heard.conversations[-1]] == [number]
    desk.port.open_conversation(number)
    desk.rest()
    assert (desk.opened.id, desk.opened.title, desk.opened.initial_seed) == (number, "my name is Alice", 7)
    assert [turn.query for turn in desk.opened.turns] == [record.query for record in records]
    assert _memory(desk).to_bytes() == memory.to_bytes()
    assert desk.opened.initial.sha256 == records[0].memory_before
    desk.say("and now")
    assert desk.behaviour.sessions[-1].turns[-1].turn == 3


def test_that_an_empty_conversation_is_not_stored(desk: Desk) -> None:
    for _ in range(3):
        desk.port.new_conversation(None)
    desk.rest()
    desk.reopen()
    assert desk.heard.conversations[-1] == ()


def test_that_a_conversation_is_listed_under_its_announced_number_as_soon_as_it_begins(desk: Desk) -> None:
    desk.say("Hi there")
    lists = [[line.id for line in lines] for lines in desk.heard.conversations]
    assert lists[:2] == [[], [desk.opened.id]]


def test_that_a_number_taken_by_another_process_is_told_to_the_window(desk: Desk, qtbot: QtBot) -> None:
    announced = desk.opened.id
    with sqlite3.connect(desk.data_dir / "conversations.sqlite") as other:
        known = [row[1] for row in other.execute("PRAGMA table_info(conversation)")]
        values = dict.fromkeys(known, "x") | {"id": announced, "initial_seed": 0, "deleted": 0}
        values |= dict.fromkeys(("layers", "slots", "width", "origin_turns", "created", "updated"), 1)
        names = [name for name in known if name in values]
        marks = ", ".join("?" for _ in names)
        other.execute(
            f"INSERT INTO conversation ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
            [values[name] for name in names],
        )
    other.close()
    with qtbot.waitSignal(desk.port.conversation_renumbered) as told:
        desk.say("Hi there")
    former, number = told.args
    assert former == announced != number
    assert [line.id for line in desk.heard.conversations[-1]] == [number]


def test_that_a_random_seed_is_new_every_time(desk: Desk) -> None:
    desk.port.new_conversation(None)
    desk.rest()
    seeds = [opened.initial_seed for opened in desk.heard.opened]
    assert len(set(seeds)) == len(seeds) == 2


def test_that_a_conversation_of_another_model_is_refused_and_names_both(desk: Desk) -> None:
    desk.say("Hi")
    number = desk.opened.id
    desk.port.load_model("other")
    desk.rest()
    opened = desk.opened
    desk.port.open_conversation(number)
    desk.rest()
    ((refused, title, message),) = desk.heard.refused
    assert (refused, title) == (number, "This chat was not opened")
    assert "bundled" in message
    assert "other" in message
    assert desk.opened is opened


def test_that_a_damaged_memory_is_computed_again_from_the_turns(desk: Desk) -> None:
    desk.say("Hi")
    number, memory = desk.opened.id, _memory(desk).to_bytes()
    rows = sqlite3.connect(desk.data_dir / "conversations.sqlite")
    rows.execute("UPDATE memory SET data = zeroblob(length(data)) WHERE sha256 = ?", (_memory(desk).sha256,))
    rows.commit()
    rows.close()
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert desk.heard.failed == []
    assert _memory(desk).to_bytes() == memory


def test_that_renaming_deleting_and_restoring_show_in_the_list(desk: Desk) -> None:
    desk.say("Hi")
    number = desk.opened.id
    desk.port.rename_conversation(number, "  About\nAlice ")
    desk.port.new_conversation(0)
    desk.port.delete_conversation(number)
    desk.port.restore_conversation(number)
    desk.rest()
    desk.until(lambda: len(desk.heard.conversations) >= 6)
    titles = [[line.title for line in lines] for lines in desk.heard.conversations[-3:]]
    assert titles == [["About Alice"], [], ["About Alice"]]


def test_that_an_empty_title_is_refused(desk: Desk) -> None:
    desk.say("Hi")
    desk.port.rename_conversation(desk.opened.id, " ")
    desk.until(lambda: bool(desk.heard.failed))
    assert desk.heard.failed[-1][0] == "This chat was not renamed"


def test_that_a_title_given_before_the_first_turn_is_kept(desk: Desk) -> None:
    desk.port.rename_conversation(desk.opened.id, "Mine")
    desk.say("Hi")
    assert [line.title for line in desk.heard.conversations[-1]] == ["Mine"]


def test_that_a_chat_has_the_title_of_the_first_message_that_was_not_rejected(desk: Desk) -> None:
    def fail(number: int) -> None:
        raise RuntimeError("boom")

    desk.behaviour.before_token = fail
    desk.say("Zebras")
    assert [text for text, _ in desk.heard.rejected] == ["Zebras"]
    desk.behaviour.before_token = lambda number: None
    listed = len(desk.heard.conversations)
    desk.say("I like tea")
    desk.say("and milk")
    assert {line.title for lines in desk.heard.conversations[listed:] for line in lines} == {"I like tea"}


def test_that_a_title_given_after_a_rejected_message_is_kept(desk: Desk) -> None:
    desk.say("  ")
    desk.port.rename_conversation(desk.opened.id, "Mine")
    desk.say("Hi")
    assert [line.title for line in desk.heard.conversations[-1]] == ["Mine"]


def test_that_another_version_of_the_first_message_leaves_the_title(desk: Desk) -> None:
    desk.say("Hi")
    desk.port.ask_after(None, "Hello", Sampling())
    desk.rest()
    assert [line.title for line in desk.heard.conversations[-1]] == ["Hi"]


def test_that_deleting_the_open_conversation_begins_a_new_one(desk: Desk) -> None:
    desk.say("Hi")
    number = desk.opened.id
    desk.port.delete_conversation(number)
    desk.until(lambda: len(desk.heard.opened) == 2)
    assert desk.opened.id != number
    desk.say("Hello")
    assert [line.id for line in desk.heard.conversations[-1]] == [desk.opened.id]


def test_that_the_conversation_after_a_deleted_one_has_the_seed_that_was_asked_for(desk: Desk) -> None:
    desk.say("Hi")
    desk.port.delete_conversation(desk.opened.id, 42)
    desk.until(lambda: len(desk.heard.opened) == 2)
    assert desk.opened.initial_seed == 42


def test_that_a_chat_that_no_new_one_can_follow_is_not_deleted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RxtError("There is not enough memory.")

    desk.say("Hi")
    number = desk.opened.id
    with monkeypatch.context() as patch:
        patch.setattr("app.engine.opened.fresh", fail)
        desk.port.delete_conversation(number)
        desk.rest()
    assert desk.heard.failed == [("This chat was not deleted", "There is not enough memory.")]
    assert [line.id for line in desk.heard.conversations[-1]] == [number]
    desk.say("Still here?")
    assert (desk.opened.id, desk.heard.conversations[-1][0].turns) == (number, 2)


def test_that_a_saved_memory_opens_as_a_new_conversation(desk: Desk) -> None:
    desk.say("my name is Alice")
    memory = _memory(desk)
    path = desk.port.snapshots_dir / "alice.safetensors"
    desk.port.save_snapshot(path, "Alice", "knows a name")
    assert desk.port.phase is Phase.SAVING
    desk.rest()
    saved = desk.heard.saved[-1]
    assert (saved.title, saved.turns, saved.model) == ("Alice", 1, "bundled")
    desk.port.new_conversation(None)
    desk.port.open_snapshot(path)
    desk.rest()
    assert (desk.opened.origin, desk.opened.initial_seed) == ("Alice", None)
    assert _memory(desk).to_bytes() == memory.to_bytes()
    desk.say("what is my name")
    number = desk.opened.id
    desk.port.save_snapshot(path.with_name("later.safetensors"), "Later", "")
    desk.rest()
    assert desk.heard.saved[-1].turns == 2
    assert [info.title for info in desk.heard.snapshots[-1]] == ["Later", "Alice"]
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert desk.opened.origin == "Alice"


def test_that_only_a_file_that_was_chosen_is_replaced_by_a_saved_memory(desk: Desk) -> None:
    desk.say("my name is Alice")
    path = desk.port.snapshots_dir / "alice.json"
    for beside in (True, True, False):
        desk.port.save_snapshot(path, "Alice", "", beside=beside)
        desk.rest()
    assert [saved.path.name for saved in desk.heard.saved] == ["alice.json", "alice-2.json", "alice.json"]


def test_that_a_synthetic_memory_is_synthetic_until_something_was_said(desk: Desk) -> None:
    def save(name: str) -> Path:
        path = desk.port.snapshots_dir / name
        desk.port.save_snapshot(path, name, "")
        desk.rest()
        return path

    desk.say("my name is Alice")
    path = save("mixed.safetensors")
    assert not desk.heard.saved[-1].synthetic
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"synthetic": True}), "utf-8")
    desk.port.open_snapshot(path)
    desk.rest()
    save("again.safetensors")
    assert desk.heard.saved[-1].synthetic
    desk.say("Hello")
    save("later.safetensors")
    assert not desk.heard.saved[-1].synthetic
    number = desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    desk.port.go_to(None)
    desk.rest()
    save("beginning.safetensors")
    assert desk.heard.saved[-1].synthetic


def test_that_a_memory_is_its_own_parent_in_no_file(desk: Desk) -> None:
    def parent(name: str) -> str | None:
        path = desk.port.snapshots_dir / name
        desk.port.save_snapshot(path, name, "")
        desk.rest()
        found: str | None = json.loads(path.read_text("utf-8"))["parent"]
        return found

    desk.say("my name is Alice")
    memory = _memory(desk).sha256
    assert parent("alice.safetensors") is None
    desk.port.open_snapshot(desk.port.snapshots_dir / "alice.safetensors")
    desk.rest()
    assert parent("same.safetensors") is None
    desk.say("what is my name")
    assert parent("later.safetensors") == memory


@pytest.mark.parametrize("content", [None, "no memory", "{}"])
def test_that_a_memory_that_cannot_be_opened_changes_nothing(desk: Desk, tmp_path: Path, content: str | None) -> None:
    desk.say("Hi")
    opened, memory = desk.opened, _memory(desk)
    path = tmp_path / "x.safetensors"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    desk.port.open_snapshot(path)
    desk.rest()
    assert desk.heard.about == [OpenSnapshot(path)]
    assert desk.heard.failed[-1][0] == OpenSnapshot.failure
    assert desk.opened is opened
    assert desk.behaviour.sessions[-1].memory is memory


def test_that_starting_with_a_broken_memory_still_opens_a_conversation(idle_desk: Desk, tmp_path: Path) -> None:
    idle_desk.start(snapshot=tmp_path / "missing.safetensors")
    assert idle_desk.heard.about == [OpenSnapshot(tmp_path / "missing.safetensors")]
    assert len(idle_desk.heard.opened) == 1
    assert idle_desk.port.phase is Phase.READY


def test_that_a_chat_deleted_before_the_start_can_be_brought_back_for_thirty_days(desk: Desk) -> None:
    numbers = []
    for text in ("Hi", "Hello"):
        desk.say(text)
        numbers.append(desk.opened.id)
        desk.port.delete_conversation(desk.opened.id)
        desk.until(lambda: desk.opened.id != numbers[-1])
    rows = sqlite3.connect(desk.data_dir / "conversations.sqlite")
    rows.execute("UPDATE conversation SET deleted = deleted - 30 * 86400 WHERE id = ?", (numbers[0],))
    rows.commit()
    rows.close()
    desk.reopen()
    assert [line.id for line in desk.heard.deleted[-1]] == [numbers[1]]
    desk.port.restore_conversation(numbers[0])
    desk.port.restore_conversation(numbers[1])
    desk.until(lambda: [line.id for line in desk.heard.conversations[-1]] == [numbers[1]])
    assert desk.heard.failed[-1] == ("This chat was not restored", "This chat does not exist.")


def test_that_a_chat_whose_first_message_is_rejected_is_never_listed(desk: Desk) -> None:
    count = len(desk.heard.conversations)
    desk.say("  ")
    assert desk.heard.rejected[-1][0] == "  "
    assert [lines for lines in desk.heard.conversations[count:] if lines] == []
    desk.say("Hi")
    assert [line.id for line in desk.heard.conversations[-1]] == [desk.opened.id]


def test_that_a_memory_leaves_the_trash_after_thirty_days(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path, trash = desk.port.snapshots_dir / "alice.safetensors", desk.data_dir / "trash"
    desk.port.save_snapshot(path, "Alice", "")
    desk.rest()
    os.utime(path, (1, 1))
    desk.port.delete_snapshot(path)
    desk.until(lambda: not path.exists())
    (trash / "notes.txt").write_text("mine", encoding="utf-8")
    desk.reopen()
    assert len(list(trash.iterdir())) == 2
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 30 * 86400 + 60)
    desk.reopen()
    assert [file.name for file in trash.iterdir()] == ["notes.txt"]


def test_that_a_memory_deleted_by_an_early_clock_is_not_dated_before_the_one_saved_last(desk: Desk) -> None:
    paths = [desk.port.snapshots_dir / f"{name}.safetensors" for name in ("alice", "bob")]
    for path in paths:
        desk.port.save_snapshot(path, path.stem, "")
    desk.rest()
    later_s = time.time() + 3 * 86400
    os.utime(paths[0], (later_s, later_s))
    desk.port.delete_snapshot(paths[1])
    kept = desk.data_dir / "trash" / "bob.safetensors"
    desk.until(lambda: kept.exists() and kept.stat().st_mtime == pytest.approx(later_s))  # it is dated after the move


def test_that_a_memory_dated_in_the_far_future_leaves_the_trash_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    trash = desk.data_dir / "trash"
    trash.mkdir()
    memory = trash / "alice.safetensors"
    memory.write_bytes(b"numbers")
    real = time.time
    future_s = real() + 400 * 86400
    os.utime(memory, (future_s, future_s))
    monkeypatch.setattr(time, "time", lambda: real() - 100 * 86400)  # an early clock erases nothing
    desk.reopen()
    monkeypatch.setattr(time, "time", lambda: real() + 29 * 86400)
    desk.reopen()
    assert memory.exists()
    monkeypatch.setattr(time, "time", lambda: real() + 31 * 86400)
    desk.reopen()
    assert not memory.exists()


def test_that_a_database_that_breaks_in_an_unforeseen_way_does_not_keep_the_model_from_loading(
    idle_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IndexError("no such column")

    monkeypatch.setattr("app.engine.journal.ConversationStore.list", fail)
    idle_desk.start()
    assert idle_desk.port.phase is Phase.READY
    assert idle_desk.heard.failed == [
        ("Not saved", "The conversations could not be read (IndexError: no such column).")
    ]
    assert idle_desk.port.shutdown()
    monkeypatch.setattr("app.engine.journal.ConversationStore.__init__", fail)
    idle_desk.reopen()
    assert idle_desk.port.phase is Phase.READY
    assert idle_desk.heard.failed[0][0] == "Nothing is saved"
    assert "IndexError" in idle_desk.heard.failed[0][1]


def test_that_a_chat_of_a_former_version_of_the_model_is_refused_with_a_way_out(desk: Desk) -> None:
    desk.say("Hi")
    number = desk.opened.id
    rows = sqlite3.connect(desk.data_dir / "conversations.sqlite")
    rows.execute("UPDATE conversation SET fingerprint = 'former'")
    rows.commit()
    rows.close()
    desk.reopen().port.open_conversation(number)
    desk.rest()
    ((refused, title, message),) = desk.heard.refused
    assert (refused, title) == (number, "This chat was not opened")
    assert "open that version: File, Use the bundled model, or a copy of its folder" in message


def test_that_the_bundled_model_is_no_way_out_while_it_is_open(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.messages.ModelInfo.is_bundled", True)
    desk.say("Hi")
    number = desk.opened.id
    for column in ("fingerprint", "model"):
        with closing(sqlite3.connect(desk.data_dir / "conversations.sqlite")) as rows:
            rows.execute(f"UPDATE conversation SET {column} = 'former'")  # noqa: S608
            rows.commit()
        desk.reopen().port.open_conversation(number)
        desk.rest()
        _, _, message = desk.heard.refused[-1]
        assert "Use the bundled model" not in message
        assert "Open model folder" in message
        assert "“Read it” shows what was said" in message


def test_that_a_deleted_memory_moves_to_the_trash(desk: Desk, tmp_path: Path) -> None:
    path = desk.port.snapshots_dir / "alice.safetensors"
    for _ in range(2):
        desk.port.save_snapshot(path, "Alice", "")
        desk.port.delete_snapshot(path)
    desk.rest()
    desk.until(lambda: len(list((desk.data_dir / "trash").glob("*"))) == 2)
    assert not path.exists()
    outside = tmp_path / "mine.safetensors"
    outside.write_text("mine", encoding="utf-8")
    desk.port.delete_snapshot(outside)
    desk.until(lambda: bool(desk.heard.failed))
    assert outside.read_text(encoding="utf-8") == "mine"


def test_that_memories_are_listed_and_deleted_without_a_model(desk: Desk) -> None:
    path = desk.port.snapshots_dir / "a.safetensors"
    desk.port.save_snapshot(path, "A", "")
    desk.rest()
    desk.behaviour.fail_load = RuntimeError("no model today")
    desk.reopen()
    assert [info.title for info in desk.heard.snapshots[-1]] == ["A"]
    desk.port.delete_snapshot(path)
    desk.until(lambda: desk.heard.snapshots[-1] == ())
    desk.port.open_conversation(1)
    desk.port.new_conversation(None)
    desk.port.save_snapshot(path, "A", "")
    desk.until(lambda: len(desk.heard.failed) == 2)
    assert [number for number, _, _ in desk.heard.refused] == [1]
    assert not path.exists()
    assert desk.port.phase is Phase.NO_MODEL


def test_that_unreadable_files_do_not_hide_the_other_memories(desk: Desk) -> None:
    desk.port.save_snapshot(desk.port.snapshots_dir / "a.safetensors", "A", "")
    desk.rest()
    (desk.port.snapshots_dir / "b.safetensors").write_text("damaged", encoding="utf-8")
    desk.port.refresh_snapshots()
    desk.until(lambda: len(desk.heard.snapshots) == 3)
    assert [info.title for info in desk.heard.snapshots[-1]] == ["A"]


def test_that_what_a_kill_left_among_the_memories_is_swept_a_day_later(desk: Desk) -> None:
    desk.port.save_snapshot(desk.port.snapshots_dir / "a.safetensors", "A", "")
    desk.rest()
    old, young, foreign = (
        desk.port.snapshots_dir / name
        for name in (".a.safetensors.0123456789abcdef.tmp", ".b.0123456789abcdef.tmp", ".notes.tmp")
    )
    for path in (old, young, foreign):
        path.write_bytes(b"half")
    for path in (old, foreign):
        os.utime(path, (0, 0))
    desk.reopen()
    assert not old.exists()
    assert young.exists()
    assert foreign.exists()
    assert [info.title for info in desk.heard.snapshots[-1]] == ["A"]


def test_that_a_data_folder_that_cannot_be_written_does_not_stop_the_talk(idle_desk: Desk) -> None:
    idle_desk.data_dir.write_text("a file where the folder should be", encoding="utf-8")
    idle_desk.start()
    idle_desk.say("Hi")
    idle_desk.say("my name is Alice")
    assert [title for title, _ in idle_desk.heard.failed] == ["Nothing is saved"]
    assert len(idle_desk.behaviour.sessions[-1].turns) == 2


def test_that_what_a_full_disk_refused_is_saved_when_there_is_room_again(desk: Desk) -> None:
    desk.say("first")
    connection = desk.port._worker.engine._journal.store._connection
    connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the current size instead: full from now on
    words = " ".join(f"word{number}" for number in range(3_000))
    desk.say(words)
    desk.say(words)
    announced = desk.opened.id
    desk.port.new_conversation(0)
    desk.rest()
    assert desk.opened.id == announced + 1
    desk.say(words)
    assert [title for title, _ in desk.heard.failed] == ["Not saved"]
    connection.execute("PRAGMA max_page_count = 100000")
    desk.say("last")
    memory, number = _memory(desk), desk.opened.id
    desk.reopen().port.open_conversation(announced)
    desk.rest()
    assert [turn.query for turn in desk.opened.turns] == ["first", words, words]
    desk.port.open_conversation(number)
    desk.rest()
    assert [turn.query for turn in desk.opened.turns] == [words, "last"]
    assert _memory(desk).to_bytes() == memory.to_bytes()


def test_that_a_damaged_database_is_reported_and_kept(idle_desk: Desk) -> None:
    idle_desk.data_dir.mkdir()
    (idle_desk.data_dir / "conversations.sqlite").write_bytes(b"damaged" * 1000)
    idle_desk.start()
    assert idle_desk.heard.failed[0][0] == "Earlier conversations could not be read"
    assert len(list((idle_desk.data_dir / "quarantine").iterdir())) == 1
    idle_desk.say("Hi")
    assert len(idle_desk.heard.conversations[-1]) == 1


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("Hi, my name is\n\tAlice.", "Hi, my name is Alice."),
        ("word " * 30, "word " * 11 + "word…"),
        ("x" * 80, "x" * 60 + "…"),
        ("a\u202eb", "ab"),
        ("e\u0301" * 40, "e\u0301" * 30 + "…"),
        ("x" * 58 + "👨\u200d👩\u200d👧", "x" * 58 + "…"),
        ("", ""),
    ],
)
def test_that_a_title_is_one_line_and_never_cuts_a_character(query: str, title: str) -> None:
    assert title_of(query) == title
    assert len(title) <= 61
