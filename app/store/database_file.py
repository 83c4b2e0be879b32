"""The file of a database: its address for SQLite, and whether it still lies where it was opened.

SQLite holds on to the file that it opened, whatever lies in its place later, and plays the journal that it finds beside
a file into that file. So nothing is written once another file lies there, and at the end the journal goes aside.
A file that was written over keeps its place: it is told by a number in its header that is another at each start.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
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


def address_to_read(path: Path) -> str:
    """The URI for a connection that writes nothing: without a journal nobody writes, and SQLite needs no file beside
    it; with one, it belongs to the content."""
    journal = Path(f"{path}-wal")
    has_journal = journal.exists() and journal.stat().st_size
    return address(path.absolute(), "mode=ro" if has_journal else "mode=ro&immutable=1")


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


class HeaderMark:
    """A number in the file's header, new at each start. If it changes while the database is open, another file was
    copied over this one.

    A checkpoint brings it there: at the start, or later where a reader or a full disk holds that one up. Until it was
    seen there, nothing is known. After that only a later start, of another process or in this one, changes it through
    SQLite, which then says so.

    The file is held open until `close`: on many systems, closing it lets go of the locks of a connection to it.
    """

    _AT, _BYTES = 68, 4  # the application id, in the file format of SQLite

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._writes = self._number("data_version")  # another one once another connection has written
        self._mark = secrets.randbits(31) or 1  # an empty file has 0
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute(f"PRAGMA application_id = {self._mark}")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._file = path.open("rb", buffering=0)
        self._was_seen = self._read() == self._mark

    @property
    def is_there(self) -> bool:
        """Whether the header has it, as far as that can be seen."""
        found = self._read()
        self._was_seen |= found == self._mark
        return found in (self._mark, None) or not self._was_seen

    @property
    def is_followed(self) -> bool:
        """Whether what is there came through SQLite, from a later start."""
        try:
            has_others = self._number("data_version") != self._writes
            return has_others and self._number("application_id") != self._mark
        except sqlite3.Error:
            return False  # it is no database any more

    def close(self) -> None:
        """Lets go of the file; called after the connection has ended."""
        self._file.close()

    def _read(self) -> int | None:
        try:
            self._file.seek(self._AT)
            return int.from_bytes(self._file.read(self._BYTES), "big")
        except (OSError, ValueError):
            return None  # SQLite says what is wrong; or all is closed

    def _number(self, what: str) -> int:
        return int(self._connection.execute(f"PRAGMA {what}").fetchone()[0])


class DatabaseFile:
    """The file that a connection has just opened, and its journal. Raises OSError where there is none, sqlite3.Error.

    With it the connection ends, too.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._journal = Path(f"{path}-wal")
        self._known = _identity(path)
        self._known_journal: tuple[int, int] | None = None  # where SQLite can keep no such journal
        with contextlib.suppress(FileNotFoundError):
            self._known_journal = _identity(self._journal)
        self._mark = HeaderMark(path, connection)
        try:
            self._guard = _guard(path)
        except BaseException:
            self._mark.close()
            raise

    @property
    def is_unchanged(self) -> bool:
        """Whether it lies where it was opened and only SQLite has written to it, as far as that can be seen."""
        return self._is_in_place and self._mark.is_there

    @property
    def _is_in_place(self) -> bool:
        try:
            return _identity(self._path) == self._known
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True  # SQLite says what is wrong

    def check(self) -> None:
        """Raises NotWritableError where it was moved away, replaced, deleted or written over: what is written to it
        might be lost, or damage what is there now."""
        if not self._is_in_place:
            raise NotWritableError(
                f"The conversation database {self._path} was replaced or moved away while Mneme ran, so nothing is"
                " written: the file that is there now and the former one are unchanged. Put the former one back, or"
                " close Mneme and start it again; the chats of the former one are then in the folder quarantine beside"
                " it."
            )
        if not self._mark.is_there:
            what = "opened by another Mneme" if self._mark.is_followed else "written over"
            raise NotWritableError(
                f"The conversation database {self._path} was {what} while Mneme ran, so nothing more is written: the"
                " file stays as it is now. Export the open chat if you want to keep it, then close Mneme and start it"
                " again."
            )

    def close(self) -> None:
        """Ends the connection. What lies in the place of another file is kept from that one's journal, and all that
        was in the former one and is still there is put into `quarantine/`.
        """
        try:
            if not self._is_in_place:
                self._put_aside()
            elif self._mark.is_there:
                self._guard.close()
            elif not self._mark.is_followed:  # otherwise the journal is that of the other Mneme, too
                self._put_journal_aside()
        except OSError:
            _log.exception("the former conversation database was not put aside")
        finally:
            self._connection.close()
            self._guard.close()
            self._mark.close()

    def _put_journal_aside(self) -> None:
        """It is all that is left of a file that was written over."""
        self._connection.close()
        self._guard.close()  # Windows moves no file that is open
        if self._has_journal:
            os.replace(self._journal, f"{quarantine(self._path)}-wal")
        Path(f"{self._path}-shm").unlink(missing_ok=True)

    @property
    def _has_journal(self) -> bool:
        """Whether the journal is not gone with its file, and none of the one that is there now."""
        with contextlib.suppress(FileNotFoundError):
            return self._known_journal is not None and _identity(self._journal) == self._known_journal
        return False

    def _put_aside(self) -> None:
        target = quarantine(self._path)
        is_whole = _copy(self._connection, target)
        if not self._has_journal:
            return
        self._connection.close()
        self._guard.close()
        os.replace(self._journal, f"{target}-wal")
        Path(f"{self._path}-shm").unlink(missing_ok=True)
        if is_whole:
            Path(f"{target}-wal").unlink()


def _guard(path: Path) -> sqlite3.Connection:
    """A connection that only reads, and has read. While it is open, another that ends leaves its journal as it is;
    the last one writes it into the file."""
    uri = address(path.absolute(), "mode=ro")
    guard = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        guard.execute("PRAGMA schema_version").fetchone()
    except BaseException:
        guard.close()
        raise
    return guard


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
