"""Writes turns: each step of a turn's life is one transaction, and what is in memory is never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal

from app.store import turn_codec
from app.store.errors import StoreError
from app.store.keyframes import Keyframes
from app.store.records import Shape
from app.store.statements import Statements
from app.store.tree import Tree

if TYPE_CHECKING:
    from rxt.events import FinishReason, Sampling, TurnRecord


class Tip(Enum):
    """Stands for the turn where a conversation's path ends."""

    TIP = "tip"


TIP: Final = Tip.TIP
_COPIED = ("query", "answer", "reason", "error", "sampling")


class TurnWriter:
    """The verbs of a turn, as ConversationStore describes them. `clock`: seconds since the epoch."""

    def __init__(self, statements: Statements, tree: Tree, keyframes: Keyframes, clock: Callable[[], float]) -> None:
        self._db = statements
        self._tree = tree
        self._keyframes = keyframes
        self._clock = clock

    def begin(
        self,
        conversation: int,
        number: int,
        query: str,
        sampling: Sampling,
        memory_before: str,
        parent: int | Literal[Tip.TIP] | None,
        created: float | None = None,
        forgotten: bool = False,
    ) -> int:
        with self._db.transaction():
            if parent is TIP:
                tips = self._db.read("SELECT tip FROM conversation WHERE id = ?", conversation)
                parent = tips[0]["tip"] if tips else None
            row = {
                "number": number,
                "query": turn_codec.clean(query),
                "sampling": turn_codec.sampling_json(sampling),
                "memory_before": memory_before,
                "phase": "pending",
                "forgotten": int(forgotten),
            }
            if created is not None:
                row["created"] = created
            turn = self._add(conversation, parent, row)
            self._db.write("UPDATE conversation SET tip = ? WHERE id = ?", turn, conversation)
            self._touch(turn)
        return turn

    def copy(self, turn: int, parent: int | None, number: int, memory_before: str, forgotten: bool) -> int:
        with self._db.transaction():
            rows = self._db.read("SELECT * FROM turn WHERE id = ?", turn)
            if not rows:
                raise StoreError("This turn does not exist.")
            row = {name: rows[0][name] for name in _COPIED}
            if rows[0]["edited_answer"] is not None:
                row["answer"] = rows[0]["edited_answer"]
            phase = "pending" if rows[0]["phase"] == "pending" else "replied"
            stays_out = int(forgotten or rows[0]["forgotten"])
            row |= {"number": number, "memory_before": memory_before, "phase": phase, "forgotten": stays_out}
            return self._add(rows[0]["conversation"], parent, row)

    def draft(self, turn: int, answer: str) -> None:
        self._update(turn, "answer = ?", turn_codec.clean(answer))

    def reply(self, turn: int, answer: str, reason: FinishReason) -> None:
        self._update(turn, "answer = ?, reason = ?, phase = 'replied'", turn_codec.clean(answer), reason)

    def remember(self, turn: int, record: TurnRecord, memory: bytes | None, shape: Shape) -> None:
        with self._db.transaction():
            if memory is None:
                self._keyframes.name(record.memory_after, shape)
            elif self._keyframes.keep(memory, shape) != record.memory_after:
                raise StoreError("The memory and the record of this turn disagree; neither was saved.")
            columns, arrays = turn_codec.columns(record), turn_codec.arrays(record)
            columns |= {"number": record.turn, "phase": "remembered", "error": "", "forgotten": 0}
            columns["digest"] = turn_codec.digest(columns, arrays)
            self._set(turn, ", ".join(f"{name} = ?" for name in columns), *columns.values())
            self._db.connection.executemany(
                "INSERT OR REPLACE INTO turn_array (turn, name, layers, slots, data) VALUES (?, ?, ?, ?, ?)",
                [(turn, name, *array) for name, array in arrays.items()],
            )

    def edit_answer(self, turn: int, answer: str) -> None:
        with self._db.transaction():
            self._set(turn, "edited_answer = nullif(?, answer)", turn_codec.clean(answer))

    def fail(self, turn: int, error: str) -> None:
        with self._db.transaction():
            self._set(turn, "error = ?", turn_codec.clean(error))

    def discard(self, turn: int) -> None:
        with self._db.transaction():
            self._db.write(
                "UPDATE conversation SET tip = (SELECT parent FROM turn WHERE id = conversation.tip)"
                " WHERE tip = (SELECT id FROM turn WHERE id = ? AND phase = 'pending')",
                turn,
            )
            self._db.write("DELETE FROM turn WHERE id = ? AND phase = 'pending'", turn)

    def check_home(self, conversation: int, turn: int | None) -> None:
        """Raises StoreError where the turn belongs to another conversation."""
        if turn is not None and self._tree.conversation_of(turn) != conversation:
            raise StoreError("This turn belongs to another conversation.")

    def _add(self, conversation: int, parent: int | None, row: dict[str, Any]) -> int:
        self.check_home(conversation, parent)
        return self._db.insert(
            "turn", {"conversation": conversation, "parent": parent, "created": self._clock(), **row}
        )

    def _update(self, turn: int, assignment: str, *values: Any) -> None:
        """For turns that are not in memory yet."""
        with self._db.transaction():
            self._set(turn, assignment, *values, condition="AND phase <> 'remembered'")

    def _set(self, turn: int, assignment: str, *values: Any, condition: str = "") -> None:
        sql = f"UPDATE turn SET {assignment} WHERE id = ? {condition}"  # noqa: S608 - assignments are written above
        if not self._db.write(sql, *values, turn):
            raise StoreError("This turn does not exist, or is in memory already.")
        self._touch(turn)

    def _touch(self, turn: int) -> None:
        home = self._tree.conversation_of(turn)
        self._db.write("UPDATE conversation SET updated = ? WHERE id = ?", self._clock(), home)
