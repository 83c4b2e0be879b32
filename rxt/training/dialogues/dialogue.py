"""The data model: a dialogue is a row of turns; a turn knows what it asks of the memory."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = (
    "tell",
    "tell_many",
    "mention",
    "ask",
    "ask_unknown",
    "ask_all",
    "echo",
    "recital",
    "update",
    "correct",
    "forget",
    "small_talk",
    "identity",
    "unknown_topic",
)


@dataclass(frozen=True)
class Turn:
    """One interaction and what is to be learned from it."""

    query: str
    answer: str
    kind: str
    """One of `KINDS`."""
    fact: str | None = None
    """The slot it is about, such as "name" or "city"; None where it is about none, or several."""
    value: str | None = None
    """The exact part of `answer` that is the fact's value; from memory in "ask", from the query elsewhere."""
    distance: int | None = None
    """In kind "ask": turns since the value was last told, at least 1."""
    others: tuple[str, ...] = ()
    """Further parts of `answer` that come from memory: all values of a list or recital, what is echoed."""
    told: tuple[tuple[str, str], ...] = ()
    """What `query` tells: slots and their values as typed, in the order in which they stand there."""
    learned: bool = True
    """Whether the model is to learn this answer; else it is a wrong one that only stands in its past."""


@dataclass(frozen=True)
class Dialogue:
    """A conversation, from a fresh memory on."""

    turns: tuple[Turn, ...]
    asides: tuple[tuple[int, Turn], ...] = ()
    """Questions that leave no trace, each behind the number of turns that were played before it."""

    def to_json(self) -> dict[str, object]:
        """The family's multi-turn form: the first turn on top, the later ones in `interactions`.

        Raises ValueError when there are no turns.
        """
        if not self.turns:
            raise ValueError("A dialogue without turns has no multi-turn form.")
        first, *later = self.turns
        return {
            "query": first.query,
            "answer": first.answer,
            "interactions": [{"query": turn.query, "answer": turn.answer} for turn in later],
        }
