"""One window a data folder: locks, hand-overs and what a killed process leaves. With real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from app.instance import LOCK, Instance, Request

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 90.0
pytestmark = pytest.mark.usefixtures("qapp")

HOLDER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.instance import Instance
app = QCoreApplication([])
instance = Instance(Path(sys.argv[1]))
def tell(request):
    print("called", request.model, request.snapshot, flush=True)
instance.called.connect(tell)
print("first" if instance.claim() else "second", flush=True)
app.exec()
"""


def holder(data_dir: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock of a data folder and says whether it was the first."""
    command = [sys.executable, "-c", HOLDER, str(data_dir)]
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "first\n"
    return process


def test_that_a_second_start_is_heard_by_the_first(tmp_path: Path) -> None:
    first = holder(tmp_path / "data")
    try:
        request = Request("some/model", "/a memory.safetensors")
        assert Instance(tmp_path / "data").claim_or_hand_over(request) is False
        assert first.stdout is not None
        assert first.stdout.readline() == "called some/model /a memory.safetensors\n"
    finally:
        first.kill()
        first.communicate()


@pytest.mark.skipif(os.name == "nt", reason="Windows has pipes of another kind")
def test_that_a_second_start_is_heard_where_temporary_files_have_long_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    first = holder(tmp_path / "data")
    try:
        assert Instance(tmp_path / "data").claim_or_hand_over(Request()) is False
    finally:
        first.kill()
        first.communicate()
        Path(Instance(tmp_path / "data")._name).unlink()


def test_that_the_lock_of_a_killed_process_is_taken_over_at_once(tmp_path: Path) -> None:
    first = holder(tmp_path / "data")
    first.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    first.communicate()
    assert (tmp_path / "data" / LOCK).exists()
    after = Instance(tmp_path / "data")
    assert after.claim()  # at the first try, for which nothing waits
    after.release()


def test_that_other_folders_are_independent_and_the_same_folder_is_known_by_any_name(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    one, other, same = (Instance(tmp_path / name) for name in ("data", "other", "link"))
    assert one.claim()
    assert other.claim()
    assert not same.claim()
    one.release()
    assert same.claim()
    for instance in (other, same):
        instance.release()


def test_that_a_folder_that_cannot_be_written_keeps_nobody_from_starting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Instance(tmp_path / "file" / "data").claim()


def test_that_an_instance_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = holder(tmp_path / "data")
    try:
        first.send_signal(signal.SIGSTOP)
        monkeypatch.setattr("app.instance.ANSWER_MS", 200)
        monkeypatch.setattr("app.instance.PATIENCE_S", 0.2)
        second = Instance(tmp_path / "data")
        assert second.claim_or_hand_over(Request()) is None
        assert f"process {first.pid} on" in second.obstacle
        assert "does not answer" in second.obstacle
    finally:
        first.kill()
        first.communicate()


@pytest.mark.skipif(os.name == "nt", reason="pipes there belong to nobody else")
def test_that_nothing_is_told_to_a_socket_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = holder(tmp_path / "data")
    try:
        monkeypatch.setattr("app.instance.PATIENCE_S", 0.0)
        with monkeypatch.context() as patch:
            patch.setattr("app.instance.os.getuid", lambda: -2)
            assert Instance(tmp_path / "data").claim_or_hand_over(Request()) is None
        assert Instance(tmp_path / "data").claim_or_hand_over(Request()) is False
    finally:
        first.kill()
        first.communicate()


@pytest.mark.parametrize(
    ("lock", "holder"),
    [("1234\nMneme\noldlaptop\n0123\n4567\n", "process 1234 on oldlaptop"), ("", "a process that it does not name")],
    ids=["another computer", "cut off"],
)
def test_that_the_lock_of_another_computer_is_named_and_how_to_go_on_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: str, holder: str
) -> None:
    monkeypatch.setattr("app.instance.PATIENCE_S", 0.0)
    (tmp_path / LOCK).write_text(lock)
    instance = Instance(tmp_path)
    assert instance.claim_or_hand_over(Request()) is None
    assert f"in use by {holder}." in instance.obstacle
    assert f"delete {tmp_path / LOCK} and start again" in instance.obstacle
    (tmp_path / LOCK).unlink()
    assert instance.claim_or_hand_over(Request()) is True
    instance.release()


@pytest.mark.parametrize(
    "words",
    [
        b"\n",
        b"{}\n",
        b'{"model": 1, "snapshot": null}\n',
        b'{"model": null, "snapshot": null, "x": 1}\n',
        b"[" * 9000 + b"\n",
    ],
    ids=["empty", "nothing", "number", "more", "deep"],
)
def test_that_nonsense_on_the_socket_is_dropped(qtbot: QtBot, tmp_path: Path, words: bytes) -> None:
    instance = Instance(tmp_path / "data")
    assert instance.claim()
    heard: list[Request] = []
    instance.called.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(instance._name)
    assert socket.waitForConnected(1000)
    with qtbot.waitSignal(socket.disconnected):
        socket.write(words)
        socket.flush()
    assert heard == []
    instance.release()


def test_that_endless_words_on_the_socket_end_the_visit(qtbot: QtBot, tmp_path: Path) -> None:
    instance = Instance(tmp_path / "data")
    assert instance.claim()
    socket = QLocalSocket()
    socket.connectToServer(instance._name)
    assert socket.waitForConnected(1000)
    with qtbot.waitSignal(socket.disconnected):
        socket.write(b"x" * 200_000)
        socket.flush()
    instance.release()


def start(data_dir: Path, *more: str) -> subprocess.Popen[str]:
    """The application with an empty folder as its model: nothing heavy is loaded."""
    model = data_dir.parent / "empty"
    model.mkdir(exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "main.py", "--model", str(model), "--data-dir", str(data_dir), *more]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.timeout(3 * LIMIT_S)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to handle")
def test_that_a_second_start_of_the_application_ends_quietly_and_the_first_goes_on(tmp_path: Path) -> None:
    first = start(tmp_path / "data")
    try:
        lock, began = tmp_path / "data" / LOCK, time.monotonic()
        shown = tmp_path / "data" / "conversations.sqlite"  # opened once the window is there, and answers
        while not shown.exists() and time.monotonic() - began < LIMIT_S:
            time.sleep(0.05)
        assert lock.exists()
        second = start(tmp_path / "data")
        output, errors = second.communicate(timeout=LIMIT_S)
        assert (second.returncode, output, errors) == (0, "", "")
        assert first.poll() is None
        first.send_signal(signal.SIGTERM)
        _, errors = first.communicate(timeout=LIMIT_S)
        words = [line for line in errors.splitlines() if "This plugin does not support raise()" not in line]
        assert (first.returncode, words) == (0, [])  # the platform without a screen has no front
        assert not lock.exists()
    finally:
        first.kill()
        first.communicate()
