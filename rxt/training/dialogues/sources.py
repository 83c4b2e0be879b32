"""Where values come from: lists, combinations and inventions, split for good into those trained on and those held out.

A value belongs to the held-out part when a checksum of its spelling says so, whatever it was drawn for: no draw of one
part can ever be a draw of the other. Ages, numbers, months and seasons are closed and shared by both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from rxt.training.dialogues import names, places, spelling, values
from rxt.training.dialogues.written import document

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

HELD_OUT_SHARE = 5
"""One value in so many is held out."""

SPLIT_SALT = b"held out 17: "
"""Chosen so that the commonest names and places are trained on: people will try them first."""

CLOSED = frozenset({"age", "number", "month", "season", "weekday", "sign", "count", "size", "height"})
CLOSED |= {"amount", "year", "clock", "moment", "relative"}
CLOSED |= {"handed", "marital", "sleep_hours", "years_in_job", "years_playing"}
"""Kinds too small to split, shared by both parts."""

PROPER = frozenset({"person", "pet", "city", "place", "month", "language", "car", "book"})
PROPER |= {"company", "street", "sign", "weekday", "film", "band", "singer", "nationality", "phone_brand"}
"""Kinds written with a capital."""

INVENTED = {"person": 0.45, "pet": 0.45, "city": 0.4, "place": 0.3, "secret": 0.4, "book": 0.15, "film": 0.15}
INVENTED |= {"food": 0.2, "hobby": 0.15, "drink": 0.2, "job": 0.12, "animal": 0.12, "colour": 0.08, "car": 0.15}
INVENTED |= {"company": 0.4, "street": 0.3, "subject": 0.12, "flower": 0.12, "fruit": 0.12, "game": 0.15}
INVENTED |= {"music": 0.12, "language": 0.15, "sport": 0.12, "instrument": 0.12, "pet_kind": 0.1, "dessert": 0.12}
INVENTED |= {"band": 0.3, "singer": 0.3, "bird": 0.1, "tree": 0.1, "vegetable": 0.1, "phone_brand": 0.2}
"""The share of inventions among the values of each open kind."""

MOST_NOVEL = 0.6
"""No kind of value is invented or combined more often, however large `novelty` is: people say common words too."""

COMBINED = {"food": 0.35, "hobby": 0.35, "job": 0.35, "colour": 0.3, "book": 0.5, "film": 0.3}
COMBINED |= {"company": 0.5, "street": 1.0}
"""The share of combinations among what is not invented."""

STRANGE = 0.2
"""The share of values of open kinds, but for names of people, pets and places, that are of another kind, or in parts of
any: a word must be copied as it is, not taken for the nearest that is known."""

LONGER = 0.15
"""The share of what is drawn from the list of an open kind that gets one more word: most listed values are short, and a
model that knows it stops too early ("earl grey")."""

LONGEST_WITH_MORE = 26
"""Letters of a value with one more word."""

_HANDWRITTEN: dict[str, tuple[str, ...]] = {
    "person": names.PEOPLE,
    "pet": names.PETS,
    "city": places.CITIES,
    "place": places.COUNTRIES + places.CITIES[::2],
    "job": values.JOBS,
    "hobby": values.HOBBIES,
    "colour": values.COLOURS,
    "food": values.FOODS,
    "drink": values.DRINKS,
    "animal": values.ANIMALS,
    "music": values.MUSIC,
    "book": values.BOOKS,
    "car": values.CARS,
    "language": values.LANGUAGES,
    "sport": values.SPORTS,
    "instrument": values.INSTRUMENTS,
    "secret": values.OBJECTS,
    "pet_kind": values.PET_KINDS,
    "season": values.SEASONS,
    "month": values.MONTHS,
    "weekday": values.WEEKDAYS,
    "sign": values.SIGNS,
    "flower": values.FLOWERS,
    "fruit": values.FRUITS,
    "vegetable": values.VEGETABLES,
    "dessert": values.DESSERTS,
    "subject": values.SUBJECTS,
    "game": values.GAMES,
    "bird": values.BIRDS,
    "tree": values.TREES,
    "company": values.COMPANIES,
    "street": values.STREET_NAMES,
}

_MORE: dict[str, tuple[str, ...]] = {
    "person": ("given_names",), "pet": ("pet_names", "nicknames"), "city": ("towns",),
    "place": ("countries_regions",), "job": ("jobs",), "hobby": ("hobbies",), "colour": ("colours",),
    "food": ("foods",), "drink": ("drinks",), "animal": ("animals",), "music": ("music_genres",), "book": ("books",),
    "car": ("cars",), "language": ("languages",), "sport": ("sports",), "instrument": ("instruments",),
    "secret": ("objects", "rare_words"), "pet_kind": ("pet_kinds",), "flower": ("flowers_trees",),
    "dessert": ("desserts",), "subject": ("subjects",), "game": ("games",), "company": ("companies",),
    "film": ("films",), "band": ("bands",), "singer": ("singers",), "nationality": ("nationalities",),
}  # fmt: skip
"""The lists of words.toml that go with a kind."""


def _lists() -> dict[str, tuple[str, ...]]:
    tables = [item for name in ("life", "events", "everyday") for item in document(name).items()]
    lists = {kind: tuple(table["values"]) for kind, table in tables if "values" in table}
    for kind in (*_HANDWRITTEN, *_MORE):
        words = [word for name in _MORE.get(kind, ()) for word in document("words")[name]]
        lists[kind] = tuple(dict.fromkeys((*_HANDWRITTEN.get(kind, ()), *words)))
    return lists


COMMON = _lists()
"""What is listed of each kind of value; most of it is what people say most."""

LISTS = {kind: (*items, *document("vocabulary").get(kind, ())) for kind, items in COMMON.items()}
"""All that is listed of each kind of value: the common ones, then the wide vocabulary."""

RARER = 0.5
"""The share of the wide vocabulary among listed values of the kinds that have one: words of many spellings, so that a
model learns to copy, and common ones often enough to know them well."""

SURNAMES = (*names.SURNAMES, *document("vocabulary")["surname"])
"""Family names; never split, since full names are by their whole spelling."""

COUNTS = ("two", "three", "four", "five", "six", "seven", "2", "3", "4", "5", "6", "7")


def is_held_out(value: str) -> bool:
    """Whether this spelling, in whatever case, is kept for evaluation."""
    return crc32(SPLIT_SALT + value.lower().encode()) % HELD_OUT_SHARE == 0


def title(word: str) -> str:
    """The word with a capital first letter, the rest as it is."""
    return word[:1].upper() + word[1:]


def as_said(value: str, answer: str) -> str:
    """The value as an answer that holds it says it: what begins a sentence has a capital there."""
    return value if value in answer else title(value)


class Values:
    """Draws values of every kind from one part of the split.

    novelty: scales the shares of invented and combined values, INVENTED and COMBINED, up to MOST_NOVEL; 0 draws from
    the lists alone.
    """

    def __init__(self, held_out: bool, novelty: float = 1.0) -> None:
        self._held_out = held_out
        self._invented = {kind: min(MOST_NOVEL, share * novelty) for kind, share in INVENTED.items()}
        self._combined = {kind: min(MOST_NOVEL, share * novelty) for kind, share in COMBINED.items()}
        self._lists = {kind: self._mine(kind, items) for kind, items in COMMON.items()}
        self._rarer = {kind: self._mine(kind, LISTS[kind][len(items) :]) for kind, items in COMMON.items()}
        self._splices = {"person": names.PEOPLE, "pet": names.PEOPLE, "city": places.CITIES, "place": places.COUNTRIES}
        self._strange = min(MOST_NOVEL, STRANGE * novelty)
        self._longer = min(MOST_NOVEL, LONGER * novelty)
        lists = [*self._lists.items(), *self._rarer.items()]
        self._all = tuple(value for kind, items in lists if kind not in CLOSED for value in items)
        self._combinations: dict[str, Callable[[random.Random], str]] = {
            "food": _food,
            "hobby": _hobby,
            "job": _job,
            "colour": _colour,
            "book": _book,
            "film": _book,
            "company": _company,
            "street": _street,
        }

    def draw(self, kind: str, rng: random.Random) -> str:
        """A value of this kind in its proper spelling. Raises KeyError for a kind there is not."""
        if kind in CLOSED:
            return _closed(kind, rng, self._lists)
        chance = rng.random()
        invented = self._invented.get(kind, 0.0)
        if chance < invented:
            return self._until_mine(self._invention, kind, rng)
        if rng.random() < self._combined.get(kind, 0.0):
            return self._until_mine(self._combination, kind, rng)
        if kind not in self._splices and rng.random() < self._strange:
            return self._until_mine(self._stranger, kind, rng)
        if kind == "person" and chance > 0.97:
            return self._until_mine(self._full_name, kind, rng)
        if rng.random() < self._longer:
            return self._until_mine(self._with_more, kind, rng)
        return self._listed(kind, rng)

    def _mine(self, kind: str, items: tuple[str, ...]) -> tuple[str, ...]:
        return items if kind in CLOSED else tuple(item for item in items if is_held_out(item) == self._held_out)

    def _listed(self, kind: str, rng: random.Random) -> str:
        rarer = self._rarer[kind]
        return rng.choice(rarer if rarer and rng.random() < RARER else self._lists[kind])

    def _until_mine(self, draw: Callable[[str, random.Random], str], kind: str, rng: random.Random) -> str:
        value = draw(kind, rng)
        while is_held_out(value) != self._held_out:
            value = draw(kind, rng)
        return value

    def _invention(self, kind: str, rng: random.Random) -> str:
        listed = self._splices.get(kind)
        if listed is not None and rng.random() < 0.3:
            return spelling.splice(rng.choice(listed), rng.choice(listed), rng)
        word = spelling.invented(rng)
        return title(word) if kind in PROPER else word

    def _stranger(self, kind: str, rng: random.Random) -> str:
        value, other = rng.choice(self._all), rng.choice(self._all)
        chance = rng.random()
        if chance < 0.25:
            value = f"{value.split()[0]} {other.split()[-1]}"
        elif chance < 0.5 and " " not in value + other:
            value = spelling.splice(value, other, rng)
        return title(value) if kind in PROPER else value.lower()

    def _with_more(self, kind: str, rng: random.Random) -> str:
        value = self._listed(kind, rng)
        if rng.random() < 0.5:
            value = f"{value} {self._listed(kind, rng).split()[-1]}"
        elif kind in PROPER:
            value = f"{value} {title(rng.choice(self._all).split()[-1])}"
        else:
            value = f"{rng.choice(self._all).split()[0].lower()} {value}"
        return value if len(value) <= LONGEST_WITH_MORE else self._listed(kind, rng)

    def _combination(self, kind: str, rng: random.Random) -> str:
        return self._combinations[kind](rng)

    def _full_name(self, kind: str, rng: random.Random) -> str:
        return f"{self._listed(kind, rng)} {rng.choice(SURNAMES)}"


def _closed(kind: str, rng: random.Random, lists: dict[str, tuple[str, ...]]) -> str:
    if kind == "age":
        return str(rng.randint(5, 99))
    if kind == "number":
        return str(rng.randint(1, 99) if rng.random() < 0.6 else rng.randint(100, 9999))
    if kind == "count":
        return rng.choice(COUNTS)
    if kind == "size":
        return str(rng.randint(34, 48))
    if kind == "year":
        return str(rng.randint(1931, 2026))
    if kind == "height":
        return f"{rng.randint(145, 204)} cm"
    return rng.choice(lists[kind])


def _company(rng: random.Random) -> str:
    first = title(spelling.invented(rng)) if rng.random() < 0.5 else rng.choice(values.BOOK_KINDS)
    return f"{first} {rng.choice(values.COMPANY_ENDS)}"


def _street(rng: random.Random) -> str:
    first = title(spelling.invented(rng)) if rng.random() < 0.2 else rng.choice(LISTS["street"])
    return f"{first} {rng.choice(values.STREET_ENDS)}"


def _food(rng: random.Random) -> str:
    choice = rng.choice
    dish = f"{choice(values.FOOD_THINGS)} {choice(values.FOOD_DISHES)}"
    return dish if rng.random() < 0.6 else f"{choice(values.FOOD_KINDS)} {choice(values.FOOD_THINGS)}"


def _hobby(rng: random.Random) -> str:
    return f"{rng.choice(values.HOBBY_DOINGS)} {rng.choice(values.HOBBY_THINGS)}"


def _job(rng: random.Random) -> str:
    return f"{rng.choice(values.JOB_THINGS)} {rng.choice(values.JOB_ROLES)}"


def _colour(rng: random.Random) -> str:
    return f"{rng.choice(values.COLOUR_SHADES)} {rng.choice(values.COLOURS[:14])}"


def _book(rng: random.Random) -> str:
    return f"The {rng.choice(values.BOOK_KINDS)} {rng.choice(values.BOOK_THINGS)}"
