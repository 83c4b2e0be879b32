"""The window can be closed at any moment of a turn."""

from __future__ import annotations

import pytest

from tests.faults.closings import TURN_S, close_once


@pytest.mark.parametrize("moment", [0.0, 0.2, 0.5, 0.85, 1.3])
def test_that_closing_during_a_turn_is_quick_quiet_and_loses_nothing(moment: float) -> None:
    closing = close_once(moment * TURN_S)
    assert closing.problem == "", closing
    assert closing.turns >= 1
