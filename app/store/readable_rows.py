"""Reads the rows of a damaged table: those before the damage, between two damages and after them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]

MAX_PROBES = 2000
"""Row numbers that are tried one by one behind a damage."""
_LARGEST_STEP = 2**32


def open_damaged(path: Path) -> sqlite3.Connection:
    """A connection that reads as much as SQLite can; the file is not changed."""
    journal = Path(f"{path}-wal")
    mode = "mode=ro" if journal.exists() and journal.stat().st_size else "mode=ro&immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA writable_schema = ON")  # else a file that was cut off is refused as a whole
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def readable_rows(connection: sqlite3.Connection, table: str) -> Iterator[Row]:
    """The rows that can be read, each once, by row number; none where the table itself cannot be found."""
    last = 0
    while True:
        try:
            for row in connection.execute(f"SELECT rowid AS place, * FROM {table} WHERE rowid > ?", (last,)):  # noqa: S608
                if row["place"] <= last:
                    raise sqlite3.DatabaseError("the rows are not in order")
                last = row["place"]
                yield _plain(row)
        except (sqlite3.Error, OverflowError):
            behind = _behind_damage(connection, table, last)
            if behind is None:
                return
            for place in range(last + 1, min(behind, last + MAX_PROBES)):
                yield from _one(connection, table, place)
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
        except (sqlite3.Error, OverflowError):
            continue
        return None if found is None else last + step
    return None


def _one(connection: sqlite3.Connection, table: str, place: int) -> Iterator[Row]:
    try:
        row = connection.execute(f"SELECT rowid AS place, * FROM {table} WHERE rowid = ?", (place,)).fetchone()  # noqa: S608
    except (sqlite3.Error, OverflowError):
        return
    if row is not None:
        yield _plain(row)


def _plain(row: sqlite3.Row) -> Row:
    return {name: row[name] for name in row.keys() if name != "place"}  # noqa: SIM118 - a Row has no items
