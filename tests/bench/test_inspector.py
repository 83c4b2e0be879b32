"""How fast the inspector draws: `make bench`. Nothing is asserted about speed; see tests/bench/test_bench.py."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.models.memory_history import MemoryHistory
from app.models.selection import Selection
from app.theme import ThemeController
from app.views.inspector import InspectorPanel, TimelineView
from app.views.inspector.lazy_view import LazyView
from tests.app.inspector.synthetic import conversation
from tests.bench.test_bench import tell

pytestmark = [pytest.mark.bench, pytest.mark.qt_log_ignore("^This plugin does not support")]

LARGE = (21, 4096)
LAB_PX, SIDE_PX = (1500, 950), (460, 800)


def draw(views: list[QWidget]) -> None:
    """What a round of the event loop does after a change: redraw what is due, then paint."""
    for view in views:
        if isinstance(view, LazyView):
            view.flush()
    for view in views:
        view.repaint()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)


def timed_ms(act: Callable[[], None]) -> tuple[float, float]:
    """Elapsed, and of the processor."""
    started, started_cpu = time.perf_counter(), time.process_time()
    act()
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - started_cpu)


def shown(qtbot: QtBot, widget: QWidget, size: tuple[int, int]) -> None:
    qtbot.addWidget(widget)
    widget.resize(*size)
    widget.show()
    qtbot.waitExposed(widget)
    qtbot.wait(50)


@pytest.fixture
def themes(qapp: QApplication) -> ThemeController:
    controller = ThemeController(qapp)
    controller.choose("light")
    return controller


def test_that_redrawing_a_large_memory_is_measured(qtbot: QtBot, themes: ThemeController) -> None:
    history = MemoryHistory()
    history.start(*conversation(12, *LARGE))
    panel = InspectorPanel(history, themes, True, Selection(history))
    shown(qtbot, panel, SIDE_PX)
    panel.show_page(panel.gates)
    qtbot.wait(50)
    map_ms, all_ms = [], []
    for turn in [*range(11, -1, -1), *range(12)]:
        history.show_turn(turn)
        map_ms.append(timed_ms(lambda: draw([panel.memory_map])))
        all_ms.append(timed_ms(lambda: draw([panel.gate_view, panel])))
    tell(
        "inspector 21x4096",
        memory_map_ms=statistics.median(elapsed for elapsed, _ in map_ms),
        memory_map_cpu_ms=statistics.median(cpu for _, cpu in map_ms),
        gates_and_frame_ms=statistics.median(elapsed for elapsed, _ in all_ms),
        gates_and_frame_cpu_ms=statistics.median(cpu for _, cpu in all_ms),
    )


@pytest.mark.parametrize(("name", "shape", "size"), [
    ("21x4096, map and gates", LARGE, SIDE_PX), ("4x48, lab layout", (4, 48), LAB_PX),
])  # fmt: skip
def test_that_scrubbing_500_turns_is_measured(
    qtbot: QtBot, themes: ThemeController, name: str, shape: tuple[int, int], size: tuple[int, int]
) -> None:
    initial, records = conversation(500 if shape != LARGE else 60, *shape)
    history = MemoryHistory()
    history.start(initial, records)
    panel, timeline = InspectorPanel(history, themes, True, Selection(history)), TimelineView(history, themes)
    shown(qtbot, panel, size)
    shown(qtbot, timeline, (1280, 76))
    panel.show_page(panel.gates)
    qtbot.wait(50)
    turns = [step % len(records) for step in range(500)]
    started, started_cpu = time.perf_counter(), time.process_time()
    for turn in turns:
        history.show_turn(turn)
        QApplication.processEvents()
    duration_s, cpu_s = time.perf_counter() - started, time.process_time() - started_cpu
    tell(f"scrub {name}", turns=len(turns), frames_per_s=len(turns) / duration_s, cpu_ms=1000 * cpu_s / len(turns))
