"""A lesson beside the answers: the encoder's states must show of every token what it tells.

Whether a word is a value, and of which fact, is otherwise learned through the memory and an answer some turns later.
Letters: L layers, B dialogues, K turns, T tokens, D width, F facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.nn.norm import RMSNorm
from rxt.training.source import GeneratedSource
from rxt.training.stage import NOT_MEASURED

NOTHING = 0
"""The tag of a token that tells nothing."""

WEIGHT_OF_NOTHING = 0.1
"""Of a token that tells nothing in the loss; most are."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """messages: so many further messages from `source` for every turn, for this lesson alone.

    hidden: the mean share of their tokens that the encoder does not see, in [0, 0.5].
    """

    tagger: Tagger
    source: GeneratedSource
    messages: float = 0.0
    hidden: float = 0.0


class TagResult(NamedTuple):
    """accuracy: of the tokens that tell something, in [0, 1]; not a number where there are none."""

    loss: Tensor
    accuracy: float


GAIN = 10.0
"""What the heads say is multiplied by this, so that they learn faster than the trained model that they are put on."""

LAYERS = 2
"""So many of the last layers are to show it; the earlier ones only prepare it."""


class Tagger(nn.Module):
    """One head for each of the last layers. layers: L; facts: F; share: of its loss in that of the step, at least 0."""

    def __init__(self, layers: int, width: int, facts: int, share: float, seed: int) -> None:
        super().__init__()
        self.share = share
        count = min(LAYERS, layers)
        self.norms = nn.ModuleList(RMSNorm(width) for _ in range(count))
        heads = [nn.Linear(width, facts + 1) for _ in range(count)]
        generator = torch.Generator().manual_seed(seed)
        for head in heads:
            nn.init.normal_(head.weight, std=width**-0.5 / GAIN, generator=generator)
            nn.init.zeros_(head.bias)
        self.heads = nn.ModuleList(heads)

    def loss(self, states: Tensor, real: Tensor, tags: Tensor) -> TagResult:
        """Of states [L, B, K, T, D]; real and tags [B, K, T], tags from 0 to F."""
        wanted = tags[real]
        weights = torch.where(wanted == NOTHING, WEIGHT_OF_NOTHING, 1.0)
        losses, hits = [], []
        for norm, head, layer in zip(self.norms, self.heads, states[-len(self.heads) :], strict=True):
            logits = GAIN * head(norm(layer[real].float()))
            losses.append((functional.cross_entropy(logits, wanted, reduction="none") * weights).sum() / weights.sum())
            hits.append(logits.detach().argmax(dim=-1) == wanted)
        telling = hits[-1][wanted != NOTHING].float()
        accuracy = float(telling.mean()) if len(telling) else NOT_MEASURED
        return TagResult(self.share * torch.stack(losses).mean(), accuracy)
