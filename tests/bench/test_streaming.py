"""How fast answers come with the inspector in view and without: `make bench ARGS="tests/bench/test_streaming.py"`.

Both are measured in one run, turn and turn about, so that a busy machine is busy for both. The window, the engine's
thread and the bundled model are the real ones; a turn begins when the inspector has nothing left to look into.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main import Program, parse
from app.models.phase import Phase
from rxt.events import TurnMetrics
from tests.bench.test_bench import tell

pytestmark = [pytest.mark.bench, pytest.mark.qt_log_ignore("^This plugin does not support")]

PAIRS = int(os.environ.get("MNEME_STREAM_PAIRS", "150"))
WARM_UP = 6
REST_MS = 350
LIMIT_MS = 60_000
MESSAGES = ("My name is Alice.", "What do you know about me?", "My dog is called Rex.", "What is my name?")
DRAWS = 2_000
QUARTER = 0.25


@pytest.fixture
def program(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    hook = sys.excepthook
    made = Program(qapp, parse(["--data-dir", str(tmp_path)]))
    made.window.resize(1600, 1000)
    made.start()
    qtbot.waitUntil(lambda: made.port.phase is Phase.READY, timeout=LIMIT_MS)
    yield made
    made.window.close_anyway()
    qtbot.waitUntil(lambda: not made.window.isVisible())
    assert made.close()
    sys.excepthook = hook
    qapp.setStyleSheet("")


def per_token_ms(metrics: TurnMetrics) -> float | None:
    speed = metrics.tokens_per_s
    return None if speed is None else 1000 / speed


def answer(program: Program, qtbot: QtBot, message: str) -> TurnMetrics:
    history = program._workspace.history
    turns = len(history.records)
    program.window.chat.composer.set_text(message)
    program.window.chat.composer.send_button.click()
    qtbot.waitUntil(lambda: len(history.records) > turns and program.port.phase is Phase.READY, timeout=LIMIT_MS)
    return history.records[-1].metrics


def ratio_of(opened: list[float], closed: list[float]) -> tuple[float, float, float]:
    """The ratio of the lower quartiles, which other programs of a busy machine disturb least, with its 95 % interval
    by drawing pairs again."""
    both = np.array((opened, closed))
    drawn = both[:, np.random.default_rng(0).integers(len(opened), size=(DRAWS, len(opened)))]
    quartiles = np.quantile(drawn, QUARTER, axis=2)
    low, high = np.quantile(quartiles[0] / quartiles[1], (0.025, 0.975))
    ratio = np.quantile(both, QUARTER, axis=1)
    return float(ratio[0] / ratio[1]), float(low), float(high)


@pytest.mark.parametrize("preset", ["memory", "lab"])
def test_that_streaming_beside_the_inspector_is_measured(program: Program, qtbot: QtBot, preset: str) -> None:
    times: dict[str, list[float]] = {"chat": [], preset: []}
    for pair in range(PAIRS + WARM_UP):
        found: dict[str, float] = {}
        for layout in ("chat", preset) if pair % 2 else (preset, "chat"):
            program.window.show_preset(layout)
            qtbot.wait(REST_MS)
            spent_ms = per_token_ms(answer(program, qtbot, MESSAGES[pair % len(MESSAGES)]))
            if spent_ms is not None:
                found[layout] = spent_ms
        if pair >= WARM_UP and len(found) == 2:
            for layout, spent_ms in found.items():
                times[layout].append(spent_ms)
    ratio, low, high = ratio_of(times[preset], times["chat"])
    tell(
        f"streaming, {preset} against chat", pairs=len(times[preset]), closed_ms=statistics.median(times["chat"]),
        open_ms=statistics.median(times[preset]), ratio=ratio, low=low, high=high,
    )  # fmt: skip
