"""The norms of slots: what config.json and the tensors say of them, and what cannot be computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import rxt
from rxt.config import MemoryNorms, ModelConfig, NormForm, NormForms
from rxt.errors import ConfigError, ModelError
from rxt.inference.provenance import provenance
from rxt.inference.replay import encoder_states, replay_write
from rxt.io.names import memory_norms
from rxt.io.pretrained import save_model
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.initialise import initialise
from tests.rxt.tiny import SLOTS, WIDTH, document, tiny_model

IDS = [2, 5, 11, 12, 6, 20, 3]
KINDS = ("rms", "adaptive", "positional", "layer")
SITES = ("mean_stm_norm", "mean_memory_norm_layers.0", "memory_norm_layers.0", "memory_input_norm_layers.0")
ADAPTIVE = {"scale": [WIDTH], "gate": [1], "ema_rms": [1]}
POSITIONAL = {"scale": [SLOTS, 1], "gate": [SLOTS, 1], "ema_rms": [SLOTS, 1]}


def config_of(kind: str, **fields: Any) -> ModelConfig:
    return ModelConfig.from_json(document(memory_norm=kind, norm_fields=fields))


def stored(leaves: dict[str, list[int]], inputs: dict[str, list[int]] | None = None) -> dict[str, list[int]]:
    """The tensors of a checkpoint whose four norms have these; inputs: of the last, where it has others."""
    parts = [*[leaves] * 3, leaves if inputs is None else inputs]
    return {
        f"memory_attention.model.{site}.{leaf}": shape
        for site, part in zip(SITES, parts, strict=True)
        for leaf, shape in part.items()
    }


@pytest.mark.parametrize(
    ("kind", "leaves", "found", "form"),
    [
        ("classic-rms", {"weight": [WIDTH]}, "rms", NormForm()),
        ("layer", {"weight": [WIDTH], "bias": [WIDTH]}, "layer", NormForm()),
        ("layer", {"norm.weight": [WIDTH], "norm.bias": [WIDTH]}, "scaled-layer", NormForm()),
        ("layer", {"norm.weight": [WIDTH], "scale": [WIDTH], "gate": [1]}, "scaled-layer", NormForm("width", True)),
        ("rms", {}, "root-rms", NormForm()),
        ("rms", {"gate": [1]}, "root-rms", NormForm("none", True)),
        ("rms", {"scale": [WIDTH]}, "root-rms", NormForm("width", False)),
        ("adaptive", ADAPTIVE, "adaptive", NormForm("width", True)),
    ],
)
def test_that_the_tensors_tell_the_form_whatever_the_config_says(
    kind: str, leaves: dict[str, list[int]], found: Any, form: NormForm
) -> None:
    for fields in ({}, {"norm_use_gate": False, "norm_use_scale": False}, {"norm_per_dim_scale": True}):
        told = memory_norms(stored(leaves), config_of(kind, **fields))
        assert told == (MemoryNorms(found, found, found, found), NormForms(form, form, form, form))


@pytest.mark.parametrize(
    ("scale", "form"),
    [([SLOTS, 1], NormForm("slot", True)), ([WIDTH], NormForm("width", True)), (None, NormForm("none", True))],
)
def test_that_the_scale_of_a_positional_norm_is_told_by_its_shape(scale: list[int] | None, form: NormForm) -> None:
    leaves = {name: shape for name, shape in {**POSITIONAL, "scale": scale}.items() if shape is not None}
    norms, forms = memory_norms(stored(leaves, {"scale": [WIDTH], "gate": [1]}), config_of("positional"))
    assert norms == MemoryNorms("positional", "positional", "positional", "root-rms")
    assert forms == NormForms(form, form, form, NormForm("width", True))


@pytest.mark.parametrize("leaves", [POSITIONAL, {"ema_rms": [SLOTS, 1]}, {"scale": [SLOTS, 1]}, {"ema_rms": [1]}])
def test_that_a_norm_of_slots_that_should_normalise_tokens_is_refused(leaves: dict[str, list[int]]) -> None:
    with pytest.raises(
        ModelError,
        match=r"memory_input_norm_layers\.0 is a positional norm .* but what it normalises are tokens",
    ):
        memory_norms(stored(POSITIONAL, leaves), config_of("positional"))


@pytest.mark.parametrize(
    "fields",
    [
        {"norm_use_gate": False, "norm_init_scale": 0.5},
        {"norm_config": {"use_gate": False, "init_scale": 0.5}},
        {"memory_norm_use_gate": False, "norm_kwargs": {"init_scale": 0.5, "decay": 0.9, "use_scale": None}},
    ],
)
def test_that_a_new_model_has_the_norms_that_its_config_states(fields: dict[str, Any]) -> None:
    memory = config_of("rms", **fields).memory
    form = NormForm("width", False)
    assert memory.norm_forms == NormForms(form, form, form, form)
    assert (memory.norm_start.gate, memory.norm_start.scale) == (-2.0, 0.5)
    assert rxt.features.unknown_fields(document(memory_norm="rms", norm_fields=fields)) == ()


def test_that_a_new_model_has_gates_and_scales_where_its_config_is_silent() -> None:
    form, of_slots = NormForm("width", True), NormForm("slot", True)
    assert config_of("rms").memory.norm_forms == NormForms(form, form, form, form)
    assert config_of("positional").memory.norm_forms == NormForms(of_slots, of_slots, of_slots, form)
    assert config_of("layer").memory.norms.write == "layer"
    assert config_of("layer", norm_use_gate=True).memory.norms.write == "scaled-layer"


def test_that_a_field_of_norms_that_is_not_known_is_noted() -> None:
    parsed = document(norm_fields={"norm_use_magic": True, "norm_config": {"use_gate": True, "spell": 1}})
    assert rxt.features.unknown_fields(parsed) == (
        "memory_attention_config.norm_use_magic", "memory_attention_config.norm_config",
    )  # fmt: skip


@pytest.mark.parametrize(
    "fields", [{"norm_use_gate": 1}, {"norm_config": {"init_gate": "low"}}, {"norm_init_scale": float("nan")}]
)
def test_that_a_field_of_norms_of_a_wrong_type_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"memory_attention_config\.norm_\w+ must be"):
        config_of("rms", **fields)


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_replayed_memory_and_its_shares_are_exact(kind: str) -> None:
    model = tiny_model(memory_norm=kind, norm_fields={"norm_use_gate": True})
    memory = model.initial_memory(seed=1)
    first = model.update_memory(memory, IDS)
    assert replay_write(model, memory, encoder_states(model, IDS)).memory == first.memory
    found = provenance(model, memory, [IDS, IDS[::-1]])
    assert found.memory == model.update_memory(first.memory, IDS[::-1]).memory
    assert found.error < 1e-4
    assert np.abs(found.shares().sum(axis=0) - 1).max() < 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_saved_model_returns_with_its_published_names_and_buffers(
    kind: str, folder: Path, tmp_path: Path
) -> None:
    choices: dict[str, Any] = {"vocabulary": 600, "memory_norm": kind, "norm_fields": {"norm_use_gate": True}}
    model, tokenizer = tiny_model(**choices), (folder / "tokenizer.json").read_text("utf-8")
    save_model(tmp_path / "out", model, document(**choices), tokenizer, torch.float32)
    names = set(rxt.io.weights.Weights(tmp_path / "out").names)
    leaves = {"layer": {"norm.weight", "norm.bias"}, "rms": set()}.get(kind, {"ema_rms"}) | {"scale", "gate"}
    for site in SITES[:3]:
        prefix = f"memory_attention.model.{site}."
        assert {name.removeprefix(prefix) for name in names if name.startswith(prefix)} == leaves
    again = rxt.load(tmp_path / "out")
    assert [note for note in again.notes if "tokenizer.json" not in note] == []
    assert again.state_dict().keys() == model.state_dict().keys()
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in model.state_dict().items())
    assert not any("ema_rms" in name for name, _ in again.named_parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_new_model_starts_with_even_norms_and_gates_nearly_shut(kind: str) -> None:
    model = ReactiveTransformer(config_of(kind, norm_init_gate=-3, norm_init_scale=0.5))
    initialise(model, seed=0, gate=0.25)
    fills = {"scale": 0.5, "gate": -3.0, "weight": 1.0, "bias": 0.0}
    for name, value in model.named_parameters():
        if "_norm." in name:
            assert set(value.flatten().tolist()) == {fills[name.rpartition(".")[2]]}, name
    assert all(set(value.flatten().tolist()) == {1.0} for name, value in model.named_buffers() if "ema" in name)


def test_that_a_layer_norm_starts_without_a_bias() -> None:
    model = ReactiveTransformer(ModelConfig.from_json(document(rms=False, memory_norm="layer", head_norm=True)))
    initialise(model, seed=0)
    biases = [value for name, value in model.named_parameters() if "norm" in name and name.endswith("bias")]
    assert len(biases) > 10
    assert not any(value.any() for value in biases)


@pytest.mark.parametrize("kind", KINDS)
def test_that_every_part_of_a_norm_is_trained(kind: str) -> None:
    model = tiny_model(memory_norm=kind, norm_fields={"norm_use_gate": True}).train().requires_grad_(True)
    memory = model.initial_memory(seed=1).tensor.unsqueeze(1)
    states = torch.randn(memory.shape[0], 1, 5, WIDTH, generator=torch.Generator().manual_seed(3))
    written, _ = model.memory_attention(memory, states)
    written.square().sum().backward()
    norms = {name: value.grad for name, value in model.memory_attention.named_parameters() if "_norm." in name}
    assert all(grad is not None and bool(grad.any()) and bool(grad.isfinite().all()) for grad in norms.values())
