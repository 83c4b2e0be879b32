"""Averaging trained models: the mean of the weights of runs that began as the same model.

What the last steps of one run made of the weights by chance is not what those of another did, so that their mean can
know more than either ("model soups", arXiv 2203.05482). Models that began apart have no meaningful mean.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from rxt.errors import RxtError
from rxt.io.pretrained import PretrainedModel
from rxt.model.reactive_transformer import ReactiveTransformer


class AveragingError(RxtError, ValueError):
    """Models that cannot be averaged; the message says why."""


def averaged(models: Sequence[PretrainedModel], shares: Sequence[float] | None = None) -> ReactiveTransformer:
    """A model with the mean of the models' weights, in float32.

    shares: how much each counts, positive; their sum is taken as 1. All alike if None. Raises AveragingError for fewer
    than two models, shares that do not go with them, and models of several configurations or tokenizers.
    """
    shares = [1.0] * len(models) if shares is None else list(shares)
    _check(models, shares)
    states = [model.state_dict() for model in models]
    result = ReactiveTransformer(models[0].config)
    total = sum(shares)
    with torch.no_grad():
        for name, value in result.state_dict().items():
            if value.is_floating_point():
                parts = zip(shares, states, strict=True)
                value.copy_(sum(share / total * state[name].double() for share, state in parts))
    return result


def _check(models: Sequence[PretrainedModel], shares: Sequence[float]) -> None:
    if len(models) < 2:
        raise AveragingError("A mean needs at least two models.")
    if len(shares) != len(models):
        raise AveragingError(f"There are {len(models)} models and {len(shares)} shares; every model needs one.")
    bad = next((share for share in shares if not (share > 0 and math.isfinite(share))), None)
    if bad is not None:
        raise AveragingError(f"A share is a positive number, not {bad}.")
    first = models[0]
    for other in models[1:]:
        if other.config.fingerprint != first.config.fingerprint:
            raise AveragingError(f"{other.source} has another configuration than {first.source}.")
        if other.tokenizer.sha256 != first.tokenizer.sha256:
            raise AveragingError(f"{other.source} has another tokenizer than {first.source}.")
