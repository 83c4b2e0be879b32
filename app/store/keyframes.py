"""The memories that are stored as bytes, and the disk space they may take.

A memory is a keyframe: every other one follows from the nearest keyframe before it by replaying token ids, and its hash
says whether the result is the same. Over the budget, keyframes are thinned out from the oldest on. These always stay:
where conversations start, where they branch or end, and the memory after every k-th turn.
"""

from __future__ import annotations

import hashlib

from app.store.errors import DamagedMemoryError, StoreError
from app.store.records import Shape
from app.store.statements import Statements

BUDGET_BYTES = 512 * 2**20
LEAST_KEPT = 64
"""There is room for so many memories of the open model, however large they are."""
KEEP_EVERY = 32
"""A memory can be had by replaying at most that many turns."""
_SPARE = 0.9
"""Thinning goes on to that part of the budget, so that not every turn thins."""

# "remembered children": a turn whose only child is pending or forgotten is the end of what is in memory
_STAYING = """
SELECT initial_memory FROM conversation
UNION
SELECT memory_after FROM turn WHERE memory_after IS NOT NULL AND (
    (number + 1) % ? = 0
    OR id IN (SELECT tip FROM conversation)
    OR (SELECT COUNT(*) FROM turn child WHERE child.parent = turn.id) > 1
    OR (SELECT COUNT(*) FROM turn child WHERE child.parent = turn.id AND child.phase = 'remembered') = 0
)
"""


class Keyframes:
    """The table `memory`. `budget_bytes`: for all conversations together; `keep_every`: k."""

    def __init__(self, statements: Statements, budget_bytes: int = BUDGET_BYTES, keep_every: int = KEEP_EVERY) -> None:
        self._db = statements
        self._keep_every = keep_every
        self._floor_bytes = 0
        self._unseen_bytes = 0  # what can be stored before the total is looked up again, for that takes time
        self.budget_bytes = budget_bytes

    def total_bytes(self) -> int:
        """What all stored memories take."""
        rows = self._db.read("SELECT coalesce(SUM(4 * layers * slots * width), 0) FROM memory WHERE length(data) > 0")
        return int(rows[0][0])

    def read(self, sha256: str) -> tuple[bytes, Shape]:
        """The bytes and the shape (L, S, D).

        Raises DamagedMemoryError where they are not those of the hash, StoreError where they are missing or thinned.
        """
        rows = self._db.read("SELECT * FROM memory WHERE sha256 = ?", sha256)
        if not rows:
            raise StoreError("Its memory is missing from the database.")
        data: bytes = rows[0]["data"]
        if not data:
            raise StoreError("Its memory is not kept on the disk; it has to be computed again from the turns before.")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedMemoryError("Its memory is damaged: the stored bytes do not match their checksum.")
        return data, (rows[0]["layers"], rows[0]["slots"], rows[0]["width"])

    def keep(self, memory: bytes, shape: Shape) -> str:
        """Stores a memory and returns its SHA-256; inside a transaction."""
        layers, slots, width = shape
        if not memory or len(memory) != 4 * layers * slots * width:
            raise StoreError(f"A memory of shape {shape} cannot have {len(memory)} bytes; it was not saved.")
        self._unseen_bytes -= len(memory)
        sha256 = hashlib.sha256(memory).hexdigest()
        self._db.write(
            "INSERT INTO memory (sha256, layers, slots, width, data) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (sha256) DO UPDATE SET data = excluded.data, layers = excluded.layers,"
            " slots = excluded.slots, width = excluded.width WHERE data <> excluded.data",
            *(sha256, layers, slots, width, memory),
        )
        return sha256

    def name(self, sha256: str, shape: Shape) -> None:
        """Notes a memory whose bytes are not at hand: it has to be computed from the turns before it."""
        self._db.write(
            "INSERT OR IGNORE INTO memory (sha256, layers, slots, width, data) VALUES (?, ?, ?, ?, x'')",
            *(sha256, *shape),
        )

    def set_budget(self, budget_bytes: int) -> None:
        """Another budget from now on; what is too much is thinned out at once."""
        self.budget_bytes, self._floor_bytes, self._unseen_bytes = budget_bytes, 0, 0
        self.thin()

    def make_room(self, memory_bytes: int) -> None:
        """The budget grows to LEAST_KEPT memories of that size, where it is smaller."""
        self.budget_bytes = max(self.budget_bytes, LEAST_KEPT * memory_bytes)

    def thin(self) -> None:
        """Brings the memories under the budget, as far as those that stay allow. Raises NotWritableError."""
        if self._unseen_bytes > 0:
            return
        total_bytes = self.total_bytes()
        # what stays may be more than the budget: look again only after it has grown
        room_bytes = max(self.budget_bytes, self._floor_bytes) - total_bytes
        if room_bytes >= 0:
            self._unseen_bytes = room_bytes
            return
        with self._db.transaction():
            for row in self._db.read(
                f"SELECT rowid, 4 * layers * slots * width AS bytes FROM memory"  # noqa: S608 - written above
                f" WHERE length(data) > 0 AND sha256 NOT IN ({_STAYING}) ORDER BY rowid",
                self._keep_every,
            ):
                if total_bytes <= _SPARE * self.budget_bytes:
                    break
                self._db.write("UPDATE memory SET data = x'' WHERE rowid = ?", row["rowid"])
                total_bytes -= row["bytes"]
        self._floor_bytes = total_bytes + self.budget_bytes // 10
