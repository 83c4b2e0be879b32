"""A fact: one thing a person can tell about themselves, with the ways to say it, to ask for it and to recall it.

Templates are plain format strings: `{v}` is the value, `{av}` the value behind its article. Phrases of a statement are
bare clauses in the middle of a sentence ("my name is {v}"); the generator adds the capital, the full stop and company.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_YOURS = {"I was": "you were", "I'm": "you're", "I've": "you've", "I'd": "you'd", "I'll": "you'll", "am": "are"}
_YOURS |= {"I": "you", "we": "you", "me": "you", "us": "you", "my": "your", "our": "your", "mine": "yours"}
_YOURS |= {"myself": "yourself", "you": "me"}
_MINE = re.compile(rf"(?<!\w)({'|'.join(_YOURS)})(?!\w)")


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text in which bars and line ends separate them."""
    return tuple(phrase.strip() for phrase in text.replace("\n", "|").split("|") if phrase.strip())


def article(value: str) -> str:
    """The value behind "a" or "an"."""
    return f"an {value}" if value[0] in "aeiouAEIOU" else f"a {value}"


def named(template: str, place: str, noun: str) -> str:
    """The template with a noun in its place, behind the article that goes with it."""
    return template.replace(f"a {place}", article(noun)).replace(place, noun)


def as_yours(text: str) -> str:
    """What the person says of themselves ("who gave me my name"), said to them ("who gave you your name")."""
    return _MINE.sub(lambda found: _YOURS[found[0]], text)


def exchanges(text: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The exchanges of a text: lines of phrases, then a line behind ">" with their answers, and so on."""
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    said: list[str] = []
    for line in text.splitlines():
        if line.startswith(">"):
            pairs.append((tuple(said), phrases(line[1:])))
            said = []
        else:
            said.extend(phrases(line))
    return tuple(pairs)


@dataclass(frozen=True)
class Fact:
    """One kind of fact."""

    slot: str
    values: str
    """The name of its kind of value, see `Values`."""
    mine: str
    """What it is, said by the person: "my name", "where I live"."""
    recall: str
    """The clause that recalls it: "your name is {v}"."""
    tells: tuple[str, ...]
    asks: tuple[str, ...]
    """Whole questions without a question mark."""
    checks: tuple[str, ...] = ()
    """Yes-no questions about a value: "is my name {v}"."""
    updates: tuple[str, ...] = ()
    """Clauses that replace what was told: "I moved to {v}"."""
    acks: tuple[str, ...] = ()
    """Answers to a statement, whole sentences, those with a value repeat it: to a name, and where saying the fact back
    would be too long."""
    weight: float = 1.0
    """How often it is drawn against the other facts."""
    noun: str = ""
    """What its value is to the person ("brother"), for facts about someone; else empty."""
    intros: tuple[str, ...] = ()
    """Messages that mention whom it is about and do not tell it: "I have a brother"."""
    follow_ups: tuple[str, ...] = ()
    """What tells it in the message after such a one, with a pronoun: "he is called {v}"."""
    about: str = ""
    """The slot of the one it is told of ("brother" of the brother's job), else empty."""
    lasts: bool = True
    """Whether it is how things are, so that another value holds "now"; what once happened can only be told anew."""
    yours: str = field(init=False)
    """`mine`, said by Mneme: "your name", "where you live"."""

    def __post_init__(self) -> None:
        """Derive `yours`."""
        object.__setattr__(self, "yours", as_yours(self.mine))

    @property
    def not_told(self) -> str:
        """The answer to a question for it where it was never told."""
        return f"You haven't told me {self.yours} yet."
