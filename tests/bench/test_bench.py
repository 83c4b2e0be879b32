"""How fast it is on this machine: `make bench`. The last line of each measurement is one JSON object.

Medians after a discarded first run; durations on a monotonic clock. Nothing is asserted about speed: numbers belong to
a machine, and are compared with those of the same machine.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rxt.events import MemoryWritten, TurnMetrics

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
RUNS = 5
MESSAGES = ("Hi, my name is Alice.", "I live in Lisbon.", "What is my name?", "Where do I live?") * 3


def tell(what: str, **numbers: float | int | None) -> None:
    """One line of JSON on the real standard output."""
    rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in numbers.items()}
    sys.__stdout__.write("\n" + json.dumps({"bench": what, **rounded}) + "\n")  # type: ignore[union-attr]


def import_s(module: str) -> float:
    """Seconds from the start of a Python that imports `module` to its end: median of RUNS, less an empty Python's."""
    return statistics.median(_process_s(f"import {module}") for _ in range(RUNS)) - _process_s("")


def _process_s(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - started


def test_that_the_time_of_imports_is_measured() -> None:
    tell("import", rxt_s=import_s("rxt"), events_s=import_s("rxt.events"), window_s=import_s("app.main"))


def test_that_the_time_of_turns_is_measured() -> None:
    import rxt

    started = time.perf_counter()
    model = rxt.load()
    load_s = time.perf_counter() - started
    session = rxt.Session(model, memory=model.initial_memory(seed=0))
    metrics: list[TurnMetrics] = [
        event.record.metrics
        for message in MESSAGES
        for event in session.ask(message)
        if isinstance(event, MemoryWritten)
    ][1:]
    assert len(metrics) == len(MESSAGES) - 1
    speeds = [turn.tokens_per_s for turn in metrics if turn.tokens_per_s is not None]
    tell(
        "turn",
        load_s=load_s,
        first_token_ms=1000 * statistics.median(turn.first_token_s for turn in metrics),
        tokens_per_s=statistics.median(speeds) if speeds else None,
        memory_write_ms=1000 * statistics.median(turn.memory_s for turn in metrics),
        answer_tokens=sum(turn.answer_tokens for turn in metrics),
    )


def test_that_the_speed_of_writing_dialogues_is_measured() -> None:
    from rxt.training.dialogues import DialogueGenerator

    generator = DialogueGenerator(7)
    started = time.perf_counter()
    turns = sum(len(generator.dialogue(12).turns) for _ in range(200))
    tell("dialogues", turns_per_s=turns / (time.perf_counter() - started))
