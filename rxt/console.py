"""The terminal: what it may not be sent, and what is different about the console of Windows."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from ctypes import wintypes
from typing import Any, TextIO

_CLOSED = frozenset((2, 5, 6))  # the window was closed, the user logs off, the computer goes down
_OUTPUT = -11
_ESCAPES = 4
_LISTENER = ctypes.CFUNCTYPE(wintypes.BOOL, wintypes.DWORD)  # Windows with 64 bits has one way to call


def _windows() -> Any:
    """The functions of its console; None elsewhere."""
    if sys.platform == "win32":
        return ctypes.WinDLL("kernel32")
    return None


def encoding_for(stream: TextIO, platform: str = sys.platform) -> str | None:
    """In which encoding to write; None where the stream has the right one. Into files and pipes, Windows writes one of
    former times that lacks most letters."""
    is_right = platform != "win32" or stream.isatty() or "PYTHONIOENCODING" in os.environ
    return None if is_right else "utf-8"


def reads_escapes(windows: Any = None) -> bool:
    """Whether the terminal that is written to acts on escape sequences; a console of Windows has to be asked to."""
    windows = windows or _windows()
    if windows is None:
        return True
    windows.GetStdHandle.restype = wintypes.HANDLE
    console, mode = wintypes.HANDLE(windows.GetStdHandle(wintypes.DWORD(_OUTPUT))), wintypes.DWORD()
    if not windows.GetConsoleMode(console, ctypes.byref(mode)):
        return False
    return bool(windows.SetConsoleMode(console, wintypes.DWORD(mode.value | _ESCAPES)))


def harmless(text: str) -> str:
    """The text for a terminal: characters that would move its cursor or change its state, which are no words, become
    U+FFFD."""
    return "".join("\ufffd" if unicodedata.category(one) == "Cc" and one not in "\n\t" else one for one in text)


@contextlib.contextmanager
def when_closed(act: Callable[[], None], windows: Any = None) -> Iterator[None]:
    """While inside, the end of a console of Windows calls `act`, in another thread; when it returns, the process ends.

    Elsewhere this is a signal, and nothing happens here.
    """
    windows = windows or _windows()
    if windows is None:
        yield
        return

    def hear(event: int) -> int:
        if event not in _CLOSED:
            return 0  # Ctrl+C and Ctrl+Break are signals
        act()
        return 1

    listener = _LISTENER(hear)
    windows.SetConsoleCtrlHandler(listener, wintypes.BOOL(1))
    try:
        yield
    finally:
        windows.SetConsoleCtrlHandler(listener, wintypes.BOOL(0))
