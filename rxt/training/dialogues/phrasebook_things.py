"""Further facts: what a person is, studies, fears and plans, and the names of their things; each is told seldom."""

from __future__ import annotations

from rxt.training.dialogues.fact import Fact, named, phrases
from rxt.training.dialogues.written import extended, written

PLAIN_ACKS = phrases("""
Good to know. | Thanks for telling me. | Okay, I will remember that. | I see, {v}. | Oh, {v}! | Got it, {v}.
""")

_MORE_ASKS = phrases("""
{q}, do you know | {q} again | remember {q} | {q} by the way | so {q} | and {q} | well, {q} | now, {q}
""")


def _fact(slot: str, values: str, mine: str, recall: str, tells: str, asks: str, weight: float) -> Fact:
    own = phrases(asks)
    more = tuple(template.replace("{q}", own[at % 3]) for at, template in enumerate(_MORE_ASKS))
    return Fact(slot, values, mine, recall, phrases(tells), own + more, acks=PLAIN_ACKS, weight=weight)


_ABOUT = (
    _fact(
        "allergy", "food", "my allergy", "you are allergic to {v}",
        """I'm allergic to {v} | I am allergic to {v} | I have an allergy to {v} | I can't eat {v}, I'm allergic
        my allergy is {v} | {v} makes me sick, I'm allergic to it | I've been allergic to {v} since I was little
        unfortunately I'm allergic to {v} | I must not eat {v} | doctors say I'm allergic to {v}""",
        """what am I allergic to | what is my allergy | which food am I allergic to | what must I not eat
        what's my allergy | do I have an allergy | what can't I eat""",
        0.8,
    ),
    _fact(
        "subject", "subject", "what I study", "you study {v}",
        """I study {v} | I'm studying {v} | I'm {av} student | I study {v} at university | my subject is {v}
        I'm doing a degree in {v} | my major is {v} | I'm majoring in {v} | I chose to study {v} | I read {v} at college
        at university I study {v}""",
        """what do I study | what is my major | what subject do I study | what am I studying | what's my subject
        what did I choose to study | what is my degree in""",
        0.8,
    ),
    _fact(
        "company", "company", "my company", "you work for {v}",
        """I work for {v} | I work at {v} | my company is {v} | the company I work for is {v} | I'm employed by {v}
        I have a job at {v} | my employer is {v} | I got hired by {v} | I started working at {v}
        {v} is the company I work for | I work in a company called {v}""",
        """which company do I work for | what company do I work for | who do I work for | who is my employer
        what is my company | what's the name of my company | who employs me | where do I work""",
        0.8,
    ),
    _fact(
        "school", "company", "my school", "your school is {v}",
        """my school is {v} | I go to {v} | I go to school at {v} | the school I go to is {v} | my school is called {v}
        I'm a student at {v} | I attend {v} | my university is {v} | I study at {v}""",
        """what school do I go to | which school do I go to | what is my school | what's my school called
        where do I go to school | what's the name of my school""",
        0.5,
    ),
    _fact(
        "street", "street", "my street", "your street is {v}",
        """my street is {v} | I live on {v} | {v} is the street I live on | my street is called {v}
        the street I live on is {v} | my address is {v} | our house is on {v} | my flat is on {v} | we live on {v}""",
        """what is my street | which street do I live on | what street do I live on | what's my address
        what is my street called | what's my street""",
        0.5,
    ),
    _fact(
        "sign", "sign", "my zodiac sign", "your zodiac sign is {v}",
        """my zodiac sign is {v} | I'm {av} | my star sign is {v} | my sign is {v} | by star sign I'm {av}
        I was born under {v} | I'm a typical {v} | {v} is my sign""",
        """what is my zodiac sign | what's my star sign | what is my sign | which zodiac sign am I | what star sign am I
        which sign was I born under""",
        0.4,
    ),
    _fact(
        "shoe_size", "size", "my shoe size", "your shoe size is {v}",
        """my shoe size is {v} | I wear size {v} shoes | I wear shoes in size {v} | my shoes are size {v}
        I take a size {v} | I have size {v} feet | size {v} fits me | I need shoes in size {v}""",
        """what is my shoe size | what size are my shoes | what's my shoe size | which shoe size do I have
        what size shoes do I wear | which size do I take""",
        0.4,
    ),
    _fact(
        "height", "height", "my height", "you are {v} tall",
        """I'm {v} tall | my height is {v} | I am {v} tall | I measure {v} | I'm {v} in height | I stand {v} tall
        I grew to {v} | the doctor measured me, I'm {v}""",
        """how tall am I | what is my height | what's my height | what height am I | how tall did I say I am
        how many centimetres do I measure""",
        0.4,
    ),
    _fact(
        "children", "count", "how many children I have", "you have {v} children",
        """I have {v} children | I've got {v} kids | I have {v} kids | we have {v} children | I'm a parent of {v}
        I'm raising {v} children | there are {v} kids in my family | I'm a mother of {v} | I'm a father of {v}""",
        """how many children do I have | how many kids do I have | how many kids have I got
        what's the number of my children | how many children have I got""",
        0.4,
    ),
    _fact(
        "siblings", "count", "how many siblings I have", "you have {v} siblings",
        """I have {v} siblings | I've got {v} siblings | there are {v} siblings in my family, and me
        I grew up with {v} siblings | my parents gave me {v} siblings | I have {v} brothers and sisters
        we are {v} siblings besides me | {v} siblings share my parents""",
        """how many siblings do I have | how many brothers and sisters do I have | how many siblings have I got
        what's the number of my siblings | how many siblings did I grow up with""",
        0.3,
    ),
    _fact(
        "trip", "place", "where I am going", "you are going to {v}",
        """I'm flying to {v} next month | I'm travelling to {v} soon | my next trip is to {v}
        I'm going on holiday to {v}
        I've booked a trip to {v} | we're going on vacation to {v} | next summer I'll go to {v} | I'm moving to {v} soon
        I will travel to {v} | my holiday will be in {v}""",
        """where am I going | where am I travelling to | where is my next trip to | where will I go on holiday
        what is my travel plan | where am I flying to | where do I go on vacation""",
        0.7,
    ),
    _fact(
        "dream", "place", "where I dream of going", "you dream of going to {v}",
        """I dream of going to {v} | my dream is to see {v} | I've always wanted to visit {v}
        I want to visit {v} one day
        my dream destination is {v} | one day I'd love to see {v} | I wish I could travel to {v}""",
        """where do I dream of going | what is my dream destination | which place do I want to visit
        what place have I always wanted to see | where would I love to go""",
        0.4,
    ),
    _fact(
        "eyes", "colour", "my eye colour", "your eyes are {v}",
        """my eyes are {v} | I have {v} eyes | my eye colour is {v} | the colour of my eyes is {v} | I've got {v} eyes
        people like my {v} eyes | I was born with {v} eyes""",
        """what colour are my eyes | what is my eye colour | what's my eye colour | which colour do my eyes have
        what colour eyes do I have | what eye colour do I have""",
        0.4,
    ),
    _fact(
        "hair", "colour", "my hair colour", "your hair is {v}",
        """my hair is {v} | I have {v} hair | my hair colour is {v} | I dyed my hair {v} | I've got {v} hair
        the colour of my hair is {v} | I was born with {v} hair""",
        """what colour is my hair | what is my hair colour | what's my hair colour | which colour is my hair
        what colour hair do I have | what hair colour do I have""",
        0.4,
    ),
    _fact(
        "bike", "colour", "my bike's colour", "your bike is {v}",
        """my bike is {v} | I have {av} bike | I ride {av} bike | my bicycle is {v} | I bought {av} bike
        the colour of my bike is {v} | I painted my bike {v}""",
        """what colour is my bike | what is my bike's colour | which colour is my bicycle | what colour bike do I have
        what colour did I paint my bike""",
        0.3,
    ),
    _fact(
        "day_off", "weekday", "my day off", "your day off is {v}",
        """my day off is {v} | I don't work on {v} | I'm free on {v} | I have {v} off | {v} is my day off
        I get {v} off every week | I never work on a {v}""",
        """when is my day off | which day am I free | what is my day off | which day do I have off
        on what day do I not work | what day is my day off""",
        0.3,
    ),
    _fact(
        "team", "company", "my team", "your team is {v}",
        """I support {v} | my team is {v} | I'm a fan of {v}, my team | my favourite team is {v}
        the team I support is {v}
        I cheer for {v} | I play for {v} | I've supported {v} all my life""",
        """which team do I support | what is my team | what team do I support | what's my favourite team
        who do I cheer for | which team am I a fan of""",
        0.5,
    ),
    _fact(
        "nickname", "pet", "my nickname", "your nickname is {v}",
        """my nickname is {v} | my friends nicknamed me {v} | they gave me the nickname {v}
        as a child I was called {v}
        my pet name is {v} | at school they called me {v} | my username is {v} | online I'm known as {v}""",
        """what is my nickname | what's my nickname | which nickname do I have | what was I called as a child
        what's my username | what did they call me at school""",
        0.4,
    ),
    _fact(
        "breakfast", "food", "what I eat for breakfast", "you eat {v} for breakfast",
        """I eat {v} for breakfast | I always have {v} for breakfast | my breakfast is {v} | for breakfast I eat {v}
        every morning I eat {v} | I start my day with {v} | {v} is my usual breakfast""",
        """what do I eat for breakfast | what is my breakfast | what do I have for breakfast
        what do I eat every morning | what do I start my day with | what's my usual breakfast""",
        0.4,
    ),
    _fact(
        "collection", "animal", "what I collect", "you collect {v} figures",
        """I collect {v} figures | I have a collection of {v} figures | my collection is all {v} figures
        I've been collecting {v} figures for years | I started to collect {v} figures | at home I keep {v} figures
        I own dozens of {v} figures""",
        """what do I collect | what is in my collection | what kind of figures do I collect
        what have I been collecting | which figures do I keep""",
        0.2,
    ),
)  # fmt: skip

_WRITTEN = {
    **dict.fromkeys(("subject", "company", "school", "nickname"), "self"),
    **dict.fromkeys(("allergy", "trip", "eyes", "hair", "height", "breakfast", "children", "siblings"), "life"),
    "street": "things",
    "team": "likes",
}
_COUNTED = {"children": "children_count", "siblings": "siblings_count"}

ABOUT = tuple(
    extended(fact, written(_WRITTEN[fact.slot], _COUNTED.get(fact.slot, fact.slot))) if fact.slot in _WRITTEN else fact
    for fact in _ABOUT
)

_THING_TELLS = phrases("""
my {r} is called {v} | my {r}'s name is {v} | the name of my {r} is {v} | my {r} is named {v} | I have a {r} called {v}
I named my {r} {v} | our {r} is called {v} | I own a {r} named {v} | my {r} has a name, {v} | I called my {r} {v}
{v} is the name of my {r} | the {r} I have is called {v} | we named our {r} {v} | I've got a {r} called {v}
""")

_THING_ASKS = phrases("""
what is my {r} called | what's my {r}'s name | what is the name of my {r} | what did I call my {r}
what's the name of my {r} | what's my {r} called | what is my {r}'s name | what name does my {r} have
what did I name my {r} | what was my {r} called | how did I call my {r} | which name did I give my {r}
""")


def _thing(noun: str, values: str) -> Fact:
    def filled(templates: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(named(template, "{r}", noun) for template in templates)

    any_thing = written("things", "thing_name")
    return Fact(
        noun.replace(" ", "_"),
        values,
        f"my {noun}'s name",
        f"your {noun}'s name is {{v}}",
        filled(_THING_TELLS + any_thing.tells),
        filled(_THING_ASKS + any_thing.asks),
        acks=PLAIN_ACKS,
        weight=0.22,
    )


THINGS = tuple(
    _thing(noun, values)
    for values, nouns in (
        ("pet", ("boat", "guitar", "plant", "robot", "teddy bear", "motorbike", "ship", "cactus", "doll", "laptop")),
        ("company", ("shop", "café", "club", "blog", "project", "farm", "restaurant", "podcast", "choir", "startup")),
        ("city", ("village", "island", "river")),
        ("book", ("novel", "film project", "poem", "board game")),
    )
    for noun in nouns
)
"""Things that people give names to."""
