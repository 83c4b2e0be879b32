"""What a run finds in its folder: its own things, with which it goes on, or others, which it leaves as they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rxt.cli import main
from rxt.training.corpus import DataError
from rxt.training.folder import LOCK, held
from rxt.training.loop import Trainer, TrainingError
from rxt.training.recipe import DataPlan, ModelFolder, Recipe, RecipeError

NAME = '{"query": "Who are you?", "answer": "I am Juniper."}\n'

SMALL = (
    "[model]\nlayers = 1\nwidth = 8\nhead_dim = 4\nquery_heads = 1\nkv_heads = 1\nslots = 2\nfeed_forward = 8\n"
    "vocabulary = 300\ninteraction_length = 48\ngate_init = 0.5\n[data]\ntokenizer_dialogues = 5\n[schedule]\n"
    "steps = 1\nturns_per_step = 2\nlearning_rate = 1e-3\n"
)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def with_files(recipe: Recipe, *files: Path) -> Recipe:
    return replace(recipe, stages=(replace(recipe.stages[0], data=DataPlan(files=files)),))


def with_steps(recipe: Recipe, steps: int) -> Recipe:
    (stage,) = recipe.stages
    return replace(recipe, stages=(replace(stage, schedule=replace(stage.schedule, steps=steps)),))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text(NAME * 3, encoding="utf-8")
    return path


def test_that_the_run_of_a_model_with_another_tokenizer_is_refused(recipe: Recipe, pairs: Path, tmp_path: Path) -> None:
    for name, first in (("one", recipe), ("other", with_files(recipe, pairs))):
        Trainer(first, tmp_path / name).run(lambda _: None)
    one, other = (replace(recipe, model=ModelFolder(tmp_path / name / "model")) for name in ("one", "other"))
    Trainer(one, tmp_path / "run").run(lambda _: None)
    before = contents(tmp_path / "run")
    with pytest.raises(TrainingError, match=r"from is .*other.* in this recipe and .*one"):
        Trainer(other, tmp_path / "run")
    assert contents(tmp_path / "run") == before
    (tmp_path / "run" / "recipe.json").unlink()  # as of a run that was killed before it was written
    del before["recipe.json"]
    with pytest.raises(TrainingError, match="belongs to a model with another tokenizer"):
        Trainer(other, tmp_path / "run")
    assert contents(tmp_path / "run") == before


def test_that_a_lost_tokenizer_is_not_replaced_by_a_new_one(recipe: Recipe, tmp_path: Path) -> None:
    Trainer(recipe, tmp_path).run(lambda _: None)
    (tmp_path / "tokenizer.json").unlink()
    before = contents(tmp_path)
    with pytest.raises(RecipeError, match=r"tokenizer\.json is missing, with which the checkpoint .* was trained"):
        Trainer(recipe, tmp_path)
    assert contents(tmp_path) == before
    (tmp_path / "tokenizer.json").write_bytes((tmp_path / "model" / "tokenizer.json").read_bytes())
    assert Trainer(recipe, tmp_path).is_finished


def test_that_the_tokenizer_of_a_refused_run_is_not_used(recipe: Recipe, pairs: Path, tmp_path: Path) -> None:
    recipe, long = with_files(recipe, pairs), '{"query": "' + "Who are you? " * 60 + '", "answer": "Nobody."}\n'
    pairs.write_text(NAME + long, encoding="utf-8")
    with pytest.raises(DataError, match="line 2, turn 1: the query has"):
        Trainer(recipe, tmp_path / "run")
    pairs.write_text(NAME * 40, encoding="utf-8")
    Trainer(recipe, tmp_path / "run")
    Trainer(recipe, tmp_path / "anew")
    assert contents(tmp_path / "run") == contents(tmp_path / "anew")


def test_that_a_model_without_its_checkpoint_is_not_written_over(recipe: Recipe, tmp_path: Path) -> None:
    Trainer(recipe, tmp_path).run(lambda _: None)
    (tmp_path / "checkpoint.pt").unlink()
    before = contents(tmp_path)
    with pytest.raises(TrainingError, match=r"model is there already, and no checkpoint .* Nothing was changed"):
        Trainer(recipe, tmp_path)
    assert contents(tmp_path) == before


def test_that_what_a_killed_write_has_left_is_removed(recipe: Recipe, tmp_path: Path) -> None:
    Trainer(recipe, tmp_path).save()
    before = contents(tmp_path)
    left = (
        tmp_path / ".checkpoint.pt.0123456789abcdef.tmp",
        tmp_path / "model" / ".model.safetensors.0123456789abcdef.tmp",
    )
    for path in (*left, tmp_path / ".checkpoint.pt.mine.tmp"):
        path.write_bytes(b"half")
    Trainer(recipe, tmp_path)
    assert contents(tmp_path) == before | {".checkpoint.pt.mine.tmp": b"half"}


def test_that_a_folder_that_cannot_be_written_to_is_named(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"Nothing can be written to the folder .*file"):
        Trainer(recipe, tmp_path / "file")
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_that_a_missing_model_folder_is_named_and_not_looked_for_on_the_net(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"\[model\] from: there is no folder .*grown"):
        Trainer(replace(recipe, model=ModelFolder(tmp_path / "grown")), tmp_path / "run")


def test_that_a_recipe_says_what_it_changes_and_a_finished_run_keeps_its_own(recipe: Recipe, tmp_path: Path) -> None:
    assert Trainer(recipe, tmp_path).changes() == []
    Trainer(recipe, tmp_path).run(lambda _: None)
    before = json.loads((tmp_path / "recipe.json").read_text("utf-8"))
    assert Trainer(recipe, tmp_path).changes() == []
    other = replace(recipe, run=replace(recipe.run, seed=9), stages=(replace(recipe.stages[0], curriculum=None),))
    finished = Trainer(other, tmp_path)
    assert finished.is_finished
    assert {"run.seed", "stages.0.curriculum.turns"} <= set(finished.changes())
    finished.run(lambda _: None)
    assert json.loads((tmp_path / "recipe.json").read_text("utf-8")) == before
    longer = Trainer(with_steps(recipe, 7), tmp_path)
    assert longer.changes() == ["stages.0.schedule.steps"]
    longer.run(lambda _: None)
    assert Trainer(with_steps(recipe, 7), tmp_path).changes() == []


def test_that_ctrl_c_says_what_is_kept_and_whether_the_run_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(SMALL, encoding="utf-8")

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "run", interrupted)
    command = ["train", str(recipe), "--out", str(tmp_path / "run")]
    assert main(command) == 130
    assert "there is no checkpoint yet. The same command begins anew." in capsys.readouterr().out
    Trainer(Recipe.read(recipe), tmp_path / "run").save()
    assert main(command) == 130
    assert "the last checkpoint is kept. The same command goes on from it." in capsys.readouterr().out
    monkeypatch.setattr("rxt.training.loop.begin", interrupted)
    assert main(["train", str(recipe), "--out", str(tmp_path / "other")]) == 130
    assert capsys.readouterr().err.endswith("rxt: stopped.\n")


def test_that_the_terminal_says_that_nothing_is_left_to_do_and_what_the_recipe_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, out = tmp_path / "recipe.toml", tmp_path / "run"
    recipe.write_text(SMALL, encoding="utf-8")
    assert main(["train", str(recipe), "--out", str(out)]) == 0
    assert "Going on" not in capsys.readouterr().out
    recipe.write_text(SMALL + "seed = 4\n", encoding="utf-8")
    assert main(["train", str(recipe), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "is trained to the end of this recipe, step 1: nothing is left to do" in said
    assert "says otherwise than the one used so far: run.seed." in said
    recipe.write_text(SMALL.replace("steps = 1\n", "steps = 2\n"), encoding="utf-8")
    assert main(["train", str(recipe), "--out", str(out)]) == 0
    assert f"Going on in {out} after step 1." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "model.safetensors.index.json"])
def test_that_the_tokenizer_of_a_model_is_not_replaced(recipe: Recipe, tmp_path: Path, name: str) -> None:
    for file in (name, "tokenizer.json"):
        (tmp_path / file).write_text("mine", encoding="utf-8")
    with pytest.raises(TrainingError, match=rf"holds a model \({name}\).* Nothing was changed"):
        Trainer(recipe, tmp_path)
    assert contents(tmp_path) == {name: b"mine", "tokenizer.json": b"mine"}


def test_that_a_second_training_in_a_folder_is_refused_until_the_first_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, out = tmp_path / "recipe.toml", tmp_path / "run"
    recipe.write_text(SMALL, encoding="utf-8")
    command = ["train", str(recipe), "--out", str(out)]
    with held(out):
        assert main(command) == 1
        assert "Another training is running" in (said := capsys.readouterr().err)
        assert "--out" in said
    assert contents(out) == {}

    def broken(*_arguments: object) -> None:
        raise TrainingError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "run", broken)
        assert main(command) == 1
    assert main(command) == 0
    assert not (out / LOCK).exists()


def test_that_the_file_a_killed_training_has_left_locks_nobody_out(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    with held(tmp_path):
        pass
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:119] DefaultCPUAllocator: can't allocate memory: you tried"),
        MemoryError(),
    ],
)
def test_that_too_little_memory_ends_a_run_with_what_is_kept_and_what_to_lower(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def too_large(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(Trainer, "_train_step", too_large)
    words = r"cpu ran out of memory at step 0 in .*there is no checkpoint yet\. Lower turns_per_step"
    with pytest.raises(TrainingError, match=words):
        Trainer(recipe, tmp_path).run(lambda _: None)


def test_that_another_fault_of_a_step_stays_what_it_is(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(Trainer, "_train_step", broken)
    with pytest.raises(RuntimeError, match="shapes differ"):
        Trainer(recipe, tmp_path).run(lambda _: None)
