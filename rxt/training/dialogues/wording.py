"""Wording: one person's way to type, and the phrases of one part of the split put into it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rxt.training.dialogues import beyond, chatter, knowledge, noise, phrasebook, small_talk
from rxt.training.dialogues.fact import article, phrases
from rxt.training.dialogues.sources import HELD_OUT_SHARE, title
from rxt.training.dialogues.written import document

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from rxt.training.dialogues.fact import Fact

_ORDERS = phrases("""
tell | remind | say | please | I forgot | I wonder | quick | list | summarize | recall | repeat | now tell | let me test
describe | recap | give | quote | I bet | I hope
""")


CAPITALS_KEPT = 0.25
"""The share of those who type in small letters and yet give names their capitals."""


def fill(template: str, value: str, *others: str) -> str:
    """The template with the value in its places `{v}` and `{av}`, further ones in `{v2}`, `{av2}` and so on."""
    if "{" not in template:
        return template
    if "{av" in template:
        template = template.replace("{av}", article(value))
        for at, other in enumerate(others, 2):
            template = template.replace(f"{{av{at}}}", article(other))
    template = template.replace("{v}", value)
    for at, other in enumerate(others, 2):
        template = template.replace(f"{{v{at}}}", other)
    return template


def slots_of(compound: str) -> tuple[str, ...]:
    """The slots of the facts that a compound tells, in the order in which it tells them."""
    return tuple(slot for slot, _ in re.findall(r"{(\w+)(:a)?}", compound))


def part(phrases: tuple[str, ...], held_out: bool) -> tuple[str, ...]:
    """The phrases of one part of the split, each once: every fifth is held out; fewer than five belong to both."""
    phrases = tuple(dict.fromkeys(phrases))
    if len(phrases) < HELD_OUT_SHARE:
        return phrases
    last = HELD_OUT_SHARE - 1
    return tuple(phrase for at, phrase in enumerate(phrases) if (at % HELD_OUT_SHARE == last) == held_out)


PLAINEST = 3.0
"""The larger, the less a phrase's place in its list matters: that many places have much the same chance."""


def likely(phrases: tuple[str, ...], rng: random.Random) -> str:
    """A phrase, the chance falling as one over its place, as with what people say (Zipf 1949): lists begin with the
    plainest."""
    count = len(phrases)
    at = PLAINEST * ((count + PLAINEST) / PLAINEST) ** rng.random() - PLAINEST
    return phrases[min(int(at), count - 1)]


EVENLY = 0.5
"""In training, the share of phrases that are drawn evenly: what people hardly say is what is still not understood. The
tests draw all of them as people use them."""


def mark_of(question: str) -> str:
    """The mark that ends a question, or a request that asks as much."""
    return "." if question.startswith(_ORDERS) else "?"


def beside(template: str, remark: str, rng: random.Random, first: bool = False) -> str:
    """The template as a sentence before or behind another; with `first` the other one always comes first."""
    said, other = title(template), title(remark)
    return f"{other}. {said}" if first or rng.random() < 0.5 else f"{said}. {other}"


@dataclass(frozen=True)
class Typist:
    """How one person types."""

    lower: bool
    bare: bool
    """Without full stops, question marks and apostrophes."""
    american: bool
    company: float
    """Share of messages with extra words."""
    slips: float
    """Share of messages with a slip of the finger."""
    capitals: bool = False
    """With the capitals of names although all else is in small letters."""

    @classmethod
    def drawn(cls, rng: random.Random) -> Typist:
        """A random person."""
        company, slips = rng.choice((0.0, 0.1, 0.2, 0.35)), rng.choice((0.0, 0.0, 0.05, 0.15))
        lower, american = rng.random() < 0.22, rng.random() < 0.5
        bare = rng.random() < (0.5 if lower else 0.15)
        return cls(lower, bare, american, company, slips, capitals=lower and rng.random() < CAPITALS_KEPT)

    def typed(self, template: str, mark: str, rng: random.Random, values: tuple[str, ...] = ("",)) -> str:
        """The message in which this person says `template` about `values`, ended by `mark`."""
        if self.company and rng.random() < self.company:
            template = noise.with_company(template, rng)
        if self.american:
            template = noise.american(template)
        if self.slips and rng.random() < self.slips:
            template = noise.with_slip(template, rng)
        if self.bare:
            template = template.replace("'", "")
        if self.lower:
            text = fill(template.lower(), *(value if self.capitals else value.lower() for value in values))
        else:
            text = title(fill(template, *values))
        return text if self.bare or not text[-1].isalnum() else text + mark

    def kept(self, value: str) -> str:
        """The value as this person types it, and as Mneme repeats it.

        Names too: to write "Dragana" for "dragana" takes other tokens, which a model has to spell anew. It knew 63 % of
        the held-out names that were typed in small letters when it had to, and 93 % of the others.
        """
        return value.lower() if self.lower and not self.capitals else value


class _BySlot(dict[str, tuple[str, ...]]):
    """Phrases of facts by slot, put together when they are first asked for."""

    def __init__(self, facts: tuple[Fact, ...], phrases: Callable[[Fact], tuple[str, ...]]) -> None:
        super().__init__()
        self._facts = {fact.slot: fact for fact in facts}
        self._phrases = phrases

    def __missing__(self, slot: str) -> tuple[str, ...]:
        self[slot] = found = self._phrases(self._facts[slot])
        return found


class Wording:
    """The phrases of one part of the split, ready to draw from."""

    def __init__(self, facts: tuple[Fact, ...], held_out: bool) -> None:
        self._evenly = 0.0 if held_out else EVENLY
        nouns = part(phrasebook.ASK_NOUN, held_out)
        updates = part(phrasebook.UPDATES, held_out)
        corrections = part(phrasebook.CORRECTIONS, held_out)
        forgets = part(phrasebook.FORGETS, held_out)
        self.tells = _BySlot(facts, lambda fact: part(fact.tells, held_out))
        self.own_asks = _BySlot(facts, lambda fact: part(fact.asks, held_out))
        self.asks = _BySlot(facts, lambda fact: part(fact.asks, held_out) + _named(nouns, fact))
        self.intros = _BySlot(facts, lambda fact: part(fact.intros, held_out))
        self.follow_ups = _BySlot(facts, lambda fact: part(fact.follow_ups, held_out))
        self.compounds = part(tuple(document("compounds")["tells"]), held_out)
        self.checks = _BySlot(facts, lambda fact: part(fact.checks, held_out))
        self.updates = _BySlot(
            facts,
            lambda fact: (
                part(fact.updates, held_out) + tuple(update.replace("{c}", fact.tells[0]) for update in updates)
            ),
        )
        self.updatable = frozenset(fact.slot for fact in facts if fact.updates)
        self.corrections = _BySlot(
            facts,
            lambda fact: tuple(
                correction.replace("{c}", clause) for correction in corrections for clause in fact.tells[:3]
            ),
        )
        self.former = {
            kind: part(tuple(document("shared")["shared"][f"former_{kind}"]), held_out)
            for kind in ("tells", "updates", "corrections")
        }
        self.forgets = _BySlot(facts, lambda fact: tuple(forget.replace("{m}", fact.mine) for forget in forgets))
        self.forget_all = part(phrasebook.FORGET_ALL, held_out)
        self.ask_all = part(phrasebook.ASK_ALL, held_out)
        self.who_is = part(phrasebook.WHO_IS, held_out)
        self.echoes = part(phrasebook.ECHOES, held_out)
        self.identity = tuple((part(questions, held_out), answers) for questions, answers in knowledge.IDENTITY)
        self.unknown = part(beyond.UNKNOWN_QUESTIONS, held_out)
        self.small_talk = tuple((part(said, held_out), answers) for said, answers in small_talk.SMALL_TALK)
        self.greetings = self.small_talk[0]
        self.remarks = part(small_talk.REMARKS, held_out)
        beside = part(chatter.BESIDE, held_out)
        self.plain_remarks = (*(remark for remark in self.remarks if "{" not in remark), *beside)
        self.chatter = tuple((part(said, held_out), answers) for said, answers in chatter.CHATTER)
        self.other_unknown = part(small_talk.OTHER_UNKNOWN, held_out)

    def drawn(self, phrases: tuple[str, ...], rng: random.Random) -> str:
        """One of these phrases; the plainest are the likeliest, but for those that training draws evenly."""
        return rng.choice(phrases) if rng.random() < self._evenly else likely(phrases, rng)


def _named(nouns: tuple[str, ...], fact: Fact) -> tuple[str, ...]:
    """The questions for any fact about this one, but for those that it has among its own, of either part."""
    named = (noun.replace("{m}", fact.mine) for noun in nouns)
    return tuple(question for question in named if question not in fact.asks)
