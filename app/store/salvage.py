"""Copies what can be read of a damaged database into a new one.

Rows are read one by one, past those that cannot be. A memory is copied only if its bytes have its hash, a turn stays
in memory only if its record is whole and everything before it on its path is; of other turns the texts are kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.models.memory_status import TURN_PHASES
from app.store import turn_codec
from app.store.errors import StoreError
from app.store.readable_rows import Row, open_damaged, readable_rows
from app.store.records import Salvaged, Shape
from app.store.tree import record_of
from rxt.events import Sampling

LOST = "Recovered from a damaged database: its text is here, its place in memory is lost."
_NO_SHAPE = (0, 0, 0)
_RECORD = ("metrics", "interaction_ids", "answer_ids", "gates", "memory_after", "digest")


def copy_readable(damaged: Path, new: sqlite3.Connection) -> Salvaged:
    """Fills the empty database `new`, in one transaction. Never raises for what cannot be read of `damaged`."""
    with contextlib.closing(open_damaged(damaged)) as old:
        new.row_factory = sqlite3.Row
        new.execute("PRAGMA foreign_keys = OFF")  # rows come before those that they refer to
        new.execute("BEGIN")
        salvage = _Salvage(old, new)
        salvage.copy()
        new.execute("COMMIT")
        return Salvaged(salvage.conversations, len(salvage.turns), salvage.text_only, salvage.memories)


class _Salvage:
    """One pass over the tables. turns: the number of the turn after each copied turn, by id."""

    def __init__(self, old: sqlite3.Connection, new: sqlite3.Connection) -> None:
        self._old = old
        self._new = new
        self.conversations = 0
        self.memories = 0
        self.text_only = 0
        self.turns: dict[int, int] = {}
        self._intact: dict[int, str] = {}  # turns whose path is whole: the memory after each
        self._newest: dict[int, int] = {}  # the newest copied turn of each conversation
        self._initial: dict[int, str] = {}  # the memory each conversation started from
        self._shape: Shape = _NO_SHAPE

    def copy(self) -> None:
        for row in readable_rows(self._old, "memory"):
            self._copy_memory(row)
        for row in readable_rows(self._old, "turn_array"):
            self._copy_array(row)
        tips: dict[int, Any] = {}
        for row in readable_rows(self._old, "conversation"):
            self._copy_conversation(row)
            tips[row["id"]] = row.get("tip")
        for row in readable_rows(self._old, "turn"):
            self._copy_turn(row)
        self._new.execute("DELETE FROM turn_array WHERE turn NOT IN (SELECT id FROM turn WHERE phase = 'remembered')")
        for conversation, newest in self._newest.items():
            tip = tips.get(conversation)
            home = self._new.execute("SELECT conversation FROM turn WHERE id = ?", (_number(tip),)).fetchone()
            known = home is not None and home["conversation"] == conversation
            self._new.execute("UPDATE conversation SET tip = ? WHERE id = ?", (tip if known else newest, conversation))

    def _copy_memory(self, row: Row) -> None:
        data, sha256 = row.get("data"), row.get("sha256")
        shape: tuple[Any, ...] = tuple(row.get(name) for name in ("layers", "slots", "width"))
        if not isinstance(data, bytes) or not isinstance(sha256, str) or not _is_shape(shape):
            return
        is_whole = len(data) == 4 * shape[0] * shape[1] * shape[2] and hashlib.sha256(data).hexdigest() == sha256
        if data and not is_whole:
            return
        self.memories += is_whole
        self._shape = (shape[0], shape[1], shape[2])
        self._new.execute("INSERT OR IGNORE INTO memory VALUES (?, ?, ?, ?, ?)", (sha256, *shape, data))

    def _copy_array(self, row: Row) -> None:
        values = tuple(row.get(name) for name in ("turn", "name", "layers", "slots", "data"))
        if [type(value) for value in values] == [int, str, int, int, bytes]:
            self._new.execute("INSERT OR IGNORE INTO turn_array VALUES (?, ?, ?, ?, ?)", values)

    def _copy_conversation(self, row: Row) -> None:
        memory = _text(row, "initial_memory")
        self._name_memory(memory)
        self._initial[row["id"]] = memory
        values: Row = {name: _text(row, name) for name in ("title", "model", "fingerprint", "origin")}
        seed = row.get("initial_seed")
        values |= {
            "initial_seed": seed if isinstance(seed, int) else None,
            "initial_memory": memory,
            "origin_turns": _number(row.get("origin_turns")),
            "created": _time(row, "created"),
            "updated": _time(row, "updated"),
            "deleted": _number(row.get("deleted")),
            "pinned": int(bool(row.get("pinned"))),
        }
        self._insert("conversation", {"id": row["id"], **values})
        self.conversations += 1

    def _copy_turn(self, row: Row) -> None:
        conversation, turn = row.get("conversation"), row["id"]
        if not isinstance(conversation, int):
            return
        if conversation not in self._initial:
            self._copy_conversation({"id": conversation, "title": f"Recovered conversation {conversation}"})
        parent, before = self._place(conversation, row.get("parent"))
        number = self.turns.get(parent, 0) if parent is not None else 0
        copied = self._plain(row) | {"id": turn, "conversation": conversation, "parent": parent, "number": number}
        if copied["phase"] == "remembered" and not (before == copied["memory_before"] and self._is_whole(copied)):
            copied |= dict.fromkeys(_RECORD) | {"phase": "replied", "error": LOST}
            self.text_only += 1
            before = None
        if copied["phase"] == "remembered":
            before, number = copied["memory_after"], number + 1
            self._name_memory(before)
        if before is not None:
            self._intact[turn] = before
        self._insert("turn", copied)
        self.turns[turn] = number
        self._newest[conversation] = turn

    def _place(self, conversation: int, parent: object) -> tuple[int | None, str | None]:
        """The parent of a turn in the new tree and the memory after it; a lost one gives way to the newest there is."""
        if parent is None:
            return None, self._initial[conversation]
        if isinstance(parent, int) and parent in self.turns:
            return parent, self._intact.get(parent)
        return self._newest.get(conversation), None

    def _plain(self, row: Row) -> dict[str, Any]:
        phase = row.get("phase")
        sampling = _text(row, "sampling")
        try:
            turn_codec.sampling(sampling)
        except (TypeError, ValueError, RecursionError):
            sampling = turn_codec.sampling_json(Sampling())
            phase = "replied"
        texts = {
            name: row.get(name) if isinstance(row.get(name), str) else None
            for name in (*_RECORD, "reason", "edited_answer")
        }
        return texts | {
            "query": _text(row, "query"),
            "answer": _text(row, "answer"),
            "error": _text(row, "error"),
            "memory_before": _text(row, "memory_before"),
            "sampling": sampling,
            "phase": phase if phase in TURN_PHASES else "replied",
            "created": _time(row, "created"),
            "forgotten": int(bool(row.get("forgotten"))),
        }

    def _is_whole(self, turn: Mapping[str, Any]) -> bool:
        rows = self._new.execute("SELECT * FROM turn_array WHERE turn = ?", (turn["id"],))
        arrays = {row["name"]: (row["layers"], row["slots"], row["data"]) for row in rows}
        try:
            record_of(turn, arrays, turn_codec.Repeated())
        except StoreError:
            return False
        return turn["memory_after"] is not None

    def _name_memory(self, sha256: str) -> None:
        """A memory that is named but could not be read: it may be computed again."""
        self._new.execute("INSERT OR IGNORE INTO memory VALUES (?, ?, ?, ?, x'')", (sha256, *self._shape))

    def _insert(self, table: str, row: Row) -> None:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        self._new.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608


def _is_shape(shape: tuple[object, ...]) -> bool:
    return all(isinstance(size, int) and 0 < size < 2**31 for size in shape)


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _time(row: Row, name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
