"""Answers that a model may give by mistake, to be read beside a message and never to be learned.

Where the encoder only ever reads right answers, it learns what was told from them: "I support Everton" is a team behind
"Okay, I will remember that." and a name behind "Nice to meet you, Everton!". But a model reads its own answers, which
are sometimes wrong, and what was told stands in the message alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rxt.training.dialogues.acknowledgement import acknowledgement
from rxt.training.dialogues.dialogue import Turn
from rxt.training.dialogues.sources import title
from rxt.training.dialogues.spelling import splice
from rxt.training.dialogues.state import State
from rxt.training.dialogues.wording import fill

if TYPE_CHECKING:
    import random

    from rxt.training.dialogues.fact import Fact
    from rxt.training.dialogues.talk import Talk
    from rxt.training.dialogues.tellings import Tellings
    from rxt.training.dialogues.wording import Typist

BOUND_TO_BEFORE = frozenset({"mention", "correct"})
"""Kinds of turns that only the one before explains, so that a right answer helps to see what they are about."""


class Mistakes:
    """Makes them. facts: those that answers are about; focus: see DialogueGenerator; share: of turns that have one."""

    def __init__(self, facts: tuple[Fact, ...], tellings: Tellings, talk: Talk, focus: float, share: float) -> None:
        self._facts = facts
        self._weights = [fact.weight**focus for fact in facts]
        self._tellings = tellings
        self._talk = talk
        self._share = share

    def befall(self, turn: Turn, rng: random.Random) -> bool:
        """Whether this turn is to have one; drawn, but never where only the right answer tells what a turn is about."""
        return bool(self._share) and turn.kind not in BOUND_TO_BEFORE and rng.random() < self._share

    def made_in(self, turn: Turn, typist: Typist, rng: random.Random) -> Turn:
        """The same turn with a wrong answer, which is read and not learned."""
        return replace(turn, answer=self._answer(turn, typist, rng), learned=False)

    def _answer(self, turn: Turn, typist: Typist, rng: random.Random) -> str:
        chance = rng.random()
        if chance < 0.25 and turn.value and turn.value in turn.answer:
            return turn.answer.replace(turn.value, self._misspelt(turn.value, typist, rng))
        if chance < 0.45 and turn.value:
            return self._about(self._fact(rng), turn.value, rng)
        if chance < 0.7:
            fact = self._fact(rng)
            return self._tellings.tell(fact.slot, 0, State(), typist, rng).answer
        if chance < 0.85:
            return self._talk.any(typist, rng).answer
        fact = self._fact(rng)
        if chance < 0.9:
            return fact.not_told
        return self._about(fact, self._tellings.draw(fact, typist, rng)[1], rng)

    def _fact(self, rng: random.Random) -> Fact:
        return rng.choices(self._facts, self._weights)[0]

    def _about(self, fact: Fact, value: str, rng: random.Random) -> str:
        if rng.random() < 0.75:
            return acknowledgement("", [(fact, value)], rng)
        return f"{title(fill(fact.recall, value))}."

    def _misspelt(self, value: str, typist: Typist, rng: random.Random) -> str:
        return splice(value, self._tellings.draw(self._fact(rng), typist, rng)[1], rng)
