"""What the engine tells of paths keeps the window's models in step with the store, turn by turn."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from app import main
from app.engine.port import EnginePort
from app.main import Program, parse
from rxt.events import Sampling
from tests.app.engine.fake_session import Behaviour, FakeLibrary

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WARM = Sampling(temperature=1.0)


class Desktop:
    """The whole program with a model that is no model."""

    def __init__(self, program: Program, behaviour: Behaviour, qtbot: QtBot) -> None:
        self.program = program
        self.behaviour = behaviour
        self._qtbot = qtbot
        self.conversation = program._workspace.conversation
        self.history = program._workspace.history

    def rest(self) -> None:
        self._qtbot.waitUntil(lambda: self.program.port.phase.value == "ready", timeout=10_000)

    def say(self, text: str, sampling: Sampling = Sampling()) -> int:  # noqa: B008 - frozen
        self.program.port.ask(text, sampling)
        self.rest()
        return self.conversation.exchanges[-1].id

    def check(self) -> None:
        """The transcript, the history and the engine show the same path."""
        place = self.program.port._worker.engine.dialogue.place
        shown = self.conversation.exchanges
        assert [(item.id, item.query, item.answer) for item in shown] == [
            (turn.id, turn.query, turn.answer) for turn in place.turns
        ]
        assert [(item.versions, item.status) for item in shown] == [
            (turn.versions, turn.memory) for turn in place.turns
        ]
        hashes = [turn.record.memory_after for turn in place.turns if turn.record is not None]
        assert [record.memory_after for record in self.history.records] == hashes


@pytest.fixture
def desktop(qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    behaviour = Behaviour()
    port = functools.partial(EnginePort, open_library=lambda: FakeLibrary(behaviour))
    monkeypatch.setattr(main, "EnginePort", port)
    program = Program(qapp, parse(["--data-dir", str(tmp_path / "data")]))
    try:
        program.start()
        desktop = Desktop(program, behaviour, qtbot)
        qtbot.waitUntil(lambda: program.port.model is not None, timeout=10_000)
        desktop.rest()
        yield desktop
    finally:
        program.window.close()
        assert program.close()
        program.window.deleteLater()


def test_that_every_verb_leaves_the_window_and_the_engine_with_one_path(desktop: Desktop) -> None:
    port = desktop.program.port
    first, second, third = (desktop.say(text) for text in ("one", "two", "three"))
    desktop.check()
    for verb in (
        lambda: port.regenerate(third, WARM),
        lambda: port.edit_query(second, "zwei", WARM),
        lambda: port.show_branch(second),
        lambda: port.edit_answer(second, "II"),
        lambda: port.rewrite_memory(first),
        lambda: port.forget_turn(desktop.conversation.exchanges[0].id),
        lambda: port.go_to(first),
        lambda: port.ask_after(None, "anew", WARM),
        lambda: port.go_to(None),
        lambda: port.ask_after(second, " ", WARM),
        lambda: port.ask(" ", WARM),
    ):
        verb()
        desktop.rest()
        desktop.program.port._deliver()
        desktop.check()


def test_that_a_model_that_fails_while_it_reads_leaves_no_trace_in_the_transcript(desktop: Desktop) -> None:
    first, second = desktop.say("one"), desktop.say("two")

    def fail(number: int) -> None:
        raise ValueError("the fake failed")

    desktop.behaviour.before_token = fail
    desktop.program.port.ask_after(first, "lost", Sampling())
    desktop.rest()
    desktop.check()
    assert [item.id for item in desktop.conversation.exchanges] == [first, second]
    desktop.program.port.ask("lost too", Sampling())
    desktop.rest()
    desktop.check()
    desktop.behaviour.before_token = lambda number: None
    desktop.say("three")
    desktop.check()
