"""Events: what people did, do or are doing, who did it and where they left it, each asked for with its own verb.

There is no end of such facts; many verbs are told with many things, so that what is learned is to find what was said
with the words of the question, whatever they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zlib import crc32

from rxt.training.dialogues.fact import Fact, as_yours
from rxt.training.dialogues.phrasebook_things import PLAIN_ACKS
from rxt.training.dialogues.written import document

WEIGHT = 0.06
"""Of each against the other facts; altogether they are 25 % of what is told, 17 % with a focus of 1.2."""

SOMEONE_SHARE = 0.4
"""The share of the rows of [did] that are also told of someone else."""


LUNCH = "had for lunch"
"""The one verb with its object in the middle, so that it has phrases of its own."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the file: what stands in its columns."""

    told: str
    asked: str = ""
    thing: str = ""
    values: str = ""
    rest: str = ""

    @property
    def rests(self) -> tuple[str, ...]:
        """What may follow, nothing at all first."""
        return ("", *(f" {rest.strip()}" for rest in self.rest.split(";") if rest.strip()))

    @property
    def word(self) -> str:
        """That asks for it."""
        return "who" if self.values == "person" else "what"

    @property
    def slot(self) -> str:
        return "_".join(self.told.replace("{me}", "me").replace("{my}", "my").replace("'", "").split())


_COLUMNS = {
    "did": ("told", "asked", "thing", "values", "rest"),
    "does": ("told", "asked", "thing", "values", "rest"),
    "doing": ("told", "thing", "values", "rest"),
    "who": ("told", "rest"),
    "where": ("told", "asked"),
}


def _rows(table: str) -> tuple[_Row, ...]:
    columns = _COLUMNS[table]
    cells = ((part.strip() for part in text.split("|")) for text in document("events")[table]["rows"])
    return tuple(_Row(**dict(zip(columns, row, strict=True))) for row in cells)


def _spread(templates: tuple[str, ...], rests: tuple[str, ...]) -> tuple[str, ...]:
    """Every template with something behind it, by turns; the first two also with each."""
    turned = [template.replace("{rest}", rests[at % len(rests)]) for at, template in enumerate(templates)]
    every = [template.replace("{rest}", rest) for template in templates[:2] for rest in rests]
    return tuple(dict.fromkeys((*every[:1], *turned, *every[1:])))


def _more(table: str, part: str, words: Mapping[str, str], rests: tuple[str, ...] = ("",)) -> tuple[str, ...]:
    """What the file event_phrases has of a table's `part`, its words filled in and something behind it, by turns."""
    filled = []
    for at, phrase in enumerate(document("event_phrases")[table][part]):
        for name, word in {**words, "rest": rests[at % len(rests)]}.items():
            phrase = phrase.replace(f"{{{name}}}", word)
        filled.append(_mine(phrase))
    return tuple(filled)


def _widened(event: Fact, table: str, words: Mapping[str, str], rests: tuple[str, ...] = ("",)) -> Fact:
    """The event with the further phrases of a table behind its own, so that these stay in their part of the split."""
    tells, asks = (_more(table, part, words, rests) for part in ("tells", "asks"))
    return replace(event, tells=event.tells + tells, asks=event.asks + asks)


def _mine(text: str) -> str:
    return text.replace("{me}", "me").replace("{my}", "my")


def _yours(text: str) -> str:
    """As the listener says it back."""
    return as_yours(_mine(text))


def _some(word: str) -> str:
    return "someone" if word == "who" else "something"


def _event(
    slot: str,
    values: str,
    mine: str,
    recall: str,
    tells: tuple[str, ...],
    asks: tuple[str, ...],
    rests: tuple[str, ...] = ("",),
) -> Fact:
    said = tuple(map(_mine, _spread(tells, rests)))
    asked = tuple(map(_mine, _spread(asks, rests)))
    return Fact(f"event_{slot}", values, _mine(mine), recall, said, asked, acks=PLAIN_ACKS, weight=WEIGHT)


def _did(row: _Row) -> Fact:
    verb, base, thing, word = row.told, row.asked, row.thing, row.word
    if verb == LUNCH:
        return _lunch(row)
    tells = (
        f"I {verb} {thing}{{rest}}", f"yesterday I {verb} {thing}", f"I just {verb} {thing}{{rest}}",
        f"we {verb} {thing}{{rest}}", f"guess what, I {verb} {thing}", f"this morning I {verb} {thing}",
        f"so I {verb} {thing}{{rest}}", f"last week I {verb} {thing}", f"it was {thing} that I {verb}{{rest}}",
        f"in the end I {verb} {thing}{{rest}}", f"you won't believe it, I {verb} {thing}{{rest}}",
    )  # fmt: skip
    asks = (
        f"{word} did I {base}", f"{word} did I {base}{{rest}}", f"{word} was it that I {verb}{{rest}}",
        f"do you remember {word} I {verb}", f"tell me {word} I {verb}{{rest}}", f"so {word} did I {base}{{rest}}",
        f"I {verb} {_some(word)}{{rest}}, {word} was it",
        f"{word} did I say I {verb}{{rest}}", f"can you tell me {word} I {verb}",
    )  # fmt: skip
    recall = f"you {_yours(f'{verb} {thing}')}"
    event = _event(row.slot, row.values, f"{word} I {verb}", recall, tells, asks, row.rests)
    words = {"verb": verb, "base": base, "thing": thing, "word": word, "some": _some(word)}
    return _widened(event, "did", words, row.rests)


def _lunch(row: _Row) -> Fact:
    tells = (
        "I had {v} for lunch", "we had {v} for lunch", "lunch was {v}", "I had {v} for lunch today",
        "for lunch I had {v}", "for lunch there was {v}", "it was {v} for lunch again", "I only had {v} for lunch",
    )  # fmt: skip
    asks = (
        "what did I have for lunch", "what was my lunch", "what did I eat for lunch", "do you remember my lunch",
        "tell me what I had for lunch", "what was it I had for lunch", "what did we have for lunch",
    )  # fmt: skip
    return _event("had_for_lunch", row.values, "what I had for lunch", "you had {v} for lunch", tells, asks, row.rests)


def _does(row: _Row) -> Fact:
    verb, base, thing = row.told, row.asked, row.thing
    tells = (
        f"I {verb} {thing}{{rest}}", f"we {verb} {thing}{{rest}}", f"these days I {verb} {thing}{{rest}}",
        f"I really {verb} {thing}{{rest}}", f"I always {verb} {thing}{{rest}}", f"you know, I {verb} {thing}{{rest}}",
        f"it's {thing} that I {verb}{{rest}}", f"most of the time I {verb} {thing}{{rest}}",
    )  # fmt: skip
    auxiliary = "can I" if base.startswith("not ") else "do I"
    asks = (
        f"what {auxiliary} {base}", f"what {auxiliary} {base}{{rest}}", f"what is it that I {verb}{{rest}}",
        f"do you know what I {verb}{{rest}}", f"tell me what I {verb}{{rest}}", f"so what {auxiliary} {base}{{rest}}",
        f"what did I say I {verb}{{rest}}", f"remember what I {verb}",
    )  # fmt: skip
    event = _event(
        f"{row.slot}_usually", row.values, f"what I {verb}", f"you {verb} {_yours(thing)}", tells, asks, row.rests
    )
    words = {"verb": verb, "base": base, "thing": thing, "auxiliary": auxiliary}
    return _widened(event, "does", words, row.rests)


def _doing(row: _Row) -> Fact:
    verb, thing, word = row.told, row.thing, row.word
    tells = (
        f"I'm {verb} {thing}{{rest}}", f"I am {verb} {thing}{{rest}}", f"we're {verb} {thing}{{rest}}",
        f"at the moment I'm {verb} {thing}", f"guess what, I'm {verb} {thing}{{rest}}", f"I'm {verb} {thing}, you see",
        f"it's {thing} I'm {verb}{{rest}}",
    )  # fmt: skip
    asks = (
        f"{word} am I {verb}", f"{word} am I {verb}{{rest}}", f"{word} was I {verb} again",
        f"do you know {word} I'm {verb}{{rest}}", f"tell me {word} I'm {verb}", f"{word} is it that I'm {verb}{{rest}}",
        f"so {word} am I {verb}{{rest}}", f"{word} did I say I'm {verb}",
    )  # fmt: skip
    recall = f"you are {_yours(f'{verb} {thing}')}"
    event = _event(f"is_{row.slot}", row.values, f"{word} I am {verb}", recall, tells, asks, row.rests)
    return _widened(event, "doing", {"verb": verb, "thing": thing, "word": word}, row.rests)


def _who(row: _Row) -> Fact:
    verb = row.told
    tells = (
        f"{{v}} {verb}{{rest}}", f"it was {{v}} who {verb}{{rest}}", f"guess who {verb}: {{v}}",
        f"{{v}} is the one who {verb}{{rest}}", f"you know, {{v}} {verb}{{rest}}", f"I think {{v}} {verb}{{rest}}",
        f"by the way, {{v}} {verb}{{rest}}", f"somebody called {{v}} {verb}{{rest}}",
    )  # fmt: skip
    asks = (
        f"who {verb}", f"who {verb}{{rest}}", f"who was it that {verb}{{rest}}", f"tell me who {verb}",
        f"do you remember who {verb}{{rest}}", f"so who {verb}{{rest}}", f"who did I say {verb}",
        f"somebody {verb}{{rest}}, who was it",
    )  # fmt: skip
    event = _event(f"who_{row.slot}", "person", f"who {verb}", f"{{v}} {_yours(verb)}", tells, asks, row.rests)
    return _widened(event, "who", {"verb": verb}, row.rests)


def _where(row: _Row) -> Fact:
    verb, base = row.told, row.asked
    things = verb.split(" ", 1)[1]
    auxiliary = "do" if verb.startswith("keep") else "did"
    is_are = "are" if things.endswith("s") else "is"
    tells = (
        f"I {verb} in the {{v}}", f"{things} {is_are} in the {{v}}", f"I think I {verb} in the {{v}}",
        f"so I {verb} in the {{v}}", f"just so you know, {things} {is_are} in the {{v}}",
        f"remember that I {verb} in the {{v}}", f"it was in the {{v}} that I {verb}",
    )  # fmt: skip
    asks = (
        f"where {auxiliary} I {base}", f"where {is_are} {things}", f"tell me where I {verb}",
        f"do you remember where I {verb}", f"I can't find {things}, where {auxiliary} I {base}",
        f"where was it that I {verb}", f"in which place {auxiliary} I {base}",
    )  # fmt: skip
    recall = f"you {_yours(verb)} in the {{v}}"
    event = _event(f"where_{row.slot}", "spot", f"where I {verb}", recall, tells, asks, row.rests)
    words = {"verb": verb, "base": base, "things": things, "is": is_are, "auxiliary": auxiliary}
    return _widened(event, "where", words)


_RECALLS = {
    "colour": "your {n} is {v}", "number": "your {n} is {v}", "person": "your {n} is {v}",
    "weekday": "your {n} is on {v}", "month": "your {n} is in {v}",
}  # fmt: skip


def _belonging(values: str, noun: str) -> Fact:
    """What colour it is, when it takes place, what number or name it is."""
    recall = _RECALLS[values].replace("{n}", noun)
    clause = recall.removeprefix("your ")
    question = {"colour": f"what colour is my {noun}"}.get(values, f"what is my {noun}")
    if values in ("weekday", "month"):
        question = f"when is my {noun}"
    what = question.removesuffix(f" is my {noun}")
    tells = (
        f"my {clause}", f"our {clause}", f"by the way, my {clause}", f"my {clause}, you see", f"my {noun}: {{v}}",
        f"remember, my {clause}", f"my new {clause}", f"just so you know, my {clause}", f"I think my {clause}",
    )  # fmt: skip
    asks = (
        question, f"{what} was my {noun}", f"do you remember my {noun}", f"tell me {what} my {noun} is",
        f"{question} again", f"so {question}", f"what did I say about my {noun}", f"do you know {what} my {noun} is",
    )  # fmt: skip
    mine = f"my {noun}" if what == "what" else f"{what} my {noun} is"
    event = _event("my_" + noun.replace(" ", "_"), values, mine, recall, tells, asks)
    words = {"clause": clause, "noun": noun, "question": question, "asked": what}
    return _widened(_widened(event, values, words), "belongings", words)


def _someone(row: _Row, role: str) -> Fact:
    verb, base, thing, word = row.told, row.asked, row.thing, row.word
    tells = (
        f"my {role} {verb} {thing}{{rest}}", f"yesterday my {role} {verb} {thing}",
        f"guess what my {role} {verb}: {thing}", f"my {role} just {verb} {thing}{{rest}}",
        f"you know, my {role} {verb} {thing}{{rest}}", f"it was my {role} who {verb} {thing}{{rest}}",
    )  # fmt: skip
    asks = (
        f"{word} did my {role} {base}", f"{word} did my {role} {base}{{rest}}", f"do you know {word} my {role} {verb}",
        f"tell me {word} my {role} {verb}{{rest}}", f"{word} was it that my {role} {verb}",
        f"so {word} did my {role} {base}{{rest}}",
        f"my {role} {verb} {_some(word)}, {word} was it",
    )  # fmt: skip
    mine, recall = f"{word} my {role} {verb}", f"your {role} {_yours(f'{verb} {thing}')}"
    event = _event(f"{role}_{row.slot}", row.values, mine, recall, tells, asks, row.rests)
    words = {"verb": verb, "base": base, "thing": thing, "word": word, "some": _some(word), "role": role}
    return _widened(event, "someone", words, row.rests)


def _of_someone() -> tuple[Fact, ...]:
    roles = document("events")["someone"]["roles"]
    facts = []
    for row in _rows("did"):
        place = crc32(row.told.encode())
        if place % 100 < 100 * SOMEONE_SHARE and row.told != LUNCH:
            facts.append(_someone(row, roles[place // 100 % len(roles)]))
    return tuple(facts)


def _belongings() -> tuple[Fact, ...]:
    table = document("events")["belongings"]
    return tuple(_belonging(values, noun) for values, nouns in table.items() for noun in nouns)


EVENTS = (
    *map(_did, _rows("did")),
    *map(_does, _rows("does")),
    *map(_doing, _rows("doing")),
    *map(_who, _rows("who")),
    *map(_where, _rows("where")),
    *_belongings(),
    *_of_someone(),
)
