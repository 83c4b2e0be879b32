"""A file of the newest bytes: nobody waits for the disk, and nothing that was given last is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.engine.latest_file import LatestFile
from rxt.io.files import write_atomically


def test_that_giving_bytes_waits_for_no_disk_and_the_newest_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, written = threading.Event(), list[bytes]()

    def write(path: Path, data: bytes) -> None:
        assert disk.wait(10)
        write_atomically(path, data)
        written.append(data)

    monkeypatch.setattr("app.engine.latest_file.write_atomically", write)
    file = LatestFile(tmp_path / "data" / "kept")
    for word in (b"one", b"two", b"three", b"four"):
        file.put(word)
    assert written == []
    disk.set()
    assert file.finish()
    assert file.read() == b"four"
    assert len(written) <= 2  # what has waited was replaced


def test_that_what_could_not_be_written_is_tried_again_at_the_end(tmp_path: Path) -> None:
    file = LatestFile(tmp_path / "kept")
    file.path.mkdir()
    file.put(b"words")
    assert not file.finish()
    assert file.read() is None
    file.path.rmdir()
    assert file.finish()
    assert file.read() == b"words"


def test_that_bytes_that_come_after_a_failure_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, data: bytes) -> None:
        raise MemoryError

    file = LatestFile(tmp_path / "kept")
    with monkeypatch.context() as held:
        held.setattr("app.engine.latest_file.write_atomically", fail)
        file.put(b"one")
        assert not file.finish()
    file.put(b"two")
    assert file.finish()
    assert file.read() == b"two"


def test_that_what_a_killed_program_has_left_beside_it_is_removed(tmp_path: Path) -> None:
    left = tmp_path / f".kept.{'0' * 16}.tmp"
    left.write_bytes(b"never sent")
    file = LatestFile(tmp_path / "kept")
    file.put(b"words")
    assert file.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_that_what_could_not_be_read_is_not_written_over_while_it_cannot_be_put_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(13, "another program has it open")

    file = LatestFile(tmp_path / "kept")
    file.path.write_bytes(b"not understood")
    file.set_aside()
    with monkeypatch.context() as held:
        held.setattr("app.engine.latest_file.replace_file", refuse)
        file.put(b"words")
        assert not file.finish()
    assert file.path.read_bytes() == b"not understood"
    assert file.finish()
    assert (file.read(), file.aside.read_bytes()) == (b"words", b"not understood")


def test_that_a_file_is_written_again_and_again(tmp_path: Path) -> None:
    file = LatestFile(tmp_path / "kept")
    file.set_aside()  # there is nothing to put beside it
    for data in (b"one", b"two", b"three"):
        file.put(data)
        assert file.finish()
        assert file.read() == data
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
