"""Searching finds parts of words in titles and turns, whatever is typed, with an index or without."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store import search
from app.store.conversation_store import ConversationStore
from tests.app.store.history import create, say


def fill(store: ConversationStore) -> None:
    for title, query, answer in [
        ("Alice", "I live in Lisbon.", "A fine town by the river."),
        ("Straße", "Ich heiße Jürgen", "ГРОЗА 雷雨です"),
        ("100%_done", "a 'quoted\" \\ word", "NEAR(x y) OR * ^col: -not"),
    ]:
        say(store, create(store, title), query, answer)


def found(store: ConversationStore, text: str) -> list[str]:
    return [item.title for item in store.search(text)]


def expected(store: ConversationStore, text: str) -> list[str]:
    """The slow, obvious way."""
    words = text.replace("\0", " ").casefold().split()
    return [
        item.title
        for item in store.list()
        if any(
            all(word in said.casefold() for word in words)
            for said in [item.title, *(f"{turn.query}\n{turn.answer}" for turn in store.turns(item.id))]
        )
    ]


CASES = {
    "": ["100%_done", "Straße", "Alice"],
    "lisb": ["Alice"],
    "SBO": ["Alice"],
    "town lisbon": ["Alice"],
    "lisbon jürgen": [],
    "JÜRGEN": ["Straße"],
    "гроза": ["Straße"],
    "雷": ["Straße"],
    "雷雨です": ["Straße"],
    "straße": ["Straße"],
    "100%": ["100%_done"],
    "%_": ["100%_done"],
    "_": ["100%_done"],
    "%%%": [],
    "'quoted\"": ["100%_done"],
    "\\": ["100%_done"],
    '"': ["100%_done"],
    "near(x": ["100%_done"],
    "or * ^col: -not": ["100%_done"],
    "\0lisbon\0": ["Alice"],
    " \t ": ["100%_done", "Straße", "Alice"],
}


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("has_index", [True, False])
def test_that_words_are_found(
    store: ConversationStore, text: str, has_index: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_index:
        monkeypatch.setattr(search.SearchIndex, "_index", no_module)
    fill(store)
    assert found(store, text) == CASES[text] == expected(store, text)


def no_module(*args: object) -> None:
    raise sqlite3.OperationalError("no such module: fts5")


# letters whose cases are single letters: SQLite folds them like Python
letters = st.sampled_from("abAB äÄ жЖ雷%_'\"\\*^(:-\0\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.text(letters, max_size=8), max_size=3), text=st.text(letters, max_size=6))
def test_that_any_text_finds_what_a_plain_search_finds(store: ConversationStore, said: list[str], text: str) -> None:
    for query in said:
        say(store, create(store, query), query, query[::-1])
    assert found(store, text) == expected(store, text)[:200]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("x" * 10**6, ["Long"]),  # as far as it counts, all of it was said
        ("a " * 10**5, ["100%_done", "Straße", "Alice"]),
        ("a " * 16 + "zebra", ["100%_done", "Straße", "Alice"]),
        ("\ud800", []),
        ('"' * 999, []),
        ("(" * 500, []),
    ],
    ids=["letters", "words", "a word too many", "half a character", "quotation marks", "brackets"],
)
@pytest.mark.parametrize("has_index", [True, False])
def test_that_of_a_huge_text_the_beginning_is_found_and_of_a_broken_one_nothing(
    store: ConversationStore, text: str, titles: list[str], has_index: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_index:
        monkeypatch.setattr(search.SearchIndex, "_index", no_module)
    say(store, create(store, "Long"), "x" * search.MAX_CHARACTERS, "x")
    fill(store)
    assert found(store, text) == titles


@pytest.mark.parametrize("text", ["zebra", "affe", "zebra gir", "eb", "ör"])
@pytest.mark.parametrize("has_index", [True, False])
def test_that_words_behind_a_nul_are_found(
    store: ConversationStore, text: str, has_index: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_index:
        monkeypatch.setattr(search.SearchIndex, "_index", no_module)
    say(store, create(store, "said"), "a\0zebra", "a gir\0affe Bör")
    say(store, create(store, "a\0zebra giraffe Bör"), "something else")
    titles = {line.title: line.id for line in store.search(text)}
    assert "a\0zebra giraffe Bör" in titles
    assert "said" in titles
    assert store.snippets([titles["said"]], text) != {}


@pytest.mark.parametrize("has_index", [True, False])
def test_that_a_damaged_letter_hides_no_words_of_any_turn(
    store: ConversationStore, has_index: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_index:
        monkeypatch.setattr(search.SearchIndex, "_index", no_module)
    turn = say(store, create(store, "damaged"), "to be damaged")
    say(store, create(store, "sound"), "a Böga giraffe")
    with contextlib.closing(sqlite3.connect(store.file, isolation_level=None)) as other:
        other.execute("UPDATE turn SET query = CAST(x'ff61006f6b207a65627261' AS TEXT) WHERE id = ?", (turn,))
        assert found(store, "zebra") == ["damaged"]
        assert found(store, "giraffe") == found(store, "bög") == ["sound"]
        assert found(store, "lion") == found(store, "löwe") == []
        waiting = other.execute("SELECT COUNT(*) FROM unindexed").fetchone()
    assert waiting == ((0,) if has_index else (2,))


def test_that_results_are_limited_and_ordered_as_the_list(store: ConversationStore) -> None:
    numbers = [create(store, f"t{n}") for n in range(5)]
    for number in numbers:
        say(store, number, "same")
    store.set_pinned(numbers[1], True)
    assert [item.id for item in store.search("same", limit=3)] == [numbers[1], numbers[4], numbers[3]]


def test_that_all_branches_and_no_deleted_conversations_are_found(store: ConversationStore) -> None:
    number = create(store)
    say(store, number, "old branch")
    say(store, number, "new path", parent=None)
    assert found(store, "old branch") == ["Alice"]
    store.delete(number)
    assert found(store, "branch") == []
    assert found(store, "alice") == []


def test_that_the_index_follows_what_is_said(store: ConversationStore) -> None:
    number = create(store)
    turn = say(store, number, "first words", "sailing")
    assert found(store, "sailing") == ["Alice"]
    store.edit_answer(turn, "climbing")
    assert found(store, "sailing") == []
    assert found(store, "climbing") == ["Alice"]
    pending = store.begin_turn(number, 1, "swimming", store.turn(turn).sampling, "x")
    assert found(store, "swimming") == ["Alice"]
    store.draft(pending, "diving")
    assert found(store, "diving") == ["Alice"]
    store.discard(pending)
    assert found(store, "swimming") == []


def test_that_what_the_index_does_not_hold_yet_is_found(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "BATCH", 2)
    number = create(store)
    for word in ("alpha", "bravo", "charlie", "delta", "echo"):
        say(store, number, word)
    for word in ("alpha", "echo", "charlie"):
        assert found(store, word) == ["Alice"]
    left = sqlite3.connect(store.file)
    assert left.execute("SELECT COUNT(*) FROM unindexed").fetchone() == (0,)
    left.close()


def test_that_a_damaged_index_costs_nothing_but_time(store: ConversationStore) -> None:
    fill(store)
    assert found(store, "lisbon") == ["Alice"]
    other = sqlite3.connect(store.file)
    other.execute("UPDATE turn_text_data SET block = x'ffffffffffff' WHERE id > 1")
    other.commit()
    other.close()
    assert found(store, "lisbon") == ["Alice"]
    say(store, create(store, "Bob"), "Lisbon too")
    assert found(store, "lisbon") == ["Bob", "Alice"]
    assert found(store, "lisbon") == ["Bob", "Alice"]


def test_that_a_busy_database_is_searched(store: ConversationStore, tmp_path: Path) -> None:
    fill(store)
    store._connection.execute("PRAGMA busy_timeout = 0")
    writer = sqlite3.connect(store.file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert found(store, "lisbon") == ["Alice"]
    writer.execute("ROLLBACK")
    writer.close()


def test_that_a_result_shows_the_words_around_what_was_found(store: ConversationStore) -> None:
    long = " ".join(f"word{number}" for number in range(60))
    told = create(store, "Told")
    say(store, told, f"{long} the Needle\nlies here {long}", "an answer")
    say(store, told, "later, without it")
    only_title = create(store, "Needle")
    say(store, only_title, "hay")
    snippets = store.snippets([told, only_title], "nEEdle LIES")
    assert list(snippets) == [told]
    line = snippets[told]
    assert "the Needle lies here" in line
    assert line[0] == line[-1] == "…"
    assert len(line) <= search.SNIPPET + 2
    assert store.snippets([told], "") == {}
    assert store.snippets([told], "later")[told] == "later, without it yes"


@settings(max_examples=100, deadline=None)
@given(said=st.text(letters, max_size=300), start=st.integers(0, 300), length=st.integers(1, 8))
def test_that_the_words_around_hold_the_first_word(said: str, start: int, length: int) -> None:
    words = said[start : start + length].split()
    line = search.around(said, words)
    assert len(line) <= search.SNIPPET + 2
    places = {word: " ".join(said.split()).casefold().find(word.casefold()) for word in words}
    if words:
        assert min(places, key=lambda word: places[word]).casefold() in line.casefold()
