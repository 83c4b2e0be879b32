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
    """The application id in the header of a database file: a number that copies from before this start do not have.

    Each start counts on from the one before, by a random step, so that a copy that was opened elsewhere has another
    number. The header follows late, but only ever forwards: a checkpoint may bring it the number of any start between
    the one that it has and the newest. That is what tells starts of other processes from a file that was written over.

    The file is held open until `close`: on many systems, closing it lets go of the locks of a connection to it.
    """

    _AT, _BYTES, _NUMBERS = 68, 4, 2**32  # in the file format of SQLite
    _FIRST_BITS, _STEP_BITS, _AHEAD_BITS = 30, 16, 26  # there are fewer starts between two looks than steps ahead

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._own_step = (0, 0)
        with contextlib.suppress(sqlite3.OperationalError):  # a full disk: then the mark of the last start has to do
            self._count_on()
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._file = path.open("rb", buffering=0)
        try:
            self._seen = self._read()  # before it is asked: so it is not from after the newest
            self._version, self._newest = self._asked()
        except BaseException:
            self._file.close()
            raise

    @property
    def is_there(self) -> bool:
        """Whether the header has it still, or that of a later start, as far as that can be seen."""
        try:
            found = self._read()
            if not self._may_come(found):
                version, newest = self._asked()
                if version != self._version and self._may_follow(newest):
                    self._version, self._newest = version, newest
            if not self._may_come(found):
                return False
        except (OSError, ValueError, sqlite3.OperationalError, sqlite3.ProgrammingError):
            return True  # SQLite says what is wrong; or all is closed
        except sqlite3.DatabaseError:
            return False  # neither the mark nor a database
        self._seen = found
        return True

    def close(self) -> None:
        """Lets go of the file; called after the connection has ended."""
        self._file.close()

    def _count_on(self) -> None:
        """One transaction, so that no two starts have the same number. Raises sqlite3.OperationalError."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            former = self._number("application_id") % self._NUMBERS
            step = 1 + secrets.randbits(self._STEP_BITS if former else self._FIRST_BITS)
            mark = (former + step) % self._NUMBERS or 1  # 0 is no mark
            signed = mark - self._NUMBERS if mark >= self._NUMBERS // 2 else mark
            self._connection.execute(f"PRAGMA application_id = {signed}")
            self._connection.execute("COMMIT")
            self._own_step = (former, mark)
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _may_come(self, found: int) -> bool:
        """Whether a checkpoint can have brought this number: none from before the last one that was seen, and none that
        this start has stepped over."""
        former, mark = self._own_step
        if 0 < (found - former) % self._NUMBERS < (mark - former) % self._NUMBERS:
            return False
        return (found - self._seen) % self._NUMBERS <= (self._newest - self._seen) % self._NUMBERS

    def _may_follow(self, newest: int) -> bool:
        """Whether starts of other processes can have led to this number: once all of the journal is in the file, SQLite
        reads it there, and there it may be that of a file that was written over."""
        return self._newest == 0 or (newest - self._newest) % self._NUMBERS < 2**self._AHEAD_BITS

    def _read(self) -> int:
        self._file.seek(self._AT)
        return int.from_bytes(self._file.read(self._BYTES), "big")

    def _asked(self) -> tuple[int, int]:
        """A number that is another once another process has written, and the newest mark, also where it is only in the
        journal; both of one moment."""
        if self._connection.in_transaction:
            return self._number("data_version"), self._number("application_id") % self._NUMBERS
        self._connection.execute("BEGIN")
        try:
            return self._number("data_version"), self._number("application_id") % self._NUMBERS
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

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
            raise NotWritableError(
                f"The conversation database {self._path} was written over while Mneme ran, so nothing more is written:"
                " the file stays as it is now. Export the open chat if you want to keep it, then close Mneme and start"
                " it again."
            )

    def close(self) -> None:
        """Ends the connection. What lies in the place of another file is kept from that one's journal, and all that
        was in the former one and is still there is put into `quarantine/`.
        """
        try:
            if not self._is_in_place:
                self._put_aside()
            elif not self._mark.is_there:
                self._put_journal_aside()
            else:
                self._guard.close()
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
