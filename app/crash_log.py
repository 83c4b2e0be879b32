"""No error is lost: what was not caught goes to a rotating log and, once per kind, to the user."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from app.paths import Paths, private_folder

LOG_BYTES = 1_000_000
LOG_FILES = 5
TELL_ADDRESSES = ("httpx", "httpx2", "huggingface_hub")  # at INFO, with what was searched for and with signatures
_log = logging.getLogger("mneme")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashLog(QObject):
    """Handles exceptions that were not caught, on every thread.

    Signals:
        reported(summary): a kind of error that was not reported before; safe to emit from any thread.
    """

    reported = Signal(str)

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._told: set[str] = set()
        self._faults: Any = None
        self._handler: logging.Handler = logging.StreamHandler()

    def install(self) -> None:
        """Starts logging. Where the data folder cannot be written, the log goes to the standard error stream."""
        try:
            private_folder(self._paths.log_file.parent)
            self._handler = logging.handlers.RotatingFileHandler(
                self._paths.log_file, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8"
            )
            self._faults = self._paths.crash_file.open("a", encoding="utf-8")
            faulthandler.enable(self._faults)
        except OSError as error:
            _tell_faults_on_stderr()
            _log.warning("no log file: %s", error)
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.getLogger().addHandler(self._handler)
        logging.getLogger().setLevel(logging.INFO)
        for chatty in TELL_ADDRESSES:
            logging.getLogger(chatty).setLevel(logging.WARNING)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        qInstallMessageHandler(self._on_qt_message)

    def uninstall(self) -> None:
        """Gives everything back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__
        qInstallMessageHandler(None)
        for chatty in TELL_ADDRESSES:
            logging.getLogger(chatty).setLevel(logging.NOTSET)
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()
        if self._faults is not None:
            _tell_faults_on_stderr()
            self._faults.close()
            self._faults = None

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.error("uncaught", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)  # before there is a window, nobody else says it
        self._report(kind, error)

    def _on_thread_exception(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            _log.error("uncaught in a thread", exc_info=(caught.exc_type, caught.exc_value, caught.exc_traceback))
            self._report(caught.exc_type, caught.exc_value)

    def _on_unraisable(self, caught: sys.UnraisableHookArgs) -> None:
        if caught.exc_value is not None:
            _log.error("ignored", exc_info=(caught.exc_type, caught.exc_value, caught.exc_traceback))

    def _report(self, kind: type[BaseException], error: BaseException) -> None:
        if kind.__name__ not in self._told:
            self._told.add(kind.__name__)
            self.reported.emit(
                f"Something went wrong inside Mneme ({kind.__name__}: {error}). Your chats and memories are unchanged. "
                f"Details are in {self._paths.log_file}"
            )

    @staticmethod
    def _on_qt_message(level: QtMsgType, context: QMessageLogContext, message: str) -> None:
        _log.log(_LEVELS.get(level, logging.WARNING), "Qt: %s", message)
        if level not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and sys.stderr is not None:
            sys.stderr.write(f"Qt: {message}\n")


def _tell_faults_on_stderr() -> None:
    """Crashes of native code are told there; on Windows a program without a terminal has no such stream."""
    if sys.stderr is None:
        faulthandler.disable()  # rather than write to a file that is closed
    else:
        faulthandler.enable()
