"""What only the console of Windows does, asked of one that is played."""

from __future__ import annotations

import ctypes
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest

from rxt.console import encoding_for, reads_escapes, when_closed


class Function:
    """A function of a library, which may be told what it returns."""

    restype: Any = None

    def __init__(self, run: Callable[..., int]) -> None:
        self._run = run

    def __call__(self, *arguments: Any) -> int:
        return self._run(*arguments)


class Windows:
    """Its functions for consoles. is_console: whether the output is one; obeys: whether its mode can be changed."""

    def __init__(self, is_console: bool = True, obeys: bool = True) -> None:
        self.mode = 3
        self.listeners: list[Callable[[int], int]] = []
        self._is_console, self._obeys = is_console, obeys
        self.GetStdHandle = Function(lambda _which: 7)
        self.GetConsoleMode = Function(self._tell)
        self.SetConsoleMode = Function(self._change)
        self.SetConsoleCtrlHandler = Function(self._listen)

    def _tell(self, _console: Any, mode: Any) -> int:
        ctypes.cast(mode, ctypes.POINTER(ctypes.c_uint32))[0] = self.mode
        return int(self._is_console)

    def _change(self, _console: Any, mode: Any) -> int:
        self.mode = mode.value if self._obeys else self.mode
        return int(self._obeys)

    def _listen(self, listener: Any, is_new: Any) -> int:
        (self.listeners.append if is_new.value else self.listeners.remove)(listener)
        return 1


class Console(io.StringIO):
    """A stream that is shown."""

    def isatty(self) -> bool:
        return True


def test_that_a_console_is_asked_to_act_on_escapes_and_gets_none_where_it_does_not() -> None:
    windows = Windows()
    assert reads_escapes(windows)
    assert windows.mode == 3 | 4
    assert not reads_escapes(Windows(is_console=False))
    assert not reads_escapes(Windows(obeys=False))


def test_that_the_end_of_a_console_is_heard_in_another_thread_and_nothing_else_is() -> None:
    windows, heard = Windows(), threading.Event()
    with when_closed(heard.set, windows):
        (listener,) = windows.listeners
        assert [listener(event) for event in (0, 1)] == [0, 0]  # Ctrl+C and Ctrl+Break
        assert not heard.is_set()
        for event in (2, 5, 6):
            answers: list[int] = []
            system = threading.Thread(target=lambda: answers.append(listener(event)))  # noqa: B023
            system.start()
            system.join()
            assert answers == [1]
            assert heard.is_set()
            heard.clear()
    assert windows.listeners == []


def test_that_windows_writes_all_letters_into_files_and_pipes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    assert encoding_for(io.StringIO(), "win32") == "utf-8"
    assert encoding_for(Console(), "win32") is None
    assert encoding_for(io.StringIO(), "linux") is None
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    assert encoding_for(io.StringIO(), "win32") is None
