"""Everyday facts: anything that people mention and may ask for, each told and asked for in its own words.

Other facts are of kinds that have a name, or are events of one grammar, so that a model learns the kinds and denies
what is of none ("You haven't told me that yet."). These are of hundreds of kinds, each told seldom: what can be learned
from them is to answer with what was said, in the words of the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rxt.training.dialogues.fact import Fact
from rxt.training.dialogues.phrasebook_things import PLAIN_ACKS
from rxt.training.dialogues.written import document

WEIGHT = 0.085
"""Of each against the other facts; altogether they are 36 % of what is told, 27 % with a focus of 1.2."""


def _fact(table: Mapping[str, Any]) -> Fact:
    mine, around = table["mine"], document("everyday")["around"]
    slot = "everyday_" + "_".join(mine.replace("'", "").replace(",", "").split())
    told = _with_company(table["tells"], "{c}", around["tells"], mine)
    asked = _with_company(table["asks"], "{q}", around["asks"], mine)
    anew = _with_company(table["tells"], "{c}", around["updates"], mine)[len(table["tells"]) :]
    return Fact(
        slot, table["values"], mine, table["recall"], told, asked, (), anew, PLAIN_ACKS, WEIGHT, lasts=False
    )  # fmt: skip


def _with_company(own: list[str], place: str, around: list[str], mine: str) -> tuple[str, ...]:
    """The sentences, then what goes around them, with each of them by turns."""
    more = (template.replace(place, own[at % len(own)]).replace("{m}", mine) for at, template in enumerate(around))
    return tuple(dict.fromkeys((*own, *more)))


EVERYDAY = tuple(map(_fact, document("everyday")["told"]))
