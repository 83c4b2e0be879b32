"""Work that waits for a network, done by a thread of its own so that the caller can stop it within a second.

The asking thread reports progress and asks whether to go on, ten times a second, even while nothing arrives. On the way
out it stops the work and cuts its connection; a thread that is still busy looking up a name then ends by itself at the
next time limit, and touches nothing any more.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from rxt.io.hub_errors import DownloadCancelledError

T = TypeVar("T")
Phase = Literal["asking", "downloading", "checking"]

_POLL_S = 0.1
_GRACE_S = 0.6
_WINDOW_S = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is. Bytes that were here before count as done; the speed is of the last five seconds.

    file: the name of the file in hand, "" for none; speed: bytes per second; remaining_s: None while it is unknown.
    """

    phase: Phase
    file: str
    done_bytes: int
    total_bytes: int
    speed: float
    remaining_s: float | None

    @property
    def fraction(self) -> float:
        """The share that is done, in [0, 1]."""
        return min(1.0, self.done_bytes / self.total_bytes) if self.total_bytes else 0.0


class Errand:
    """What the working and the asking thread share. The working one writes the tallies, the asking one reads them."""

    def __init__(self) -> None:
        self.phase: Phase = "asking"
        self.file = ""
        self.done_bytes = 0
        self.total_bytes = 0
        self.received_bytes = 0
        self._stopped = threading.Event()
        self._connection: socket.socket | None = None
        self._lock = threading.Lock()

    def go_on(self) -> None:
        """Raises DownloadCancelledError once the errand is stopped."""
        if self._stopped.is_set():
            raise DownloadCancelledError("The download was stopped. What has arrived is kept: start again to go on.")

    def rest(self, duration_s: float) -> None:
        """Waits, but no longer than until the errand is stopped; then raises DownloadCancelledError."""
        self._stopped.wait(duration_s)
        self.go_on()

    def watch(self, connection: socket.socket | None) -> None:
        """The connection to cut when the errand is stopped, None when there is none any more."""
        with self._lock:
            self._connection = connection
        self.go_on()

    def stop(self) -> None:
        """Ends the work as soon as it can. May be called from any thread, more than once."""
        self._stopped.set()
        with self._lock:
            if self._connection is None:
                return
            # Of the plain socket: an encrypted one would drop its state under the thread that reads from it.
            with contextlib.suppress(OSError):  # it may be closed already
                socket.socket.shutdown(self._connection, socket.SHUT_RDWR)


class _Work(threading.Thread, Generic[T]):
    def __init__(self, task: Callable[[Errand], T], errand: Errand) -> None:
        super().__init__(name="hub download", daemon=True)
        self._task = task
        self._errand = errand
        self.outcome: list[T] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            self.outcome.append(self._task(self._errand))
        except BaseException as error:  # noqa: BLE001  (raised again by the thread that asked)
            self.failure = error


def run_errand(
    task: Callable[[Errand], T],
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> T:
    """Runs `task` and returns its result, or raises what it raised.

    progress and cancelled are called in this thread. Raises DownloadCancelledError within a second of `cancelled`.
    """
    errand = Errand()
    work = _Work(task, errand)
    speed = _Speed()
    work.start()
    try:
        while True:
            work.join(_POLL_S)
            if progress is not None:
                progress(speed.read(errand))
            if not work.is_alive():
                break
            if cancelled is not None and cancelled():
                errand.stop()
                errand.go_on()
    finally:
        errand.stop()
        work.join(_GRACE_S)
    if work.failure is not None:
        # Alone: the frames of the working thread and what came before hold headers that must not be printed.
        work.failure.__cause__ = work.failure.__context__ = None
        raise work.failure.with_traceback(None)
    return work.outcome[0]


class _Speed:
    """Bytes per second over the last few seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def read(self, errand: Errand) -> Progress:
        now = time.monotonic()
        self._samples.append((now, errand.received_bytes))
        while now - self._samples[0][0] > _WINDOW_S and len(self._samples) > 2:
            self._samples.popleft()
        start, before = self._samples[0]
        speed = (errand.received_bytes - before) / (now - start) if now > start else 0.0
        left = max(0, errand.total_bytes - errand.done_bytes)
        remaining_s = left / speed if speed > 0 and errand.phase == "downloading" else None
        return Progress(errand.phase, errand.file, errand.done_bytes, errand.total_bytes, speed, remaining_s)
