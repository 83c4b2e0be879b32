"""The engine with the real library and two tiny models: what was saved answers exactly like what was never saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.engine.library import import_rxt
from app.models.phase import Phase
from rxt.events import AnswerFinished, MemoryWritten, Sampling
from tests.app.engine.conftest import Desk
from tests.app.engine.fake_session import Behaviour

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

GOLDEN = Path(__file__).parents[2] / "golden"
GREEDY = Sampling(max_tokens=8)


@pytest.fixture(params=["alpha-interlayer", "beta-self-interlayer"])
def model(request: pytest.FixtureRequest) -> str:
    return str(GOLDEN / str(request.param))


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, model: str) -> Iterator[Desk]:
    desk = Desk(qtbot, tmp_path / "data", Behaviour(), import_rxt)
    try:
        desk.port.start(model, None)
        desk.until(lambda: not desk.port.phase.is_busy, timeout_ms=60_000)  # torch is imported here
        assert desk.heard.load_failed == []
        yield desk
    finally:
        assert desk.port.shutdown()


def _answer(desk: Desk, text: str) -> tuple[str, str]:
    """The answer and the memory after it."""
    desk.port.ask(text, GREEDY)
    desk.rest()
    assert desk.heard.rejected == []
    answer = [event.answer for event in desk.heard.events if isinstance(event, AnswerFinished)][-1]
    record = [event.record for event in desk.heard.events if isinstance(event, MemoryWritten)][-1]
    return answer, record.memory_after


def test_that_a_saved_memory_answers_like_one_that_was_never_saved(desk: Desk) -> None:
    path = desk.port.snapshots_dir / "a.safetensors"
    _answer(desk, "hello, my name is Alice")
    desk.port.save_snapshot(path, "Alice", "")
    desk.rest()
    expected = _answer(desk, "what is my name?")
    desk.port.new_conversation(5)
    desk.port.open_snapshot(path)
    desk.rest()
    assert desk.heard.failed == []
    assert _answer(desk, "what is my name?") == expected
    assert desk.heard.phases[-1] is Phase.READY
    assert [info.title for info in desk.heard.snapshots[-1]] == ["Alice"]


def test_that_a_conversation_that_was_closed_goes_on_like_one_that_was_not(desk: Desk, model: str) -> None:
    desk.port.new_conversation(3)
    desk.rest()
    _answer(desk, "hello, my name is Alice")
    number = desk.opened.id
    stored = desk.opened.initial.sha256
    desk.reopen(model)
    desk.port.open_conversation(number)
    desk.rest()
    assert desk.opened.initial.sha256 == stored
    reopened = _answer(desk, "what is my name?")
    desk.port.new_conversation(3)
    desk.rest()
    _answer(desk, "hello, my name is Alice")
    assert _answer(desk, "what is my name?") == reopened


@pytest.mark.parametrize("text", ["", " \n", "word " * 10_000, "\ud800 half an emoji " * 5_000])
def test_that_a_message_that_cannot_be_read_comes_back(desk: Desk, text: str) -> None:
    desk.port.ask(text, GREEDY)
    desk.rest()
    assert len(desk.heard.rejected) == 1
    assert desk.heard.events == []
    _answer_again(desk)


def _answer_again(desk: Desk) -> None:
    desk.heard.rejected.clear()
    _answer(desk, "hello \ud83d [A] [EOS]")


def test_that_a_folder_that_is_no_model_leaves_the_open_one(desk: Desk, tmp_path: Path) -> None:
    first = _answer(desk, "hello")
    desk.port.load_model(str(tmp_path))
    desk.rest()
    assert "config.json" in desk.heard.load_failed[0]
    assert desk.opened is desk.heard.opened[0]
    assert first[1] == desk.heard.events[-1].record.memory_after  # type: ignore[union-attr]
    _answer(desk, "still there?")
