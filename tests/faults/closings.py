"""Closes the whole program at random moments of a turn, each time in a process of its own.

A closing is good where the process ends by itself with exit code 0, says nothing on stderr, takes less than LIMIT_S
from the click on close, and leaves a database in which every memory is the one that its turn names.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.store.conversation_store import ConversationStore
from app.store.errors import StoreError

LIMIT_S = 2.0
SLOWEST = 4.0
"""On a machine that others use too, the limit is stretched by the wall time per CPU time of the start, up to this."""
START_S = 120.0
"""A loaded machine may need that long to import torch."""
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "alpha-interlayer"
_TOKEN_S, _MEMORY_S = 0.05, 0.15
TURN_S = 9 * _TOKEN_S + _MEMORY_S
"""About how long a turn of the stand-in takes."""

_CHILD = """
import functools, os, runpy, sys, time
started = time.monotonic()
from PySide6.QtCore import QTimer
from app import main
from app.engine.port import EnginePort
from app.models.phase import Phase
from rxt.events import Sampling

folder, model, stand_in = sys.argv[1], sys.argv[2], sys.argv[3] == "stand-in"
delay_s, token_s, memory_s = (float(item) for item in sys.argv[4:])
if stand_in:
    from tests.app.engine.fake_session import Behaviour, FakeLibrary
    behaviour = Behaviour(token_s=token_s, before_memory=lambda: time.sleep(memory_s))
    main.EnginePort = functools.partial(EnginePort, open_library=lambda: FakeLibrary(behaviour))

class Closing(main.Program):
    asked = False

    def start(self):
        super().start()
        self.port.phase_changed.connect(self.go_on)

    def go_on(self, phase):
        if phase is Phase.NO_MODEL:
            os.write(2, b"no model was loaded")
            self.window.close()
        if phase is not Phase.READY:
            return
        self.port.ask("one two three four five six seven eight", Sampling(temperature=1.0, max_tokens=64))
        if not self.asked:
            self.asked = True
            QTimer.singleShot(int(1000 * delay_s), self.window, self.leave)

    def leave(self):
        spent_s = time.monotonic() - started - delay_s
        os.write(1, f"closing {spent_s / time.process_time()}\\n".encode())
        self.window.close()

main.Program = Closing
sys.argv = ["mneme", "--data-dir", folder] + ([] if stand_in else ["--model", model])
runpy.run_path("main.py", run_name="__main__")
"""


@dataclass(frozen=True, slots=True)
class Closing:
    """One closing, delay_s after the first question. problem: what was wrong; empty: nothing. slowness: of the machine
    before it, wall time per CPU time."""

    delay_s: float
    duration_s: float
    exit_code: int
    stderr: str
    turns: int
    problem: str
    slowness: float = 1.0


def closings(count: int, seed: int = 0, *, stand_in: bool = True) -> Iterator[Closing]:
    """Closes the program `count` times, at moments that are spread over its first two turns.

    stand_in: with a model without torch, which starts faster; else with a tiny real one.
    """
    chance = random.Random(seed)
    for _ in range(count):
        yield close_once(chance.uniform(0.0, 2 * TURN_S), stand_in=stand_in)


def close_once(delay_s: float, *, stand_in: bool = True) -> Closing:
    """One closing in a new process and a new data folder."""
    with tempfile.TemporaryDirectory(prefix="mneme-closing-") as folder:
        kind = "stand-in" if stand_in else "real"
        command = [sys.executable, "-c", _CHILD, folder, str(GOLDEN), kind, str(delay_s), str(_TOKEN_S), str(_MEMORY_S)]
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
        environment |= {f"XDG_{name}_HOME": folder for name in ("CONFIG", "DATA", "CACHE", "STATE")}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            line = child.stdout.readline()
            began = time.monotonic()
            try:
                _, errors = child.communicate(timeout=START_S)
            except subprocess.TimeoutExpired:
                child.kill()
                _, errors = child.communicate()
            duration_s = time.monotonic() - began
        turns, damage = _stored(Path(folder))
        stderr = errors.decode(errors="replace")
        word, _, slowness = line.decode(errors="replace").partition(" ")
        slow = float(slowness or 1.0)
        problem = damage or _problem(word, slow, duration_s, child.returncode, stderr)
        return Closing(delay_s, duration_s, child.returncode, stderr, turns, problem, slow)


def _problem(word: str, slowness: float, duration_s: float, code: int, stderr: str) -> str:
    if word != "closing":
        return "it ended before it was closed"
    if code != 0:
        return f"exit code {code}"
    if stderr:
        return "it said something on stderr"
    limit_s = LIMIT_S * min(SLOWEST, max(1.0, slowness))
    return f"it took {duration_s:.2f} s" if duration_s >= limit_s else ""


def _stored(folder: Path) -> tuple[int, str]:
    """How many turns are stored, and what is wrong with them."""
    try:
        store = ConversationStore(folder / "conversations.sqlite")
    except StoreError as error:
        return 0, str(error)
    try:
        if store.quarantined is not None:
            return 0, "the database was damaged"
        turns = [turn for conversation in store.list() for turn in store.turns(conversation.id)]
        for turn in turns:
            if turn.record is not None:
                store.memory(turn.record.memory_after)
        return len(turns), "" if turns else "the question was not saved"
    except StoreError as error:
        return 0, str(error)
    finally:
        store.close()
