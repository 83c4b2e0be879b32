"""A damaged database is put aside, and everything that can be read of it is in the new one."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models.memory_status import TURN_PHASES
from app.store.conversation_store import ConversationStore
from app.store.errors import StoreError
from app.store.records import Salvaged, Turn
from rxt.events import Sampling, TurnRecord
from tests.app.engine.fake_session import SHAPE
from tests.app.store.history import create, memory, replayed, say
from tests.app.store.test_conversation_store import assert_equal_records

CONVERSATIONS, TURNS = 6, 8
PAGE_BYTES = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database in good order, with branches, an edited answer and a forgotten turn."""
    path = tmp_path_factory.mktemp("sound") / "conversations.sqlite"
    store = ConversationStore(path)
    for seed in range(CONVERSATIONS):
        number = create(store, f"Title {seed}", seed)
        turns = [say(store, number, f"question {seed} {step} " + "x" * 300, "answer") for step in range(TURNS - 2)]
        say(store, number, "another", parent=turns[2])
        store.copy_turn(turns[0], None, number=0, memory_before="x", forgotten=True)
        store.edit_answer(turns[1], "edited")
        store.set_pinned(number, seed % 2 == 0)
        store.set_tip(number, turns[-1])
    store.search("question")  # so that there is an index
    store.close()
    return path.read_bytes()


def content(store: ConversationStore) -> list[object]:
    """Everything a reader sees, and every memory."""
    seen: list[object] = []
    for item in store.list():
        seen.append((item.id, item.title, item.pinned, item.tip, item.initial_memory))
        for turn in store.turns(item.id):
            state = replayed(store, turn.id).sha256 if turn.record is not None else ""
            seen.append((turn.id, turn.parent, turn.number, turn.query, turn.answer, turn.memory_status, state))
    return seen


def reopen(path: Path, data: bytes) -> ConversationStore:
    path.write_bytes(data)
    return ConversationStore(path)


def test_that_a_database_without_its_index_is_salvaged_whole(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    store = reopen(path, sound)
    before = content(store)
    root = store._connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'turn_of_conversation'")
    page = root.fetchone()[0]
    store.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * PAGE_BYTES : page * PAGE_BYTES] = b"\xff" * PAGE_BYTES
    again = reopen(path, bytes(data))
    assert again.quarantined is not None
    assert again.quarantined.read_bytes() == bytes(data)
    assert again.salvaged == Salvaged(CONVERSATIONS, CONVERSATIONS * TURNS, 0, again.salvaged.memories)
    assert content(again) == before
    say(again, 1, "and on")
    again.close()
    clean = ConversationStore(path)
    assert (clean.quarantined, clean.salvaged) == (None, None)
    clean.close()


def test_that_two_files_that_are_put_aside_in_the_same_second_are_both_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.database_file.time.strftime", lambda *_: "20260101-000000")
    path = tmp_path / "conversations.sqlite"
    for data in (b"one" * 999, b"two" * 999):
        reopen(path, data).close()
    assert sorted(file.read_bytes()[:3] for file in (tmp_path / "quarantine").iterdir()) == [b"one", b"two"]


def damage(sound: bytes, kind: str, chance: random.Random) -> bytes:
    data = bytearray(sound)
    match kind:
        case "page":
            at = chance.randrange(1, len(data) // PAGE_BYTES) * PAGE_BYTES
            data[at : at + PAGE_BYTES] = chance.choice([bytes(PAGE_BYTES), chance.randbytes(PAGE_BYTES)])
        case "cut":
            del data[chance.randrange(1, len(data) // 512) * 512 :]
        case "bits":
            for _ in range(chance.choice([1, 3, 30])):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


@pytest.mark.parametrize("kind", ["page", "cut", "bits"])
def test_that_what_is_read_after_damage_is_true(sound: bytes, tmp_path: Path, kind: str) -> None:
    """A turn that is in memory is exactly what it was; nothing escapes but sentences."""
    path = tmp_path / "conversations.sqlite"
    store = reopen(path, sound)
    truth = {turn.id: turn.record for turn in remembered(store)}
    store.close()
    chance = random.Random(kind)
    salvaged = 0
    for _ in range(40):
        for leftover in path.parent.glob("conversations.sqlite*"):
            leftover.unlink()
        try:
            store = reopen(path, damage(sound, kind, chance))
        except StoreError:
            continue
        salvaged += store.salvaged is not None and store.salvaged.turns > 0
        for turn in remembered(store):
            assert_equal_records(turn.record, truth[turn.id])
        store.close()
    assert salvaged > (0 if kind == "bits" else 20)


def remembered(store: ConversationStore) -> Iterator[Turn]:
    """The turns in memory that can still be read."""
    with contextlib.suppress(StoreError):
        for item in store.list():
            for node in store.tree(item.id):
                with contextlib.suppress(StoreError):
                    turn = store.turn(node.id)
                    if turn.record is not None:
                        yield turn


def test_that_damage_that_shows_later_is_salvaged_at_the_next_start(
    sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "conversations.sqlite"
    store = reopen(path, sound)
    page = store._connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'turn'").fetchone()[0]
    store.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * PAGE_BYTES : page * PAGE_BYTES] = bytes(PAGE_BYTES)
    monkeypatch.setattr("app.store.database.CHECKED_BYTES", 0)
    large = reopen(path, bytes(data))
    assert large.quarantined is None, "a large database is not checked at every start"
    with pytest.raises(StoreError):
        large.turns(1)
    large.close()
    marker = path.with_name("conversations.sqlite-suspect")
    assert marker.exists()
    again = ConversationStore(path)
    assert again.quarantined is not None
    assert not marker.exists()
    again.close()


def test_that_a_silently_changed_record_costs_its_place_in_memory_only(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    store = ConversationStore(path)
    number = create(store)
    turns = [say(store, number, f"q{step}") for step in range(3)]
    store._connection.execute("UPDATE turn SET interaction_ids = '[1]' WHERE id = ?", (turns[2],))
    with pytest.raises(StoreError, match="turn 2 is damaged"):
        store.path(turns[2])
    store.close()
    again = ConversationStore(path)
    assert again.salvaged is not None
    assert [(turn.query, turn.memory_status) for turn in again.path(turns[2])] == [
        ("q0", "in memory"),
        ("q1", "in memory"),
        ("q2", "not"),
    ]
    again.close()


def test_that_a_lost_turn_takes_later_ones_out_of_memory_but_not_their_words(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    store = ConversationStore(path)
    number = create(store)
    turns = [say(store, number, f"q{step}") for step in range(4)]
    store._connection.execute("PRAGMA foreign_keys = OFF")
    store._connection.execute("DELETE FROM turn WHERE id = ?", (turns[1],))
    store.close()
    data = bytearray(path.read_bytes())
    connection = sqlite3.connect(path)
    page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'turn_of_parent'").fetchone()[0]
    connection.close()
    data[(page - 1) * PAGE_BYTES : page * PAGE_BYTES] = b"\xff" * PAGE_BYTES
    again = reopen(path, bytes(data))
    assert again.salvaged is not None
    assert (again.salvaged.turns, again.salvaged.text_only) == (3, 2)
    path_now = again.path(again.conversation(number).tip)
    assert [(turn.query, turn.memory_status) for turn in path_now] == [
        ("q0", "in memory"),
        ("q2", "not"),
        ("q3", "not"),
    ]
    assert "Recovered" in path_now[1].error
    replayed(again, turns[3])
    say(again, number, "and on")
    again.close()


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"title TEXT NOT NULL", b"titlf TEXT NOT NULL"),
        (b"title TEXT NOT NULL", b"titl\xff TEXT NOT NULL"),
        (b"edited_answer TEXT", b"edited_answes TEXT"),
        (b"memory_after TEXT", b"memory_bfter TEXT"),
        (b"memory_after TEXT", b"memory_afte\xff TEXT"),
        (b"sha256 TEXT PRIMARY", b"sha25\xff TEXT PRIMARY"),
    ],
)
def test_that_nothing_is_lost_with_a_letter_in_the_name_of_a_column(
    sound: bytes, tmp_path: Path, good: bytes, bad: bytes
) -> None:
    path = tmp_path / "conversations.sqlite"
    with contextlib.closing(reopen(path, sound)) as store:
        expected = content(store)
    assert sound.count(good) == 1
    with contextlib.closing(reopen(path, sound.replace(good, bad))) as store:
        assert store.quarantined is not None
        assert content(store) == expected
        say(store, create(store, "still"), "writable")


@pytest.mark.parametrize("now_s", [1_800_000_000.0, 0.0])  # 0: a clock that is wrong
def test_that_a_deleted_conversation_keeps_its_time_of_deletion_when_it_is_salvaged(
    sound: bytes, tmp_path: Path, now_s: float
) -> None:
    path = tmp_path / "conversations.sqlite"
    path.write_bytes(sound)
    with contextlib.closing(ConversationStore(path, clock=lambda: now_s)) as store:
        store.delete(store.list()[0].id)
        before = store._db.read("SELECT deleted FROM conversation")
    (tmp_path / "conversations.sqlite-suspect").touch()
    with contextlib.closing(ConversationStore(path)) as store:
        assert store.quarantined is not None
        assert [tuple(row) for row in store._db.read("SELECT deleted FROM conversation")] == [
            tuple(row) for row in before
        ]


def test_that_all_that_is_sound_is_salvaged_as_it_was(tmp_path: Path) -> None:
    def seen(store: ConversationStore) -> list[object]:
        turns = store.turns(number)
        plain = [[getattr(turn, field.name) for field in dataclasses.fields(turn)] for turn in turns]
        return [store.list(), [[value for value in turn if not isinstance(value, TurnRecord)] for turn in plain]]

    path = tmp_path / "conversations.sqlite"
    with contextlib.closing(ConversationStore(path, clock=itertools.count(1000.5).__next__)) as store:
        say(store, create(store), "of another one")
        number = store.create(
            title="Ada",
            model="m",
            fingerprint="f",
            shape=SHAPE,
            memory=memory(3).to_bytes(),
            seed=3,
            origin="o",
            origin_turns=7,
        )
        first = say(store, number, "one")
        store.edit_answer(say(store, number, "two"), "edited")
        store.fail(store.copy_turn(first, None, number=0, memory_before="x", forgotten=True), "Stopped.")
        store.begin_turn(number, 1, "pending", Sampling(seed=9), "y", parent=first)
        store.set_tip(number, first)
        before = seen(store)
    path.with_name(f"{path.name}-suspect").touch()
    with contextlib.closing(ConversationStore(path)) as store:
        assert store.quarantined is not None
        assert seen(store) == before
        assert store._db.read("PRAGMA auto_vacuum")[0][0] == 2  # so that it can get smaller later


def test_that_a_conversation_whose_memory_or_tip_is_lost_keeps_its_shape_and_ends_at_its_newest_turn(
    tmp_path: Path,
) -> None:
    path = tmp_path / "conversations.sqlite"
    with contextlib.closing(ConversationStore(path)) as store:
        numbers = [create(store, seed=seed) for seed in (1, 2)]
        turns = [say(store, number, f"Hi {step}") for step in range(2) for number in numbers]
        store._connection.execute("PRAGMA foreign_keys = OFF")
        store._connection.execute("DELETE FROM memory WHERE sha256 = ?", (memory(1).sha256,))
        for number, tip in zip(numbers, (turns[1], 999), strict=True):  # of another conversation, and none
            store._connection.execute("UPDATE conversation SET tip = ? WHERE id = ?", (tip, number))
    path.with_name(f"{path.name}-suspect").touch()
    with contextlib.closing(ConversationStore(path)) as store:
        found = [store.conversation(number) for number in numbers]
    assert [(item.shape, item.tip) for item in found] == [(SHAPE, turns[2]), (SHAPE, turns[3])]


def test_that_a_rescue_that_was_cut_off_is_begun_again(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    path.with_name(f"{path.name}-rescued").write_bytes(sound[:5000])
    path.with_name(f"{path.name}-suspect").touch()
    with contextlib.closing(reopen(path, sound)) as store:
        assert store.quarantined is not None
        assert len(store.list()) == CONVERSATIONS


@pytest.mark.parametrize("version", [0, -1])
def test_that_a_database_of_another_program_is_put_aside_as_it_is(tmp_path: Path, version: int) -> None:
    path = tmp_path / "conversations.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE kept (number)")
        other.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with contextlib.closing(ConversationStore(path)) as store:
        assert store.quarantined is not None
        assert store.quarantined.read_bytes() == before
        say(store, create(store), "Hi")


def test_that_a_rescue_that_was_cut_off_before_its_last_step_is_taken_up(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    path.with_name("conversations.sqlite-rescued").write_bytes(sound)
    store = ConversationStore(path)
    assert len(store.list()) == CONVERSATIONS
    store.close()
    assert sorted(os.listdir(tmp_path)) == ["conversations.sqlite"]


@pytest.mark.parametrize("journal", ["lost", "foreign", "torn", "noise"])
def test_that_a_wrong_journal_never_costs_what_was_there_before_it(tmp_path: Path, journal: str) -> None:
    path, other = tmp_path / "conversations.sqlite", tmp_path / "other.sqlite"
    store = ConversationStore(path)
    number = create(store)
    before = say(store, number, "checkpointed")
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    say(store, number, "in the journal")
    data, wal = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    store.close()
    stranger = ConversationStore(other)
    say(stranger, create(stranger), "another")
    foreign = Path(f"{other}-wal").read_bytes()
    stranger.close()
    path.write_bytes(data)
    match journal:
        case "foreign":
            Path(f"{path}-wal").write_bytes(foreign)
        case "torn":
            Path(f"{path}-wal").write_bytes(wal[: len(wal) // 2])
        case "noise":
            Path(f"{path}-wal").write_bytes(random.Random(0).randbytes(50_000))
    again = ConversationStore(path)
    assert again.quarantined is None
    assert again.path(again.conversation(number).tip)[0].id == before
    assert replayed(again, before).sha256
    assert again._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    again.close()


def test_that_the_database_takes_the_phases_that_are_salvaged(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "conversations.sqlite")
    (table,) = store._connection.execute("SELECT sql FROM sqlite_master WHERE name = 'turn'").fetchone()
    store.close()
    assert f"phase IN {TURN_PHASES!r}" in table
