"""Pictures of saved memories: made once, never longer than the budget, and damage is said instead."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from app.engine.thumbnails import BUDGET_S, COLUMNS, ROWS, Thumbnails, pooled
from rxt.errors import SnapshotError
from rxt.events import frozen_array
from tests.app.engine.fake_session import FakeMemory, FakeModel


class Reader:
    """Counts what it reads; time passes with every file."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.now = 0.0
        self.cost_s = 0.0

    def __call__(self, path: Path) -> FakeMemory:
        self.read.append(path.name)
        self.now += self.cost_s
        if path.name.startswith("bad"):
            raise SnapshotError("It is damaged.")
        return FakeModel("m").initial_memory(1)


@pytest.fixture
def reader() -> Reader:
    return Reader()


def files(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.write_text("x")
    return paths


def test_that_a_file_is_read_again_only_after_it_changed(tmp_path: Path, reader: Reader) -> None:
    (path,) = files(tmp_path, "a")
    pictures = Thumbnails(reader, lambda: reader.now)
    for _ in range(3):
        pictures.begin()
        assert pictures.of(path) is not None
    assert reader.read == ["a"]
    path.write_text("another")
    os.utime(path, ns=(1, 1))
    pictures.begin()
    assert pictures.of(path) is not None
    assert reader.read == ["a", "a"]


def test_that_a_listing_stops_making_pictures_when_its_time_is_over_and_goes_on_with_the_next(
    tmp_path: Path, reader: Reader
) -> None:
    paths = files(tmp_path, "a", "b", "c")
    reader.cost_s = BUDGET_S * 0.75
    pictures = Thumbnails(reader, lambda: reader.now)
    pictures.begin()
    assert [pictures.of(path) is not None for path in paths] == [True, True, False]
    pictures.begin()
    assert [pictures.of(path) is not None for path in paths] == [True, True, True]
    assert reader.read == ["a", "b", "c"]


def test_that_a_damaged_file_says_so_once(tmp_path: Path, reader: Reader) -> None:
    (path,) = files(tmp_path, "bad")
    pictures = Thumbnails(reader, lambda: reader.now)
    for _ in range(2):
        pictures.begin()
        picture = pictures.of(path)
        assert picture is not None
        assert picture.norm is None
        assert picture.problem == "It is damaged."
    assert reader.read == ["bad"]


def test_that_a_large_memory_becomes_a_small_picture_in_which_no_written_slot_is_lost() -> None:
    norm = np.ones((40, 4096), dtype=np.float32)
    norm[33, 3000] = 9
    small = pooled(frozen_array(norm))
    assert small.shape == (ROWS, COLUMNS)
    assert small.max() == 9
    assert (small == 9).sum() == 1


def test_that_a_small_memory_is_its_own_picture() -> None:
    norm = frozen_array(np.arange(6).reshape(2, 3))
    assert np.array_equal(pooled(norm), norm)
