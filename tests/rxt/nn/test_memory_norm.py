"""The norms of slots, for one layer and for all at once, and their slow twin."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from rxt.nn.norm import MemoryKind, MemoryNorm, Scale
from tests.reference import twins
from tests.reference.memory_norm import memory_norm

LAYERS, BATCH, SLOTS, WIDTH = 3, 2, 5, 8
FORMS: list[tuple[MemoryKind, Scale, bool]] = [
    *itertools.product(("root-rms", "adaptive", "scaled-layer"), ("none", "width"), (True, False)),
    *itertools.product(("positional",), ("none", "width", "slot"), (True, False)),
]  # type: ignore[list-item]


def random(kind: MemoryKind, scale: Scale, gate: bool, layers: int | None) -> MemoryNorm:
    result = MemoryNorm(kind, scale, gate, SLOTS, WIDTH, layers)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in (*result.parameters(), *result.buffers()):
            value.copy_(torch.randn(value.shape, generator=generator))
        if result.ema_rms is not None:
            result.ema_rms.abs_()
    return result


def inputs(layers: int = LAYERS) -> Tensor:
    return 3 * torch.randn(layers, BATCH, SLOTS, WIDTH, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize(("kind", "scale", "gate"), FORMS)
def test_that_a_stack_of_norms_equals_its_twin_layer_by_layer(kind: MemoryKind, scale: Scale, gate: bool) -> None:
    stack, x = random(kind, scale, gate, LAYERS), inputs()
    weights = twins.weights_of(stack)
    twin = torch.stack(
        [
            torch.stack([memory_norm(twins.layer_of(weights, layer), each.double()) for each in x[layer]])
            for layer in range(LAYERS)
        ]
    )
    torch.testing.assert_close(stack(x).double(), twin, rtol=1e-5, atol=1e-5)
    assert torch.equal(stack(x[1:], slice(1, None)), stack(x)[1:])


@pytest.mark.parametrize(("kind", "scale", "gate"), FORMS)
def test_that_slots_of_nearly_nothing_are_normalised_as_their_twins_are(
    kind: MemoryKind, scale: Scale, gate: bool
) -> None:
    norm, x = random(kind, scale, gate, None), 1e-6 * inputs(1)
    if norm.ema_rms is not None:
        norm.ema_rms.mul_(1e-6)
    twin = torch.stack([memory_norm(twins.weights_of(norm), each.double()) for each in x[0]])[None]
    torch.testing.assert_close(norm(x).double(), twin, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize(("kind", "scale", "gate"), FORMS)
def test_that_the_norm_that_layers_share_equals_its_twin(kind: MemoryKind, scale: Scale, gate: bool) -> None:
    norm, x = random(kind, scale, gate, None), inputs(1)
    weights = twins.weights_of(norm)
    twin = torch.stack([memory_norm(weights, each.double()) for each in x[0]])[None]
    torch.testing.assert_close(norm(x).double(), twin, rtol=1e-5, atol=1e-5)


def test_that_a_slot_keeps_the_root_of_its_length() -> None:
    norm = MemoryNorm("root-rms", "none", False, SLOTS, WIDTH)
    slot = torch.full((1, 1, 1, WIDTH), 9.0)
    torch.testing.assert_close(norm(slot), torch.full_like(slot, 3.0))


def test_that_an_adaptive_norm_does_not_look_at_its_buffer() -> None:
    norm, x = random("adaptive", "width", True, LAYERS), inputs()
    before = norm(x)
    assert norm.ema_rms is not None
    norm.ema_rms.mul_(100)
    assert torch.equal(norm(x), before)
    assert torch.equal(norm.train()(x), before)
    assert set(norm.state_dict()) == {"scale", "gate", "ema_rms"}


def test_that_a_positional_norm_treats_a_slot_alike_whatever_it_holds() -> None:
    norm, x = random("positional", "slot", False, LAYERS), inputs()
    torch.testing.assert_close(norm(2 * x), 2 * norm(x))


@pytest.mark.parametrize("kind", ["root-rms", "adaptive", "positional", "scaled-layer"])
def test_that_an_empty_slot_has_a_gradient(kind: MemoryKind) -> None:
    x = torch.zeros(LAYERS, BATCH, SLOTS, WIDTH, requires_grad=True)
    random(kind, "width", True, LAYERS)(x).square().sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


@pytest.mark.parametrize(("kind", "scale", "gate"), FORMS)
def test_that_half_precision_stays_half_and_near(kind: MemoryKind, scale: Scale, gate: bool) -> None:
    norm, x = random(kind, scale, gate, LAYERS), inputs()
    exact = norm(x)
    half = norm.bfloat16()(x.bfloat16())
    assert half.dtype is torch.bfloat16
    torch.testing.assert_close(half.float(), exact, rtol=0.05, atol=0.1)
