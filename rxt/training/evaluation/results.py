"""The numbers of an evaluation, and how they are written down: as plain values and as Markdown tables."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rxt.inference.share import ClusteredShare, Share

MEMORIES = ("as it is", "reset", "of another dialogue")
TITLES = {
    "distance": "Recall of one fact, by distance in turns",
    "facts": "Recall by number of facts held",
    "update": "The latest value after an update, by distance in turns",
    "correction": "The latest value after a correction, by distance in turns",
    "never told": "Never told, and says so, by number of facts held",
    "conversation": "Questions in free conversations",
    "talk": "Talk answered validly",
    "exact": "The very answer of the file, by turn",
}
MOST_EXAMPLES = 20


@dataclass(slots=True)
class Surprise:
    """Sum of -ln p over tokens, and how many."""

    total: float = 0.0
    tokens: int = 0

    @property
    def perplexity(self) -> float | None:
        """exp of the mean; None without tokens."""
        return math.exp(min(self.total / self.tokens, 700.0)) if self.tokens else None


@dataclass(slots=True)
class Evaluation:
    """cells: shares of right answers by group, cell and memory, over conversations: of several questions of one the
    answers are right or wrong together. surprise: of the answers of the data, by memory.
    denied: told facts that were answered as never told, by conversation, but for those of the groups in `apart`.
    cut: answers of the data that were expected only as far as they fit. examples: what went wrong, at most a
    few."""

    about: str
    dialogues: int
    turns: int
    cells: dict[str, dict[str, dict[str, ClusteredShare]]] = field(default_factory=dict)
    surprise: dict[str, Surprise] = field(default_factory=lambda: {memory: Surprise() for memory in MEMORIES})
    denied: ClusteredShare = field(default_factory=ClusteredShare)
    apart: frozenset[str] = frozenset()
    cut: int = 0
    examples: list[dict[str, str]] = field(default_factory=list)

    def add(self, group: str, cell: str, memory: str, conversation: Hashable, is_right: bool) -> None:
        """One answer. conversation: tells it apart from the others of the group."""
        shares = self.cells.setdefault(group, {}).setdefault(cell, {name: ClusteredShare() for name in MEMORIES})
        shares[memory].add_of(conversation, is_right)

    def total(self, group: str, memory: str = MEMORIES[0]) -> Share:
        """All cells of a group together."""
        return ClusteredShare.of(cells[memory] for cells in self.cells.get(group, {}).values())

    def to_json(self) -> dict[str, Any]:
        """Plain values, for one line of JSON; `recall` is by memory and distance, shares with 95 % intervals."""
        by_memory = {
            group: {memory: {cell: shares[memory].to_json() for cell, shares in in_order(cells)} for memory in MEMORIES}
            for group, cells in self.cells.items()
        }
        return {
            "about": self.about,
            "dialogues": self.dialogues,
            "turns": self.turns,
            "recall": by_memory.pop("distance", {}),
            **{group.replace(" ", "_"): values for group, values in by_memory.items()},
            "not_told": self.total("never told").to_json(),
            "denied": self.denied.to_json(),
            "cut": self.cut,
            "valid_talk": self.total("talk").to_json(),
            "perplexity": {memory: surprise.perplexity for memory, surprise in self.surprise.items()},
            "examples": self.examples,
        }


def by_title(result: Evaluation) -> list[tuple[str, dict[str, dict[str, ClusteredShare]]]]:
    """The groups that were measured, in the order of their titles."""
    order = list(TITLES)
    return sorted(result.cells.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def in_order(cells: dict[str, dict[str, ClusteredShare]]) -> list[tuple[str, dict[str, ClusteredShare]]]:
    """Cells by number where they are numbers, by name otherwise."""
    return sorted(
        cells.items(), key=lambda item: (not item[0].isdigit(), int(item[0]) if item[0].isdigit() else 0, item[0])
    )


def table(result: Evaluation) -> Iterator[str]:
    """The evaluation as lines of Markdown."""
    yield f"{result.about}. Shares of right answers in percent, with 95 % intervals."
    for group, cells in by_title(result):
        ordered = in_order(cells)
        yield ""
        yield f"| {TITLES.get(group, group)} | " + " | ".join(cell for cell, _ in ordered) + " |"
        yield "|---" * (len(ordered) + 1) + "|"
        for memory in MEMORIES:
            yield f"| memory {memory} | " + " | ".join(_percent(shares[memory]) for _, shares in ordered) + " |"
    yield ""
    if result.denied.trials:
        yield f"Told, but denied: {_percent(result.denied)} %."
    if result.cut:
        yield f"Answers too long for the model, which were expected as far as they fit: {result.cut}."
    measured = {name: value.perplexity for name, value in result.surprise.items() if value.perplexity is not None}
    if measured:
        yield (
            "Perplexity of the answers: " + ", ".join(f"{x:.2f} (memory {name})" for name, x in measured.items()) + "."
        )


def _percent(share: Share) -> str:
    if share.value is None or share.interval is None:
        return "–"
    low, high = share.interval
    return f"{100 * share.value:.1f} ({100 * low:.0f}–{100 * high:.0f})"
