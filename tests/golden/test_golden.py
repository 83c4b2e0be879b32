"""Agreement with numbers that the reference package computed; README.md says what is and is not proved by them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

import rxt
from rxt.io.pretrained import PretrainedModel

HERE = Path(__file__).parent
FOLDERS = ("alpha-interlayer", "beta-self-interlayer")
TURNS = (0, 1, 2)
TOLERANCE = 1e-5
"""Of the largest value. Measured: below 1e-6 everywhere."""

PUBLISHED_GATES = {"mix": "interlayer_mix", "interlayer": "interlayer_residual", "write": "update"}


@dataclass(frozen=True)
class Golden:
    """A folder as it is (`model`), the same with the recovered embedding rows (`whole`), and its numbers."""

    model: PretrainedModel
    whole: PretrainedModel
    numbers: dict[str, Tensor]
    document: dict[str, Any]

    def ids(self, turn: int) -> list[int]:
        ids: list[int] = self.numbers[f"turn{turn}.interaction_ids"][0].tolist()
        return ids


@pytest.fixture(scope="module", params=FOLDERS)
def golden(request: pytest.FixtureRequest) -> Golden:
    folder = HERE / request.param
    whole = rxt.load(folder)
    recovered = load_file(folder / "embedding_rows.safetensors")
    whole.embedding.weight.data[recovered["ids"]] = recovered["rows"]
    document = json.loads((folder / "golden.json").read_text("utf-8"))
    return Golden(rxt.load(folder), whole, load_file(folder / "golden.safetensors"), document)


def assert_near(ours: Tensor, theirs: Tensor) -> None:
    assert ours.shape == theirs.shape
    deviation = float((ours - theirs).abs().max() / theirs.abs().max())
    assert deviation < TOLERANCE, f"deviates by {deviation:.1e} of the largest value"


@pytest.mark.parametrize("turn", TURNS)
def test_that_a_query_becomes_the_tokens_of_the_reference(golden: Golden, turn: int) -> None:
    query = golden.document["turns"][turn]["query"]
    assert golden.model.template.query(query) == golden.numbers[f"turn{turn}.query_ids"][0].tolist()


def test_that_a_whole_interaction_becomes_the_tokens_of_the_reference(golden: Golden) -> None:
    init = golden.document["init"]
    ids = golden.model.template.interaction(init["query"], init["answer"])
    assert ids == golden.numbers["init.input_ids"][0].tolist()


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("layer", [1, 2])
def test_that_an_encoder_layer_continues_the_states_of_the_layer_below(golden: Golden, turn: int, layer: int) -> None:
    hidden = golden.numbers[f"turn{turn}.encoder_hidden"]
    encoder = golden.model.encoder
    assert_near(encoder.layers[layer](hidden[layer - 1], encoder.rope, None), hidden[layer])


@pytest.mark.parametrize("turn", TURNS)
def test_that_memory_attention_turns_the_reference_states_into_the_reference_memory(golden: Golden, turn: int) -> None:
    numbers = golden.numbers
    memory, gates = golden.model.memory_attention(
        numbers[f"turn{turn}.stm_before"], numbers[f"turn{turn}.encoder_hidden"]
    )
    assert_near(memory, numbers[f"turn{turn}.stm_after"])
    for name, values in gates.items():
        assert_near(values[:, 0], numbers[f"turn{turn}.gate.{PUBLISHED_GATES[name]}"])


def test_that_there_are_as_many_gate_stages_as_in_the_reference(golden: Golden) -> None:
    theirs = {key.rpartition(".")[2] for key in golden.numbers if key.startswith("turn0.gate.")}
    assert {PUBLISHED_GATES[name] for name in golden.model.gate_laws} == theirs


@pytest.mark.parametrize("turn", TURNS)
def test_that_with_the_recovered_rows_one_pass_gives_the_reference_logits(golden: Golden, turn: int) -> None:
    memory = rxt.MemoryState(golden.numbers[f"turn{turn}.stm_before"][:, 0])
    prompt = [*golden.numbers[f"turn{turn}.query_ids"][0].tolist(), golden.model.config.tokens.answer]
    assert_near(golden.whole.logits(prompt, memory), golden.numbers[f"turn{turn}.logits"][0])


@pytest.mark.parametrize("turn", TURNS)
def test_that_with_the_recovered_rows_every_encoder_layer_agrees(golden: Golden, turn: int) -> None:
    assert_near(golden.whole.encode(golden.ids(turn)), golden.numbers[f"turn{turn}.encoder_hidden"][:, 0])


def test_that_with_the_recovered_rows_memory_and_gates_agree_after_each_chained_turn(golden: Golden) -> None:
    memory = rxt.MemoryState(golden.numbers["stm_init"][:, 0])
    for turn in TURNS:
        assert_near(memory.tensor, golden.numbers[f"turn{turn}.stm_before"][:, 0])
        update = golden.whole.update_memory(memory, golden.ids(turn))
        memory = update.memory
        assert_near(memory.tensor, golden.numbers[f"turn{turn}.stm_after"][:, 0])
        for name, values in update.gates.items():
            assert_near(values, golden.numbers[f"turn{turn}.gate.{PUBLISHED_GATES[name]}"])


def test_that_with_the_recovered_rows_a_session_gives_the_reference_answers(golden: Golden) -> None:
    session = rxt.Session(golden.whole, memory=rxt.MemoryState(golden.numbers["stm_init"][:, 0]))
    eos = golden.whole.config.tokens.eos
    for turn, theirs in enumerate(golden.document["turns"]):
        prompt = golden.whole.template.prompt(theirs["query"])
        session.sampling = rxt.Sampling(max_tokens=theirs["max_seq_len"] - len(prompt))
        list(session.ask(theirs["query"]))
        record = session.turns[turn]
        assert [token for token in theirs["greedy_ids"] if token != eos] == list(record.answer_ids)
        assert (eos in theirs["greedy_ids"]) == (record.reason == "eos")
        assert list(record.interaction_ids) == golden.ids(turn)
        assert_near(session.memory.tensor, golden.numbers[f"turn{turn}.stm_after"][:, 0])


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_that_the_initialised_memory_agrees_where_the_missing_rows_cannot_reach(golden: Golden, layer: int) -> None:
    """The written value lies in a plane: the output projection has rank H * d = 16 of 32. Across that plane the new
    slot depends on the old memory and, in the elementwise law, on one number a slot, which 16 numbers determine."""
    part = golden.model.memory_attention
    seen: dict[str, Tensor] = {}
    watch = part.write_gate.register_forward_hook(lambda _module, inputs, _output: seen.update(old=inputs[0]))
    part(golden.numbers["stm_init"], torch.zeros(3, 1, 1, 32))
    watch.remove()
    basis = torch.linalg.svd(part.attention.out_proj.weight[layer].double()).U[:, 16:]  # [D, 16]
    written = part.attention.out_proj.bias[layer].double() @ basis
    old = seen["old"][layer, 0].double() @ basis  # [S, 16]
    theirs = golden.numbers["init.stm_after"][layer, 0].double() @ basis
    if part.write_gate.law.activation == "tanh":
        gate = part.write_gate.weight[layer].double().tanh()
        assert_near((1 + gate) * written + (1 - gate) * old, theirs)
        return
    gate = ((written - old) * (theirs - old)).sum(-1) / (written - old).square().sum(-1)  # [S]
    assert bool(((gate > 0) & (gate < 1)).all())
    assert_near(torch.lerp(old, written.expand_as(old), gate[:, None]), theirs)


def test_that_the_stored_embedding_is_not_the_one_that_was_used(golden: Golden) -> None:
    """Should the folders ever be replaced by consistent ones, this test says that the rows can go."""
    prompt = [*golden.numbers["turn0.query_ids"][0].tolist(), golden.model.config.tokens.answer]
    theirs = golden.numbers["turn0.logits"][0]
    ours = golden.model.logits(prompt, rxt.MemoryState(golden.numbers["turn0.stm_before"][:, 0]))
    assert float((ours - theirs).abs().max() / theirs.abs().max()) > 0.5
