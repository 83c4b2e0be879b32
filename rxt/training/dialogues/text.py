"""What a tokenizer is trained on."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from rxt.training.dialogues.generator import DialogueGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator


def texts(dialogues: int, turns: int, seed: int) -> Iterator[str]:
    """Every message and answer of so many dialogues of so many turns each: what a tokenizer is trained on."""
    generator = DialogueGenerator(seed)
    rng = random.Random(f"{seed}/tokenizer")
    for _ in range(dialogues):
        for turn in generator.dialogue(turns, rng).turns:
            yield turn.query
            yield turn.answer
