"""Averaging trained models: the mean of the weights of runs that began as the same model.

What the last steps of one run made of the weights by chance is not what those of another did, so that their mean can
know more than either ("model soups", arXiv 2203.05482). Models that began apart have no meaningful mean.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch

from rxt.errors import RxtError
from rxt.io.pretrained import PretrainedModel
from rxt.model.reactive_transformer import ReactiveTransformer

ANSWERING = "decoder.", "embedding."
"""What the weights are called that read the memory and answer. All others write it, and for that they read the
embedding too: a mean with another embedding writes otherwise, also where all others are the same."""


class AveragingError(RxtError, ValueError):
    """Models that cannot be averaged; the message says why."""


def averaged(
    models: Sequence[PretrainedModel],
    shares: Sequence[float] | None = None,
    decoder_shares: Sequence[float] | None = None,
) -> ReactiveTransformer:
    """A model with the mean of the models' weights, in float32.

    shares: how much each counts, positive; their sum is taken as 1. All alike if None. decoder_shares: the same in the
    decoder and the embedding, in place of `shares`; either may then have zeros, but not for all. `shares` (1, 0) with
    `decoder_shares` (0, 1) write as the first model did only where both have one embedding, as after training with
    `decoder_only`. Raises AveragingError for fewer than two models, shares that do not go with them, and models of
    several configurations or tokenizers.
    """
    shares = [1.0] * len(models) if shares is None else list(shares)
    _check(models)
    _check_shares(len(models), shares, may_be_zero=decoder_shares is not None)
    if decoder_shares is not None:
        _check_shares(len(models), decoder_shares, may_be_zero=True)
    states = [model.state_dict() for model in models]
    result = ReactiveTransformer(models[0].config)
    with torch.no_grad():
        for name, value in result.state_dict().items():
            counted = decoder_shares if decoder_shares is not None and name.startswith(ANSWERING) else shares
            if value.is_floating_point():
                parts = zip(counted, states, strict=True)
                value.copy_(sum(share / sum(counted) * state[name].double() for share, state in parts))
    return result


def _check_shares(models: int, shares: Sequence[float], may_be_zero: bool) -> None:
    if len(shares) != models:
        raise AveragingError(f"There are {models} models and {len(shares)} shares; every model needs one.")
    bad = next((share for share in shares if not (share >= 0 and math.isfinite(share))), None)
    if bad is not None or not (any(shares) if may_be_zero else all(shares)):
        raise AveragingError(f"A share is a positive number, not {0 if bad is None else bad}.")


def _check(models: Sequence[PretrainedModel]) -> None:
    if len(models) < 2:
        raise AveragingError("A mean needs at least two models.")
    first = models[0]
    for other in models[1:]:
        # Not as they are written: a model that was saved again may say the layout that its weights have told before.
        if replace(other.config, fingerprint="") != replace(first.config, fingerprint=""):
            raise AveragingError(f"{other.source} has another configuration than {first.source}.")
        if other.tokenizer.sha256 != first.tokenizer.sha256:
            raise AveragingError(f"{other.source} has another tokenizer than {first.source}.")
