"""The optimizer: a resumed run follows its recipe."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from rxt.training.optimizer import build_optimizer, restore_optimizer
from rxt.training.recipe import Schedule

SCHEDULE = Schedule(steps=10, turns_per_step=8, learning_rate=1e-2, gate_learning_rate=2e-2, weight_decay=0.1)


def parameters() -> list[tuple[str, nn.Parameter]]:
    return [(name, nn.Parameter(torch.ones(2, 2))) for name in ("write_gate.weight", "fc1.weight", "fc1.bias")]


def stepped(named: list[tuple[str, nn.Parameter]]) -> torch.optim.AdamW:
    """An optimizer that has made one step."""
    optimizer = build_optimizer(named, SCHEDULE)
    for _, parameter in named:
        parameter.grad = torch.full((2, 2), 3.0)
    optimizer.step()
    return optimizer


def test_that_every_part_of_a_gate_is_trained_at_the_gates_rate() -> None:
    names = ("write_gate.weight", "write_gate.bias", "write_gate.status_weight", "write_gate.status_bias")
    gates = [(name, nn.Parameter(torch.ones(2, 2))) for name in names]
    groups = build_optimizer([*gates, *parameters()[1:]], SCHEDULE).param_groups
    assert all(found is given for found, (_, given) in zip(groups[0]["params"], gates, strict=True))
    assert groups[0]["peak"] == 2e-2


def test_that_a_resumed_run_takes_the_rates_of_its_recipe_and_the_moments_of_its_checkpoint() -> None:
    named = parameters()
    before = stepped(named)
    state = before.state_dict()

    changed = replace(SCHEDULE, learning_rate=5e-3, gate_learning_rate=1e-3, weight_decay=0.2)
    after = build_optimizer(parameters(), changed)
    restore_optimizer(after, state)
    assert [group["peak"] for group in after.param_groups] == [1e-3, 5e-3, 5e-3]
    assert [group["weight_decay"] for group in after.param_groups] == [0.0, 0.2, 0.0]
    moments = [after.state[group["params"][0]]["exp_avg"] for group in after.param_groups]
    assert all(
        torch.equal(moment, before.state[parameter]["exp_avg"])
        for moment, (_, parameter) in zip(moments, named, strict=True)
    )


def test_that_a_run_begun_before_steps_were_fused_goes_on_with_fused_steps() -> None:
    state = stepped(parameters()).state_dict()
    for group in state["param_groups"]:
        group["fused"] = None
    later = parameters()
    after = build_optimizer(later, SCHEDULE)
    restore_optimizer(after, state)
    assert all(group["fused"] for group in after.param_groups)
    for _, parameter in later:
        parameter.grad = torch.full((2, 2), 3.0)
    after.step()
    assert all(bool((parameter < 1).all()) for _, parameter in later)
