"""What a changed recipe does to a run that was begun before: it acts, is said to have no effect, or is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from rxt.cli import main
from rxt.training.loop import Trainer, TrainingError
from rxt.training.recipe import ModelFolder, ModelPreset, Recipe
from rxt.training.recipe_record import RecipeRecord
from tests.rxt.training.test_folder import SMALL, contents

OTHER = {"layers = 1": "layers = 2", "gate_init = 0.5": "gate_init = 0.7", "dialogues = 5": "dialogues = 6"}
STAGES = '[[stage]]\nkind = "joint"\n[[stage]]\nkind = "interaction"\n'
BEGUN = "a" * 64


def read(path: Path, text: str) -> Recipe:
    path.write_text(text, encoding="utf-8")
    return Recipe.read(path)


def written(out: Path, recipe: Recipe, origin: str | None = None) -> None:
    """As a run leaves it."""
    out.mkdir(exist_ok=True)
    RecipeRecord(out, recipe, origin, goes_on=False).write()


def later(out: Path, recipe: Recipe, origin: str | None = None) -> RecipeRecord:
    return RecipeRecord(out, recipe, origin, goes_on=True)


@pytest.mark.parametrize(("old", "new"), OTHER.items())
def test_that_a_recipe_of_another_model_or_tokenizer_is_refused_by_key_and_values_and_changes_nothing(
    tmp_path: Path, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, out = tmp_path / "recipe.toml", tmp_path / "run"
    recipe.write_text(SMALL, encoding="utf-8")
    command = ["train", str(recipe), "--out", str(out)]
    assert main(command) == 0
    before = contents(out)
    recipe.write_text(SMALL.replace(old, new).replace("steps = 1\n", "steps = 2\n"), encoding="utf-8")
    capsys.readouterr()
    assert main(command) == 1
    said = capsys.readouterr().err
    key, value = new.split(" = ")
    assert f"{key} is {value} in this recipe and {old.split(' = ')[1]} in the one that" in said
    assert "Nothing was changed: put it back, or name another folder with --out." in said
    assert contents(out) == before


def test_that_another_way_to_name_a_model_is_another_model(recipe: Recipe, tmp_path: Path) -> None:
    written(tmp_path, recipe)
    for model, words in (
        (ModelFolder(tmp_path / "model"), r"\[model\] from is '.*model' in this recipe and not given in"),
        (ModelPreset("rxt-beta-micro"), r"\[model\] preset is 'rxt-beta-micro' in this recipe and not given in"),
    ):
        with pytest.raises(TrainingError, match=words):
            later(tmp_path, replace(recipe, model=model), BEGUN).check()


def test_that_a_model_folder_may_lie_elsewhere_but_hold_no_other_model(recipe: Recipe, tmp_path: Path) -> None:
    here, there = (replace(recipe, model=ModelFolder(tmp_path / name)) for name in ("here", "there"))
    written(tmp_path, here, BEGUN)
    later(tmp_path, there, BEGUN).check()
    assert not [*later(tmp_path, there, BEGUN).notes(0)]
    with pytest.raises(TrainingError, match=r"\[model\] from is '.*there' in this recipe and '.*here' in the one"):
        later(tmp_path, there, "b" * 64).check()


def test_that_a_model_that_was_replaced_in_its_folder_is_said_to_have_no_effect(recipe: Recipe, tmp_path: Path) -> None:
    Trainer(recipe, tmp_path / "base").run(lambda _: None)
    folder = tmp_path / "base" / "model"
    tuned = replace(recipe, model=ModelFolder(folder))
    Trainer(tuned, tmp_path / "run").run(lambda _: None)
    assert Trainer(tuned, tmp_path / "run").notes() == []
    shutil.copyfile(tmp_path / "run" / "model" / "model.safetensors", folder / "model.safetensors")
    trainer = Trainer(tuned, tmp_path / "run")
    (note,) = trainer.notes()
    assert note.startswith(f"The model in {folder.resolve()} is no longer the one that this run began with.")
    began_with = json.loads((tmp_path / "run" / "recipe.json").read_text("utf-8"))["began_with"]
    (stage,) = tuned.stages
    longer = replace(tuned, stages=(replace(stage, schedule=replace(stage.schedule, steps=7)),))
    Trainer(longer, tmp_path / "run").run(lambda _: None)
    assert json.loads((tmp_path / "run" / "recipe.json").read_text("utf-8"))["began_with"] == began_with


def test_that_what_early_versions_did_not_write_is_said_and_refuses_no_run(recipe: Recipe, tmp_path: Path) -> None:
    here, there = (replace(recipe, model=ModelFolder(tmp_path / name)) for name in ("here", "there"))
    written(tmp_path, here, BEGUN)
    values = json.loads((tmp_path / "recipe.json").read_text("utf-8"))
    del values["began_with"]
    (tmp_path / "recipe.json").write_text(json.dumps(values), encoding="utf-8")
    record = later(tmp_path, there, BEGUN)
    record.check()
    assert record.changes(0) == []
    (note,) = record.notes(0)
    assert "the former one with that in" in note
    assert "The run goes on with what it has learned" in note
    assert not [*later(tmp_path, here, BEGUN).notes(0)]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": 3, "stages": {"data": 1}, "run": []}', "[" * 99999])
def test_that_a_damaged_record_ends_no_run(recipe: Recipe, tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.json").write_text(text, encoding="utf-8")
    record = later(tmp_path, recipe)
    record.check()
    assert isinstance(record.changes(1), list)
    assert isinstance([*record.notes(1)], list)
    record.write()
    assert later(tmp_path, recipe).changes(0) == []


def test_that_the_same_recipe_by_another_path_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[model]\nfrom = "../base"\n[data]\nfiles = ["../pairs.jsonl"]\n' + SMALL[SMALL.index("[schedule]") :]
    for name in ("recipes", "elsewhere", "out"):
        (tmp_path / name).mkdir()
    read(tmp_path / "recipes" / "recipe.toml", text)
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "out", Recipe.read(Path("recipes/recipe.toml")))
    for folder, path in (("elsewhere", Path("../recipes/recipe.toml")), (".", tmp_path / "recipes" / "recipe.toml")):
        monkeypatch.chdir(tmp_path / folder)
        record = later(tmp_path / "out", Recipe.read(path))
        record.check()
        assert (record.changes(0), [*record.notes(0)]) == ([], [])


def test_that_stages_that_are_over_count_no_steps_that_will_not_be_trained_and_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "recipe.toml", tmp_path / "run"
    text = SMALL + STAGES
    assert read(path, text).steps == 2
    assert main(["train", str(path), "--out", str(out)]) == 0
    longer = read(path, text.replace('"joint"\n', '"joint"\nsteps = 50\n') + "steps = 3\n")
    trainer = Trainer(longer, out)
    assert (trainer.step, trainer.last_step, longer.steps) == (2, 4, 53)
    assert trainer.changes() == ["stages.1.schedule.steps"]
    capsys.readouterr()
    assert main(["train", str(path), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "Of stages that are over, it changes nothing any more: stages.0.schedule.steps." in said.out
    assert "after 4 steps." in said.out
    assert "4/4" in said.err
