"""The table of conversations: rows as values, and changes of single columns."""

from __future__ import annotations

import sqlite3
from typing import Any

from app.store.errors import StoreError
from app.store.records import Conversation
from app.store.statements import Statements

# A tip with all other stored turns before it needs no walk along its path: most conversations have no branches.
_CONVERSATION = """
SELECT c.*, m.layers, m.slots, m.width,
    CASE (SELECT COUNT(*) FROM turn t WHERE t.conversation = c.id) - 1
    WHEN last.number THEN last.number + 1
    ELSE (
        WITH RECURSIVE path (id, parent) AS (
            SELECT t.id, t.parent FROM turn t WHERE t.id = c.tip
            UNION ALL SELECT t.id, t.parent FROM path JOIN turn t ON t.id = path.parent
        )
        SELECT COUNT(*) FROM path
    ) END AS turns
FROM conversation c JOIN memory m ON m.sha256 = c.initial_memory LEFT JOIN turn last ON last.id = c.tip
"""
_WITH_TURNS = "EXISTS (SELECT 1 FROM turn t WHERE t.conversation = c.id)"
_LISTED = f"WHERE c.deleted = 0 AND {_WITH_TURNS} ORDER BY c.pinned DESC, c.id DESC"
_DELETED = f"WHERE c.deleted <> 0 AND {_WITH_TURNS} ORDER BY ABS(c.deleted) DESC, c.id DESC"


class ConversationRows:
    """Reads and changes conversations, as ConversationStore describes it."""

    def __init__(self, statements: Statements) -> None:
        self._db = statements

    def next_id(self) -> int:
        row = self._db.read("SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'conversation'")[0]
        return (row[0] or 0) + 1

    def listed(self, deleted: bool) -> tuple[Conversation, ...]:
        rows = self._db.read(f"{_CONVERSATION} {_DELETED if deleted else _LISTED}")
        return tuple(_conversation(row) for row in rows)

    def one(self, conversation: int) -> Conversation:
        rows = self._db.read(f"{_CONVERSATION} WHERE c.id = ?", conversation)
        if not rows:
            raise StoreError("This chat does not exist.")
        return _conversation(rows[0])

    def change(self, conversation: int, column: str, value: Any) -> None:
        """One column of one conversation. Raises StoreError where there is no such conversation."""
        sql = f"UPDATE conversation SET {column} = ? WHERE id = ?"  # noqa: S608 - a name of this package
        with self._db.transaction():
            if not self._db.write(sql, value, conversation):
                raise StoreError("This chat does not exist.")


def _conversation(row: sqlite3.Row) -> Conversation:
    return Conversation(
        id=row["id"],
        title=row["title"],
        model=row["model"],
        fingerprint=row["fingerprint"],
        shape=(row["layers"], row["slots"], row["width"]),
        initial_seed=row["initial_seed"],
        initial_memory=row["initial_memory"],
        origin=row["origin"],
        origin_turns=row["origin_turns"],
        turns=row["turns"],
        created=row["created"],
        updated=row["updated"],
        pinned=bool(row["pinned"]),
        tip=row["tip"],
    )
