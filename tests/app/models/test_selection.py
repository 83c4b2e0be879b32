"""One selection for all views, and nothing of it outlives the memory it is about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.models.memory_choices import MemoryChoice
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.models.selection import Selection
from tests.app.inspector.synthetic import conversation


@pytest.fixture
def history() -> MemoryHistory:
    result = MemoryHistory()
    result.start(*conversation(5))
    return result


@pytest.fixture
def selection(history: MemoryHistory) -> Selection:
    return Selection(history)


def test_that_a_locked_word_stays_in_view_while_others_are_pointed_at(selection: Selection, qtbot: QtBot) -> None:
    selection.hover((4, 0))
    assert selection.token == (4, 0)
    selection.lock((4, 0))
    with qtbot.assertNotEmitted(selection.token_changed):
        selection.hover((4, 1))
    assert selection.token == (4, 0)
    selection.lock((4, 0))
    assert selection.token == (4, 1)


def test_that_a_word_is_let_go_with_its_turn(selection: Selection, history: MemoryHistory) -> None:
    selection.lock((4, 0))
    history.show_turn(2)
    assert selection.token is None


def test_that_a_word_of_a_turn_that_is_not_there_is_no_word(selection: Selection) -> None:
    selection.hover((5, 0))
    selection.lock((-1, 0))
    assert selection.token is None


def test_that_marks_are_toggled_and_cannot_be_changed_from_outside(selection: Selection, qtbot: QtBot) -> None:
    with qtbot.waitSignal(selection.marks_changed):
        selection.toggle_mark(1, 5)
    assert np.argwhere(selection.marks).tolist() == [[1, 5]]
    with pytest.raises(ValueError, match="read-only"):
        selection.marks[0, 0] = True
    selection.toggle_mark(9, 9)
    selection.toggle_mark(1, 5)
    assert not selection.marks.any()


def test_that_marks_of_another_shape_are_refused(selection: Selection) -> None:
    with pytest.raises(ValueError, match=r"\[4, 32\]"):
        selection.mark(np.ones((2, 2), dtype=bool))


def test_that_marks_stay_on_another_branch_and_go_with_another_chat(
    selection: Selection, history: MemoryHistory
) -> None:
    selection.toggle_mark(1, 5)
    history.follow_path(conversation(2)[1])
    assert selection.marks[1, 5]
    history.start(*conversation(2))
    assert not selection.marks.any()
    selection.toggle_mark(1, 5)
    history.start(*conversation(2, layers=3, slots=8))
    assert selection.marks.shape == (3, 8)
    assert not selection.marks.any()


def test_that_a_pinned_turn_is_let_go_where_the_branch_has_another_memory_in_its_place(
    selection: Selection, history: MemoryHistory
) -> None:
    initial, records = conversation(5)
    selection.pin_turn(3)
    assert selection.pin is not None
    assert (selection.pin.name, selection.pin.turn) == ("turn 4", 3)
    assert selection.pin.sha256 == records[3].memory_after
    history.start(initial, records[:4])
    assert selection.pin is not None
    history.start(initial, records[:3])
    assert selection.pin is None


def test_that_a_pinned_snapshot_survives_every_branch(selection: Selection, history: MemoryHistory) -> None:
    knight = MemoryChoice("Knight", snapshot=Path("knight.safetensors"))
    selection.set_pin(knight)
    history.start(*conversation(1))
    assert selection.pin is knight


def test_that_the_pinned_memory_under_another_title_is_no_other_pin(selection: Selection, qtbot: QtBot) -> None:
    selection.set_pin(MemoryChoice("Knight", snapshot=Path("knight.safetensors")))
    with qtbot.assertNotEmitted(selection.pin_changed):
        selection.set_pin(MemoryChoice("The knight", snapshot=Path("knight.safetensors")))
    with qtbot.waitSignal(selection.pin_changed):
        selection.set_pin(MemoryChoice("Knight", snapshot=Path("another.safetensors")))


def test_that_the_initial_memory_can_be_pinned_and_a_missing_turn_cannot(
    selection: Selection, history: MemoryHistory
) -> None:
    selection.pin_turn(7)
    assert selection.pin is None
    selection.pin_turn(INITIAL)
    assert selection.pin is not None
    assert selection.pin.sha256 == history.initial.sha256


def test_that_layers_are_stepped_through_with_their_mean_before_the_first(selection: Selection) -> None:
    seen = []
    for step in (1, 1, 1, 1, 1, -1, -1, -1, -1, -1):
        selection.step_layer(step)
        seen.append(selection.layer)
    assert seen == [0, 1, 2, 3, 3, 2, 1, 0, None, None]


def test_that_a_layer_that_the_next_memory_lacks_means_all(selection: Selection, history: MemoryHistory) -> None:
    selection.choose_layer(3)
    history.start(*conversation(1, layers=2))
    assert selection.layer is None


def test_that_a_word_that_is_pointed_at_is_told_and_let_go_with_its_turn(
    selection: Selection, history: MemoryHistory
) -> None:
    told: list[object] = []
    selection.token_changed.connect(lambda: told.append(selection.token))
    for token in ((4, 0), (4, 0), None, (4, 1)):
        selection.hover(token)
    history.show_turn(2)
    assert told == [(4, 0), None, (4, 1), None]
    selection.hover((2, 0))
    selection.lock((2, 1))
    history.follow_path(conversation(3, laws={})[1])
    assert (selection.hovered, selection.locked) == (None, None)


def test_that_a_layer_outside_of_the_memory_means_all_and_a_choice_is_told_once(selection: Selection) -> None:
    told: list[int | None] = []
    selection.layer_changed.connect(lambda: told.append(selection.layer))
    for layer in (3, 3, 4, -1, 0):
        selection.choose_layer(layer)
    assert told == [3, None, 0]


def test_that_there_is_nothing_to_choose_before_a_model_is_loaded() -> None:
    selection = Selection(MemoryHistory())
    selection.step_layer(1)
    selection.choose_layer(0)
    selection.pin_turn(INITIAL)
    selection.toggle_mark(0, 0)
    assert (selection.layer, selection.pin, selection.marks.shape) == (None, None, (0, 0))


def test_that_the_same_marks_and_the_same_pin_are_not_told_again(selection: Selection, history: MemoryHistory) -> None:
    told: list[str] = []
    selection.marks_changed.connect(lambda: told.append("marks"))
    selection.pin_changed.connect(lambda: told.append("pin"))
    marks = np.zeros((4, 32), dtype=bool)
    marks[1, 5] = True
    for _ in range(2):
        selection.mark(marks)
        selection.pin_turn(3)
    assert told == ["marks", "pin"]
    marks[:] = False
    assert selection.marks[1, 5]  # they are its own
    history.start(*conversation(2, layers=3, slots=8))
    assert sorted(told[2:]) == ["marks", "pin"]
