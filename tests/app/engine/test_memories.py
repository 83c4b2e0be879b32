"""Saved memories as objects: what is asked happens whole, or not at all and with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.engine.messages import SnapshotInfo
from tests.app.engine.conftest import Desk
from tests.app.engine.fake_session import FakeSnapshot


@pytest.fixture
def saved(desk: Desk) -> Path:
    """A memory in the library, after one turn."""
    desk.say("My name is Alice")
    path = desk.port.snapshots_dir / "alice.safetensors"
    desk.port.save_snapshot(path, "Alice", "her name")
    desk.until(lambda: any(info.path == path for info in listed(desk)))
    return path


def listed(desk: Desk) -> tuple[SnapshotInfo, ...]:
    return desk.heard.snapshots[-1] if desk.heard.snapshots else ()


def refusal(desk: Desk) -> tuple[str, str]:
    """Comes after the memories, which are listed whatever came of it."""
    desk.until(lambda: bool(desk.heard.failed))
    return desk.heard.failed[-1]


def after(desk: Desk, do: Callable[[], None]) -> tuple[SnapshotInfo, ...]:
    """The memories once `do` was answered."""
    before = len(desk.heard.snapshots)
    do()
    desk.until(lambda: len(desk.heard.snapshots) > before)
    return listed(desk)


def test_that_a_memory_is_listed_with_its_picture_its_origin_and_its_shape(
    desk: Desk, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.thumbnails.BUDGET_S", 60.0)  # a slow machine would leave it for the next listing
    (info,) = after(desk, desk.port.refresh_snapshots)
    assert (info.title, info.description, info.turns, info.origin) == ("Alice", "her name", 1, "My name is Alice")
    assert info.shape == (2, 3, 4)
    assert info.norm is not None
    assert info.norm.shape == (2, 3)
    assert not info.problem


def test_that_a_memory_gets_another_title_and_keeps_its_place(desk: Desk, saved: Path) -> None:
    (info,) = after(desk, lambda: desk.port.rename_snapshot(saved, "  Alice\nof Tokyo ", "a note"))
    assert (info.path, info.title, info.description) == (saved, "Alice of Tokyo", "a note")


def test_that_a_memory_without_a_title_keeps_the_one_it_has(desk: Desk, saved: Path) -> None:
    (info,) = after(desk, lambda: desk.port.rename_snapshot(saved, "   ", ""))
    assert info.title == "Alice"
    assert refusal(desk)[0] == "This memory was not renamed"


def test_that_a_duplicate_is_another_file_that_says_so(desk: Desk, saved: Path) -> None:
    lines = after(desk, lambda: desk.port.duplicate_snapshot(saved))
    assert sorted(line.title for line in lines) == ["Alice", "Alice (copy)"]
    assert sorted(line.path.name for line in lines) == ["alice-2.safetensors", "alice.safetensors"]


def test_that_a_deleted_memory_comes_back_byte_by_byte(desk: Desk, saved: Path) -> None:
    data = saved.read_bytes()
    assert after(desk, lambda: desk.port.delete_snapshot(saved)) == ()
    (info,) = after(desk, lambda: desk.port.restore_snapshot(saved))
    assert info.path == saved
    assert saved.read_bytes() == data


def test_that_a_restored_memory_does_not_replace_another_that_took_its_place(desk: Desk, saved: Path) -> None:
    after(desk, lambda: desk.port.delete_snapshot(saved))
    after(desk, lambda: desk.port.save_snapshot(saved, "Another", ""))
    lines = after(desk, lambda: desk.port.restore_snapshot(saved))
    assert {line.title for line in lines} == {"Alice", "Another"}


def test_that_what_is_not_in_the_trash_cannot_be_restored(desk: Desk, saved: Path) -> None:
    after(desk, lambda: desk.port.restore_snapshot(saved))
    assert refusal(desk) == ("This memory was not restored", "This memory is not in the trash any more.")


def test_that_a_memory_goes_out_and_comes_in_again(desk: Desk, saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.safetensors"
    told: list[Path] = []
    desk.port.exported.connect(told.append)
    after(desk, lambda: desk.port.export_snapshot(saved, target))
    assert target.read_bytes() == saved.read_bytes()
    assert told == [target]
    lines = after(desk, lambda: desk.port.import_snapshot(target))
    assert sorted(line.path.name for line in lines) == ["alice.safetensors", "elsewhere.safetensors"]


def test_that_what_is_no_memory_does_not_come_in(desk: Desk, saved: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.safetensors"
    stranger.write_bytes(b"no memory")
    (info,) = after(desk, lambda: desk.port.import_snapshot(stranger))
    assert info.path == saved
    assert refusal(desk)[0] == "This memory was not imported"
    assert [path.name for path in saved.parent.iterdir()] == ["alice.safetensors"]


@pytest.mark.parametrize("verb", ["rename", "duplicate"])
def test_that_only_memories_of_the_library_are_changed(desk: Desk, saved: Path, tmp_path: Path, verb: str) -> None:
    other = tmp_path / "other.safetensors"
    other.write_bytes(saved.read_bytes())
    if verb == "rename":
        after(desk, lambda: desk.port.rename_snapshot(other, "Mine", ""))
    else:
        after(desk, lambda: desk.port.duplicate_snapshot(other))
    assert other.read_bytes() == saved.read_bytes()
    assert "Only memories of the library" in refusal(desk)[1]


def test_that_a_memory_file_keeps_its_ending_when_it_goes_out(desk: Desk, saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "conversations.sqlite"
    target.write_text("precious")
    after(desk, lambda: desk.port.export_snapshot(saved, target))
    assert target.read_text() == "precious"
    assert refusal(desk)[0] == "This memory was not exported"


def test_that_a_memory_is_saved_after_an_earlier_turn(desk: Desk) -> None:
    desk.say("one")
    desk.say("two")
    first, second = (node.id for node in _tree(desk))
    lines = after(desk, lambda: desk.port.save_snapshot(desk.port.snapshots_dir / "a.safetensors", "A", "", first))
    assert lines[0].turns == 1
    lines = after(desk, lambda: desk.port.save_snapshot(desk.port.snapshots_dir / "b.safetensors", "B", "", second))
    memories = {line.title: json.loads(line.path.read_text())["memory"] for line in lines}
    assert memories["A"] != memories["B"]
    assert {line.title: line.turns for line in lines} == {"A": 1, "B": 2}


def _tree(desk: Desk):  # type: ignore[no-untyped-def]
    desk.port.open_conversation(desk.opened.id)
    desk.rest()
    return desk.opened.tree


def test_that_a_system_prompt_is_a_memory_that_a_new_chat_starts_from(desk: Desk) -> None:
    opened = len(desk.heard.opened)
    desk.port.write_system_prompt("You are a knight", "Knight", 5)
    desk.until(lambda: len(desk.heard.opened) > opened)
    desk.rest()
    assert desk.opened.origin == "Knight"
    assert desk.opened.turns == ()
    assert [(line.title, line.turns) for line in listed(desk)] == [("Knight", 0)]


def test_that_a_system_prompt_is_measured_without_being_written(desk: Desk) -> None:
    heard: list[tuple[str, int, int]] = []
    desk.port.prompt_measured.connect(lambda *words: heard.append(words))
    desk.port.measure_prompt("three little words")
    desk.until(lambda: bool(heard))
    assert heard == [("three little words", 3, 64)]


def test_that_a_memory_that_changes_on_its_way_is_not_opened(
    desk: Desk, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.opened
    monkeypatch.setattr(FakeSnapshot, "sha256", "0" * 64)
    desk.port.open_snapshot(saved)
    desk.rest()
    assert desk.opened is before
    assert refusal(desk)[0] == "This memory was not opened"
    desk.say("still here")
    assert refusal(desk)[0] == "This memory was not opened"
