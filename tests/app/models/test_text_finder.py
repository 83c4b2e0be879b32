"""Words are found in every message, whatever their case, at the positions Qt counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.models.text_finder import Match, Place, TextFinder, newest_place

TEXTS = ("The dog barks", "A DOG, a 👋 dog", "nothing")


def found(words: str) -> TextFinder:
    finder = TextFinder()
    finder.find(words, TEXTS)
    return finder


def test_that_places_are_found_in_every_row_whatever_the_case() -> None:
    finder = found("dog")
    assert finder.count == 3
    assert list(finder.of_row(0)) == [(4, 7)]
    assert list(finder.of_row(1)) == [(2, 5), (12, 15)]  # the hand is two units of UTF-16
    assert list(finder.of_row(2)) == []


def test_that_signs_of_patterns_are_mere_signs() -> None:
    finder = TextFinder()
    finder.find("a.c(", ["abc a.c("])
    assert list(finder.of_row(0)) == [(4, 8)]


def test_that_the_last_place_up_to_a_row_is_gone_to() -> None:
    finder = found("dog")
    finder.go_to_last(2)
    assert finder.current == Match(1, 12, 15)
    finder.go_to_last(0)
    assert finder.current == Match(0, 4, 7)
    finder.find("barks", ("", "barks"))
    finder.go_to_last(0)
    assert finder.position == 1
    finder.find("cow", TEXTS)
    finder.go_to_last(2)
    assert finder.current is None


def test_that_a_turn_has_what_a_search_of_all_chats_found_in_it() -> None:
    turns = [("A red boat", "Called WANDA?"), ("red", "boat"), ("red", "hat")]
    assert newest_place("red", turns) == Place("red", 4)
    assert newest_place("Red boat", turns) == Place("Red boat", 0)
    assert newest_place("wanda red", turns) == Place("wanda", 1)
    assert newest_place("boat red", turns) == Place("boat", 3)
    assert newest_place("boat hat", turns) is None
    assert newest_place(" ", turns) is None
    assert newest_place("red", []) is None


def test_that_the_search_goes_round() -> None:
    finder = found("dog")
    finder.go_to_row(1)
    assert finder.current == Match(1, 2, 5)
    seen = []
    for _ in range(3):
        finder.step(1)
        seen.append(finder.position)
    assert seen == [3, 1, 2]
    finder.step(-1)
    assert finder.position == 1


def test_that_the_place_stays_while_messages_are_added() -> None:
    finder = found("dog")
    finder.go_to_row(1)
    finder.find("dog", (*TEXTS, "dog"))
    assert (finder.position, finder.count) == (2, 4)


def test_that_going_back_begins_with_the_last_place_and_forth_with_the_first() -> None:
    finder = found("dog")
    assert finder.position == 0
    finder.step(-1)
    assert finder.position == 3
    finder = found("dog")
    finder.step(1)
    assert finder.position == 1


def test_that_a_place_that_is_gone_is_no_longer_the_current_one() -> None:
    finder = found("dog")
    finder.go_to_row(1)
    finder.find("dog", ("The dog barks", "A cat"))
    assert (finder.position, finder.count) == (0, 1)


def test_that_no_words_find_nothing() -> None:
    finder = found("")
    finder.step(1)
    assert (finder.count, finder.position, finder.current) == (0, 0, None)


@given(st.text("aAb ß👋", max_size=3), st.lists(st.text("aAb ß👋", max_size=12), max_size=6), st.integers(0, 6))
def test_that_every_place_is_visited_once_on_the_way_round(words: str, texts: list[str], row: int) -> None:
    finder = TextFinder()
    finder.find(words, texts)
    finder.go_to_row(row)
    visited = []
    for _ in range(finder.count):
        match = finder.current
        assert match is not None
        visited.append(match)
        finder.step(1)
    slow = [(row, *span) for row in range(len(texts)) for span in finder.of_row(row)]
    assert sorted(visited) == slow
    for match in visited:
        found = texts[match.row].encode("utf-16-le")[2 * match.start : 2 * match.end].decode("utf-16-le")
        assert found.lower() == words.lower()
    if visited:
        below = [place for place in slow if place[0] >= row]
        assert visited[0] == (below or slow)[0]
