"""Where the conversations of a step come from: the generator, files, or both. A draw depends on its `rng` alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypedDict, Unpack

from rxt.training.dialogues import Dialogue, DialogueGenerator, Turn

GENERATED_TURNS = 8
GIVES_WAY = {"identity": 1.0, "unknown_topic": 0.5, "small_talk": 0.5}
"""How often a generated turn of a kind gives its place to a single pair of the files: those about Mneme always, so that
a model can be taught to be somebody else."""


class Source(Protocol):
    """Draws conversations."""

    @property
    def longest(self) -> int:
        """Turns of a conversation where nothing else says how many."""

    def dialogues(self, turns: int, count: int, rng: random.Random) -> list[Dialogue]:
        """`count` conversations of at most `turns` turns, from a fresh memory on."""

    def shorter(self, turns: int) -> Source:
        """The same without conversations of more than `turns` turns. Raises ValueError where none is left."""


class Settings(TypedDict, total=False):
    """Those of DialogueGenerator."""

    novelty: float
    focus: float
    asides: float
    talk: float
    eager: float
    recitals: float
    mistakes: float
    episodes: float
    acknowledgements: float


class GeneratedSource:
    """The generator's conversations, of exactly the turns asked for. Its settings: see DialogueGenerator."""

    longest = GENERATED_TURNS

    def __init__(self, **settings: Unpack[Settings]) -> None:
        self._settings = settings

    def dialogues(self, turns: int, count: int, rng: random.Random) -> list[Dialogue]:
        generator = DialogueGenerator(rng.randrange(2**32), **self._settings)
        return [generator.dialogue(turns, rng) for _ in range(count)]

    def shorter(self, turns: int) -> GeneratedSource:
        return self  # they are as long as is asked

    def tellings(self, count: int, rng: random.Random) -> list[Turn]:
        """`count` messages that tell something, each alone."""
        generator = DialogueGenerator(rng.randrange(2**32), **self._settings)
        return [generator.telling(rng) for _ in range(count)]


class FileSource:
    """The conversations of files. Single pairs are put together, so that they are also read with a memory in use."""

    def __init__(self, dialogues: Sequence[Dialogue]) -> None:
        """Raises ValueError where there are none."""
        if not dialogues:
            raise ValueError("There are no conversations to draw from.")
        self._dialogues = dialogues
        self.singles = tuple(dialogue.turns[0] for dialogue in dialogues if len(dialogue.turns) == 1)
        longest = max(len(dialogue.turns) for dialogue in dialogues)
        self.longest = max(longest, GENERATED_TURNS) if self.singles else longest

    def dialogues(self, turns: int, count: int, rng: random.Random) -> list[Dialogue]:
        return [self._one(turns, rng) for _ in range(count)]

    def shorter(self, turns: int) -> FileSource:
        return FileSource([dialogue for dialogue in self._dialogues if len(dialogue.turns) <= turns])

    def _one(self, turns: int, rng: random.Random) -> Dialogue:
        drawn = rng.choice(self._dialogues)
        if len(drawn.turns) > 1:
            return Dialogue(drawn.turns[:turns])
        return Dialogue((drawn.turns[0], *rng.choices(self.singles, k=turns - 1)))


class MixedSource:
    """Both: of the generated conversations, turns that need no memory give way to the files' single pairs."""

    def __init__(self, files: FileSource, generated: GeneratedSource, generator_share: float) -> None:
        self._files = files
        self._generated = generated
        self._share = generator_share
        self.longest = max(files.longest, GENERATED_TURNS)

    def dialogues(self, turns: int, count: int, rng: random.Random) -> list[Dialogue]:
        generated = sum(rng.random() < self._share for _ in range(count))
        ours = [self._with_pairs(dialogue, rng) for dialogue in self._generated.dialogues(turns, generated, rng)]
        return ours + self._files.dialogues(turns, count - generated, rng)

    def shorter(self, turns: int) -> MixedSource:
        return MixedSource(self._files.shorter(turns), self._generated, self._share)

    def _with_pairs(self, dialogue: Dialogue, rng: random.Random) -> Dialogue:
        turns = tuple(self._turn(turn, rng) for turn in dialogue.turns)
        # What is answered wrongly among the turns is learned aside, and gives way there as well.
        asides = ((at, self._turn(turn, rng) if turn.kind in GIVES_WAY else turn) for at, turn in dialogue.asides)
        return Dialogue(turns, tuple(asides))

    def _turn(self, turn: Turn, rng: random.Random) -> Turn:
        if self._files.singles and rng.random() < GIVES_WAY.get(turn.kind, 0.0):
            return rng.choice(self._files.singles)
        return turn
