"""Where the database lies: on shares, and what happens when another file takes its place while it is open."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path, PureWindowsPath

import pytest

from app.store.conversation_store import ConversationStore
from app.store.database_file import address
from app.store.errors import NotWritableError
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
