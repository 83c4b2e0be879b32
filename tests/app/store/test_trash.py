"""What was deleted is kept for a time, and then nothing of it is left in the file."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store import trash
from app.store.conversation_store import ConversationStore
from app.store.errors import StoreError
from app.store.trash import DAY_S, KEPT_DAYS
from tests.app.engine.fake_session import SHAPE
from tests.app.store.history import create, memory, replayed, say

KEPT_S = KEPT_DAYS * DAY_S
WORD = "swordfish"


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[ConversationStore]:
    opened = ConversationStore(tmp_path / "conversations.sqlite", clock)
    yield opened
    opened.close()


def rows(store: ConversationStore, table: str) -> int:
    connection = sqlite3.connect(store.file)
    count = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608
    connection.close()
    return int(count)


def set_deleted(store: ConversationStore, conversation: int, value: int) -> None:
    connection = sqlite3.connect(store.file)
    connection.execute("UPDATE conversation SET deleted = ? WHERE id = ?", (value, conversation))
    connection.commit()
    connection.close()


def test_that_a_deleted_conversation_is_kept_for_thirty_days(store: ConversationStore, clock: Clock) -> None:
    number = create(store)
    turn = say(store, number, "Hi")
    store.delete(number)
    clock.now_s += KEPT_S - 1
    assert store.empty_trash() == 0
    store.restore(number)
    assert [item.id for item in store.list()] == [number]
    assert replayed(store, turn)
    clock.now_s += KEPT_S
    assert store.empty_trash() == 0


def test_that_nothing_of_an_erased_conversation_is_left(store: ConversationStore, clock: Clock, tmp_path: Path) -> None:
    kept = create(store, "kept", seed=1)
    last = say(store, kept, "I stay")
    number = create(store, WORD, seed=2)
    first = say(store, number, f"the word is {WORD}")
    say(store, number, "another", parent=first)
    say(store, number, f"and {WORD} once more", parent=None)
    assert [item.id for item in store.search(WORD)] == [number]  # it is in the index, too
    store.delete(number)
    clock.now_s += KEPT_S
    assert store.empty_trash() == 1
    assert store.list(deleted=True) == ()
    with pytest.raises(StoreError, match="does not exist"):
        store.restore(number)
    arrays = len(store._db.read("SELECT 1 FROM turn_array WHERE turn = ?", last))
    tables = ("conversation", "turn", "memory", "turn_array")
    assert [rows(store, table) for table in tables] == [1, 1, 2, arrays]
    assert replayed(store, last)
    assert store.search(WORD) == ()
    assert [item.id for item in store.search("stay")] == [kept]
    store.close()
    assert not any(WORD.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_that_a_damaged_index_is_no_reason_to_put_the_database_aside_after_an_erasure(
    store: ConversationStore, clock: Clock, tmp_path: Path
) -> None:
    kept, number = create(store, "kept", seed=1), create(store, WORD, seed=2)
    say(store, kept, "I stay")
    say(store, number, WORD)
    assert [item.id for item in store.search(WORD)] == [number]
    with contextlib.closing(sqlite3.connect(store.file, isolation_level=None)) as other:
        other.execute("UPDATE turn_text_data SET block = x'ffffffffffff' WHERE id > 1")
    store.delete(number)
    clock.now_s += KEPT_S
    assert store.empty_trash() == 1
    assert [item.id for item in store.search("stay")] == [kept]
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == [store.file.name]
    assert WORD.encode() not in store.file.read_bytes()


def test_that_memories_of_other_conversations_stay(store: ConversationStore, clock: Clock) -> None:
    number, other = create(store), create(store)
    turns = [say(store, conversation, "the same") for conversation in (number, other)]
    store.delete(number)
    clock.now_s += KEPT_S
    store.empty_trash()
    assert store.memory(memory(0).sha256)
    assert replayed(store, turns[1])


def test_that_the_file_gets_smaller_bit_by_bit_after_something_was_erased(
    store: ConversationStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pages() -> int:
        return int(store._db.read("PRAGMA page_count")[0][0])

    kept, number = create(store, "kept", seed=1), create(store, "gone", seed=2)
    last = say(store, kept, "I stay")
    say(store, number, "x" * 200_000)
    before = pages()
    monkeypatch.setattr(trash, "GIVEN_BACK_PAGES", 10)
    store.delete(number)
    clock.now_s += KEPT_S
    assert store.empty_trash() == 1
    assert pages() == before - 10
    monkeypatch.setattr(trash, "GIVEN_BACK_PAGES", 1000)
    assert store.empty_trash() == 0
    assert pages() < before - 40
    assert store._db.read("PRAGMA integrity_check")[0][0] == "ok"
    assert replayed(store, last)


def test_that_what_an_erasure_takes_does_not_grow_with_what_others_have_said(tmp_path: Path, clock: Clock) -> None:
    def steps(turns: int, erased: int) -> int:
        """Of SQLite's machine, for a database with one other conversation."""
        store, count = ConversationStore(tmp_path / f"{turns}-{erased}.sqlite", clock), itertools.count()
        other = create(store, "other")
        for number in range(turns):
            say(store, other, f"{number}")
        for seed in range(erased):
            number = create(store, seed=seed + 1)
            say(store, number, "Hi")
            store.delete(number)
        clock.now_s += KEPT_S
        store._connection.set_progress_handler(lambda: next(count) < 0, 1)
        assert store.empty_trash() == erased
        store._connection.set_progress_handler(None, 1)
        store.close()
        return next(count)

    few, many = (steps(turns, 5) - steps(turns, 1) for turns in (2, 40))
    assert many < 1.5 * few


def test_that_a_memory_that_no_conversation_has_goes_with_the_next_erasure(
    store: ConversationStore, clock: Clock
) -> None:
    store.keep_memory(memory(7).to_bytes(), SHAPE)
    number = create(store)
    say(store, number, "Hi")
    store.delete(number)
    clock.now_s += KEPT_S
    assert store.empty_trash() == 1
    assert rows(store, "memory") == 0


def test_that_what_was_deleted_in_the_far_future_is_erased_some_day(store: ConversationStore, clock: Clock) -> None:
    number = create(store)
    say(store, number, "Hi")
    set_deleted(store, number, 9_999_999_999)
    assert store.empty_trash() == 0
    clock.now_s += KEPT_S - 1
    assert store.empty_trash() == 0
    assert [item.id for item in store.list(deleted=True)] == [number]
    clock.now_s += KEPT_S
    assert store.empty_trash() == 1


def test_that_a_chat_that_was_used_in_the_far_future_is_erased_thirty_days_after_its_deletion(
    store: ConversationStore, clock: Clock
) -> None:
    right_s, clock.now_s = clock.now_s, 4_000_000_000.0
    number = create(store)
    say(store, number, "Hi")
    store.delete(number)
    clock.now_s = right_s
    assert store.empty_trash() == 0
    clock.now_s += KEPT_S - 1
    assert store.empty_trash() == 0
    clock.now_s += 1
    assert store.empty_trash() == 1


@pytest.mark.parametrize("early_s", [0.0, 1_577_836_800.0, 1_690_000_000.0])
def test_that_a_start_with_an_early_clock_does_not_shorten_the_days_of_what_was_deleted(
    store: ConversationStore, clock: Clock, early_s: float
) -> None:
    number = create(store)
    say(store, number, "Hi")
    clock.now_s += 50 * DAY_S  # between the last message and the deletion
    store.delete(number)
    right_s, clock.now_s = clock.now_s, early_s
    assert [store.empty_trash(), store.empty_trash()] == [0, 0]
    clock.now_s = right_s + DAY_S
    assert store.empty_trash() == 0
    assert [item.id for item in store.list(deleted=True)] == [number]
    clock.now_s += KEPT_S
    assert store.empty_trash() == 1


@pytest.mark.parametrize("is_new", [True, False])
def test_that_what_was_deleted_by_an_early_clock_is_kept_for_thirty_days(
    store: ConversationStore, clock: Clock, is_new: bool
) -> None:
    right_s, early_s = clock.now_s, 1_577_836_800.0  # 2020
    clock.now_s = early_s if is_new else right_s
    number = create(store)
    say(store, number, "Hi")
    clock.now_s = early_s
    store.delete(number)
    assert store.list() == ()
    clock.now_s = right_s + DAY_S
    assert store.empty_trash() == 0
    clock.now_s += KEPT_S - 1
    assert store.empty_trash() == 0
    clock.now_s += 1
    assert store.empty_trash() == 1


def test_that_a_clock_before_its_time_deletes_all_the_same(store: ConversationStore, clock: Clock) -> None:
    clock.now_s = 0.0
    number = create(store)
    say(store, number, "Hi")
    store.delete(number)
    assert store.list() == ()
    assert store.empty_trash() == 0
