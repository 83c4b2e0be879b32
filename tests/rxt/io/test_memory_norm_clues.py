"""A checkpoint whose config.json is silent about the scales and gates of its norms opens by what it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import rxt
from rxt.errors import ModelError
from rxt.io.pretrained import save_model
from tests.reference.test_family import check_against_twins
from tests.rxt.tiny import LAYERS, SLOTS, document, tiny_model

IDS = [2, 5, 11, 12, 6, 20, 3]
INPUTS = "memory_attention.model.memory_input_norm_layers"


def written(folder: Path, tmp_path: Path, kind: str, fields: dict[str, Any]) -> Path:
    """A random model whose config.json names the kind of its norms alone."""
    choices: dict[str, Any] = {"vocabulary": 600, "memory_norm": kind}
    model, tokenizer = tiny_model(**choices, norm_fields=fields), (folder / "tokenizer.json").read_text("utf-8")
    save_model(tmp_path / "out", model, document(**choices), tokenizer, torch.float32)
    return tmp_path / "out"


@pytest.mark.parametrize("kind", ["rms", "adaptive", "positional", "layer"])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("gate", [True, False])
def test_that_scale_and_gate_are_told_by_the_tensors(
    folder: Path, tmp_path: Path, kind: str, scale: bool, gate: bool
) -> None:
    fields = {"norm_use_gate": gate, "norm_use_scale": scale, "norm_per_dim_scale": True}
    path = written(folder, tmp_path, kind, fields)
    model = rxt.load(path)
    assert [note for note in model.notes if "tokenizer.json" not in note] == []
    check_against_twins(model, model.initial_memory(seed=1))
    parsed = json.loads((path / "config.json").read_text("utf-8"))
    wrong = {"norm_use_gate": not gate, "norm_use_scale": not scale}
    parsed["memory_attention_config"].update(wrong)
    (path / "config.json").write_text(json.dumps(parsed), encoding="utf-8")
    memory = model.initial_memory(seed=1)
    assert rxt.load(path).update_memory(memory, IDS).memory == model.update_memory(memory, IDS).memory


def test_that_a_positional_norm_of_tokens_is_refused_when_it_is_opened(folder: Path, tmp_path: Path) -> None:
    path = written(folder, tmp_path, "positional", {})
    tensors = load_file(path / "model.safetensors")
    for layer in range(LAYERS):
        tensors[f"{INPUTS}.{layer}.ema_rms"] = torch.ones(SLOTS, 1)
    save_file(tensors, path / "model.safetensors", {"encoder.model.embedding.weight": "decoder.model.embedding.weight"})
    with pytest.raises(ModelError, match="but what it normalises are tokens"):
        rxt.load(path)
