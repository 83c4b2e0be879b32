"""The published sizes: their parameters are as many as the model cards say."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import rxt.training.dialogues
from rxt.cli import main
from rxt.config import ModelConfig
from rxt.errors import ModelError
from rxt.io.presets import PRESETS, preset
from rxt.model.reactive_transformer import ReactiveTransformer


def built(name: str) -> ReactiveTransformer:
    with torch.device("meta"):
        return ReactiveTransformer(ModelConfig.from_json(preset(name)))


def millions(part: nn.Module) -> float:
    return sum(parameter.numel() for parameter in part.parameters()) / 1e6


def decoder_millions(model: ReactiveTransformer) -> tuple[float, float]:
    """All and active, with the embedding that it shares."""
    whole = millions(model.decoder) + millions(model.embedding)
    experts = sum(value.numel() for name, value in model.decoder.named_parameters() if ".experts." in name) / 1e6
    idle = 1 - model.config.decoder.feed_forward.top_k / model.config.decoder.feed_forward.experts
    return whole, whole - idle * experts


def test_that_alpha_micro_has_the_parameters_of_its_card() -> None:
    model = built("rxt-alpha-micro")
    whole, active = decoder_millions(model)
    assert (round(whole), round(active, 1)) == (9, 3.5)
    assert round(millions(model.memory_attention), 1) == 1.2
    assert round(millions(model)) == 12
    encoder = millions(model.encoder) + millions(model.embedding)
    assert encoder - 1.9 == pytest.approx(0.15, abs=0.005)  # what the docstring of the preset admits
    assert model.memory_shape == (6, 256, 128)


def test_that_alpha_mini_has_the_decoder_of_its_card() -> None:
    model = built("rxt-alpha-mini")
    assert round(decoder_millions(model)[0], -1) == 60
    encoder = millions(model.encoder) + millions(model.embedding)
    assert 11 - encoder == pytest.approx(2.65, abs=0.01)  # what the docstring of the preset admits
    assert model.memory_shape == (8, 1024, 256)


def test_that_beta_micro_has_the_parameters_of_its_card() -> None:
    model = built("rxt-beta-micro")
    assert round(decoder_millions(model)[0]) == 251
    assert round(millions(model.encoder) + millions(model.embedding), 1) == 18.3
    assert round(millions(model.memory_attention), 2) == 3.73


def test_that_an_unknown_size_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ModelError, match=", ".join(PRESETS)):
        preset("rxt-omega")


def test_that_a_preset_is_written_and_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = rxt.training.dialogues.texts
    monkeypatch.setattr(rxt.training.dialogues, "texts", lambda count, turns, seed: texts(200, turns, seed))
    assert main(["init", "--preset", "rxt-alpha-micro", str(tmp_path / "out")]) == 0
    model = rxt.load(tmp_path / "out")
    assert model.notes == ()
    assert model.info()["variant"] == "interlayer"
    law = model.gate_laws["write"]
    assert (law.activation, law.source, law.per_slot) == ("sigmoid", "linear", True)
    assert model.update_memory(model.initial_memory(), [2, 5, 11, 6, 3]).memory.shape == (6, 256, 128)
