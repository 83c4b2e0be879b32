"""Reading what may be damaged, writing what must survive."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

from rxt.errors import ModelError

T = TypeVar("T")
TOKEN_BYTES = 8
"""Random bytes in the name of a temporary file, written as twice as many hexadecimal digits."""
IN_USE = (5, 32, 33)
"""Error codes of Windows for a file that another program, such as a virus scanner, has open."""
PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.75, 1.0)
"""Pauses between attempts to read or replace a file that is in use: 2.5 seconds in total."""
POINTER = b"version h"
"""What a file of Git LFS begins with where only its pointer was copied: "version https://git-lfs.github.com/spec/v1"."""
_NOT_KNOWN = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


@contextlib.contextmanager
def open_regular(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """A regular file, opened for reading, and its size in bytes.

    Raises OSError where it cannot be opened, ValueError where it is a folder, a pipe or a device.
    """
    # O_NONBLOCK: opening a named pipe must not wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{path.name} is not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file, status.st_size
    finally:
        os.close(descriptor)


def read_bounded(path: Path, limit_bytes: int) -> bytes:
    """The bytes of a regular file of at most `limit_bytes`, read once.

    Raises OSError where it cannot be read, ValueError where it is no regular file or larger.
    """
    with open_regular(path) as (file, size):
        if size > limit_bytes:
            raise ValueError(f"{path.name} has {size} bytes; at most {limit_bytes} were expected")
        return file.read(limit_bytes + 1)


def check_no_pointer(path: Path, start: bytes) -> None:
    """Raises ModelError where `start`, the first bytes of a model's file, is a Git LFS pointer instead of content."""
    if start.startswith(POINTER):
        raise ModelError(
            f"{path} is only a pointer to a large file, as git leaves it without Git LFS. Run `git lfs pull` in its "
            "folder, or open the model by its id on the hub."
        )


def write_atomically(path: Path, data: bytes, is_new: bool = False) -> None:
    """Replaces `path` by `data`, or raises OSError and leaves what was there: FileExistsError for a new file in the
    place of something.

    A temporary file in the same folder is written in full, synchronised, renamed, and the folder synchronised.
    """
    with _replacing(path, is_new) as descriptor:
        _write_all(descriptor, data)


@contextlib.contextmanager
def open_atomically(path: Path) -> Iterator[BinaryIO]:
    """A file to be written into, which replaces `path` at the end of the block, as `write_atomically` does: for what
    need not be whole in memory.

    Whatever is raised in the block leaves what was there; so does the OSError of a write, also of one after the block.
    """
    with _replacing(path) as descriptor, os.fdopen(descriptor, "wb", closefd=False) as file:
        yield file


@contextlib.contextmanager
def _replacing(path: Path, is_new: bool = False) -> Iterator[int]:
    """The temporary file that takes the place of `path` when all is written."""
    if not path.name:  # as of "." and "/", which can only be folders
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    temporary = path.with_name(f"{_temporary_stem(path)}{secrets.token_hex(TOKEN_BYTES)}.tmp")
    with _naming(path):
        # The mode follows the umask.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            try:
                yield descriptor
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            (move_new if is_new else replace_file)(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    sync_folder(path.parent)


def replace_file(source: Path, target: Path) -> None:
    """os.replace, tried again for a moment where a file is in use. Raises OSError."""
    while_in_use(lambda: os.replace(source, target))


def move_new(source: Path, target: Path) -> None:
    """Moves a file to a name that nothing has; of several programs that do so at once one gets it.

    Raises FileExistsError where it is taken, OSError.
    """
    try:
        os.link(source, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # a file system without links
        _move_to_claimed(source, target)
        return
    try:
        while_in_use(lambda: os.unlink(source))
    except BaseException:
        with contextlib.suppress(OSError):
            target.unlink()
        raise


def _move_to_claimed(source: Path, target: Path) -> None:
    """As `move_new`; for a moment the name belongs to an empty file."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        replace_file(source, target)
    except BaseException:
        with contextlib.suppress(OSError):
            target.unlink()
        raise


def in_free_place(path: Path, put: Callable[[Path], object]) -> Path:
    """Has `put` make a file at `path` or, where something is there, at the next numbered name; returns its place.

    `put` raises FileExistsError for a name that another program has taken just now, as `move_new` does.
    """
    number, place = 1, path
    while True:
        if not os.path.lexists(place):
            try:
                put(place)
            except FileExistsError:
                if not os.path.lexists(place):
                    raise
            else:
                return place
        number += 1
        place = path.with_name(f"{path.stem}-{number}{path.suffix}")


def while_in_use(task: Callable[[], T]) -> T:
    """Runs a task on a file, again for 2.5 seconds while the file is in use. Returns and raises what the task does."""
    for pause in PAUSES_S:
        try:
            return task()
        except OSError as error:
            if not _is_in_use(error):
                raise
        time.sleep(pause)
    return task()


def _is_in_use(error: OSError) -> bool:
    """os.open and what reads give no number of Windows: there it is one of the few that "permission denied" stands
    for."""
    code = getattr(error, "winerror", None)
    return code in IN_USE or (os.name == "nt" and code is None and error.errno == errno.EACCES)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """What the system refuses names the file that was to be written, not the temporary one."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None


def remove_unfinished(path: Path) -> None:
    """Removes what writes of `path` that were killed have left beside it; for the only writer of that file."""
    stem = _temporary_stem(path)
    for found in path.parent.glob(f"{glob.escape(stem)}{'?' * 2 * TOKEN_BYTES}.tmp"):
        with contextlib.suppress(OSError):
            found.unlink()


def _temporary_stem(path: Path) -> str:
    """What the names of temporary files begin with. 20 characters have at most 80 bytes: a long name must leave room
    for the rest."""
    return f".{path.name[:20]}."


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(folder: Path) -> None:
    """Makes new names in a folder survive a power cut. Raises OSError."""
    if os.name == "nt":  # Windows cannot open folders; its rename is journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems, shares of a network among them, know no such thing for a folder. The file is written.
        if error.errno not in _NOT_KNOWN:
            raise
    finally:
        os.close(descriptor)
