"""What was deleted can be had back for KEPT_DAYS; after that it is erased, with all that only it had.

`conversation.deleted` is the time of deletion in seconds since the epoch, 0: it was not deleted.
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


class Trash:
    """The deleted conversations. `clock`: seconds since the epoch."""

    def __init__(self, statements: Statements, search: SearchIndex, clock: Callable[[], float]) -> None:
        self._db = statements
        self._search = search
        self._clock = clock

    @property
    def now(self) -> int:
        """The time of a deletion now, also where the clock stands before it began to count."""
        return max(_WITHOUT_TIME + 1, int(self._clock()))

    def empty(self) -> int:
        """Erases what was deleted KEPT_DAYS ago or earlier; returns how many conversations. Raises StoreError.

        Each goes as a whole or not at all. Its bytes are overwritten in the file.
        """
        self._date()
        before = self.now - KEPT_DAYS * DAY_S
        old = [
            row["id"]
            for row in self._db.read("SELECT id FROM conversation WHERE deleted BETWEEN 1 AND ? ORDER BY id", before)
        ]
        if old:
            with self._overwriting():
                for number in old:
                    self._erase(number)
                self._search.forget_erased()
        return len(old)

    def _date(self) -> None:
        """What has no time of deletion, or one to come, has its KEPT_DAYS from now on."""
        self._db.write(
            "UPDATE conversation SET deleted = ? WHERE deleted = ? OR deleted > ?", self.now, _WITHOUT_TIME, self.now
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
