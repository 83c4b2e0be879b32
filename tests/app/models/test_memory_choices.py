"""The choices of memories: told once for all that changes in one go, and the same whatever they are called."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.branches import BranchList
from app.models.memories import SnapshotList
from app.models.memory_choices import MemoryChoice, MemoryChoices
from app.models.memory_history import MemoryHistory
from tests.app.inspector.synthetic import conversation
from tests.app.models.test_branches import LINE, node


def test_that_a_path_of_many_turns_is_told_once(qtbot: QtBot) -> None:
    history = MemoryHistory()
    initial, records = conversation(30, 2, 8)
    history.start(initial, records[:2])
    choices = MemoryChoices(history, BranchList(), SnapshotList())
    told: list[int] = []
    choices.changed.connect(lambda: told.append(len(choices.all)))
    assert len(choices.all) == 3
    history.follow_path(records)
    assert len(choices.all) == 31
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(20)
    assert told == [31]


def test_that_another_title_makes_no_other_memory() -> None:
    path = Path("/x/alice.safetensors")
    assert MemoryChoice("Alice", snapshot=path) == MemoryChoice("Alice of Tokyo", snapshot=path)
    assert MemoryChoice("Alice", snapshot=path) != MemoryChoice("Alice", snapshot=path.with_name("bob.safetensors"))


def test_that_tips_are_choices_where_the_open_path_does_not_reach_them(qapp: QApplication) -> None:
    history, branches = MemoryHistory(), BranchList()
    history.start(*conversation(3))
    choices = MemoryChoices(history, branches, SnapshotList())

    def tips() -> list[int]:
        return [choice.branch for choice in choices.all if choice.branch is not None]

    branches.set_tree((*LINE, node(4, 2, 2)), 4)
    assert tips() == [3]
    assert [choice.name for choice in choices.all][-1] == "branch · q1 (3 turns)"
    branches.set_tree((*LINE, node(4, 2, 2)), 3)
    assert tips() == [4]
    branches.set_tree(LINE, 3)
    assert tips() == []
    branches.set_tree(LINE, 2)  # back at the second turn: what came after it is not on the path
    assert tips() == [3]


def test_that_two_names_of_the_same_bytes_are_the_same_memory() -> None:
    file = MemoryChoice("Alice", snapshot=Path("/x/alice.safetensors"), sha256="ab")
    assert file.is_same(MemoryChoice("opened memory", turn=-1, sha256="ab"))
    assert not file.is_same(MemoryChoice("turn 1", turn=0, sha256="cd"))
    assert not MemoryChoice("branch", branch=3).is_same(MemoryChoice("branch", branch=4))
