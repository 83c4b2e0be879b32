"""What holds for every test: no screen, no network, no settings of the person who runs it, and nothing left running.

A test that leaves a thread, a QThread, a busy thread pool or an ownerless active timer behind fails, and the message
names the line that started it. torch is never imported here, only held to one thread where a test imports it.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

# Before Qt, torch and huggingface_hub are imported anywhere: they read these once.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import pytest
import shiboken6
from hypothesis import settings as hypothesis_settings
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QStandardPaths, QThread, QThreadPool, QTimer
from pytestqt.qtbot import QtBot

GRACE_S = 10.0  # a thread that was told to end may need this long on a machine that others use too
PATIENCE_MS = 30_000
PASSES = 5  # of the event loop: what is done a moment later may ask for another moment
HOME = Path(__file__).parent

# The same examples every time, and few: a longer search is asked for with --hypothesis-profile=search.
hypothesis_settings.register_profile("house", max_examples=40, deadline=None, derandomize=True, database=None)
hypothesis_settings.register_profile("search", max_examples=2_000, deadline=None)
hypothesis_settings.load_profile("house")


class PatientBot(QtBot):
    """Waits as long as a machine may need that others use too: what is waited for comes at once on an idle one."""

    def wait(self, ms: int) -> None:
        """At least so long, and some passes of the event loop: the process may have been stopped all the while."""
        super().wait(ms)
        for _ in range(PASSES):
            super().wait(1)  # 0 would return at once

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **others: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **others)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """In place of pytest-qt's own."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _fixed_seed() -> None:
    """The global generators start equal in every test; code of the project takes its own seeds."""
    random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
        sys.modules["torch"].set_num_threads(1)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, data, cache and state of the application live in a fresh folder."""
    home = tmp_path_factory.mktemp("home", numbered=True)
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    monkeypatch.setenv("HF_HOME", str(home / "hub"))
    QStandardPaths.setTestModeEnabled(True)
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, str(home / "config"))
    return home


class StartedObjects:
    """Remembers what was started, weakly, with the stack that started it."""

    def __init__(self) -> None:
        self._started: list[tuple[weakref.ref[Any], traceback.StackSummary]] = []

    def watch(self, monkeypatch: pytest.MonkeyPatch, owner: type, start: Callable[..., Any]) -> None:
        """Wraps `owner.start`. A plain function: a Mock on a Qt class crashes PySide6 since 6.10."""

        def remember_and_start(this: Any, *args: Any, **kwargs: Any) -> Any:
            stack = traceback.StackSummary.extract(_frames_of(sys._getframe(1)), lookup_lines=False)
            self._started.append((weakref.ref(this), stack))
            return start(this, *args, **kwargs)

        monkeypatch.setattr(owner, "start", remember_and_start)

    def alive(self) -> list[tuple[Any, traceback.StackSummary]]:
        """Each object that still exists, once, with its latest start."""
        latest = {id(target): (target, stack) for ref, stack in self._started if (target := ref()) is not None}
        return list(latest.values())


def _frames_of(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    """The frames from the caller outwards, as far as the test."""
    for _ in range(12):
        if frame is None:
            return
        yield frame, frame.f_lineno
        if Path(frame.f_code.co_filename).name.startswith("test_"):
            return
        frame = frame.f_back


def _report(what: str, stack: traceback.StackSummary) -> str:
    return f"{what}, started at\n" + "".join(reversed(stack.format()))


@pytest.fixture(autouse=True)
def _nothing_left_running(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test after which a thread or an ownerless timer still runs, and stops what can be stopped."""
    threads, qthreads, timers = StartedObjects(), StartedObjects(), StartedObjects()
    threads.watch(monkeypatch, threading.Thread, threading.Thread.start)
    qthreads.watch(monkeypatch, QThread, QThread.start)
    timers.watch(monkeypatch, QTimer, QTimer.start)
    yield
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [*_running_qthreads(qthreads), *_running_threads(threads), *_active_timers(timers)]
    pool = QThreadPool.globalInstance()
    if not pool.waitForDone(int(GRACE_S * 1000)):
        left.append("a task of the global QThreadPool is running")
        pool.clear()
        pool.waitForDone(10_000)  # so that the next test is not blamed
    if left:
        pytest.fail("the test left something running:\n" + "\n".join(left), pytrace=False)


def _running_qthreads(started: StartedObjects) -> Iterator[str]:
    for thread, stack in started.alive():
        if shiboken6.isValid(thread) and thread.isRunning() and not thread.wait(int(GRACE_S * 1000)):
            yield _report(f"QThread {thread.objectName() or 'without a name'} is running", stack)
            thread.requestInterruption()
            thread.quit()
            thread.wait(int(GRACE_S * 1000))


def _running_threads(started: StartedObjects) -> Iterator[str]:
    deadline = time.monotonic() + GRACE_S
    for thread, stack in started.alive():
        if type(thread).__name__ == "TMonitor":  # one per process, started by the first tqdm bar
            continue
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            yield _report(f"thread {thread.name} is running", stack)


def _active_timers(started: StartedObjects) -> Iterator[str]:
    for timer, stack in started.alive():
        if shiboken6.isValid(timer) and timer.parent() is None and timer.isActive():
            yield _report(f"a QTimer of {timer.interval()} ms without parent is active", stack)
            timer.stop()
