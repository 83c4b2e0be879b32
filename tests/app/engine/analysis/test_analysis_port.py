"""Questions go in and findings come back, in order, never in the way of the engine, and never after the end."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.engine.analysis.inquiries import AskHealth, AskInfluence, AskProbe, AskReads, AskValues
from app.engine.analysis.port import AnalysisPort
from app.engine.refusal import RefusedError
from app.models.phase import Phase
from tests.app.engine.analysis.analysis_stand_in import NOTHING, Heard, StandIn, subject


@pytest.fixture
def analyst() -> StandIn:
    return StandIn()


@pytest.fixture
def port(analyst: StandIn, qtbot: QtBot) -> Iterator[AnalysisPort]:
    port = AnalysisPort(opening=lambda: analyst)
    port.set_subject(subject(3))
    yield port
    analyst.goes.set()
    assert port.shutdown()


@pytest.fixture
def heard(port: AnalysisPort) -> Heard:
    return Heard(port)


def test_that_an_inquiry_is_answered_with_its_ticket(port: AnalysisPort, heard: Heard, qtbot: QtBot) -> None:
    first, second = port.inquire(AskReads(0)), port.inquire(AskReads(1))
    assert port.is_busy
    assert heard.found == []
    qtbot.waitUntil(lambda: len(heard.found) == 2)
    assert heard.found == [(first, NOTHING), (second, NOTHING)]
    assert not port.is_busy
    assert [share for ticket, share in heard.progressed if ticket == first] == pytest.approx([1 / 3, 2 / 3, 1])


def test_that_nothing_is_started_before_the_first_question(port: AnalysisPort, heard: Heard) -> None:
    assert not port._thread.isRunning()
    assert not port.is_busy


def test_that_without_a_model_there_is_a_sentence(port: AnalysisPort, heard: Heard, qtbot: QtBot) -> None:
    port.set_subject(None)
    ticket = port.inquire(AskReads(0))
    qtbot.waitUntil(lambda: bool(heard.refused))
    assert heard.refused[0][0] == ticket
    assert "Open one first" in heard.refused[0][1]


class NativePanicError(BaseException):
    """Like a panic of native code: no Exception."""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (RefusedError("There is no such turn."), "There is no such turn."),
        (ValueError("the memory holds NaN"), "The memory holds NaN."),
        (MemoryError(), "could not be computed (MemoryError"),
        (NativePanicError("index out of range"), "could not be computed (NativePanicError: index out of range)"),
    ],
)
def test_that_whatever_is_raised_becomes_a_sentence_and_the_thread_lives(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot, wrong: BaseException, words: str
) -> None:
    analyst.wrong = wrong
    port.inquire(AskReads(0))
    qtbot.waitUntil(lambda: bool(heard.refused))
    assert words in heard.refused[0][1]
    analyst.wrong = None
    port.inquire(AskReads(0))
    qtbot.waitUntil(lambda: bool(heard.found))


def test_that_a_cancelled_inquiry_is_not_heard_of_again(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    analyst.goes.clear()
    running, waiting = port.inquire(AskReads(0)), port.inquire(AskReads(1))
    qtbot.waitUntil(lambda: bool(analyst.begun))
    port.cancel(waiting)
    port.cancel(running)
    port.cancel(running)
    port.cancel(99)
    assert not port.is_busy
    last = port.inquire(AskReads(2))
    analyst.goes.set()
    qtbot.waitUntil(lambda: bool(heard.found))
    assert [ticket for ticket, _ in heard.found] == [last]
    assert analyst.called_off == [AskReads(0)]
    assert AskReads(1) not in analyst.begun


def test_that_the_analyst_waits_between_steps_while_the_engine_answers(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    at_step = threading.Event()
    analyst.at_step = lambda inquiry, step: at_step.set()
    analyst.goes.clear()
    port.inquire(AskReads(0))
    qtbot.waitUntil(at_step.is_set)
    port.set_phase(Phase.READING)
    analyst.goes.set()
    qtbot.waitUntil(lambda: bool(heard.progressed))
    qtbot.wait(30)
    assert len(heard.progressed) == 1  # the step that was under way, and no other
    port.set_phase(Phase.WRITING)
    assert heard.found == []
    port.set_phase(Phase.READY)
    qtbot.waitUntil(lambda: bool(heard.found))


def test_that_a_question_asked_during_an_answer_begins_after_it(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    port.set_phase(Phase.ANSWERING)
    port.inquire(AskReads(0))
    qtbot.wait(30)
    assert analyst.begun == []
    port.set_phase(Phase.READY)
    qtbot.waitUntil(lambda: bool(heard.found))


def test_that_an_inquiry_that_waits_for_the_engine_can_be_cancelled(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    at_step = threading.Event()
    analyst.at_step = lambda inquiry, step: at_step.set()
    analyst.goes.clear()
    ticket = port.inquire(AskReads(0))
    qtbot.waitUntil(at_step.is_set)
    port.set_phase(Phase.ANSWERING)
    analyst.goes.set()
    port.cancel(ticket)
    qtbot.waitUntil(lambda: bool(analyst.called_off))


def test_that_quick_questions_are_answered_in_the_pauses_of_long_ones(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    analyst.goes.clear()
    long, later = port.inquire(AskProbe()), port.inquire(AskInfluence())
    qtbot.waitUntil(lambda: bool(analyst.begun))
    quick = [port.inquire(AskHealth(0)), port.inquire(AskValues(0))]
    analyst.goes.set()
    qtbot.waitUntil(lambda: len(heard.found) == 4)
    assert [ticket for ticket, _ in heard.found] == [*quick, long, later]


def test_that_another_path_calls_off_what_was_asked_of_the_former(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    analyst.goes.clear()
    port.inquire(AskReads(0))
    qtbot.waitUntil(lambda: bool(analyst.begun))
    port.set_subject(subject(3, slots=16))
    assert not port.is_busy
    ticket = port.inquire(AskReads(2))
    analyst.goes.set()
    qtbot.waitUntil(lambda: bool(heard.found))
    assert [known for known, _ in heard.found] == [ticket]
    assert heard.origins == 1


def test_that_one_turn_more_leaves_what_was_asked_before(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    analyst.goes.clear()
    ticket = port.inquire(AskReads(0))
    port.set_subject(subject(4))
    analyst.goes.set()
    qtbot.waitUntil(lambda: bool(heard.found))
    assert heard.found[0][0] == ticket


def test_that_a_probe_of_the_model_alone_goes_on_in_another_chat_and_not_with_another_model(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    analyst.goes.clear()
    played, listed = port.inquire(AskProbe()), port.inquire(AskProbe((("Who am I?", "Alice"),)))
    qtbot.waitUntil(lambda: bool(analyst.begun))
    port.set_subject(subject(2, slots=16))
    assert (port.is_asked(played), port.is_asked(listed)) == (True, False)
    analyst.goes.set()
    qtbot.waitUntil(lambda: bool(heard.found))
    assert heard.found == [(played, NOTHING)]
    analyst.goes.clear()
    again = port.inquire(AskProbe())
    port.set_subject(subject(2, slots=16, loaded=Model()))
    assert not port.is_asked(again)


class Model:
    """Something that can be seen to go."""


def test_that_a_former_model_is_let_go_of_even_where_nothing_more_is_asked(
    port: AnalysisPort, heard: Heard, analyst: StandIn, qtbot: QtBot
) -> None:
    port.set_subject(subject(3, loaded=Model()))
    former = weakref.ref(port._subject.loaded)  # type: ignore[union-attr]
    port.inquire(AskReads(0))
    qtbot.waitUntil(lambda: bool(heard.found))
    port.set_phase(Phase.LOADING)  # it is held
    port.set_subject(subject(3))
    qtbot.waitUntil(lambda: former() is None)
    qtbot.waitUntil(lambda: analyst.forgot == 1)
    port.set_subject(subject(4))
    port.set_phase(Phase.READY)
    port.inquire(AskReads(1))
    qtbot.waitUntil(lambda: len(heard.found) == 2)
    assert analyst.forgot == 1


def test_that_fewer_turns_or_another_model_are_another_subject() -> None:
    assert subject(3).continues(subject(2))
    assert not subject(2).continues(subject(3))
    assert not subject(3).continues(subject(3, slots=16))
    assert not subject(3).continues(subject(3, loaded=object()))
    assert not subject(3).continues(None)


@pytest.mark.parametrize("phase", [Phase.READY, Phase.ANSWERING])
def test_that_closing_during_an_analysis_takes_no_time(qtbot: QtBot, phase: Phase) -> None:
    analyst = StandIn(steps=10**9)
    port = AnalysisPort(opening=lambda: analyst)
    heard = Heard(port)
    port.set_subject(subject(3))
    port.inquire(AskInfluence())
    port.inquire(AskReads(0))
    qtbot.waitUntil(lambda: bool(analyst.begun))
    port.set_phase(phase)
    assert port.shutdown()
    assert port.shutdown()
    assert port._thread.isFinished()
    assert analyst.called_off == analyst.begun  # between two of its very many steps
    assert analyst.ended == []
    port.inquire(AskReads(1))
    assert not port.is_busy
    assert heard.found == heard.refused == []


def test_that_leaving_waits_for_nothing_and_hands_the_thread_over(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_step = threading.Event()
    analyst = StandIn(at_step=lambda inquiry, step: at_step.set())
    port = AnalysisPort(opening=lambda: analyst)
    port.set_subject(subject(3))
    analyst.goes.clear()
    port.inquire(AskReads(0))
    qtbot.waitUntil(at_step.is_set)
    waits: list[int] = []
    with monkeypatch.context() as patch:
        for way in ("wait", "ends_within"):
            patch.setattr(port._thread, way, waits.append)
        thread = port.leave()
    assert waits == []
    assert thread.isRunning()
    assert port.leave() is thread
    assert not port.is_busy
    analyst.goes.set()
    assert port.shutdown()
    assert thread.isFinished()


def test_that_closing_without_ever_asking_is_nothing(qtbot: QtBot) -> None:
    assert AnalysisPort().shutdown()


def test_that_native_code_which_hangs_is_told_apart(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.analysis.port.SHUTDOWN_MS", 50)
    at_step = threading.Event()
    analyst = StandIn(at_step=lambda inquiry, step: at_step.set())
    port = AnalysisPort(opening=lambda: analyst)
    port.set_subject(subject(1))
    analyst.goes.clear()
    port.inquire(AskReads(0))
    qtbot.waitUntil(at_step.is_set)
    assert not port.shutdown()
    analyst.goes.set()
    assert port._thread.wait(10_000)
