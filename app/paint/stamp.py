"""Where a figure comes from, in words that stay with it: in the picture, in the file and beside the numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.models.memory_names import INITIAL
from app.paint.figure import Bars, Heat, Lines
from app.paint.number import decimals_for, number_text

if TYPE_CHECKING:
    from app.paint.figure import Figure, Panel
    from app.paint.limits import Limits

_SPACES = re.compile(r"[^\S\u00a0]+")  # but for those that hold a number and its sign together


@dataclass(frozen=True, slots=True)
class Stamp:
    """model: its name; memory: SHA-256 of the memory that is shown; conversation: its title; version: of the
    application; made: local time, ISO 8601 to the second."""

    model: str
    memory: str
    version: str
    made: str
    conversation: str = ""

    def facts(self, figure: Figure) -> dict[str, str]:
        """Everything to know about a figure, in the order it is read; nothing that is empty.

        Where it is not of the chat neither are its facts.
        """
        of_chat = {
            "conversation": self.conversation,
            "turn": turn_words(figure.turn),
            "memory sha256": self.memory,
            "memory B sha256": figure.other_memory,
        }
        facts = {
            "title": figure.title,
            "model": self.model,
            **(of_chat if figure.is_of_chat else {}),
            "limits": limits_words(figure.panels),
            "note": figure.note,
            "made with": f"Mneme {self.version}",
            "made": self.made,
        }
        return {name: _SPACES.sub(" ", text).strip() for name, text in facts.items() if text.strip()}

    def line(self, figure: Figure) -> str:
        """The same in one line, for the foot of a picture; the hash is shortened."""
        facts = self.facts(figure)
        parts = [
            facts.get("model", ""),
            f"memory {facts['memory sha256'][:12]}" if "memory sha256" in facts else "",
            f"memory B {facts['memory B sha256'][:12]}" if "memory B sha256" in facts else "",
            facts.get("turn", ""),
            facts.get("limits", ""),
            facts["made with"],
            self.made,
        ]
        return " · ".join(part for part in parts if part)


def turn_words(turn: int | None) -> str:
    """The turn as people count it: from 1."""
    if turn is None:
        return "the whole conversation"
    return "before the first turn" if turn == INITIAL else f"after turn {turn + 1}"


def limits_words(panels: tuple[Panel, ...]) -> str:
    """The limits of all panels that have fixed ones, each pair once."""
    found: dict[str, None] = {}
    for panel in panels:
        if isinstance(panel, Heat) and panel.kinds:  # their legend says it
            continue
        if isinstance(panel, Heat | Lines | Bars) and panel.limits is not None:
            quantity = panel.quantity if isinstance(panel, Heat) else panel.y.name
            found[f"{quantity} {span_words(panel.limits)}"] = None
    return ", ".join(found)


def span_words(limits: Limits) -> str:
    """The two ends of limits, with as many decimals as their distance needs."""
    decimals = decimals_for(limits.span)
    return f"{number_text(limits.low, decimals)} to {number_text(limits.high, decimals)}"
