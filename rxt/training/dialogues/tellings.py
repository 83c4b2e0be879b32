"""Turns that change what is held: facts told, told together, updated, corrected and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rxt.training.dialogues.acknowledgement import acknowledgement
from rxt.training.dialogues.dialogue import Turn
from rxt.training.dialogues.sources import PROPER, as_said, title
from rxt.training.dialogues.state import PET_SLOTS
from rxt.training.dialogues.wording import beside, fill, slots_of

if TYPE_CHECKING:
    import random

    from rxt.training.dialogues.fact import Fact
    from rxt.training.dialogues.sources import Values
    from rxt.training.dialogues.state import State
    from rxt.training.dialogues.wording import Typist, Wording

LONGEST_TELLING = 84
"""Letters: a message with several facts leaves one out rather than get longer."""

WITH_REMARK = 0.15
"""The share of facts that are told beside a remark in the same message."""

WITH_FORMER = {"tells": 0.04, "updates": 0.25, "corrections": 0.25}
"""The share of what is told, told anew and corrected that names another value beside, which does not count."""

_HELLOS = ("hi, ", "hello, ", "hi! ", "hello! ", "hey, ", "hi there, ", "good morning, ", "hello Mneme, ")
_RETURNS = (", and you", ", what's your name", ", who are you", ". And you")


class Tellings:
    """Writes such turns, and keeps the state true to them."""

    def __init__(self, facts: tuple[Fact, ...], wording: Wording, values: Values) -> None:
        self._facts = {fact.slot: fact for fact in facts}
        self._wording = wording
        self._values = values

    def tell(self, slot: str, at: int, state: State, typist: Typist, rng: random.Random) -> Turn:
        """One fact told."""
        fact = self._facts[slot]
        typed, value = self.draw(fact, typist, rng)
        state.tell(slot, value, at)
        other = self.draw_other(fact, value, typist, rng)[0] if rng.random() < WITH_FORMER["tells"] else ""
        if other and (former := self._with_former("tells", fact, typed, other, rng)):
            query = typist.typed(former, ".", rng, (typed, other))
            return _told(query, fact, typed, value, rng)
        template = self._wording.drawn(self._wording.tells[slot], rng)
        remark = rng.choice(self._wording.plain_remarks)
        if rng.random() < WITH_REMARK and len(template) + len(typed) + len(remark) <= LONGEST_TELLING:
            template = beside(template, remark, rng)
        elif slot == "name":
            return self._introduction(template, typed, value, typist, rng)
        query = typist.typed(template, rng.choice("...!"), rng, (typed,))
        return _told(query, fact, typed, value, rng)

    def tell_many(self, slots: list[str], at: int, state: State, typist: Typist, rng: random.Random) -> Turn:
        """Two or three facts told at once; a fact that would make the message too long is left untold."""
        clauses: list[str] = []
        told: list[tuple[Fact, str, str]] = []
        length = 0
        for slot in slots:
            fact = self._facts[slot]
            typed, value = self.draw(fact, typist, rng)
            clause = self._wording.drawn(self._wording.tells[slot], rng)
            length += len(clause) + len(typed)
            if told and length > LONGEST_TELLING:
                continue
            told.append((fact, typed, value))
            number = len(told) if len(told) > 1 else ""
            clauses.append(clause.replace("{v}", f"{{v{number}}}").replace("{av}", f"{{av{number}}}"))
            state.tell(slot, value, at)
        template = _joined(clauses, rng)
        if told[0][0].slot == "name" and rng.random() < 0.3:
            template = rng.choice(_HELLOS) + template
        query = typist.typed(template, ".", rng, tuple(typed for _, typed, _ in told))
        first, typed, value = told[0]
        if len(told) == 1:
            return _told(query, first, typed, value, rng)
        return _many(query, told, rng)

    def mention(self, slot: str, state: State, typist: Typist, rng: random.Random) -> Turn:
        """Whom a fact is about, mentioned without it; `follow_up` tells it in the message after."""
        fact = self._facts[slot]
        who = self._facts[fact.about or slot].noun
        if PET_SLOTS & {slot, fact.about}:
            state.blur_pets()
        query = typist.typed(self._wording.drawn(self._wording.intros[slot], rng), ".", rng)
        return Turn(query, f"Tell me more about your {who}!", "mention")

    def follow_up(self, slot: str, at: int, state: State, typist: Typist, rng: random.Random) -> Turn:
        """The fact about whom the message before mentioned; the answer says whose it is, for the message does not."""
        fact = self._facts[slot]
        typed, value = self.draw(fact, typist, rng)
        state.tell(slot, value, at)
        query = typist.typed(self._wording.drawn(self._wording.follow_ups[slot], rng), ".", rng, (typed,))
        return _turn(query, f"Got it, {fill(fact.recall, value)}.", "tell", slot, typed, value)

    def tell_compound(self, compound: str, at: int, state: State, typist: Typist, rng: random.Random) -> Turn:
        """Several facts told at once in one sentence: "I'm {name}, {job:a} from {city}"."""
        told: list[tuple[Fact, str, str]] = []
        for slot in slots_of(compound):
            fact = self._facts[slot]
            told.append((fact, *self.draw(fact, typist, rng)))
            state.tell(slot, told[-1][2], at)
            number = len(told) if len(told) > 1 else ""
            compound = compound.replace(f"{{{slot}:a}}", f"{{av{number}}}").replace(f"{{{slot}}}", f"{{v{number}}}")
        query = typist.typed(compound, rng.choice("...!"), rng, tuple(typed for _, typed, _ in told))
        return _many(query, told, rng)

    def update(self, at: int, state: State, typist: Typist, rng: random.Random) -> Turn | None:
        """A new value for a fact held; None when none held can change."""
        slots = [slot for slot in state.stated() if slot in self._wording.updatable]
        if not slots:
            return None
        slot = rng.choice(slots)
        fact = self._facts[slot]
        former = state.held[slot].value
        typed, value = self.draw_other(fact, former, typist, rng)
        state.tell(slot, value, at)
        template = self._sometimes_with_former("updates", fact, typed, former, rng)
        template = template or self._wording.drawn(self._wording.updates[slot], rng)
        if rng.random() < 0.4:
            template = f"actually, {template}"
        query = typist.typed(template, ".", rng, (typed, former))
        now = " now" if fact.lasts else ""
        return _turn(query, f"Got it, {fill(fact.recall, value)}{now}.", "update", slot, typed, value)

    def correct(self, slot: str, at: int, state: State, typist: Typist, rng: random.Random) -> Turn:
        """The fact of the turn before, told anew."""
        fact = self._facts[slot]
        former = state.held[slot].value
        typed, value = self.draw_other(fact, former, typist, rng)
        state.tell(slot, value, at)
        template = self._sometimes_with_former("corrections", fact, typed, former, rng)
        template = template or rng.choice(self._wording.corrections[slot])
        if fact.values == "person" and rng.random() < 0.15:
            template = "no, it's spelled {v}" if rng.random() < 0.5 else "it is spelled {v}"
        query = typist.typed(template, ".", rng, (typed, former))
        return _turn(query, f"Sorry, {fill(fact.recall, value)}.", "correct", slot, typed, value)

    def forget(self, state: State, typist: Typist, rng: random.Random) -> Turn:
        """A fact held, or all, forgotten on request."""
        stated = state.stated()
        if not stated or rng.random() < 0.08:
            state.forget_all()
            query = typist.typed(rng.choice(self._wording.forget_all), ".", rng)
            return Turn(query, "Done, I will forget everything.", "forget")
        slot = rng.choice(stated)
        state.forget(slot)
        query = typist.typed(rng.choice(self._wording.forgets[slot]), ".", rng)
        return Turn(query, f"Done, I will forget {self._facts[slot].yours}.", "forget", slot)

    def draw(self, fact: Fact, typist: Typist, rng: random.Random) -> tuple[str, str]:
        """A value as typed, and as it is kept."""
        value = self._values.draw(fact.values, rng)
        if fact.values not in PROPER and rng.random() < 0.03:
            value = title(value)
        return value, typist.kept(value)

    def draw_other(self, fact: Fact, value: str, typist: Typist, rng: random.Random) -> tuple[str, str]:
        """The same, but another value than this one."""
        while True:
            typed, kept = self.draw(fact, typist, rng)
            if kept.lower() != value.lower():
                return typed, kept

    def _sometimes_with_former(self, kind: str, fact: Fact, typed: str, former: str, rng: random.Random) -> str:
        return self._with_former(kind, fact, typed, former, rng) if rng.random() < WITH_FORMER[kind] else ""

    def _with_former(self, kind: str, fact: Fact, typed: str, former: str, rng: random.Random) -> str:
        """A template with a value that does not count in `{v2}`; empty where the message would be long or in doubt."""
        clause = rng.choice(fact.tells[:3])
        template = rng.choice(self._wording.former[kind]).replace("{c}", clause)
        template = template.replace("{c2}", clause.replace("{v}", "{v2}").replace("{av}", "{av2}"))
        in_doubt = typed.lower() in former.lower() or len(template) + len(typed) + len(former) > LONGEST_TELLING
        return "" if in_doubt else template

    def _introduction(self, template: str, typed: str, value: str, typist: Typist, rng: random.Random) -> Turn:
        """A name told, often behind a greeting, sometimes with the question back."""
        chance = rng.random()
        if chance < 0.3:
            template = rng.choice(_HELLOS) + template
        if 0.26 < chance < 0.34:
            query = typist.typed(template + rng.choice(_RETURNS), "?", rng, (typed,))
            return _turn(query, f"Nice to meet you, {value}! I am Mneme.", "tell", "name", typed, value)
        query = typist.typed(template, rng.choice("...!"), rng, (typed,))
        return _told(query, self._facts["name"], typed, value, rng)


def _turn(query: str, answer: str, kind: str, slot: str, typed: str, value: str) -> Turn:
    """A turn that tells `value`, which the answer may or may not repeat."""
    said = as_said(value, answer)
    return Turn(query, answer, kind, slot, said if said in answer else None, told=((slot, typed),))


def _told(query: str, fact: Fact, typed: str, value: str, rng: random.Random) -> Turn:
    """A turn that tells one fact."""
    return _turn(query, acknowledgement(query, [(fact, value)], rng), "tell", fact.slot, typed, value)


def _many(query: str, told: list[tuple[Fact, str, str]], rng: random.Random) -> Turn:
    """A turn that tells several facts, each with its value as typed and as kept."""
    answer = acknowledgement(query, [(fact, value) for fact, _, value in told], rng)
    return Turn(query, answer, "tell_many", told=tuple((fact.slot, typed) for fact, typed, _ in told))


def _joined(clauses: list[str], rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.35:
        return ". ".join(title(clause) if at else clause for at, clause in enumerate(clauses))
    if len(clauses) < 3:
        return (" and " if chance < 0.85 else ", ").join(clauses)
    return f"{', '.join(clauses[:-1])} and {clauses[-1]}"
