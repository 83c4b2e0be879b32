"""What a saved memory became: where it comes from, how old it is, and whose title it has."""

from __future__ import annotations

from pathlib import Path

import pytest

import rxt
from rxt.io.pretrained import PretrainedModel
from rxt.io.snapshot import SnapshotInfo, save_grown


@pytest.fixture
def origin(model: PretrainedModel, memory: rxt.MemoryState, tmp_path: Path) -> SnapshotInfo:
    told = {"title": "Knight", "description": "a note", "origin": "A tale", "parent": "f" * 64}
    path = tmp_path / "origin.safetensors"
    return rxt.save_snapshot(path, memory, model=model, turns=3, seed=7, synthetic=True, **told)  # type: ignore[arg-type]


def test_that_a_memory_with_more_turns_comes_from_the_saved_one_and_is_of_a_conversation(
    origin: SnapshotInfo, model: PretrainedModel, tmp_path: Path
) -> None:
    path = tmp_path / "grown.safetensors"
    info = save_grown(path, model.initial_memory(seed=2), model=model, origin=origin, turns=2)
    assert rxt.load_snapshot(path, model=model).info == info
    assert (info.turns, info.parent, info.origin, info.seed, info.synthetic) == (5, origin.sha256, "", "", False)
    assert (info.title, info.description) == ("", "")


def test_that_a_memory_without_another_turn_comes_from_where_the_saved_one_did(
    origin: SnapshotInfo, model: PretrainedModel, memory: rxt.MemoryState, tmp_path: Path
) -> None:
    info = save_grown(tmp_path / "again.safetensors", memory, model=model, origin=origin, turns=0)
    assert (info.sha256, info.turns, info.parent) == (origin.sha256, 3, "f" * 64)
    assert (info.origin, info.seed, info.synthetic) == ("A tale", "7", True)
    assert info.title == ""


@pytest.mark.parametrize(("name", "title"), [("origin.safetensors", "Knight"), ("another.safetensors", "")])
def test_that_the_title_stays_only_over_the_file_that_was_opened(
    origin: SnapshotInfo,
    model: PretrainedModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    title: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    short, whole = Path(name), tmp_path / name
    opened = Path("origin.safetensors")
    for path, former in ((short, tmp_path / opened), (whole, opened)):
        info = save_grown(path, model.initial_memory(seed=2), model=model, origin=origin, turns=1, opened=former)
        assert (info.title, bool(info.description)) == (title, bool(title))


def test_that_a_memory_can_be_saved_to_the_file_it_was_loaded_from(
    origin: SnapshotInfo, model: PretrainedModel, tmp_path: Path
) -> None:
    path = tmp_path / "origin.safetensors"
    loaded = rxt.load_snapshot(path, model=model)
    rxt.save_snapshot(path, loaded, model=model, parent=loaded.sha256)
    again = rxt.load_snapshot(path, model=model)
    assert again == loaded
    assert again.info.parent == origin.sha256
