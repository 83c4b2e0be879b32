"""Lines from a pipe, waited for so that no signal is missed."""

from __future__ import annotations

import io
import os
import select
from collections.abc import Iterator
from typing import BinaryIO

_LOOKS_UP_AFTER_S = 0.5
_CHUNK_BYTES = 65_536


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Each line with its line feed, the last one perhaps without, as soon as it is there.

    Python acts on a signal between its own steps. A read is not ended by one that came the moment before it began, or
    in another thread: the program would hear of it with the next line. So the waiting ends twice a second. Where
    nothing can be waited for (Windows, streams in memory) the stream is read plainly.
    """
    try:
        descriptor = None if os.name == "nt" else stream.fileno()
    except io.UnsupportedOperation:
        descriptor = None
    if descriptor is None:
        yield from stream
        return
    begun = b""
    while True:
        while not select.select([descriptor], [], [], _LOOKS_UP_AFTER_S)[0]:
            pass
        chunk = os.read(descriptor, _CHUNK_BYTES)
        if not chunk:
            break
        *whole, begun = (begun + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if begun:
        yield begun
