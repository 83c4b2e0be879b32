"""The optimizer: a resumed run follows its recipe."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from rxt.training.optimizer import Optimizer, build_optimizer, restore_optimizer, set_rates
from rxt.training.recipe import Schedule

SCHEDULE = Schedule(steps=10, turns_per_step=8, learning_rate=1e-2, gate_learning_rate=2e-2, weight_decay=0.1)


def parameters() -> list[tuple[str, nn.Parameter]]:
    return [(name, nn.Parameter(torch.ones(2, 2))) for name in ("write_gate.weight", "fc1.weight", "fc1.bias")]


def stepped(named: list[tuple[str, nn.Parameter]]) -> Optimizer:
    """An optimizer that has made one step."""
    optimizer = build_optimizer(named, SCHEDULE)
    for _, parameter in named:
        parameter.grad = torch.full((2, 2), 3.0)
    optimizer.step()
    return optimizer


def test_that_every_part_of_a_gate_is_trained_at_the_gates_rate() -> None:
    names = ("write_gate.weight", "write_gate.bias", "write_gate.status_weight", "write_gate.status_bias")
    gates = [(name, nn.Parameter(torch.ones(2, 2))) for name in names]
    optimizer = build_optimizer([*gates, *parameters()[1:]], SCHEDULE)
    set_rates(optimizer, 1.0)
    group = optimizer.param_groups[0]
    assert all(found is given for found, (_, given) in zip(group["params"], gates, strict=True))
    assert group["lr"] == 2e-2


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_that_every_group_moves_at_its_share_of_its_highest_rate(share: float) -> None:
    plain = replace(SCHEDULE, weight_decay=0.0)
    named = parameters()
    optimizer = build_optimizer(named, plain)
    set_rates(optimizer, share)
    assert [group["lr"] for group in optimizer.param_groups] == [2e-2 * share, 1e-2 * share, 1e-2 * share]
    for _, parameter in named:
        parameter.grad = torch.full((2, 2), 3.0)
    optimizer.step()
    moved = [float(1 - parameter.detach().mean()) for _, parameter in named]
    assert moved == pytest.approx([2e-2 * share, 1e-2 * share, 1e-2 * share], rel=1e-4)  # AdamW's first step


def test_that_muons_rates_rise_and_fall_with_all_others() -> None:
    optimizer = build_optimizer(parameters(), replace(WITH_MUON, muon_learning_rate=3e-2))
    set_rates(optimizer, 0.5)
    assert optimizer.muon is not None
    assert [group["lr"] for group in optimizer.muon.param_groups] == [1.5e-2]
    assert [group["lr"] for group in optimizer.adamw.param_groups] == [1e-2, 5e-3, 5e-3]


def test_that_weight_decay_is_of_matrices_alone() -> None:
    named = parameters()
    optimizer = build_optimizer(named, SCHEDULE)
    set_rates(optimizer, 0.5)
    for _, parameter in named:
        parameter.grad = torch.zeros(2, 2)
    optimizer.step()
    left = [float(parameter.detach().mean()) for _, parameter in named]
    assert left == pytest.approx([1.0, 1 - 0.5 * 1e-2 * 0.1, 1.0], rel=1e-6, abs=0)


def test_that_a_resumed_run_takes_the_rates_of_its_recipe_and_the_moments_of_its_checkpoint() -> None:
    named = parameters()
    before = stepped(named)
    state = before.state_dict()

    changed = replace(SCHEDULE, learning_rate=5e-3, gate_learning_rate=1e-3, weight_decay=0.2)
    after = build_optimizer(parameters(), changed)
    restore_optimizer(after, state)
    assert [group["peak"] for group in after.param_groups] == [1e-3, 5e-3, 5e-3]
    assert [group["weight_decay"] for group in after.param_groups] == [0.0, 0.2, 0.0]
    moments = [after.adamw.state[group["params"][0]]["exp_avg"] for group in after.param_groups]
    assert all(
        torch.equal(moment, before.adamw.state[parameter]["exp_avg"])
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


WITH_MUON = replace(SCHEDULE, muon_learning_rate=1e-2, weight_decay=0.0)


def muon_steps(weight: torch.Tensor, gradients: list[torch.Tensor]) -> torch.Tensor:
    """The slow twin: Nesterov's momentum, made orthogonal by the singular value decomposition, as large as AdamW's."""
    momentum = torch.zeros_like(weight)
    for gradient in gradients:
        momentum = 0.95 * momentum + 0.05 * gradient
        left, _, right = torch.linalg.svd(0.05 * gradient + 0.95 * momentum, full_matrices=False)
        weight = weight - 1e-2 * 0.2 * max(weight.shape) ** 0.5 * left @ right
    return weight


def test_that_every_matrix_of_a_stack_makes_an_orthogonal_step_of_its_own() -> None:
    stack = nn.Parameter(torch.randn(3, 6, 4))
    single = nn.Parameter(torch.randn(5, 5))
    before = [stack.detach().clone(), single.detach().clone()]
    named = [("memory_attention.attention.q_proj.weight", stack), ("decoder.layers.0.ff.fc1.weight", single)]
    optimizer = build_optimizer(named, WITH_MUON)
    given = [[torch.randn(3, 6, 4), torch.randn(5, 5)] for _ in range(2)]
    for of_stack, of_single in given:
        optimizer.zero_grad()
        stack.grad, single.grad = of_stack, of_single
        optimizer.step()
    wanted = [muon_steps(part, [of_stack[at] for of_stack, _ in given]) for at, part in enumerate(before[0])]
    # Five Newton-Schulz steps in bfloat16 bring the singular values to 0.7 to 1.2, not to 1.
    moved, meant = stack.detach() - before[0], torch.stack(wanted) - before[0]
    assert torch.nn.functional.cosine_similarity(moved.flatten(1), meant.flatten(1)).min() > 0.95
    assert moved.norm() == pytest.approx(float(meant.norm()), rel=0.3)
    assert float((single.detach() - before[1]).norm()) == pytest.approx(
        float((muon_steps(before[1], [of_single for _, of_single in given]) - before[1]).norm()), rel=0.3
    )


def test_that_experts_are_matrices_inside_of_layers() -> None:
    names = ("decoder.layers.0.ff.experts.fc1_weight", "decoder.layers.0.ff.experts.fc2_weight")
    others = ("decoder.layers.0.ff.experts.fc1_bias", "decoder.layers.0.ff.router.gate.weight")
    named = [(name, nn.Parameter(torch.ones(2, 4, 4))) for name in (*names, *others)]
    optimizer = build_optimizer(named, WITH_MUON)
    of_adamw = {id(value) for group in optimizer.adamw.param_groups for value in group["params"]}
    assert of_adamw == {id(value) for name, value in named if name in others}


def test_that_a_run_that_changes_to_muon_begins_its_moments_anew() -> None:
    state = stepped(parameters()).state_dict()
    named = parameters()
    after = build_optimizer(named, WITH_MUON)
    restore_optimizer(after, state)
    assert [group["peak"] for group in after.param_groups] == [2e-2, 1e-2, 1e-2, 1e-2]
    assert not after.adamw.state
    assert after.muon is not None
    assert not after.muon.state


def test_that_gates_embeddings_heads_and_vectors_stay_with_adamw() -> None:
    names = (
        "write_gate.weight",
        "embedding.weight",
        "decoder.head.weight",
        "decoder.layers.0.norm1.weight",
        "fc2.bias",
    )
    named = [(name, nn.Parameter(torch.ones(2, 2))) for name in names]
    matrix = ("encoder.layers.0.attention.k_proj.weight", nn.Parameter(torch.ones(2, 2)))
    optimizer = build_optimizer([*named, matrix], WITH_MUON)
    ours = [value for group in optimizer.adamw.param_groups for value in group["params"]]
    assert {id(value) for value in ours} == {id(value) for _, value in named}
    assert [group["peak"] for group in optimizer.param_groups] == [2e-2, 1e-2, 1e-2, 1e-2]
