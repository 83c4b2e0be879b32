"""All facts that people tell, in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rxt.training.dialogues import (
    phrasebook,
    phrasebook_events,
    phrasebook_everyday,
    phrasebook_lives,
    phrasebook_others,
    phrasebook_things,
)
from rxt.training.dialogues.episodes import DETAIL
from rxt.training.dialogues.written import extended, written

if TYPE_CHECKING:
    from rxt.training.dialogues.fact import Fact

_PLAIN: tuple[Fact, ...] = (
    *phrasebook.FACTS,
    *phrasebook_others.FAVOURITES,
    *phrasebook_others.PETS,
    phrasebook_others.PET,
    *phrasebook_others.PEOPLE,
    *phrasebook_things.ABOUT,
    *phrasebook_lives.LIFE,
    *phrasebook_lives.OTHERS,
    *phrasebook_things.THINGS,
    *phrasebook_events.EVENTS,
)

OF_KINDS: tuple[Fact, ...] = tuple(
    extended(fact, written("wider", fact.slot), written("commonest", fact.slot)) for fact in _PLAIN
)
"""Facts of kinds that have a name, and events."""

FACTS: tuple[Fact, ...] = (*OF_KINDS, *phrasebook_everyday.EVERYDAY)
"""All facts, in the order in which they are listed when all are asked for."""


def numbers_of_facts() -> dict[str, int]:
    """The number of every fact, from 1. All events and everyday facts share the last with the details of episodes: they
    are told apart by their words alone."""
    wordy = {fact.slot for fact in (*phrasebook_events.EVENTS, *phrasebook_everyday.EVERYDAY)}
    lasting = [fact.slot for fact in FACTS if fact.slot not in wordy]
    return {slot: at for at, slot in enumerate(lasting, 1)} | dict.fromkeys([*wordy, DETAIL], len(lasting) + 1)
