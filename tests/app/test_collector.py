"""The collector: garbage is collected by the window's thread only, and Python gets its own back."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.collector import INTERVAL_MS, Collector


class Knot:
    """Garbage that only a collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qapp: object) -> Iterator[Collector]:
    collector = Collector()
    gc.enable()  # as the application begins; between tests it is off (conftest)
    collector.install()
    yield collector
    collector.uninstall()


def test_that_another_thread_never_collects(collector: Collector) -> None:
    threads: list[int] = []
    gc.callbacks.append(note := lambda phase, info: threads.append(threading.get_ident()))
    try:
        worker = threading.Thread(target=lambda: [Knot() for _ in range(50_000)])
        worker.start()
        worker.join()
        assert threads == []
    finally:
        gc.callbacks.remove(note)


def test_that_the_timer_frees_garbage(collector: Collector, qtbot: QtBot) -> None:
    knots = [Knot() for _ in range(5_000)]
    last = weakref.ref(knots[-1])
    del knots
    qtbot.waitUntil(lambda: last() is None, timeout=5 * INTERVAL_MS)


def test_that_uninstalling_gives_the_collector_back(qapp: object) -> None:
    collector = Collector()
    gc.enable()
    collector.install()
    collector.settle()
    assert not gc.isenabled()
    assert gc.get_freeze_count() > 0
    collector.uninstall()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
