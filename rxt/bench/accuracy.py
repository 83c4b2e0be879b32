"""What fewer bits cost: the same fixed conversations read by two models, one of them in float32.

Both begin with the same memory and go on with what they write themselves, as in use: what rounding costs the memory
counts too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from rxt.io.pretrained import PretrainedModel
from rxt.training.dialogues import DialogueGenerator

DIALOGUES, TURNS = 40, 6


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over the answers' tokens: how often both models like the same token best, and their perplexities."""

    tokens: int
    top1: float
    perplexity: float
    other_perplexity: float

    @property
    def perplexity_change(self) -> float:
        """Of the other model, as a share: 0.01 is one percent worse."""
        return self.other_perplexity / self.perplexity - 1


class Judge:
    """The verdict of the model in float32 on the fixed text, kept so that models need not be held side by side.

    All answers but the first of a conversation are read with the memory that the model which reads wrote of it so far.
    """

    def __init__(self, model: PretrainedModel, dialogues: int = DIALOGUES) -> None:
        generator = DialogueGenerator(0, split="heldout")
        room = model.config.interaction_length
        self._dialogues: list[list[tuple[list[int], int]]] = []
        for _ in range(dialogues):
            interactions = []
            for turn in generator.dialogue(TURNS).turns:
                ids = model.template.interaction(turn.query, turn.answer)[:room]
                interactions.append((ids, min(len(model.template.prompt(turn.query)), len(ids) - 1)))
            self._dialogues.append(interactions)
        self._best, self._loss = self._read(model)

    def agreement(self, other: PretrainedModel) -> Agreement:
        """The other model's verdict beside it."""
        best, loss = self._read(other)
        return Agreement(
            tokens=len(best),
            top1=float((best == self._best).float().mean()),
            perplexity=math.exp(self._loss),
            other_perplexity=math.exp(loss),
        )

    def _read(self, model: PretrainedModel) -> tuple[torch.Tensor, float]:
        best, losses = [], []
        for number, interactions in enumerate(self._dialogues):
            memory = model.initial_memory(number)
            for ids, start in interactions:
                logits = model.logits(ids[:-1], memory)[start - 1 :].float()
                best.append(logits.argmax(dim=-1).cpu())
                wanted = torch.tensor(ids[start:], device=logits.device)
                losses.append(torch.nn.functional.cross_entropy(logits, wanted, reduction="none").cpu())
                memory = model.update_memory(memory, ids).memory
        return torch.cat(best), float(torch.cat(losses).mean())
