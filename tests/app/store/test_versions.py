"""Databases of other versions: older ones are migrated after a copy, newer and protected ones are only read."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.store import database, expected_columns
from app.store.backup import back_up
from app.store.conversation_store import ConversationStore
from app.store.errors import NotWritableError, StoreError
from app.store.schema import OLDEST_VERSION, SCHEMA_VERSION
from tests.app.engine.fake_session import SHAPE, make_record
from tests.app.store.history import GREEDY, create, memory, replayed, say

ROOT = Path(__file__).parents[3]
PAGE_BYTES = 4096
STEP = """
ALTER TABLE conversation ADD COLUMN colour TEXT;
UPDATE conversation SET colour = 'grey';
"""


def set_version(path: Path, version: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return int(version)


def write(path: Path) -> None:
    """Two conversations of four turns each, the last one without an answer."""
    store = ConversationStore(path, clock=lambda: 1000.0)
    for title in ("Title 1", "Title 2"):
        number = create(store, title)
        for step in range(3):
            say(store, number, f"question {step}")
        store.begin_turn(number, 3, "question 3", GREEDY, "x", store.conversation(number).tip)
    store.close()


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of today, and a version with one step more that opens it."""
    path = tmp_path / "conversations.sqlite"
    write(path)
    steps = (*database.STEPS, STEP)
    monkeypatch.setattr(database, "STEPS", steps)
    monkeypatch.setattr(expected_columns, "STEPS", steps)
    monkeypatch.setattr(database, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    return path


def assert_content(store: ConversationStore) -> None:
    assert [(item.id, item.title, item.turns, item.pinned) for item in store.list()] == [
        (2, "Title 2", 4, False),
        (1, "Title 1", 4, False),
    ]
    path = store.path(store.conversation(1).tip)
    assert [turn.id for turn in path] == [1, 2, 3, 4]
    assert [turn.memory_status for turn in path] == ["in memory"] * 3 + ["not"]
    assert path[2].record is not None
    assert (path[2].record.query, path[2].created) == ("question 2", 1000.0)
    assert replayed(store, 3).sha256 == path[2].record.memory_after
    assert [item.id for item in store.search("QUESTION 1")] == [2, 1]


def copy_of(path: Path) -> Path:
    return path.with_name(f"conversations-version-{SCHEMA_VERSION}.sqlite")


def test_that_an_older_database_is_migrated_after_a_copy(old: Path) -> None:
    store = ConversationStore(old)
    assert not store.is_read_only
    assert_content(store)
    turn = store.begin_turn(1, 3, "new", GREEDY, "x")
    assert [item.id for item in store.path(turn)] == [1, 2, 3, 4, turn]
    store.close()
    assert version_of(old) == SCHEMA_VERSION + 1
    copy = copy_of(old)
    assert version_of(copy) == SCHEMA_VERSION
    with contextlib.closing(sqlite3.connect(copy)) as found:
        assert found.execute("SELECT COUNT(*) FROM turn").fetchone() == (8,)
    assert sorted(path.name for path in old.parent.glob("*unfinished*")) == []
    if os.name != "nt":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_that_a_second_copy_never_replaces_the_first(old: Path) -> None:
    ConversationStore(old).close()
    before = copy_of(old).read_bytes()
    with contextlib.closing(sqlite3.connect(old)) as other:
        other.executescript("ALTER TABLE conversation DROP COLUMN colour; DELETE FROM turn WHERE conversation = 2")
    set_version(old, SCHEMA_VERSION)
    ConversationStore(old).close()
    assert copy_of(old).read_bytes() == before
    assert old.with_name(f"conversations-version-{SCHEMA_VERSION}-2.sqlite").exists()


def test_that_a_migration_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = (*database.STEPS[:-1], f"{database.STEPS[-1]}DROP TABLE nothing;\n")
    with monkeypatch.context() as held:
        held.setattr(database, "STEPS", steps)
        with pytest.raises(StoreError, match="cannot be used"):
            ConversationStore(old)
    assert version_of(old) == SCHEMA_VERSION
    store = ConversationStore(old)
    assert_content(store)
    store.close()


def test_that_an_older_database_without_room_for_a_copy_is_only_read(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(database, "back_up", full)
    before = old.read_bytes()
    store = ConversationStore(old)
    assert "No space left" in store.read_only_reason
    assert_content(store)
    store.close()
    assert old.read_bytes() == before


def test_that_a_copy_that_was_cut_off_is_made_again(old: Path) -> None:
    unfinished = old.with_name(f"{copy_of(old).name}-unfinished")
    unfinished.write_bytes(b"half")
    store = ConversationStore(old)
    assert_content(store)
    assert not store.is_read_only
    store.close()
    assert version_of(copy_of(old)) == SCHEMA_VERSION
    assert not unfinished.exists()


def test_that_what_another_process_has_migrated_in_the_last_moment_is_not_migrated_again(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = database._migrate

    def late(connection: sqlite3.Connection, path: Path) -> None:
        monkeypatch.setattr(database, "_migrate", real)
        ConversationStore(path).close()
        real(connection, path)

    monkeypatch.setattr(database, "_migrate", late)
    store = ConversationStore(old)
    assert_content(store)
    assert store.quarantined is None
    store.close()
    assert len(list(old.parent.glob("*-version-*"))) == 1


def test_that_a_damaged_database_of_an_older_version_is_salvaged(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old)) as connection:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = 'turn_of_conversation'"
        page = connection.execute(sql).fetchone()[0]
    data = bytearray(old.read_bytes())
    data[(page - 1) * PAGE_BYTES : page * PAGE_BYTES] = b"\xff" * PAGE_BYTES
    old.write_bytes(data)
    store = ConversationStore(old)
    assert store.salvaged is not None
    assert (store.salvaged.conversations, store.salvaged.turns) == (2, 8)
    assert_content(store)
    store.close()


@pytest.mark.parametrize("is_protected", [False, True])
def test_that_a_database_that_is_too_old_is_refused_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_protected: bool
) -> None:
    path = tmp_path / "conversations.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE turn (id); PRAGMA user_version = 1")
    before = path.read_bytes()
    if is_protected:
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(StoreError, match=f"format 1 is older than {OLDEST_VERSION}, .*It is unchanged; move it"):
        ConversationStore(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_that_nothing_is_left_of_a_copy_that_cannot_be_made(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    path.write_bytes(b"no database" * 99)
    with pytest.raises(sqlite3.DatabaseError):
        back_up(path, 1)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY]
)
def test_that_a_database_that_cannot_be_written_at_the_start_is_only_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        error = sqlite3.OperationalError("it says no")
        error.sqlite_errorcode = code
        raise error

    path = tmp_path / "conversations.sqlite"
    write(path)
    monkeypatch.setattr(database, "_prepare", refuse)
    store = ConversationStore(path)
    assert "cannot be written: it says no" in store.read_only_reason
    assert_content(store)
    store.close()


KILLED = f"""
import os, signal, sys
from pathlib import Path
from app.store import database
from app.store.conversation_store import ConversationStore
database.STEPS = (*database.STEPS, '''{STEP}''')
database.SCHEMA_VERSION += 1
steps, at = database._statements, int(sys.argv[2])
def statements(script):
    for number, statement in enumerate(steps(script)):
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)
        yield statement
database._statements = statements
ConversationStore(Path(sys.argv[1]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("at", [0, 1])
def test_that_a_migration_can_be_killed(old: Path, at: int) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(old), str(at)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    store = ConversationStore(old)
    assert store.quarantined is None
    assert_content(store)
    store.close()


WRITING: dict[str, Callable[[ConversationStore], object]] = {
    "create": create,
    "rename": lambda store: store.rename(1, "x"),
    "pin": lambda store: store.set_pinned(1, True),
    "delete": lambda store: store.delete(1),
    "restore": lambda store: store.restore(1),
    "tip": lambda store: store.set_tip(1, None),
    "begin": lambda store: store.begin_turn(1, 0, "q", GREEDY, "x"),
    "copy": lambda store: store.copy_turn(1, None, number=0, memory_before="x"),
    "draft": lambda store: store.draft(1, "x"),
    "reply": lambda store: store.reply(1, "x", "eos"),
    "remember": lambda store: store.remember(
        1, make_record(0, "q", "a", "eos", GREEDY, memory(0), memory(1)), memory(1).to_bytes(), SHAPE
    ),
    "edit": lambda store: store.edit_answer(1, "x"),
    "fail": lambda store: store.fail(1, "x"),
    "discard": lambda store: store.discard(1),
    "keep": lambda store: store.keep_memory(memory(3).to_bytes(), SHAPE),
    "thin": lambda store: store.set_budget(0),
    "together": lambda store: store.together().__enter__(),
}


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    path = tmp_path / "conversations.sqlite"
    store = ConversationStore(path)
    say(store, create(store), "Lisbon")
    say(store, 1, "Where do I live?")
    store.close()
    set_version(path, 99)
    return path


def test_that_a_newer_database_is_only_read(newer: Path) -> None:
    before = newer.read_bytes()
    store = ConversationStore(newer)
    assert store.is_read_only
    for part in ("newer version", "format 99", str(newer), "nothing is saved"):
        assert part in store.read_only_reason
    assert [item.title for item in store.list()] == ["Alice"]
    assert [turn.query for turn in store.path(store.conversation(1).tip)] == ["Lisbon", "Where do I live?"]
    assert [item.id for item in store.search("lisb")] == [1]
    assert store.search("nowhere") == ()
    assert replayed(store, 2).sha256
    store.close()
    assert newer.read_bytes() == before
    assert [path.name for path in newer.parent.iterdir()] == [newer.name]


@pytest.mark.parametrize("verb", WRITING)
def test_that_no_verb_writes_to_a_newer_database(newer: Path, verb: str) -> None:
    before = newer.read_bytes()
    store = ConversationStore(newer)
    with pytest.raises(NotWritableError, match="newer version"):
        WRITING[verb](store)
    store.close()
    assert newer.read_bytes() == before


def test_that_a_newer_database_that_is_in_use_shows_what_its_journal_holds(newer: Path) -> None:
    writer = sqlite3.connect(newer)
    writer.execute("UPDATE conversation SET title = 'Bob'")
    writer.commit()
    before = newer.read_bytes()
    store = ConversationStore(newer)
    assert [item.title for item in store.list()] == ["Bob"]
    store.close()
    assert newer.read_bytes() == before
    writer.close()


def test_that_a_newer_database_of_another_shape_is_refused(newer: Path) -> None:
    connection = sqlite3.connect(newer)
    connection.execute("ALTER TABLE turn RENAME TO message")
    connection.close()
    before = newer.read_bytes()
    with pytest.raises(StoreError, match="cannot be used"):
        ConversationStore(newer)
    assert newer.read_bytes() == before


def test_that_a_protected_database_is_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "conversations.sqlite"
    write(path)
    before = path.read_bytes()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    store = ConversationStore(path)
    assert "write-protected" in store.read_only_reason
    assert_content(store)
    with pytest.raises(NotWritableError, match="write-protected"):
        store.rename(1, "x")
    store.close()
    assert path.read_bytes() == before


READER = """
import os, sys
from pathlib import Path
from app.store.conversation_store import ConversationStore
from app.store.errors import NotWritableError
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
store = ConversationStore(Path(sys.argv[1]))
assert store.is_read_only, "writable"
assert [item.title for item in store.list()] == ["Title 2", "Title 1"]
try:
    store.rename(1, "x")
except NotWritableError:
    print("refused")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
@pytest.mark.parametrize("protected", ["file", "folder"])
def test_that_rights_of_the_system_are_kept(protected: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "conversations.sqlite"
        write(path)
        path.chmod(0o444 if protected == "file" else 0o666)
        folder.chmod(0o777 if protected == "file" else 0o555)
        code = f"import sys; sys.path[:] = {sys.path!r}\n{READER}"
        child = subprocess.run(
            [sys.executable, "-c", code, str(path)], cwd="/", capture_output=True, text=True, check=False
        )
        folder.chmod(0o700)
    if "Permission denied" in child.stderr and "site-packages" in child.stderr:
        pytest.skip("another user cannot read the program here")
    assert child.stdout.strip() == "refused", child.stderr


@pytest.mark.parametrize(("code", "is_made"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_that_a_copy_is_made_where_folders_cannot_be_synchronised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, is_made: bool
) -> None:
    path = tmp_path / "conversations.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE kept (number)")
    fsync = os.fsync

    def only_files(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    with contextlib.nullcontext() if is_made else pytest.raises(OSError, match=os.strerror(code)):
        assert back_up(path, 1).exists()
