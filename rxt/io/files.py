"""Reading what may be damaged, writing what must survive."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def read_bounded(path: Path, limit_bytes: int) -> bytes:
    """The bytes of a regular file of at most `limit_bytes`, read once.

    Raises OSError where it cannot be read, ValueError where it is no regular file or larger.
    """
    # O_NONBLOCK: opening a named pipe must not wait for somebody to write into it.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{path.name} is not a file")
        if status.st_size > limit_bytes:
            raise ValueError(f"{path.name} has {status.st_size} bytes; at most {limit_bytes} were expected")
        return file.read(limit_bytes + 1)


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces `path` by `data`, or raises OSError and leaves what was there.

    A temporary file in the same folder is written in full, synchronised, renamed, and the folder synchronised.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        try:
            _write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open folders; its rename is journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
