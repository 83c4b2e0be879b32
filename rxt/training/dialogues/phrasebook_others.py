"""The facts about what a person likes best, about their people and their pets: one set of phrases for many slots."""

from __future__ import annotations

from rxt.training.dialogues.fact import Fact, named, phrases
from rxt.training.dialogues.roles import CALLED, CHANGING, WEIGHTS, told_of
from rxt.training.dialogues.written import Written, extended, followed, written

_TELLS = phrases("""
my favourite {n} is {v} | my favourite {n} has always been {v} | {v} is my favourite {n} | the {n} I like best is {v}
I'd say my favourite {n} is {v} | my favourite {n} would be {v} | of all {n}s, I like {v} the most
as for my favourite {n}, it's {v} | my favourite {n}: {v} | the best {n} is {v}, it's my favourite
""")

_ASKS = phrases("""
what is my favourite {n} | what's my favourite {n} | which {n} do I like best | what {n} do I like
what was my favourite {n} | which {n} do I like most | which {n} is my favourite | what's my favourite {n} again
what {n} do I like best | what did I say my favourite {n} is
""")

_CHECKS = phrases("is my favourite {n} {v} | is {v} my favourite {n} | my favourite {n} is {v}, right")

_UPDATES = phrases("""
my favourite {n} is {v} now | I changed my mind, my favourite {n} is {v} | my new favourite {n} is {v}
these days my favourite {n} is {v}
""")

_ACKS = phrases("""
{v} is a great choice! | {v} is nice! | Oh, I like {v} too! | {v}, good taste! | Good choice! | Nice choice!
""")

_OWN_TELLS = {
    "colour": "I like the colour {v} | I love {v}, it's my favourite colour | I really like the colour {v}",
    "food": "I love eating {v} | I love {v} | I could eat {v} every day | I like to eat {v} | I really like {v}"
    " | the dish I love most is {v} | I'm a big fan of {v}",
    "drink": "I love drinking {v} | I drink {v} all day | I like to drink {v} | I always order {v}",
    "animal": "the animal I love most is the {v} | I think {v}s are the best animals",
    "music": "I love listening to {v} | I listen to {v} | I like {v} music | I'm a fan of {v}",
    "book": "the book I love most is {v} | I love reading {v} | I love the book {v}",
    "season": "I love {v} most of all seasons | {v} is the best season for me",
    "number": "my lucky number is {v}",
    "sport": "I play {v} | I do {v} | my sport is {v}",
    "instrument": "I play the {v} | I'm learning to play the {v} | my instrument is the {v}",
}

_OWN_ASKS = {
    "food": "what do I love to eat | what do I like to eat | what food do I love | what do I like eating",
    "drink": "what do I like to drink | what do I love drinking | what do I drink",
    "animal": "what animal do I love most",
    "music": "what music do I listen to | what kind of music do I like | what do I listen to",
    "book": "what book do I love | which book do I love most",
    "number": "what is my lucky number | what's my lucky number",
    "sport": "what sport do I play | which sport do I do",
    "instrument": "what instrument do I play | which instrument do I play",
    "colour": "what colour do I like | which colour do I love",
    "season": "what season do I love | which season do I like",
}


_MORE_TELLS = phrases("""
my all-time favourite {n} is {v} | my number one {n} is {v} | no {n} is better than {v} | {v} is the best {n} for me
when it comes to my favourite {n}, I pick {v} | if I had to choose my favourite {n}, I'd take {v}
my favourite {n} is definitely {v} | I have a favourite {n}, it is {v} | nothing beats {v} as a {n}
my favourite {n} happens to be {v} | just so you know, my favourite {n} is {v} | {v} has always been my favourite {n}
my {n} of choice is {v} | I prefer {v} over every other {n} | my favorite {n} has to be {v}
""")

_MORE_ASKS = phrases("""
what's the {n} I like best | what {n} is my favourite | which {n} do I prefer | what is the {n} I like most
what {n} would I choose | and my favourite {n} | what about my favourite {n} | my favourite {n}, what is it
which {n} would I pick | any idea what my favourite {n} is | what {n} do I love most | what's my number one {n}
what was my favourite {n} again | remember my favourite {n} | so what is my favourite {n}
""")


def _favourite(slot: str, weight: float, noun: str = "", values: str = "") -> Fact:
    noun = noun or slot

    def filled(templates: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(named(template, "{n}", noun) for template in templates)

    any_favourite = written("likes", "favourite")
    fact = Fact(
        slot,
        values or slot,
        f"my favourite {noun}",
        f"your favourite {noun} is {{v}}",
        filled(_TELLS) + phrases(_OWN_TELLS.get(slot, "")) + filled(_MORE_TELLS + any_favourite.tells),
        filled(_ASKS) + phrases(_OWN_ASKS.get(slot, "")) + filled(_MORE_ASKS + any_favourite.asks),
        filled(_CHECKS + any_favourite.checks),
        filled(_UPDATES + any_favourite.updates),
        _ACKS,
        weight,
    )
    return extended(fact, written("likes", slot), written("self", slot) if slot in _DONE else Written())


_DONE = ("sport", "instrument")
"""Favourites that people tell by saying that they do it."""

FAVOURITES = (
    _favourite("colour", 4.0),
    _favourite("food", 5.0),
    _favourite("drink", 3.0),
    _favourite("animal", 2.5),
    _favourite("music", 2.0),
    _favourite("book", 1.5),
    _favourite("season", 1.5),
    _favourite("number", 2.0),
    _favourite("sport", 1.5),
    _favourite("instrument", 1.0),
    _favourite("film", 0.7),
    _favourite("movie", 0.4, values="film"),
    _favourite("song", 0.5, values="book"),
    _favourite("band", 0.5),
    _favourite("singer", 0.4),
    _favourite("actor", 0.4, values="person"),
    _favourite("writer", 0.3, values="person"),
    _favourite("game", 0.6),
    _favourite("flower", 0.4),
    _favourite("fruit", 0.5),
    _favourite("vegetable", 0.3),
    _favourite("dessert", 0.4),
    _favourite("bird", 0.2),
    _favourite("tree", 0.2),
    _favourite("subject_at_school", 0.4, "subject", "subject"),
    _favourite("weekday", 0.3, "weekday", "weekday"),
    _favourite("holiday_place", 0.3, "holiday place", "place"),
    _favourite("word", 0.3, values="secret"),
)

_ROLE_TELLS = phrases("""
my {r} is called {v} | my {r}'s name is {v} | my {r} is {v} | I have a {r} called {v} | I have a {r} named {v}
the name of my {r} is {v} | my {r} is named {v} | I've got a {r} called {v} | {v} is my {r} | my {r} {v} is very kind
I live with my {r} {v} | I have a {r}, {v} | I have a {r} and the name is {v} | my {r} goes by {v}
my {r} {v} is here with me | I visited my {r} {v} | I talked to my {r} {v} today
""")

_MORE_ROLE_TELLS = phrases("""
my {r}, {v}, called me | my {r} {v} says hello | I'm visiting my {r} {v} tomorrow | I have a {r} whose name is {v}
my {r}, whose name is {v}, is lovely | I spent the day with my {r} {v} | I call my {r} {v} | we call my {r} {v}
my {r} {v} came to see me | I really love my {r} {v} | do you know my {r} {v} | the one I call my {r} is {v}
I should tell you about my {r} {v} | and my {r} is called {v} | my {r} is also called {v} | {v}, my {r}, is here
let me tell you about {v}, my {r} | my {r} happens to be called {v} | I had dinner with my {r} {v}
""")

_WITH_PRONOUN = phrases("""
I have a {r}, {his} name is {v} | I have a {r}. {His} name is {v} | I have a {r}. {He} is called {v}
I live with my {r}. {His} name is {v} | my {r} is very funny, {his} name is {v} | my {r} {v} is older than me
{v} is my {r}, {he} is great | my {r} {v} and I went out | me and my {r} {v} had fun | I went to town with {v}, my {r}
there's my {r}, {his} name's {v} | my {r} {v} is younger than me | this is about my {r}. {He} is {v}
my {r} {v} makes me laugh | I miss my {r}, {he}'s called {v} | my {r} {v} lives far away | I've a {r}, {he}'s {v}
my {r} {v} and me are close | I got a message from my {r} {v} | my {r} is here. {His} name is {v}
""")
"""Templates with a pronoun for the person or the pet."""

_MORE_ROLE_ASKS = phrases("""
my {r}'s name, what was it | any idea what my {r} is called | and my {r} | what about my {r}'s name | who's my {r}
what name does my {r} have | what's the name of my {r} again | which name does my {r} have | and what's my {r}'s name
remember my {r}'s name | how do I call my {r} | what did I tell you my {r} is called | so what is my {r} called
""")

_MORE_PET_TELLS = phrases("""
my {r} answers to {v} | my {r}, {v}, is sleeping | meet my {r} {v} | I share my home with my {r} {v}
my {r} {v} loves me | there's a {r} in my home called {v} | I feed my {r} {v} twice a day | {v}, my {r}, is hungry
my {r} {v} just woke up | I play with my {r} {v} every day | I adopted a {r} and named it {v} | our {r}'s name is {v}
my new {r} is called {v} | I gave my {r} the name {v} | my {r} {v} is the best | I just got a {r}, it's called {v}
""")

_ROLE_ASKS = phrases("""
what is my {r}'s name | what's my {r}'s name | what is my {r} called | who is my {r} | what's the name of my {r}
what's my {r} called | what was my {r}'s name | how is my {r} called | what is the name of my {r}
what did I say my {r}'s name is | what's my {r}'s name again | do you know what my {r} is called
""")

_ROLE_CHECKS = phrases("is my {r} called {v} | is my {r}'s name {v} | is {v} my {r} | my {r} is {v}, right")

_ROLE_ACKS = phrases("""
{v} is a lovely name! | Say hello to {v} from me! | {v}, what a nice name! | I would like to meet {v}!
Oh, {v}! How nice.
What a nice name! | Thanks, I will remember that.
""")

_PET_TELLS = phrases("""
my {r} is called {v} | my {r}'s name is {v} | I have a {r} called {v} | I have a {r} named {v}
we have a {r} called {v}
I've got a {r} named {v} | my {r} is named {v} | the name of my {r} is {v} | my {r} is {v} | this is my {r} {v}
I own a {r} called {v} | I got a {r}, its name is {v} | my {r} {v} is asleep | {v} is my {r} | I named my {r} {v}
we named our {r} {v} | I adopted a {r} named {v} | my {r} {v} is so funny | I walked with my {r} {v}
our {r} is called {v}
""")

_PET_ASKS = phrases("what did I name my {r} | what did I call my {r} | what do I call my {r}")

_PET_ACKS = phrases("""
{v} is a great name for a {r}! | Say hello to {v}! | {v} sounds adorable! | A {r} called {v}, how cute!
I like the name {v}.
How cute! | What a cute name!
""")


def _person(role: str) -> Fact:
    any_person = written("people", "person_name")
    fact = _named(role, WEIGHTS[role], "person", _ROLE_TELLS, _ROLE_ASKS, _ROLE_ACKS)
    fact = extended(
        fact,
        Written(told_of(role, _MORE_ROLE_TELLS + _WITH_PRONOUN)),
        _filled(any_person, role),
        written("people", role),
    )
    fact = followed(fact, "person", "name", role)
    return extended(fact, _filled(written("people", "partner_change"), role)) if role in CHANGING else fact


def _pet(role: str, weight: float) -> Fact:
    fact = _named(role, weight, "pet", _PET_TELLS, _ROLE_ASKS + _PET_ASKS, _PET_ACKS)
    more = Written(told_of(role, _MORE_PET_TELLS + _WITH_PRONOUN))
    return followed(extended(fact, more, _filled(written("things", "pet_name"), role)), "pet", "name", role)


def _named(
    role: str, weight: float, kind: str, tells: tuple[str, ...], asks: tuple[str, ...], acks: tuple[str, ...]
) -> Fact:
    """Someone's name, asked for and told with the phrases for all of them."""
    called = CALLED.get(role, ())
    return Fact(
        role.replace(" ", "_"),
        kind,
        f"my {role}'s name",
        f"your {role}'s name is {{v}}",
        told_of(role, tells) + tuple(tell for name in called for tell in told_of(role, tells[:4], name)),
        told_of(role, asks)
        + tuple(ask for name in called for ask in told_of(role, asks[:4], name))
        + told_of(role, _MORE_ROLE_ASKS),
        told_of(role, _ROLE_CHECKS),
        (),
        told_of(role, acks),
        weight,
        role,
    )


def _filled(templates: Written, role: str) -> Written:
    parts = (templates.tells, templates.asks, templates.checks, templates.updates)
    return Written(*(told_of(role, part) for part in parts))


PEOPLE = tuple(_person(role) for role in WEIGHTS)

PETS = tuple(
    _pet(role, weight)
    for roles, weight in (
        (("dog",), 4.0),
        (("cat",), 3.5),
        (("parrot", "rabbit", "hamster", "horse"), 0.6),
        (("goldfish", "turtle", "pony", "guinea pig"), 0.3),
        (("pet",), 0.8),
    )
    for role in roles
)

_PET = Fact(
    "pet_kind", "pet_kind", "what pet I have", "you have {av}",
    phrases("""
    I have {av} | I've got {av} | my pet is {av} | I keep {av} as a pet | we have {av} at home | I own {av} | I got {av}
    there is {av} in my house | I have {av} as a pet | I live with {av}
    """),
    phrases("""
    what pet do I have | which pet do I have | what kind of pet do I have | what animal do I have at home
    what is my pet
    what animal do I keep | do I have a pet | do I have any pets | what pets do I have
    """),
    phrases("do I have {av} | is my pet {av}"),
    (),
    phrases("{av}, how cute! | Having {av} sounds fun! | Oh, {av}! How nice. | How cute! | Pets are great."),
    1.5,
)  # fmt: skip

PET = extended(_PET, written("things", "pet_kind"))
"""What animal somebody keeps."""
