"""Phrases and words that are data: the TOML files of the folder `written`, one table a kind of fact.

Lists of a table: `tells`, `asks`, `checks` and `updates` as in Fact; `{r}` is a person, a pet or a thing, `{n}` a kind
of favourite, `{he}`, `{his}` and `{him}` (`{He}`, `{His}`) the pronouns of who was named.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from rxt.training.dialogues.fact import Fact
from rxt.training.dialogues.roles import told_of

Exchange = tuple[tuple[str, ...], tuple[str, ...]]
"""What is said alike, and what may be answered."""


@dataclass(frozen=True, slots=True)
class Written:
    """The phrases of one kind of fact; empty where none are written."""

    tells: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()


@cache
def document(name: str) -> dict[str, Any]:
    """The tables of the file `name`.toml."""
    return tomllib.loads(files(__package__).joinpath("written", f"{name}.toml").read_text(encoding="utf-8"))


def written(name: str, kind: str) -> Written:
    """What the file `name`.toml has of a kind of fact."""
    table = document(name).get(kind, {})
    return Written(*(tuple(table.get(part, ())) for part in ("tells", "asks", "checks", "updates")))


def extended(fact: Fact, *more: Written) -> Fact:
    """The fact with further phrases behind its own."""
    for phrases in more:
        fact = replace(
            fact,
            tells=fact.tells + phrases.tells,
            asks=fact.asks + phrases.asks,
            checks=fact.checks + phrases.checks,
            updates=fact.updates + phrases.updates,
        )
    return fact


def widened(exchanges: tuple[Exchange, ...], name: str) -> tuple[Exchange, ...]:
    """The exchanges with what the file `name`.toml has besides, behind their own: its tables `[[exchange]]` name an
    exchange by the first of its answers (of several, the first one), and hold what else is said in it.

    Raises ValueError for an answer that begins no exchange.
    """
    more = {table["answer"]: tuple(table["said"]) for table in document(name)["exchange"]}
    wide = tuple((said + more.pop(answers[0], ()), answers) for said, answers in exchanges)
    if more:
        raise ValueError(f'No exchange is answered by "{next(iter(more))}", which {name}.toml names.')
    return wide


def followed(fact: Fact, family: str, kind: str, role: str) -> Fact:
    """The fact with the phrases by which it is told in two messages; as it was where none are written.

    family: "person" or "pet"; kind: what is told of them ("name", "job").
    """
    table = document("follow_ups")[family]
    follow_ups = told_of(role, tuple(table.get(kind, ())))
    return replace(fact, intros=told_of(role, tuple(table["intros"])), follow_ups=follow_ups) if follow_ups else fact
