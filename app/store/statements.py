"""Reading and writing rows: every error of SQLite becomes a sentence, every change is part of a transaction."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.store.database_file import DatabaseFile
from app.store.errors import NotWritableError, StoreError

DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is damaged, and not only busy, full or unplugged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE_CODES


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block is committed, or nothing; inside another one, all of it is part of that one, or nothing.

    Raises NotWritableError where the database cannot be written now, StoreError where it refuses.
    """
    begin, commit, rollback = "BEGIN IMMEDIATE", "COMMIT", ["ROLLBACK"]
    if connection.in_transaction:
        begin, commit, rollback = "SAVEPOINT part", "RELEASE part", ["ROLLBACK TO part", "RELEASE part"]
    try:
        connection.execute(begin)
        try:
            yield
            connection.execute(commit)
        except BaseException:
            # SQLite has rolled back by itself after some errors, a full disk among them
            if connection.in_transaction:
                for statement in rollback:
                    connection.execute(statement)
            raise
    except sqlite3.OperationalError as error:
        raise NotWritableError(f"The conversation database could not be written: {error}.") from error
    except sqlite3.Error as error:
        raise StoreError(f"The conversation database did not accept this: {error}.") from error


class Statements:
    """The open database, as rows.

    read_only: why nothing can be written, "" where everything can. found_damage: called when reading or writing shows
    that the file is damaged. file: looked at before each transaction; None where nothing is written.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        read_only: str = "",
        found_damage: Callable[[], None] = lambda: None,
        file: DatabaseFile | None = None,
    ) -> None:
        self.connection = connection
        self.read_only = read_only
        self.found_damage = found_damage
        self._file = file
        connection.row_factory = sqlite3.Row
        # a damaged letter must not hide the text around it; what was written to memory has a digest
        connection.text_factory = lambda data: data.decode("utf-8", "replace")

    def close(self) -> None:
        """Ends the connection; calling it again does nothing."""
        file, self._file = self._file, None
        if file is None:
            self.connection.close()
        else:
            file.close()

    def check_file(self) -> None:
        """Raises NotWritableError where another file lies in the place of the one that is open."""
        if self._file is not None:
            self._file.check()

    def read(self, sql: str, *values: Any) -> Sequence[sqlite3.Row]:
        """All rows. Raises NotWritableError where the database cannot be read now, StoreError where never."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except UnicodeDecodeError as error:  # sqlite3 quotes damaged bytes in a message, and cannot read it
            self.found_damage()
            raise StoreError("The conversation database could not be read: it is damaged.") from error
        except sqlite3.Error as error:
            kind = NotWritableError if isinstance(error, sqlite3.OperationalError) else StoreError
            if is_damage(error):
                self.found_damage()
            raise kind(f"The conversation database could not be read: {error}.") from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Raises NotWritableError also where the database was opened read-only or its file was replaced."""
        if self.read_only:
            raise NotWritableError(self.read_only)
        if not self.connection.in_transaction:
            self.check_file()
        try:
            with transaction(self.connection):
                yield
        except StoreError as error:
            if isinstance(error.__cause__, sqlite3.Error) and is_damage(error.__cause__):
                self.found_damage()
            raise

    def write(self, sql: str, *values: Any) -> int:
        """One statement in a transaction; returns how many rows it changed."""
        with self.transaction():
            return self.connection.execute(sql, values).rowcount

    def insert(self, table: str, row: dict[str, Any]) -> int:
        """A new row; returns its id."""
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names are written in this package
        with self.transaction():
            return int(self.connection.execute(sql, tuple(row.values())).lastrowid or 0)
