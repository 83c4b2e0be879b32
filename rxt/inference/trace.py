"""What a finished turn read and wrote, as attention weights: recomputed on request, never recorded while answering.

A turn is a pure function of the memory before it and its tokens, so it can be replayed at any time and looking never
slows an answer. The model's own forward pass is not instrumented: weights are computed again from its projections.

Letters: T tokens, L layers, H heads, S slots, N attended places, D width, d head dimension.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from rxt.events import FloatArray
from rxt.inference.cancel import IsCancelled, check, never
from rxt.inference.replay import encoder_states, replay_interlayer, replay_write
from rxt.inference.spans import Span, token_spans
from rxt.io.pretrained import PretrainedModel
from rxt.model.decoder import DecoderLayer, causal_mask
from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.rope import RotaryEmbedding

Heads = Literal["each", "mean"]
"""Every head by itself, or their mean as the only one (H = 1), which takes H times less space."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadMap:
    """Which slots each token of an answer was read from: memory cross-attention.

    weights: [T, L, H, S], read-only, in [0, 1], sums to 1 over S. Row t belongs to the pass that chose answer token t,
    which stands on the token before it: what the slots gave to that choice. (A token's own pass serves the next one.)
    layers: the decoder layers that were asked for, L of them. text, spans: the answer, and the characters [start, end)
    of it that each of the T tokens covers.
    """

    weights: FloatArray
    layers: tuple[int, ...]
    text: str
    spans: tuple[Span, ...]

    def over_heads(self) -> FloatArray:
        """[T, L, S]: the mean over heads."""
        return sealed(self.weights.mean(axis=2))

    def over_layers(self) -> FloatArray:
        """[T, S]: the mean over layers and heads. Slot s of one layer has nothing in common with slot s of another."""
        return sealed(self.weights.mean(axis=(1, 2)))

    def of_slots(self, tokens: Sequence[int] | slice = slice(None)) -> FloatArray:
        """[L, S]: how much the given tokens (all by default) read each slot on average; sums to 1 over S."""
        return sealed(self.weights[tokens].mean(axis=(0, 2)))


@dataclass(frozen=True, slots=True, eq=False)
class WriteMap:
    """Which tokens of a turn each slot was written from: the attention of the write step.

    weights: [L, H, S, T], read-only, in [0, 1], sums to 1 over T. The write gate then decides how much of it stays.
    layers: the memory layers that were asked for. text, spans: question and answer in one, and the characters
    [start, end) of it that each of the T tokens covers; control tokens are empty spans.
    """

    weights: FloatArray
    layers: tuple[int, ...]
    text: str
    spans: tuple[Span, ...]

    def over_heads(self) -> FloatArray:
        """[L, S, T]: the mean over heads."""
        return sealed(self.weights.mean(axis=1))

    def of_tokens(self) -> FloatArray:
        """[L, T]: how much all slots of a layer looked at each token on average; sums to 1 over T."""
        return sealed(self.weights.mean(axis=(1, 2)))


def sealed(array: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> FloatArray:
    """The array as float32 and read-only, without a copy where it is float32 already: for arrays nobody else holds."""
    result = np.ascontiguousarray(array, dtype=np.float32)
    result.flags.writeable = False
    return result


def attention_weights(q: Tensor, k: Tensor) -> Tensor:
    """The weights that grouped_attention gives to values: q [H, T, d], k [G, N, d] -> [H, T, N] in float32."""
    heads, tokens, width = q.shape
    groups = k.shape[0]
    rows = q.float().reshape(groups, heads // groups * tokens, width)
    scores = rows @ k.float().transpose(-2, -1) / math.sqrt(width)
    return scores.softmax(dim=-1).reshape(heads, tokens, -1)


@torch.inference_mode()
def read_map(
    model: PretrainedModel,
    memory: MemoryState,
    prompt_ids: Sequence[int],
    answer_ids: Sequence[int],
    layers: Sequence[int] | None = None,
    heads: Heads = "each",
    cancelled: IsCancelled = never,
) -> ReadMap:
    """Replays an answer in one uncached pass. memory: before the turn. layers: all by default.

    The full map takes 4 * T * L * H * S bytes. Raises Cancelled, and ValueError for a memory or tokens not the model's.
    """
    chosen = _layers(model, layers)
    if not prompt_ids or not answer_ids:
        raise ValueError("a read map needs a prompt and an answer of at least one token each")
    tokens = model.tokens([*prompt_ids, *answer_ids[:-1]])  # the last token chose nothing
    found: dict[int, FloatArray] = {}
    slots = model.as_batch(memory)
    x = model.embedding(tokens)
    mask = causal_mask(tokens.shape[1], 0, x.device)
    for index, layer in enumerate(islice(model.decoder.typed_layers(), max(chosen) + 1)):
        check(cancelled)
        keys, values = layer.read_memory(slots[index])
        if index in chosen:
            queries = _reading_queries(layer, x, model.decoder.rope, mask)[0, :, -len(answer_ids) :]
            found[index] = _numpy(attention_weights(queries, keys[0]), heads)
        x = layer(x, (keys, values), model.decoder.rope, mask, 0, None)
    weights = np.stack([found.pop(index).swapaxes(0, 1) for index in chosen], axis=1)
    return ReadMap(sealed(weights), chosen, *token_spans(model.tokenizer, answer_ids))


@torch.inference_mode()
def value_norms(model: PretrainedModel, memory: MemoryState, cancelled: IsCancelled = never) -> FloatArray:
    """[L, S]: the Euclidean norm of each slot's value in memory cross-attention, averaged over kv heads.

    Multiplied by the weights of a ReadMap it tells how much of each slot entered the answer. Raises Cancelled.
    """
    norms = []
    for layer, slots in zip(model.decoder.typed_layers(), model.as_batch(memory), strict=True):
        check(cancelled)
        values = layer.read_memory(slots)[1]
        norms.append(values[0].float().norm(dim=-1).mean(dim=0).cpu().numpy())
    return sealed(np.stack(norms))


def _reading_queries(layer: DecoderLayer, x: Tensor, rope: RotaryEmbedding, mask: Tensor) -> Tensor:
    """What the layer asks its memory, [1, H, T, d], for its input x [1, T, D]: the first half of its forward pass."""
    normed, own = layer.norm1(x), layer.attention
    x = x + own(rope(own.queries(normed)), rope(own.keys(normed)), own.values(normed), mask)
    return rope(layer.memory_cross_attention.queries(layer.norm2(x)))  # type: ignore[no-any-return]


@torch.inference_mode()
def write_map(
    model: PretrainedModel,
    memory: MemoryState,
    interaction_ids: Sequence[int],
    layers: Sequence[int] | None = None,
    heads: Heads = "each",
    cancelled: IsCancelled = never,
) -> WriteMap:
    """Replays the write step of a turn. memory: before the turn. layers: all by default.

    The full map takes 4 * L * H * S * T bytes. Raises Cancelled, and ValueError for a memory or tokens not the model's.
    """
    chosen = _layers(model, layers)
    write = replay_write(model, memory, encoder_states(model, interaction_ids), cancelled)
    weights = _stacked_weights(write.queries, write.keys, chosen, heads, cancelled)
    return WriteMap(weights, chosen, *token_spans(model.tokenizer, interaction_ids))


@torch.inference_mode()
def interlayer_map(
    model: ReactiveTransformer,
    memory: MemoryState,
    layers: Sequence[int] | None = None,
    heads: Heads = "each",
    cancelled: IsCancelled = never,
) -> FloatArray:
    """Which slots of the layers' mean each slot read in the interlayer step: [L, H, S, S'], sums to 1 over S'.

    It depends on the memory before the turn alone, not on what is said. 4 * L * H * S * S bytes.
    """
    chosen = _layers(model, layers)
    queries, keys = replay_interlayer(model, memory)
    return _stacked_weights(queries, keys, chosen, heads, cancelled)


def _stacked_weights(
    queries: Tensor, keys: Tensor, layers: Sequence[int], heads: Heads, cancelled: IsCancelled
) -> FloatArray:
    """queries [L, 1, H, S, d], keys [L, 1, G, N, d] -> [chosen layers, H or 1, S, N]."""
    rows = 1 if heads == "mean" else queries.shape[2]
    weights = np.empty((len(layers), rows, queries.shape[3], keys.shape[3]), np.float32)
    for place, layer in enumerate(layers):
        check(cancelled)
        weights[place] = _numpy(attention_weights(queries[layer, 0], keys[layer, 0]), heads)
    return sealed(weights)


def _numpy(weights: Tensor, heads: Heads) -> FloatArray:
    """[H, T, N] -> [H or 1, T, N]."""
    result: FloatArray = (weights.mean(dim=0, keepdim=True) if heads == "mean" else weights).cpu().numpy()
    return result


def _layers(model: ReactiveTransformer, layers: Sequence[int] | None) -> tuple[int, ...]:
    count = model.memory_shape[0]
    chosen = tuple(range(count)) if layers is None else tuple(layers)
    if not chosen or len(set(chosen)) != len(chosen) or not all(0 <= layer < count for layer in chosen):
        raise ValueError(f"layers are different numbers from 0 to {count - 1}, not {list(chosen)}")
    return chosen
