"""The end: it comes soon, loses nothing, and even a hung model cannot prevent it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import port as engine_port
from app.models.phase import Phase
from rxt.events import Sampling

if TYPE_CHECKING:
    import pytest

    from tests.app.engine.conftest import Desk

ROOT = Path(__file__).parents[3]

HUNG = """
import os, sys, threading, time
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.engine import port as engine_port
from app.engine.port import EnginePort
from rxt.events import Sampling
from tests.app.engine.fake_session import Behaviour, FakeLibrary

engine_port.TURN_SHUTDOWN_MS = 2000
app = QCoreApplication([])
hangs = threading.Event()
behaviour = Behaviour(before_token=lambda number: (hangs.set(), time.sleep(60)))
port = EnginePort(Path(sys.argv[1]), open_library=lambda: FakeLibrary(behaviour))
port.phase_changed.connect(lambda phase: phase.value == "ready" and port.ask("my last words", Sampling()))
port.events_arrived.connect(lambda _: hangs.wait(10) and app.quit())
port.start(None, None)
app.exec()
started = time.monotonic()
ended = port.shutdown()
duration_s = time.monotonic() - started
assert not ended and not port.shutdown() and duration_s > 1.5, (ended, duration_s)  # not ended: it still hangs
del port
print("left", flush=True)
os._exit(0)
"""


def test_that_shutting_down_during_a_stream_takes_no_time_and_loses_nothing(desk: Desk) -> None:
    desk.say("first")
    desk.behaviour.words = ["word"] * 10_000
    desk.behaviour.token_s = 0.01
    desk.port.ask("second", Sampling())
    desk.until(lambda: bool(desk.heard.batches) and desk.port.phase.can_stop)
    assert desk.port.shutdown()
    assert desk.port._thread.isFinished()
    number, memory = desk.opened.id, desk.behaviour.sessions[-1].memory.sha256
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.query for turn in desk.opened.turns] == ["first", "second"]
    assert len(desk.opened.turns[1].answer.split()) < 5_000  # all of them would have taken more than a minute
    assert desk.behaviour.sessions[-1].memory.sha256 == memory


def test_that_the_end_waits_for_a_memory_that_is_being_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.behaviour.before_memory = lambda: time.sleep(0.5)
    desk.port.ask("a long turn", Sampling())
    desk.until(lambda: desk.port.phase is Phase.WRITING)
    with monkeypatch.context() as patch:
        patch.setattr(engine_port, "SHUTDOWN_MS", 100)
        assert desk.port.shutdown()
    number, memory = desk.opened.id, desk.behaviour.sessions[-1].memory.sha256
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.phase for turn in desk.opened.turns] == ["remembered"]
    assert desk.behaviour.sessions[-1].memory.sha256 == memory


def test_that_a_question_that_was_not_begun_is_saved_when_the_end_comes(desk: Desk) -> None:
    desk.port.save_snapshot(desk.port.snapshots_dir / "a.safetensors", "A", "")
    desk.rest()
    desk.port.ask("not begun", Sampling())
    desk.port.rename_conversation(desk.opened.id, "Renamed")
    assert desk.port.shutdown()
    number = desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert desk.opened.title == "Renamed"
    assert [(turn.query, turn.record) for turn in desk.opened.turns if turn.record is None] in (
        [("not begun", None)],
        [],  # the worker was quicker and answered it
    )
    assert [turn.query for turn in desk.opened.turns] == ["not begun"]


def test_that_shutting_down_before_the_start_or_twice_or_while_loading_is_quiet(idle_desk: Desk) -> None:
    idle_desk.behaviour.load_s = 0.3
    idle_desk.port.start(None, None)
    idle_desk.port.load_model(None)
    idle_desk.port.new_conversation(None)
    assert idle_desk.port.shutdown()
    assert idle_desk.port.shutdown()
    idle_desk.port.ask("nobody there", Sampling())
    idle_desk.port.stop()
    idle_desk.port.refresh_snapshots()


def test_that_a_port_that_was_never_started_shuts_down(idle_desk: Desk) -> None:
    assert idle_desk.port.shutdown()


def test_that_nothing_is_signalled_after_the_end(desk: Desk) -> None:
    desk.behaviour.token_s = 0.01
    desk.port.ask("a b c d e f", Sampling())
    assert desk.port.shutdown()
    phases, batches = len(desk.heard.phases), len(desk.heard.batches)
    desk.qtbot.wait(100)
    assert (len(desk.heard.phases), len(desk.heard.batches)) == (phases, batches)


def test_that_a_hung_model_is_left_behind_and_the_question_is_saved(tmp_path: Path, desk: Desk) -> None:
    data_dir = tmp_path / "hung"
    result = subprocess.run(
        [sys.executable, "-c", HUNG, str(data_dir)], cwd=ROOT, capture_output=True, text=True, timeout=55, check=False
    )
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, "left", "")
    assert desk.port.shutdown()
    desk.data_dir = data_dir
    desk.reopen()
    desk.port.open_conversation(desk.heard.conversations[-1][0].id)
    desk.rest()
    assert [(turn.query, turn.phase) for turn in desk.opened.turns] == [("my last words", "pending")]
