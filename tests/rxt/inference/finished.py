"""Finished conversations with small models: the golden folders, and random weights for the laws that they lack."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import torch

import rxt
from rxt.config import ModelConfig
from rxt.io.pretrained import PretrainedModel, load
from rxt.text.tokenizer import Tokenizer
from rxt.training.initialise import initialise

GOLDEN = Path(__file__).parents[2] / "golden"
ALPHA, BETA = "alpha-interlayer", "beta-self-interlayer"
LAWS: dict[str, dict[str, Any]] = {
    "none": {"use_gated_residual": False},
    "sigmoid static per layer": {"residual_gate_type": "static", "residual_per_slot_gate": False},
    "sigmoid static per slot": {"residual_gate_type": "static"},
    "tanh elementwise": {"use_tanh_residual_gate": True},
}
MODELS = (ALPHA, BETA, *LAWS)
QUESTIONS = (
    "hello world, my name is Alice!",
    "naïve café 🙂 日本語",
    "what is the name?",
    "remember Paris",
)


@functools.cache
def model(name: str) -> PretrainedModel:
    """A golden model, or a random one with a law of LAWS; "none" is interlayer, the others self-interlayer."""
    if name not in LAWS:
        return load(GOLDEN / name)
    document = json.loads((GOLDEN / BETA / "config.json").read_text(encoding="utf-8"))
    document["memory_attention_config"] |= LAWS[name]
    document["memory_attention_variant"] = "interlayer" if name == "none" else "self-interlayer"
    config = ModelConfig.from_json(document)
    text = (GOLDEN / BETA / "tokenizer.json").read_text(encoding="utf-8")
    result = PretrainedModel(config, document, Tokenizer(text, config.decoder.vocabulary), name, "")
    initialise(result, seed=3)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for key, parameter in result.named_parameters():
            if "norm" in key or "_gate.weight" in key:  # as if trained: not all the same
                parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return result.eval().requires_grad_(False)


@functools.cache
def session(name: str, turns: int = 3, temperature: float = 0.0) -> rxt.Session:
    """A conversation of so many turns from the memory initial_memory(seed=1)."""
    talk = rxt.Session(
        model(name),
        model(name).initial_memory(seed=1),
        rxt.Sampling(temperature=temperature, seed=5, max_tokens=8),
    )
    for number in range(turns):
        for _ in talk.ask(QUESTIONS[number % len(QUESTIONS)]):
            pass
    assert len(talk.turns) == turns
    return talk


def interactions(name: str, turns: int) -> list[tuple[int, ...]]:
    return [turn.interaction_ids for turn in session(name, turns).turns]


class After:
    """A `cancelled` that answers yes from its n-th question on."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0
