"""What a store says when it cannot do what it was asked: one sentence for the reader, nothing half done."""

from __future__ import annotations


class StoreError(Exception):
    """A sentence that says what happened; the database is what it was before the call."""


class DamagedMemoryError(StoreError):
    """A memory is stored, but its bytes are not the ones that were written."""


class NotWritableError(StoreError):
    """The database cannot be written or read now (full, locked, unplugged); the same call may succeed later.

    A database that was opened read-only says so with this error too: see ConversationStore.is_read_only.
    """
