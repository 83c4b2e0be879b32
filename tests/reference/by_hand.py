"""The transformer's parts as loops over heads and rows, in float64, from the bare weights: slow, obvious, independent.

Nothing of rxt is used here but the names of the weights. Letters: T tokens, N attended rows, D width, d head dimension.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Weights = dict[str, Array]


def weights_of(model: Any) -> Weights:
    return {name: value.double().numpy() for name, value in model.state_dict().items()}


def rms_norm(x: Array, weight: Array) -> Array:
    """x [N, D]."""
    epsilon = 2.0**-23
    return np.stack([row / np.sqrt(np.mean(row * row) + epsilon) * weight for row in x])


def rotate(x: Array, position: int) -> Array:
    """One head's row [d] at a position: pairs are neighbours, the rotated halves are concatenated."""
    half = len(x) // 2
    result = np.empty_like(x)
    for pair in range(half):
        angle = position * 10_000.0 ** (-2 * pair / len(x))
        even, odd = x[2 * pair], x[2 * pair + 1]
        result[pair] = even * np.cos(angle) - odd * np.sin(angle)
        result[half + pair] = even * np.sin(angle) + odd * np.cos(angle)
    return result


def softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def attend(
    part: Weights, config: Any, queries: Array, source: Array, rotated: str = "", causal: bool = False
) -> tuple[Array, Array]:
    """Attention of rows [T, D] over rows [N, D]: the result [T, D] and the weights [H, T, N].

    part: q_proj.weight, k_proj.weight, v_proj.weight, out_proj.weight, out_proj.bias. rotated: which of "qk" carry
    positions. config: rxt's AttentionConfig.
    """
    size, heads, groups = config.head_dim, config.query_heads, config.kv_heads
    weights = np.zeros((heads, len(queries), len(source)))
    joined = np.zeros((len(queries), heads * size))
    for head in range(heads):
        group = head // (heads // groups)
        q = queries @ part["q_proj.weight"][head * size : (head + 1) * size].T
        k = source @ part["k_proj.weight"][group * size : (group + 1) * size].T
        v = source @ part["v_proj.weight"][group * size : (group + 1) * size].T
        if "q" in rotated:
            q = np.stack([rotate(row, position) for position, row in enumerate(q)])
        if "k" in rotated:
            k = np.stack([rotate(row, position) for position, row in enumerate(k)])
        for row in range(len(queries)):
            seen = row + 1 if causal else len(source)
            weights[head, row, :seen] = softmax(k[:seen] @ q[row] / np.sqrt(size))
            joined[row, head * size : (head + 1) * size] = weights[head, row] @ v
    return joined @ part["out_proj.weight"].T + part["out_proj.bias"], weights


def below(weights: Weights, prefix: str) -> Weights:
    """The weights whose names begin with prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def layer_of(weights: Weights, layer: int) -> Weights:
    """One layer of stacked weights."""
    return {name: value[layer] for name, value in weights.items()}


def feed_forward(part: Weights, config: Any, x: Array) -> Array:
    """Gated with swish, dense or with experts."""
    if not config.experts:
        fc1 = part["fc1.linear.weight"], part["fc1.linear.bias"]
        return np.stack([_gated(row, *fc1, part["fc2.weight"], part["fc2.bias"]) for row in x])
    result = np.zeros_like(x)
    names = "fc1_weight", "fc1_bias", "fc2_weight", "fc2_bias"
    for index, row in enumerate(x):
        scores = softmax(part["router.gate.weight"] @ row)
        best = np.argsort(-scores)[: config.top_k]
        for expert in best:
            own = [part[f"experts.{name}"][expert] for name in names]
            result[index] += scores[expert] / scores[best].sum() * _gated(row, *own)
    return result


def _gated(x: Array, fc1: Array, bias1: Array, fc2: Array, bias2: Array) -> Array:
    value, gate = np.split(fc1 @ x + bias1, 2)
    return fc2 @ (value * gate * sigmoid(gate)) + bias2
