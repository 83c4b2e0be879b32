"""The branches of a tree of turns, as rows of an indented tree."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester

from app.engine.messages import TurnNode
from app.models.branches import BranchList, branches


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
