"""The choices of memories: told once for all that changes in one go, and the same whatever they are called."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.models.branches import BranchList
from app.models.memories import SnapshotList
from app.models.memory_choices import MemoryChoice, MemoryChoices
from app.models.memory_history import MemoryHistory
from tests.app.inspector.synthetic import conversation


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
