"""Turns that read what is held: facts asked for, checked, asked together, never told, and all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rxt.training.dialogues.dialogue import Turn
from rxt.training.dialogues.fact import phrases
from rxt.training.dialogues.phrasebook import YES_OPENINGS
from rxt.training.dialogues.small_talk import OTHER_UNKNOWN_ANSWER
from rxt.training.dialogues.sources import as_said, title
from rxt.training.dialogues.wording import beside, fill, mark_of

if TYPE_CHECKING:
    import random

    from rxt.training.dialogues.fact import Fact
    from rxt.training.dialogues.state import State
    from rxt.training.dialogues.tellings import Tellings
    from rxt.training.dialogues.wording import Typist, Wording

LONGEST_LIST = 110
"""Letters of question and answer: a listing of facts stops before it gets longer."""

MOST_LISTED = 4

LONGEST_RECITAL = 150
"""Letters."""

BEHIND_REMARK = 0.06
"""The share of questions that stand behind a remark in the same message."""

ALIKE = 0.3
"""The share of questions for what was never told that ask for a value of a kind with one told."""

LATELY = phrases("""
now | these days | at the moment | currently | today | nowadays | right now | again | really | anyway
""")
"""What may stand behind a question for something that can change."""

WITH_LATELY = 0.05

LONGEST_BEHIND_REMARK = 80
"""Letters: a long question stands alone."""

NOTHING_TOLD = "You haven't told me anything about you yet."


class Questions:
    """Writes such turns from the state, which they never change."""

    def __init__(self, facts: tuple[Fact, ...], wording: Wording, tellings: Tellings) -> None:
        self._facts = {fact.slot: fact for fact in facts}
        self._wording = wording
        self._tellings = tellings
        self._slots = [fact.slot for fact in facts]
        # Flatter than in telling, so that what is seldom told is still asked for.
        self._weights = [fact.weight**0.7 for fact in facts]
        self._alike: dict[str, tuple[list[str], list[float]]] = {}
        for fact, weight in zip(facts, self._weights, strict=True):
            for family in _families(fact):
                slots, weights = self._alike.setdefault(family, ([], []))
                slots.append(fact.slot)
                weights.append(weight)

    def ask(self, slot: str, at: int, state: State, typist: Typist, rng: random.Random) -> Turn:
        """A question about a fact held: by its name, whether it is a certain value, or who a name is."""
        fact, told = self._facts[slot], state.held[slot]
        distance = at - told.turn
        recall = fill(fact.recall, told.value)
        chance = rng.random()
        if chance < 0.07 and fact.checks:
            query, same = self._check(fact, told.value, typist, rng)
            return Turn(query, f"{'Yes' if same else 'No'}, {recall}.", "ask", slot, told.value, distance)
        if chance < 0.11 and fact.noun and not told.implied and _is_only(told.value, state):
            query = typist.typed(rng.choice(self._wording.who_is), "?", rng, (told.value,))
            return Turn(query, f"{title(told.value)} is your {fact.noun}.", "ask", slot, f"your {fact.noun}", distance)
        if 0.11 < chance < 0.14 and len(state.held) > 1:
            return self._two(fact, at, state, typist, rng)
        question = self._wording.drawn(self._wording.asks[slot], rng)
        template = question
        remark = rng.choice(self._wording.plain_remarks)
        if rng.random() < BEHIND_REMARK and len(question) + len(remark) <= LONGEST_BEHIND_REMARK:
            template = beside(question, remark, rng, first=True)
        elif rng.random() < WITH_LATELY and slot in self._wording.updatable:
            template = f"{question} {rng.choice(LATELY)}"
        query = typist.typed(template, mark_of(question), rng)
        answer = f"Yes, {recall}." if question.startswith(YES_OPENINGS) else f"{title(recall)}."
        return Turn(query, answer, "ask", slot, as_said(told.value, answer), distance)

    def unknown(self, state: State, typist: Typist, rng: random.Random) -> Turn | None:
        """A question about a fact that is not held; None when nothing can be asked fairly."""
        chance = rng.random()
        if chance < 0.15:
            question = rng.choice(self._wording.other_unknown)
            return Turn(typist.typed(question, mark_of(question), rng), OTHER_UNKNOWN_ANSWER, "ask_unknown")
        if chance < 0.19:
            value, kept = self._tellings.draw(self._facts["brother"], typist, rng)
            if any(told.value == kept for told in state.held.values()):
                return None
            query = typist.typed(rng.choice(self._wording.who_is), "?", rng, (value,))
            return Turn(query, f"You haven't told me who {kept} is.", "ask_unknown")
        alike = self._mistakable(state, rng) if rng.random() < ALIKE else []
        for slot in alike or rng.choices(self._slots, self._weights, k=6):
            if slot not in state.held and slot not in state.unclear:
                return self._not_told(self._facts[slot], typist, rng)
        return None

    def all(self, state: State, typist: Typist, rng: random.Random) -> Turn:
        """What is held, up to four facts in the fixed order of all facts."""
        question = rng.choice(self._wording.ask_all)
        query = typist.typed(question, mark_of(question), rng)
        clauses: list[str] = []
        values: list[str] = []
        length = len(query)
        for slot in self._slots:
            told = state.held.get(slot)
            if told is None or told.implied:
                continue
            clause = fill(self._facts[slot].recall, told.value)
            length += len(clause) + 2
            if len(clauses) == MOST_LISTED or (clauses and length > LONGEST_LIST):
                break
            clauses.append(clause)
            values.append(told.value)
        if not clauses:
            return Turn(query, NOTHING_TOLD, "ask_all")
        *others, last = clauses
        answer = title(f"{', '.join(others)} and {last}." if others else f"{last}.")
        return Turn(query, answer, "ask_all", others=(as_said(values[0], answer), *values[1:]))

    def recital(self, state: State, rng: random.Random) -> Turn:
        """As much of what is held as fits, in any order, asked by nobody: the lesson of copying.

        Its clauses are given, and only the values in them are learned: where to find each and every letter of it.
        """
        clauses: list[str] = []
        values: list[str] = []
        length = 0
        for slot in rng.sample(list(state.held), len(state.held)):
            value = state.held[slot].value
            clause = f"{title(fill(self._facts[slot].recall, value))}."
            length += len(clause) + 1
            if clauses and length > LONGEST_RECITAL:
                break
            clauses.append(clause)
            values.append(as_said(value, clause))
        return Turn("", " ".join(clauses), "recital", others=tuple(values))

    def echo(self, before: Turn, typist: Typist, rng: random.Random) -> Turn:
        """What was said in the turn before, word for word."""
        question = rng.choice(self._wording.echoes)
        query = typist.typed(question, mark_of(question), rng)
        return Turn(query, f"You said: {before.query}", "echo", others=(before.query,))

    def _mistakable(self, state: State, rng: random.Random) -> list[str]:
        """Some facts that are easily taken for one that is held."""
        if not state.held:
            return []
        slots, weights = self._alike[rng.choice(_families(self._facts[rng.choice(list(state.held))]))]
        return rng.choices(slots, weights, k=6)

    def _two(self, fact: Fact, at: int, state: State, typist: Typist, rng: random.Random) -> Turn:
        """Two facts held asked for at once; the turn's value is the first one's."""
        second = self._facts[rng.choice([slot for slot in state.held if slot != fact.slot])]
        asks = self._wording.own_asks
        one, other = (self._wording.drawn(asks[asked.slot], rng) for asked in (fact, second))
        question = f"{one} and {other.removeprefix('and ')}"
        told = state.held[fact.slot]
        answer = f"{fill(fact.recall, told.value)} and {fill(second.recall, state.held[second.slot].value)}"
        query = typist.typed(question, mark_of(question), rng)
        values = (state.held[second.slot].value,)
        value = as_said(told.value, title(answer))
        return Turn(query, f"{title(answer)}.", "ask", fact.slot, value, at - told.turn, values)

    def _not_told(self, fact: Fact, typist: Typist, rng: random.Random) -> Turn:
        answer = fact.not_told
        if fact.checks and rng.random() < 0.05:
            query, _ = self._check(fact, "", typist, rng)
            return Turn(query, answer, "ask_unknown", fact.slot)
        question = self._wording.drawn(self._wording.asks[fact.slot], rng)
        if question.startswith(YES_OPENINGS):
            answer = f"No, you{answer[3:]}"
        return Turn(typist.typed(question, mark_of(question), rng), answer, "ask_unknown", fact.slot)

    def _check(self, fact: Fact, value: str, typist: Typist, rng: random.Random) -> tuple[str, bool]:
        same = bool(value) and rng.random() < 0.5
        asked = value if same else self._tellings.draw_other(fact, value, typist, rng)[0]
        return typist.typed(rng.choice(self._wording.checks[fact.slot]), "?", rng, (asked,)), same


def _is_only(value: str, state: State) -> bool:
    return sum(told.value == value and not told.implied for told in state.held.values()) == 1


def _families(fact: Fact) -> tuple[str, str]:
    """What a fact has in common with those that are easily taken for it: the kind of value, and whom it is about."""
    return fact.values, f"of {fact.about or fact.slot}"
