"""The list of saved memories says what each is, whether it fits the loaded model, and gives its files away."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.engine.messages import SnapshotInfo
from app.models.list_role import ListRole
from app.models.memories import MemoryFilter, MemoryRole, SnapshotList, date_in_words, why_not
from rxt.events import frozen_array
from tests.app.views.fake_port import LAYERS, MODEL, SLOTS, WIDTH, snapshot

SHAPE = (LAYERS, SLOTS, WIDTH)


def memory(name: str = "knight", **changes: object) -> SnapshotInfo:
    info = snapshot(Path(f"/x/{name}.safetensors"), name.title())
    return dataclasses.replace(info, **{"shape": SHAPE, **changes})  # type: ignore[arg-type]


def test_that_list_and_filter_are_sound_models() -> None:
    memories = SnapshotList()
    shown = MemoryFilter(memories)
    testers = [
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for model in (memories, shown)
    ]
    memories.set_lines((memory("a"), memory("b")))
    shown.set_text("b")
    memories.set_lines((memory("a"), memory("b"), memory("c")))
    memories.set_model(MODEL)
    memories.set_lines(())
    for tester in testers:
        tester.deleteLater()


def test_that_the_hashes_of_what_a_memory_was_made_from_are_told_whole() -> None:
    origin = f"{'A mixed with B of the chat “Hi, my name is Alice.” ' * 4}(memories {'a' * 12} and {'b' * 12})"
    memories = SnapshotList()
    memories.set_lines((memory("a", origin=origin),))
    assert origin in memories.index(0).data(MemoryRole.ORIGIN)


def test_that_the_same_files_keep_their_rows() -> None:
    memories = SnapshotList()
    memories.set_lines((memory("a"), memory("b")))
    resets: list[bool] = []
    memories.modelReset.connect(lambda: resets.append(True))
    memories.set_lines((memory("a", title="Another"), memory("b")))
    assert resets == []
    assert memories.index(0).data() == "Another"
    memories.set_lines((memory("b"),))
    assert resets == [True]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ()),
        ({"fingerprint": "0" * 64, "model": "other"}, ("other", "000000000000", "mneme-small", "ffffffffffff")),
        ({"fingerprint": "0" * 64}, ("000000000000", "ffffffffffff", "open a copy of its folder")),
        ({"shape": (1, 2, 3), "model": "other"}, ("1 × 2 × 3", "other", "6 × 64 × 128", "File, Open model folder")),
        ({"shape": (0, 0, 0), "fingerprint": "0" * 64}, ("fingerprint 000000000000",)),
        ({"problem": "It is damaged."}, ("It is damaged.",)),
    ],
)  # fmt: skip
def test_that_a_memory_that_does_not_fit_says_both_values(changes: dict[str, object], words: tuple[str, ...]) -> None:
    reason = why_not(memory(**changes), MODEL)
    assert bool(reason) == bool(words)
    assert all(word.replace(" ", "\u00a0") in reason or word in reason for word in words)


def test_that_the_bundled_model_is_a_way_only_while_another_is_open() -> None:
    way = "Use the bundled model"
    for line in (memory(fingerprint="0" * 64), memory(fingerprint="0" * 64, model="other")):
        assert way not in why_not(line, MODEL)
        assert way in why_not(line, dataclasses.replace(MODEL, source="/elsewhere/mneme-small"))


def test_that_nothing_fits_while_no_model_is_open() -> None:
    memories = SnapshotList()
    memories.set_lines((memory(),))
    assert memories.index(0).data(MemoryRole.WHY_NOT) == "No model is open."
    memories.set_model(MODEL)
    assert memories.index(0).data(MemoryRole.WHY_NOT) == ""


def test_that_another_model_is_told_for_every_line() -> None:
    memories = SnapshotList()
    memories.set_lines((memory("a"), memory("b", fingerprint="0" * 64)))
    told: list[tuple[int, int]] = []
    memories.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    memories.set_model(MODEL)
    assert told == [(0, 1)]
    assert [memories.fits(line) for line in memories.lines] == [True, False]


def test_that_a_card_has_the_facts_and_the_note_as_it_was_typed() -> None:
    memories = SnapshotList()
    norm = frozen_array(np.ones((2, 3)))
    memories.set_lines((memory(norm=norm, description="two\nlines", model="m\nodel"), memory("b", problem="No.")))
    index = memories.index(0)
    assert index.data(MemoryRole.FACTS).replace("\u00a0", " ") == "6 × 64 × 128 · 197 kB"
    assert (index.data(MemoryRole.NOTE), index.data(MemoryRole.MODEL)) == ("two\nlines", "m odel")
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "two lines"
    assert index.data(MemoryRole.NORM) is norm
    assert [memories.index(row).data(MemoryRole.IS_DAMAGED) for row in (0, 1)] == [False, True]
    assert memories.row_of(Path("/x/b.safetensors")) == 1


def test_that_a_line_says_aloud_what_the_card_shows() -> None:
    memories = SnapshotList()
    memories.set_model(MODEL)
    memories.set_lines((memory(synthetic=True, fingerprint="0" * 64),))
    words = memories.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words.startswith(
        "Knight, 4 turns · 197 kB, made with mneme-small on 2025-11-22, synthetic, cannot be opened"
    )


def test_that_a_memory_made_of_others_is_not_said_to_be_of_no_turns() -> None:
    memories = SnapshotList()
    mixed = memory("mix", turns=0, synthetic=True, origin="50 % of turn 3 and 50 % of turn 7")
    memories.set_lines((mixed, memory("text", turns=0, origin="A text")))
    index = memories.index(0)
    assert index.data(ListRole.DETAIL) == "197 kB"
    assert index.data(MemoryRole.ORIGIN) == "50 % of turn 3 and 50 % of turn 7"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Mix, 197 kB, made with")
    assert memories.index(1).data(MemoryRole.ORIGIN) == "From “A text”, after no turns"
    assert memories.index(1).data(ListRole.DETAIL) == "no turns · 197 kB"


@pytest.mark.usefixtures("tokyo")
def test_that_a_memory_is_said_aloud_to_be_made_on_the_day_that_its_card_shows() -> None:
    memories = SnapshotList()
    memories.set_lines((memory(created="2026-03-01T23:00:00Z"),))
    assert memories.index(0).data(MemoryRole.DATE).startswith("2026-03-02")
    assert "on 2026-03-02" in memories.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_that_memories_are_found_by_every_word_of_title_note_origin_and_model() -> None:
    memories = SnapshotList()
    shown = MemoryFilter(memories)
    memories.set_lines((memory("knight", origin="A tale"), memory("alice", description="lives in Tokyo")))
    for text, found in (("", 2), ("TOKYO alice", 1), ("tale", 1), ("small", 2), ("tale tokyo", 0)):
        shown.set_text(text)
        assert shown.rowCount() == found, text


def test_that_a_memory_is_dragged_out_as_its_file() -> None:
    memories = SnapshotList()
    memories.set_lines((memory("a b"),))
    index = memories.index(0)
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    (url,) = memories.mimeData([index]).urls()
    assert Path(url.toLocalFile()) == Path("/x/a b.safetensors")
    assert index.data(ListRole.KEY) == Path("/x/a b.safetensors")
    assert memories.supportedDragActions() == Qt.DropAction.CopyAction  # whoever takes it leaves the file here
    assert memories.mimeTypes() == ["text/uri-list"]


def test_that_a_date_that_is_none_is_shown_as_it_is() -> None:
    assert date_in_words("yester\nday") == "yester day"
    assert date_in_words("2025-11-22T10:00:00Z").startswith("2025-11-2")
