"""Whole models of the family, written as checkpoints and opened again: nothing is lost, and they equal their twins."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import rxt
from rxt.io.pretrained import PretrainedModel, save_model
from tests.reference import twins
from tests.rxt.tiny import document, tiny_model

TOLERANCE = 1e-5
IDS = [2, 5, 11, 12, 6, 20, 3]
GOLDEN = Path(__file__).parents[1] / "golden" / "beta-self-interlayer"

CHOICES: list[dict[str, Any]] = [
    *({"kind": kind, "experts": experts} for kind in ("mha", "gqa", "mqa", "sqa-reversed") for experts in (0, 4)),
    *({"rms": rms, "head_norm": head} for rms, head in ((True, True), (False, True), (False, False))),
    *({"gated": gated, "encoder_gated": not gated, "experts": 3, "encoder_experts": 4} for gated in (True, False)),
    *({"encoder_reads": True, "kind": kind, "rms": rms} for kind in ("sqa", "sqa-reversed") for rms in (True, False)),
    *({"memory_norm": "layer", "variant": variant} for variant in ("interlayer", "self-interlayer")),
    *({"memory_norm": kind, "variant": variant, "norm_fields": {"norm_use_gate": gate, "norm_use_scale": scale}}
      for kind, variant in (("rms", "interlayer"), ("adaptive", "self-interlayer"), ("positional", "interlayer"),
                            ("positional", "self-interlayer"), ("layer", "self-interlayer"))
      for gate, scale in itertools.product((True, False), repeat=2)),
    {"memory_norm": "positional", "norm_fields": {"norm_config": {"per_dim_scale": True, "decay": 0.9}}},
    *({"gate": gate, "status": "linear", "tanh": tanh, "per_slot": per_slot}
      for gate, tanh, per_slot in itertools.product(("elementwise", "linear"), (True, False), (True, False))),
    *({"gate": gate, "variant": "interlayer", "per_slot": per_slot}
      for gate, per_slot in itertools.product(("none", "static", "elementwise", "linear"), (True, False))),
    {"activation": "leaky_relu", "gated": False, "layout": "interleaved"},
    {"activation": "sigmoid", "experts": 4, "layout": "interleaved", "encoder_reads": True},
    {"kind": "sqa-reversed", "rms": False, "head_norm": True, "memory_norm": "layer", "gate": "linear",
     "status": "linear", "encoder_reads": True, "encoder_experts": 4, "experts": 4, "gated": False,
     "layout": "interleaved", "tanh": True},
]  # fmt: skip


def name_of(choices: dict[str, Any]) -> str:
    return "-".join(f"{key}_{value}" for key, value in choices.items())


def assert_near(ours: Tensor, twin: Tensor) -> None:
    assert ours.shape == twin.shape
    assert float((ours.double() - twin).abs().max() / twin.abs().max()) < TOLERANCE


@pytest.fixture(scope="module")
def tokenizer_json() -> str:
    return (GOLDEN / "tokenizer.json").read_text("utf-8")


@pytest.mark.parametrize("choices", CHOICES, ids=name_of)
def test_that_a_model_returns_from_its_checkpoint_and_equals_its_twin(
    tmp_path: Path, tokenizer_json: str, choices: dict[str, Any]
) -> None:
    model, parsed = tiny_model(vocabulary=600, **choices), document(vocabulary=600, **choices)
    save_model(tmp_path / "out", model, parsed, tokenizer_json, dtype=torch.float32)
    again = rxt.load(tmp_path / "out")
    assert [note for note in again.notes if "tokenizer.json" not in note] == []
    memory = model.initial_memory(seed=1)
    before, after = model.update_memory(memory, IDS), again.update_memory(memory, IDS)
    assert torch.equal(again.logits(IDS, memory), model.logits(IDS, memory))
    assert after.memory == before.memory
    assert after.laws == before.laws
    for name, buffer in model.named_buffers():
        assert torch.equal(again.get_buffer(name), buffer)
    check_against_twins(again, memory)


def check_against_twins(model: PretrainedModel, memory: rxt.MemoryState) -> None:
    weights = twins.weights_of(model)
    assert_near(model.logits(IDS, memory), twins.model_logits(weights, model.config, IDS, memory.tensor.double()))
    assert_near(model.encode(IDS), twins.model_states(weights, model.config, IDS))
    update = model.update_memory(memory, IDS)
    twin, gates = twins.model_update(weights, model.config, IDS, memory.tensor.double())
    assert_near(update.memory.tensor, twin)
    for name, values in update.gates.items():
        assert_near(values, gates[name])


@pytest.mark.parametrize(
    "choices", [{"kind": "sqa-reversed"}, {"head_norm": True, "rms": False, "experts": 4}], ids=name_of
)
def test_that_a_session_answers_from_such_a_checkpoint(
    tmp_path: Path, tokenizer_json: str, choices: dict[str, Any]
) -> None:
    model, parsed = tiny_model(vocabulary=600, **choices), document(vocabulary=600, **choices)
    save_model(tmp_path / "out", model, parsed, tokenizer_json, dtype=torch.float32)
    session = rxt.Session(rxt.load(tmp_path / "out"), sampling=rxt.Sampling(max_tokens=4))
    events = [type(event).__name__ for event in session.ask("a")]
    assert events[-1] == "MemoryWritten"
    turn = session.turns[0]
    prompt = list(turn.interaction_ids[: turn.metrics.query_tokens])
    logits = session.model.logits([*prompt, *turn.answer_ids], session.model.initial_memory())
    assert [int(row.argmax()) for row in logits[len(prompt) - 1 : -1]] == list(turn.answer_ids)
