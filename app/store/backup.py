"""A copy of the database beside it, complete and on the disk before it has its name."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from rxt.io.files import sync_folder


def back_up(path: Path, version: int) -> Path:
    """Copies the database at `path`, of schema `version`, to a file whose name says so; never over another copy.

    The caller holds the lock for writing, so that nobody changes it meanwhile.
    Raises OSError or sqlite3.Error where it cannot be written; then no copy is left.
    """
    target = _free_name(path, version)
    unfinished = target.with_name(f"{target.name}-unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        # from a connection of its own: SQLite copies nothing out of a transaction that may write
        with (
            contextlib.closing(sqlite3.connect(path, isolation_level=None)) as source,
            contextlib.closing(sqlite3.connect(unfinished, isolation_level=None)) as copy,
        ):
            source.backup(copy)
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(unfinished, target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return target


def _free_name(path: Path, version: int) -> Path:
    target = path.with_name(f"{path.stem}-version-{version}{path.suffix}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.stem}-version-{version}-{number}{path.suffix}")
    return target
