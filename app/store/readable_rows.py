"""Reads the rows of a damaged table: those before the damage, between two damages and after them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.store.database_file import address_to_read
from app.store.expected_columns import columns, expected_columns

Row = dict[str, Any]

MAX_PROBES = 2000
"""Row numbers that are tried one by one behind a damage."""
UNREADABLE = (sqlite3.Error, OverflowError, UnicodeDecodeError)
"""What sqlite3 raises for damage: it quotes damaged bytes in a message, and cannot read it."""
_LARGEST_STEP = 2**32


def open_damaged(path: Path) -> sqlite3.Connection:
    """A connection that reads as much as SQLite can; the file is not changed."""
    connection = sqlite3.connect(address_to_read(path), uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA writable_schema = ON")  # else a file that was cut off is refused as a whole
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def readable_rows(connection: sqlite3.Connection, table: str) -> Iterator[Row]:
    """The rows that can be read, each once, by row number; none where the table itself cannot be found."""
    rows, last = _named(connection, table), 0
    while True:
        try:
            for row in connection.execute(f"{rows} WHERE place > ?", (last,)):
                if row["place"] <= last:
                    raise sqlite3.DatabaseError("the rows are not in order")
                last = row["place"]
                yield _plain(row)
        except UNREADABLE:
            behind = _behind_damage(connection, table, last)
            if behind is None:
                return
            for place in range(last + 1, min(behind, last + MAX_PROBES)):
                yield from _one(connection, rows, place)
            last = behind - 1
        else:
            return


def _behind_damage(connection: sqlite3.Connection, table: str, last: int) -> int | None:
    """The smallest row number in steps of 1, 2, 4, … from which on the table can be searched; None: there is none."""
    step = 1
    while step < _LARGEST_STEP:
        step *= 2
        try:
            found = connection.execute(
                f"SELECT rowid FROM {table} WHERE rowid >= ? ORDER BY rowid LIMIT 1",  # noqa: S608 - written above
                (last + step,),
            ).fetchone()
        except UNREADABLE:
            continue
        return None if found is None else last + step
    return None


def _named(connection: sqlite3.Connection, table: str) -> str:
    """A query for the rows, each with its `place`; its values have, by position, the names that their columns should
    have: those in the file may be damaged.
    """
    names = expected_columns()[table]
    try:
        found = columns(connection)[table]
    except UNREADABLE:
        found = ()
    if set(found) <= set(names) or len(found) != len(names):
        return f"SELECT rowid AS place, * FROM {table}"  # noqa: S608 - a name of this package
    renamed = ", ".join(("place", *names))
    return f"WITH named ({renamed}) AS (SELECT rowid, * FROM {table}) SELECT * FROM named"  # noqa: S608


def _one(connection: sqlite3.Connection, rows: str, place: int) -> Iterator[Row]:
    try:
        row = connection.execute(f"{rows} WHERE place = ?", (place,)).fetchone()
    except UNREADABLE:
        return
    if row is not None:
        yield _plain(row)


def _plain(row: sqlite3.Row) -> Row:
    return {name: row[name] for name in row.keys() if name != "place"}  # noqa: SIM118 - a Row has no items
