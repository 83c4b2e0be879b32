"""A conversation's tree, slow and obvious: every turn knows its parent and what was written, and nothing is kept.

The memory after a turn is computed from the first turn on, every time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class SlowTurn:
    """written: the tokens that went into memory; None: nothing did. query, answer: what is shown."""

    parent: int | None
    query: str
    answer: str
    written: tuple[int, ...] | None


@dataclass
class SlowTree:
    """`update(memory, tokens)` is the memory after one interaction."""

    initial: Any
    update: Callable[[Any, Sequence[int]], Any]
    turns: dict[int, SlowTurn] = field(default_factory=dict)
    tip: int | None = None

    def path(self, turn: int | None) -> list[int]:
        ids: list[int] = []
        while turn is not None:
            ids.insert(0, turn)
            turn = self.turns[turn].parent
        return ids

    def memory(self, turn: int | None) -> Any:
        memory = self.initial
        for number in self.path(turn):
            written = self.turns[number].written
            if written is not None:
                memory = self.update(memory, written)
        return memory

    def children(self, turn: int | None) -> list[int]:
        return sorted(number for number, item in self.turns.items() if item.parent == turn)

    def end_of(self, turn: int) -> int:
        """The newest turn that this one leads to."""
        found = [number for number in self.turns if turn in self.path(number)]
        return max(found)
