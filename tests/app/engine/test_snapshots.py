"""The folder of saved memories without an engine: what a file says, and that files go whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from app.engine.refusal import RefusedError
from app.engine.snapshots import SnapshotFolder
from rxt.errors import SnapshotError
from tests.app.engine.fake_session import FakeLibrary, FakeModel


class Library(FakeLibrary):
    """Refuses to read or to retitle the files of these names."""

    def __init__(self) -> None:
        super().__init__()
        self.damaged: set[str] = set()
        self.read: list[str] = []

    def read_snapshot(self, path: Path) -> Any:
        self.read.append(path.name)
        if path.name in self.damaged:
            raise SnapshotError("It is damaged.")
        return super().read_snapshot(path)

    def retitle_snapshot(self, path: Path, title: str, description: str) -> None:
        if path.name in self.damaged:
            raise OSError(28, "No space left on device")
        super().retitle_snapshot(path, title, description)


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def folder(tmp_path: Path, library: Library) -> SnapshotFolder:
    stand_in: Any = library
    folder = SnapshotFolder(tmp_path / "memories", tmp_path / "trash", stand_in)
    folder.create()
    return folder


def save(folder: SnapshotFolder, name: str, **facts: Any) -> Path:
    """A memory in the folder."""
    model, path = FakeModel("m"), folder.folder / f"{name}.safetensors"
    FakeLibrary().save_snapshot(path, model.initial_memory(3), model=model, title=name, **facts)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_that_a_listed_memory_has_all_that_its_file_says(folder: SnapshotFolder) -> None:
    path = save(folder, "a", description="a note", turns=7, origin="A chat", synthetic=True)
    (info,) = folder.list()
    model = FakeModel("m")
    assert (info.path, info.title, info.description, info.turns) == (path, "a", "a note", 7)
    assert (info.origin, info.synthetic, info.created) == ("A chat", True, "2026-01-01T00:00:07Z")
    assert (info.model, info.fingerprint, info.shape) == ("m", model.fingerprint, (2, 3, 4))
    assert (info.sha256, info.size_bytes) == (model.initial_memory(3).sha256, path.stat().st_size)


def test_that_memories_are_listed_from_the_newest_on(folder: SnapshotFolder) -> None:
    for name, turns in (("a", 1), ("b", 3), ("c", 2)):
        save(folder, name, turns=turns)  # which the date follows
    assert [info.title for info in folder.list()] == ["b", "c", "a"]


def test_that_a_memory_that_is_damaged_behind_its_header_says_so_in_the_list(
    folder: SnapshotFolder, library: Library
) -> None:
    library.damaged.add(save(folder, "a").name)
    (info,) = folder.list()
    assert (info.title, info.norm, info.problem) == ("a", None, "It is damaged.")


def test_that_a_copy_that_cannot_get_its_title_is_none(folder: SnapshotFolder, library: Library) -> None:
    path = save(folder, "a")
    library.damaged.add("a-2.safetensors")
    with pytest.raises(SnapshotError):  # what arrived is looked at
        folder.duplicate(path)
    assert names(folder.folder) == ["a.safetensors"]
    library.read_snapshot = FakeLibrary.read_snapshot.__get__(library)  # type: ignore[method-assign]
    with pytest.raises(OSError, match="space"):
        folder.duplicate(path)
    assert names(folder.folder) == ["a.safetensors"]


def test_that_the_first_memory_from_elsewhere_makes_the_folder(folder: SnapshotFolder, tmp_path: Path) -> None:
    path = save(folder, "a").rename(tmp_path / "a.safetensors")
    folder.folder.rmdir()
    added = folder.add(path)
    assert added == folder.folder / "a.safetensors"
    assert added.read_bytes() == path.read_bytes()
    assert added.parent.stat().st_mode & 0o077 == 0 or os.name != "posix"


def test_that_a_memory_that_is_damaged_does_not_go_out(
    folder: SnapshotFolder, library: Library, tmp_path: Path
) -> None:
    path, target = save(folder, "a"), tmp_path / "out.SAFETENSORS"
    target.write_text("what was there")
    library.damaged.add(path.name)
    with pytest.raises(SnapshotError):
        folder.export(path, target)
    assert target.read_text() == "what was there"
    library.damaged.clear()
    folder.export(path, target)
    assert target.read_bytes() == path.read_bytes()


def test_that_what_is_too_large_to_be_a_memory_is_refused_in_words(
    folder: SnapshotFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.snapshots.LIMIT_BYTES", 10)
    with pytest.raises(RefusedError, match="Nothing was changed"):
        folder.export(save(folder, "a"), tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()


def test_that_memories_of_one_name_come_back_the_last_deleted_first(folder: SnapshotFolder) -> None:
    for turns in (1, 2):
        folder.delete(save(folder, "a", turns=turns))
    path = folder.folder / "a.safetensors"
    assert folder.restore(path) == path
    assert folder.list()[0].turns == 2
    folder.restore(path)
    assert sorted(info.turns for info in folder.list()) == [1, 2]
    with pytest.raises(RefusedError, match="not in the trash"):
        folder.restore(path)


def test_that_a_name_that_is_taken_in_the_same_moment_is_left_to_who_took_it(
    folder: SnapshotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lexists = os.path.lexists

    def free(path: Path) -> bool:
        """Another program takes each first name after it was looked at."""
        is_there = lexists(path)
        if not is_there and "-" not in path.name:
            path.write_text("theirs", encoding="utf-8")
        return is_there

    path = save(folder, "a")
    monkeypatch.setattr(os.path, "lexists", free)
    deleted = folder.delete(path)
    assert deleted.name == "a-2.safetensors"
    assert folder.restore(path).name == "a-2.safetensors"
    for taken in (path, deleted.with_name(path.name)):
        assert taken.read_text("utf-8") == "theirs"


def test_that_a_memory_comes_back_where_its_folder_is_gone(folder: SnapshotFolder) -> None:
    path = save(folder, "a")
    folder.delete(path)
    folder.folder.rmdir()
    assert folder.restore(path) == path
    assert [info.title for info in folder.list()] == ["a"]
