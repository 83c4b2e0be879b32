"""A very long conversation: the program grows by little more than what the views show of each turn (six numbers a
slot), and a late turn costs what an early one costs.

`make bench ARGS="tests/bench/test_soak.py"` takes 10,000 turns, or as many as MNEME_SOAK_TURNS says. The engine answers
with the bundled model and saves every turn; the models of the window follow, so that what they keep counts too.
"""

from __future__ import annotations

import faulthandler
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.engine import reports
from app.engine.engine import Engine
from app.engine.library import import_rxt
from app.models.conversation import Conversation
from app.models.memory_history import MemoryHistory
from rxt.events import Event, MemoryWritten, Sampling, TurnFailed, TurnRecord
from tests.bench.test_bench import tell

pytestmark = pytest.mark.bench

TURNS = int(os.environ.get("MNEME_SOAK_TURNS", "10000"))
WARM_UP = 100
"""Turns before the first measurement: buffers and caches are filled then."""
WINDOW = 100
GROWTH_LIMIT_MB = 100.0  # beyond the numbers of the turns
SLOWER_LIMIT = 1.5
SAMPLING = Sampling(temperature=0.8, max_tokens=4)


class Window:
    """What the window keeps of what the engine tells, and what went wrong.

    problems: never raised from here, for the engine takes an error of its listener for one of the model, and goes on.
    """

    def __init__(self) -> None:
        self.conversation = Conversation()
        self.history = MemoryHistory()
        self.problems: list[str] = []

    def hear(self, report: reports.Report) -> None:
        if isinstance(report, TurnFailed | reports.Failed | reports.LoadFailed | reports.TurnRejected):
            self.problems.append(str(report))
        if isinstance(report, Event):
            self.conversation.apply((report,))
            if isinstance(report, MemoryWritten):
                self.history.add(report.record)
        elif isinstance(report, reports.ConversationOpened):
            opened = report.conversation
            self.conversation.open(opened.id, opened.title, opened.origin, opened.turns)
            self.history.start(opened.initial)
        elif isinstance(report, reports.TreeChanged):
            self.conversation.follow_tree(report.nodes, report.path)


def resident_mb() -> float:
    """Of this process, in 10^6 bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def bytes_shown(record: TurnRecord) -> int:
    """Of the numbers of a turn's slots."""
    gates = [stage.values for stage in record.gates]
    return sum(values.nbytes for values in (record.norm, record.change, record.cosine, *gates))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="resident memory is read from /proc")
def test_that_a_late_turn_costs_what_an_early_one_costs(tmp_path: Path) -> None:
    faulthandler.cancel_dump_traceback_later()  # the limit of the tests is too short for this
    window = Window()
    engine = Engine(tmp_path, import_rxt, window.hear)
    engine.start(None, None, seed=0)
    costs_s: list[float] = []
    before_mb = 0.0
    started = time.perf_counter()
    for number in range(TURNS):
        if number == WARM_UP:
            before_mb = resident_mb()
        began = time.process_time()
        engine.ask(f"This is message {number}.", SAMPLING)
        costs_s.append(time.process_time() - began)
        assert not window.problems
        assert window.history.last_turn == number
    growth_mb = resident_mb() - before_mb
    early_s, late_s = (statistics.median(part) for part in (costs_s[WARM_UP : WARM_UP + WINDOW], costs_s[-WINDOW:]))
    database = sum(file.stat().st_size for file in tmp_path.glob("conversations.sqlite*")) / 1e6
    shown_mb = sum(map(bytes_shown, window.history.records[WARM_UP:])) / 1e6
    numbers: dict[str, Any] = {
        "turns": TURNS, "growth_mb": growth_mb, "shown_mb": shown_mb, "database_mb": database
    }  # fmt: skip
    tell("soak", **numbers, early_ms=1000 * early_s, late_ms=1000 * late_s, wall_s=time.perf_counter() - started)
    number = engine.dialogue.conversation.id
    memory = engine.dialogue.place.session.memory.sha256
    engine.begin(0)
    began = time.perf_counter()
    engine.reopen(number)
    tell("reopen", turns=TURNS, seconds=time.perf_counter() - began)
    assert engine.dialogue.place.session.memory.sha256 == memory
    engine.close_store()
    assert growth_mb - shown_mb < GROWTH_LIMIT_MB
    assert late_s < SLOWER_LIMIT * early_s
