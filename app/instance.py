"""One window a data folder: the first start holds a lock, later ones hand over what they were asked and end.

Law: the lock decides, never the socket; the lock of a process that was killed is taken over at once. Nothing that
arrives over the socket is trusted: it can only raise the window and name a model or a memory, as a command line can.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QDir, QLockFile, QObject, QSysInfo, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.paths import private_folder

LOCK = "instance.lock"
MOST_BYTES = 64 * 1024
CONNECT_MS = 500
ANSWER_MS = 5_000
PATIENCE_S = 10.0
"""How long a second start waits for the first one, which may be on its way up or down."""
PAUSE_S = 0.1
SOCKET_BYTES = 100
"""What the path of a socket may have on every system."""
_ANSWER = b"ok\n"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What a start was asked to open. model: a folder or hub id; snapshot: the path of a memory; None: nothing."""

    model: str | None = None
    snapshot: str | None = None

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Request:
        """Raises ValueError for anything but a request."""
        try:
            document = json.loads(data)
        except RecursionError:
            raise ValueError("this is not a request") from None
        if not isinstance(document, dict) or set(document) != {"model", "snapshot"}:
            raise ValueError("this is not a request")
        if not all(value is None or isinstance(value, str) for value in document.values()):
            raise ValueError("this is not a request")
        return cls(**document)


class Instance(QObject):
    """The start of this process among those of one data folder.

    Signals:
        called(Request): another start was asked for this; the window is wanted in front.
    """

    called = Signal(object)

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._data_dir = data_dir
        self._lock = QLockFile(str(data_dir / LOCK))
        self._lock.setStaleLockTime(0)  # however old: only the end of its process makes a lock stale
        self._server: QLocalServer | None = None
        self._visitors: dict[QLocalSocket, bytes] = {}

    def claim(self) -> bool:
        """Whether this is the first start. Where no lock can be made at all, every start counts as the first."""
        try:
            private_folder(self._data_dir)
        except OSError:
            _log.warning("%s cannot be made, so other starts are not noticed", self._data_dir)
            return True
        if not self._lock.tryLock(0):
            if self._lock.error() is QLockFile.LockError.LockFailedError:
                return False
            _log.warning("%s cannot be locked, so other starts are not noticed", self._data_dir)
            return True
        self._listen()
        return True

    def claim_or_hand_over(self, request: Request) -> bool | None:
        """True: this is the first start. False: the first one took the request. None: it does not answer."""
        until = time.monotonic() + PATIENCE_S
        while not self.claim():
            if self._hand_over(request):
                return False
            if time.monotonic() > until:
                return None
            time.sleep(PAUSE_S)  # there is no window yet that could freeze
        return True

    @property
    def obstacle(self) -> str:
        """Why this start can neither be the first one nor hand over, and what to do, in sentences."""
        number, host, file = *self._lock.getLockInfo()[:2], self._data_dir / LOCK
        if host == QSysInfo.machineHostName():
            return (
                f"Mneme runs with this data folder (process {number} on {host}, says {file}), but does not answer."
                " Nothing was changed. End that process; if it is not Mneme, delete that file. Then start again."
            )
        holder = f"process {number} on {host}" if host else "a process that it does not name"
        return (  # another computer cannot tell whether that process has ended, so such a lock is never stale
            f"This data folder is marked as in use by {holder}. Nothing was changed. If Mneme does not run there any"
            f" more (the folder was copied, or that computer is gone), delete {file} and start again."
        )

    def release(self) -> None:
        """Lets the next start be the first; calling it again does nothing."""
        for socket in tuple(self._visitors):
            socket.abort()
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    # the first start

    def _listen(self) -> None:
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(self._name)  # what a killed process left; the lock says that there is no other
        if not server.listen(self._name):
            _log.warning("other starts cannot be heard: %s", server.errorString())
            return
        server.newConnection.connect(self._on_visit)
        self._server = server

    @property
    def _name(self) -> str:
        """The same for every way to write the folder, short enough for the path of a socket: in the folder for
        temporary files, which Qt takes, or in /tmp where that one has a long name."""
        name = f"mneme-{hashlib.sha256(str(self._data_dir.resolve()).encode()).hexdigest()[:24]}"
        is_short = os.name == "nt" or len(os.fsencode(f"{QDir.tempPath()}/{name}")) <= SOCKET_BYTES
        return name if is_short else f"/tmp/{name}"  # noqa: S108 - in a folder of its own it would be too long again

    @property
    def _is_own_socket(self) -> bool:
        """Whether the socket is one of this user's: its name can be guessed, and everybody may make files in /tmp."""
        if os.name == "nt":
            return True
        try:  # an absolute name stays what it is
            return os.lstat(os.path.join(QDir.tempPath(), self._name)).st_uid == os.getuid()
        except OSError:
            return False

    @Slot()
    def _on_visit(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            self._visitors[socket] = b""
            socket.readyRead.connect(self._on_words)
            socket.disconnected.connect(self._on_farewell)

    @Slot()
    def _on_words(self) -> None:
        socket = self.sender()
        if not isinstance(socket, QLocalSocket) or socket not in self._visitors:
            return
        heard = self._visitors[socket] = self._visitors[socket] + bytes(socket.readAll().data())
        if len(heard) > MOST_BYTES:
            socket.abort()
        elif heard.endswith(b"\n"):
            self._visitors[socket] = b""
            try:
                request = Request.from_bytes(heard)
            except ValueError:
                _log.warning("another process sent something that is not a request")
                socket.abort()
                return
            socket.write(_ANSWER)
            socket.flush()
            self.called.emit(request)

    @Slot()
    def _on_farewell(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._visitors.pop(socket, None)
            socket.deleteLater()

    # a later start

    def _hand_over(self, request: Request) -> bool:
        if not self._is_own_socket:
            return False
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(CONNECT_MS):
            return False
        socket.write(request.to_bytes())
        until = time.monotonic() + ANSWER_MS / 1000
        heard = b""
        while _ANSWER not in heard and time.monotonic() < until:
            if not socket.waitForReadyRead(ANSWER_MS) and not socket.bytesAvailable():
                break
            heard += bytes(socket.readAll().data())
        socket.disconnectFromServer()
        return _ANSWER in heard
