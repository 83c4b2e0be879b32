"""Checkpoints that spell things differently, say less or ask for more: read by what they hold, or refused by name."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

import rxt
from rxt.config import ModelConfig
from rxt.errors import ConfigError, ModelError
from rxt.io.pretrained import save_model
from rxt.io.weights import Weights
from tests.rxt.tiny import LAYERS, SLOTS, WIDTH, document, tiny_model

IDS = [2, 5, 11, 12, 6, 20, 3]
Tensors = dict[str, Tensor]
Write = Callable[..., Path]


@pytest.fixture
def write(folder: Path, tmp_path: Path) -> Write:
    """Writes a random model of `document(**choices)`."""

    def write(**choices: Any) -> Path:
        parsed = document(vocabulary=600, **choices)
        tokenizer = (folder / "tokenizer.json").read_text("utf-8")
        save_model(tmp_path / "model", tiny_model(vocabulary=600, **choices), parsed, tokenizer, dtype=torch.float32)
        return tmp_path / "model"

    return write


def change(folder: Path, edit: Callable[[Tensors], Tensors]) -> None:
    path = folder / "model.safetensors"
    tensors = {name: value.contiguous() for name, value in edit(load_file(path)).items()}
    save_file(tensors, path, metadata={"encoder.model.embedding.weight": "decoder.model.embedding.weight"})


def rename(folder: Path, *pairs: tuple[str, str]) -> None:
    def edit(tensors: Tensors) -> Tensors:
        result = {}
        for name, value in tensors.items():
            for old, new in pairs:
                name = name.replace(old, new)
            result[name] = value
        return result

    change(folder, edit)


def set_config(folder: Path, section: str | None, **values: Any) -> None:
    path = folder / "config.json"
    parsed = json.loads(path.read_text("utf-8"))
    (parsed if section is None else parsed[section]).update(values)
    path.write_text(json.dumps(parsed), encoding="utf-8")


def numbers(folder: Path, **arguments: Any) -> list[Tensor]:
    model = rxt.load(folder, **arguments)
    memory = model.initial_memory(seed=1)
    return [model.logits(IDS, memory), model.encode(IDS), model.update_memory(memory, IDS).memory.tensor]


def equal(first: list[Tensor], second: list[Tensor]) -> bool:
    return all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("choices", "pairs"),
    [
        ({"gate": "linear"}, [("gate.weight", "gate_linear.weight"), ("gate.bias", "gate_linear.bias")]),
        ({"gate": "linear", "status": "linear"}, [(".status.", ".slot_status.")]),
        ({"gate": "linear", "status": "linear"}, [(".status.", ".proj.")]),
        ({"status": "linear"}, [(".status.", ".proj.")]),
        ({"gate": "static"}, [(".gate", ".gate.weight")]),
        ({"gated": False}, [("fc1.", "fc1.linear.")]),
        ({"head_norm": True}, [("head_norm", "final_norm")]),
        ({"head_norm": True, "rms": False}, [("head_norm", "norm")]),
    ],
)  # fmt: skip
def test_that_tensors_are_known_by_their_shape_where_their_names_are_not(
    write: Write, choices: dict[str, Any], pairs: list[tuple[str, str]]
) -> None:
    folder = write(**choices)
    before = numbers(folder)
    rename(folder, *pairs)
    assert equal(numbers(folder), before)


def test_that_the_weights_say_how_a_gate_sees_its_slots_where_the_config_is_silent(write: Write) -> None:
    folder = write(gate="linear", status="linear")
    before = numbers(folder)
    set_config(folder, "memory_attention_config", residual_gate_status_type=None)
    assert equal(numbers(folder), before)


def test_that_a_linear_gate_of_one_row_is_one_gate_for_all_slots(write: Write) -> None:
    folder = write(gate="linear")
    change(
        folder,
        lambda tensors: {
            name: value[:1] if "gate.weight" in name or "gate.bias" in name else value
            for name, value in tensors.items()
        },
    )
    model = rxt.load(folder)
    gates = model.update_memory(model.initial_memory(), IDS).gates["write"]
    assert not model.gate_laws["write"].per_slot
    assert torch.equal(gates, gates[:, :1].expand(LAYERS, SLOTS))


def stack_experts(tensors: Tensors, transposed: bool, name: str = "experts.fc{}_{}") -> Tensors:
    """The experts of every layer in one tensor each, as a newer release would write them."""
    result = {key: value for key, value in tensors.items() if ".experts." not in key}
    for layer in range(LAYERS):
        prefix = f"decoder.model.layers.{layer}.ff."
        for part, inner in ((1, "fc1.linear"), (2, "fc2")):
            for leaf in ("weight", "bias"):
                stacked = torch.stack([tensors[f"{prefix}experts.{expert}.{inner}.{leaf}"] for expert in range(4)])
                turned = stacked.transpose(1, 2) if transposed and leaf == "weight" else stacked
                result[prefix + name.format(part, leaf)] = turned
    return result


@pytest.mark.parametrize("name", ["experts.fc{}_{}", "experts.fc{}.{}", "experts.w{}.{}"])
@pytest.mark.parametrize("transposed", [False, True])
def test_that_experts_in_one_tensor_are_read_and_tell_the_newer_generation(
    write: Write, transposed: bool, name: str
) -> None:
    folder = write(experts=4)
    single, interleaved = numbers(folder), numbers(folder, rope_layout="interleaved")
    assert not equal(single, interleaved)
    change(folder, lambda tensors: stack_experts(tensors, transposed, name))
    assert rxt.load(folder).info()["rope_layout"] == "interleaved"
    assert equal(numbers(folder), interleaved)
    assert equal(numbers(folder, rope_layout="concatenated"), single)


def test_that_experts_whose_tensors_contradict_each_other_are_refused(write: Write) -> None:
    folder = write(experts=4)

    def edit(tensors: Tensors) -> Tensors:
        straight, turned = stack_experts(tensors, False), stack_experts(tensors, True)
        return {name: turned[name] if "fc2_weight" in name else value for name, value in straight.items()}

    change(folder, edit)
    with pytest.raises(ModelError, match=r"fc2_weight is .* config\.json calls for"):
        rxt.load(folder)


def test_that_the_rotary_layout_is_part_of_the_fingerprint(write: Write) -> None:
    folder = write()
    fingerprints = {
        rxt.load(folder, rope_layout=layout).fingerprint for layout in (None, "concatenated", "interleaved")
    }
    assert len(fingerprints) == 2


def test_that_an_unknown_rotary_layout_is_refused(write: Write) -> None:
    folder = write()
    with pytest.raises(ModelError, match="'spiral' is not known"):
        rxt.load(folder, rope_layout="spiral")  # type: ignore[arg-type]
    set_config(folder, None, rope_layout="spiral")
    with pytest.raises(ConfigError, match="rope_layout is 'spiral'"):
        rxt.load(folder)


def test_that_an_interleaved_model_stays_one_when_its_copy_is_saved(write: Write, tmp_path: Path) -> None:
    folder = write(experts=4)
    change(folder, lambda tensors: stack_experts(tensors, False))
    model = rxt.load(folder)
    save_model(tmp_path / "copy", model, model.document, (folder / "tokenizer.json").read_text("utf-8"), torch.float32)
    assert equal(numbers(tmp_path / "copy"), numbers(folder))


def test_that_an_encoder_reads_its_own_stored_memory_and_no_other(write: Write) -> None:
    folder = write(encoder_reads=True)
    before = numbers(folder)
    change(folder, lambda tensors: {**tensors, "decoder.model.stm.memory": torch.zeros(LAYERS, 1, SLOTS, WIDTH)})
    assert equal(numbers(folder), before)
    change(folder, lambda tensors: {**tensors, "encoder.model.stm.memory": torch.ones(LAYERS, 1, SLOTS, WIDTH)})
    assert not torch.equal(numbers(folder)[1], before[1])
    change(folder, lambda tensors: {name: value for name, value in tensors.items() if "encoder.model.stm" not in name})
    with pytest.raises(ModelError, match=r"lacks weights.*encoder\.model\.stm\.memory"):
        rxt.load(folder)


def test_that_a_memory_that_the_encoder_reads_is_no_parameter(write: Write) -> None:
    model = rxt.load(write(encoder_reads=True))
    assert model.encoder.memory is not None
    assert "encoder.memory" in model.state_dict()
    assert "encoder.memory" not in dict(model.named_parameters())


@pytest.mark.parametrize("section", ["decoder_config", "encoder_config"])
def test_that_the_weights_tell_the_norm_where_the_config_is_silent(write: Write, section: str) -> None:
    folder = write(rms=False)
    before = numbers(folder)
    set_config(folder, section, use_rms_norm=None)
    assert equal(numbers(folder), before)


def test_that_a_model_without_gates_and_variant_is_opened_with_a_note(write: Write) -> None:
    folder = write(gate="none", variant=None)
    model = rxt.load(folder)
    assert model.info()["variant"] == "self-interlayer"
    assert "taken to be self-interlayer" in model.info()["notes"][0]


def test_that_unknown_fields_are_noted_and_harmless_ones_are_not(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write()
    set_config(folder, "decoder_config", use_marvel=True, use_wonder=False, att_dropout=0.1, is_causal=True)
    set_config(folder, "encoder_config", use_head_norm=True)
    set_config(folder, "tokenizer_config", think_token_id=7, tool_call_token_id=8)
    set_config(folder, None, transformers_version="5", **{"fla\x1b[2Jvour": "sweet"})
    with caplog.at_level(logging.WARNING, "rxt"):
        notes = rxt.load(folder).info()["notes"]
    assert [note.split()[2] for note in notes if note.startswith("config.json")] == [
        "decoder_config.use_marvel,", r"fla\u001b[2Jvour,", "encoder_config.use_head_norm,",
    ]  # fmt: skip
    assert [record.getMessage() for record in caplog.records] == [f"model: {note}" for note in notes]


def test_that_many_unknown_fields_are_counted_after_the_first_twenty_and_long_names_cut(write: Write) -> None:
    folder = write()
    set_config(folder, "decoder_config", **{"q" * 1_000_000: 1}, **{f"q{number}": 1 for number in range(1_000)})
    notes = [note for note in rxt.load(folder).info()["notes"] if note.startswith("config.json")]
    assert len(notes) == 21
    assert all(len(note) < 200 for note in notes)
    assert notes[-1] == "config.json sets 981 more fields that are not known here and were ignored"


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        (None, "rope_layout", ["b" * 1_000_000]),
        (None, "memory_attention_variant", {"a": "b" * 1_000_000}),
        ("decoder_config", "b" * 1_000_000 + "_shared_expert", True),
    ],
)
def test_that_a_refusal_quotes_little_of_a_file(section: str | None, key: str, value: Any) -> None:
    parsed = document()
    (parsed if section is None else parsed[section])[key] = value
    with pytest.raises(ConfigError) as caught:
        ModelConfig.from_json(parsed)
    assert len(str(caught.value)) < 400


REFUSED = [
    ("decoder_config", "num_shared_experts", 1, "shared experts"),
    ("encoder_config", "num_shared_experts", 1, "shared experts"),
    ("decoder_config", "stateless_layers_config", [1], "stateless layers"),
    ("decoder_config", "use_attention_gate", True, "gated attention"),
    ("decoder_config", "use_attention_output_bias_gate", False, None),
    ("decoder_config", "sliding_window", 128, "windowed attention"),
    ("decoder_config", "rope_scaling", {"factor": 2}, "position encoding"),
    ("decoder_config", "use_yarn", True, "position encoding"),
    ("decoder_config", "use_linear_attention", True, "linear attention"),
    ("decoder_config", "attention_window_size", 128, "windowed attention"),
    ("decoder_config", "use_att_gate", True, "gated attention"),
    ("decoder_config", "final_logit_softcapping", 30.0, "capped logits"),
    (None, "tie_word_embeddings", True, "a head tied to the embedding"),
    ("encoder_config", "rope_base", 5e5, "another rotary base"),
    ("decoder_config", "rope_theta", 5e5, "another rotary base"),
    ("decoder_config", "rope_theta", 10_000, None),
    ("memory_attention_config", "norm_type", "positional", None),
    ("memory_attention_config", "norm_type", "spectral", "norm_type is 'spectral'; this version knows classic-rms, l"),
    ("memory_attention_config", "num_groups", 2, None),
    (None, "memory_attention_variant", "grouped-self-interlayer", "'grouped-self-interlayer'"),
    (None, "memory_attention_variant", "simple", "'simple'"),
]


@pytest.mark.parametrize(("section", "key", "value", "words"), REFUSED)
def test_that_a_feature_of_another_generation_is_refused_by_its_name(
    section: str | None, key: str, value: Any, words: str | None
) -> None:
    parsed = document()
    (parsed if section is None else parsed[section])[key] = value
    if words is None:
        ModelConfig.from_json(parsed)
        return
    with pytest.raises(ConfigError, match=words):
        ModelConfig.from_json(parsed)


def test_that_grouped_memory_attention_is_refused_where_no_variant_is_named() -> None:
    parsed = document(variant=None)
    parsed["memory_attention_config"]["num_groups"] = 2
    with pytest.raises(ConfigError, match="grouped memory attention"):
        ModelConfig.from_json(parsed)


def split(folder: Path, names: list[str]) -> dict[str, str]:
    """The weights in several files with an index; returns its map."""
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    shares = {
        file: {key: tensors[key] for key in sorted(tensors)[index :: len(names)]} for index, file in enumerate(names)
    }
    for file, share in shares.items():
        save_file(share, folder / file)
    weight_map = {key: file for file, share in shares.items() for key in share}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}), encoding="utf-8")
    return weight_map


def test_that_weights_in_several_files_are_read_by_their_index(write: Write) -> None:
    folder = write()
    before = numbers(folder)
    split(folder, ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
    assert equal(numbers(folder), before)
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(ModelError, match="lacks model-00002-of-00002"):
        rxt.load(folder)


@pytest.mark.parametrize(
    "file",
    [
        "../model.safetensors",
        "/model.safetensors",
        "a/b.safetensors",
        "model.bin",
        ".safetensors",
        f"{300 * 'a'}.safetensors",
        7,
    ],
)
def test_that_an_index_cannot_point_outside_of_its_folder(write: Write, file: Any) -> None:
    folder = write()
    weight_map = split(folder, ["part.safetensors"])
    weight_map[next(iter(weight_map))] = file
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"not a weights file in this folder|cannot be read as a list"):
        rxt.load(folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {}}', '{"weight_map": {"a": []}}']
)
def test_that_a_damaged_index_is_refused(write: Write, text: str) -> None:
    folder = write()
    split(folder, ["part.safetensors"])
    (folder / "model.safetensors.index.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"index\.json"):
        rxt.load(folder)


def test_that_an_endless_name_of_a_tensor_is_cut_where_it_is_named(write: Write) -> None:
    folder = write()
    tensors = load_file(folder / "model.safetensors")
    endless = 10_000 * "a"
    save_file({**tensors, endless: torch.full((2,), float("nan"))}, folder / "model.safetensors")
    with pytest.raises(ModelError) as caught:
        Weights(folder).tensor(endless)
    assert "aaa… holds values that are not finite" in str(caught.value)
    assert len(str(caught.value)) < len(str(folder)) + 300


def test_that_a_model_of_pickles_alone_is_refused_because_they_can_run_code(write: Write) -> None:
    folder = write()
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin: a pickle, which can run code"):
        rxt.load(folder)
