"""The numbers of layers over the turns, path after path: the same as if each path were the first one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.paint.turns import LayerTurns, can_amplify, is_gated, is_shared_out, is_static, keep_of
from rxt.events import FloatArray, GateLaw, TurnRecord, frozen_array
from tests.app.inspector.synthetic import SIGMOID, STATIC, TANH, UNGATED, conversation

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


def test_that_each_number_of_a_layer_is_that_of_its_slots() -> None:
    _, records = conversation(3, 2, 6, {"interlayer": SIGMOID, "write": TANH})
    turns = fresh(records[:2])
    assert turns.change().shape == (2, 2)
    turns.follow(records)  # one more
    for layer in range(2):
        for place, record in enumerate(records):
            keep = np.ones(6)
            for stage in record.gates:
                keep = keep * stage.law.keep_share(stage.values)[layer]
            assert turns.keep()[layer, place] == pytest.approx(keep.mean(), rel=1e-5)
            assert turns.write()[layer, place] == pytest.approx(1 - keep.mean(), rel=1e-4)
            assert turns.norm()[layer, place] == pytest.approx(record.norm[layer].mean(), rel=1e-5)
            assert turns.change()[layer, place] == pytest.approx(np.linalg.norm(record.change[layer]), rel=1e-5)


def test_that_the_half_life_of_a_layer_is_that_of_its_middle_slot() -> None:
    _, (record,) = conversation(1, 1, 5, {"write": SIGMOID})
    written = frozen_array(np.array([[0.5, 0.75, 0.0, 0.25, 0.875]], np.float32))
    turns = fresh((replace(record, gates=(replace(record.gates[0], values=written),)),))
    assert turns.half_life() == pytest.approx([1.0])  # of 2.4, 1, 0.5 and a third of a turn, and no end
    assert turns.half_life(99) == pytest.approx([1.0])
    kept = frozen_array(np.zeros((1, 5), np.float32))
    still = fresh((replace(record, gates=(replace(record.gates[0], values=kept),)),))
    assert still.half_life().tolist() == [np.inf]


def test_that_the_laws_of_the_gates_say_what_can_be_told_of_a_chat() -> None:
    def told(**laws: GateLaw) -> tuple[bool, ...]:
        _, records = conversation(1, 1, 2, laws)  # type: ignore[arg-type]
        return is_gated(records), is_static(records), is_shared_out(records), can_amplify(records)

    assert told(write=SIGMOID, interlayer=SIGMOID) == (True, False, True, False)
    assert told(write=TANH, interlayer=SIGMOID) == (True, False, False, True)
    assert told(write=STATIC, interlayer=STATIC)[:2] == (True, True)
    assert told(write=UNGATED, interlayer=UNGATED) == (False, True, False, False)
    assert told(mix=TANH, write=SIGMOID)[2:] == (True, False), "what joins only what is read keeps nothing"
