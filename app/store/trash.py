"""What was deleted can be had back for KEPT_DAYS; after that it is erased, with all that only it had.

`conversation.deleted` is the time of deletion in seconds since the epoch, 0: it was not deleted. It is negative where
the clock stood before something the store knows, so that either was wrong: such a time counts only while the clock
still stands there, and is taken anew once it is right. So a clock that is wrong once erases nothing too early.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator

from app.store.errors import StoreError
from app.store.search import SearchIndex
from app.store.statements import Statements

KEPT_DAYS = 30
GIVEN_BACK_PAGES = 2048
"""What one emptying makes the file smaller by, so that a start is not held up; the rest is for the next ones."""
DAY_S = 86_400
EARLIEST = 1_600_000_000
"""September 2020: no right clock stands before that."""

_OLD = "(deleted BETWEEN 1 AND ? OR deleted BETWEEN ? AND -1)"
# these two columns are all that refers to memories
_MEMORIES = """
SELECT initial_memory FROM conversation WHERE id = ?
UNION
SELECT memory_after FROM turn WHERE conversation = ? AND memory_after IS NOT NULL
"""
_DELETE_UNUSED = """
DELETE FROM memory WHERE sha256 NOT IN (
    SELECT initial_memory FROM conversation UNION SELECT memory_after FROM turn WHERE memory_after IS NOT NULL
)
"""
_DELETE_IF_UNUSED = """
DELETE FROM memory WHERE sha256 = ?
    AND NOT EXISTS (SELECT 1 FROM turn WHERE memory_after = sha256)
    AND NOT EXISTS (SELECT 1 FROM conversation WHERE initial_memory = sha256)
"""


class Trash:
    """The deleted conversations. `clock`: seconds since the epoch."""

    def __init__(self, statements: Statements, search: SearchIndex, clock: Callable[[], float]) -> None:
        self._db = statements
        self._search = search
        self._clock = clock

    @property
    def stamp(self) -> int:
        """What a deletion is dated with now."""
        return self._now if self._is_right else -self._now

    @property
    def _now(self) -> int:
        """What the clock says, also where it stands before it began to count."""
        return max(1, int(self._clock()))

    @property
    def _is_right(self) -> bool:
        """Whether the clock stands behind all that the store knows."""
        now, sql = self._now, "SELECT 1 FROM conversation WHERE updated > ? OR deleted > ? LIMIT 1"
        return now >= EARLIEST and not self._db.read(sql, now + 1, now)  # + 1: now is without its fraction

    def empty(self) -> int:
        """Erases what was deleted KEPT_DAYS ago or earlier; returns how many conversations. Raises StoreError.

        Each goes as a whole or not at all. Its bytes are overwritten in the file, which then gets smaller bit by bit.
        """
        self._date()
        before = self._now - KEPT_DAYS * DAY_S
        sql = f"SELECT id FROM conversation WHERE {_OLD} ORDER BY id"  # noqa: S608 - written above
        old = [row["id"] for row in self._db.read(sql, before, -before)]
        if old:
            with self._overwriting():
                for number in old:
                    self._erase(number)
                self._db.write(_DELETE_UNUSED)  # a chat whose first question was rejected has left its own, too
                self._search.forget_erased()
        self._give_back()
        return len(old)

    def _date(self) -> None:
        """What has no time of deletion that can be trusted has its KEPT_DAYS from now on, also where its time is far
        ahead: whichever clock was wrong, nothing is erased in the same start, and all is some day.
        """
        now = self._now
        if self._is_right:
            self._db.write("UPDATE conversation SET deleted = ? WHERE deleted < 0", now)
        else:
            sql = "UPDATE conversation SET deleted = ? WHERE deleted > ? OR deleted < ?"
            self._db.write(sql, -now, now + KEPT_DAYS * DAY_S, -now)

    def _erase(self, conversation: int) -> None:
        with self._db.transaction():
            memories = self._db.read(_MEMORIES, conversation, conversation)
            self._db.write("DELETE FROM turn WHERE conversation = ?", conversation)  # their arrays go with them
            self._db.write("DELETE FROM conversation WHERE id = ?", conversation)
            self._db.connection.executemany(_DELETE_IF_UNUSED, [tuple(row) for row in memories])

    def _give_back(self) -> None:
        """Makes the file smaller by some of the pages that nothing is on. Raises nothing: it is only a help."""
        with contextlib.suppress(StoreError, sqlite3.Error):
            self._db.check_file()
            # as a script: Python would end it after the first page
            self._db.connection.executescript(f"PRAGMA incremental_vacuum({GIVEN_BACK_PAGES})")

    @contextlib.contextmanager
    def _overwriting(self) -> Iterator[None]:
        """What is deleted inside is overwritten with zeros; elsewhere that would cost thinning its speed."""
        self._db.connection.execute("PRAGMA secure_delete = ON")
        try:
            yield
        finally:
            self._db.connection.execute("PRAGMA secure_delete = FAST")
