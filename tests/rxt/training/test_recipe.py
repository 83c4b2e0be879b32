"""A recipe is followed as written, or refused by section and key."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rxt.config import ModelConfig
from rxt.io.presets import preset
from rxt.training.recipe import (
    CurriculumPlan,
    DataPlan,
    ModelFolder,
    ModelPreset,
    ModelShape,
    Recipe,
    RecipeError,
    RunPlan,
    Schedule,
)
from rxt.training.recipe_file import OF_GENERATOR
from rxt.training.source import Settings

ROOT = Path(__file__).parents[3]


SECTIONS: dict[str, dict[str, Any]] = {
    "model": {
        "layers": 2, "width": 16, "head_dim": 4, "query_heads": 2, "kv_heads": 1, "slots": 3, "feed_forward": 16,
        "vocabulary": 320, "interaction_length": 48, "gate_init": 0.5,
    },
    "data": {"tokenizer_dialogues": 10, "turns_per_dialogue": 4},
    "schedule": {
        "steps": 6, "turns_per_step": 6, "learning_rate": 1e-2, "gate_learning_rate": 2e-2,
        "final_learning_rate_share": 0.1, "warm_up_steps": 2, "weight_decay": 0.01, "seed": 1,
        "checkpoint_every_steps": 3,
    },
    "curriculum": {
        "turns": [2, 3], "promote_at_value_accuracy": 0.9, "promote_after_steps": 2, "earlier_share": 0.3,
    },
}  # fmt: skip
STAGES = """
[model]
from = "../base"
[data]
files = ["pairs.jsonl"]
[schedule]
steps = 10
turns_per_step = 8
learning_rate = 1e-3
[[stage]]
kind = "joint"
steps = 4
mask_share = 0.3
[[stage]]
kind = "memory_attention"
learning_rate = 2e-3
generator = "dialogues"
files = []
memory_steps = 3
[[stage]]
kind = "memory_aware"
curriculum = {turns = [2], promote_at_value_accuracy = 1.0, promote_after_steps = 9, earlier_share = 0}
"""


def write(path: Path, sections: dict[str, dict[str, Any]]) -> Path:
    lines = [f"[{name}]\n" + "".join(f"{key} = {value!r}\n" for key, value in values.items())
             for name, values in sections.items()]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_that_memory_heads_are_those_that_read_and_write_the_memory() -> None:
    shape = ModelShape(**SECTIONS["model"])
    wider = replace(shape, memory_heads=4)
    same, config = (ModelConfig.from_json(one.to_document()) for one in (shape, wider))
    assert config.decoder.attention == same.decoder.attention
    for attention in (config.decoder.cross_attention, config.memory.attention, config.memory.interlayer_attention):
        assert attention is not None
        assert (attention.query_heads, attention.kv_heads) == (4, 4)
    assert (same.memory.attention.query_heads, same.memory.attention.kv_heads) == (2, 1)


def test_that_a_recipe_without_stages_is_one_memory_aware_stage(tmp_path: Path) -> None:
    recipe = Recipe.read(write(tmp_path / "recipe.toml", SECTIONS))
    assert recipe.model == ModelShape(**SECTIONS["model"])
    assert recipe.run == RunPlan(seed=1, checkpoint_every_steps=3)
    (stage,) = recipe.stages
    assert stage.kind == "memory_aware"
    assert stage.curriculum == CurriculumPlan(**SECTIONS["curriculum"])
    assert stage.data == DataPlan(10, 4, generator="dialogues")
    assert stage.schedule == Schedule(6, 6, 1e-2, 2e-2, 0.1, 2, 0.01)


def test_that_stages_take_from_the_sections_what_they_do_not_say(tmp_path: Path) -> None:
    recipe = Recipe.read(write_text(tmp_path / "recipe.toml", STAGES))
    assert recipe.model == ModelFolder(tmp_path / "../base")
    joint, memory, aware = recipe.stages
    assert [stage.kind for stage in recipe.stages] == ["joint", "memory_attention", "memory_aware"]
    assert (joint.schedule.steps, joint.schedule.learning_rate, joint.options.mask_share) == (4, 1e-3, 0.3)
    assert joint.data.files == (tmp_path / "pairs.jsonl",)
    assert (memory.schedule.steps, memory.schedule.learning_rate, memory.options.memory_steps) == (10, 2e-3, 3)
    assert (memory.data.files, memory.data.generator) == ((), "dialogues")
    assert aware.curriculum is not None
    assert recipe.steps == 24


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "joint"', 'kind = "joined"', r"\[stage 1\] kind is 'joined'; known are joint"),
        ('kind = "joint"', "", r"\[stage 1\] kind is None"),
        ("mask_share = 0.3", "mask_share = 3", r"\[stage 1\] mask_share is a share, from 0 to 1"),
        ("mask_share = 0.3", "masks = 3", r"\[stage 1\] has the unknown key 'masks'"),
        ("memory_steps = 3", "memory_steps = 0", r"\[stage 2\] memory_steps must be at least 1"),
        ('generator = "dialogues"', 'generator = "novels"', r"\[stage 2\] generator is 'novels'"),
        ("files = []", "curriculum = {}", r"\[stage 2\] has curriculum, which only .* memory_aware use"),
        ("mask_share = 0.3", "slot_share = 0.5", r"\[stage 1\] has slot_share, which only .* memory_aware use"),
        ("mask_share = 0.3", "asides = 2", r"\[stage 1\] has asides, which only .* memory_aware use"),
        ("memory_steps = 3", "mask_share = 0.3", r"\[stage 2\] has mask_share, which only .* joint or interaction use"),
        ('files = ["pairs.jsonl"]', "files = [3]", r"\[data\] files must be a list of file names"),
        ("turns = [2]", "turns = [0]", r"\[stage 3 curriculum\] turns"),
        ("turns_per_step = 8", "", r"\[stage 1\] lacks turns_per_step"),
        ("turns_per_step = 8", 'turns_per_step = 8\nprecision = "half"', r"precision is 'half'"),
        ('from = "../base"', 'from = "../base"\nlayers = 2', r"\[model\] has 'from', .* other keys"),
        ('from = "../base"', "from = 3", r"\[model\] from must be a text"),
        ("[[stage]]", "[stage]", "cannot be read as TOML|written as"),
    ],
)
def test_that_a_faulty_stage_is_refused_by_its_number_and_key(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in STAGES
    with pytest.raises(RecipeError, match=words):
        Recipe.read(write_text(tmp_path / "recipe.toml", STAGES.replace(old, new)))


UNUSED = [
    *((f"{key} = 1", rf"\[stage 3\] has {key}, which only generated conversations use") for key in OF_GENERATOR),
    ("tagging = 0.4", r"\[stage 3\] has tagging, which only generated conversations use"),
    ("generator_share = 0.5", r"\[stage 3\] has generator_share, which only files and generated .* together use"),
    ('generator = "dialogues"\nfiles = []\ngenerator_share = 0.5', "has generator_share, which only files"),
    ('generator = "dialogues"\ntagging_messages = 1', "has tagging_messages, which only a stage with tagging uses"),
    (
        'generator = "dialogues"\ntagging = 1\ntagging_hidden = 0.1',
        "has tagging_hidden, which only a stage with tagging_m",
    ),
    (
        'generator = "dialogues"\ntagging = 1\ndecoder_only = true',
        "has tagging, which a stage with decoder_only does not",
    ),
    ("decoder_only = true\ngate_learning_rate = 1e-3", "has gate_learning_rate, which a stage with decoder_only does"),
]


@pytest.mark.parametrize(("lines", "words"), UNUSED)
def test_that_a_stage_refuses_what_it_would_not_use(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        Recipe.read(write_text(tmp_path / "recipe.toml", f"{STAGES}\n{lines}\n"))


def test_that_a_recipe_without_stages_refuses_what_it_would_not_use(tmp_path: Path) -> None:
    sections = copy.deepcopy(SECTIONS)
    sections["data"]["generator_share"] = 0.5
    with pytest.raises(RecipeError, match=r"\[data\] has generator_share, which only files"):
        Recipe.read(write(tmp_path / "recipe.toml", sections))
    sections["data"] = {"files": ["pairs.jsonl"], "novelty": 1.5}
    with pytest.raises(RecipeError, match=r"\[data\] has novelty, which only generated conversations use"):
        Recipe.read(write(tmp_path / "recipe.toml", sections))


@pytest.mark.parametrize("key", ["answer_weight", "gate_learning_rate"])
def test_that_a_stage_without_answers_or_gates_refuses_their_settings(tmp_path: Path, key: str) -> None:
    text = STAGES.replace('kind = "joint"', f'kind = "joint"\n{key} = 0.5')
    assert text != STAGES
    with pytest.raises(
        RecipeError, match=rf"\[stage 1\] has {key}, which only stages of the kind .* or memory_aware use"
    ):
        Recipe.read(write_text(tmp_path / "recipe.toml", text))


def test_that_a_model_that_brings_its_tokenizer_needs_nothing_to_learn_one_from(tmp_path: Path) -> None:
    sections = {**copy.deepcopy(SECTIONS), "model": {"from": "somewhere"}}
    with pytest.raises(RecipeError, match=r"has tokenizer_dialogues, and the model that \[model\] names brings its"):
        Recipe.read(write(tmp_path / "recipe.toml", sections))


def test_that_a_recipe_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path / "recipe.toml", SECTIONS)
    expected = Recipe.read(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert Recipe.read(path) == expected


def test_that_every_setting_of_the_generator_is_known_to_be_one() -> None:
    assert set(Settings.__annotations__) <= set(OF_GENERATOR)


def test_that_what_all_stages_share_may_name_what_only_some_of_them_use(tmp_path: Path) -> None:
    text = STAGES.replace("[schedule]", "asides = 2\ngenerator_share = 0.3\n[schedule]")
    joint, _, aware = Recipe.read(write_text(tmp_path / "recipe.toml", text)).stages
    assert (joint.kind, aware.kind, aware.data.asides) == ("joint", "memory_aware", 2.0)


@pytest.mark.parametrize("path", sorted((ROOT / "resources" / "training").glob("*.toml")), ids=lambda path: path.name)
def test_that_the_recipes_of_the_project_can_be_followed(path: Path) -> None:
    recipe = Recipe.read(path)
    match recipe.model:
        case ModelFolder(folder):
            assert (folder / "config.json").is_file()
        case ModelPreset(name):
            ModelConfig.from_json(preset(name))
        case shape:
            ModelConfig.from_json(shape.to_document())
    assert all(file.is_file() for stage in recipe.stages for file in stage.data.files)


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        ("model", "layers", None, r"\[model\] lacks layers"),
        ("model", "layers", 1.5, r"\[model\] layers must be of type int"),
        ("model", "layers", True, r"\[model\] layers must be of type int"),
        ("model", "colour", 1, r"\[model\] has the unknown key 'colour'"),
        ("schedule", "learning_rate", "fast", r"\[schedule\] learning_rate must be of type float"),
        ("schedule", "learning_rate", -1.0, r"\[schedule\] learning_rate .* not negative"),
        ("schedule", "learning_rate", float("nan"), r"\[schedule\] learning_rate"),
        ("schedule", "learning_rate", 10**400, r"\[schedule\] learning_rate must be of type float"),
        ("schedule", "learning_rate", 3.0, r"\[schedule\] learning_rate must be at most 1, not 3.0"),
        ("schedule", "turns_per_step", 10**30, r"\[schedule\] turns_per_step must be at most 1000000"),
        ("schedule", "seed", 2**64, r"\[schedule\] seed must be at most"),
        ("model", "form", "x", r"\[model\] has the unknown key 'form'; known are .*from, .*preset"),
        ("model", "head_dim", 0, r"\[model\] head_dim must be at least 1"),
        ("model", "head_dim", 6, r"\[model\] head_dim must be an even number that divides width, 16, not 6"),
        ("model", "head_dim", 1, r"\[model\] head_dim must be an even number that divides width, 16, not 1"),
        ("model", "width", 18, r"\[model\] head_dim must be an even number that divides width, 18, not 4"),
        ("data", "focus", 1000.0, r"\[data\] focus must be at most 10"),
        ("curriculum", "turns", [2, 10**6], r"\[curriculum\] turns must be at most 1000, not 1000000"),
        ("curriculum", "turns", [], r"\[curriculum\] turns"),
        ("curriculum", "turns", [2, 0], r"\[curriculum\] turns"),
    ],
)
def test_that_a_wrong_value_is_refused_by_section_and_key(
    tmp_path: Path, section: str, key: str, value: Any, words: str
) -> None:
    sections = copy.deepcopy(SECTIONS)
    sections[section][key] = value
    if value is None:
        del sections[section][key]
    text = write(tmp_path / "recipe.toml", sections).read_text("utf-8").replace("True", "true")
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=words):
        Recipe.read(tmp_path / "recipe.toml")


def test_that_sections_are_refused_by_name(tmp_path: Path) -> None:
    sections = copy.deepcopy(SECTIONS)
    with pytest.raises(RecipeError, match=r"unknown section \[extra\]"):
        Recipe.read(write(tmp_path / "more.toml", {**sections, "extra": {}}))
    del sections["data"]
    with pytest.raises(RecipeError, match=r"no section \[data\]"):
        Recipe.read(write(tmp_path / "less.toml", sections))


def test_that_a_stage_in_which_nothing_would_learn_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f"{STAGES}\ndecoder_only = true\ndecoder_held = true\n", encoding="utf-8")
    with pytest.raises(
        RecipeError, match=r"\[stage 3\] has decoder_only and decoder_held, so that nothing would learn"
    ):
        Recipe.read(path)


@pytest.mark.parametrize("text", ["[model", "\udcff", "a = " + "[" * 9999 + "]" * 9999])
def test_that_what_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RecipeError, match="cannot be read as TOML"):
        Recipe.read(tmp_path / "recipe.toml")
