"""Runs of several stages: resumed wherever they were killed, refused where they do not fit, safe on a full disk."""

from __future__ import annotations

import csv
import errno
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch

import rxt
from rxt.config import ModelConfig
from rxt.errors import RxtError
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training import checkpoint as checkpoint_module
from rxt.training.checkpoint import Checkpoint, TrainingError
from rxt.training.corpus import DataError
from rxt.training.log import Log, Progress
from rxt.training.loop import Trainer
from rxt.training.optimizer import rate_share
from rxt.training.recipe import DataPlan, ModelFolder, ModelShape, Recipe, RecipeError, RunPlan, StageOptions, StagePlan
from rxt.training.start import Start, build_stage
from tests.rxt.training.recipes import CURRICULUM, DATA, MODEL

ROOT = Path(__file__).parents[3]

TOML = f"""{MODEL}{DATA}[schedule]
steps = 3
turns_per_step = 6
learning_rate = 1e-2
checkpoint_every_steps = 2
{CURRICULUM}[[stage]]
kind = "joint"
[[stage]]
kind = "interaction"
[[stage]]
kind = "memory_attention"
[[stage]]
kind = "memory_aware"
steps = 300
"""


class Killed(Exception):
    """What ends a run between two steps."""


def losses(recipe: Recipe, out: Path, stop: int) -> list[tuple[int, str, float, float]]:
    """Trains until step `stop`, as if killed there before anything of it was kept; what every step found."""
    seen: list[tuple[int, str, float, float]] = []

    def report(progress: Progress) -> None:
        seen.append((progress.step, progress.kind, progress.loss, progress.norm_rest + progress.norm_memory))
        if progress.step == stop:
            raise Killed

    with pytest.raises(Killed):
        Trainer(recipe, out).run(report)
    return seen


@pytest.fixture
def staged(tmp_path: Path) -> Recipe:
    (tmp_path / "recipe.toml").write_text(TOML, encoding="utf-8")
    return Recipe.read(tmp_path / "recipe.toml")


def test_that_a_run_killed_in_any_stage_goes_on_as_if_never_killed(staged: Recipe, tmp_path: Path) -> None:
    whole = losses(staged, tmp_path / "whole", 13)
    assert [kind for _, kind, _, _ in whole][::3] == [
        "joint", "interaction", "memory_attention", "memory_aware", "memory_aware",
    ]  # fmt: skip
    kept = 0
    for stop in (2, 4, 5, 7, 9, 10, 13):
        again = losses(staged, tmp_path / "killed", stop)
        assert again == whole[kept:stop]
        kept = (stop - 1) // 2 * 2


def test_that_a_run_in_bfloat16_with_muon_goes_on_as_if_never_killed(tmp_path: Path) -> None:
    text = TOML.replace(
        "learning_rate = 1e-2", 'learning_rate = 1e-2\nmuon_learning_rate = 1e-2\nprecision = "bfloat16"'
    )
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    recipe = Recipe.read(tmp_path / "recipe.toml")
    whole = losses(recipe, tmp_path / "whole", 13)
    kept = 0
    for stop in (4, 7, 9, 13):
        assert losses(recipe, tmp_path / "killed", stop) == whole[kept:stop]
        kept = (stop - 1) // 2 * 2


def test_that_a_killed_process_goes_on_as_if_never_killed(staged: Recipe, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rxt", "train", str(tmp_path / "recipe.toml"), "--out", str(tmp_path / "run")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (tmp_path / "run" / "checkpoint.pt").exists() and process.poll() is None:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = int(torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["step"])
    assert kept >= 2
    stop = max(13, kept + 3)
    assert losses(staged, tmp_path / "run", stop) == losses(staged, tmp_path / "whole", stop)[kept:]


def test_that_each_stage_leaves_the_other_parts_as_they_are(staged: Recipe, tmp_path: Path) -> None:
    recipe = replace(staged, stages=staged.stages[2:3])
    before = {name: value.clone() for name, value in Trainer(recipe, tmp_path / "a").model.named_parameters()}
    trainer = Trainer(recipe, tmp_path / "a")
    trainer.run(lambda _: None)
    changed = {
        name.split(".")[0] for name, value in trainer.model.named_parameters() if not torch.equal(value, before[name])
    }
    assert changed == {"memory_attention"}


def test_that_a_stage_of_the_decoder_alone_leaves_how_memories_are_written(recipe: Recipe, tmp_path: Path) -> None:
    (stage,) = recipe.stages
    alone = replace(stage, options=StageOptions(decoder_only=True, tagging=0.4))
    recipe = replace(recipe, stages=(alone,))
    before = {name: value.clone() for name, value in Trainer(recipe, tmp_path).model.named_parameters()}
    trainer = Trainer(recipe, tmp_path)
    assert trainer.stage.extra is None  # nothing is to be learned of the encoder
    seen: list[Progress] = []
    trainer.run(seen.append)
    changed = {name for name, value in trainer.model.named_parameters() if not torch.equal(value, before[name])}
    assert changed == {name for name in before if name.startswith("decoder.")}
    assert all(progress.norm_memory == progress.norm_encoder == 0.0 < progress.norm_rest for progress in seen)


def test_that_a_stage_with_the_decoder_held_changes_only_how_memories_are_written(
    recipe: Recipe, tmp_path: Path
) -> None:
    (stage,) = recipe.stages
    held = replace(stage, options=StageOptions(decoder_held=True, tagging=0.4, slot_share=0.7))
    recipe = replace(recipe, stages=(held,))
    before = {name: value.clone() for name, value in Trainer(recipe, tmp_path).model.named_parameters()}
    trainer = Trainer(recipe, tmp_path)
    seen: list[Progress] = []
    trainer.run(seen.append)
    changed = {name for name, value in trainer.model.named_parameters() if not torch.equal(value, before[name])}
    assert {name.partition(".")[0] for name in changed} == {"encoder", "memory_attention"}
    assert all(progress.norm_rest == 0.0 < progress.norm_encoder for progress in seen)


@pytest.mark.parametrize(("key", "value"), [("residual_gate_type", "linear"), ("norm_type", "positional")])
def test_that_a_share_of_the_slots_is_refused_where_gates_or_norms_take_all_of_them(
    recipe: Recipe, tokenizer_json: str, key: str, value: str
) -> None:
    assert isinstance(recipe.model, ModelShape)
    document = recipe.model.to_document()
    document["memory_attention_config"][key] = value
    start = Start(ReactiveTransformer(ModelConfig.from_json(document)), document, tokenizer_json)
    (stage,) = recipe.stages
    build_stage(start, stage, 0, 1)
    with pytest.raises(RecipeError, match="slot_share must be 1 for this model"):
        build_stage(start, replace(stage, options=StageOptions(slot_share=0.5)), 0, 1)


@pytest.mark.parametrize(("code", "advice"), [(errno.ENOSPC, "Make room"), (errno.EACCES, "Put that right")])
def test_that_a_checkpoint_that_cannot_be_written_stops_the_run_and_the_last_one_is_kept(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, advice: str
) -> None:
    with pytest.raises(Killed):
        Trainer(recipe, tmp_path).run(kill_at(4))
    kept = (tmp_path / "checkpoint.pt").read_bytes()

    def refuse(path: Path, data: bytes) -> None:
        raise OSError(code, os.strerror(code))

    words = rf"step 6 could not be written .*{os.strerror(code)}.* is kept. {advice}"
    with monkeypatch.context() as held:
        held.setattr(checkpoint_module, "write_atomically", refuse)
        with pytest.raises(TrainingError, match=words):
            Trainer(recipe, tmp_path).run(lambda _: None)
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept
    Trainer(recipe, tmp_path).run(lambda _: None)
    assert Trainer(recipe, tmp_path).is_finished


def kill_at(step: int) -> Callable[[Progress], None]:
    """A report that ends the run at a step."""

    def report(progress: Progress) -> None:
        if progress.step == step:
            raise Killed

    return report


def test_that_a_checkpoint_of_another_configuration_is_refused(recipe: Recipe, tmp_path: Path) -> None:
    Trainer(recipe, tmp_path).save()
    kept = (tmp_path / "checkpoint.pt").read_bytes()
    assert not isinstance(recipe.model, ModelFolder)
    wider = replace(recipe, model=replace(recipe.model, feed_forward=24))
    with pytest.raises(TrainingError, match=r"another configuration: .* is \[32\] there and \[48\]"):
        Trainer(wider, tmp_path)
    longer = replace(recipe, model=replace(recipe.model, interaction_length=40))
    with pytest.raises(TrainingError, match="with the same sizes but other heads"):
        Trainer(longer, tmp_path)
    other = replace(recipe, stages=(replace(recipe.stages[0], kind="joint"),))
    with pytest.raises(TrainingError, match="of the kind memory_aware, and this recipe has another there"):
        Trainer(other, tmp_path)
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept


def test_that_a_checkpoint_of_a_version_with_other_kinds_of_facts_is_refused(recipe: Recipe, tmp_path: Path) -> None:
    Trainer(recipe, tmp_path).save()
    path, lesson = tmp_path / "checkpoint.pt", torch.nn.Linear(4, 3)
    state = lesson.state_dict()
    replace(Checkpoint.read(path), extra=state).check_extra(path, lesson)
    fewer = {name: value[:-1] for name, value in state.items()}
    with pytest.raises(TrainingError, match="other kinds of facts"):
        replace(Checkpoint.read(path), extra=fewer).check_extra(path, lesson)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no more", b"\x80\x04nonsense"])
def test_that_a_damaged_checkpoint_is_named_and_kept(recipe: Recipe, tmp_path: Path, content: bytes) -> None:
    Trainer(recipe, tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(content)
    with pytest.raises(TrainingError, match=r"checkpoint\.pt is damaged, or is no checkpoint of a run"):
        Trainer(recipe, tmp_path)
    assert (tmp_path / "checkpoint.pt").read_bytes() == content


def test_that_checkpoints_from_before_there_were_stages_are_resumed(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(Killed):
        Trainer(recipe, tmp_path).run(kill_at(4))
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    early = {key: state[key] for key in ("step", "model", "optimizer", "curriculum")} | {"memory_gradient": 1.0}
    torch.save(early, tmp_path / "checkpoint.pt")
    trainer = Trainer(recipe, tmp_path)
    assert (trainer.step, trainer.stage_step, trainer.place) == (3, 3, 0)
    assert trainer.stage.state() == {"curriculum": early["curriculum"]}


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"query": "Who are you?", "answer": "I am Juniper."}\n' * 3, encoding="utf-8")
    return path


def test_that_training_goes_on_from_any_model_folder(recipe: Recipe, tmp_path: Path, pairs: Path) -> None:
    first = Trainer(recipe, tmp_path / "first")
    first.run(lambda _: None)
    (stage,) = recipe.stages
    data = DataPlan(files=(pairs,), generator="dialogues")
    tuned = Recipe(ModelFolder(tmp_path / "first" / "model"), RunPlan(), (replace(stage, data=data, curriculum=None),))
    trainer = Trainer(tuned, tmp_path / "second")
    assert trainer.model.config.memory.slots == 3
    for name, value in first.model.named_parameters():
        torch.testing.assert_close(dict(trainer.model.named_parameters())[name], value, rtol=1e-3, atol=1e-3)
    trainer.run(lambda _: None)
    before, after = (rxt.load(tmp_path / name / "model") for name in ("first", "second"))
    assert after.tokenizer.sha256 == before.tokenizer.sha256
    assert after.fingerprint != before.fingerprint


def test_that_faults_of_the_data_are_found_before_the_first_step(recipe: Recipe, tmp_path: Path, pairs: Path) -> None:
    (stage,) = recipe.stages
    pairs.write_text('{"query": "Who?"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"pairs\.jsonl, line 1: answer is missing"):
        Trainer(replace(recipe, stages=(replace(stage, data=DataPlan(files=(pairs,))),)), tmp_path / "run")
    for device in ("nonsense", "meta"):
        with pytest.raises(RxtError, match=f"This machine cannot train on the device '{device}'"):
            Trainer(replace(recipe, run=RunPlan(device=device)), tmp_path / "run")


def test_that_bfloat16_leaves_the_weights_in_float32(recipe: Recipe, tmp_path: Path) -> None:
    trainer = Trainer(replace(recipe, run=RunPlan(seed=1, precision="bfloat16")), tmp_path / "half")
    exact = Trainer(recipe, tmp_path / "exact")
    seen = trainer._train_step()
    wanted = exact._train_step()
    assert seen.loss == pytest.approx(wanted.loss, rel=0.02)
    assert {value.dtype for value in trainer.model.parameters()} == {torch.float32}


def test_that_rates_rise_and_fall_within_each_stage(recipe: Recipe) -> None:
    schedule = replace(recipe.stages[0].schedule, steps=100, warm_up_steps=10, final_learning_rate_share=0.1)
    shares = [rate_share(schedule, step) for step in range(101)]
    assert shares[:10] == pytest.approx([0.1 * step for step in range(1, 11)])
    assert shares[10] == 1.0
    assert sorted(shares[10:], reverse=True) == shares[10:]
    assert shares[100] == pytest.approx(0.1)


@pytest.fixture
def progress() -> Progress:
    return Progress(
        step=1, turns=2, loss=3.5, value_accuracy=float("nan"), answer_accuracy=0.5, learning_rate=0.1,
        norm_memory=1.0, norm_encoder=0.0, norm_rest=2.0, write_gate=(0.25,), stage=0, kind="joint",
        masked_accuracy=0.125, kept=(0.5,), step_s=0.01,
    )  # fmt: skip


def test_that_a_row_that_a_full_disk_cut_short_takes_no_other_with_it(progress: Progress, tmp_path: Path) -> None:
    path = tmp_path / "log-1.csv"
    for _ in range(2):
        with Log(tmp_path, 1) as log:
            log.add(progress)
        path.write_bytes(path.read_bytes()[:-20])
    with Log(tmp_path, 1) as log:
        log.add(progress)
    *_, first, second, last = csv.reader(path.read_text("utf-8").splitlines())
    assert len(first) == len(second) < len(last) == len(fields(Progress))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_that_closing_the_log_on_a_full_disk_hides_no_error_that_came_first(progress: Progress, tmp_path: Path) -> None:
    (tmp_path / "log-1.csv").symlink_to("/dev/full")

    def write(then: Callable[[], object]) -> None:
        with Log(tmp_path, 1) as log:
            log.add(progress)
            then()

    def fail() -> None:
        raise RxtError("Make room")

    with pytest.raises(RxtError, match="Make room"):
        write(fail)
    with pytest.raises(OSError, match="No space"):
        write(lambda: None)


def test_that_a_log_has_one_header_and_the_numbers_of_every_step(progress: Progress, tmp_path: Path) -> None:
    for _ in range(2):
        with Log(tmp_path, 1) as log:
            log.add(progress)
    rows = list(csv.DictReader((tmp_path / "log-1.csv").read_text("utf-8").splitlines()))
    assert [row["loss"] for row in rows] == ["3.5", "3.5"]
    assert json.loads(rows[0]["write_gate"].replace("(", "[").replace(",)", "]")) == [0.25]
    scalars = dict(progress.scalars())
    assert scalars["write_gate/layer_0"] == 0.25
    assert scalars["joint/masked_accuracy"] == 0.125
    assert "joint/value_accuracy" not in scalars


def test_that_a_run_shows_in_tensorboard_where_it_is_installed(recipe: Recipe, tmp_path: Path) -> None:
    Trainer(recipe, tmp_path).run(lambda _: None)
    (events,) = (tmp_path / "events").iterdir()
    assert b"write_gate/layer_1" in events.read_bytes()


def test_that_a_run_without_tensorboard_keeps_its_numbers_all_the_same(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    Trainer(recipe, tmp_path).run(lambda _: None)
    assert not (tmp_path / "events").exists()
    assert len((tmp_path / "log-0.csv").read_text("utf-8").splitlines()) == recipe.stages[0].schedule.steps + 1


def test_that_stage_plans_without_a_curriculum_use_the_data_as_it_is(recipe: Recipe, tmp_path: Path) -> None:
    (stage,) = recipe.stages
    plan: StagePlan = replace(stage, curriculum=None)
    trainer = Trainer(replace(recipe, stages=(plan,)), tmp_path)
    assert trainer.curriculum is None
    assert trainer._train_step().turns == 8


@pytest.mark.parametrize("asked_by", ["asides", "recitals", "mistakes", "acknowledgements"])
def test_that_asides_reach_the_stage_whose_memory_is_asked_and_no_other(
    recipe: Recipe, tmp_path: Path, asked_by: str
) -> None:
    (stage,) = recipe.stages
    asked = replace(stage, data=replace(stage.data, **{asked_by: 1.0}))
    for kind, wanted in (("memory_aware", True), ("memory_attention", False)):
        plan = replace(asked, kind=kind, curriculum=stage.curriculum if wanted else None)
        trainer = Trainer(replace(recipe, stages=(plan,)), tmp_path / kind)
        drawn = trainer.stage.maker.source.dialogues(8, 10, random.Random(1))  # type: ignore[attr-defined]
        assert any(dialogue.asides for dialogue in drawn) == wanted


def test_that_what_computes_in_bfloat16_follows_what_learns_in_float32(recipe: Recipe, tmp_path: Path) -> None:
    trainer = Trainer(replace(recipe, run=RunPlan(seed=1, precision="bfloat16")), tmp_path)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    trainer._train_step()
    computing = trainer._computing.model.state_dict()
    learning = trainer.model.state_dict()
    assert all(torch.equal(computing[name], value.bfloat16()) for name, value in learning.items())
    assert any(not torch.equal(value, before[name]) for name, value in learning.items())
    assert all(value.grad is None for value in trainer._computing.model.parameters())


def test_that_every_layer_is_compiled_where_the_recipe_says_so(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    # Compiling takes most of a minute: that it is asked for is enough here.
    monkeypatch.setattr(torch.nn.Module, "compile", lambda part, **_: compiled.append(type(part).__name__))
    Trainer(recipe, tmp_path / "plain")
    assert compiled == []
    monkeypatch.setattr("rxt.training.start.shutil.which", lambda name: None)
    with pytest.raises(RxtError, match=r"compile = true needs a C\+\+ compiler"):
        Trainer(replace(recipe, run=RunPlan(compile=True)), tmp_path / "none")
    monkeypatch.setattr("rxt.training.start.shutil.which", lambda name: name)
    Trainer(replace(recipe, run=RunPlan(compile=True)), tmp_path / "compiled")
    assert sorted(set(compiled)) == ["DecoderLayer", "EncoderLayer", "MemoryAttention"]
    assert len(compiled) == 2 * 2 + 1
