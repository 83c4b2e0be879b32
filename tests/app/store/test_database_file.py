"""Where the database lies: on shares, and what happens when another file takes its place while it is open."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sqlite3
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from app.store.conversation_store import ConversationStore
from app.store.database_file import address
from app.store.errors import NotWritableError, StoreError
from tests.app.store.history import create, replayed, say

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows moves no file that is open")


def titles(path: Path) -> list[str]:
    store = ConversationStore(path)
    assert store.quarantined is None
    found = [item.title for item in store.list()]
    store.close()
    return found


def test_that_a_database_on_a_share_of_windows_has_an_address_that_sqlite_takes(tmp_path: Path) -> None:
    path = tmp_path / "a b.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE kept (number)")
    share = PureWindowsPath(f"/{path}")  # the first folder is the computer, the second one the share
    with pytest.raises(sqlite3.OperationalError, match="invalid uri authority"):
        sqlite3.connect(share.as_uri(), uri=True)
    for where in (share, path):
        with contextlib.closing(sqlite3.connect(address(where, "mode=ro"), uri=True)) as connection:
            assert connection.execute("SELECT COUNT(*) FROM kept").fetchone() == (0,)
    assert address(PureWindowsPath("C:/a b/c"), "mode=ro") == "file:///C:/a%20b/c?mode=ro"


@pytest.mark.parametrize("how", ["replaced", "moved and replaced", "removed"])
def test_that_the_database_and_the_file_in_its_place_both_keep_what_they_have(tmp_path: Path, how: str) -> None:
    path, other = tmp_path / "data" / "conversations.sqlite", tmp_path / "other.sqlite"
    replacement = ConversationStore(other)
    say(replacement, create(replacement, "of the replacement"), "Hi")
    replacement.close()
    store = ConversationStore(path)
    number = create(store, "of the former")
    turn = say(store, number, "Hi")
    if how != "replaced":
        path.rename(tmp_path / "former.sqlite")
    if how != "removed":
        other.replace(path)
    with pytest.raises(NotWritableError, match="was replaced or moved away while Mneme ran"):
        store.rename(number, "changed")
    assert [item.title for item in store.list()] == ["of the former"]
    assert replayed(store, turn)
    store.close()
    store.close()
    assert titles(path) == ([] if how == "removed" else ["of the replacement"])
    (aside,) = (path.parent / "quarantine").iterdir()
    assert titles(aside) == ["of the former"]


@pytest.mark.parametrize("size", ["smaller", "larger", "no database"])
def test_that_a_copy_that_is_written_over_the_database_stays_as_it_was_copied(tmp_path: Path, size: str) -> None:
    path, other = tmp_path / "data" / "conversations.sqlite", tmp_path / "other.sqlite"
    copied = ConversationStore(other)
    for turn in range(1 if size == "smaller" else 200):
        say(copied, create(copied, "of the copy"), f"Hi {turn}" * 40)
    copied.close()
    if size == "no database":
        other.write_bytes(b"no database" * 9000)
    store = ConversationStore(path)
    number = create(store, "of the former")
    for turn in range(20):
        say(store, number, f"Hi {turn}" * 40)
    shutil.copyfile(other, path)
    with pytest.raises(NotWritableError, match="was written over while Mneme ran"):
        store.rename(number, "changed")
    with contextlib.suppress(StoreError):
        store.turns(number)  # of two files: no sign of damage
    journal = path.with_name("conversations.sqlite-wal").read_bytes()
    with contextlib.suppress(StoreError):
        store.search("words of the copy")
    assert path.with_name("conversations.sqlite-wal").read_bytes() == journal
    store.close()
    assert path.read_bytes() == other.read_bytes()
    assert [aside.name[-4:] for aside in (path.parent / "quarantine").iterdir()] == ["-wal"]
    assert sorted(found.name for found in path.parent.iterdir()) == ["conversations.sqlite", "quarantine"]


def test_that_after_a_second_start_the_first_one_says_so_and_writes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    first = ConversationStore(path)
    number = create(first, "kept")
    say(first, number, "Hi")
    second = ConversationStore(path)
    say(second, create(second, "of the second"), "Hi")
    with pytest.raises(NotWritableError, match="was opened by another Mneme while Mneme ran"):
        first.rename(number, "lost")
    assert [item.title for item in first.list()] == ["of the second", "kept"]
    second.rename(number, "by the second")
    first.close()
    say(second, number, "Hi again")  # into the journal that both had
    second.close()
    assert titles(path) == ["of the second", "by the second"]
    assert not (tmp_path / "quarantine").exists()


def test_that_the_journal_of_two_starts_is_kept_when_the_first_one_ends_last(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    first, second = ConversationStore(path), ConversationStore(path)
    say(second, create(second, "of the second"), "Hi")
    second.close()
    first.close()
    assert titles(path) == ["of the second"]


def mark_in(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[68:72], "big")


@pytest.mark.parametrize("kind", ["earlier copy", "no database"])
def test_that_a_file_is_left_alone_that_was_written_over_when_all_of_the_journal_was_in_it(
    tmp_path: Path, kind: str
) -> None:
    path, over = tmp_path / "data" / "conversations.sqlite", tmp_path / "over.sqlite"
    ConversationStore(path).close()
    over.write_bytes(path.read_bytes() if kind == "earlier copy" else b"no database" * 9000)
    store = ConversationStore(path)
    say(store, create(store, "kept"), "Hi")
    store._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    shutil.copyfile(over, path)
    with pytest.raises(NotWritableError, match="was written over while Mneme ran"):
        create(store, "lost")
    store.close()
    assert path.read_bytes() == over.read_bytes()
    assert sorted(found.name for found in path.parent.iterdir()) == ["conversations.sqlite", "quarantine"]


def test_that_a_mark_that_reaches_the_file_late_is_that_of_no_other_file(tmp_path: Path) -> None:
    path, copy, killed = (tmp_path / name / "conversations.sqlite" for name in ("data", "copy", "killed"))
    ConversationStore(path).close()
    shutil.copytree(path.parent, copy.parent)
    former = mark_in(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("PRAGMA user_version").fetchone()  # no checkpoint may write now
        store = ConversationStore(path)
        number = create(store, "before")
        say(store, number, "Hi")
        assert mark_in(path) == former
        shutil.copytree(path.parent, killed.parent)  # what a kill leaves
    store.rename(number, "while it was late")
    store._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    assert mark_in(path) != former
    store.rename(number, "after")
    shutil.copyfile(copy, path)
    with pytest.raises(NotWritableError, match="was written over while Mneme ran"):
        store.rename(number, "lost")
    store.close()
    assert path.read_bytes() == copy.read_bytes()
    store = ConversationStore(killed)
    store.rename(number, "after a kill")
    store.close()
    assert titles(killed) == ["after a kill"]


def test_that_a_copy_that_was_opened_elsewhere_is_not_taken_for_the_file_that_is_open(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "conversations.sqlite", tmp_path / "elsewhere" / "conversations.sqlite"
    ConversationStore(path).close()
    elsewhere.parent.mkdir()
    shutil.copyfile(path, elsewhere)
    for starts in (1, 2):
        store = ConversationStore(path)
        for _ in range(starts):
            ConversationStore(elsewhere).close()
        shutil.copyfile(elsewhere, path)
        with pytest.raises(NotWritableError, match="was written over while Mneme ran"):
            create(store, "lost")
        store.close()
        assert path.read_bytes() == elsewhere.read_bytes()


def test_that_a_start_that_can_set_no_mark_is_no_reason_to_write_nothing_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "conversations.sqlite"
    ConversationStore(path).close()
    former = mark_in(path)
    with (
        monkeypatch.context() as held,
        contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer,
    ):

        def write(_bits: int) -> int:
            writer.execute("BEGIN IMMEDIATE")
            return 7

        held.setattr("app.store.database.BUSY_S", 0.0)
        held.setattr("app.store.database_file.secrets.randbits", write)
        store = ConversationStore(path)
    say(store, create(store, "kept"), "Hi")
    store.close()
    assert mark_in(path) == former
    assert titles(path) == ["kept"]


def test_that_a_file_that_cannot_be_looked_at_is_not_taken_for_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, problems = tmp_path / "conversations.sqlite", [OSError(5, "Input/output error")]

    class Unplugged(io.FileIO):
        def read(self, size: int | None = -1) -> Any:
            if store is not None and problems:
                raise problems.pop()
            return super().read(size)

    def opened(file: Path, *_args: Any, **_options: Any) -> Unplugged:
        held.undo()
        return Unplugged(file)

    store = None
    with monkeypatch.context() as held:
        held.setattr(Path, "open", opened)
        store = ConversationStore(path)
    say(store, create(store, "kept"), "Hi")
    assert not problems
    store.close()
    assert titles(path) == ["kept"]


def test_that_a_reader_at_the_start_does_not_hold_up_a_database_without_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "conversations.sqlite"
    with monkeypatch.context() as held:
        held.setattr("app.store.database._keep_a_log", lambda connection: None)  # as on some shares of a network
        held.setattr("app.store.database.BUSY_S", 0.0)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:

            def read(_bits: int) -> int:
                reader.execute("BEGIN")
                reader.execute("SELECT * FROM turn").fetchall()
                return 7

            held.setattr("app.store.database_file.secrets.randbits", read)
            store = ConversationStore(path)
            reader.execute("ROLLBACK")
        say(store, create(store, "kept"), "Hi")
        store.close()
    assert titles(path) == ["kept"]


def test_that_a_start_that_fails_at_its_end_leaves_no_file_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "conversations.sqlite"
    held: list[Any] = []
    opened = Path.open

    def kept(file: Path, *args: Any, **options: Any) -> Any:
        held.append(opened(file, *args, **options))
        return held[-1]

    def refuse(path: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(Path, "open", kept)
    monkeypatch.setattr("app.store.database_file._guard", refuse)
    with pytest.raises(StoreError, match="is locked"):
        ConversationStore(path)
    assert [file.closed for file in held] == [True]


def test_that_writing_goes_on_when_the_former_file_is_back(tmp_path: Path) -> None:
    path, former = tmp_path / "data" / "conversations.sqlite", tmp_path / "former.sqlite"
    store = ConversationStore(path)
    number = create(store, "before")
    say(store, number, "Hi")
    path.rename(former)
    path.touch()
    with pytest.raises(NotWritableError):
        store.rename(number, "after")
    former.replace(path)
    store.rename(number, "after")
    store.close()
    assert titles(path) == ["after"]
    assert not (path.parent / "quarantine").exists()


def test_that_the_journal_of_a_database_that_cannot_be_copied_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, former = tmp_path / "data" / "conversations.sqlite", tmp_path / "former.sqlite"
    ConversationStore(tmp_path / "other.sqlite").close()
    store = ConversationStore(path)
    say(store, create(store, "of the former"), "Hi")
    path.rename(former)
    (tmp_path / "other.sqlite").rename(path)
    monkeypatch.setattr("app.store.database_file._copy", lambda connection, target: False)
    store.close()
    assert titles(path) == []
    (journal,) = (path.parent / "quarantine").iterdir()
    journal.rename(f"{former}-wal")
    assert titles(former) == ["of the former"]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux tells which files are open")
@pytest.mark.parametrize("how", ["replaced", "written over"])
def test_that_the_journal_is_held_by_nobody_when_it_is_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    path, other = tmp_path / "data" / "conversations.sqlite", tmp_path / "other.sqlite"
    ConversationStore(other).close()
    store = ConversationStore(path)
    say(store, create(store, "of the former"), "Hi")
    if how == "replaced":
        os.replace(other, path)
    else:
        shutil.copyfile(other, path)
    moved: list[str] = []

    def move(source: Path, target: str) -> None:
        for descriptor in os.listdir("/proc/self/fd"):
            with contextlib.suppress(FileNotFoundError):  # that of the listing itself
                assert os.readlink(f"/proc/self/fd/{descriptor}") != str(source)
        os.rename(source, target)
        moved.append(target)

    monkeypatch.setattr("app.store.database_file.os.replace", move)
    store.close()
    assert len(moved) == 1
    assert titles(path) == []
