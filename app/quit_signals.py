"""SIGINT, SIGTERM and the end of the terminal close the application the way closing its window does."""

from __future__ import annotations

import contextlib
import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot


def quit_signals() -> list[signal.Signals]:
    """Those of this system; the end of the terminal is none where it shall be ignored, as after `nohup`."""
    found = [signal.SIGINT, signal.SIGTERM]
    for name in ("SIGHUP", "SIGBREAK"):  # of Unix, of Windows
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            found.append(number)
    return found


class QuitSignals(QObject):
    """Turns the signals of the system into a Qt signal.

    Python runs its signal handlers only between byte codes, so an idle event loop would not notice; the wake-up socket
    makes Qt return to Python. It also keeps a signal that comes before the event loop runs.

    Signals:
        received(): the application shall end.
    """

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._here, self._there = socket.socketpair()
        for end in (self._here, self._there):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        self._former_descriptor = signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        self._former = {number: signal.signal(number, self._handle) for number in quit_signals()}

    def uninstall(self) -> None:
        """Gives the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._former_descriptor)
        for number, handler in self._former.items():
            signal.signal(number, handler)
        self._here.close()
        self._there.close()

    @Slot()
    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._here.recv(64)
        self.received.emit()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        """Nothing: that Python has a handler at all makes it write to the socket."""
