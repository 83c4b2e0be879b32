"""The choice of the next token: greedy, seeded, truncated, and never from broken numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from rxt.events import Sampling
from rxt.inference.sampling import InvalidLogitsError, Sampler, truncate


def choices(sampling: Sampling, turn: int = 0, count: int = 40) -> list[int]:
    logits = torch.linspace(-2, 2, 30)
    sampler = Sampler(sampling, turn)
    return [sampler.choose(logits) for _ in range(count)]


def test_that_temperature_zero_takes_the_likeliest_whatever_else_is_set() -> None:
    greedy = Sampling(temperature=0, top_k=3, top_p=0.1, seed=9)
    assert choices(greedy) == [29] * 40


def test_that_a_seed_and_a_turn_decide_every_choice() -> None:
    first = choices(Sampling(temperature=1, seed=7), turn=2)
    torch.rand(5)  # the global generator has no part in it
    assert choices(Sampling(temperature=1, seed=7), turn=2) == first
    assert choices(Sampling(temperature=1, seed=8), turn=2) != first
    assert choices(Sampling(temperature=1, seed=7), turn=3) != first


def test_that_the_largest_seed_is_accepted() -> None:
    assert len(choices(Sampling(temperature=1, seed=2**63 - 1))) == 40


def slow_truncate(logits: list[float], temperature: float, top_k: int | None, top_p: float | None) -> list[float]:
    """Temperature, then top-k, then top-p, by loops."""
    weights = [math.exp((value - max(logits)) / temperature) for value in logits]
    order = sorted(range(len(logits)), key=lambda token: -weights[token])
    kept = order[: top_k or len(order)]
    total = sum(weights[token] for token in kept)
    reached, nucleus = 0.0, []
    for token in kept:
        if top_p is not None and reached >= top_p:
            break
        nucleus.append(token)
        reached += weights[token] / total
    total = sum(weights[token] for token in nucleus)
    return [weights[token] / total if token in nucleus else 0.0 for token in range(len(logits))]


@pytest.mark.parametrize("temperature", [0.3, 1.0, 5.0])
@pytest.mark.parametrize("top_k", [None, 1, 4, 12, 100])
@pytest.mark.parametrize("top_p", [None, 1e-9, 0.5, 0.9, 1.0])
def test_that_truncation_equals_its_twin(temperature: float, top_k: int | None, top_p: float | None) -> None:
    logits = torch.randn(12, generator=torch.Generator().manual_seed(3))
    ours = truncate(logits, Sampling(temperature, top_k, top_p))
    twin = slow_truncate(logits.tolist(), temperature, top_k, top_p)
    torch.testing.assert_close(ours, torch.tensor(twin), rtol=1e-5, atol=1e-6)


def test_that_of_equal_logits_no_more_than_top_k_stay() -> None:
    kept = truncate(torch.zeros(10), Sampling(temperature=1, top_k=3))
    assert int((kept > 0).sum()) == 3
    torch.testing.assert_close(kept.sum(), torch.tensor(1.0))


@pytest.mark.parametrize("temperature", [1e-40, 1e-6, 1e9])
def test_that_extreme_temperatures_give_probabilities(temperature: float) -> None:
    kept = truncate(torch.tensor([1e4, 0.0, -1e4]), Sampling(temperature))
    assert bool(torch.isfinite(kept).all())
    torch.testing.assert_close(kept.sum(), torch.tensor(1.0))
    if temperature < 1:
        assert choices(Sampling(temperature)) == [29] * 40


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_that_broken_logits_choose_no_token(bad: float, temperature: float) -> None:
    with pytest.raises(InvalidLogitsError):
        Sampler(Sampling(temperature), 0).choose(torch.tensor([0.0, bad, 1.0]))


@pytest.mark.parametrize(
    "setting",
    [
        {"temperature": -0.1},
        {"temperature": math.nan},
        {"temperature": math.inf},
        {"top_k": 0},
        {"top_k": -1},
        {"top_p": 0.0},
        {"top_p": 1.1},
        {"top_p": math.nan},
        {"max_tokens": 0},
        {"seed": -1},
        {"seed": 2**63},
    ],
)
def test_that_a_setting_out_of_range_is_refused_by_name(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        Sampling(**setting)
