"""The numbers of layers over the turns, path after path: the same as if each path were the first one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.paint.turns import LayerTurns, keep_of
from rxt.events import FloatArray, GateLaw, TurnRecord, frozen_array
from tests.app.inspector.synthetic import SIGMOID, TANH, conversation

TURNS = 150


def versions(records: tuple[TurnRecord, ...], first: int) -> tuple[TurnRecord, ...]:
    """The turns from `first` on as another version of them left them."""
    others = []
    for record in records[first:]:
        gates = tuple(replace(stage, values=frozen_array(0.5 * stage.values)) for stage in record.gates)
        change, after = frozen_array(2 * record.change), f"other {record.turn}"
        others.append(replace(record, gates=gates, change=change, memory_after=after))
    return (*records[:first], *others)


def fresh(records: tuple[TurnRecord, ...]) -> LayerTurns:
    turns = LayerTurns()
    turns.follow(records)
    return turns


@pytest.mark.parametrize("law", [SIGMOID, TANH])
def test_that_another_path_is_summed_up_as_if_it_were_the_first(law: GateLaw) -> None:
    _, records = conversation(TURNS, 2, 6, {"write": law})
    turns = LayerTurns()
    for path in (records[:70], records, versions(records, 100), records[:64], versions(records, 5)[:40], records):
        turns.forget_path()
        turns.follow(path[: len(path) // 2])
        turns.follow(path)
        expected = fresh(path)
        for name in ("change", "keep", "norm", "half_life"):
            assert np.array_equal(getattr(turns, name)(), getattr(expected, name)(), equal_nan=True), name


@pytest.mark.parametrize("law", [SIGMOID, TANH])
def test_that_the_half_life_at_a_turn_is_that_of_the_turns_up_to_it(law: GateLaw) -> None:
    _, records = conversation(TURNS, 2, 6, {"write": law})
    turns = fresh(records)
    for path in (records, versions(records, 70)):
        turns.forget_path()
        turns.follow(path)
        for count in (1, 5, 63, 64, 65, 128, TURNS - 1, TURNS):
            assert np.array_equal(turns.half_life(count), fresh(path[:count]).half_life(), equal_nan=True), count
    assert not turns.half_life(0).size


def test_that_one_turn_that_overwrites_a_slot_does_not_decide_its_half_life() -> None:
    _, records = conversation(10, 1, 4, {"write": SIGMOID})
    path = []
    for turn, record in enumerate(records):
        values = frozen_array(np.full((1, 4), 1.0 if turn == 3 else 0.0))  # nothing stays, or everything
        path.append(replace(record, gates=(replace(record.gates[0], values=values),)))
    assert fresh(tuple(path)).half_life() == pytest.approx([np.log(0.5) / np.log(0.9)])


def test_that_another_path_does_not_sum_up_the_whole_conversation_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _, records = conversation(TURNS, 2, 6)
    turns = fresh(records)
    summed: list[int] = []

    def counted(record: TurnRecord) -> FloatArray:
        summed.append(record.turn)
        return keep_of(record)

    monkeypatch.setattr("app.paint.turns.keep_of", counted)
    turns.forget_path()
    turns.follow(versions(records, TURNS - 1))
    assert summed == list(range(128, TURNS))  # from the last sum that was kept
    summed.clear()
    turns.clear()
    turns.follow(records)
    assert summed == list(range(TURNS))
