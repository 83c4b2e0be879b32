"""Files are written on a thread of their own, whole or not at all."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.engine.file_jobs import FileJobs, WriteFile, WriteFolder


@pytest.fixture
def files() -> Iterator[FileJobs]:
    jobs = FileJobs()
    yield jobs
    assert jobs.shutdown()


def test_that_a_file_is_made_and_written_on_another_thread(files: FileJobs, tmp_path: Path, qtbot: QtBot) -> None:
    threads: list[int] = []

    def make(_tell: Callable[[float], None]) -> bytes:
        threads.append(threading.get_ident())
        return b"numbers"

    with qtbot.waitSignal(files.done) as heard:
        ticket = files.give(WriteFile(tmp_path / "a.csv", make))
    assert heard.args == [ticket, tmp_path / "a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"numbers"
    assert threads != [threading.get_ident()]


def test_that_what_is_not_written_yet_is_known(files: FileJobs, tmp_path: Path, qtbot: QtBot) -> None:
    goes = threading.Event()

    def make(_tell: Callable[[float], None]) -> bytes:
        goes.wait(10)
        return b""

    with qtbot.waitSignal(files.done):
        files.give(WriteFile(tmp_path / "a.csv", make))
        dropped = files.give(WriteFile(tmp_path / "b.csv", make))
        assert files.under_way == (tmp_path / "a.csv", tmp_path / "b.csv")
        files.cancel(dropped)
        goes.set()
    assert files.under_way == ()


def test_that_a_file_that_cannot_be_written_says_so_and_leaves_what_was_there(
    files: FileJobs, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "folder").mkdir()
    with qtbot.waitSignal(files.refused) as heard:
        files.give(WriteFile(tmp_path / "folder", lambda _: b""))
    assert "“folder” could not be written" in heard.args[1]
    with qtbot.waitSignal(files.refused):
        files.give(WriteFile(tmp_path / "none" / "a.csv", lambda _: b""))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder"]


@pytest.mark.parametrize("error", [ValueError, struct.error, TypeError])
def test_that_an_error_while_making_writes_nothing_and_is_told(
    files: FileJobs, tmp_path: Path, qtbot: QtBot, error: type[Exception]
) -> None:
    def make(_tell: Callable[[float], None]) -> bytes:
        raise error("there is no colour map named 'x'")

    (tmp_path / "a.png").write_bytes(b"before")
    with qtbot.waitSignal(files.refused) as heard:
        files.give(WriteFile(tmp_path / "a.png", make))
    assert "no colour map" in heard.args[1]
    assert (tmp_path / "a.png").read_bytes() == b"before"


def test_that_a_folder_is_filled_with_progress(files: FileJobs, tmp_path: Path, qtbot: QtBot) -> None:
    shares: list[float] = []
    files.progressed.connect(lambda _ticket, share: shares.append(share))
    with qtbot.waitSignal(files.done):
        files.give(WriteFolder(tmp_path / "new", lambda: iter([("0.png", b"a"), ("1.png", b"b")]), 2))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["0.png", "1.png"]
    assert shares == [0.0, 0.5]


def test_that_nothing_is_heard_of_a_job_that_was_called_off(files: FileJobs, tmp_path: Path, qtbot: QtBot) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def make(tell: Callable[[float], None]) -> bytes:
        begun.set()
        go_on.wait(5)
        tell(0.5)
        return b"late"

    heard: list[object] = []
    files.done.connect(lambda *args: heard.append(args))
    ticket = files.give(WriteFile(tmp_path / "late.gif", make))
    assert begun.wait(5)
    files.cancel(ticket)
    go_on.set()
    with qtbot.waitSignal(files.done):
        files.give(WriteFile(tmp_path / "next.csv", lambda _: b"x"))
    assert len(heard) == 1
    assert not (tmp_path / "late.gif").exists()


def test_that_closing_calls_a_long_job_off_at_once(tmp_path: Path) -> None:
    jobs = FileJobs()
    begun = threading.Event()

    def endless() -> Iterator[tuple[str, bytes]]:
        number = 0
        while True:
            begun.set()
            yield f"{number}.png", b""
            number += 1

    jobs.give(WriteFolder(tmp_path / "many", endless, 10))
    assert begun.wait(5)
    assert jobs.shutdown()
    count = len(list((tmp_path / "many").iterdir()))
    jobs.give(WriteFile(tmp_path / "after", lambda _: b""))
    assert len(list((tmp_path / "many").iterdir())) == count
    assert not (tmp_path / "after").exists()
