"""A run of training: the same every time, also when it was killed in between; a bad step spoils no checkpoint."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest
import torch

import rxt
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.initialise import initialise
from rxt.training.loop import CLIP, Progress, Trainer, TrainingError
from rxt.training.material import Material
from rxt.training.optimizer import rate_share
from rxt.training.recipe import Recipe, RunPlan, Schedule
from rxt.training.stage import StageResult


class Killed(Exception):
    """What ends a run between two steps."""


def run(recipe: Recipe, out: Path, steps: int) -> list[Progress]:
    """Trains to a step of the same schedule, as if the run was killed there."""
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        if progress.step > steps:
            raise Killed
        seen.append(progress)

    with contextlib.suppress(Killed):
        Trainer(recipe, out).run(report)
    return seen


def plain(progress: list[Progress]) -> list[list[Any]]:
    """Values that can be compared: not a number as a word, without the clock."""
    rows = [dataclasses.astuple(dataclasses.replace(step, step_s=0.0)) for step in progress]
    return [["nan" if isinstance(v, float) and math.isnan(v) else v for v in row] for row in rows]


def test_that_a_killed_run_goes_on_as_if_never_killed(recipe: Recipe, tmp_path: Path) -> None:
    whole = plain(run(recipe, tmp_path / "whole", 6))
    assert [row[0] for row in whole] == [1, 2, 3, 4, 5, 6]
    first = plain(run(recipe, tmp_path / "killed", 5))
    rest = plain(run(recipe, tmp_path / "killed", 6))
    assert first == whole[:5]
    assert rest == whole[3:]


def test_that_a_run_ends_with_a_model_folder_that_opens_and_answers(recipe: Recipe, tmp_path: Path) -> None:
    seen: list[Progress] = []
    Trainer(recipe, tmp_path).run(seen.append)
    assert len(seen) == recipe.steps
    header, *rows = (tmp_path / "log-0.csv").read_text("utf-8").splitlines()
    assert header.startswith("step,turns,loss,")
    assert [row.split(",")[0] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    model = rxt.load(tmp_path / "model")
    session = rxt.Session(model, sampling=rxt.Sampling(max_tokens=4))
    assert type(list(session.ask("Hi."))[-1]).__name__ == "MemoryWritten"
    assert Trainer(recipe, tmp_path).is_finished


@pytest.mark.parametrize("place", ["loss", "gradient"])
def test_that_a_step_that_is_not_finite_stops_before_the_weights_and_the_checkpoint(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    run(recipe, tmp_path, 3)
    kept = (tmp_path / "checkpoint.pt").read_bytes()
    trainer = Trainer(recipe, tmp_path)
    head = trainer.model.decoder.head
    if place == "loss":
        monkeypatch.setattr(head, "forward", lambda x: torch.full((len(x), 320), torch.nan, requires_grad=True))
    else:
        head.bias.register_hook(lambda gradient: gradient * torch.nan)
    before = {name: value.clone() for name, value in trainer.model.named_parameters()}
    with pytest.raises(TrainingError, match=r"not finite at step 3 .*the last checkpoint is kept"):
        trainer.run(lambda _: None)
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept
    assert all(torch.equal(value, before[name]) for name, value in trainer.model.named_parameters())


def test_that_compiled_layers_are_suspected_first_where_the_first_step_is_not_finite(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.nn.Module, "compile", lambda *_, **__: None)
    monkeypatch.setattr("rxt.training.loop.check_compiler", lambda: None)
    compiled = dataclasses.replace(recipe, run=RunPlan(compile=True))
    trainer = Trainer(compiled, tmp_path)

    def fail_at(step: int) -> None:
        if step == trainer.step:
            trainer.model.decoder.head.bias.register_hook(lambda gradient: gradient * torch.nan)

    with pytest.raises(
        TrainingError, match=r"not finite at step 2 .* Lower learning_rate, or leave compile = true out"
    ):
        trainer.run(lambda _: fail_at(2))
    trainer = Trainer(compiled, tmp_path / "new")
    fail_at(0)
    with pytest.raises(TrainingError, match=r"not finite at step 0 .* Leave compile = true out"):
        trainer.run(lambda _: None)


def test_that_every_step_is_made_at_the_rates_of_its_stage(recipe: Recipe, tmp_path: Path) -> None:
    (stage,) = recipe.stages
    first = dataclasses.replace(stage.schedule, steps=4, learning_rate=2e-3, gate_learning_rate=3e-2)
    second = dataclasses.replace(first, steps=3, gate_learning_rate=4e-2, muon_learning_rate=5e-3, warm_up_steps=1)
    plans = [dataclasses.replace(stage, schedule=schedule) for schedule in (first, second)]
    trainer = Trainer(dataclasses.replace(recipe, stages=tuple(plans)), tmp_path)
    found: list[tuple[list[float], float]] = []
    trainer.run(
        lambda told: found.append(([group["lr"] for group in trainer.optimizer.param_groups], told.learning_rate))
    )
    expected = [
        *[([rate * share for rate in (3e-2, 2e-3, 2e-3)], 2e-3 * share) for share in shares(first)],
        *[([rate * share for rate in (4e-2, 2e-3, 2e-3, 5e-3)], 2e-3 * share) for share in shares(second)],
    ]
    assert found == expected


def shares(schedule: Schedule) -> list[float]:
    """Of the highest rate, step by step of a stage."""
    return [rate_share(schedule, step) for step in range(schedule.steps)]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_that_a_gradient_is_clipped_part_by_part_before_a_step(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    trainer = Trainer(dataclasses.replace(recipe, run=RunPlan(seed=1, precision=precision)), tmp_path)
    loss, stepped = trainer.stage.loss, trainer.optimizer.step
    found: dict[str, float] = {}

    def steep(material: Material) -> StageResult:
        result = loss(material)
        return dataclasses.replace(result, loss=1e4 * result.loss)

    def measured() -> None:
        for name, modules in trainer.stage.groups.items():
            values = trainer._computing.twins(value for module in modules for value in module.parameters())
            grads = [value.grad.flatten() for value in values if value.grad is not None]
            found[name] = float(torch.cat(grads).norm())
        stepped()

    monkeypatch.setattr(trainer.stage, "loss", steep)
    monkeypatch.setattr(trainer.optimizer, "step", measured)
    progress = trainer._train_step()
    assert found == pytest.approx(CLIP, rel=1e-3)
    assert min(progress.norm_memory, progress.norm_encoder, progress.norm_rest) > 10 * max(CLIP.values())


def test_that_a_run_needs_no_unsafe_checkpoint(recipe: Recipe, tmp_path: Path) -> None:
    run(recipe, tmp_path, 3)
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"] == 3


def test_that_initial_weights_depend_on_the_seed_alone(new_model: ReactiveTransformer) -> None:
    again, other = (ReactiveTransformer(new_model.config) for _ in range(2))
    torch.rand(3)
    initialise(again, seed=0)
    initialise(other, seed=1, gate=0.25)
    for name, value in new_model.named_parameters():
        assert torch.equal(dict(again.named_parameters())[name], value), name
        assert bool(torch.isfinite(value).all()), name
    assert not torch.equal(other.embedding.weight, new_model.embedding.weight)
    assert other.memory_attention.write_gate.weight is not None
    assert set(other.memory_attention.write_gate.weight.flatten().tolist()) == {0.25}


def test_that_a_run_is_the_same_with_workers(recipe: Recipe, tmp_path: Path) -> None:
    helped = dataclasses.replace(recipe, run=dataclasses.replace(recipe.run, workers=1))
    assert plain(run(helped, tmp_path / "helped", 4)) == plain(run(recipe, tmp_path / "alone", 4))
