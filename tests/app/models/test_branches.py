"""The branches of a tree of turns, as rows of an indented tree."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.engine.messages import TurnNode
from app.models.branches import BranchList, BranchRole, branches
from app.models.list_role import ListRole


def node(number: int, parent: int | None, turn: int | None = 0, query: str = "") -> TurnNode:
    return TurnNode(number, parent, turn, query or f"q{number}", f"a{number}", "in memory", 0.0)


LINE = (node(1, None, 0), node(2, 1, 1), node(3, 2, 2))


def test_that_a_chat_without_forks_is_one_branch() -> None:
    (only,) = branches(LINE, 3)
    assert (only.leaf, only.depth, only.title, only.detail) == (3, 0, "q1", "3 turns")
    assert only.is_current


def test_that_another_version_is_a_branch_under_the_one_it_left() -> None:
    rows = branches((*LINE, node(4, 2, 2), node(5, 4, 3)), 5)
    assert [(row.leaf, row.depth) for row in rows] == [(3, 0), (5, 1)]
    assert rows[1].detail == "turn 3, version 2 · “a4” · 2 turns"
    assert [(row.is_current, row.is_on_path) for row in rows] == [(False, True), (True, True)]


def test_that_another_first_message_is_a_branch_too() -> None:
    rows = branches((*LINE, node(4, None, 0)), 4)
    assert [(row.leaf, row.depth, row.is_on_path) for row in rows] == [(3, 0, False), (4, 1, True)]
    assert rows[1].detail.startswith("turn 1, version 2")


def test_that_earlier_forks_come_first_and_lines_lead_to_later_ones() -> None:
    tree = (*LINE, node(4, 1, 1), node(5, 4, 2), node(6, 4, 2), node(7, 2, 2))
    rows = branches(tree, 3)
    assert [(row.leaf, row.depth) for row in rows] == [(3, 0), (5, 1), (6, 2), (7, 1)]
    assert [row.rails for row in rows] == [(), (True,), (True, False), (False,)]
    assert [row.has_forks for row in rows] == [True, True, False, False]


def test_that_a_path_that_ends_inside_of_a_branch_marks_that_branch() -> None:
    rows = branches((*LINE, node(4, 2, 2)), 2)
    assert [row.is_current for row in rows] == [True, False]


def test_that_a_branch_leads_elsewhere_while_the_path_ends_before_it_does() -> None:
    model = BranchList()
    told: list[bool] = []
    model.dataChanged.connect(lambda: told.append(model.lead_elsewhere))
    model.set_tree(LINE, 3)
    assert not model.lead_elsewhere
    for tip in (2, 3, None):
        model.set_tree(LINE, tip)
    assert told == [True, False, True]
    model.set_tree((), None)
    assert not model.lead_elsewhere


def test_that_a_chat_with_forks_leads_elsewhere_though_its_path_is_shown_to_the_end() -> None:
    model = BranchList()
    model.set_tree((*LINE, node(4, 2, 2)), 3)
    assert not any(branch.goes_on for branch in model.branches)
    assert model.lead_elsewhere


def test_that_before_the_first_turn_only_the_first_branch_goes_on() -> None:
    assert [row.goes_on for row in branches((*LINE, node(4, 2, 2)), None)] == [True, False]


def test_that_the_oldest_turn_goes_on_with_its_branch_in_whatever_order_turns_come() -> None:
    tree = (*LINE, node(4, 2, 2), node(5, 1, 1))
    assert branches(tree[::-1], 3) == branches(tree, 3)


def test_that_turns_whose_former_ones_are_missing_are_shown() -> None:
    (row,) = branches((node(2, 1, 1), node(3, 2, 2)), 3)
    assert (row.leaf, row.depth, row.is_current) == (3, 0, True)


def test_that_a_branch_after_a_turn_that_is_not_in_memory_says_its_version_alone() -> None:
    rows = branches((node(1, None, None), node(2, 1), node(3, 1)), 3)
    assert rows[1].detail == "version 2 · “a3” · 1 turn"


def test_that_a_branch_whose_first_message_shows_nothing_is_called_so() -> None:
    (row,) = branches((replace(node(1, None), query=" \n"),), 1)
    assert row.title == "Empty message"


def test_that_a_row_tells_its_last_turn_and_how_its_lines_are_drawn() -> None:
    model = BranchList()
    model.set_tree((*LINE, node(4, 1, 1), node(5, 4, 2), node(6, 4, 2), node(7, 2, 2)), 6)
    roles = (
        ListRole.KEY, ListRole.IS_CURRENT, BranchRole.RAILS, BranchRole.IS_ON_PATH, BranchRole.HAS_FORKS,
    )  # fmt: skip
    assert [tuple(model.index(row).data(role) for role in roles) for row in range(4)] == [
        (3, False, (), True, True),
        (5, False, (True,), True, True),
        (6, True, (True, False), True, False),
        (7, False, (False,), False, False),
    ]


def test_that_a_branch_says_aloud_its_level_and_whether_it_is_open() -> None:
    model = BranchList()
    model.set_tree((*LINE, node(4, 2, 2), node(5, 4, 3), node(6, 2, 2)), 4)
    spoken = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken == [
        "q1, 3 turns, on the way to the open one",
        "q4, turn 3, version 2 · “a4” · 2 turns, level 2, open before its end",
        "q6, turn 3, version 3 · “a6” · 1 turn, level 2",
    ]
    model.set_tree(LINE, 3)
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "q1, 3 turns, open"


def test_that_rows_are_told_together_and_the_same_tree_is_not_told() -> None:
    model = BranchList()
    model.set_tree((*LINE, node(4, 2, 2)), 4)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.set_tree((*LINE, node(4, 2, 2)), 4)
    assert told == []
    model.set_tree((*LINE, node(4, 2, 2)), 3)
    assert told == [(0, 1)]


def test_that_nothing_is_open_before_the_first_turn() -> None:
    assert not any(row.is_current or row.is_on_path for row in branches(LINE, None))
    assert branches((), None) == ()


@given(st.lists(st.integers(0, 30), max_size=30))
def test_that_every_leaf_is_one_row_whatever_the_tree(choices: list[int]) -> None:
    tree = [node(number, None if choice % number == 0 else choice % number) for number, choice in enumerate(choices, 1)]
    rows = branches(tree, None)
    parents = {entry.parent for entry in tree}
    assert sorted(row.leaf for row in rows) == sorted(entry.id for entry in tree if entry.id not in parents)
    assert all(len(row.rails) == row.depth for row in rows)
    assert all(later.depth <= earlier.depth + 1 for earlier, later in pairwise(rows))


def test_that_a_long_chat_is_no_deep_recursion() -> None:
    tree = [node(number, number - 1 or None, number) for number in range(1, 20_001)]
    assert len(branches(tree, 20_000)) == 1


def test_that_the_model_of_the_rail_is_sound_and_rows_stay_where_only_words_change() -> None:
    model = BranchList()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    model.set_tree((*LINE, node(4, 2, 2)), 4)
    model.set_tree((*LINE, node(4, 2, 2)), 3)
    assert resets == [True]
    assert model.current_row == 0
    model.set_tree((), None)
    assert model.current_row is None
    tester.deleteLater()
