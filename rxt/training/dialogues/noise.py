"""How people type: lower case, lost punctuation and apostrophes, slips, extra words. Values are never touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rxt.training.dialogues.fact import phrases

if TYPE_CHECKING:
    import random

_BEFORE = phrases(
    "hey, | so, | by the way, | well, | oh, | ok, | um, | hi, | hello, | hey Mneme, | btw | ah, |"
    " okay, | now, | cool, | great, | thanks, | listen, | Mneme, | right, | alright, | and | great! |"
    " thanks! | hello! | good evening, | one more thing, | oh, by the way, | ok so | hmm, | anyway, | oh and | also, |"
    " honestly, | yeah, | haha, | lol | so yeah, | hi there, | hey there, | good morning, | ooh, | aha, | ok then, |"
    " sure, | yes, | I mean, | no worries, | hi Mneme, | right then, | yo, | tbh | sorry, | wait, | quick one,"
)
_AFTER = phrases(
    "lol | haha | please | :) | btw | you know | by the way | thanks | 🙂 | 😀 | ❤️ | ... | !! | 👍 |"
    " thanks! | mate | Mneme | xx | tbh"
)
_TIGHT = ("...", "!!")
SHORTEST_WITH_SLIP = 3
"""Letters: nothing may be left of a shorter message."""
_SPELLINGS = (("favourite", "favorite"), ("colour", "color"), ("neighbour", "neighbor"))


def american(text: str) -> str:
    """The text in American spelling."""
    for british, other in _SPELLINGS:
        if british in text:
            text = text.replace(british, other)
    return text


def with_company(text: str, rng: random.Random) -> str:
    """The text with a few words before or after it."""
    if rng.random() < 0.65:
        return f"{rng.choice(_BEFORE)} {text}"
    after = rng.choice(_AFTER)
    return text + after if after in _TIGHT else f"{text} {after}"


def with_slip(text: str, rng: random.Random) -> str:
    """The template with one slip of the finger outside its placeholders, or unchanged when the slip would hit one."""
    if len(text) < SHORTEST_WITH_SLIP:
        return text
    at = rng.randrange(max(1, len(text) - 1))
    if "{" in text:
        opened, closed = text.find("{"), text.rfind("}")
        if opened - 1 <= at <= closed:
            return text
    pair = text[at : at + 2]
    if not pair.isalpha():
        return text
    chance = rng.random()
    if chance < 0.45:
        return text[:at] + pair[::-1] + text[at + 2 :]
    if chance < 0.8:
        return text[:at] + text[at + 1 :]
    return text[:at] + pair[0] + text[at:]
