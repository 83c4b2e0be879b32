"""What a stage leaves is the mean of the weights over its last steps, where the recipe says so."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor

import rxt
from rxt.training.loop import Progress, Trainer
from rxt.training.recipe import Recipe


class Killed(Exception):
    """What ends a run between two steps."""


def with_share(recipe: Recipe, share: float) -> Recipe:
    stages = tuple(
        dataclasses.replace(stage, schedule=dataclasses.replace(stage.schedule, averaged_share=share))
        for stage in recipe.stages
    )
    return dataclasses.replace(recipe, stages=stages)


def weights(trainer: Trainer) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in trainer.model.named_parameters()}


def weights_of_steps(recipe: Recipe, out: Path) -> list[dict[str, Tensor]]:
    trainer = Trainer(recipe, out)
    seen: list[dict[str, Tensor]] = []
    trainer.run(lambda _: seen.append(weights(trainer)))
    return seen


def saved(out: Path) -> dict[str, Tensor]:
    return dict(rxt.load(out / "model").named_parameters())


@pytest.mark.parametrize(("share", "count"), [(0.5, 3), (1.0, 6), (0.2, 1)])
def test_that_what_is_saved_is_the_mean_of_the_last_steps(
    recipe: Recipe, tmp_path: Path, share: float, count: int
) -> None:
    seen = weights_of_steps(with_share(recipe, share), tmp_path)
    assert len(seen) == 6
    for name, value in saved(tmp_path).items():
        expected = torch.stack([step[name] for step in seen[-count:]]).mean(dim=0)
        torch.testing.assert_close(value, expected, rtol=1e-3, atol=1e-4)  # saved in float16
    assert any(not torch.equal(seen[-1][name], seen[-2][name]) for name in seen[-1])


def test_that_the_mean_does_not_touch_what_learns(recipe: Recipe, tmp_path: Path) -> None:
    plain = weights_of_steps(recipe, tmp_path / "plain")
    averaged = weights_of_steps(with_share(recipe, 0.5), tmp_path / "averaged")
    for before, after in zip(plain, averaged, strict=True):
        assert all(torch.equal(value, after[name]) for name, value in before.items())
    last = saved(tmp_path / "plain")
    assert all(torch.equal(value.half(), last[name].half()) for name, value in plain[-1].items())


def test_that_a_killed_run_goes_on_with_its_mean(recipe: Recipe, tmp_path: Path) -> None:
    recipe = with_share(recipe, 1.0)
    weights_of_steps(recipe, tmp_path / "whole")

    def report(progress: Progress) -> None:
        if progress.step > 4:
            raise Killed

    with pytest.raises(Killed):
        Trainer(recipe, tmp_path / "killed").run(report)
    Trainer(recipe, tmp_path / "killed").run(lambda _: None)
    whole, killed = saved(tmp_path / "whole"), saved(tmp_path / "killed")
    assert all(torch.equal(value, killed[name]) for name, value in whole.items())


def test_that_a_mean_that_a_changed_recipe_begins_only_later_is_left_out(recipe: Recipe, tmp_path: Path) -> None:
    weights_of_steps(with_share(recipe, 0.5), tmp_path)
    (stage,) = recipe.stages
    longer = dataclasses.replace(
        recipe, stages=(dataclasses.replace(stage, schedule=dataclasses.replace(stage.schedule, steps=8)),)
    )
    seen = weights_of_steps(with_share(longer, 0.0), tmp_path)
    assert len(seen) == 2
    last = saved(tmp_path)
    assert all(torch.equal(value.half(), last[name].half()) for name, value in seen[-1].items())


def test_that_the_next_stage_begins_with_the_mean(recipe: Recipe, tmp_path: Path) -> None:
    (stage,) = recipe.stages
    still = dataclasses.replace(
        stage, schedule=dataclasses.replace(stage.schedule, steps=1, learning_rate=0.0, gate_learning_rate=0.0)
    )
    first = with_share(recipe, 0.5).stages[0]
    seen = weights_of_steps(dataclasses.replace(recipe, stages=(first, still)), tmp_path)
    assert len(seen) == 7
    for name, value in seen[-1].items():
        torch.testing.assert_close(value, torch.stack([step[name] for step in seen[3:6]]).mean(dim=0))
