"""One answer of a memory, without events and without writing: what a probe or a counterfactual asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rxt.events import FinishReason, Sampling
from rxt.inference.cancel import IsCancelled, check, never
from rxt.inference.generate import AnswerDecoder
from rxt.inference.sampling import Sampler
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a prompt; the same fields as in a TurnRecord, interaction_ids as they would have been written."""

    answer: str
    answer_ids: tuple[int, ...]
    interaction_ids: tuple[int, ...]
    reason: FinishReason


def reply(
    model: PretrainedModel,
    memory: MemoryState,
    prompt_ids: Sequence[int],
    sampling: Sampling | None = None,
    turn: int = 0,
    cancelled: IsCancelled = never,
) -> Reply:
    """What a Session with this memory answers at turn `turn`; the memory is only read.

    prompt_ids: [BOS][Q]query[A]. sampling: greedy by default; max_tokens limits the answer.
    Raises Cancelled, and ValueError for a memory not the model's or a prompt that leaves no room for an answer.
    """
    sampling = sampling or Sampling()
    room = model.config.interaction_length - len(prompt_ids)
    if not prompt_ids or room < 1:
        raise ValueError(f"a prompt has 1 to {model.config.interaction_length - 1} tokens, not {len(prompt_ids)}")
    limit = room if sampling.max_tokens is None else min(room, sampling.max_tokens)
    decoder = AnswerDecoder(model, memory, model.new_cache())
    sampler = Sampler(sampling, turn)
    answer_ids: list[int] = []
    unread = list(prompt_ids)
    reason: FinishReason = "length"
    while len(answer_ids) < limit:
        check(cancelled)
        token = sampler.choose(decoder.read(unread))
        if token == model.config.tokens.eos:
            reason = "eos"
            break
        answer_ids.append(token)
        unread = [token]
    ending = (model.config.tokens.eos,) if reason == "eos" else ()
    return Reply(
        answer=model.tokenizer.decode(answer_ids),
        answer_ids=tuple(answer_ids),
        interaction_ids=(*prompt_ids, *answer_ids, *ending),
        reason=reason,
    )
