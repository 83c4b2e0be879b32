"""Gates in training: the old memory moves the gate, but no gradient flows back through that path."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from rxt.nn.gate import StackedGate

KINDS = [("elementwise", "mean"), ("elementwise", "linear"), ("linear", "mean"), ("linear", "linear")]


def gradient_of_gates_to_old(training: bool, kind: Any, status: Any) -> torch.Tensor | None:
    gate = StackedGate(1, 2, kind, "sigmoid", True, status, width=4).train(training)
    for parameter in gate.parameters():
        torch.nn.init.ones_(parameter)
    old, new = torch.randn(1, 1, 2, 4, requires_grad=True), torch.randn(1, 1, 2, 4, requires_grad=True)
    gate(old, new)[1].sum().backward()
    assert new.grad is not None
    assert new.grad.any()
    return old.grad


@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_that_in_training_the_old_memory_gets_no_gradient_through_the_gate(kind: str, status: str) -> None:
    assert gradient_of_gates_to_old(True, kind, status) is None


@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_that_outside_of_training_the_gate_depends_on_the_old_memory(kind: str, status: str) -> None:
    gradient = gradient_of_gates_to_old(False, kind, status)
    assert gradient is not None
    assert gradient.any()


@pytest.mark.parametrize(("activation", "share"), [("sigmoid", 0.5), ("tanh", 1.0)])
def test_that_a_gate_of_weight_zero_treats_old_and_new_alike(activation: str, share: float) -> None:
    gate = StackedGate(1, 2, "elementwise", activation, per_slot=False).eval()  # type: ignore[arg-type]
    old, new = torch.randn(1, 1, 2, 4), torch.randn(1, 1, 2, 4)
    torch.testing.assert_close(gate(old, new)[0], share * (old + new))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_that_what_was_read_in_half_precision_is_joined_to_a_memory_in_float32(activation: Any) -> None:
    gate = StackedGate(1, 2, "elementwise", activation, per_slot=True).eval()
    torch.nn.init.normal_(gate.weight)
    old, new = torch.randn(1, 1, 2, 4), torch.randn(1, 1, 2, 4).bfloat16()
    joined, _ = gate(old, new)
    assert joined.dtype == torch.float32
    torch.testing.assert_close(joined, gate(old, new.float())[0])


@pytest.mark.parametrize("kind", ["static", "elementwise"])
@pytest.mark.parametrize("per_slot", [True, False])
def test_that_some_slots_are_joined_as_among_all(kind: Any, per_slot: bool) -> None:
    gate = StackedGate(2, 5, kind, "sigmoid", per_slot)
    torch.nn.init.normal_(gate.weight)
    old, new, slots = torch.randn(2, 3, 5, 4), torch.randn(2, 3, 5, 4), torch.tensor([0, 2, 3])
    some, some_gates = gate(old[:, :, slots], new[:, :, slots], slots=slots)
    joined, gates = gate(old, new)
    torch.testing.assert_close(some, joined[:, :, slots])
    torch.testing.assert_close(some_gates, gates[:, :, slots])
