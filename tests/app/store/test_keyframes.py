"""Memories keep to their budget; those that were thinned out follow from those that stay, with the same hash."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.conversation_store import ConversationStore
from app.store.errors import DamagedMemoryError, StoreError
from rxt.events import Sampling
from tests.app.engine.fake_session import SHAPE
from tests.app.store.history import create, memory, recalled, replayed, say, stored_bytes

MEMORY_BYTES = 4 * SHAPE[0] * SHAPE[1] * SHAPE[2]
EVERY = 5


@pytest.fixture
def tight(tmp_path: Path) -> Iterator[ConversationStore]:
    """A store with room for ten memories."""
    store = ConversationStore(tmp_path / "c.sqlite", budget_bytes=10 * MEMORY_BYTES, keep_every=EVERY)
    yield store
    store.close()


def kept(store: ConversationStore, conversation: int) -> list[int]:
    """The turns whose memory is stored as bytes."""
    return [turn.id for turn in store.turns(conversation) if not recalled(store, turn.id).computed]


def test_that_a_memory_that_was_thinned_out_follows_from_the_nearest_before_it(store: ConversationStore) -> None:
    number = create(store)
    turns = [say(store, number, f"q{n}") for n in range(4)]
    assert kept(store, number) == turns
    assert stored_bytes(store) == 5 * MEMORY_BYTES
    store.set_budget(0)
    assert kept(store, number) == [turns[3]]
    assert recalled(store, turns[2]).computed == 3
    assert replayed(store, turns[2]).values.shape == SHAPE
    assert stored_bytes(store) == 2 * MEMORY_BYTES


def test_that_memories_keep_to_the_budget_and_all_can_be_had_again(tight: ConversationStore) -> None:
    number = create(tight)
    hashes = {}
    for step in range(40):
        turn = say(tight, number, f"q{step}")
        record = tight.turn(turn).record
        assert record is not None
        hashes[turn] = record.memory_after
        assert stored_bytes(tight) <= tight.budget_bytes
    assert {turn: replayed(tight, turn).sha256 for turn in hashes} == hashes
    assert max(recalled(tight, turn).computed for turn in hashes) < EVERY


def test_that_the_oldest_memories_are_thinned_out_first(tight: ConversationStore) -> None:
    number = create(tight)
    turns = [say(tight, number, f"q{step}") for step in range(11)]
    assert turns[0] not in kept(tight, number)
    assert kept(tight, number)[-6:] == turns[-6:]


def test_that_there_is_room_for_many_memories_of_a_large_model(tight: ConversationStore) -> None:
    number = create(tight)
    tight.make_room(2 * MEMORY_BYTES)
    for step in range(40):
        say(tight, number, f"q{step}")
    assert stored_bytes(tight) == 41 * MEMORY_BYTES
    before = tight.budget_bytes
    tight.make_room(1)  # a small model after it
    assert tight.budget_bytes == before


def test_that_beginnings_branches_ends_and_every_kth_memory_stay(tight: ConversationStore) -> None:
    tight.set_budget(10**6)
    number = create(tight)
    turns = [say(tight, number, f"q{step}") for step in range(12)]
    branch = say(tight, number, "branch", parent=turns[6])
    end = say(tight, number, "on")
    pending = tight.begin_turn(number, 9, "forgotten", tight.turn(end).sampling, "x")
    tight.set_tip(number, turns[2])
    tight.set_budget(0)
    stays = {turns[2], turns[4], turns[6], turns[9], turns[11], end}
    assert set(kept(tight, number)) - {pending} == stays
    assert branch not in stays
    assert replayed(tight, branch).sha256
    assert tight.memory(tight.conversation(number).initial_memory)[1] == SHAPE


def test_that_the_memory_a_chat_started_from_stays_whatever_the_budget(tight: ConversationStore) -> None:
    opened = memory(7)
    number = tight.create(title="a", model="m", fingerprint="f", shape=SHAPE, memory=opened.to_bytes(), origin="saved")
    tight.begin_turn(number, 0, "one", Sampling(), opened.sha256)
    tight.set_budget(0)
    assert tight.memory(opened.sha256) == (opened.to_bytes(), SHAPE), "no seed could make it again"


def test_that_naming_a_memory_leaves_its_bytes(store: ConversationStore) -> None:
    record = store.turn(say(store, create(store), "one")).record
    assert record is not None
    imported = store.begin_turn(create(store), 0, "one", record.sampling, record.memory_before)
    store.remember(imported, record, None, SHAPE)
    assert store.memory(record.memory_after)[1] == SHAPE


def test_that_a_memory_of_nothing_is_not_stored(tight: ConversationStore) -> None:
    for data, shape in ((b"", (0, 4, 4)), (bytes(MEMORY_BYTES - 4), SHAPE), (bytes(MEMORY_BYTES + 4), SHAPE)):
        with pytest.raises(StoreError, match="cannot have"):
            tight.keep_memory(data, shape)
    assert stored_bytes(tight) == 0


def test_that_a_memory_can_be_stored_again_and_thinned_again(tight: ConversationStore) -> None:
    number = create(tight)
    turns = [say(tight, number, f"q{step}") for step in range(4)]
    tight.set_budget(0)
    state = replayed(tight, turns[1])
    with pytest.raises(StoreError, match="computed again"):
        tight.memory(state.sha256)
    assert tight.keep_memory(state.to_bytes(), SHAPE) == state.sha256
    assert tight.memory(state.sha256) == (state.to_bytes(), SHAPE)
    assert turns[1] in kept(tight, number)
    tight.set_budget(0)
    assert turns[1] not in kept(tight, number)


def test_that_a_damaged_memory_is_passed_over(store: ConversationStore) -> None:
    number = create(store)
    turns = [say(store, number, f"q{step}") for step in range(3)]
    record = store.turn(turns[2]).record
    assert record is not None
    other = sqlite3.connect(store.file)
    other.execute("UPDATE memory SET data = zeroblob(length(data)) WHERE sha256 = ?", (record.memory_after,))
    other.commit()
    other.close()
    with pytest.raises(DamagedMemoryError, match="checksum"):
        store.memory(record.memory_after)
    assert recalled(store, turns[2]).computed == 1
    state = replayed(store, turns[2])
    assert state.sha256 == record.memory_after
    store.keep_memory(state.to_bytes(), SHAPE)
    assert store.memory(state.sha256) == (state.to_bytes(), SHAPE)


def test_that_conversations_share_the_budget_and_keep_their_ends(tight: ConversationStore) -> None:
    numbers = [create(tight, seed=seed) for seed in range(4)]
    for step in range(4):
        for number in numbers:
            say(tight, number, f"q{step}")
    assert stored_bytes(tight) <= tight.budget_bytes
    for number in numbers:
        tip = tight.conversation(number).tip
        assert tip is not None
        assert recalled(tight, tip).computed == 0


def test_that_a_turn_can_be_remembered_without_its_bytes(store: ConversationStore, tmp_path: Path) -> None:
    record = store.turn(say(store, create(store), "one")).record
    assert record is not None
    elsewhere = ConversationStore(tmp_path / "elsewhere.sqlite")
    turn = elsewhere.begin_turn(create(elsewhere), 0, "one", record.sampling, record.memory_before)
    elsewhere.remember(turn, record, None, SHAPE)
    with pytest.raises(StoreError, match="computed again"):
        elsewhere.memory(record.memory_after)
    assert recalled(elsewhere, turn).computed == 1
    assert replayed(elsewhere, turn).sha256 == record.memory_after
    elsewhere.close()
