"""Turns form a tree: every branch keeps its texts, its order and its memories."""

from __future__ import annotations

import random

import pytest

from app.store.conversation_store import ConversationStore
from app.store.errors import StoreError
from tests.app.engine.fake_session import SHAPE, make_record
from tests.app.store.history import GREEDY, create, memory, replay, replayed, say


def test_that_a_turn_follows_the_tip_unless_another_parent_is_named(store: ConversationStore) -> None:
    number = create(store)
    first = say(store, number, "one")
    second = say(store, number, "two")
    other = say(store, number, "two again", parent=first)
    root = say(store, number, "another beginning", parent=None)
    assert [(node.id, node.parent) for node in store.tree(number)] == [
        (first, None),
        (second, first),
        (other, first),
        (root, None),
    ]
    assert [turn.id for turn in store.path(other)] == [first, other]
    assert store.path(None) == ()
    assert [turn.versions for turn in store.path(other)] == [(first, root), (second, other)]
    assert store.conversation(number).tip == root


def test_that_the_path_stays_where_it_was_left(store: ConversationStore) -> None:
    number = create(store)
    first = say(store, number, "one")
    say(store, number, "two")
    store.set_tip(number, first)
    store.close()
    again = ConversationStore(store.file)
    assert again.conversation(number).tip == first
    again.set_tip(number, None)
    assert again.conversation(number).tip is None
    fresh = say(again, number, "from the beginning")
    assert again.turn(fresh).parent is None
    again.close()


def test_that_a_conversation_has_as_many_turns_as_its_path(store: ConversationStore) -> None:
    number = create(store)
    first = say(store, number, "one")
    second = say(store, number, "two")
    assert store.list()[0].turns == 2
    other = say(store, number, "two again", parent=first)
    say(store, number, "three")
    assert (len(store.tree(number)), store.list()[0].turns) == (4, 3)
    for tip, turns in ((second, 2), (other, 2), (first, 1), (None, 0)):
        store.set_tip(number, tip)
        assert store.conversation(number).turns == turns


def test_that_a_turn_that_is_not_in_memory_counts_as_well(store: ConversationStore) -> None:
    number = create(store)
    say(store, number, "one")
    store.begin_turn(number, 1, "two", GREEDY, "x")
    assert store.list()[0].turns == 2
    say(store, number, "three")
    assert (store.turn(3).number, store.list()[0].turns) == (1, 3)


def test_that_a_rejected_turn_gives_the_tip_back_to_its_parent(store: ConversationStore) -> None:
    number = create(store)
    first = say(store, number, "one")
    store.discard(store.begin_turn(number, 1, "two", GREEDY, "x"))
    assert store.conversation(number).tip == first
    store.discard(first)
    assert [node.id for node in store.tree(number)] == [first], "only a pending turn can be rejected"


def test_that_turns_of_other_conversations_are_no_parents(store: ConversationStore) -> None:
    one, other = create(store), create(store)
    turn = say(store, one, "one")
    with pytest.raises(StoreError, match="another conversation"):
        store.begin_turn(other, 0, "two", GREEDY, "x", turn)
    with pytest.raises(StoreError, match="another conversation"):
        store.set_tip(other, turn)
    with pytest.raises(StoreError, match="does not exist"):
        store.path(999)


def test_that_paths_are_those_of_a_plain_walk(store: ConversationStore) -> None:
    number = create(store)
    chance = random.Random(0)
    parents: dict[int, int | None] = {}
    for step in range(60):
        parent = chance.choice([None, *parents])
        parents[store.begin_turn(number, 0, f"q{step}", GREEDY, "x", parent)] = parent
    for turn in parents:
        walk, at = [turn], turn
        while (above := parents[at]) is not None:
            walk.insert(0, above)
            at = above
        assert [item.id for item in store.path(turn)] == walk
        store.set_tip(number, turn)
        assert store.conversation(number).turns == len(walk)


def test_that_a_copy_has_the_words_and_waits_for_its_memory(store: ConversationStore) -> None:
    number = create(store)
    first, second = say(store, number, "one"), say(store, number, "two", "no")
    forgotten = store.copy_turn(first, None, number=0, memory_before=memory(0).sha256, forgotten=True)
    copy = store.copy_turn(second, forgotten, number=0, memory_before=memory(0).sha256)
    assert store.conversation(number).tip == second
    assert [(node.query, node.answer, node.memory_status) for node in store.tree(number)][2:] == [
        ("one", "yes", "not"),
        ("two", "no", "not"),
    ]
    assert [node.forgotten for node in store.tree(number)] == [False, False, True, False]
    record = store.turn(second).record
    assert record is not None
    after = replay(memory(0), record)
    again = make_record(0, "two", "no", "eos", GREEDY, memory(0), after)
    store.remember(copy, again, after.to_bytes(), SHAPE)
    store.set_tip(number, copy)
    assert [turn.memory_status for turn in store.path(copy)] == ["not", "in memory"]
    assert replayed(store, copy).sha256 == after.sha256
    assert [turn.memory_status for turn in store.path(second)] == ["in memory", "in memory"]


def test_that_an_edited_answer_stands_beside_the_written_one(store: ConversationStore) -> None:
    number = create(store)
    turn = say(store, number, "one", "two")
    store.edit_answer(turn, "three")
    edited = store.turn(turn)
    assert (edited.answer, edited.memory_status) == ("three", "edited")
    assert edited.record is not None
    assert edited.record.answer == "two"
    copy = store.copy_turn(turn, None, number=0, memory_before=memory(0).sha256)
    assert (store.turn(copy).answer, store.turn(copy).memory_status) == ("three", "not")
    store.edit_answer(turn, "two")
    assert store.turn(turn).memory_status == "in memory"


@pytest.mark.parametrize("words", ["three", ""])
def test_that_an_edit_is_shown_in_the_tree_and_on_the_path_also_where_it_is_empty(
    store: ConversationStore, words: str
) -> None:
    number = create(store)
    turn = say(store, number, "one", "two")
    store.edit_answer(turn, words)
    for shown in (store.turn(turn), store.tree(number)[0]):
        assert (shown.answer, shown.edited, shown.memory_status) == (words, True, "edited")


def test_that_what_is_in_memory_is_not_overwritten(store: ConversationStore) -> None:
    turn = say(store, create(store), "one")
    with pytest.raises(StoreError, match="in memory already"):
        store.draft(turn, "other")
    with pytest.raises(StoreError, match="in memory already"):
        store.reply(turn, "other", "eos")
    assert store.turn(turn).answer == "yes"


@pytest.mark.parametrize(("reason", "status"), [("eos", "in memory"), ("stopped", "partly"), ("length", "partly")])
def test_that_a_cut_answer_is_partly_in_memory(store: ConversationStore, reason: str, status: str) -> None:
    turn = store.begin_turn(create(store), 0, "one", GREEDY, memory(0).sha256)
    record = make_record(0, "one", "two", reason, GREEDY, memory(0), memory(1))  # type: ignore[arg-type]
    store.remember(turn, record, memory(1).to_bytes(), SHAPE)
    assert store.turn(turn).memory_status == status


def test_that_verbs_together_are_saved_together_or_not_at_all(store: ConversationStore) -> None:
    number = create(store)
    turn = say(store, number, "one")

    def copy_two(missing: int) -> None:
        with store.together():
            store.copy_turn(turn, None, number=0, memory_before="x")
            store.set_tip(number, None)
            store.copy_turn(missing, None, number=0, memory_before="x")

    with pytest.raises(StoreError, match="does not exist"):
        copy_two(999)
    assert [node.id for node in store.tree(number)] == [turn]
    assert store.conversation(number).tip == turn
    with store.together():
        copy = store.copy_turn(turn, None, number=0, memory_before="x")
        with pytest.raises(StoreError):
            store.set_tip(number, 999)
        store.set_tip(number, copy)
    assert store.conversation(number).tip == copy


def test_that_pinned_conversations_come_first_and_then_the_newest(store: ConversationStore) -> None:
    numbers = [create(store, title) for title in "abcd"]
    for number in numbers:
        say(store, number, "one")
    store.set_pinned(numbers[1], True)
    store.set_pinned(numbers[0], True)
    assert [item.title for item in store.list()] == ["b", "a", "d", "c"]
    assert [item.pinned for item in store.list()] == [True, True, False, False]
    store.set_pinned(numbers[1], False)
    assert [item.title for item in store.list()] == ["a", "d", "c", "b"]
