"""Of two processes with the same database the later start writes, and neither loses or damages anything; clocks and
rights are kept too."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.store import database
from app.store.backup import back_up
from app.store.conversation_store import ConversationStore
from tests.app.store.history import create, replayed, say

ROOT = Path(__file__).parents[3]
SAVES = 100
WRITER = """
import sys
from pathlib import Path
from app.store.conversation_store import ConversationStore
from app.store.errors import NotWritableError
from tests.app.store.history import create, memory, GREEDY
from tests.app.engine.fake_session import SHAPE, make_record
store = ConversationStore(Path(sys.argv[1]))
seed = int(sys.argv[2])
try:
    with store.together():
        number = create(store, f"process {seed}", seed)
        store.begin_turn(number, 0, "first", GREEDY, memory(seed).sha256, None)
    for step in range(int(sys.argv[3])):
        before, after = memory(seed), memory(1000 * seed + step)
        turn = store.begin_turn(number, 0, f"q{step}", GREEDY, before.sha256, None)
        store.remember(turn, make_record(0, f"q{step}", "a", "eos", GREEDY, before, after), after.to_bytes(), SHAPE)
        print(turn, flush=True)
except NotWritableError as error:
    assert "was opened by another Mneme" in str(error), error
store.close()
"""


def start_writer(path: Path, seed: int, saves: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), str(seed), str(saves)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_that_a_database_filled_by_another_process_while_it_is_looked_at_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "conversations.sqlite"
    real = database._version

    def early(connection: sqlite3.Connection) -> int:
        version = real(connection)
        held.undo()
        other = ConversationStore(path)
        say(other, create(other, "theirs", 1), "one")
        other.close()
        return version

    with monkeypatch.context() as held:
        held.setattr("app.store.database._version", early)
        store = ConversationStore(path)
    assert store.quarantined is None
    assert [item.title for item in store.list()] == ["theirs"]
    store.close()


def test_that_a_database_is_waited_for_while_another_process_is_making_it(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ending = threading.Timer(0.2, other.execute, ("ROLLBACK",))
    ending.start()
    store = ConversationStore(path)
    assert store.quarantined is None
    assert create(store, "mine", 1) > 0
    store.close()
    ending.join()
    other.close()


def test_that_two_processes_lose_nothing_of_what_they_have_saved(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    writers = [start_writer(path, seed, SAVES) for seed in (1, 2)]
    acknowledged = [writer.communicate(timeout=100)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert max(map(len, acknowledged)) == SAVES  # the later start
    store = ConversationStore(path)
    assert store.quarantined is None
    remembered = {str(turn.id): turn for item in store.list() for turn in store.turns(item.id) if turn.record}
    for turn in (turn for turns in acknowledged for turn in turns):
        record = remembered[turn].record
        assert record is not None
        store.memory(record.memory_after)
    assert store._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    store.close()
    assert not (tmp_path / "quarantine").exists()


def test_that_a_clock_that_jumps_changes_no_order(tmp_path: Path) -> None:
    times = iter([2e9, 0.0, -1e9, 4e9, *range(1000, 0, -1)])
    store = ConversationStore(tmp_path / "conversations.sqlite", clock=lambda: float(next(times)))
    numbers = [create(store, title) for title in "abc"]
    turns = [say(store, numbers[0], f"q{step}") for step in range(5)]
    for number in numbers[1:]:
        say(store, number, "q")
    assert [item.title for item in store.list()] == ["c", "b", "a"]
    assert [turn.id for turn in store.path(turns[-1])] == turns
    assert store.conversation(numbers[0]).tip == turns[-1]
    assert replayed(store, turns[-1]).sha256
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_that_nobody_else_can_read_any_file_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    former = os.umask(umask)
    try:
        path = tmp_path / "data" / "conversations.sqlite"
        path.parent.mkdir(mode=0o700)
        store = ConversationStore(path)
        say(store, create(store), "one")
        back_up(path, 1)
        files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        store.close()
        path.write_bytes(path.read_bytes()[:8192])
        ConversationStore(path).close()
        files |= {str(file): stat.S_IMODE(file.stat().st_mode) for file in path.parent.rglob("*") if file.is_file()}
    finally:
        os.umask(former)
    assert len(files) >= 5
    assert set(files.values()) == {0o600}
    assert stat.S_IMODE((path.parent / "quarantine").stat().st_mode) == 0o700


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists open files there")
def test_that_a_store_leaves_no_file_open(tmp_path: Path) -> None:
    def open_files() -> set[str]:
        return {os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if _is_open(name)}

    path = tmp_path / "conversations.sqlite"
    for _ in range(3):
        store = ConversationStore(path)
        say(store, create(store), "one")
        back_up(path, 1)
        store.search("one")
        store.close()
    path.write_bytes(path.read_bytes()[:8192])
    ConversationStore(path).close()
    path.write_bytes(b"nothing")
    ConversationStore(path).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    ConversationStore(path).close()
    assert not [name for name in open_files() if str(tmp_path) in name]


def _is_open(name: str) -> bool:
    return os.path.lexists(f"/proc/self/fd/{name}")
