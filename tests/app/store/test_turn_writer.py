"""What a step of a turn writes beside its words: when the chat was used, what is no longer true, what stays."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from app.store.conversation_store import ConversationStore
from app.store.errors import StoreError
from tests.app.engine.fake_session import SHAPE, make_record
from tests.app.store.history import GREEDY, create, memory, say


@pytest.fixture
def ticking(tmp_path: Path) -> Iterator[ConversationStore]:
    """A store whose clock goes on by a second each time it is asked."""
    clock = count(1_700_000_000)
    store = ConversationStore(tmp_path / "c.sqlite", clock=lambda: float(next(clock)))
    yield store
    store.close()


def test_that_every_step_of_a_turn_says_that_the_chat_was_used(ticking: ConversationStore) -> None:
    number = create(ticking)
    used = [ticking.conversation(number).updated]

    def is_later() -> bool:
        used.append(ticking.conversation(number).updated)
        return used[-1] > used[-2]

    turn = ticking.begin_turn(number, 0, "one", GREEDY, memory(0).sha256)
    assert is_later()
    ticking.draft(turn, "t")
    assert is_later()
    ticking.reply(turn, "two", "eos")
    assert is_later()
    record = make_record(0, "one", "two", "eos", GREEDY, memory(0), memory(1))
    ticking.remember(turn, record, memory(1).to_bytes(), SHAPE)
    assert is_later()
    ticking.edit_answer(turn, "three")
    assert is_later()


def test_that_half_a_character_is_saved_as_one_that_can_be_read(store: ConversationStore) -> None:
    turn = store.begin_turn(create(store), 0, "a\ud83d", GREEDY, "x")
    store.draft(turn, "b\ud83d")
    assert (store.turn(turn).query, store.turn(turn).answer) == ("a\ufffd", "b\ufffd")
    store.reply(turn, "c\ud83d", "eos")
    store.fail(turn, "d\ud83d")
    assert (store.turn(turn).answer, store.turn(turn).error) == ("c\ufffd", "d\ufffd")
    store.edit_answer(turn, "e\ud83d")
    assert store.turn(turn).answer == "e\ufffd"


def test_that_a_turn_in_memory_after_all_has_no_error_and_is_not_forgotten(store: ConversationStore) -> None:
    turn = store.begin_turn(create(store), 0, "one", GREEDY, memory(0).sha256, forgotten=True)
    store.reply(turn, "two", "eos")
    store.fail(turn, "The memory was not written.")
    record = make_record(0, "one", "two", "eos", GREEDY, memory(0), memory(1))
    store.remember(turn, record, memory(1).to_bytes(), SHAPE)
    known = store.turn(turn)
    assert (known.phase, known.error, known.forgotten) == ("remembered", "", False)


def test_that_a_copy_says_of_a_turn_what_the_former_one_says(store: ConversationStore) -> None:
    number = create(store)
    waiting = store.begin_turn(number, 0, "waiting", GREEDY, "x")
    failed = store.begin_turn(number, 0, "failed", GREEDY, "x", forgotten=True)
    store.reply(failed, "some", "stopped")
    store.fail(failed, "The memory was not written.")
    copies = [store.copy_turn(turn, None, number=0, memory_before="x") for turn in (waiting, failed)]
    first, second = (store.turn(copy) for copy in copies)
    assert (first.phase, first.query, first.forgotten) == ("pending", "waiting", False)
    assert (second.phase, second.answer, second.reason) == ("replied", "some", "stopped")
    assert (second.error, second.forgotten) == ("The memory was not written.", True)


def test_that_rejecting_what_is_saved_leaves_the_path_where_it_is(store: ConversationStore) -> None:
    number = create(store)
    say(store, number, "one")
    second = say(store, number, "two")
    store.discard(second)
    assert store.conversation(number).tip == second


def test_that_a_question_to_a_chat_that_is_not_there_is_refused(store: ConversationStore) -> None:
    with pytest.raises(StoreError):
        store.begin_turn(999, 0, "one", GREEDY, "x")
