"""Slow, obvious twins of the model's arithmetic: loops over heads, tokens, slots and experts, in float64.

They take the weights by their names and share no code with rxt. Letters: T tokens, N keys, D width, H query heads,
G kv heads, d head dimension, E experts, L layers, S slots.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

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


def rope(x: Tensor, start: int = 0) -> Tensor:
    """x [T, d]: pair (2i, 2i+1) is rotated by position / 10000^(2i/d) and lands at i and d/2 + i."""
    tokens, size = x.shape
    result = torch.empty_like(x)
    for t in range(tokens):
        for i in range(size // 2):
            angle = (start + t) / 10_000 ** (2 * i / size)
            a, b = x[t, 2 * i], x[t, 2 * i + 1]
            result[t, i] = a * math.cos(angle) - b * math.sin(angle)
            result[t, size // 2 + i] = a * math.sin(angle) + b * math.cos(angle)
    return result


def grouped_attention(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor | None = None) -> Tensor:
    """q [H, T, d], k and v [G, N, d], allowed [T, N] -> [T, H * d]; head h reads kv head h // (H / G)."""
    heads, tokens, size = q.shape
    result = torch.zeros(tokens, heads, size, dtype=q.dtype)
    for h in range(heads):
        group = h // (heads // k.shape[0])
        for t in range(tokens):
            keys = [n for n in range(k.shape[1]) if allowed is None or bool(allowed[t, n])]
            scores = torch.stack([torch.dot(q[h, t], k[group, n]) / math.sqrt(size) for n in keys])
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
) -> Tensor:
    """A whole attention of head dimension `size` with its projections: inputs [T or N, D] -> [T, D]."""
    q, k, v = (
        heads_of(x, weights[f"{name}_proj.weight"], size)
        for x, name in ((q_input, "q"), (k_input, "k"), (v_input, "v"))
    )
    if rotate_q:
        q = torch.stack([rope(head) for head in q])
    if rotate_k:
        k = torch.stack([rope(head) for head in k])
    read = grouped_attention(q, k, v, allowed)
    return torch.einsum("ti,oi->to", read, weights["out_proj.weight"]) + weights["out_proj.bias"]


def act(name: str, x: Tensor) -> Tensor:
    match name:
        case "swish" | "silu":
            return x / (1 + torch.exp(-x))
        case "relu":
            return torch.where(x > 0, x, torch.zeros_like(x))
        case "gelu":
            return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))
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


def gate(old: Tensor, new: Tensor, weight: Tensor | None, source: str, activation: str) -> tuple[Tensor, Tensor]:
    """old, new [S, D], weight [S or 1, 1] -> the joined value [S, D] and the gates [S]."""
    joined, gates = torch.empty_like(old), torch.empty(old.shape[0], dtype=old.dtype)
    for s in range(old.shape[0]):
        if weight is None:
            joined[s], gates[s] = new[s] + old[s], 1.0
            continue
        w = weight[s if len(weight) > 1 else 0, 0]
        if source == "elementwise":
            w = w * sum(float(old[s, i] + new[s, i]) for i in range(old.shape[1])) / old.shape[1]
        if activation == "sigmoid":
            g = 1 / (1 + torch.exp(-w))
            joined[s] = g * new[s] + (1 - g) * old[s]
        else:
            g = torch.tanh(w)
            joined[s] = (1 + g) * new[s] + (1 - g) * old[s]
        gates[s] = g
    return joined, gates


def memory_update(
    weights: Weights, memory: Tensor, states: Tensor, size: int, source: str, activation: str, mixes: bool
) -> tuple[Tensor, dict[str, Tensor]]:
    """memory [L, S, D] and states [L, T, D] -> the new memory and the gates [L, S], layer by layer.

    mixes: the self-interlayer variant.
    """
    layers = memory.shape[0]
    mean = norm(sum(memory[i] for i in range(layers)) / layers, weights["mean_norm.weight"])
    written, gates = [], {}
    for i in range(layers):

        def joined(name: str, old: Tensor, new: Tensor, i: int = i) -> Tensor:
            weight = weights.get(f"{name}_gate.weight")
            value, found = gate(old, new, None if weight is None else weight[i], source, activation)
            gates.setdefault(name, []).append(found)
            return value

        own = norm(memory[i], weights["interlayer_norm.weight"][i])
        keys = joined("mix", own, mean) if mixes else mean
        across = layer_of(under(weights, "interlayer_attention"), i)
        mixed = joined("interlayer", memory[i], attention(across, size, own, keys, keys))
        inputs = norm(states[i], weights["input_norm.weight"][i])
        query = norm(mixed, weights["write_norm.weight"][i])
        write = attention(layer_of(under(weights, "attention"), i), size, query, inputs, inputs, rotate_k=True)
        written.append(joined("write", mixed, write))
    return torch.stack(written), {name: torch.stack(values) for name, values in gates.items()}


def decoder_layer(
    weights: Weights, x: Tensor, slots: Tensor, size: int, activation: str, gated: bool, top_k: int
) -> Tensor:
    """x [T, D], the layer's slots [S, D] -> [T, D]."""
    tokens = x.shape[0]
    causal = torch.tensor([[n <= t for n in range(tokens)] for t in range(tokens)])
    normed = norm(x, weights["norm1.weight"])
    own = under(weights, "attention")
    x = x + attention(own, size, normed, normed, normed, causal, rotate_q=True, rotate_k=True)
    stored = norm(slots, weights["stm_norm.weight"])
    query = norm(x, weights["norm2.weight"])
    x = x + attention(under(weights, "memory_cross_attention"), size, query, stored, stored, rotate_q=True)
    return x + any_feed_forward(under(weights, "ff"), norm(x, weights["norm3.weight"]), activation, gated, top_k)


def encoder_layer(weights: Weights, x: Tensor, size: int, activation: str, gated: bool) -> Tensor:
    """x [T, D] -> [T, D]; every token sees every token."""
    normed = norm(x, weights["norm1.weight"])
    own = under(weights, "attention")
    x = x + attention(own, size, normed, normed, normed, rotate_q=True, rotate_k=True)
    return x + any_feed_forward(under(weights, "ff"), norm(x, weights["norm3.weight"]), activation, gated, 0)
