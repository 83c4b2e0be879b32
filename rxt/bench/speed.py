"""One model's speed: decoding beside the machine's read bandwidth, and whole turns early and late in a conversation."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch

from rxt.bench.machine import ReadBandwidth, timed
from rxt.bench.naive import naive_update
from rxt.events import MemoryWritten, Sampling, TurnMetrics
from rxt.inference.decoding.choice import plan_of
from rxt.inference.generate import AnswerDecoder
from rxt.inference.session import Session
from rxt.io.pretrained import PretrainedModel
from rxt.model.compilable import active_bytes

ROUNDS, TOKENS = 5, 24
QUERY = "Hi, my name is Alice and I live in Lisbon. What is my name?"


@dataclass(frozen=True, slots=True)
class DecodingSpeed:
    """Medians of rounds that take turns with each other, so that all see the same machine.

    tokens_s: as answers are decoded; torch_tokens_s: the same by torch alone. read_bytes: weights, memory and cache
    that a token reads. bandwidth_gb_s: of the machine; share: of it that decoding reaches, more than 1 where the
    weights stay in the processor's cache.
    """

    tokens_s: float
    torch_tokens_s: float
    compiled: bool
    read_bytes: int
    bandwidth_gb_s: float

    @property
    def share(self) -> float:
        return self.tokens_s * self.read_bytes / 1e9 / self.bandwidth_gb_s


def decoding_speed(model: PretrainedModel, rounds: int = ROUNDS, tokens: int = TOKENS) -> DecodingSpeed:
    """Decodes the same tokens in every way that there is."""
    bandwidth = ReadBandwidth(device=model.device)
    memory, cache, prompt = model.initial_memory(), model.new_cache(), model.template.prompt(QUERY)
    prompt = prompt[: model.config.interaction_length // 2]
    tokens = min(tokens, model.config.interaction_length - len(prompt))
    found: dict[str, list[float]] = {"plan": [], "torch": [], "bandwidth": []}
    for _ in range(rounds):
        found["bandwidth"].append(bandwidth.measure(3))
        for name in ("plan", "torch"):
            decoder = AnswerDecoder(model, memory, cache, fast=name == "plan")
            found[name].append(statistics.median(_token_times(decoder, prompt, tokens, model.device)))
    attention, cross = model.config.decoder.attention, model.config.decoder.cross_attention
    heads = attention.kv_heads * (len(prompt) + tokens // 2) + (cross.kv_heads * model.memory_shape[1] if cross else 0)
    held_bytes = model.config.decoder.layers * heads * attention.head_dim * 2 * cache.storage.element_size()
    return DecodingSpeed(
        tokens_s=1 / statistics.median(found["plan"]),
        torch_tokens_s=1 / statistics.median(found["torch"]),
        compiled=plan_of(model) is not None,
        read_bytes=active_bytes(model) + held_bytes,
        bandwidth_gb_s=statistics.median(found["bandwidth"]),
    )


def _token_times(decoder: AnswerDecoder, prompt: Sequence[int], tokens: int, device: torch.device) -> list[float]:
    timed(lambda: decoder.read(prompt), device)
    return [timed(partial(decoder.read, [10 + token]), device) for token in range(tokens)]


def update_speed(model: PretrainedModel, rounds: int = ROUNDS) -> tuple[float, float]:
    """Seconds of one memory update of a middling interaction, and of the same computed layer by layer, plainly."""
    ids = model.template.interaction(QUERY, "Your name is Alice.")[: model.config.interaction_length]
    memory = model.initial_memory()
    ways: tuple[Callable[[], object], ...] = (
        lambda: model.update_memory(memory, ids),
        lambda: naive_update(model, memory, ids),
    )
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for way, kept in zip(ways, times, strict=True):
            kept.append(timed(way, model.device))
    ours, plain = (statistics.median(kept[1:]) for kept in times)
    return ours, plain


def turns(
    model: PretrainedModel, marks: Sequence[int], answer_tokens: int, report: Callable[[int, int], object]
) -> dict[int, TurnMetrics]:
    """A conversation with the same question again and again: what the turns `marks` (from 1) took.

    From the fourth on with the two before: of those three the speed of the middle one, and medians of the other times.
    """
    session = Session(model, sampling=Sampling(max_tokens=answer_tokens))
    last = max(marks)
    found: list[TurnMetrics] = []
    for number in range(1, last + 1):
        for event in session.ask(QUERY):
            if isinstance(event, MemoryWritten):
                found.append(event.record.metrics)
        report(number, last)
        if len(found) != number:
            raise ValueError(f"turn {number} of the measurement failed")
    return {mark: _middle(found[mark - 3 : mark]) if mark > 3 else found[mark - 1] for mark in marks}


def _middle(found: Sequence[TurnMetrics]) -> TurnMetrics:
    """The turn of the middle speed, with the middle times of all until the first token and for the memory update.

    Not each time by itself: answers differ in length, and a speed is tokens and seconds of one answer.
    """
    spoken = [turn for turn in found if turn.tokens_per_s] or found
    turn = sorted(spoken, key=lambda turn: turn.tokens_per_s or 0)[len(spoken) // 2]
    first_token_s = statistics.median(turn.first_token_s for turn in spoken)
    return replace(
        turn,
        first_token_s=first_token_s,
        answer_s=turn.answer_s + first_token_s - turn.first_token_s,
        memory_s=statistics.median(turn.memory_s for turn in found),
    )


def set_threads(threads: int | None) -> int:
    """The number of torch's threads from now on, changed where a number is given. Raises ValueError for less than 1 and
    for more than the machine has processors: those would only wait for each other, and many thousands cannot be had."""
    most = os.cpu_count() or 1
    if threads is not None and not 1 <= threads <= most:
        raise ValueError(
            f"--threads is from 1 to {most}, the processors of this machine, not {threads}; nothing was measured."
        )
    if threads is not None:
        torch.set_num_threads(threads)
    return torch.get_num_threads()
