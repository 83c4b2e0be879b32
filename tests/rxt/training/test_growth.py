"""A grown model is wider and at first the same function; what it cannot grow is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import rxt
from rxt.cli import main
from rxt.config import ModelConfig
from rxt.io.pretrained import save_model
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.rope import Layout, RotaryEmbedding
from rxt.training.growth import GrowthError, grown, with_slots
from rxt.training.initialise import initialise
from rxt.training.recipe import ModelShape


def twice(value: Tensor) -> Tensor:
    return torch.cat([value, value], dim=-1)


def document(shape: ModelShape, **memory: object) -> dict[str, Any]:
    result = shape.to_document()
    result["memory_attention_config"].update(memory)
    return result


def trained(document: Mapping[str, Any]) -> ReactiveTransformer:
    model = ReactiveTransformer(ModelConfig.from_json(document))
    initialise(model, seed=1)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if name.endswith("bias") or "gate" in name or "norm" in name:
                value.add_(0.3 * torch.randn(value.shape, generator=torch.Generator().manual_seed(len(name))))
    return model.eval()


def turn(model: ReactiveTransformer, layout: Layout) -> None:
    for part in model.modules():
        if isinstance(part, RotaryEmbedding):
            part.layout = layout


@torch.no_grad()
@pytest.mark.parametrize("layout", ["concatenated", "interleaved"])
@pytest.mark.parametrize("per_slot", [True, False])
def test_that_a_grown_model_is_the_same_function(shape: ModelShape, layout: Layout, per_slot: bool) -> None:
    small_document = document(shape, residual_per_slot_gate=per_slot)
    small = trained(small_document)
    turn(small, layout)
    wide, wider = grown(small, small_document, seed=3)
    turn(wide.eval(), layout)
    assert ModelConfig.from_json(wider).decoder.width == 2 * small.config.decoder.width
    ids = torch.randint(10, 300, (2, 9), generator=torch.Generator().manual_seed(4))
    memory = torch.randn(small.memory_shape[0], 2, *small.memory_shape[1:])
    states, wide_states = small.encoder(small.embedding(ids)), wide.encoder(wide.embedding(ids))
    torch.testing.assert_close(wide_states, twice(states), rtol=1e-4, atol=1e-4)
    new, gates = small.memory_attention(memory, states)
    wide_new, wide_gates = wide.memory_attention(twice(memory), wide_states)
    torch.testing.assert_close(wide_new, twice(new), rtol=1e-4, atol=1e-4)
    for name, gate in gates.items():
        torch.testing.assert_close(wide_gates[name], gate, rtol=1e-4, atol=1e-4)
    hidden = small.decoder(small.embedding(ids), small.decoder.read_memory(memory))
    wide_hidden = wide.decoder(wide.embedding(ids), wide.decoder.read_memory(twice(memory)))
    torch.testing.assert_close(wide.decoder.head(wide_hidden), small.decoder.head(hidden), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_that_both_copies_learn_different_things(shape: ModelShape) -> None:
    small = trained(shape.to_document())
    wide, _ = grown(small, shape.to_document())
    for name, weight in wide.named_parameters():
        if name.endswith(("q_proj.weight", "v_proj.weight", "fc1.linear.weight", "head.weight")):
            first, second = weight.chunk(2, dim=-1)
            assert not torch.allclose(first, second), name


def test_that_further_slots_have_the_gates_of_the_earlier_ones(shape: ModelShape) -> None:
    small = trained(shape.to_document())
    wide, wider = grown(small, shape.to_document(), slots=5)
    assert wide.memory_shape == (2, 5, 32)
    assert wider["memory_attention_config"]["stm_size"] == 5
    before, after = small.memory_attention.write_gate.weight, wide.memory_attention.write_gate.weight
    assert before is not None
    assert after is not None
    torch.testing.assert_close(after[:, :3], before)
    torch.testing.assert_close(after[:, 3:], before[:, :2])


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("residual_gate_type", "linear", "gates"),
        ("norm_type", "adaptive", "norms of the kinds adaptive"),
        ("att_heads", 2, "heads of several sizes"),
    ],
)
def test_that_what_cannot_be_grown_is_refused(shape: ModelShape, key: str, value: str, words: str) -> None:
    changed = document(shape, **{key: value})
    with pytest.raises(GrowthError, match=words):
        grown(ReactiveTransformer(ModelConfig.from_json(changed)), changed)


def test_that_an_encoder_with_a_memory_of_its_own_is_refused(shape: ModelShape) -> None:
    changed = shape.to_document()
    changed["encoder_config"]["skip_memory_cross_attention"] = False
    model = ReactiveTransformer(ModelConfig.from_json(changed))
    for grow in (grown, lambda model, document: with_slots(model, document, 5)):
        with pytest.raises(GrowthError, match="encoder reads a memory of its own"):
            grow(model, changed)


def test_that_the_command_writes_a_folder_that_opens(
    shape: ModelShape, tokenizer_json: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(tmp_path / "small", trained(shape.to_document()), shape.to_document(), tokenizer_json)
    assert main(["grow", str(tmp_path / "small"), str(tmp_path / "wide"), "--slots", "4"]) == 0
    assert "width 32" in capsys.readouterr().out
    assert rxt.load(tmp_path / "wide").memory_shape == (2, 4, 32)
    assert json.loads((tmp_path / "wide" / "config.json").read_text())["decoder_config"]["embed_dim"] == 32
    assert main(["grow", str(tmp_path / "small"), str(tmp_path / "wide")]) != 0
    assert "is not empty" in capsys.readouterr().err


def test_that_a_single_slot_with_a_gate_of_its_own_becomes_many(shape: ModelShape) -> None:
    single = replace(shape, slots=1)
    wide, _ = grown(trained(single.to_document()), single.to_document(), slots=4)
    assert wide.memory_shape == (2, 4, 32)


def test_that_what_only_the_weights_tell_is_grown_too(shape: ModelShape, tokenizer_json: str, tmp_path: Path) -> None:
    layered = document(shape)
    for stack in ("decoder_config", "encoder_config"):
        layered[stack]["use_rms_norm"] = False
    save_model(tmp_path / "small", trained(layered), layered, tokenizer_json)
    for stack in ("decoder_config", "encoder_config"):
        del layered[stack]["use_rms_norm"]
    (tmp_path / "small" / "config.json").write_text(json.dumps(layered))
    small = rxt.load(tmp_path / "small")
    wide, wider = grown(small, small.document)
    save_model(tmp_path / "wide", wide, wider, tokenizer_json)
    assert rxt.load(tmp_path / "wide").config.decoder.norm == small.config.decoder.norm == "layer"


@torch.no_grad()
@pytest.mark.parametrize("per_slot", [True, False])
def test_that_twice_the_slots_hold_every_slot_twice(shape: ModelShape, per_slot: bool) -> None:
    before = trained(document(shape, residual_per_slot_gate=per_slot))
    after, changed = with_slots(before, document(shape, residual_per_slot_gate=per_slot), 2 * shape.slots)
    assert ModelConfig.from_json(changed).memory.slots == after.config.memory.slots == 2 * shape.slots
    memory = before.initial_memory(3).tensor
    tokens = torch.arange(9)
    written = before.update_memory(rxt.MemoryState(memory), tokens).memory.tensor
    twofold = after.eval().update_memory(rxt.MemoryState(torch.cat([memory, memory], dim=1)), tokens).memory.tensor
    torch.testing.assert_close(twofold, torch.cat([written, written], dim=1))
    logits = after.logits(tokens, rxt.MemoryState(twofold))
    torch.testing.assert_close(logits, before.logits(tokens, rxt.MemoryState(written)))


def test_that_the_command_changes_the_slots_alone_when_told_how_many(
    shape: ModelShape, tokenizer_json: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(tmp_path / "small", trained(shape.to_document()), shape.to_document(), tokenizer_json)
    command = ["grow", str(tmp_path / "small"), str(tmp_path / "more"), "--keep-width"]
    assert main(command) != 0
    assert "--slots says how many" in capsys.readouterr().err
    assert not (tmp_path / "more").exists()
    assert main([*command, "--slots", "7"]) == 0
    assert rxt.load(tmp_path / "more").memory_shape == (shape.layers, 7, shape.width)


def test_that_no_slot_of_a_trained_memory_is_dropped(
    shape: ModelShape, tokenizer_json: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(tmp_path / "small", trained(shape.to_document()), shape.to_document(), tokenizer_json)
    for options in ((), ("--keep-width",)):
        assert main(["grow", str(tmp_path / "small"), str(tmp_path / "fewer"), "--slots", "2", *options]) == 1
        assert "has 3 slots a layer; growing to 2 would drop some" in capsys.readouterr().err
    assert not (tmp_path / "fewer").exists()


def test_that_gates_over_all_slots_keep_their_number(shape: ModelShape) -> None:
    linear = document(shape, residual_gate_type="linear")
    with pytest.raises(GrowthError, match="weigh all slots"):
        with_slots(ReactiveTransformer(ModelConfig.from_json(linear)), linear, 8)
