"""What would have been said otherwise: the same turn with an edited memory, the same conversation without a turn.

Letters: N turns, T tokens, V vocabulary.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rxt.events import FloatArray, TurnRecord, frozen_array
from rxt.inference.cancel import IsCancelled, check, never
from rxt.inference.edit import SlotMask, patch
from rxt.inference.replay import encoder_states, replay_write
from rxt.inference.reply import Reply, reply
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer


@dataclass(frozen=True, slots=True, eq=False)
class Counterfactual:
    """A turn beside the same turn with another memory.

    own, other: what is answered with the memory before the turn, and with the other one, with the turn's own seed and
    limits. own is the turn's answer, unless somebody wrote that or another memory or turn number answered it.
    first_difference: the index of the first answer token in which other differs from own (the length of the shorter
    answer where one continues the other); None where they are the same.
    before, after: [T], natural logarithm of the probability of each token of the turn's answer, with its own and with
    the other memory.
    """

    own: Reply
    other: Reply
    first_difference: int | None
    before: FloatArray
    after: FloatArray

    @property
    def change(self) -> FloatArray:
        """[T]: after - before, in nats; below 0 where the other memory makes the token less likely."""
        return frozen_array(self.after - self.before)

    @property
    def mean_change(self) -> float:
        """The mean over the answer's tokens; NaN for an answer without tokens."""
        return float(self.change.mean()) if len(self.change) else float("nan")


def prompt_of(turn: TurnRecord) -> tuple[int, ...]:
    """[BOS][Q]query[A]: the tokens of a finished turn before its answer."""
    return turn.interaction_ids[: turn.metrics.query_tokens]


@torch.inference_mode()
def answer_log_probabilities(
    model: ReactiveTransformer, memory: MemoryState, prompt_ids: Sequence[int], answer_ids: Sequence[int]
) -> FloatArray:
    """[T]: natural logarithm of the probability of each answer token, from one uncached pass without sampling."""
    if not answer_ids:
        return frozen_array([])
    logits = model.logits([*prompt_ids, *answer_ids[:-1]], memory)[-len(answer_ids) :]
    chosen = torch.as_tensor(answer_ids, device=logits.device)[:, None]
    result: Tensor = logits.float().log_softmax(dim=-1).gather(1, chosen)[:, 0]
    return frozen_array(result.cpu().numpy())


def counterfactual(
    model: PretrainedModel,
    turn: TurnRecord,
    memory: MemoryState,
    other: MemoryState,
    cancelled: IsCancelled = never,
    own: Reply | None = None,
) -> Counterfactual:
    """memory: before the turn; other: an edited copy of it. Nothing is written. Raises Cancelled.

    own: what answer_again has said, where it was asked before. A turn that its reader stopped is answered at the same
    length again, so that the stop is no difference.
    """
    prompt = prompt_of(turn)
    length = len(turn.answer_ids) if turn.reason == "stopped" else None
    before = answer_log_probabilities(model, memory, prompt, turn.answer_ids)
    check(cancelled)
    after = answer_log_probabilities(model, other, prompt, turn.answer_ids)
    own = answer_again(model, turn, memory, cancelled) if own is None else own
    answered = answer_again(model, turn, other, cancelled)
    difference = first_difference(own.answer_ids[:length], answered.answer_ids[:length])
    return Counterfactual(own, answered, difference, before, after)


def answer_again(
    model: PretrainedModel, turn: TurnRecord, memory: MemoryState, cancelled: IsCancelled = never
) -> Reply:
    """What is answered to the question of a turn with a memory, with the turn's own seed and limits. Raises Cancelled.

    A turn that its reader stopped ends where it did.
    """
    sampling = turn.sampling
    if turn.reason == "stopped":
        sampling = dataclasses.replace(sampling, max_tokens=max(1, len(turn.answer_ids)))
    return reply(model, memory, prompt_of(turn), sampling, turn.turn, cancelled)


def first_difference(first: Sequence[int], second: Sequence[int]) -> int | None:
    """The index of the first place where two sequences differ, None where they are equal."""
    for index, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return index
    return None if len(first) == len(second) else min(len(first), len(second))


def frozen(
    model: ReactiveTransformer,
    memory: MemoryState,
    interactions: Sequence[Sequence[int]],
    where: SlotMask,
    cancelled: IsCancelled = never,
) -> MemoryState:
    """The memory after turns with these interaction_ids, with the slots `where` [L, S] kept as they were.

    memory: before the first turn. After every update those slots get back their values in it, so that later turns read
    these. Raises Cancelled.
    """
    state = memory
    for ids in interactions:
        written = replay_write(model, state, encoder_states(model, ids), cancelled).memory
        state = patch(written, where, memory)
    return state


def leave_one_out(
    model: ReactiveTransformer,
    initial: MemoryState,
    turns: Sequence[TurnRecord],
    cancelled: IsCancelled = never,
    progress: Callable[[float], object] = lambda share: None,
) -> FloatArray:
    """[N, N]: entry [k, j] is the change of answer j's mean log-probability, in nats per token, without turn k.

    NaN for j <= k and for answers without tokens. initial: the memory before the first turn. Questions and answers stay
    the same; only turn k is not written to memory. Takes about N * N / 2 passes. progress: called with the share done,
    in [0, 1]. Raises Cancelled.
    """
    states = []
    for turn in turns:  # they do not depend on the memory, so they are computed once
        check(cancelled)
        states.append(encoder_states(model, turn.interaction_ids))
    count = len(turns)
    before = np.full(count, np.nan)
    result = np.full((count, count), np.nan)
    memory = initial
    done, total = 0, count + count * (count - 1) // 2
    for missing in range(-1, count):  # -1: the conversation as it was
        without = memory
        for later in range(missing + 1, count):
            check(cancelled)
            turn = turns[later]
            found = answer_log_probabilities(model, without, prompt_of(turn), turn.answer_ids)
            if len(found) and missing < 0:
                before[later] = found.mean()
            elif len(found):
                result[missing, later] = found.mean() - before[later]
            if later + 1 < count:
                without = replay_write(model, without, states[later], cancelled).memory
            done += 1
            progress(done / total)
        if missing >= 0:
            memory = replay_write(model, memory, states[missing], cancelled).memory
    return frozen_array(result)
