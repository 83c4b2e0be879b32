"""Lines of a pipe are those of Python's own reading, and a signal is heard while they are waited for."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from rxt.piped_lines import lines_of

GIVES_UP_AFTER_S = 30.0

posix = pytest.mark.skipif(os.name == "nt", reason="signals and waiting of POSIX")


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    read, write = os.pipe()
    with open(read, "rb") as reader, open(write, "wb", buffering=0) as writer:
        yield reader, writer


@pytest.mark.parametrize("text", [b"", b"\n", b"one", b"one\n", b"one\r\n\ntwo\rstill two\nthree", b"\x00\xff\n" * 9])
def test_that_a_pipe_has_the_lines_that_python_reads(pipe: tuple[BinaryIO, BinaryIO], text: bytes) -> None:
    reader, writer = pipe
    writer.write(text)
    writer.close()
    assert list(lines_of(reader)) == list(io.BytesIO(text)) == list(lines_of(io.BytesIO(text)))


def test_that_lines_longer_than_a_read_and_many_in_one_are_whole(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    reader, writer = pipe
    text = b"x" * 300_000 + b"\n" + b"short\n" * 30_000 + b"y" * 70_000

    def write() -> None:
        with writer:
            writer.write(text)  # a raw pipe of Linux takes all of it, in parts

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert list(lines_of(reader)) == text.splitlines(keepends=True)
    finally:
        thread.join()


def test_that_a_line_is_there_before_the_next_is_written(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    reader, writer = pipe
    lines = lines_of(reader)
    for line in (b"first\n", b"second\n"):
        writer.write(line)
        assert next(lines) == line


@posix
def test_that_a_signal_is_heard_that_does_not_end_the_read(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    """One that another thread receives, as good as one that comes just before the read begins."""
    reader, writer = pipe
    heard, gave_up = threading.Event(), threading.Event()

    def receive() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        if not heard.wait(GIVES_UP_AFTER_S):
            gave_up.set()
            writer.close()  # or a read that never hears of it would never end

    def end(number: int, _: object) -> None:
        raise SystemExit(number)

    before = signal.signal(signal.SIGTERM, end)
    timer = threading.Timer(0.2, receive)
    try:
        timer.start()
        with pytest.raises(SystemExit):
            list(lines_of(reader))
        assert not gave_up.is_set()
    finally:
        heard.set()
        timer.join()
        signal.signal(signal.SIGTERM, before)
