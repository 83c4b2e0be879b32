"""The analyst beside a working engine: it hears of every change first, and other branches come from the store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot

from app.engine.analysis.findings import Comparison, Reads
from app.engine.analysis.inquiries import AskComparison, AskPaired, AskReads, BranchMemory, Edit, TurnMemory
from app.engine.analysis.port import AnalysisPort
from app.engine.library import import_rxt
from rxt.events import Event, MemoryWritten, Sampling
from tests.app.engine.analysis.analysis_stand_in import Heard
from tests.app.engine.conftest import Desk
from tests.app.engine.fake_session import Behaviour

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

MODEL = Path(__file__).parents[3] / "golden" / "beta-self-interlayer"
GREEDY = Sampling(max_tokens=8)


class Eager(QObject):
    """Asks about a turn in the moment in which it hears of it, and about a path when it opens."""

    def __init__(self, desk: Desk, analyst: AnalysisPort) -> None:
        super().__init__()
        self._analyst = analyst
        self.known: list[int] = []
        desk.port.events_arrived.connect(self._on_events)
        desk.port.conversation_opened.connect(self._on_opened)
        desk.port.path_changed.connect(self._on_opened)

    @Slot(object)
    def _on_events(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, MemoryWritten):
                assert self._analyst.origin is not None
                self.known.append(len(self._analyst.origin.records))
                self._analyst.inquire(AskReads(event.turn))

    @Slot(object)
    def _on_opened(self, opened: object) -> None:
        assert self._analyst.origin is not None
        self.known.append(len(self._analyst.origin.records))


@pytest.fixture
def analyst(qtbot: QtBot) -> Iterator[AnalysisPort]:
    analyst = AnalysisPort()
    yield analyst
    assert analyst.shutdown()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, analyst: AnalysisPort) -> Iterator[Desk]:
    desk = Desk(qtbot, tmp_path / "data", Behaviour(), import_rxt)
    analyst.follow(desk.port)
    try:
        desk.port.start(str(MODEL), None)
        desk.until(lambda: not desk.port.phase.is_busy, timeout_ms=60_000)  # torch is imported here
        yield desk
    finally:
        assert desk.port.shutdown()


def say(desk: Desk, text: str) -> None:
    desk.port.ask(text, GREEDY)
    desk.rest()


def test_that_the_analyst_knows_a_turn_before_anybody_hears_of_it(
    desk: Desk, analyst: AnalysisPort, qtbot: QtBot
) -> None:
    heard, eager = Heard(analyst), Eager(desk, analyst)
    for text in ("hello", "my name is Alice", "what is my name?"):
        say(desk, text)
    qtbot.waitUntil(lambda: len(heard.found) == 3)
    assert eager.known == [1, 2, 3]
    assert heard.refused == []
    assert [finding.turn for _, finding in heard.found if isinstance(finding, Reads)] == [0, 1, 2]
    tip = desk.heard.trees[-1][1]
    desk.port.new_conversation(3)
    desk.rest()
    assert eager.known[-1] == 0
    assert tip is not None


def test_that_another_branch_is_compared_with_the_open_one(desk: Desk, analyst: AnalysisPort, qtbot: QtBot) -> None:
    heard = Heard(analyst)
    say(desk, "hello")
    say(desk, "my name is Alice")
    nodes, left = desk.heard.trees[-1]
    assert left is not None
    first = nodes[0].id
    desk.port.ask_after(first, "my name is Bob", GREEDY)
    desk.rest()
    assert analyst.origin is not None
    assert [record.query for record in analyst.origin.records] == ["hello", "my name is Bob"]
    analyst.inquire(AskComparison(TurnMemory(1), BranchMemory(left)))
    analyst.inquire(AskComparison(TurnMemory(0), BranchMemory(first)))
    where = np.zeros((3, 8), dtype=bool)
    where[0, 1] = True
    analyst.inquire(AskPaired(1, Edit("patch", where, BranchMemory(left))))
    analyst.inquire(AskComparison(TurnMemory(1), BranchMemory(99)))
    qtbot.waitUntil(lambda: len(heard.found) == 3 and len(heard.refused) == 1)
    apart, alike = heard.found[0][1], heard.found[1][1]
    assert isinstance(apart, Comparison)
    assert isinstance(alike, Comparison)
    assert apart.b_name == "turn 2 of another branch"
    assert apart.difference.max() > 0
    assert not alike.difference.any()
    assert "does not exist" in heard.refused[0][1]
    desk.port.go_to(first)
    desk.rest()
    assert len(analyst.origin.records) == 1


def test_that_the_engine_is_never_kept_waiting_by_an_analysis(
    desk: Desk, analyst: AnalysisPort, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.engine.analysis import maps as analysis_maps  # and torch with it, which the engine has imported by now

    begun, goes = threading.Event(), threading.Event()

    def stuck(*about: Any) -> Reads:
        begun.set()
        assert goes.wait(10)
        return reads_of(*about)

    reads_of = analysis_maps.reads_of
    monkeypatch.setattr(analysis_maps, "reads_of", stuck)
    heard = Heard(analyst)
    say(desk, "hello")
    try:
        ticket = analyst.inquire(AskReads(0))
        qtbot.waitUntil(begun.is_set)
        say(desk, "my name is Alice")
        assert [event.turn for event in desk.heard.events if isinstance(event, MemoryWritten)] == [0, 1]
        assert (heard.found, heard.refused) == ([], [])
    finally:
        goes.set()
    qtbot.waitUntil(lambda: not analyst.is_busy)
    assert [found for found, _ in heard.found] == [ticket]
    assert desk.heard.rejected == []


def test_that_the_analyst_knows_which_saved_memory_a_chat_was_opened_from(desk: Desk, analyst: AnalysisPort) -> None:
    assert analyst.origin is not None
    assert analyst.origin.opened_from == ""
    path = desk.port.snapshots_dir / "knight.safetensors"
    desk.port.save_snapshot(path, "Knight", "")
    desk.rest()
    desk.port.open_snapshot(path)
    desk.rest()
    assert analyst.origin.opened_from == "Knight"
