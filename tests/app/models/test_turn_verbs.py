"""What can be done with a turn, and the reason where it cannot."""

from __future__ import annotations

from app.models.exchange import Exchange, TurnState
from app.models.phase import Phase
from app.models.turn_verbs import VERBS, TurnFacts, refusals


def remembered(**changes: object) -> Exchange:
    exchange = Exchange("q", "a", TurnState.IN_MEMORY, "eos", turn=0, id=5, versions=(5,))
    for name, value in changes.items():
        setattr(exchange, name, value)
    return exchange


def refused(exchange: Exchange | None, phase: Phase = Phase.READY, is_tip: bool = False) -> dict[str, str]:
    return refusals(TurnFacts(exchange, phase, is_tip))


def test_that_a_remembered_turn_can_be_forked_forgotten_and_answered_again() -> None:
    assert set(refused(remembered())) == {"rewrite_memory", "previous_version", "next_version"}


def test_that_nothing_can_be_done_without_a_message_or_a_model_or_while_busy() -> None:
    assert set(refused(None)) == set(VERBS)
    assert set(refused(remembered(), Phase.NO_MODEL)) == set(VERBS)
    assert refused(remembered(), Phase.ANSWERING)["regenerate"] == "Please wait: answering."


def test_that_an_edited_answer_can_be_written_to_memory() -> None:
    assert "rewrite_memory" not in refused(remembered(is_edited=True))


def test_that_a_turn_that_is_not_in_memory_cannot_be_forgotten_or_saved() -> None:
    reasons = refused(remembered(turn=None, state=TurnState.NOT_IN_MEMORY))
    assert {"forget_turn", "rewrite_memory", "save_turn_memory"} <= set(reasons)
    assert "regenerate" not in reasons


def test_that_a_turn_that_could_not_be_saved_cannot_be_changed() -> None:
    assert set(refused(remembered(id=0))) == set(VERBS)


def test_that_the_ends_of_the_versions_are_ends() -> None:
    first = refused(remembered(versions=(5, 8, 9)))
    last = refused(remembered(versions=(1, 2, 5)))
    assert "previous_version" in first
    assert "next_version" not in first
    assert "next_version" in last
    assert "previous_version" not in last


def test_that_the_newest_turn_needs_no_fork() -> None:
    assert "fork_here" in refused(remembered(), is_tip=True)
