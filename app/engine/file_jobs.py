"""Files that views write, on a thread of their own: pictures, numbers, animations.

Law: the main thread hands over what makes the bytes and hears when they are on the disk, whole or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import TypeAlias

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from rxt.io.files import write_atomically

SHUTDOWN_MS = 2000
_log = logging.getLogger(__name__)
Tell: TypeAlias = Callable[[float], None]
"""Is told how far the work is, 0 to 1, as often as there is news; raises CalledOff once it was cancelled."""
MakeBytes: TypeAlias = Callable[[Tell], bytes]
"""Makes the bytes of a file."""
MakeFiles: TypeAlias = Callable[[], Iterator[tuple[str, bytes]]]
"""Makes the files of a folder one by one: their names and bytes."""


class CalledOff(Exception):
    """The user cancelled the file."""


@dataclass(frozen=True, slots=True, eq=False)
class WriteFile:
    """Writes one file."""

    path: Path
    make: MakeBytes


@dataclass(frozen=True, slots=True, eq=False)
class WriteFolder:
    """Writes numbered files into a folder, which is made where it is not there; count: how many there will be."""

    path: Path
    make: MakeFiles
    count: int


Job: TypeAlias = WriteFile | WriteFolder


@dataclass(slots=True, eq=False)
class _Order:
    ticket: int
    job: Job
    called_off: Event = field(default_factory=Event)


class _Worker(QObject):
    """Lives on the thread and does one order after the other."""

    done = Signal(int, object)
    refused = Signal(int, str)
    progressed = Signal(int, float)

    @Slot(object)
    def work(self, order: _Order) -> None:
        try:
            result = self._result(order)
        except CalledOff:
            return
        except Exception as error:  # noqa: BLE001 - the caller waits for an answer, whatever drawing raises
            _log.warning("%s was not written", order.job.path.name, exc_info=True)
            self.refused.emit(order.ticket, _sentence(order.job, error))
        else:
            self.done.emit(order.ticket, result)

    def _result(self, order: _Order) -> Path:
        if order.called_off.is_set():
            raise CalledOff
        match order.job:
            case WriteFile(path, make):
                data = make(partial(self._tell, order))
                if order.called_off.is_set():
                    raise CalledOff
                write_atomically(path, data)
                return path
            case WriteFolder(path, make_files, count):
                return self._fill(order, path, make_files, count)

    def _tell(self, order: _Order, share: float) -> None:
        if order.called_off.is_set():
            raise CalledOff
        self.progressed.emit(order.ticket, share)

    def _fill(self, order: _Order, folder: Path, make: MakeFiles, count: int) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (name, data) in enumerate(make()):
            self._tell(order, number / max(1, count))
            write_atomically(folder / name, data)
        return folder


class FileJobs(QObject):
    """Writes files for the views; every call returns at once.

    Signals:
        done(ticket, path): it was written, whole.
        refused(ticket, message): nothing was changed; a sentence says why.
        progressed(ticket, share): of a long job, 0 to 1.
    """

    done = Signal(int, object)
    refused = Signal(int, str)
    progressed = Signal(int, float)
    _ordered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open: dict[int, _Order] = {}
        self._tickets = 0
        self._is_closed = False
        self._thread = QThread()  # no parent: a disk that hangs must not take the window with it
        self._thread.setObjectName("files")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        queued = Qt.ConnectionType.QueuedConnection
        self._ordered.connect(self._worker.work, queued)
        self._worker.done.connect(self._on_done, queued)
        self._worker.refused.connect(self._on_refused, queued)
        self._worker.progressed.connect(self._on_progressed, queued)

    def give(self, job: Job) -> int:
        """Orders a job; the ticket is in the signal that answers, which never comes before this returns."""
        self._tickets += 1
        if not self._is_closed:
            order = _Order(self._tickets, job)
            self._open[order.ticket] = order
            if not self._thread.isRunning():
                self._thread.start()
            self._ordered.emit(order)
        return self._tickets

    @property
    def under_way(self) -> tuple[Path, ...]:
        """What is not written yet."""
        return tuple(order.job.path for order in self._open.values())

    def cancel(self, ticket: int) -> None:
        """Calls a job off; nothing more is heard of it. Files of a folder that are written already stay."""
        order = self._open.pop(ticket, None)
        if order is not None:
            order.called_off.set()

    def shutdown(self) -> bool:
        """Calls everything off and ends the thread; False where it does not end within SHUTDOWN_MS."""
        self._is_closed = True
        for order in self._open.values():
            order.called_off.set()
        self._open.clear()
        self._thread.quit()
        return not self._thread.isRunning() or self._thread.wait(SHUTDOWN_MS)

    @Slot(int, object)
    def _on_done(self, ticket: int, result: object) -> None:
        if self._open.pop(ticket, None) is not None:
            self.done.emit(ticket, result)

    @Slot(int, str)
    def _on_refused(self, ticket: int, message: str) -> None:
        if self._open.pop(ticket, None) is not None:
            self.refused.emit(ticket, message)

    @Slot(int, float)
    def _on_progressed(self, ticket: int, share: float) -> None:
        if ticket in self._open:
            self.progressed.emit(ticket, share)


def _sentence(job: Job, error: Exception) -> str:
    """What happened, what is unchanged."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    name = job.path.name
    return (
        f"“{name}” could not be written: {why}. What was there before is unchanged. Choose another place and try again."
    )
