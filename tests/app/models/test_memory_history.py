"""The history of the memory follows the path that is shown."""

from __future__ import annotations

import dataclasses

import pytest

from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from rxt.events import TurnRecord
from tests.app.views.fake_port import initial_memory, turn_record


class Heard:
    """What a history signalled, in order."""

    def __init__(self, history: MemoryHistory) -> None:
        self.signals: list[str] = []
        history.reset.connect(lambda: self.signals.append("reset"))
        history.started.connect(lambda: self.signals.append("started"))
        history.turn_added.connect(lambda turn: self.signals.append(f"added {turn}"))
        history.cursor_changed.connect(lambda turn: self.signals.append(f"cursor {turn}"))


def records(count: int, first_different: int = 99) -> tuple[TurnRecord, ...]:
    """Turns whose memories are others from `first_different` on."""
    return tuple(
        dataclasses.replace(turn_record(turn, "q", "a"), memory_after=f"{turn}-{turn >= first_different}")
        for turn in range(count)
    )


def history(count: int) -> tuple[MemoryHistory, Heard]:
    made = MemoryHistory()
    made.start(initial_memory(), records(count))
    return made, Heard(made)


def test_that_a_shorter_path_shows_its_end() -> None:
    shown, heard = history(5)
    shown.select_slot(1, 2)
    shown.follow_path(records(3))
    assert heard.signals == ["reset", "cursor 2"]
    assert (shown.last_turn, shown.is_at_end, shown.slot) == (2, True, (1, 2))


def test_that_a_longer_path_with_the_same_beginning_adds_turns() -> None:
    shown, heard = history(2)
    shown.follow_path(records(4))
    assert heard.signals == ["added 3", "cursor 3"]
    assert [record.turn for record in shown.records] == [0, 1, 2, 3]


def test_that_a_longer_path_leaves_whoever_looks_at_the_past_there() -> None:
    shown, heard = history(2)
    shown.show_turn(0)
    heard.signals.clear()
    shown.follow_path(records(4))
    assert heard.signals == ["added 3"]
    assert (shown.cursor, shown.is_at_end) == (0, False)


def test_that_a_path_with_the_same_memories_changes_nothing() -> None:
    shown, heard = history(3)
    shown.show_turn(0)
    heard.signals.clear()
    shown.follow_path(records(3))
    assert (heard.signals, shown.cursor) == ([], 0)


def test_that_a_path_with_another_middle_is_shown_from_its_end() -> None:
    shown, heard = history(3)
    shown.show_turn(0)
    heard.signals.clear()
    shown.follow_path(records(3, first_different=1))
    assert heard.signals == ["reset", "cursor 2"]
    assert shown.current is not None
    assert shown.current.memory_after == "2-True"


def test_that_another_conversation_is_told_from_another_path() -> None:
    shown, heard = history(1)
    shown.start(initial_memory(), records(2))
    assert heard.signals == ["reset", "started", "cursor 1"]


def test_that_each_memory_is_known_by_its_hash_and_none_that_is_not_there() -> None:
    shown, _ = history(2)
    assert [shown.memory_after(turn) for turn in (-2, -1, 1, 2)] == ["", initial_memory().sha256, "1-False", ""]


def test_that_turns_that_were_edited_are_taken_though_their_memories_are_the_same() -> None:
    shown, heard = history(3)
    edited = [dataclasses.replace(record, answer="edited") for record in records(3)]
    shown.follow_path(tuple(edited))
    assert ([record.answer for record in shown.records], heard.signals) == (["edited"] * 3, [])


def test_that_a_turn_that_is_not_the_next_is_refused_and_the_next_is_shown_at_once() -> None:
    shown, heard = history(1)
    with pytest.raises(ValueError, match="turn 2 cannot follow turn 0"):
        shown.add(records(3)[2])
    at_end: list[bool] = []
    shown.turn_added.connect(lambda _turn: at_end.append(shown.is_at_end))
    shown.add(records(2)[1])
    assert (heard.signals, at_end) == (["added 1", "cursor 1"], [True])


def test_that_the_cursor_stays_among_the_turns_there_are_and_is_told_where_it_moves() -> None:
    shown, heard = history(3)
    for turn in (9, 1, 1, -7):
        shown.show_turn(turn)
    assert heard.signals == ["cursor 1", f"cursor {INITIAL}"]
    assert shown.current is None
    assert shown.norm() is shown.initial.norm
    shown.show_turn(1)
    assert shown.norm() is shown.records[1].norm


def test_that_a_slot_outside_of_the_memory_is_none_and_a_slot_goes_with_its_conversation() -> None:
    shown, _ = history(1)
    told: list[tuple[int, int]] = []
    shown.slot_selected.connect(lambda layer, slot: told.append((layer, slot)))
    initial = initial_memory()
    last = (initial.layers - 1, initial.slots - 1)
    for slot in (last, last, (initial.layers, 0), last, (0, initial.slots), last, (0, -1), last):
        shown.select_slot(*slot)
    shown.start(initial)
    assert shown.slot is None
    none = (-1, -1)
    assert told == [last, none, last, none, last, none, last, none]


def test_that_nothing_is_left_of_a_conversation_after_another_one_began() -> None:
    shown, heard = history(2)
    shown.start(initial_memory(), records(2), "Knight")
    assert (shown.label_of(INITIAL), shown.name_of(INITIAL)) == ("opened memory", "the opened memory")
    shown.select_slot(1, 2)
    heard.signals.clear()
    shown.start(initial_memory())
    assert (shown.records, shown.cursor, shown.slot, shown.origin) == ((), INITIAL, None, "")
    assert heard.signals == ["reset", "started", f"cursor {INITIAL}"]
