"""The choice of the next token."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rxt.errors import RxtError
from rxt.events import Sampling


class InvalidLogitsError(RxtError, ArithmeticError):
    """The model produced numbers from which no token can be chosen."""


class Sampler:
    """Chooses the tokens of one turn; the same choices for the same (sampling.seed, turn) and logits."""

    def __init__(self, sampling: Sampling, turn: int) -> None:
        self._sampling = sampling
        entropy = np.random.SeedSequence([sampling.seed, turn]).generate_state(1, np.uint64)[0]
        self._generator = torch.Generator().manual_seed(int(entropy >> np.uint64(1)))

    def choose(self, logits: Tensor) -> int:
        """A token id for logits [V]. Raises InvalidLogitsError where they are not finite (argmax would hide it)."""
        logits = logits.float().cpu()
        check_logits(logits)
        if self._sampling.temperature == 0:
            return int(logits.argmax())
        probabilities = truncate(logits, self._sampling)
        return int(torch.multinomial(probabilities, 1, generator=self._generator))


def check_logits(logits: Tensor) -> None:
    """Raises InvalidLogitsError where logits of any shape are not finite."""
    if not bool(torch.isfinite(logits).all()):
        raise InvalidLogitsError("the model produced numbers that are not finite")


def truncate(logits: Tensor, sampling: Sampling) -> Tensor:
    """Probabilities [V] after temperature, top-k and top-p, in this order; they sum to 1."""
    # The largest logit is subtracted first, so that a tiny temperature cannot overflow.
    logits = (logits - logits.max()) / max(sampling.temperature, 1e-6)
    if sampling.top_k is not None and sampling.top_k < len(logits):
        best = logits.topk(sampling.top_k)  # by place, not by value: of equal logits no more than top_k stay
        logits = torch.full_like(logits, -torch.inf).scatter(0, best.indices, best.values)
    probabilities = logits.softmax(dim=-1)
    if sampling.top_p is not None and sampling.top_p < 1:
        ordered, order = probabilities.sort(descending=True)
        # A token stays while the likelier ones have not reached p; the likeliest always stays.
        keep = ordered.cumsum(dim=-1) - ordered < sampling.top_p
        probabilities = torch.zeros_like(probabilities).scatter(0, order, ordered * keep)
        probabilities /= probabilities.sum()
    return probabilities
