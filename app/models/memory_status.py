"""What of a turn is in memory, in the words the window shows. Without Qt: the engine and the store say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from rxt.events import FinishReason

OnStop = Literal["remember", "forget"]
"""What becomes of a turn whose answer was stopped."""

TurnPhase = Literal["pending", "replied", "remembered"]
"""How much of a turn is saved. pending: the question; replied: the answer too; remembered: and it is in memory."""

TURN_PHASES: tuple[TurnPhase, ...] = get_args(TurnPhase)
"""All of them, for what is read from a file."""

MemoryStatus = Literal["in memory", "partly", "not", "edited"]
"""partly: an answer that was cut (stopped, or at the length limit) was written as far as it went; not: nothing was
written (failed, forgotten, never finished); edited: the text was changed after it was written, so that memory holds
the former one."""

STATUS_WORDS: dict[MemoryStatus, str] = {
    "in memory": "in memory",
    "partly": "partly in memory",
    "not": "not in memory",
    "edited": "edited after writing",
}
"""What is said of a turn; a sign before it tells them apart without words."""


def status_of(phase: TurnPhase, reason: FinishReason | None, edited: bool) -> MemoryStatus:
    """What of a turn is in memory, the one rule for it.

    reason: why its answer ended; None where it is unknown, as of a whole one. edited: another text is shown for it.
    """
    if phase != "remembered":
        return "not"
    if edited:
        return "edited"
    return "partly" if reason in ("stopped", "length") else "in memory"
