"""Gives memory that is free back to the system, where the C library does not do so by itself."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

EVERY = 8
"""Turns between two looks. One takes about a millisecond; the holes of eight turns are a few megabytes."""


class Heap:
    """The heap of the process.

    A turn leaves a few kilobytes that stay, and they settle in the holes that its large buffers left. With the malloc
    of glibc such a heap grows by three times of what is kept, unless its free pages are given back now and then.
    """

    def __init__(self) -> None:
        self._turns = 0
        self._trim = _malloc_trim()

    def turn_over(self) -> None:
        """Called after each turn; gives free pages back after every EVERY-th."""
        self._turns += 1
        if self._trim is not None and self._turns % EVERY == 0:
            self._trim(0)


def _malloc_trim() -> Callable[[int], int] | None:
    """The function of glibc, None where the C library is another."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None
    trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int
    return trim
