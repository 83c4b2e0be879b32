"""The start of a chat has one name in all places: that of a new memory, or of a saved one that was opened."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.models.branches import BranchList
from app.models.memories import SnapshotList
from app.models.memory_choices import MemoryChoices
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL, before_first, memory_after, memory_in_words, memory_label, titled_start
from app.models.selection import Selection
from tests.app.inspector.synthetic import conversation

ROOT = Path(__file__).parents[3]
OF_ANY_CHAT = {
    ("memory_names.py", "initial memory"),
    ("pages.py", "initial memory from seed "),
    ("health.py", "Initial memory ("),
    ("probe.py", "Reset: a fresh initial memory."),
}
"""Who may name it: the one place that knows both names, and who speaks of new memories only."""


@pytest.mark.parametrize(
    ("turn", "origin", "label", "words", "full"),
    [
        (INITIAL, "", "initial memory", "the initial memory", "the initial memory"),
        (INITIAL, "Knight", "opened memory", "the opened memory", "the opened memory"),
        (0, "Knight", "turn 1", "turn 1", "the memory after turn 1"),
    ],
)
def test_that_the_start_is_called_after_what_it_was(turn: int, origin: str, label: str, words: str, full: str) -> None:
    found = memory_label(turn, origin), memory_in_words(turn, origin), memory_after(turn, origin)
    assert found == (label, words, full)


def test_that_the_title_of_the_saved_memory_stands_where_there_is_room() -> None:
    assert titled_start("Knight") == "opened memory “Knight”"
    assert titled_start("") == "initial memory"


def test_that_the_start_stands_before_the_first_of_the_turns_there_are() -> None:
    assert before_first(3) == "before turn 1 of 3"
    assert before_first(0) == "no turns yet"


def test_that_pins_and_choices_say_that_a_saved_memory_was_opened(qtbot: QtBot) -> None:
    del qtbot  # there must be an application: choices have a timer
    history = MemoryHistory()
    history.start(*conversation(2), origin="Knight")
    selection = Selection(history)
    selection.pin_turn(INITIAL)
    assert selection.pin is not None
    assert selection.pin.name == "opened memory"
    assert MemoryChoices(history, BranchList(), SnapshotList()).all[0].name == "opened memory · Knight"


def strings(path: Path) -> Iterator[str]:
    """What a module may say: its strings, without docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in words:
            yield node.value


def test_that_nobody_else_calls_the_start_of_a_chat_an_initial_memory() -> None:
    for path in (ROOT / "app").rglob("*.py"):
        known = [words for name, words in OF_ANY_CHAT if name == path.name]
        for said in strings(path):
            for words in known:
                said = said.replace(words, "")
            assert "initial memory" not in said.lower(), (path.name, said)


def test_that_the_name_of_the_start_needs_no_qt() -> None:
    asked = "import sys, app.models.memory_names; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
