"""The loss of joint training, text by text and token by token, in float64: slow and obvious."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tests.reference.twins import Weights, any_norm, model_logits, model_states, under


@dataclass(frozen=True)
class Text:
    """ids: its tokens; seen: the same as the encoder sees them; guessed: the places of those it has to guess; weights:
    of each token as a target of the decoder; fresh [L, S, D]: the slots of a fresh memory, one for every token at
    least."""

    ids: list[int]
    seen: list[int]
    guessed: list[int]
    weights: list[float]
    fresh: Tensor


def joint_loss(weights: Weights, head: Weights, config: Any, texts: list[Text], noise: float) -> float:
    """The mean loss of guessed tokens plus the weighted mean loss of next tokens, read from the encoder's states with
    noise of so large a share of their size."""
    guesses: list[float] = []
    total = share = 0.0
    for text in texts:
        states = model_states(weights, config, text.seen)
        for place in text.guessed:
            state = any_norm(under(head, "norm"), states[-1][place : place + 1])[0]
            guesses.append(cross_entropy(head["linear.weight"] @ state + head["linear.bias"], text.ids[place]))
        memory = text.fresh.clone()
        for place in range(len(text.ids)):
            for layer, state in enumerate(states[:, place]):
                size = (sum(value**2 for value in state.tolist()) / len(state)) ** 0.5
                memory[layer, place] = state + noise * size * text.fresh[layer, place]
        logits = model_logits(weights, config, text.ids[:-1], memory)
        for place in range(1, len(text.ids)):
            total += text.weights[place] * cross_entropy(logits[place - 1], text.ids[place])
            share += text.weights[place]
    return (sum(guesses) / len(guesses) if guesses else 0.0) + total / share


def cross_entropy(logits: Tensor, target: int) -> float:
    """logits [V]."""
    return float(torch.log(torch.exp(logits).sum()) - logits[target])
