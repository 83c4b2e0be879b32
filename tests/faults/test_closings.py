"""The window can be closed at any moment of a turn."""

from __future__ import annotations

import pytest

from tests.faults.closings import TURN_S, close_once

TRIES = 3
"""On a machine that others use too one closing may be slow, but not all; whatever else is wrong may not be at all."""
BUSY = 1.5
"""The slowness of a machine that has other work."""


@pytest.mark.parametrize("moment", [0.0, 0.2, 0.5, 0.85, 1.3])
def test_that_closing_during_a_turn_is_quick_quiet_and_loses_nothing(moment: float) -> None:
    for _ in range(TRIES):
        closing = close_once(moment * TURN_S)
        if not closing.problem.startswith("it took") or closing.slowness < BUSY:
            break
    assert closing.problem == "", closing
    assert closing.turns >= 1
