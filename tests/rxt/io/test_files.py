"""Files: what may be damaged is refused quickly, what is written replaces the old only when it is whole."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rxt.io.files import (
    IN_USE,
    PAUSES_S,
    in_free_place,
    move_new,
    open_atomically,
    read_bounded,
    while_in_use,
    write_atomically,
)


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def fail(*_: Any) -> None:
    raise OSError(5, "Input/output error")


def half_then_fail(write: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
    calls = 0

    def writing(descriptor: int, data: Any) -> int:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: len(data) // 2])

    return writing


@pytest.mark.parametrize("fault", ["write", "fsync", "replace"])
def test_that_a_failed_write_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    before = open_descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(os, fault, half_then_fail(os.write) if fault == "write" else fail)
        with pytest.raises(OSError, match=r"Input/output error|No space left") as caught:
            write_atomically(path, b"something new")
    assert (caught.value.filename, caught.value.filename2) == (str(path), None)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert open_descriptors() == before


def write_in_pieces(path: Path, *pieces: bytes | BaseException) -> None:
    with open_atomically(path) as file:
        for piece in pieces:
            if isinstance(piece, BaseException):
                raise piece
            file.write(piece)


@pytest.mark.parametrize("fault", ["fsync", "replace", "OSError", "KeyboardInterrupt"])
def test_that_a_file_in_pieces_takes_its_place_when_it_is_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    before = open_descriptors()
    raised: dict[str, BaseException] = {"OSError": OSError(5, "of a block"), "KeyboardInterrupt": KeyboardInterrupt()}
    with monkeypatch.context() as patch:
        if fault not in raised:
            patch.setattr(os, fault, fail)
        with pytest.raises((OSError, KeyboardInterrupt)):
            write_in_pieces(path, b"something", raised.get(fault, b" new"))
    assert path.read_bytes() == b"old"
    write_in_pieces(path, b"something", b" new")
    assert path.read_bytes() == b"something new"
    assert list(tmp_path.iterdir()) == [path]
    assert open_descriptors() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file without room")
def test_that_a_disk_that_is_full_is_told_of_by_the_name_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opening, before = tmp_path / "kept", os.open, open_descriptors()

    def without_room(wanted: Any, flags: int, *mode: int) -> int:
        if flags & os.O_CREAT:
            os.close(opening(wanted, flags, *mode))
            return opening("/dev/full", os.O_WRONLY)
        return opening(wanted, flags, *mode)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", without_room)
        with pytest.raises(OSError, match="No space left") as caught:
            write_in_pieces(path, b"something new")
    assert caught.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []
    assert open_descriptors() == before


def test_that_a_name_that_another_program_takes_while_a_file_is_written_stays_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synchronise = tmp_path / "kept.txt", os.fsync

    def late(descriptor: int) -> None:
        synchronise(descriptor)
        path.write_bytes(b"theirs")

    monkeypatch.setattr(os, "fsync", late)
    placed = in_free_place(path, lambda place: write_atomically(place, b"ours", is_new=True))
    assert placed == tmp_path / "kept-2.txt"
    assert {found.name: found.read_bytes() for found in tmp_path.iterdir()} == {
        "kept.txt": b"theirs", "kept-2.txt": b"ours",
    }  # fmt: skip


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("has_links", "refused"), [(True, "unlink"), (False, "replace")])
@pytest.mark.parametrize(("fault", "raised"), [(fail, OSError), (interrupt, KeyboardInterrupt)])
def test_that_a_new_file_that_cannot_be_moved_takes_no_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_links: bool,
    refused: str,
    fault: Callable[..., None],
    raised: type[BaseException],
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"kept")
    unlink = os.unlink

    def refuse(path: Any, *others: Any, **named: Any) -> None:
        if others or Path(path) == source:
            fault()
        unlink(path, **named)

    with monkeypatch.context() as patch:
        if not has_links:
            patch.setattr(os, "link", fail)
        patch.setattr(os, refused, refuse)
        with pytest.raises(raised):
            move_new(source, target)
    assert list(tmp_path.iterdir()) == [source]
    assert source.read_bytes() == b"kept"


@pytest.mark.parametrize("has_links", [True, False])
def test_that_a_new_file_replaces_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool) -> None:
    if not has_links:
        monkeypatch.setattr(os, "link", fail)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"ours")
    target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        move_new(source, target)
    target.unlink()
    move_new(source, target)
    assert target.read_bytes() == b"ours"
    assert list(tmp_path.iterdir()) == [target]


def in_use(code: int) -> OSError:
    """What Windows raises where another program has a file open."""
    error = PermissionError(errno.EACCES, "Access is denied")
    error.winerror = code  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize("code", IN_USE)
def test_that_a_file_that_is_in_use_for_a_moment_is_replaced_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    replace, refusals = os.replace, [in_use(code)] * 3
    slept: list[float] = []

    def replace_after(source: Any, target: Any) -> None:
        if refusals:
            raise refusals.pop()
        replace(source, target)

    monkeypatch.setattr(os, "replace", replace_after)
    monkeypatch.setattr(time, "sleep", slept.append)
    write_atomically(tmp_path / "file", b"data")
    assert (tmp_path / "file").read_bytes() == b"data"
    assert tuple(slept) == PAUSES_S[:3]


def test_that_a_file_that_windows_refuses_to_open_is_waited_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = [PermissionError(errno.EACCES, "Permission denied")] * 2
    slept: list[float] = []

    def read() -> bytes:
        if refusals:
            raise refusals.pop()
        return b"data"

    monkeypatch.setattr(time, "sleep", slept.append)
    with pytest.raises(PermissionError):
        while_in_use(read)  # elsewhere it is a matter of rights, which does not pass
    with monkeypatch.context() as patched:
        patched.setattr(os, "name", "nt")
        assert while_in_use(read) == b"data"
    assert tuple(slept) == PAUSES_S[:1]


@pytest.mark.parametrize(("code", "pauses"), [(32, PAUSES_S), (1, ())])
def test_that_a_file_that_stays_in_use_is_waited_for_a_moment_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, pauses: tuple[float, ...]
) -> None:
    path = tmp_path / "kept"
    slept: list[float] = []
    path.write_bytes(b"old")

    def refuse(*_: Any) -> None:
        raise in_use(code)

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(time, "sleep", slept.append)
    with pytest.raises(PermissionError) as caught:
        write_atomically(path, b"something new")
    assert (caught.value.filename, tuple(slept)) == (str(path), pauses)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert sum(PAUSES_S) <= 2.5


def test_that_short_writes_are_continued_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
        write_atomically(tmp_path / "file", b"more than three bytes")
    assert (tmp_path / "file").read_bytes() == b"more than three bytes"


def test_that_the_file_and_its_folder_are_synchronised_around_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(descriptor: int) -> None:
        calls.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def note_replace(source: Any, target: Any) -> None:
        calls.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    write_atomically(tmp_path / "file", b"data")
    assert calls == ["file", "rename", "folder"]


@pytest.mark.parametrize(("code", "is_written"), [(errno.EINVAL, True), (errno.ENOTSUP, True), (errno.EIO, False)])
def test_that_a_file_is_written_where_folders_cannot_be_synchronised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, is_written: bool
) -> None:
    fsync, before = os.fsync, open_descriptors()

    def only_files(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    with contextlib.nullcontext() if is_written else pytest.raises(OSError, match="Input/output"):
        write_atomically(tmp_path / "file", b"data")
    assert (tmp_path / "file").read_bytes() == b"data"
    assert open_descriptors() == before


@pytest.mark.parametrize("name", ["é" * 127, "🙂" * 63, "a" * 255])
def test_that_the_longest_names_of_the_file_system_can_be_written(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, b"data")
    assert (tmp_path / name).read_bytes() == b"data"


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_that_a_file_is_as_readable_as_the_umask_says(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"data")
    (tmp_path / "other").write_bytes(b"data")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "large"])
def test_that_what_is_no_ordinary_file_is_refused_at_once_and_closed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "large":
            path.write_bytes(b"12345")
    before = open_descriptors()
    with pytest.raises(ValueError, match=r"is not a file|has 5 bytes; at most 4"):
        read_bounded(path, 4)
    assert open_descriptors() == before


def test_that_a_folder_that_is_missing_raises_and_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "file", b"data")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", [".", "./", "/"])
def test_that_a_path_without_a_name_is_a_folder_that_cannot_be_written(path: str) -> None:
    with pytest.raises(IsADirectoryError, match="directory"):
        write_atomically(Path(path), b"data")
