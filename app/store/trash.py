"""What was deleted can be had back for KEPT_DAYS; after that it is erased, with all that only it had.

`conversation.deleted` is the time of deletion in seconds since the epoch, 0: it was not deleted. It is negative where
the clock stood before something the store knows, so that either was wrong: such a time counts only while the clock
still stands there, and is taken anew once it is right. So a clock that is wrong once erases nothing too early.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from app.store.search import SearchIndex
from app.store.statements import Statements

KEPT_DAYS = 30
DAY_S = 86_400
_WITHOUT_TIME = 1
"""Earlier versions noted only that something was deleted."""
EARLIEST = 1_600_000_000
"""September 2020: no right clock stands before that."""


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
        return max(_WITHOUT_TIME + 1, int(self._clock()))

    @property
    def _is_right(self) -> bool:
        """Whether the clock stands behind all that the store knows."""
        now, sql = self._now, "SELECT 1 FROM conversation WHERE updated > ? OR deleted > ? LIMIT 1"
        return now >= EARLIEST and not self._db.read(sql, now + 1, now)  # + 1: now is without its fraction

    def empty(self) -> int:
        """Erases what was deleted KEPT_DAYS ago or earlier; returns how many conversations. Raises StoreError.

        Each goes as a whole or not at all. Its bytes are overwritten in the file.
        """
        self._date()
        before = self._now - KEPT_DAYS * DAY_S
        sql = "SELECT id FROM conversation WHERE deleted BETWEEN 1 AND ? OR deleted BETWEEN ? AND -1 ORDER BY id"
        old = [row["id"] for row in self._db.read(sql, before, -before)]
        if old:
            with self._overwriting():
                for number in old:
                    self._erase(number)
                self._search.forget_erased()
        return len(old)

    def _date(self) -> None:
        """What has no time of deletion that can be trusted has its KEPT_DAYS from now on, also where its time is far
        ahead: whichever clock was wrong, nothing is erased in the same start, and all is some day.
        """
        now = self._now
        if self._is_right:
            self._db.write("UPDATE conversation SET deleted = ? WHERE deleted < 0 OR deleted = ?", now, _WITHOUT_TIME)
        else:
            self._db.write(
                "UPDATE conversation SET deleted = ? WHERE deleted = ? OR deleted > ? OR deleted < ?",
                -now,
                _WITHOUT_TIME,
                now + KEPT_DAYS * DAY_S,
                -now,
            )

    def _erase(self, conversation: int) -> None:
        with self._db.transaction():
            self._db.write("DELETE FROM turn WHERE conversation = ?", conversation)  # their arrays go with them
            self._db.write("DELETE FROM conversation WHERE id = ?", conversation)
            self._db.write(
                "DELETE FROM memory WHERE sha256 NOT IN (SELECT initial_memory FROM conversation"
                " UNION SELECT memory_after FROM turn WHERE memory_after IS NOT NULL)"
            )

    @contextlib.contextmanager
    def _overwriting(self) -> Iterator[None]:
        """What is deleted inside is overwritten with zeros; elsewhere that would cost thinning its speed."""
        self._db.connection.execute("PRAGMA secure_delete = ON")
        try:
            yield
        finally:
            self._db.connection.execute("PRAGMA secure_delete = FAST")
