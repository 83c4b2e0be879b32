"""Lets writing fail, at every place in turn, and looks at what is left.

Files: the k-th call of os.open, os.write, os.fsync, os.replace or os.close raises an error of the system, or writes
only a part. Database: the k-th block cannot be written, for the system allows no larger files (RLIMIT_FSIZE); what
comes before it is on the disk, as on a full one. Where there is a C compiler, also the k-th call of SQLite itself.

The promises: the failure is reported, what was saved before is intact, nothing half written is left, and when there is
room again, everything is saved.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import json
import os
import resource
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

from app.engine.engine import Engine
from app.engine.reports import Failed, Report
from app.store.conversation_store import ConversationStore
from rxt.events import Sampling
from rxt.io.files import write_atomically
from tests.app.engine.fake_session import Behaviour, FakeLibrary
from tests.app.store.history import recalled
from tests.faults.outcome import Outcome

BLOCK_BYTES = 512
CODES = (errno.ENOSPC, errno.EIO, errno.EACCES)
CALLS = ("open", "write", "fsync", "replace", "close")
OLD, NEW = b"old " * 5_000, b"new " * 50_000


class FailingCall:
    """Stands for a function of `os`: its k-th call fails. calls: how many there were."""

    def __init__(self, function: Callable[..., Any], at: int, code: int) -> None:
        self._function = function
        self._at = at
        self._code = code
        self.calls = 0

    def __call__(self, *values: Any, **named: Any) -> Any:
        self.calls += 1
        if self.calls == self._at:
            if self._function is os.close:
                self._function(*values)  # the descriptor is closed, whatever the system says
            raise OSError(self._code, os.strerror(self._code))
        return self._function(*values, **named)


def fail_file_calls() -> Outcome:
    """Every k-th call of every function that a save makes, with every code."""
    outcome = Outcome("failing calls of a file's save")
    for name in CALLS:
        for code in CODES:
            at = 1
            while _fail_call(name, at, code, outcome):
                at += 1
    _write_short(outcome)
    return outcome


def _fail_call(name: str, at: int, code: int, outcome: Outcome) -> bool:
    """One save with one failing call; whether the save came as far as that call."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.safetensors"
        path.write_bytes(OLD)
        failing = FailingCall(getattr(os, name), at, code)
        is_reported = False
        with mock.patch.object(os, name, failing):
            try:
                write_atomically(path, NEW)
            except OSError:
                is_reported = True
        if failing.calls < at:
            return False
        outcome.tries += 1
        what = f"{name} number {at} failing with {errno.errorcode[code]}"
        outcome.check(is_reported, f"{what}: nobody was told")
        outcome.check(path.read_bytes() in (OLD, NEW), f"{what}: the file is neither the old nor the new one")
        outcome.check(os.listdir(folder) == [path.name], f"{what}: left {os.listdir(folder)}")
        write_atomically(path, NEW)
        outcome.check(path.read_bytes() == NEW, f"{what}: saving again did not save")
    return True


def _write_short(outcome: Outcome) -> None:
    """A system that takes only a part of what it is given, every time."""
    write = os.write
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.safetensors"
        with mock.patch.object(os, "write", lambda descriptor, data: write(descriptor, data[:777])):
            write_atomically(path, NEW)
        outcome.tries += 1
        outcome.check(path.read_bytes() == NEW, "short writes: the file is not whole")


def fail_database_writes(step: int = 1) -> Outcome:
    """Turns whose k-th block cannot be written, for every `step`-th k until everything fits."""
    outcome = Outcome("database without room")
    blocks = 1
    while _in_fork(functools.partial(_talk_with_little_room, blocks), outcome, f"{blocks} blocks of room"):
        blocks += step
    return outcome


def _talk_with_little_room(blocks: int) -> tuple[bool, Outcome]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # else the signal ends the process before the error is seen

    def limit(path: Path) -> None:
        room = Path(f"{path}-wal").stat().st_size + blocks * BLOCK_BYTES
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

    def release() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    outcome = talk_under(limit, release)
    return outcome.counts["reported"] > 0, outcome


def fail_system_calls(step: int = 1) -> Outcome:
    """Turns whose k-th write, fsync or ftruncate fails, alone or with all that follow, for every `step`-th k.

    In a process that was started with failing_calls.c before the system's own calls: see tests.faults.preload.
    """
    calls = ctypes.CDLL(None)
    outcome = Outcome("failing calls of the database")
    for kind, code in ((1, errno.ENOSPC), (1, errno.EIO), (2, errno.EIO), (3, errno.EIO)):
        for length in (1, 10**6):
            at = 1
            while _in_fork(
                functools.partial(_talk_with_failing_call, calls, kind, at, length, code),
                outcome,
                f"kind {kind}, {errno.errorcode[code]}, {length} from number {at}",
            ):
                at += step
    return outcome


def _talk_with_failing_call(calls: ctypes.CDLL, kind: int, at: int, length: int, code: int) -> tuple[bool, Outcome]:
    seen = 0

    def release() -> None:
        nonlocal seen
        seen = calls.seen()
        calls.arm(0, 0, 0, 0)

    outcome = talk_under(lambda path: calls.arm(kind, at, length, code), release)
    return seen >= at, outcome


def talk_under(limit: Callable[[Path], None], release: Callable[[], None]) -> Outcome:
    """Two turns, two under a limit, one after it; `reported`: how often something was."""
    outcome = Outcome("")
    told: list[str] = []

    def post(report: Report) -> None:
        if isinstance(report, Failed):
            told.append(report.message)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "conversations.sqlite"
        engine = Engine(Path(folder), lambda: FakeLibrary(Behaviour()), post)
        engine.start(None, None, seed=0)
        for number in range(2):
            engine.ask(f"before {number}", Sampling())
        limit(path)
        for number in range(2):
            engine.ask(f"under {number} " + "x" * 3000, Sampling())
        release()
        outcome.count("reported", len(told))
        _check(path, 2, bool(told), outcome)
        engine.ask("after", Sampling())
        engine.finish()
        engine.close_store()
        _check(path, 5, False, outcome)
    return outcome


def _in_fork(action: Callable[[], tuple[bool, Outcome]], outcome: Outcome, what: str) -> bool:
    """Limits of the system cannot be taken back from a process, so each try has its own; whether to go on."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            goes_on, tried = action()
            said = [goes_on, tried.counts["reported"] > 0, tried.broken]
        except BaseException as error:  # noqa: BLE001 - a fork must not go on as its parent
            said = [False, False, [f"raised {error!r}"]]
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as lines:
        goes_on, is_reported, broken = json.loads(lines.read() or '[false, false, ["the process died"]]')
    os.waitpid(child, 0)
    if goes_on or broken:
        outcome.tries += 1
        outcome.count("reported", int(is_reported))
        outcome.broken += [f"{what}: {line}" for line in broken]
    return bool(goes_on)


def _check(path: Path, least: int, has_failed: bool, outcome: Outcome) -> None:
    """At least so many turns are in memory, and what was not reported is not missing. Looks at a copy: a second store
    of the file would be the one that writes from then on."""
    with tempfile.TemporaryDirectory() as folder:
        for part in path.parent.glob(f"{path.name}*"):
            shutil.copy(part, folder)
        _check_copy(Path(folder, path.name), least, has_failed, outcome)


def _check_copy(path: Path, least: int, has_failed: bool, outcome: Outcome) -> None:
    store = ConversationStore(path)
    turns = [turn for item in store.list() for turn in store.turns(item.id) if turn.record is not None]
    outcome.check(store.quarantined is None, "the database was damaged")
    outcome.check(len(turns) >= least, f"only {len(turns)} of {least} turns are there")
    outcome.check(has_failed or len(turns) >= min(least + 2, 5), "turns are missing, and nobody was told")
    for turn in turns:
        found = recalled(store, turn.id)
        outcome.check((found.problem, found.computed) == ("", 0), f"the memory of turn {turn.id} is missing")
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        outcome.check(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "SQLite found damage")
