"""Conversations for the tests of the store: memories are small, and each follows from the one before."""

from __future__ import annotations

from typing import Literal

import numpy as np

from app.store.conversation_store import ConversationStore
from app.store.turn_writer import TIP, Tip
from rxt.events import Sampling, TurnRecord
from tests.app.engine.fake_session import SHAPE, FakeMemory, FakeModel, make_record

GREEDY = Sampling()


def memory(seed: int) -> FakeMemory:
    return FakeModel("m").initial_memory(seed)


def create(store: ConversationStore, title: str = "Alice", seed: int = 0) -> int:
    """A conversation that starts from memory(seed)."""
    return store.create(title=title, model="m", fingerprint="f", shape=SHAPE, memory=memory(seed).to_bytes(), seed=seed)


def replay(before: FakeMemory, record: TurnRecord) -> FakeMemory:
    """The memory after a turn: it follows from the memory before and the turn's tokens."""
    return _after(before, record.query, record.answer)


def say(
    store: ConversationStore,
    conversation: int,
    query: str,
    answer: str = "yes",
    parent: int | Literal[Tip.TIP] | None = TIP,
) -> int:
    """A whole turn; the memory before it is the one that its path left."""
    if parent is TIP:
        parent = store.tip(conversation)
    records = [turn.record for turn in store.path(parent) if turn.record is not None]
    before = memory(store.conversation(conversation).initial_seed or 0)
    for record in records:
        before = replay(before, record)
    after = _after(before, query, answer)
    turn = store.begin_turn(conversation, len(records), query, GREEDY, before.sha256, parent)
    store.reply(turn, answer, "eos")
    record = make_record(len(records), query, answer, "eos", GREEDY, before, after)
    store.remember(turn, record, after.to_bytes(), SHAPE)
    return turn


def replayed(store: ConversationStore, turn: int) -> FakeMemory:
    """The memory after a turn, from the nearest one that is stored."""
    data, shape, turns = store.keyframe_before(turn)
    state = FakeMemory.from_bytes(data, shape)
    for item in turns:
        assert item.record is not None
        assert state.sha256 == item.record.memory_before
        state = replay(state, item.record)
        assert state.sha256 == item.record.memory_after
    return state


def _after(before: FakeMemory, query: str, answer: str) -> FakeMemory:
    step = np.random.default_rng(list(f"{query}\n{answer}".encode())).normal(size=SHAPE)
    return FakeMemory(before.values + step.astype(np.float32))
