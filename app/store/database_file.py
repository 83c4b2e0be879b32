"""The file of a database: its address for SQLite, and whether it still lies where it was opened.

SQLite holds on to the file that it opened, whatever lies in its place later, and plays the journal that it finds beside
a file into that file. So nothing is written once another file lies there, and at the end the journal goes aside.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import time
from pathlib import Path, PurePath

from app.store.errors import NotWritableError

_log = logging.getLogger(__name__)


def address(path: PurePath, mode: str) -> str:
    """The URI of an absolute path, with a query such as "mode=ro".

    A share of Windows would be its authority, and SQLite takes none: it is a part of the path instead.
    """
    uri = path.as_uri()
    if not uri.startswith("file:///"):
        uri = f"file:////{uri.removeprefix('file://')}"
    return f"{uri}?{mode}"


def quarantine(path: Path) -> Path:
    """A name in the folder `quarantine` beside `path` that no file has; the folder is made. Raises OSError."""
    folder = path.parent / "quarantine"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = folder / f"{stamp}-{path.name}"
    number = 1
    while target.exists():
        target = folder / f"{stamp}-{number}-{path.name}"
        number += 1
    return target


class DatabaseFile:
    """The file that a connection has just opened, and its journal. Raises OSError where there is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = Path(f"{path}-wal")
        self._known = _identity(path)
        self._known_journal: tuple[int, int] | None = None  # where SQLite can keep no such journal
        with contextlib.suppress(FileNotFoundError):
            self._known_journal = _identity(self._journal)

    @property
    def is_in_place(self) -> bool:
        """Whether it lies where it was opened, as far as that can be seen."""
        try:
            return _identity(self._path) == self._known
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True  # SQLite says what is wrong

    def check(self) -> None:
        """Raises NotWritableError where it was moved away, replaced or deleted: what is written to it might be lost."""
        if not self.is_in_place:
            raise NotWritableError(
                f"The conversation database {self._path} was replaced or moved away while Mneme ran, so nothing is"
                " written: the file that is there now and the former one are unchanged. Put the former one back, or"
                " close Mneme and start it again; the chats of the former one are then in the folder quarantine beside"
                " it."
            )

    def close(self, connection: sqlite3.Connection) -> None:
        """Ends the connection. What lies in the place of another file is kept from that one's journal, and all that
        was in the former one is copied to `quarantine/`.
        """
        if self.is_in_place:
            connection.close()
            return
        try:
            self._put_aside(connection)
        except OSError:
            _log.exception("the former conversation database was not put aside")
        finally:
            connection.close()

    def _put_aside(self, connection: sqlite3.Connection) -> None:
        target = quarantine(self._path)
        is_whole = _copy(connection, target)
        if self._known_journal is None or _identity(self._journal) != self._known_journal:
            return  # it went with its file, or is the journal of the one that is there now
        connection.close()
        os.replace(self._journal, f"{target}-wal")
        Path(f"{self._path}-shm").unlink(missing_ok=True)
        if is_whole:
            Path(f"{target}-wal").unlink()


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _copy(connection: sqlite3.Connection, target: Path) -> bool:
    """Whether all that the connection sees is in the file `target` now; otherwise there is no such file."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
            connection.backup(copy)
    except (OSError, sqlite3.Error):
        _log.exception("the former conversation database was not copied")
        target.unlink(missing_ok=True)
        return False
    return True
