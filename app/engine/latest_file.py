"""A small file that changes often: a thread of its own writes the newest bytes; no caller waits for the disk.

Law: only the newest bytes count, and the file holds some of those that were given, whole. What it held before and could
not be read is kept beside it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path

from app.paths import private_folder, unused
from rxt.io.files import read_bounded, remove_unfinished, replace_file, while_in_use, write_atomically

_log = logging.getLogger(__name__)
LIMIT_BYTES = 64 * 2**20


class LatestFile:
    """The file at `path`, for one thread that reads it, gives it bytes and, at the end, waits for them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._next: bytes | None = None
        self._refused: bytes | None = None  # what could not be written, where nothing newer was
        self._thread: threading.Thread | None = None
        self._is_strange = False  # what it holds could not be read
        self._aside = path
        self._is_tidy = False  # what killed programs left beside it is removed

    @property
    def is_strange(self) -> bool:
        """Whether what it holds could not be read, and still has to be put beside it."""
        return self._is_strange

    @property
    def aside(self) -> Path:
        """Where what could not be read is kept."""
        return self._aside

    def read(self) -> bytes | None:
        """What it holds; None where there is nothing, or nothing that can be read, which is then kept."""
        try:
            return while_in_use(lambda: read_bounded(self.path, LIMIT_BYTES))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            _log.warning("%s cannot be read", self.path.name, exc_info=True)
            self.set_aside()
            return None

    def set_aside(self) -> None:
        """What it holds makes no sense: it is put beside it before anything is written in its place."""
        self._is_strange = True
        self._aside = self.path.with_name(f"{self.path.name}.damaged")
        with contextlib.suppress(OSError):  # of a folder that may not be entered nothing can be told
            self._aside = unused(self._aside)

    def put(self, data: bytes) -> None:
        """Has them written, in place of what still waits; returns at once."""
        with self._lock:
            self._next = data
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="latest file", daemon=True)
                self._thread.start()

    def finish(self) -> bool:
        """Waits until the newest bytes are written, after another try where they could not be; whether they are."""
        self._wait()
        if self._refused is not None:
            self.put(self._refused)
            self._wait()
        return self._refused is None

    def _wait(self) -> None:
        thread = self._thread
        if thread is not None:
            thread.join()

    def _write(self) -> None:
        while True:
            with self._lock:
                data, self._next = self._next, None
                if data is None:
                    self._thread = None
                    return
            try:
                self._make_room()
                write_atomically(self.path, data)
            except Exception:  # noqa: BLE001 - whatever it is, they are not written, and the next ones may be
                _log.warning("%s was not written", self.path.name, exc_info=True)
                self._refused = data
            else:
                self._refused = None

    def _make_room(self) -> None:
        private_folder(self.path.parent)
        if not self._is_tidy:
            remove_unfinished(self.path)  # nobody sent these words
            self._is_tidy = True
        if self._is_strange:
            with contextlib.suppress(FileNotFoundError):
                replace_file(self.path, self.aside)
            self._is_strange = False
