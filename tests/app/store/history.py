"""Conversations for the tests of the store: memories are small, and each follows from the one before."""

from __future__ import annotations

from typing import Literal

from app.engine.library import load
from app.engine.memory_path import Verified, initial_memory, memory_after
from app.store.conversation_store import ConversationStore
from app.store.turn_writer import TIP, Tip
from rxt.events import Sampling, TurnRecord
from tests.app.engine.fake_session import SHAPE, FakeLibrary, FakeMemory, FakeModel, interaction, make_record, updated

GREEDY = Sampling()
LOADED = load(FakeLibrary(), "m")


def memory(seed: int) -> FakeMemory:
    return FakeModel("m").initial_memory(seed)


def create(store: ConversationStore, title: str = "Alice", seed: int = 0) -> int:
    """A conversation that starts from memory(seed)."""
    return store.create(title=title, model="m", fingerprint="f", shape=SHAPE, memory=memory(seed).to_bytes(), seed=seed)


def replay(before: FakeMemory, record: TurnRecord) -> FakeMemory:
    """The memory after a turn: it follows from the memory before and the turn's tokens."""
    return updated(before, record.interaction_ids)


def say(
    store: ConversationStore,
    conversation: int,
    query: str,
    answer: str = "yes",
    parent: int | Literal[Tip.TIP] | None = TIP,
) -> int:
    """A whole turn; the memory before it is the one that its path left."""
    if parent is TIP:
        parent = store.conversation(conversation).tip
    records = [turn.record for turn in store.path(parent) if turn.record is not None]
    before = memory(store.conversation(conversation).initial_seed or 0)
    for record in records:
        before = replay(before, record)
    after = updated(before, interaction(query, answer))
    turn = store.begin_turn(conversation, len(records), query, GREEDY, before.sha256, parent)
    store.reply(turn, answer, "eos")
    record = make_record(len(records), query, answer, "eos", GREEDY, before, after)
    store.remember(turn, record, after.to_bytes(), SHAPE)
    return turn


def recalled(store: ConversationStore, turn: int) -> Verified:
    """The memory after a turn, as the engine asks for it: from the nearest one that is stored."""
    stored = store.conversation(store._tree.conversation_of(turn))
    initial = initial_memory(LOADED, store, stored.initial_memory, stored.initial_seed)
    records = [item.record for item in store.path(turn) if item.record is not None]
    return memory_after(LOADED, store, initial, records, lambda: False)


def stored_bytes(store: ConversationStore) -> int:
    """What the memories that are stored take, of all conversations."""
    return store._keyframes.total_bytes()


def replayed(store: ConversationStore, turn: int) -> FakeMemory:
    """The memory after a turn; all of its path is in it."""
    found = recalled(store, turn)
    assert found.problem == ""
    assert isinstance(found.memory, FakeMemory)
    return found.memory
