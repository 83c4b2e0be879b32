"""A saved memory gets another title; its numbers and everything else that is known of it stay."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import rxt
from rxt.errors import SnapshotError
from rxt.io import snapshot as snapshot_room
from rxt.io.pretrained import PretrainedModel


@pytest.fixture
def saved(model: PretrainedModel, memory: rxt.MemoryState, tmp_path: Path) -> Path:
    path = tmp_path / "memory.safetensors"
    rxt.save_snapshot(path, memory, model=model, title="Knight", turns=3, seed=0, origin="A tale", synthetic=True)
    return path


def test_that_a_title_changes_and_nothing_else(saved: Path, model: PretrainedModel, memory: rxt.MemoryState) -> None:
    before = rxt.read_snapshot_info(saved)
    rxt.retitle_snapshot(saved, "Squire 🙂", "a note")
    after = rxt.load_snapshot(saved, model=model)
    assert after == memory
    assert after.info == dataclasses.replace(before, title="Squire 🙂", description="a note")


def test_that_a_damaged_memory_keeps_its_bytes_and_its_title(saved: Path) -> None:
    damaged = saved.read_bytes()[:-1] + b"\x00"
    saved.write_bytes(damaged)
    with pytest.raises(SnapshotError, match="damaged"):
        rxt.retitle_snapshot(saved, "Squire", "")
    assert saved.read_bytes() == damaged


def test_that_a_title_that_is_too_long_changes_nothing(saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(SnapshotError, match=r"8,?000 characters"):
        rxt.retitle_snapshot(saved, "x" * 8_001, "")
    assert saved.read_bytes() == before


def test_that_a_memory_is_read_without_its_model_and_checked(saved: Path, memory: rxt.MemoryState) -> None:
    found = rxt.read_snapshot(saved)
    assert found.memory == memory
    assert (found.info.title, found.info.synthetic) == ("Knight", True)
    data = bytearray(saved.read_bytes())
    data[-5] ^= 1
    saved.write_bytes(data)
    with pytest.raises(SnapshotError, match="damaged"):
        rxt.read_snapshot(saved)


def test_that_files_from_before_the_synthetic_mark_are_read(saved: Path, model: PretrainedModel) -> None:
    info = rxt.read_snapshot_info(saved)
    metadata = {key: value for key, value in snapshot_room._to_metadata(info).items() if key != "synthetic"}
    assert snapshot_room._from_metadata(metadata) == dataclasses.replace(info, synthetic=False)


@pytest.mark.parametrize("mark", ["", "True", "maybe", "1"])
def test_that_another_mark_is_refused(saved: Path, mark: str) -> None:
    metadata = snapshot_room._to_metadata(rxt.read_snapshot_info(saved)) | {"synthetic": mark}
    with pytest.raises(SnapshotError, match="lacks part"):
        snapshot_room._from_metadata(metadata)
