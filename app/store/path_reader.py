"""A path of turns for another thread than the store's, by a connection of its own that writes nothing.

The store's own door may mend and tidy what it opens; this one only reads, so the two never meet.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from app.store.database import connect_to_read
from app.store.errors import StoreError
from app.store.records import Turn
from app.store.statements import Statements
from app.store.tree import Tree


def stored_path(database: Path, turn: int) -> tuple[Turn, ...]:
    """The turns from the first of a conversation to this one. Raises StoreError."""
    try:
        with contextlib.closing(connect_to_read(database)) as connection:
            tree = Tree(Statements(connection, "It was opened only to look into it."))
            return tree.turns(tree.path_ids(turn))
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"The conversation database {database} cannot be looked into: {error}.") from error
