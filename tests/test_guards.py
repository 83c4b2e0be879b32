"""The guards of conftest.py, run on tests that break the rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

OFFENDERS = """
import threading
import time

from PySide6.QtCore import QObject, QThread, QThreadPool, QTimer

kept = []


def test_leaves_a_thread(qapp):
    thread = threading.Thread(target=time.sleep, args=(30,), name="sleeper", daemon=True)
    thread.start()


def test_leaves_a_qthread(qapp):
    thread = QThread()
    thread.setObjectName("forgotten")
    kept.append(thread)
    thread.start()


def test_leaves_a_timer(qapp):
    timer = QTimer()
    timer.setInterval(12345)
    kept.append(timer)
    timer.start()


def test_leaves_a_task_in_the_pool(qapp):
    QThreadPool.globalInstance().start(lambda: time.sleep(3))


def test_cleans_up_a_qthread(qapp):
    thread = QThread()
    kept.append(thread)
    thread.start()
    thread.quit()


def test_cleans_up_a_timer(qapp):
    timer = QTimer()
    timer.start(10)
    timer.stop()
    kept.append(timer)


def test_leaves_a_timer_to_its_owner(qapp):
    owner = QObject()
    kept.append(owner)
    QTimer(owner).start(1000)
"""


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says about the offenders."""
    folder = tmp_path_factory.mktemp("offenders")
    guards = (HERE / "conftest.py").read_text(encoding="utf-8")
    assert "GRACE_S = 10.0" in guards
    (folder / "conftest.py").write_text(guards.replace("GRACE_S = 10.0", "GRACE_S = 0.2"), encoding="utf-8")
    (folder / "test_offenders.py").write_text(OFFENDERS, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nqt_api = pyside6\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-v", "--color=no", "-p", "no:cacheprovider", str(folder)]
    environment = os.environ | {"PYTEST_ADDOPTS": "", "COLUMNS": "200"}
    result = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    return result.stdout


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("test_leaves_a_thread", "thread sleeper is running, started at"),
        ("test_leaves_a_qthread", "QThread forgotten is running, started at"),
        ("test_leaves_a_timer", "a QTimer of 12345 ms without parent is active, started at"),
        ("test_leaves_a_task_in_the_pool", "a task of the global QThreadPool is running"),
    ],
)
def test_that_a_test_which_leaves_something_running_fails_and_names_the_line(
    verdict: str, test: str, words: str
) -> None:
    assert f"{test} ERROR" in verdict
    report = verdict.split(f"ERROR at teardown of {test} ")[1].split("ERROR at teardown")[0]
    assert words in report
    assert "pool" in test or f"in {test}" in report


@pytest.mark.parametrize(
    "test", ["test_cleans_up_a_qthread", "test_cleans_up_a_timer", "test_leaves_a_timer_to_its_owner"]
)
def test_that_a_test_which_cleans_up_passes(verdict: str, test: str) -> None:
    assert f"{test} PASSED" in verdict
    assert f"{test} ERROR" not in verdict
