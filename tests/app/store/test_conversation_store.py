"""The store keeps what it acknowledged, gives it back bit by bit, and refuses what it does not understand."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import sqlite3
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from app.store.conversation_store import ConversationStore
from app.store.errors import NotWritableError, StoreError
from app.store.records import Conversation
from app.store.turn_codec import clean
from rxt.events import GateLaw, GateStage, Sampling, TurnMetrics, TurnRecord, frozen_array
from tests.app.engine.fake_session import SHAPE, FakeMemory, FakeModel, make_record

GREEDY = Sampling()


def _memory(seed: int) -> FakeMemory:
    return FakeModel("m").initial_memory(seed)


def _create(store: ConversationStore, title: str = "Alice") -> int:
    return store.create(title=title, model="m", fingerprint="f", shape=SHAPE, memory=_memory(0).to_bytes(), seed=0)


def _turn(store: ConversationStore, conversation: int, number: int = 0) -> int:
    before, after = _memory(number), _memory(number + 1)
    record = make_record(number, "Hi", "Hello", "eos", GREEDY, before, after)
    turn = store.begin_turn(conversation, number, "Hi", GREEDY, before.sha256)
    store.reply(turn, "Hello", "eos")
    store.remember(turn, record, after.to_bytes(), SHAPE)
    return turn


def _fill(store: ConversationStore, conversation: int) -> None:
    for number in range(1, 200):
        _turn(store, conversation, number)


def assert_equal_records(left: TurnRecord, right: TurnRecord) -> None:
    for item in dataclasses.fields(TurnRecord):
        a, b = getattr(left, item.name), getattr(right, item.name)
        if item.name == "gates":
            assert [(stage.name, stage.law) for stage in a] == [(stage.name, stage.law) for stage in b]
            assert [stage.values.tobytes() for stage in a] == [stage.values.tobytes() for stage in b]
        elif isinstance(a, np.ndarray):
            assert (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())
            assert not b.flags.writeable
        else:
            assert a == b


def test_that_a_conversation_and_its_turns_survive_closing(store: ConversationStore) -> None:
    number = _create(store)
    for turn in range(3):
        _turn(store, number, turn)
    store.close()
    again = ConversationStore(store.file)
    stored = again.conversation(number)
    assert (stored.title, stored.turns, stored.shape, stored.initial_seed) == ("Alice", 3, SHAPE, 0)
    turns = again.turns(number)
    assert [turn.phase for turn in turns] == ["remembered"] * 3
    assert [turn.parent for turn in turns] == [None, turns[0].id, turns[1].id]
    assert turns[2].record is not None
    assert again.memory(turns[2].record.memory_after) == (_memory(3).to_bytes(), SHAPE)
    again.close()


def test_that_a_conversation_is_listed_as_it_was_created(tmp_path: Path) -> None:
    times = [1000.0]
    store = ConversationStore(tmp_path / "conversations.sqlite", clock=lambda: times[-1])
    shape, memory = (1, 2, 3), bytes(4 * 1 * 2 * 3)
    number = store.create(
        title="Alice",
        model="m",
        fingerprint="f",
        shape=shape,
        memory=memory,
        origin="library: mine",
        origin_turns=7,
        id=5,
    )
    assert store.conversation(number).updated == 1000.0
    times.append(2000.0)
    turn = store.begin_turn(number, 0, "Hi", GREEDY, "x")
    sha256 = hashlib.sha256(memory).hexdigest()
    assert store.list() == (
        Conversation(5, "Alice", "m", "f", shape, None, sha256, "library: mine", 7, 1, 1000.0, 2000.0, False, turn),
    )
    store.close()


def test_that_half_a_letter_in_a_name_is_replaced(store: ConversationStore) -> None:
    number = store.create(
        title="a\ud800", model="b\udfff", fingerprint="f", shape=SHAPE, memory=_memory(0).to_bytes(), origin="c\ud800"
    )
    stored = store.conversation(number)
    assert (stored.title, stored.model, stored.origin) == ("a\ufffd", "b\ufffd", "c\ufffd")
    store.rename(number, "\ud83d\ude00 \ud800")
    _turn(store, number)
    assert [item.title for item in store.search("\ud83d\ude00")] == ["\U0001f600 \ufffd"]
    assert store.snippets([number], "\ud800") == {}


def test_that_a_turn_shows_how_far_it_came(store: ConversationStore) -> None:
    number = _create(store)
    turn = store.begin_turn(number, 0, "Hi", GREEDY, "x")
    assert [(row.phase, row.answer) for row in store.turns(number)] == [("pending", "")]
    store.draft(turn, "Hel")
    assert [(row.phase, row.answer) for row in store.turns(number)] == [("pending", "Hel")]
    store.reply(turn, "Hello", "stopped")
    store.fail(turn, "The memory was not written.")
    row = store.turns(number)[0]
    assert (row.phase, row.answer, row.error, row.record) == ("replied", "Hello", "The memory was not written.", None)


def test_that_a_record_never_gets_a_memory_that_it_does_not_name(store: ConversationStore) -> None:
    number = _create(store)
    turn = store.begin_turn(number, 0, "Hi", GREEDY, "x")
    record = make_record(0, "Hi", "Hello", "eos", GREEDY, _memory(0), _memory(1))
    with pytest.raises(StoreError, match="disagree"):
        store.remember(turn, record, _memory(2).to_bytes(), SHAPE)
    assert store.turns(number)[0].phase == "pending"
    with pytest.raises(StoreError, match="missing"):
        store.memory(_memory(2).sha256)


def test_that_equal_memories_are_stored_once(store: ConversationStore) -> None:
    _turn(store, _create(store))
    _turn(store, _create(store))
    rows = sqlite3.connect(store.file)
    assert rows.execute("SELECT COUNT(*) FROM memory").fetchone() == (2,)
    rows.close()


def test_that_a_changed_memory_is_refused(store: ConversationStore) -> None:
    _turn(store, _create(store))
    rows = sqlite3.connect(store.file)
    rows.execute("UPDATE memory SET data = zeroblob(length(data))")
    rows.commit()
    rows.close()
    with pytest.raises(StoreError, match="damaged"):
        store.memory(_memory(1).sha256)


def test_that_the_list_is_ordered_by_id_and_never_by_the_clock(tmp_path: Path) -> None:
    clock = iter(range(1000, 0, -1))
    store = ConversationStore(tmp_path / "conversations.sqlite", clock=lambda: float(next(clock)))
    numbers = [_create(store, title) for title in ("first", "second", "third")]
    for number in numbers:
        _turn(store, number)
    assert [item.id for item in store.list()] == numbers[::-1]
    store.close()


def test_that_a_deleted_conversation_can_be_restored_with_its_turns(store: ConversationStore) -> None:
    number = _create(store)
    _turn(store, number)
    store.delete(number)
    assert store.list() == ()
    assert [item.id for item in store.list(deleted=True)] == [number]
    store.restore(number)
    assert [(item.id, item.turns) for item in store.list()] == [(number, 1)]


def test_that_the_conversation_that_was_deleted_last_is_the_first_to_be_restored(tmp_path: Path) -> None:
    clock = iter(range(10**6, 10**7, 60))
    store = ConversationStore(tmp_path / "conversations.sqlite", clock=lambda: float(next(clock)))
    numbers = [_create(store) for _ in range(3)]
    for number in numbers:
        _turn(store, number)
    for number in (numbers[1], numbers[2], numbers[0]):
        store.delete(number)
    assert [item.id for item in store.list(deleted=True)] == [numbers[0], numbers[2], numbers[1]]
    store.close()


def test_that_what_does_not_exist_is_told_in_a_sentence(store: ConversationStore) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        store.rename(99, "x")
    with pytest.raises(StoreError, match="does not exist"):
        store.turn(99)
    with pytest.raises(StoreError):
        store.begin_turn(99, 0, "Hi", GREEDY, "x")


def test_that_an_id_is_never_used_again(store: ConversationStore) -> None:
    number = _create(store)
    store.close()
    again = ConversationStore(store.file)  # sweeps conversations without turns
    with pytest.raises(StoreError):
        again.conversation(number)
    assert again.next_id() == number + 1
    assert _create(again) == number + 1
    again.close()


def test_that_a_discarded_turn_leaves_no_trace(store: ConversationStore) -> None:
    number = _create(store)
    store.discard(store.begin_turn(number, 0, "Hi", GREEDY, "x"))
    assert store.turns(number) == ()
    assert store.list() == ()
    store.delete(number)
    assert store.list(deleted=True) == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_that_only_the_owner_can_read_the_files(store: ConversationStore) -> None:
    _turn(store, _create(store))
    folder = store.file.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop"])
def test_that_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "conversations.sqlite"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            if os.name == "nt":
                pytest.skip("no named pipes in folders")
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path)
    with pytest.raises(StoreError, match="cannot be used"):
        ConversationStore(path)


def test_that_a_full_disk_changes_nothing_and_passes(store: ConversationStore) -> None:
    number = _create(store)
    turn = _turn(store, number)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NotWritableError, match="full"):
        _fill(store, number)
    stored = store.turns(number)
    assert stored[0].id == turn
    assert all(row.record is not None for row in stored[:-1])
    store._connection.execute(f"PRAGMA max_page_count = {pages * 100}")
    assert store.begin_turn(number, 1, "again", GREEDY, "x") > turn


texts = st.text(alphabet=st.characters(codec=None), max_size=20)
floats = st.floats(min_value=0, max_value=1e6, allow_nan=False)
matrices = npst.arrays(np.float32, (2, 3), elements=st.floats(width=32, allow_nan=True, allow_infinity=True))
samplings = st.builds(
    Sampling,
    temperature=floats,
    top_k=st.none() | st.integers(1, 10**6),
    top_p=st.none() | st.floats(min_value=1e-6, max_value=1),
    seed=st.integers(0, 2**63 - 1),
    max_tokens=st.none() | st.integers(1, 10**6),
)
laws = st.builds(
    GateLaw,
    activation=st.sampled_from(["none", "sigmoid", "tanh"]),
    source=st.sampled_from(["none", "static", "elementwise", "linear"]),
    per_slot=st.booleans(),
)


@st.composite
def records(draw: st.DrawFn) -> TurnRecord:
    names = draw(st.lists(st.sampled_from(["mix", "interlayer", "write"]), unique=True))
    ids = st.lists(st.integers(0, 2**31), max_size=5).map(tuple)
    return TurnRecord(
        turn=draw(st.integers(0, 10**6)),
        query=clean(draw(texts)),
        answer=clean(draw(texts)),
        interaction_ids=draw(ids),
        answer_ids=draw(ids),
        reason=draw(st.sampled_from(["eos", "length", "stopped"])),
        sampling=draw(samplings),
        metrics=TurnMetrics(draw(st.integers(0, 99)), 3, draw(floats), draw(floats), draw(floats)),
        gates=tuple(GateStage(name, draw(laws), frozen_array(draw(matrices))) for name in names),
        norm=frozen_array(draw(matrices)),
        change=frozen_array(draw(matrices)),
        cosine=frozen_array(draw(matrices)),
        memory_before=_memory(0).sha256,
        memory_after=_memory(1).sha256,
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records())
def test_that_any_record_comes_back_with_the_same_bits(store: ConversationStore, record: TurnRecord) -> None:
    number = _create(store)
    turn = store.begin_turn(number, 0, record.query, record.sampling, record.memory_before)
    store.remember(turn, record, _memory(1).to_bytes(), SHAPE)
    stored = store.turns(number)[0].record
    assert stored is not None
    assert_equal_records(stored, record)


@given(text=texts)
def test_that_any_text_becomes_unicode_that_can_be_written(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert clean(cleaned) == cleaned
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert cleaned == text
