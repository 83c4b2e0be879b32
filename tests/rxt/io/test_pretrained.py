"""Model folders: opened whole or not at all, and the sentence names what is wrong."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import rxt
from rxt.config import ModelConfig
from rxt.errors import ConfigError, ModelError
from rxt.io import hub
from rxt.io.pretrained import save_model
from rxt.text.trainer import train_tokenizer
from tests.rxt.tiny import document, tiny_model

EMBEDDING, SHARED = "decoder.model.embedding.weight", "encoder.model.embedding.weight"
HEAD = "decoder.model.head.weight"


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A model folder that may be spoiled."""
    return Path(shutil.copytree(folder, tmp_path / "model"))


def change_weights(
    folder: Path, change: Callable[[dict[str, Any]], Any], aliases: dict[str, str] | None = None
) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path, metadata={SHARED: EMBEDDING} if aliases is None else aliases)


def change_config(folder: Path, section: str, key: str, value: Any) -> None:
    path = folder / "config.json"
    parsed = json.loads(path.read_text("utf-8"))
    parsed[section][key] = value
    path.write_text(json.dumps(parsed), encoding="utf-8")


def test_that_a_missing_tensor_is_named(copy: Path) -> None:
    change_weights(copy, lambda tensors: tensors.pop(HEAD))
    with pytest.raises(ModelError, match=f"lacks weights.*{HEAD}"):
        rxt.load(copy)


def test_that_an_extra_tensor_is_named(copy: Path) -> None:
    change_weights(copy, lambda tensors: tensors.update(surprise=torch.zeros(1)))
    with pytest.raises(ModelError, match="does not call for: surprise"):
        rxt.load(copy)


def test_that_long_names_and_shapes_of_tensors_are_cut(copy: Path) -> None:
    change_weights(copy, lambda tensors: tensors.update({HEAD: torch.zeros((1,) * 60)}))
    with pytest.raises(ModelError, match=f"{HEAD} is of 60 dimensions, config.json calls for"):
        rxt.load(copy)
    change_weights(
        copy, lambda tensors: tensors.update({f"{number}\u202e" * 100_000: torch.zeros(1) for number in "12"})
    )
    with pytest.raises(ModelError, match=r"does not call for: 1\\u202e1") as caught:
        rxt.load(copy)
    assert len(str(caught.value)) < 600


def test_that_many_missing_tensors_are_counted_after_the_first_ten(copy: Path) -> None:
    change_weights(copy, lambda tensors: [tensors.pop(name) for name in sorted(tensors) if "layers.1" in name])
    with pytest.raises(ModelError, match=r"and \d+ more"):
        rxt.load(copy)


@pytest.mark.parametrize("shape", [(1,), (600, 1), (32, 600), (1, 600, 32)])
def test_that_a_tensor_of_another_shape_is_named_with_both_shapes(copy: Path, shape: tuple[int, ...]) -> None:
    change_weights(copy, lambda tensors: tensors.update({HEAD: torch.zeros(shape)}))
    with pytest.raises(ModelError) as caught:
        rxt.load(copy)
    assert f"{HEAD} is {list(shape)}, config.json calls for [600, 32]" in str(caught.value)


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_that_a_tensor_that_is_not_finite_is_named(copy: Path, value: float) -> None:
    change_weights(copy, lambda tensors: tensors[HEAD].view(-1)[5].fill_(value))
    with pytest.raises(ModelError, match=f"{HEAD} holds values that are not finite"):
        rxt.load(copy)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.float8_e4m3fn])
def test_that_a_tensor_of_another_number_format_is_named(copy: Path, dtype: torch.dtype) -> None:
    change_weights(copy, lambda tensors: tensors.update({HEAD: torch.zeros(600, 32).to(dtype)}))
    with pytest.raises(ModelError, match=f"{HEAD} has the number format"):
        rxt.load(copy)


def test_that_numbers_too_large_for_the_wanted_format_are_named(copy: Path) -> None:
    change_weights(copy, lambda tensors: tensors[HEAD].fill_(1e6))
    rxt.load(copy)
    with pytest.raises(ModelError, match=f"{HEAD} holds values too large"):
        rxt.load(copy, dtype="float16")


@pytest.mark.parametrize("stored", [EMBEDDING, SHARED])
def test_that_the_shared_embedding_may_be_stored_under_either_name(copy: Path, stored: str) -> None:
    other = {EMBEDDING: SHARED, SHARED: EMBEDDING}[stored]
    before = rxt.load(copy).embedding.weight
    change_weights(copy, lambda tensors: tensors.update({stored: tensors.pop(EMBEDDING)}), {other: stored})
    assert torch.equal(rxt.load(copy).embedding.weight, before)


def test_that_two_stored_embeddings_must_be_equal(copy: Path) -> None:
    change_weights(copy, lambda tensors: tensors.update({SHARED: tensors[EMBEDDING].clone()}), {})
    rxt.load(copy)
    change_weights(copy, lambda tensors: tensors[SHARED].add_(1), {})
    with pytest.raises(ModelError, match=r"embedding.*differ"):
        rxt.load(copy)


def test_that_a_rotary_table_of_another_base_is_refused(copy: Path) -> None:
    name = "decoder.model.layers.0.attention.rope.inv_freq"
    change_weights(copy, lambda tensors: tensors.update({name: tensors[name] / 7}))
    with pytest.raises(ModelError, match="another base"):
        rxt.load(copy)


def test_that_weights_cut_off_are_refused(copy: Path) -> None:
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"model\.safetensors cannot be read as weights"):
        rxt.load(copy)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_that_the_pointer_of_a_large_file_says_how_to_get_the_file(copy: Path, name: str) -> None:
    (copy / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 9\n", encoding="utf-8")
    with pytest.raises(ModelError, match=rf"{name} is only a pointer to a large file.*git lfs pull"):
        rxt.load(copy)


def test_that_a_tokenizer_that_does_not_know_some_bytes_is_opened_with_a_note(copy: Path, tmp_path: Path) -> None:
    assert rxt.load(copy).notes == (
        "tokenizer.json does not know 168 of the 243 bytes that text is made of: characters such as C are read as "
        "unknown",
    )
    document = json.loads((copy / "tokenizer.json").read_text("utf-8"))
    document["model"]["unk_token"] = None
    (copy / "tokenizer.json").write_text(json.dumps(document), "utf-8")
    assert rxt.load(copy).notes[0].endswith("characters such as C are left out")
    train_tokenizer(["hello world"] * 3, 300, copy / "tokenizer.json")
    assert rxt.load(copy).notes == ()


@pytest.mark.parametrize("missing", [("config.json",), ("model.safetensors", "tokenizer.json")])
def test_that_missing_files_are_named(copy: Path, missing: tuple[str, ...]) -> None:
    for name in missing:
        (copy / name).unlink()
    with pytest.raises(ModelError, match=f"has no {', no '.join(missing)}"):
        rxt.load(copy)


@pytest.mark.parametrize("text", ["{", "", "[]", "null", "[" * 100_000, '{"a": ' + "9" * 6000 + "}", "\xff"])
def test_that_a_config_that_is_no_object_is_refused(copy: Path, text: str) -> None:
    (copy / "config.json").write_bytes(text.encode("latin-1"))
    with pytest.raises((ModelError, ConfigError), match=r"config\.json"):
        rxt.load(copy)


WRONG = [
    ("decoder_config", "num_layers", "3"),
    ("decoder_config", "num_layers", True),
    ("decoder_config", "num_layers", 0),
    ("decoder_config", "num_layers", -1),
    ("decoder_config", "num_layers", 10**12),
    ("decoder_config", "num_layers", 1.5),
    ("decoder_config", "embed_dim", 33),
    ("decoder_config", "vocab_size", None),
    ("decoder_config", "ff_activation", "swishy"),
    ("decoder_config", "self_att_type", "mla"),
    ("decoder_config", "rope_theta", 500_000),
    ("decoder_config", "use_attention_gate", True),
    ("decoder_config", "stateless_layers_config", {"num_layers": 2}),
    ("decoder_config", "use_qk_norm", True),
    ("decoder_config", "use_gated", "yes"),
    ("decoder_config", "moe_top_k", 7),
    ("decoder_config", "num_experts", 10**9),
    ("decoder_config", "num_shared_experts", 2),
    ("decoder_config", "stm_size", 9),
    ("decoder_config", "att_groups", 3),
    ("encoder_config", "embed_dim", 64),
    ("memory_attention_config", "num_layers", 2),
    ("memory_attention_config", "norm_type", "spectral"),
    ("memory_attention_config", "num_groups", 3),
    ("memory_attention_config", "residual_gate_status_type", "max"),
    ("memory_attention_config", "residual_gate_type", "x" * 10_000),
    ("memory_attention_config", "residual_gate_type", ["elementwise"]),
    ("memory_attention_config", "residual_gate_init", float("nan")),
    ("memory_attention_config", "residual_gate_init", 10**400),
    ("tokenizer_config", "eos_token_id", 600),
    ("tokenizer_config", "eos_token_id", 6),
]


@pytest.mark.parametrize(("section", "key", "value"), WRONG)
def test_that_a_wrong_value_of_the_config_is_named(folder: Path, section: str, key: str, value: Any) -> None:
    parsed = json.loads((folder / "config.json").read_text("utf-8"))
    parsed[section][key] = value
    with pytest.raises(ConfigError) as caught:
        ModelConfig.from_json(parsed)
    word = {"att_groups": "kv heads", "embed_dim": "embed_dim"}.get(key, key)
    assert word in str(caught.value) or str(value) in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("section", ["decoder_config", "encoder_config", "memory_attention_config", "tokenizer_config"])
def test_that_a_config_without_a_section_names_it(section: str) -> None:
    parsed = document()
    del parsed[section]
    with pytest.raises(ConfigError, match=section):
        ModelConfig.from_json(parsed)


def test_that_a_control_token_that_is_text_to_the_tokenizer_is_refused(copy: Path) -> None:
    change_config(copy, "tokenizer_config", "answer_token_id", 100)
    with pytest.raises(ModelError, match="answer is the token 100"):
        rxt.load(copy)


@pytest.mark.parametrize(
    ("name", "stages"),
    [("alpha-interlayer", ["interlayer", "write"]), ("beta-self-interlayer", ["mix", "interlayer", "write"])],
)
def test_that_the_variant_is_read_from_the_weights_where_the_config_is_silent(
    folder: Path, tmp_path: Path, name: str, stages: list[str]
) -> None:
    silent = Path(shutil.copytree(folder.parent / name, tmp_path / "model"))
    parsed = json.loads((silent / "config.json").read_text("utf-8"))
    parsed.pop("memory_attention_variant", None)
    (silent / "config.json").write_text(json.dumps(parsed), encoding="utf-8")
    assert list(rxt.load(silent).gate_laws) == stages


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_that_a_gate_of_a_whole_layer_may_be_stored_as_a_scalar(copy: Path, shape: tuple[int, ...]) -> None:
    change_config(copy, "memory_attention_config", "residual_per_slot_gate", False)
    change_weights(
        copy, lambda tensors: tensors.update({key: torch.full(shape, 0.5) for key in tensors if key.endswith(".gate")})
    )
    model = rxt.load(copy)
    assert model.memory_attention.write_gate.weight.flatten().tolist() == [0.5] * 3  # type: ignore[union-attr]


@pytest.mark.parametrize("choices", [{}, {"experts": 4}, {"experts": 3, "gated": False}, {"variant": "interlayer"}])
def test_that_a_model_returns_from_its_folder_with_every_weight(
    folder: Path, tmp_path: Path, choices: dict[str, Any]
) -> None:
    model = tiny_model(vocabulary=600, **choices)
    parsed = document(vocabulary=600, **choices)
    tokenizer = (folder / "tokenizer.json").read_text("utf-8")
    save_model(tmp_path / "out", model, parsed, tokenizer, dtype=torch.float32)
    again = rxt.load(tmp_path / "out")
    for name, value in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name
    memory, ids = model.initial_memory(seed=1), [2, 5, 100, 6, 101, 3]
    assert again.update_memory(memory, ids).memory == model.update_memory(memory, ids).memory
    assert torch.equal(again.logits(ids, memory), model.logits(ids, memory))


def test_that_a_fingerprint_tells_models_apart_by_any_file(copy: Path, folder: Path) -> None:
    found = [rxt.load(folder).fingerprint]
    assert [rxt.load(copy).fingerprint] == found
    for name, old, new in (("config.json", '"swish"', '"gelu"'), ("tokenizer.json", "{", "{ ")):
        text = (copy / name).read_text("utf-8")
        (copy / name).write_text(text.replace(old, new, 1), "utf-8")
        found.append(rxt.load(copy).fingerprint)
        (copy / name).write_text(text, "utf-8")
    change_weights(copy, lambda tensors: tensors[HEAD].view(-1)[0].add_(1e-3))
    assert len({*found, rxt.load(copy).fingerprint}) == 4


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_that_a_model_opens_in_half_precision(folder: Path, dtype: str) -> None:
    model = rxt.load(folder, dtype=dtype)
    assert {str(value.dtype) for value in model.parameters()} == {f"torch.{dtype}"}
    assert model.decoder.rope.cos.dtype == torch.float32
    session = rxt.Session(model, sampling=rxt.Sampling(max_tokens=3))
    assert [type(event).__name__ for event in session.ask("hi")][-1] == "MemoryWritten"


@pytest.mark.parametrize("arguments", [{"dtype": "int3"}, {"device": "moon"}, {"device": "mps"}, {"device": "meta"}])
def test_that_an_impossible_device_or_number_format_is_refused(folder: Path, arguments: dict[str, str]) -> None:
    if "mps" in arguments.values() and torch.backends.mps.is_available():
        pytest.skip("this machine has that device")
    with pytest.raises(ModelError, match=next(iter(arguments.values()))):
        rxt.load(folder, **arguments)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no/such/folder", "no folder"),
        ("~nobody-of-that-name/model", "cannot be opened"),
        ("a" * 5000, "cannot be opened"),
        ("nul\0name", "no folder"),
        ("../..//nowhere", "no folder"),
        ("/", "is not a model: it has no config.json"),
        ("owner/not-here", "not on this computer"),
    ],
)
def test_that_a_model_that_is_not_there_is_refused_without_a_network(name: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        rxt.load(name)


def test_that_a_model_that_could_not_be_opened_again_is_not_saved(folder: Path, tmp_path: Path) -> None:
    tokenizer_json = (folder / "tokenizer.json").read_text("utf-8")
    rounded, exact = rxt.load(folder, dtype="int8"), rxt.load(folder)
    with pytest.raises(ModelError, match="8 bits cannot be saved: open it in float32"):
        save_model(tmp_path / "model", rounded, rounded.document, tokenizer_json)
    exact.decoder.head.weight[0, 0] = 1e6
    with pytest.raises(ModelError, match=f"{HEAD} holds values that are no finite numbers in torch.float16"):
        save_model(tmp_path / "model", exact, exact.document, tokenizer_json)
    assert not (tmp_path / "model").exists()
    save_model(tmp_path / "model", exact, exact.document, tokenizer_json, torch.float32)
    assert rxt.load(tmp_path / "model").decoder.head.weight[0, 0] == 1e6


def test_that_a_file_is_no_model(folder: Path) -> None:
    with pytest.raises(ModelError, match="is a file; a model is a folder"):
        rxt.load(folder / "config.json")


def test_that_an_installation_without_the_bundled_model_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "__file__", str(tmp_path / "a" / "b" / "hub.py"))
    with pytest.raises(ModelError, match="bundled model is missing"):
        rxt.load()


def test_that_a_copy_beside_the_bundled_model_does_not_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "__file__", str(tmp_path / "a" / "b" / "hub.py"))
    for name in ("mneme-former", "mneme-tiny"):
        folder = tmp_path / "resources" / "models" / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}", encoding="utf-8")
    assert hub.bundled_model() == folder


def test_that_no_pickle_is_ever_opened(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pytorch_model.bin", "model.pt", "model.ckpt"):
        (copy / name).write_bytes(b"\x80\x04\x95")
    (copy / "modeling.py").write_text("raise SystemExit('code of the folder was run')", encoding="utf-8")
    opened: list[str] = []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in ("open", "pickle.find_class"):
            opened.append(str(arguments[0] if event == "open" else event))

    watching = True
    sys.addaudithook(watch)  # it cannot be removed, only made deaf
    try:
        rxt.load(copy)
    finally:
        watching = False
    assert not [name for name in opened if name.endswith((".bin", ".pt", ".ckpt", "modeling.py", "find_class"))]
    assert any(name.endswith("config.json") for name in opened)
