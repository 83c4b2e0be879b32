"""A path of turns is read beside the open store, and nothing is written for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.store.conversation_store import ConversationStore
from app.store.errors import StoreError
from app.store.path_reader import stored_path
from tests.app.store.history import create, say


def test_that_a_branch_of_the_open_store_is_read_with_its_newest_turn(store: ConversationStore) -> None:
    number = create(store)
    first = say(store, number, "one")
    say(store, number, "two")
    other = say(store, number, "two again", parent=first)
    assert [turn.query for turn in stored_path(store.file, other)] == ["one", "two again"]
    with pytest.raises(StoreError, match="does not exist"):
        stored_path(store.file, 999)


def test_that_a_branch_of_a_database_that_is_not_open_is_read_as_it_is(store: ConversationStore) -> None:
    number = create(store)
    last = [say(store, number, f"question {step}") for step in range(3)][-1]
    store.close()
    before = store.file.read_bytes()
    read = stored_path(store.file, last)
    assert [turn.query for turn in read] == ["question 0", "question 1", "question 2"]
    assert all(turn.record is not None for turn in read)
    assert store.file.read_bytes() == before
    assert [item.name for item in store.file.parent.iterdir()] == [store.file.name]


def test_that_a_database_that_is_gone_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be looked into"):
        stored_path(tmp_path / "conversations.sqlite", 1)
