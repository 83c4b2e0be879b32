"""Every brick and the whole model against its slow twin; float32 against float64, deviations of the largest value."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from torch import Tensor

from rxt.model.memory import MemoryState
from rxt.nn.attention import Attention, StackedAttention, grouped_attention
from rxt.nn.feedforward import ACTIVATIONS, FeedForward
from rxt.nn.gate import StackedGate
from rxt.nn.linear import StackedLinear
from rxt.nn.moe import MixtureOfExperts
from rxt.nn.norm import StackedRMSNorm, norm_of, stacked_norm_of
from rxt.nn.rope import RotaryEmbedding
from tests.reference import twins
from tests.rxt.tiny import tiny_model

TOLERANCE = 1e-5
LAWS = [("none", "sigmoid"), *itertools.product(("static", "elementwise", "linear"), ("sigmoid", "tanh"))]


def assert_near(ours: Tensor, twin: Tensor) -> None:
    assert ours.shape == twin.shape
    assert float((ours.double() - twin).abs().max() / twin.abs().max()) < TOLERANCE


def random_weights(module: torch.nn.Module) -> None:
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    module.requires_grad_(False)


@pytest.mark.parametrize("layout", ["concatenated", "interleaved"])
@pytest.mark.parametrize("start", [0, 1, 300, 1020])
def test_that_rotation_equals_its_twin_at_far_positions_too(start: int, layout: Any) -> None:
    x = torch.randn(4, 8)
    assert_near(RotaryEmbedding(8, 1024, layout=layout)(x, start), twins.rope(x.double(), start, layout))


def test_that_an_interaction_may_be_shorter_than_a_head_is_wide() -> None:
    x = torch.randn(3, 16)
    assert_near(RotaryEmbedding(16, 3)(x), twins.rope(x.double()))


def test_that_the_layouts_differ_in_the_order_of_numbers_alone() -> None:
    x = torch.randn(4, 8)
    first, second = (RotaryEmbedding(8, 1024, layout=layout)(x, 5) for layout in ("concatenated", "interleaved"))
    assert torch.equal(first.sort().values, second.sort().values)
    assert not torch.equal(first, second)


def test_that_bfloat16_is_rotated_by_angles_of_float32() -> None:
    x = torch.randn(1, 8).bfloat16()
    ours = RotaryEmbedding(8, 1024)(x, 999)
    assert ours.dtype == torch.bfloat16
    assert float((ours.double() - twins.rope(x.double(), 999)).abs().max()) < 2e-2


@pytest.mark.parametrize(("heads", "groups"), [(4, 4), (4, 2), (4, 1), (1, 1), (6, 3)])
@pytest.mark.parametrize("mask", ["none", "causal", "padding"])
def test_that_grouped_attention_equals_its_twin(heads: int, groups: int, mask: str) -> None:
    q, k, v = torch.randn(heads, 3, 4), torch.randn(groups, 5, 4), torch.randn(groups, 5, 4)
    allowed = {
        "none": None,
        "causal": torch.ones(3, 5, dtype=torch.bool).tril(2),
        "padding": torch.tensor([[True, True, False, True, False]]),
    }[mask]
    twin = twins.grouped_attention(
        q.double(), k.double(), v.double(), None if allowed is None else allowed.expand(3, 5)
    )
    assert_near(grouped_attention(q, k, v, allowed), twin)
    with torch.no_grad():  # the fused kernel, which is taken where no gradient is wanted
        assert_near(grouped_attention(q, k, v, allowed), twin)


def test_that_stacked_bricks_equal_single_ones_layer_by_layer() -> None:
    x = torch.randn(3, 2, 5, 16)
    linear, norm, attention = (
        StackedLinear(3, 16, 7, bias=True),
        StackedRMSNorm(3, 16),
        StackedAttention(3, 16, 4, 4, 2),
    )
    for part in (linear, norm, attention):
        random_weights(part)
    padding = torch.tensor([[True] * 5, [True, True, False, False, False]])[:, None, None, :]
    read = attention(attention.queries(x), attention.keys(x), attention.values(x), padding)
    weights = twins.weights_of(attention)
    for layer, row in itertools.product(range(3), range(2)):
        single = x[layer, row].double()
        assert_near(
            linear(x)[layer, row],
            torch.einsum("td,od->to", single, linear.weight[layer].double()) + linear.bias[layer].double(),
        )
        assert_near(norm(x)[layer, row], twins.norm(single, norm.weight[layer].double()))
        allowed = padding[row, 0].expand(5, 5)
        twin = twins.attention(twins.layer_of(weights, layer), 4, single, single, single, allowed)
        assert_near(read[layer, row], twin)


@pytest.mark.parametrize(("heads", "groups"), [(1, 4), (2, 4), (1, 1), (4, 2)])
def test_that_fewer_query_heads_than_kv_heads_are_each_asked_of_several(heads: int, groups: int) -> None:
    part, x, y = Attention(16, 4, heads, groups), torch.randn(2, 3, 16), torch.randn(2, 5, 16)
    random_weights(part)
    read, weights = part(part.queries(x), part.keys(y), part.values(y)), twins.weights_of(part)
    assert weights["out_proj.weight"].shape == (16, 4 * max(heads, groups))
    for row in range(2):
        assert_near(read[row], twins.attention(weights, 4, x[row].double(), y[row].double(), y[row].double()))


@pytest.mark.parametrize("kind", ["rms", "layer"])
def test_that_a_norm_equals_its_twin_for_tiny_numbers_too(kind: Any) -> None:
    norm = norm_of(kind, 8)
    random_weights(norm)
    for scale in (1.0, 1e-4, 1e-8):
        x = scale * torch.randn(3, 8)
        assert_near(norm(x), twins.any_norm(twins.weights_of(norm), x.double()))


@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e-8])
@pytest.mark.parametrize("kind", ["rms", "layer"])
def test_that_stacked_norms_equal_their_twin_layer_by_layer(kind: Any, scale: float) -> None:
    norm, x = stacked_norm_of(kind, 3, 8), scale * torch.randn(3, 2, 5, 8)
    random_weights(norm)
    normed = norm(x)
    for layer, row in itertools.product(range(3), range(2)):
        weights = twins.layer_of(twins.weights_of(norm), layer)
        assert_near(normed[layer, row], twins.any_norm(weights, x[layer, row].double()))


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_that_a_feed_forward_equals_its_twin(gated: bool, activation: str) -> None:
    part, x = FeedForward(8, 6, activation, gated), torch.randn(5, 8)
    random_weights(part)
    assert_near(part(x), twins.any_feed_forward(twins.weights_of(part), x.double(), activation, gated, 0))


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize(("experts", "top_k"), [(4, 1), (4, 2), (3, 3)])
def test_that_a_mixture_of_experts_equals_its_twin(gated: bool, experts: int, top_k: int) -> None:
    part, x = MixtureOfExperts(8, 6, "swish", gated, experts, top_k), torch.randn(2, 7, 8)
    random_weights(part)
    twin = twins.any_feed_forward(twins.weights_of(part), x.double().flatten(0, 1), "swish", gated, top_k)
    assert_near(part(x).flatten(0, 1), twin)


@pytest.mark.parametrize("status", ["mean", "linear"])
@pytest.mark.parametrize("per_slot", [True, False])
@pytest.mark.parametrize(("source", "activation"), LAWS)
def test_that_a_gate_equals_its_twin_for_every_law(source: Any, activation: Any, per_slot: bool, status: Any) -> None:
    part = StackedGate(2, 3, source, activation, per_slot, status, width=8).eval()
    random_weights(part)
    old, new = torch.randn(2, 4, 3, 8), torch.randn(2, 4, 3, 8)
    joined, gates = part(old, new)
    low, high = part.law.limits
    assert bool(((gates >= low) & (gates <= high)).all())
    for layer, row in itertools.product(range(2), range(4)):
        weights = twins.layer_of(twins.weights_of(part), layer)
        twin, twin_gates = twins.gate(old[layer, row].double(), new[layer, row].double(), weights, source, activation)
        assert_near(joined[layer, row], twin)
        assert_near(gates[layer, row], twin_gates)
        shares = part.law.keep_share(gates[layer, row].numpy()), part.law.write_share(gates[layer, row].numpy())
        keep, write = (torch.from_numpy(share)[:, None] for share in shares)
        assert_near(keep * old[layer, row] + write * new[layer, row], twin)


@pytest.mark.parametrize("kind", ["sqa", "mha", "gqa", "mqa"])
@pytest.mark.parametrize("variant", ["interlayer", "self-interlayer"])
def test_that_a_memory_update_equals_its_twin(variant: str, kind: str) -> None:
    check_update(variant=variant, kind=kind)


@pytest.mark.parametrize(("source", "activation"), LAWS)
def test_that_a_memory_update_equals_its_twin_for_every_law(source: str, activation: str) -> None:
    check_update(gate=source, tanh=activation == "tanh", per_slot=False)


def check_update(**choices: Any) -> None:
    model = tiny_model(**choices)
    memory, ids = model.initial_memory(seed=1), [2, 5, 11, 12, 6, 20, 3]
    update = model.update_memory(memory, ids)
    twin, gates = twins.model_update(twins.weights_of(model), model.config, ids, memory.tensor.double())
    assert_near(update.memory.tensor, twin)
    assert list(update.gates) == [name for name in ("mix", "interlayer", "write") if name in gates]
    for name, values in update.gates.items():
        assert_near(values, gates[name])


def test_that_the_encoder_equals_its_twin() -> None:
    model, ids = tiny_model(), [2, 5, 11, 12, 6, 20, 3]
    assert_near(model.encode(ids), twins.model_states(twins.weights_of(model), model.config, ids))


@pytest.mark.parametrize("experts", [0, 4])
@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("kind", ["sqa", "mqa"])
def test_that_a_decoder_pass_equals_its_twin(kind: str, gated: bool, experts: int) -> None:
    model = tiny_model(kind=kind, gated=gated, experts=experts)
    memory, ids = model.initial_memory(seed=1), [2, 5, 11, 12, 6, 20]
    twin = twins.model_logits(twins.weights_of(model), model.config, ids, memory.tensor.double())
    assert_near(model.logits(ids, memory), twin)


def test_that_slots_are_a_set_to_the_decoder() -> None:
    model = tiny_model()
    memory = model.initial_memory(seed=1)
    shuffled = MemoryState(memory.tensor[:, [2, 0, 1]])
    assert_near(model.logits([2, 5, 9, 6], shuffled), model.logits([2, 5, 9, 6], memory).double())
