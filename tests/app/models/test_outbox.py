"""A message goes now, waits or comes back; it is never lost and never sent twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.outbox import Outbox, Submission
from app.models.phase import Phase
from rxt.events import AnswerFinished, MemoryWritten, TurnFailed, TurnStarted
from tests.app.views.fake_port import turn_record


class Watched:
    """An outbox whose signals are written down."""

    def __init__(self, phase: Phase = Phase.READY) -> None:
        self.outbox = Outbox()
        self.sent: list[str] = []
        self.returned: list[str] = []
        self.outbox.send.connect(self.sent.append)
        self.outbox.returned.connect(self.returned.append)
        self.outbox.set_phase(phase)


STARTED = (TurnStarted(0, "a", 3),)
WRITTEN = (MemoryWritten(0, turn_record(0, "a", "b")),)


def test_that_a_text_that_is_held_is_kept_until_its_turn_begins_and_nothing_overtakes_it() -> None:
    watched = Watched()
    watched.outbox.hold("a")
    assert watched.outbox.submit("b") is Submission.QUEUED
    assert (watched.outbox.in_flight, watched.sent) == ("a", [])
    watched.outbox.follow((*STARTED, *WRITTEN))
    watched.outbox.set_phase(Phase.READY)
    assert watched.sent == ["b"]
    watched.outbox.hold("c")
    watched.outbox.take_back()
    assert watched.returned[-1] == "c"


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b\u2060", "\ufeff \u202e\u2029"])
def test_that_an_empty_message_goes_nowhere(text: str) -> None:
    watched = Watched()
    assert watched.outbox.submit(text) is Submission.EMPTY
    assert watched.sent == []


def test_that_a_second_message_waits_until_the_turn_is_written() -> None:
    watched = Watched()
    assert watched.outbox.submit("a") is Submission.SENT
    assert watched.outbox.submit("b") is Submission.QUEUED
    watched.outbox.set_phase(Phase.READING)
    watched.outbox.follow(STARTED)
    watched.outbox.set_phase(Phase.WRITING)
    assert watched.sent == ["a"]
    watched.outbox.follow(WRITTEN)
    watched.outbox.set_phase(Phase.READY)
    assert watched.sent == ["a", "b"]
    assert watched.outbox.queued == ""


def test_that_a_third_message_stays_with_its_writer() -> None:
    watched = Watched(Phase.ANSWERING)
    watched.outbox.submit("a")
    assert watched.outbox.submit("b") is Submission.FULL
    assert watched.outbox.queued == "a"


def test_that_a_message_written_while_the_model_loads_is_sent_when_it_is_there() -> None:
    watched = Watched(Phase.LOADING)
    assert watched.outbox.submit("a") is Submission.QUEUED
    watched.outbox.set_phase(Phase.READY)
    assert watched.sent == ["a"]


def test_that_a_failed_turn_returns_the_waiting_message_instead_of_sending_it() -> None:
    watched = Watched()
    watched.outbox.submit("a")
    watched.outbox.follow(STARTED)
    watched.outbox.submit("b")
    watched.outbox.follow((TurnFailed(0, "answering", "no"),))
    watched.outbox.set_phase(Phase.READY)
    assert watched.returned == ["b"]
    assert watched.sent == ["a"]


def test_that_a_stopped_turn_lets_the_waiting_message_go() -> None:
    watched = Watched()
    watched.outbox.submit("a")
    watched.outbox.follow(STARTED)
    watched.outbox.submit("b")
    watched.outbox.follow((AnswerFinished(0, "stopped", "x"),))
    watched.outbox.set_phase(Phase.READY)
    assert watched.sent == ["a", "b"]


def test_that_another_conversation_returns_what_was_not_accepted() -> None:
    watched = Watched()
    watched.outbox.submit("a")
    watched.outbox.submit("b")
    watched.outbox.take_back()
    assert watched.returned == ["a", "b"]


def test_that_a_model_that_goes_away_returns_everything_and_whoever_takes_back_hears_whether_there_was_something() -> (
    None
):
    watched = Watched()
    watched.outbox.submit("a")
    watched.outbox.submit("b")
    watched.outbox.set_phase(Phase.NO_MODEL)
    assert (watched.returned, watched.sent) == (["a", "b"], ["a"])
    assert not watched.outbox.take_back()
    watched.outbox.set_phase(Phase.LOADING)
    watched.outbox.submit("c")
    assert watched.outbox.take_back()


def test_that_a_message_that_was_given_back_elsewhere_is_not_returned_again_and_holds_up_no_other() -> None:
    watched = Watched()
    watched.outbox.submit("a")
    watched.outbox.refused()
    assert watched.outbox.submit("b") is Submission.SENT
    assert (watched.sent, watched.returned) == (["a", "b"], [])


def test_that_the_waiting_message_is_told_when_it_comes_and_when_it_goes() -> None:
    watched = Watched(Phase.ANSWERING)
    told: list[str] = []
    watched.outbox.queue_changed.connect(told.append)
    watched.outbox.submit("a")
    watched.outbox.cancel()
    watched.outbox.cancel()
    watched.outbox.submit("b")
    watched.outbox.set_phase(Phase.READY)
    assert (told, watched.sent) == (["a", "", "b", ""], ["b"])


def test_that_stop_has_something_to_stop_but_while_memory_or_a_file_is_written() -> None:
    assert {phase for phase in Phase if phase.is_busy and not phase.can_stop} == {Phase.WRITING, Phase.SAVING}
    assert not Phase.READY.can_stop
    assert not Phase.NO_MODEL.can_stop
    assert {phase for phase in Phase if phase.is_turn} == {Phase.READING, Phase.ANSWERING, Phase.WRITING}


def test_that_without_a_model_nothing_is_taken() -> None:
    watched = Watched(Phase.NO_MODEL)
    assert watched.outbox.submit("a") is Submission.NO_MODEL


@given(st.lists(st.sampled_from(["submit", "start", "write", "fail", "ready", "busy", "refuse", "switch", "cancel"])))
def test_that_every_message_is_sent_returned_or_still_waiting_once(steps: list[str]) -> None:
    watched = Watched()
    taken: list[str] = []
    for number, step in enumerate(steps):
        match step:
            case "submit":
                if watched.outbox.submit(str(number)) in (Submission.SENT, Submission.QUEUED):
                    taken.append(str(number))
            case "start":
                watched.outbox.follow(STARTED)
            case "write":
                watched.outbox.follow(WRITTEN)
            case "fail":
                watched.outbox.follow((TurnFailed(0, "reading", "no"),))
            case "ready":
                watched.outbox.set_phase(Phase.READY)
            case "busy":
                watched.outbox.set_phase(Phase.ANSWERING)
            case "refuse":
                watched.outbox.refused()
            case "switch":
                watched.outbox.take_back()
            case "cancel":
                watched.outbox.cancel()
    waiting = [watched.outbox.queued] if watched.outbox.queued else []
    assert set(watched.sent) | set(watched.returned) | set(waiting) == set(taken)
    assert len(watched.sent) == len(set(watched.sent))
