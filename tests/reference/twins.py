"""Slow, obvious twins of the model's arithmetic: loops over heads, tokens, slots and experts, in float64.

They take the weights by their names and share no code with rxt. Letters: T tokens, N keys, D width, H query heads,
G kv heads, d head dimension, E experts, L layers, S slots.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from tests.reference.memory_norm import memory_norm

Weights = dict[str, Tensor]
"""Float64 tensors by name."""


def weights_of(module: torch.nn.Module) -> Weights:
    return {name: value.detach().double() for name, value in module.state_dict().items()}


def under(weights: Weights, prefix: str) -> Weights:
    """The weights of one part, by their names inside of it."""
    return {name.removeprefix(prefix + "."): value for name, value in weights.items() if name.startswith(prefix + ".")}


def layer_of(weights: Weights, layer: int) -> Weights:
    """One layer of stacked weights."""
    return {name: value[layer] for name, value in weights.items()}


def norm(x: Tensor, weight: Tensor) -> Tensor:
    """x [..., D]."""
    mean_square = sum(x[..., i] ** 2 for i in range(x.shape[-1])) / x.shape[-1]
    return x / torch.sqrt(mean_square + torch.finfo(torch.float32).eps)[..., None] * weight


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x [..., D]."""
    size = x.shape[-1]
    mean = sum(x[..., i] for i in range(size)) / size
    variance = sum((x[..., i] - mean) ** 2 for i in range(size)) / size
    return (x - mean[..., None]) / torch.sqrt(variance + 1e-5)[..., None] * weight + bias


def any_norm(weights: Weights, x: Tensor) -> Tensor:
    """A layer norm where the weights have a bias, else a root-mean-square norm."""
    if "bias" in weights:
        return layer_norm(x, weights["weight"], weights["bias"])
    return norm(x, weights["weight"])


def slot_norm(weights: Weights, x: Tensor) -> Tensor:
    """One of the layers' norms, or one that memory attention alone has."""
    return any_norm(weights, x) if "weight" in weights else memory_norm(weights, x)


def rope(x: Tensor, start: int = 0, layout: str = "concatenated") -> Tensor:
    """x [T, d]: pair (2i, 2i+1) is rotated by position / 10000^(2i/d) and lands at i and d/2 + i, or stays in place."""
    tokens, size = x.shape
    result = torch.empty_like(x)
    for t in range(tokens):
        for i in range(size // 2):
            angle = (start + t) / 10_000 ** (2 * i / size)
            a, b = x[t, 2 * i], x[t, 2 * i + 1]
            first, second = (i, size // 2 + i) if layout == "concatenated" else (2 * i, 2 * i + 1)
            result[t, first] = a * math.cos(angle) - b * math.sin(angle)
            result[t, second] = a * math.sin(angle) + b * math.cos(angle)
    return result


def grouped_attention(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor | None = None) -> Tensor:
    """q [H, T, d], k and v [G, N, d], allowed [T, N] -> [T, M * d], M = max(H, G): output m is query head m // (M / H)
    reading kv head m // (M / G)."""
    tokens, size = q.shape[1:]
    heads = max(q.shape[0], k.shape[0])
    result = torch.zeros(tokens, heads, size, dtype=q.dtype)
    for h in range(heads):
        asker, group = h // (heads // q.shape[0]), h // (heads // k.shape[0])
        for t in range(tokens):
            keys = [n for n in range(k.shape[1]) if allowed is None or bool(allowed[t, n])]
            scores = torch.stack([torch.dot(q[asker, t], k[group, n]) / math.sqrt(size) for n in keys])
            shares = torch.exp(scores - scores.max())
            shares = shares / shares.sum()
            for share, n in zip(shares, keys, strict=True):
                result[t, h] += share * v[group, n]
    return result.reshape(tokens, heads * size)


def heads_of(x: Tensor, weight: Tensor, size: int) -> Tensor:
    """x [T, D] through weight [heads * d, D] -> [heads, T, d]."""
    projected = torch.einsum("td,od->to", x, weight)
    return torch.stack([projected[:, h * size : (h + 1) * size] for h in range(weight.shape[0] // size)])


def attention(
    weights: Weights,
    size: int,
    q_input: Tensor,
    k_input: Tensor,
    v_input: Tensor,
    allowed: Tensor | None = None,
    rotate_q: bool = False,
    rotate_k: bool = False,
    layout: str = "concatenated",
) -> Tensor:
    """A whole attention of head dimension `size` with its projections: inputs [T or N, D] -> [T, D]."""
    q, k, v = (
        heads_of(x, weights[f"{name}_proj.weight"], size)
        for x, name in ((q_input, "q"), (k_input, "k"), (v_input, "v"))
    )
    if rotate_q:
        q = torch.stack([rope(head, layout=layout) for head in q])
    if rotate_k:
        k = torch.stack([rope(head, layout=layout) for head in k])
    read = grouped_attention(q, k, v, allowed)
    return torch.einsum("ti,oi->to", read, weights["out_proj.weight"]) + weights["out_proj.bias"]


def act(name: str, x: Tensor) -> Tensor:
    return torch.stack([torch.tensor(_act(name, value), dtype=x.dtype) for value in x.flatten().tolist()]).view_as(x)


def _act(name: str, x: float) -> float:
    sigmoid = 1 / (1 + math.exp(-x))
    match name:
        case "swish" | "silu":
            return x * sigmoid
        case "relu":
            return max(x, 0)
        case "gelu":
            return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))
        case "gelu_tanh":
            return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        case "tanh":
            return math.tanh(x)
        case "sigmoid":
            return sigmoid
        case "identity" | "linear":
            return x
        case "leaky_relu":
            return x if x > 0 else 0.01 * x
        case "elu" | "celu":
            return x if x > 0 else math.exp(x) - 1
        case "selu":
            return 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (math.exp(x) - 1))
        case "relu6":
            return min(max(x, 0), 6)
        case "softplus":
            return math.log1p(math.exp(x))
        case "softsign":
            return x / (1 + abs(x))
        case "mish":
            return x * math.tanh(math.log1p(math.exp(x)))
        case "hardswish":
            return x * min(max(x + 3, 0), 6) / 6
        case "hardsigmoid":
            return min(max(x + 3, 0), 6) / 6
        case "hardtanh":
            return min(max(x, -1), 1)
        case "logsigmoid":
            return -math.log1p(math.exp(-x))
    raise AssertionError(name)


def feed_forward(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, activation: str, gated: bool) -> Tensor:
    """x [D] -> [D]."""
    inner = w1 @ x + b1
    if gated:
        half = len(inner) // 2
        inner = inner[:half] * act(activation, inner[half:])
    else:
        inner = act(activation, inner)
    return w2 @ inner + b2


def any_feed_forward(weights: Weights, x: Tensor, activation: str, gated: bool, top_k: int) -> Tensor:
    """x [T, D] -> [T, D]; a mixture of experts where the weights have a router."""
    if "router.gate.weight" in weights:
        return torch.stack([_mixture(weights, token, activation, gated, top_k) for token in x])
    first = "fc1.linear" if gated else "fc1"
    parts = [weights[name] for name in (f"{first}.weight", f"{first}.bias", "fc2.weight", "fc2.bias")]
    return torch.stack([feed_forward(token, *parts, activation, gated) for token in x])


def _mixture(weights: Weights, token: Tensor, activation: str, gated: bool, top_k: int) -> Tensor:
    scores = torch.exp(weights["router.gate.weight"] @ token)
    chances = (scores / scores.sum()).tolist()
    best = sorted(range(len(chances)), key=lambda expert: -chances[expert])[:top_k]
    total = sum(chances[expert] for expert in best)
    result = torch.zeros_like(token)
    for expert in best:
        parts = [weights[f"experts.{name}"][expert] for name in ("fc1_weight", "fc1_bias", "fc2_weight", "fc2_bias")]
        result += chances[expert] / total * feed_forward(token, *parts, activation, gated)
    return result


def gate(old: Tensor, new: Tensor, weights: Weights, source: str, activation: str) -> tuple[Tensor, Tensor]:
    """old, new [S, D] and the weights of one layer's gate -> the joined value [S, D] and the gates [S]."""
    joined, gates = torch.empty_like(old), torch.empty(old.shape[0], dtype=old.dtype)
    status = [_status(weights, old[s] + new[s]) for s in range(old.shape[0])]
    for s in range(old.shape[0]):
        if "weight" not in weights:
            joined[s], gates[s] = new[s] + old[s], 1.0
            continue
        row = weights["weight"][s if len(weights["weight"]) > 1 else 0]
        if source == "linear":
            bias = weights["bias"]
            w = sum(row[i] * status[i] for i in range(len(status))) + bias[s if len(bias) > 1 else 0]
        else:
            w = row[0] * (status[s] if source == "elementwise" else 1.0)
        if activation == "sigmoid":
            g = 1 / (1 + torch.exp(-w))
            joined[s] = g * new[s] + (1 - g) * old[s]
        else:
            g = torch.tanh(w)
            joined[s] = (1 + g) * new[s] + (1 - g) * old[s]
        gates[s] = g
    return joined, gates


def _status(weights: Weights, both: Tensor) -> float:
    """What a gate sees of one slot: new + old [D]."""
    if "status_weight" in weights:
        return float(torch.dot(weights["status_weight"][0], both) + weights["status_bias"][0])
    return sum(float(value) for value in both) / len(both)


def memory_update(
    weights: Weights,
    memory: Tensor,
    states: Tensor,
    size: int,
    source: str,
    activation: str,
    mixes: bool,
    layout: str = "concatenated",
) -> tuple[Tensor, dict[str, Tensor]]:
    """memory [L, S, D] and states [L, T, D] -> the new memory and the gates [L, S], layer by layer.

    mixes: the self-interlayer variant.
    """
    layers = memory.shape[0]
    mean = slot_norm(under(weights, "mean_norm"), sum(memory[i] for i in range(layers)) / layers)
    written, gates = [], {}
    for i in range(layers):

        def joined(name: str, old: Tensor, new: Tensor, i: int = i) -> Tensor:
            part = layer_of(under(weights, f"{name}_gate"), i)
            value, found = gate(old, new, part, source, activation)
            gates.setdefault(name, []).append(found)
            return value

        def normed(name: str, x: Tensor, i: int = i) -> Tensor:
            return slot_norm(layer_of(under(weights, f"{name}_norm"), i), x)

        own = normed("interlayer", memory[i])
        keys = joined("mix", own, mean) if mixes else mean
        across = layer_of(under(weights, "interlayer_attention"), i)
        mixed = joined("interlayer", memory[i], attention(across, size, own, keys, keys))
        inputs = normed("input", states[i])
        query = normed("write", mixed)
        part = layer_of(under(weights, "attention"), i)
        write = attention(part, size, query, inputs, inputs, rotate_k=True, layout=layout)
        written.append(joined("write", mixed, write))
    return torch.stack(written), {name: torch.stack(values) for name, values in gates.items()}


def decoder_layer(
    weights: Weights,
    x: Tensor,
    slots: Tensor,
    size: int,
    activation: str,
    gated: bool,
    top_k: int,
    layout: str = "concatenated",
) -> Tensor:
    """x [T, D], the layer's slots [S, D] -> [T, D]."""
    tokens = x.shape[0]
    causal = torch.tensor([[n <= t for n in range(tokens)] for t in range(tokens)])
    return _layer(weights, x, slots, size, activation, gated, top_k, causal, layout)


def encoder_layer(
    weights: Weights,
    x: Tensor,
    size: int,
    activation: str,
    gated: bool,
    top_k: int = 0,
    slots: Tensor | None = None,
    layout: str = "concatenated",
) -> Tensor:
    """x [T, D] and, where the layer reads a memory, its slots [S, D] -> [T, D]; every token sees every token."""
    return _layer(weights, x, slots, size, activation, gated, top_k, None, layout)


def _layer(
    weights: Weights,
    x: Tensor,
    slots: Tensor | None,
    size: int,
    activation: str,
    gated: bool,
    top_k: int,
    allowed: Tensor | None,
    layout: str,
) -> Tensor:
    normed = any_norm(under(weights, "norm1"), x)
    own = under(weights, "attention")
    x = x + attention(own, size, normed, normed, normed, allowed, rotate_q=True, rotate_k=True, layout=layout)
    if slots is not None:
        stored = any_norm(under(weights, "stm_norm"), slots)
        query = any_norm(under(weights, "norm2"), x)
        reader = under(weights, "memory_cross_attention")
        x = x + attention(reader, size, query, stored, stored, rotate_q=True, layout=layout)
    fed = any_feed_forward(under(weights, "ff"), any_norm(under(weights, "norm3"), x), activation, gated, top_k)
    return x + fed


def model_logits(weights: Weights, config: Any, ids: list[int], memory: Tensor) -> Tensor:
    """A whole pass of the decoder: memory [L, S, D] -> [T, V]. config: rxt's ModelConfig."""
    stack, layout = config.decoder, config.rope_layout or "concatenated"
    ff = stack.feed_forward
    x = weights["embedding.weight"][ids]
    for i in range(stack.layers):
        part = under(weights, f"decoder.layers.{i}")
        x = decoder_layer(part, x, memory[i], stack.attention.head_dim, ff.activation, ff.gated, ff.top_k, layout)
    head = under(weights, "decoder.head")
    if "norm.weight" in head:
        x = any_norm(under(head, "norm"), x)
    return torch.einsum("td,vd->tv", x, head["weight"]) + head["bias"]


def model_states(weights: Weights, config: Any, ids: list[int]) -> Tensor:
    """The encoder's hidden states [L, T, D]."""
    stack, layout = config.encoder, config.rope_layout or "concatenated"
    ff = stack.feed_forward
    x, states = weights["embedding.weight"][ids], []
    for i in range(stack.layers):
        part = under(weights, f"encoder.layers.{i}")
        slots = weights["encoder.memory"][i, 0] if "encoder.memory" in weights else None
        x = encoder_layer(part, x, stack.attention.head_dim, ff.activation, ff.gated, ff.top_k, slots, layout)
        states.append(x)
    return torch.stack(states)


def model_update(weights: Weights, config: Any, ids: list[int], memory: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Writes an interaction into a memory [L, S, D]: the new memory and the gates [L, S]."""
    gate_config, part = config.memory.gate, under(weights, "memory_attention")
    return memory_update(
        part,
        memory,
        model_states(weights, config, ids),
        config.memory.attention.head_dim,
        gate_config.kind,
        gate_config.activation,
        config.memory.variant == "self-interlayer",
        config.rope_layout or "concatenated",
    )
