"""The turns of a conversation as a tree: paths and siblings. Only reads."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.models.message_limit import PREVIEW_LENGTH
from app.store import turn_codec
from app.store.errors import StoreError
from app.store.records import Node, Turn
from app.store.statements import Statements

if TYPE_CHECKING:
    from rxt.events import TurnRecord

MAX_VALUES = 500
"""Values in one statement; old versions of SQLite take at most 999."""

_PATH = """
WITH RECURSIVE path (id, parent) AS (
    SELECT id, parent FROM turn WHERE id = ?
    UNION ALL
    SELECT turn.id, turn.parent FROM path JOIN turn ON turn.id = path.parent
)
SELECT id FROM path
"""
_NODES = f"""
SELECT id, parent, number, substr(query, 1, {PREVIEW_LENGTH}) AS query,
    substr(coalesce(edited_answer, answer), 1, {PREVIEW_LENGTH}) AS answer,
    phase, reason, error, created, forgotten, edited_answer IS NOT NULL AS edited
FROM turn WHERE conversation = ? ORDER BY id
"""  # noqa: S608 - a number


class Tree:
    """Finds turns, by id."""

    def __init__(self, statements: Statements) -> None:
        self._db = statements

    def path_ids(self, turn: int) -> tuple[int, ...]:
        """From the first turn to this one. Raises StoreError where there is no such turn."""
        ids = tuple(row["id"] for row in reversed(self._db.read(_PATH, turn)))
        if not ids:
            raise StoreError("This turn does not exist.")
        return ids

    def conversation_of(self, turn: int) -> int:
        rows = self._db.read("SELECT conversation FROM turn WHERE id = ?", turn)
        if not rows:
            raise StoreError("This turn does not exist.")
        return int(rows[0]["conversation"])

    def nodes(self, conversation: int) -> tuple[Node, ...]:
        """All turns, by id."""
        return tuple(
            Node(**{**dict(row), "forgotten": bool(row["forgotten"]), "edited": bool(row["edited"])})
            for row in self._db.read(_NODES, conversation)
        )

    def turns(self, ids: Sequence[int]) -> tuple[Turn, ...]:
        """These turns in this order. Raises StoreError where a stored record cannot be read."""
        rows = {row["id"]: row for row in self._select("SELECT * FROM turn WHERE id IN ({})", ids)}
        arrays: dict[int, dict[str, turn_codec.Array]] = {turn: {} for turn in ids}
        for stored in self._select("SELECT * FROM turn_array WHERE turn IN ({})", ids):
            arrays[stored["turn"]][stored["name"]] = (stored["layers"], stored["slots"], stored["data"])
        versions = self._versions(row["conversation"] for row in rows.values())
        repeated = turn_codec.Repeated()
        try:
            return tuple(turn_of(rows[turn], arrays[turn], versions[turn], repeated) for turn in ids)
        except (StoreError, KeyError) as error:
            self._db.found_damage()
            raise StoreError(f"{error} It is repaired as far as possible at the next start.") from error

    def _versions(self, conversations: Iterable[int]) -> dict[int, tuple[int, ...]]:
        """By turn: the ids of all turns with the same parent."""
        known: dict[int, tuple[int, ...]] = {}
        for conversation in set(conversations):
            siblings: dict[int | None, list[int]] = {}
            for row in self._db.read("SELECT id, parent FROM turn WHERE conversation = ? ORDER BY id", conversation):
                siblings.setdefault(row["parent"], []).append(row["id"])
            for ids in siblings.values():
                known.update(dict.fromkeys(ids, tuple(ids)))
        return known

    def _select(self, sql: str, ids: Sequence[int]) -> Iterable[sqlite3.Row]:
        for start in range(0, len(ids), MAX_VALUES):
            part = ids[start : start + MAX_VALUES]
            yield from self._db.read(sql.format(", ".join("?" * len(part))), *part)


def turn_of(
    row: sqlite3.Row,
    arrays: Mapping[str, turn_codec.Array],
    versions: tuple[int, ...],
    repeated: turn_codec.Repeated,
) -> Turn:
    """A row of `turn` as a value. Raises StoreError where it is damaged."""
    with _damage_of(row):
        return Turn(
            id=row["id"],
            parent=row["parent"],
            number=row["number"],
            query=row["query"],
            answer=row["answer"] if row["edited_answer"] is None else row["edited_answer"],
            phase=row["phase"],
            record=record_of(row, arrays, repeated) if row["phase"] == "remembered" else None,
            error=row["error"],
            reason=row["reason"],
            sampling=repeated.sampling(row["sampling"]),
            memory_before=row["memory_before"],
            created=row["created"],
            forgotten=bool(row["forgotten"]),
            edited=row["edited_answer"] is not None,
            versions=versions,
        )


def record_of(
    row: sqlite3.Row | Mapping[str, Any],
    arrays: Mapping[str, turn_codec.Array],
    repeated: turn_codec.Repeated,
) -> TurnRecord:
    """The record of a remembered turn, checked against its digest. Raises StoreError where it is damaged."""
    columns = dict(row)
    with _damage_of(row):
        if columns["digest"] not in (None, turn_codec.digest(columns, arrays)):
            raise ValueError("its digest differs")
        return turn_codec.record(columns["number"], columns, arrays, repeated)


@contextlib.contextmanager
def _damage_of(row: sqlite3.Row | Mapping[str, Any]) -> Iterator[None]:
    try:
        yield
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise StoreError(f"The record of turn {row['number']} is damaged.") from error
