"""What can be done with a turn of the transcript, and why not where it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from app.models.exchange import Exchange
from app.models.phase import Phase

NEEDS_ENGINE = (
    "regenerate", "edit_message", "edit_answer", "rewrite_memory", "forget_turn", "fork_here", "previous_version",
    "next_version",
)  # fmt: skip
VERBS = (*NEEDS_ENGINE, "save_turn_memory")


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """What decides it. `exchange`: the turn, None where there is none; `is_tip`: the next message follows it."""

    exchange: Exchange | None
    phase: Phase
    is_tip: bool


def refusals(facts: TurnFacts) -> dict[str, str]:
    """The verbs that cannot be done now, each with the reason as a sentence."""
    exchange = facts.exchange
    if exchange is None:
        return dict.fromkeys(VERBS, "There is no message yet.")
    if facts.phase is Phase.NO_MODEL:
        return dict.fromkeys(VERBS, "No model is open.")
    if facts.phase.is_busy:
        return dict.fromkeys(VERBS, f"Please wait: {facts.phase.value}.")
    if not exchange.can_edit:
        return dict.fromkeys(VERBS, "This turn could not be saved, so it cannot be changed.")
    reasons: dict[str, str] = {}
    if exchange.turn is None:
        reasons |= dict.fromkeys(("rewrite_memory", "forget_turn"), "This turn is not in memory.")
        reasons["save_turn_memory"] = "This turn is not in memory, so it left no memory of its own."
    elif exchange.status != "edited":
        reasons["rewrite_memory"] = "The text is the one that was written: edit an answer first."
    if facts.is_tip:
        reasons["fork_here"] = "The next message already follows this turn."
    if len(exchange.versions) < 2:
        reasons |= dict.fromkeys(("previous_version", "next_version"), "This turn has one version.")
    elif exchange.version <= 1:
        reasons["previous_version"] = "This is the first version."
    elif exchange.version == len(exchange.versions):
        reasons["next_version"] = "This is the newest version."
    return reasons
