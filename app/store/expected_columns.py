"""The columns that the tables have, in their order, as SQLite makes them from the steps."""

from __future__ import annotations

import contextlib
import sqlite3

from app.store.schema import STEPS

TABLES = ("memory", "conversation", "turn", "turn_array")


def expected_columns() -> dict[str, tuple[str, ...]]:
    """By table."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        for step in STEPS:
            connection.executescript(step)
        return columns(connection)


def columns(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """By table, what a database has; empty where there is no such table. Raises sqlite3.Error, UnicodeDecodeError."""
    names = "SELECT CAST(name AS BLOB) FROM pragma_table_info(?) ORDER BY cid"  # bytes: they may be no letters any more
    return {
        table: tuple(row[0].decode("utf-8", "replace") for row in connection.execute(names, (table,)))
        for table in TABLES
    }
