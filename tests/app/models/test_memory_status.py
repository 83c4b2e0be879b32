"""What of a turn is in memory is one rule for the store, the engine and the transcript."""

from __future__ import annotations

import pytest

from app.models.exchange import Exchange, TurnState
from app.models.memory_status import MemoryStatus, TurnPhase, status_of
from app.store.records import Node
from rxt.events import FinishReason


@pytest.mark.parametrize(
    ("phase", "reason", "edited", "status"),
    [
        ("pending", None, False, "not"),
        ("replied", "eos", True, "not"),
        ("remembered", "eos", False, "in memory"),
        ("remembered", None, False, "in memory"),
        ("remembered", "stopped", False, "partly"),
        ("remembered", "length", False, "partly"),
        ("remembered", "length", True, "edited"),
    ],
)
def test_that_the_tree_and_the_transcript_say_the_same_of_a_turn(
    phase: TurnPhase, reason: FinishReason | None, edited: bool, status: MemoryStatus
) -> None:
    state = TurnState.IN_MEMORY if phase == "remembered" else TurnState.NOT_IN_MEMORY
    exchange = Exchange("Hi", "Hello", state, reason, is_edited=edited)
    node = Node(1, None, 0, "Hi", "Hello", phase, reason, "", 0.0, forgotten=False, edited=edited)
    assert status_of(phase, reason, edited) == node.memory_status == exchange.status == status
