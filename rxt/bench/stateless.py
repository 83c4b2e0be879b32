"""What a turn costs a model without memory that has the same decoder: it reads all again, or keeps a cache.

The stateless decoder has the very layers, weights and code paths of the reactive one; its memory is one empty slot, and
its positions go on over the whole conversation. Nothing is said about the quality of its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from rxt.bench.machine import timed
from rxt.inference.generate import AnswerDecoder
from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer

TURNS = (1, 2, 4, 8, 16, 24, 32, 48, 64)
QUERY_TOKENS = ANSWER_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds of whole turns, at the turns that were measured, and bytes of what is kept from turn to turn.

    reactive: reading, answering and remembering. reread: the stateless decoder reads its history again. cached: it
    keeps keys and values of every token.
    """

    turns: tuple[int, ...]
    query_tokens: int
    answer_tokens: int
    reactive_s: tuple[float, ...]
    reread_s: tuple[float, ...]
    cached_s: tuple[float, ...]
    memory_bytes: int
    cached_bytes: tuple[int, ...]

    def dearer_from(self, seconds: Sequence[float]) -> int | None:
        """The first measured turn from which on a stateless turn takes longer than a reactive one."""
        found = None
        for turn, ours, theirs in zip(self.turns, self.reactive_s, seconds, strict=True):
            found = (found or turn) if theirs > ours else None
        return found


def compare(
    model: ReactiveTransformer,
    turns: Sequence[int] = TURNS,
    rounds: int = 3,
    report: Callable[[int, int], object] = lambda done, total: None,
) -> Comparison:
    """Measures every turn a few times, all three ways one after the other, and takes the least of each."""
    length = QUERY_TOKENS + ANSWER_TOKENS
    tokens = min(QUERY_TOKENS, model.config.interaction_length // 2)
    other = stateless(model, max(turns) * length)
    empty, memory = MemoryState(torch.zeros(other.memory_shape)), model.initial_memory()
    decoder = AnswerDecoder(other, empty, other.new_cache())
    seconds: dict[str, list[float]] = {"reactive": [], "reread": [], "cached": []}
    for number, turn in enumerate(turns):
        history = _tokens((turn - 1) * 2 * tokens)
        ways: dict[str, Callable[[], None]] = {
            "reactive": lambda: _reactive_turn(model, memory, tokens),
            "reread": lambda history=history: _stateless_turn(decoder, history, tokens, 0),  # type: ignore[misc]
            "cached": lambda history=history: _stateless_turn(decoder, [], tokens, len(history)),  # type: ignore[misc]
        }
        for name, way in ways.items():
            seconds[name].append(min(timed(way, model.device) for _ in range(rounds)))
        report(number + 1, len(turns))
    attention = model.config.decoder.attention
    token_bytes = (
        2
        * model.new_cache().storage.element_size()
        * model.config.decoder.layers
        * attention.kv_heads
        * attention.head_dim
    )
    return Comparison(
        turns=tuple(turns),
        query_tokens=tokens,
        answer_tokens=tokens,
        reactive_s=tuple(seconds["reactive"]),
        reread_s=tuple(seconds["reread"]),
        cached_s=tuple(seconds["cached"]),
        memory_bytes=4 * memory.shared.numel(),
        cached_bytes=tuple(turn * 2 * tokens * token_bytes for turn in turns),
    )


def stateless(model: ReactiveTransformer, tokens: int) -> ReactiveTransformer:
    """A model with the same decoder, without copies of its weights, for conversations of so many tokens.

    Its memory is one slot. It has no encoder and no memory attention that could be used.
    """
    config = replace(model.config, memory=replace(model.config.memory, slots=1), interaction_length=tokens)
    with torch.device("meta"):
        result = ReactiveTransformer(config)
    result.embedding = model.embedding
    result.decoder.layers, result.decoder.head = model.decoder.layers, model.decoder.head
    result.decoder.rope.to(model.device)
    return result.eval().requires_grad_(False)


def _tokens(count: int) -> list[int]:
    return [10 + place % 20 for place in range(count)]


def _reactive_turn(model: ReactiveTransformer, memory: MemoryState, tokens: int) -> None:
    decoder = AnswerDecoder(model, memory, model.new_cache())
    decoder.read(_tokens(tokens))
    for token in _tokens(tokens - 1):
        decoder.read([token])
    model.update_memory(memory, _tokens(2 * tokens))


def _stateless_turn(decoder: AnswerDecoder, history: list[int], tokens: int, kept: int) -> None:
    decoder.rewind(kept)
    decoder.read([*history, *_tokens(tokens)])
    for token in _tokens(tokens - 1):
        decoder.read([token])
