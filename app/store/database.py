"""Opens the database file: rights, damage, versions and schema, before anything else may read or write it.

A file that is damaged or no conversation database is moved to `quarantine/` beside it, never deleted, and what can be
read of it is in the new one. A file of an older version is copied before it is migrated, or refused where it is too
old; one of a newer version, and one that is write-protected, is only read. New files are readable by their owner only.

Opening never takes long: only a file of up to CHECKED_BYTES is checked as a whole. Of a larger one, damage shows when
it is used; a marker beside the file then tells the next start. What a kill or a power cut leaves needs no check: that
is what SQLite's journal is for.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.store import salvage
from app.store.backup import back_up
from app.store.database_file import DatabaseFile, address_to_read, quarantine
from app.store.errors import StoreError
from app.store.expected_columns import columns, expected_columns
from app.store.records import Salvaged
from app.store.schema import OLDEST_VERSION, SCHEMA_VERSION, STEPS
from app.store.statements import Statements, is_damage
from rxt.io.files import sync_folder

BUSY_S = 5.0
BUSY_PAUSE_S = 0.02
CHECKED_BYTES = 32 * 2**20
_UNWRITABLE_CODES = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
)
_UNTOUCHED = "Its conversations can be read; nothing is saved."


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database. quarantined, salvaged: where a damaged one was moved to, and what of it is here again."""

    statements: Statements
    quarantined: Path | None = None
    salvaged: Salvaged | None = None


def open_database(path: Path) -> Opened:
    """The database in WAL mode with full synchronisation, or read-only with the reason.

    Raises StoreError where the file cannot be read, is no regular file, or is damaged and cannot be moved.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _provide(path)
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)):
            return _read_only(path, f"The conversation database {path} is write-protected. {_UNTOUCHED}")
        try:
            return Opened(_connect(path))
        except _ReadOnlyError as error:
            return _read_only(path, str(error))
        except _DamageError:
            return _replace(path)
    except (OSError, sqlite3.Error, UnicodeDecodeError, _DamageError) as error:
        raise StoreError(f"The conversation database {path} cannot be used: {error}.") from error


class _DamageError(Exception):
    """The file is damaged or is no conversation database."""


class _ReadOnlyError(Exception):
    """A sentence: why the file can only be read."""


def _provide(path: Path) -> None:
    """Makes sure that there is a regular file, readable by its owner only."""
    if path.exists() or path.is_symlink():
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(f"{path.name} is not a regular file")
        return
    rescued = _rescued(path)
    if rescued.exists():  # the last start was cut off between putting the damaged file aside and this
        os.replace(rescued, path)
        return
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


# what can be written


def _connect(path: Path) -> Statements:
    """Raises _DamageError, _ReadOnlyError and sqlite3.Error."""
    # the owner hands the store to another thread only after its own has ended
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, path)
        file = DatabaseFile(path, connection)
        return Statements(connection, found_damage=lambda: _suspect(path, file), file=file)
    except UnicodeDecodeError as error:  # sqlite3 quotes damaged bytes in a message, and cannot read it
        connection.close()
        raise _DamageError("its schema is damaged") from error
    except sqlite3.DatabaseError as error:
        connection.close()
        if is_damage(error):
            raise _DamageError(str(error)) from error
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNWRITABLE_CODES:
            raise _ReadOnlyError(
                f"The conversation database {path} cannot be written: {error}. {_UNTOUCHED}"
            ) from error
        raise
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise _ReadOnlyError(
            f"The conversation database {path} was written by a newer version (format {version}; "
            f"this version knows {SCHEMA_VERSION}). {_UNTOUCHED}"
        )
    if version < 0 or (version == 0 and _is_of_another_program(connection)):
        raise _DamageError("it is a database of another program")
    if version == 0:
        _let_shrink(connection)
    _keep_a_log(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = FAST")  # thinning a memory must not write it once more, as zeros
    connection.execute("PRAGMA foreign_keys = ON")
    _check(connection, path)
    if version < SCHEMA_VERSION:
        _migrate(connection, path)
    _check_columns(connection)
    # a crash between a conversation and its first turn leaves it empty
    connection.execute(
        "DELETE FROM conversation WHERE NOT EXISTS (SELECT 1 FROM turn WHERE turn.conversation = conversation.id)"
    )


def _is_of_another_program(connection: sqlite3.Connection) -> bool:
    """Whether there are tables and no version. It is read after them: another process may have made both in the last
    moment, in one transaction."""
    has_tables = connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
    return has_tables and _version(connection) == 0


def _let_shrink(connection: sqlite3.Connection) -> None:
    """A new file can give back what was erased (see Trash); in one that has tables it is too late for that."""
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Switches to the write-ahead log, and waits while another process does so.

    SQLite does not wait for that, whatever the timeout of the connection: while another is about to write it refuses.
    """
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() >= deadline:
                raise
            time.sleep(BUSY_PAUSE_S)
        else:
            return


def _version(connection: sqlite3.Connection) -> int:
    """Raises OSError where it is too old."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if 0 < version < OLDEST_VERSION:
        raise OSError(
            f"its format {version} is older than {OLDEST_VERSION}, the oldest that this version of Mneme reads. It is"
            " unchanged; move it elsewhere, and a new one is started"
        )
    return version


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if _marker(path).exists():
        raise _DamageError("damage showed when it was used")
    if path.stat().st_size <= CHECKED_BYTES:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise _DamageError(verdict)


def _check_columns(connection: sqlite3.Connection) -> None:
    """A damaged letter in the name of a column leaves valid SQL, which quick_check does not mind."""
    if columns(connection) != expected_columns():
        raise _DamageError("its tables have other columns")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """One transaction from the version that is there to this one, after a copy where there is something to copy."""
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection)  # another process may have done it while this one waited
    if 0 < version < SCHEMA_VERSION:
        try:
            back_up(path, version)
        except (OSError, sqlite3.Error) as error:
            connection.execute("ROLLBACK")
            raise _ReadOnlyError(
                f"The conversation database {path} is of an older version, and it could not be copied before being"
                f" brought up to date: {error}. {_UNTOUCHED}"
            ) from error
    for step in STEPS[max(0, version - OLDEST_VERSION + 1) :]:
        for statement in _statements(step):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """One at a time: sqlite3's executescript would end the transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


# what can only be read


def _read_only(path: Path, reason: str) -> Opened:
    return Opened(Statements(connect_to_read(path), reason))


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing.

    Raises OSError and sqlite3.Error where there are no conversations to read.
    """
    connection = sqlite3.connect(
        address_to_read(path), uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        if _version(connection) == 0:
            raise OSError("it is write-protected and holds no conversations")
        connection.execute("SELECT 1 FROM conversation, turn, memory LIMIT 1")
    except BaseException:
        connection.close()
        raise
    return connection


# what is damaged


def _replace(path: Path) -> Opened:
    """Puts the damaged file aside, and a new one with all that could be read of it in its place."""
    rescued = _rescued(path)
    rescued.unlink(missing_ok=True)
    Path(f"{rescued}-journal").unlink(missing_ok=True)
    os.close(os.open(rescued, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    new = sqlite3.connect(rescued, isolation_level=None)
    try:
        _let_shrink(new)
        new.execute("PRAGMA journal_mode = MEMORY")
        _migrate(new, rescued)
        salvaged = salvage.copy_readable(path, new)
    finally:
        new.close()
    with rescued.open("rb+") as file:
        os.fsync(file.fileno())
    moved = _quarantine(path)
    os.replace(rescued, path)
    sync_folder(path.parent)
    _marker(path).unlink(missing_ok=True)
    return Opened(_connect(path), moved, salvaged)


def _rescued(path: Path) -> Path:
    return path.with_name(f"{path.name}-rescued")


def _marker(path: Path) -> Path:
    return path.with_name(f"{path.name}-suspect")


def _suspect(path: Path, file: DatabaseFile) -> None:
    if not file.is_unchanged:
        return  # what was read was of two files, and neither need be damaged
    with contextlib.suppress(OSError):
        os.close(os.open(_marker(path), os.O_CREAT | os.O_WRONLY, 0o600))


def _quarantine(path: Path) -> Path:
    """Moves the file and its journals to `quarantine/` under a new name; returns that name."""
    target = quarantine(path)
    os.replace(path, target)
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{target}{suffix}")
    return target
