"""Opens the database file: rights, damage, versions and schema, before anything else may read or write it.

A file that is damaged or no conversation database is moved to `quarantine/` beside it, never deleted; a file written
by a newer version is left alone. New files are readable by their owner only.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from app.store.errors import NotWritableError, StoreError

SCHEMA_VERSION = 1
BUSY_S = 5.0
_DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES = ("conversation", "turn", "turn_array")

# `memory` is addressed by content: two turns that leave the same bytes share a row.
# `turn.parent` makes a tree possible; today every turn follows the one before it.
_SCHEMA = """
CREATE TABLE memory (
    sha256 TEXT PRIMARY KEY,
    layers INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    width INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    model TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    initial_seed INTEGER,
    initial_memory TEXT NOT NULL REFERENCES memory (sha256),
    origin TEXT NOT NULL,
    origin_turns INTEGER NOT NULL,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE turn (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    parent INTEGER REFERENCES turn (id),
    number INTEGER NOT NULL,
    query TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    phase TEXT NOT NULL CHECK (phase IN ('pending', 'replied', 'remembered')),
    reason TEXT,
    error TEXT NOT NULL DEFAULT '',
    sampling TEXT NOT NULL,
    metrics TEXT,
    interaction_ids TEXT,
    answer_ids TEXT,
    gates TEXT,
    memory_before TEXT NOT NULL,
    memory_after TEXT REFERENCES memory (sha256)
);
CREATE INDEX turn_of_conversation ON turn (conversation, id);
CREATE TABLE turn_array (
    turn INTEGER NOT NULL REFERENCES turn (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    layers INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (turn, name)
);
"""


def open_database(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """A connection in WAL mode with full synchronisation, and where a damaged file was moved to (None: there was none).

    Raises StoreError where the file cannot be written, is no regular file or was written by a newer version.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create_private(path)
        try:
            return _connect(path), None
        except _DamageError:
            moved = _quarantine(path)
            _create_private(path)
            return _connect(path), moved
    except (OSError, sqlite3.Error, _DamageError) as error:
        raise StoreError(f"The conversation database {path} cannot be used: {error}.") from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block is committed, or nothing.

    Raises NotWritableError where the database cannot be written now, StoreError where it refuses.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself after some errors, a full disk among them
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.OperationalError as error:
        raise NotWritableError(f"The conversation database could not be written: {error}.") from error
    except sqlite3.Error as error:
        raise StoreError(f"The conversation database did not accept this: {error}.") from error


class _DamageError(Exception):
    """The file is damaged or is no conversation database."""


def _create_private(path: Path) -> None:
    """Creates the file, readable by its owner only; refuses what is there but is no regular file."""
    if path.exists() or path.is_symlink():
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(f"{path.name} is not a regular file")
        return
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _connect(path: Path) -> sqlite3.Connection:
    """Raises _DamageError, StoreError (newer version) and sqlite3.Error."""
    # the owner hands the store to another thread only after its own has ended
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE_CODES:
            raise _DamageError(str(error)) from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"The conversation database {path} was written by a newer version (format {version}; "
            f"this version knows {SCHEMA_VERSION}). It was left untouched."
        )
    if version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
        raise _DamageError("it is a database of another program")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    if version == 0:
        script = f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        connection.executescript(script)
    # memories are checked against their hash when they are read: checking gigabytes of them here would delay the start
    for table in _TABLES:
        verdict = connection.execute(f"PRAGMA quick_check({table})").fetchone()[0]
        if verdict != "ok":
            raise _DamageError(verdict)


def _quarantine(path: Path) -> Path:
    """Moves the file and its journals to `quarantine/` under a new name; returns that name."""
    folder = path.parent / "quarantine"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = folder / f"{stamp}-{path.name}"
    number = 1
    while target.exists():
        target = folder / f"{stamp}-{number}-{path.name}"
        number += 1
    os.replace(path, target)
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{target}{suffix}")
    return target
