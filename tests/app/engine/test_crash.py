"""A process that is killed at any moment has lost no turn that it acknowledged, and text and memory agree."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.store.conversation_store import ConversationStore
from tests.app.engine.fake_session import SHAPE

if TYPE_CHECKING:
    from app.store.records import Turn

ROOT = Path(__file__).parents[3]
CHILD = """
import os, sys
from pathlib import Path
from app.engine.engine import Engine
from rxt.events import AnswerFinished, MemoryWritten, Sampling, TurnStarted
from tests.app.engine.fake_session import Behaviour, FakeLibrary

assert not any(name.startswith(("PySide6", "torch")) for name in sys.modules)

def post(report):
    match report:
        case TurnStarted():
            os.write(1, f"asked {report.query}\\n".encode())
        case AnswerFinished():
            os.write(1, f"replied {report.answer}\\n".encode())
        case MemoryWritten():
            os.write(1, f"remembered {report.record.memory_after}\\n".encode())

engine = Engine(Path(sys.argv[1]), lambda: FakeLibrary(Behaviour(token_s=0.0005)), post)
engine.start(None, None)
number = 0
while True:
    engine.ask(f"question{number} a b", Sampling())
    number += 1
"""


def _said(output: str, what: str) -> list[str]:
    complete = output[: output.rfind("\n") + 1]
    return [line.split(" ", 1)[1] for line in complete.splitlines() if line.startswith(what)]


def _stored(data_dir: Path) -> tuple[Turn, ...]:
    """The turns of the only conversation; every memory is read, which checks it against its hash."""
    store = ConversationStore(data_dir / "conversations.sqlite")
    try:
        assert store.quarantined is None
        conversations = store.list()
        assert len(conversations) <= 1
        turns = store.turns(conversations[0].id) if conversations else ()
        for turn in turns:
            if turn.record is not None:
                assert store.memory(turn.record.memory_after)[1] == SHAPE
        return turns
    finally:
        store.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("attempt", range(6))
def test_that_a_killed_process_lost_no_acknowledged_turn(tmp_path: Path, attempt: int) -> None:
    delay_s = random.Random(attempt).uniform(0.0, 0.15)
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(delay_s)
    child.send_signal(signal.SIGKILL)
    output = (first + child.stdout.read()).decode()
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    asked, replied, remembered = (_said(output, what) for what in ("asked", "replied", "remembered"))
    turns = _stored(tmp_path)
    assert [turn.query for turn in turns][: len(asked)] == asked
    assert [turn.answer for turn in turns][: len(replied)] == replied
    memories = [turn.record.memory_after for turn in turns if turn.record is not None]
    assert memories[: len(remembered)] == remembered
    before = [turn.record.memory_before for turn in turns if turn.record is not None]
    assert before[1:] == memories[:-1]
    assert all(turn.phase == "remembered" for turn in turns[:-1])
