"""What a step computes with: conversations as tensors, written on a processor from the step's chance alone.

Whoever makes it knows the data and no model, so that it can do so in a process of its own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from rxt.training.batch import SYSTEM, BatchBuilder, DialogueBatch
from rxt.training.dialogues import Dialogue
from rxt.training.source import GeneratedSource, Source

PADDED = 4
"""A step reads at most so many times its turns once short conversations are padded to its longest one: every turn,
blank or not, has a memory that must be held."""

SHORT_STEPS = 0.5
"""How often the short conversations have a step of their own where they would be left out for a long one's sake."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The chance of one step. shared: alike in every process; own: of this process; turns: how many it may take."""

    shared: random.Random
    own: random.Random
    turns: int


@dataclass(frozen=True, slots=True)
class Chance:
    """The chances of the steps of one stage; place: of the stage in the recipe; rank: of the process."""

    seed: int
    place: int
    rank: int
    turns: int

    def draw(self, step: int) -> Draw:
        """That of a step, counted from 0 in its stage."""
        # The first stage has no name in its seed: runs that began before there were others go on with their batches.
        source = f"{self.seed}/" + (f"{self.place}." if self.place else "") + str(step)
        return Draw(random.Random(source), random.Random(f"{source}/{self.rank}"), self.turns)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """seed: of all that is drawn with the model at hand. turns: what conversations were to have at most. told, shown:
    messages for the tagger's lesson alone, a batch of single turns, and which of their tokens [B * K, T] the encoder is
    to see; None where there are none, or all."""

    batch: DialogueBatch
    seed: int
    turns: int = 1
    told: DialogueBatch | None = None
    shown: Tensor | None = None


class Maker(Protocol):
    """Makes the material of a step; fit to be sent to another process."""

    def make(self, draw: Draw, turns: int) -> Material:
        """Of conversations of at most `turns` turns."""


@dataclass(frozen=True, slots=True)
class DialogueMaker:
    """Whole conversations."""

    builder: BatchBuilder
    source: Source

    def make(self, draw: Draw, turns: int) -> Material:
        batch = self.builder.build(filled(self.source, turns, draw.turns, draw.own))
        return Material(batch, draw.own.randrange(2**62), turns)


@dataclass(frozen=True, slots=True)
class PairMaker:
    """The turns of conversations, each for itself."""

    builder: BatchBuilder
    source: Source

    def make(self, draw: Draw, turns: int) -> Material:
        wanted = max(1, draw.turns)
        pairs: list[Dialogue] = []
        while (missing := wanted - len(pairs)) > 0:  # conversations of files may be shorter than `turns`
            dialogues = self.source.dialogues(turns, -(-missing // turns), draw.own)
            # Nobody learns to say an instruction.
            pairs += [Dialogue((turn,)) for dialogue in dialogues for turn in dialogue.turns if turn.kind != SYSTEM]
        if len(pairs) > wanted:  # of all: the first ones would leave the ends of long conversations unread
            pairs = draw.own.sample(pairs, wanted)
        return Material(self.builder.build(pairs), draw.own.randrange(2**62))


@dataclass(frozen=True, slots=True)
class LessonMaker:
    """Whole conversations and, for every turn of them, `messages` further ones from `telling`.

    hidden: the mean share of their tokens that the encoder does not see, in [0, 0.5].
    """

    dialogues: DialogueMaker
    telling: GeneratedSource
    messages: float
    hidden: float

    def make(self, draw: Draw, turns: int) -> Material:
        material = self.dialogues.make(draw, turns)
        count = int(self.messages * draw.turns)
        if not count:
            return material
        told = self.dialogues.builder.build([Dialogue((turn,)) for turn in self.telling.tellings(count, draw.own)])
        generator = torch.Generator().manual_seed(material.seed)
        return replace(material, told=told, shown=shown_tokens(told, self.hidden, generator) if self.hidden else None)


def filled(source: Source, turns: int, wanted: int, rng: random.Random) -> list[Dialogue]:
    """Conversations of at most `turns` turns that have about `wanted` turns together, however short they are.

    Where one is so long that padding would make more than PADDED * wanted turns of them, the shortest are left out, or,
    as often, all are drawn anew of those that are not so long: else one long conversation would be learned and no short
    one."""
    dialogues = source.dialogues(turns, max(1, wanted // turns), rng)
    total = sum(len(dialogue.turns) for dialogue in dialogues)
    # As long as one more of mean length fits: where all are of `turns` turns, those first drawn are all.
    while (missing := wanted - total) * len(dialogues) >= total:
        more = source.dialogues(turns, max(1, missing // turns), rng)
        total += sum(len(dialogue.turns) for dialogue in more)
        dialogues += more
    longest = max(len(dialogue.turns) for dialogue in dialogues)
    room = max(1, PADDED * wanted // longest)
    shorter = [length for dialogue in dialogues if (length := len(dialogue.turns)) < longest]
    if len(dialogues) > room and shorter and rng.random() < SHORT_STEPS:
        most = max(shorter)
        return filled(source.shorter(most), most, wanted, rng)
    longest_first = sorted(range(len(dialogues)), key=lambda place: -len(dialogues[place].turns))
    return [dialogues[place] for place in sorted(longest_first[:room])]


def shown_tokens(batch: DialogueBatch, hidden: float, generator: torch.Generator) -> Tensor:
    """Which tokens of each message the encoder is to see, [B * K, T]; of one message up to twice the share `hidden` is
    missing, of another none, so that no phrase is known by one of its words alone."""
    tokens = batch.tokens.flatten(0, 1)
    share = 2 * hidden * torch.rand(len(tokens), 1, generator=generator)
    return torch.rand(tokens.shape, generator=generator) >= share
