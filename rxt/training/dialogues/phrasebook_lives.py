"""Facts whose phrases are all data: what else people tell of themselves, of others, and of their pets and things."""

from __future__ import annotations

from rxt.training.dialogues.fact import Fact
from rxt.training.dialogues.phrasebook_things import PLAIN_ACKS
from rxt.training.dialogues.roles import CALLED, WEIGHTS, told_of
from rxt.training.dialogues.written import document, followed, written

_TOLD_ELSEWHERE = {
    "allergy", "trip", "eyes", "hair", "height", "breakfast", "children_count", "siblings_count", "code_word",
}  # fmt: skip

_VALUES = {
    "last_holiday": "place", "remember_number": "number", "dinner": "food", "meeting_day": "weekday",
    "dream_job": "job", "exam": "subject",
}  # fmt: skip
"""Kinds of values that other facts have too; the rest have lists of their own."""

_WEIGHT = 0.35


def _life(kind: str) -> Fact:
    table, own = document("life")[kind], written("life", kind)
    weight = 1.0 if kind == "remember_number" else _WEIGHT
    return Fact(
        kind, _VALUES.get(kind, kind), table["mine"], table["recall"],
        own.tells, own.asks, own.checks, own.updates, PLAIN_ACKS, weight,
    )  # fmt: skip


LIFE = tuple(_life(kind) for kind in document("life") if kind not in _TOLD_ELSEWHERE)

_ABOUT_SOMEONE = {
    "job": ("job", "my {r}'s job", "your {r} works as {av}", 2.0),
    "city": ("city", "where my {r} lives", "your {r} lives in {v}", 2.0),
    "age": ("age", "my {r}'s age", "your {r} is {v} years old", 1.5),
    "origin": ("place", "where my {r} comes from", "your {r} comes from {v}", 0.8),
    "nationality": ("nationality", "my {r}'s nationality", "your {r} is {v}", 0.8),
    "hobby": ("hobby", "my {r}'s hobby", "your {r}'s hobby is {v}", 1.0),
    "food": ("food", "my {r}'s favourite food", "your {r}'s favourite food is {v}", 0.7),
    "colour": ("colour", "my {r}'s favourite colour", "your {r}'s favourite colour is {v}", 0.5),
    "instrument": ("instrument", "my {r}'s instrument", "your {r} plays the {v}", 0.6),
    "birthday": ("month", "my {r}'s birthday", "your {r}'s birthday is in {v}", 0.6),
    "subject": ("subject", "what my {r} studies", "your {r} studies {v}", 0.6),
}
"""What is told of people: kind of value, "mine", recall, and its weight."""

_ABOUT_PETS = {
    "pet_colour": ("colour", "my {r}'s colour", "your {r} is {v}", 1.0),
    "pet_age": ("age", "my {r}'s age", "your {r} is {v} years old", 0.7),
}

_SELDOM = 0.05
"""The weight of a fact about someone against that of their name."""


def _about(role: str, kind: str, file: str, form: tuple[str, str, str, float], share: float) -> Fact:
    """What is told of one person or pet, under all that they are called."""
    values, mine, recall, weight = form
    own = written(file, kind)
    names = (role, *CALLED.get(role, ())[:2])

    def filled(templates: tuple[str, ...]) -> tuple[str, ...]:
        by_name = [told_of(role, templates, name) for name in names]
        return tuple(by_name[at % len(names)][at] for at in range(len(templates)))

    def plain(template: str) -> str:
        return told_of(role, (template,))[0]

    fact = Fact(
        f"{role}_{kind}".replace(" ", "_"), values, plain(mine), plain(recall),
        filled(own.tells), filled(own.asks), (), filled(own.updates), PLAIN_ACKS, share * weight,
        about=role.replace(" ", "_"),
    )  # fmt: skip
    return followed(fact, "person" if file == "others" else "pet", kind.removeprefix("pet_"), role)


_LESS_KNOWN = ("doctor", "manager", "coach", "dentist", "baby", "landlord", "penfriend", "classmate", "twin", "child")

OTHERS = (
    *(
        _about(role, kind, "others", form, _SELDOM * weight)
        for role, weight in WEIGHTS.items()
        if role not in _LESS_KNOWN
        for kind, form in _ABOUT_SOMEONE.items()
    ),
    *(
        _about(role, kind, "things", form, weight)
        for role, weight in (("dog", 0.4), ("cat", 0.4), ("horse", 0.1), ("rabbit", 0.1), ("hamster", 0.1))
        for kind, form in _ABOUT_PETS.items()
    ),
    *(
        Fact(slot, values, mine, recall, own.tells, own.asks, own.checks, own.updates, PLAIN_ACKS, weight)
        for slot, values, mine, recall, own, weight in (
            ("car_colour", "colour", "my car's colour", "your car is {v}", written("things", "car_colour"), 0.3),
            ("house_colour", "colour", "my house's colour", "your house is {v}",
             written("things", "house_colour"), 0.2),
            ("mother_tongue", "language", "my mother tongue", "your mother tongue is {v}",
             written("self", "mother_tongue"), 0.5),
        )
    ),
)  # fmt: skip
"""What people tell of others, of their pets and things."""
