"""Long work that can be called off: it asks between its steps, and nothing is left half done."""

from __future__ import annotations

from collections.abc import Callable

IsCancelled = Callable[[], bool]
"""Asked between layers, tokens and turns, on the thread that computes; True ends the work."""


class Cancelled(Exception):
    """The work was called off: nothing came of it and nothing was changed."""


def never() -> bool:
    """For work that is never cancelled."""
    return False


def check(cancelled: IsCancelled) -> None:
    """Raises Cancelled where the work was called off."""
    if cancelled():
        raise Cancelled("The analysis was called off. Nothing was changed.")
