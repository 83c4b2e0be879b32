"""The verbs of the store: what can happen to conversations and their turns, each in one transaction.

A turn is saved as it lives: begin_turn (the question, "pending"), reply (the answer, "replied"), remember (the record
and the memory, "remembered"). Every verb raises StoreError with a sentence and then has changed nothing.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.store import turn_codec
from app.store.database import open_database, transaction
from app.store.errors import StoreError
from app.store.records import Conversation, Shape, Turn

if TYPE_CHECKING:
    from rxt.events import FinishReason, Sampling, TurnRecord

_CONVERSATION = """
SELECT c.*, m.layers, m.slots, m.width, (SELECT COUNT(*) FROM turn t WHERE t.conversation = c.id) AS turns
FROM conversation c JOIN memory m ON m.sha256 = c.initial_memory
"""


class ConversationStore:
    """The conversations in the database at `path`, created where there is none.

    quarantined: where a damaged file was moved to when this one was opened; None where there was none.
    clock: seconds since the epoch; only displayed, never compared.

    Raises StoreError where the file cannot be written or belongs to a newer version.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._connection, self.quarantined = open_database(path)
        self._connection.row_factory = sqlite3.Row
        # a crash between a conversation and its first turn leaves it empty
        self._write("DELETE FROM conversation WHERE id NOT IN (SELECT conversation FROM turn)")

    def close(self) -> None:
        """Ends the connection; calling it again does nothing."""
        self._connection.close()

    # conversations

    def next_id(self) -> int:
        """The id that the next conversation can take; ids are never used twice."""
        row = self._read("SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'conversation'")[0]
        return (row[0] or 0) + 1

    def create(
        self,
        *,
        title: str,
        model: str,
        fingerprint: str,
        shape: Shape,
        memory: bytes,
        seed: int | None = None,
        origin: str = "",
        origin_turns: int = 0,
        id: int | None = None,  # noqa: A002 - the column's name
    ) -> int:
        """A conversation that starts from `memory` (float32, little-endian, C order, [L, S, D]); returns its id."""
        now = self._clock()
        with transaction(self._connection):
            row = {
                "id": id,
                "title": turn_codec.clean(title),
                "model": turn_codec.clean(model),
                "fingerprint": fingerprint,
                "initial_seed": seed,
                "initial_memory": self._keep(memory, shape),
                "origin": turn_codec.clean(origin),
                "origin_turns": origin_turns,
                "created": now,
                "updated": now,
            }
            return self._insert("conversation", row)

    def list(self, *, deleted: bool = False) -> tuple[Conversation, ...]:
        """The conversations that have turns, the newest first; `deleted`: those that can be restored."""
        rows = self._read(f"{_CONVERSATION} WHERE c.deleted = ? ORDER BY c.id DESC", int(deleted))
        return tuple(_conversation(row) for row in rows if row["turns"])

    def conversation(self, conversation: int) -> Conversation:
        """The conversation of that id, deleted or not."""
        rows = self._read(f"{_CONVERSATION} WHERE c.id = ?", conversation)
        if not rows:
            raise StoreError("This conversation does not exist.")
        return _conversation(rows[0])

    def rename(self, conversation: int, title: str) -> None:
        self._change(conversation, "title = ?", turn_codec.clean(title))

    def delete(self, conversation: int) -> None:
        """Takes the conversation off the list; `restore` brings it back with everything it had."""
        self._change(conversation, "deleted = 1")

    def restore(self, conversation: int) -> None:
        self._change(conversation, "deleted = 0")

    # turns

    def turns(self, conversation: int) -> tuple[Turn, ...]:
        """The turns in the order they began. Raises StoreError where a stored record cannot be read."""
        rows = self._read("SELECT * FROM turn WHERE conversation = ? ORDER BY id", conversation)
        arrays: dict[int, dict[str, turn_codec.Array]] = {row["id"]: {} for row in rows}
        for stored in self._read(
            "SELECT a.* FROM turn_array a JOIN turn t ON t.id = a.turn WHERE t.conversation = ?", conversation
        ):
            arrays[stored["turn"]][stored["name"]] = (stored["layers"], stored["slots"], stored["data"])
        return tuple(_turn(row, arrays[row["id"]]) for row in rows)

    def begin_turn(self, conversation: int, number: int, query: str, sampling: Sampling, memory_before: str) -> int:
        """Saves a question before it is answered ("pending"); returns the id of the turn."""
        with transaction(self._connection):
            parent = self._connection.execute(
                "SELECT MAX(id) FROM turn WHERE conversation = ?", (conversation,)
            ).fetchone()[0]
            row = {
                "conversation": conversation,
                "parent": parent,
                "number": number,
                "query": turn_codec.clean(query),
                "phase": "pending",
                "sampling": turn_codec.sampling_json(sampling),
                "memory_before": memory_before,
            }
            turn = self._insert("turn", row)
            self._touch(conversation)
        return turn

    def draft(self, turn: int, answer: str) -> None:
        """Saves what has been answered so far."""
        self._update(turn, "answer = ?", turn_codec.clean(answer))

    def reply(self, turn: int, answer: str, reason: FinishReason) -> None:
        """Saves the finished answer ("replied")."""
        self._update(turn, "answer = ?, reason = ?, phase = 'replied'", turn_codec.clean(answer), reason)

    def remember(self, turn: int, record: TurnRecord, memory: bytes, shape: Shape) -> None:
        """Saves the record and the memory after the turn, both or neither ("remembered").

        Raises StoreError where the memory is not the one that the record names.
        """
        with transaction(self._connection):
            if self._keep(memory, shape) != record.memory_after:
                raise StoreError("The memory and the record of this turn disagree; neither was saved.")
            columns = turn_codec.columns(record)
            names = ", ".join(f"{name} = ?" for name in columns)
            self._set(turn, f"{names}, number = ?, phase = 'remembered', error = ''", *columns.values(), record.turn)
            self._connection.executemany(
                "INSERT OR REPLACE INTO turn_array (turn, name, layers, slots, data) VALUES (?, ?, ?, ?, ?)",
                [(turn, name, *array) for name, array in turn_codec.arrays(record).items()],
            )

    def fail(self, turn: int, error: str) -> None:
        """Notes why a turn ended early; what was saved of it stays, and stays out of memory."""
        self._update(turn, "error = ?", turn_codec.clean(error))

    def discard(self, turn: int) -> None:
        """Removes a turn that was rejected: its text went back to its writer."""
        self._write("DELETE FROM turn WHERE id = ? AND phase = 'pending'", turn)

    # memories

    def memory(self, sha256: str) -> tuple[bytes, Shape]:
        """The bytes and the shape (L, S, D) of a memory. Raises StoreError where they are missing or damaged."""
        rows = self._read("SELECT * FROM memory WHERE sha256 = ?", sha256)
        if not rows:
            raise StoreError("Its memory is missing from the database.")
        data: bytes = rows[0]["data"]
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError("Its memory is damaged: the stored bytes do not match their checksum.")
        return data, (rows[0]["layers"], rows[0]["slots"], rows[0]["width"])

    def _keep(self, memory: bytes, shape: Shape) -> str:
        layers, slots, width = shape
        if len(memory) != 4 * layers * slots * width:
            raise StoreError(f"A memory of shape {shape} cannot have {len(memory)} bytes; it was not saved.")
        sha256 = hashlib.sha256(memory).hexdigest()
        self._connection.execute(
            "INSERT INTO memory (sha256, layers, slots, width, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (sha256, layers, slots, width, memory),
        )
        return sha256

    # statements

    def _read(self, sql: str, *values: Any) -> Sequence[sqlite3.Row]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"The conversation database could not be read: {error}.") from error

    def _write(self, sql: str, *values: Any) -> None:
        with transaction(self._connection):
            self._connection.execute(sql, values)

    def _insert(self, table: str, row: dict[str, Any]) -> int:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names are written above
        return int(self._connection.execute(sql, tuple(row.values())).lastrowid or 0)

    def _change(self, conversation: int, assignment: str, *values: Any) -> None:
        with transaction(self._connection):
            sql = f"UPDATE conversation SET {assignment} WHERE id = ?"  # noqa: S608 - assignments are written above
            if not self._connection.execute(sql, (*values, conversation)).rowcount:
                raise StoreError("This conversation does not exist.")

    def _update(self, turn: int, assignment: str, *values: Any) -> None:
        with transaction(self._connection):
            self._set(turn, assignment, *values)

    def _set(self, turn: int, assignment: str, *values: Any) -> None:
        sql = f"UPDATE turn SET {assignment} WHERE id = ?"  # noqa: S608 - assignments are written above
        if not self._connection.execute(sql, (*values, turn)).rowcount:
            raise StoreError("This turn does not exist.")
        self._touch(self._connection.execute("SELECT conversation FROM turn WHERE id = ?", (turn,)).fetchone()[0])

    def _touch(self, conversation: int) -> None:
        self._connection.execute("UPDATE conversation SET updated = ? WHERE id = ?", (self._clock(), conversation))


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
    )


def _turn(row: sqlite3.Row, arrays: dict[str, turn_codec.Array]) -> Turn:
    record: TurnRecord | None = None
    if row["phase"] == "remembered":
        try:
            record = turn_codec.record(row["number"], dict(row), arrays)
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"The record of turn {row['number']} is damaged.") from error
    return Turn(
        id=row["id"],
        parent=row["parent"],
        query=row["query"],
        answer=row["answer"],
        phase=row["phase"],
        record=record,
        error=row["error"],
    )
