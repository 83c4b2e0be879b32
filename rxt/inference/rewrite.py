"""Turns that are over, written again: into the memory they were written into, into another one, or by another model.

A memory is a function of the memory before it and of the tokens of one interaction, so these give the same bits that
the turn itself gave or would have given.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import torch

from rxt.errors import RxtError
from rxt.events import FinishReason, GateStage, Sampling, TurnMetrics, TurnRecord, frozen_array
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState, MemoryUpdate
from rxt.text.tokenizer import well_formed


def replay_turn(model: PretrainedModel, memory: MemoryState, interaction_ids: Sequence[int]) -> MemoryState:
    """The memory after an interaction of these tokens."""
    return model.update_memory(memory, interaction_ids).memory


def rewrite_turn(
    model: PretrainedModel, memory: MemoryState, record: TurnRecord, turn: int, answer: str | None = None
) -> tuple[MemoryState, TurnRecord]:
    """The turn of `record` written into another memory, as turn number `turn` (from 0), and its record there.

    answer: another answer to write in place of its own, as text; it ends with [EOS], so its reason is "eos".
    Raises RxtError for an answer that leaves no room: question and answer share model.config.interaction_length.
    """
    record = replace(record, turn=turn) if answer is None else _with_answer(model, replace(record, turn=turn), answer)
    started = time.perf_counter()
    update = model.update_memory(memory, record.interaction_ids)
    metrics = replace(record.metrics, memory_s=time.perf_counter() - started)
    return update.memory, record_of(
        memory,
        update,
        turn=turn,
        query=record.query,
        answer=record.answer,
        interaction_ids=record.interaction_ids,
        answer_ids=record.answer_ids,
        reason=record.reason,
        sampling=record.sampling,
        metrics=metrics,
    )


def write_turn(
    model: PretrainedModel, memory: MemoryState, query: str, answer: str, turn: int = 0, reason: FinishReason = "eos"
) -> tuple[MemoryState, TurnRecord]:
    """What was said elsewhere, written into `memory` as turn number `turn` (from 0) without generating a token.

    reason: why the answer ended; only after "eos" is [EOS] written behind it.
    Raises RxtError for an empty query, and for texts that are longer than model.config.interaction_length together.
    """
    query, answer = well_formed(query), well_formed(answer)
    if not query.strip():
        raise RxtError("The message is empty, so there is nothing to write.")
    prompt, answer_ids = model.template.prompt(query), tuple(model.tokenizer.encode(answer))
    interaction = (*prompt, *answer_ids, *((model.config.tokens.eos,) if reason == "eos" else ()))
    room = model.config.interaction_length
    if len(interaction) > room:
        raise RxtError(
            f"Message and answer take {len(interaction):,} tokens together; {model.name} writes at most {room:,} at "
            "once."
        )
    started = time.perf_counter()
    update = model.update_memory(memory, interaction)
    metrics = TurnMetrics(len(prompt), len(answer_ids), 0.0, 0.0, time.perf_counter() - started)
    return update.memory, record_of(
        memory,
        update,
        turn=turn,
        query=query,
        answer=answer,
        interaction_ids=interaction,
        answer_ids=answer_ids,
        reason=reason,
        sampling=Sampling(),
        metrics=metrics,
    )


def record_of(
    before: MemoryState,
    update: MemoryUpdate,
    *,
    turn: int,
    query: str,
    answer: str,
    interaction_ids: Sequence[int],
    answer_ids: Sequence[int],
    reason: FinishReason,
    sampling: Sampling,
    metrics: TurnMetrics,
) -> TurnRecord:
    """The record of a turn: its texts and tokens, and how the update changed the memory `before`."""
    old, new = before.shared, update.memory.shared
    return TurnRecord(
        turn=turn,
        query=query,
        answer=answer,
        interaction_ids=tuple(interaction_ids),
        answer_ids=tuple(answer_ids),
        reason=reason,
        sampling=sampling,
        metrics=metrics,
        gates=tuple(
            GateStage(name, update.laws[name], frozen_array(values.numpy())) for name, values in update.gates.items()
        ),
        norm=frozen_array(new.norm(dim=-1).numpy()),
        change=frozen_array((new - old).norm(dim=-1).numpy()),
        cosine=frozen_array(torch.cosine_similarity(new, old, dim=-1).clamp(-1, 1).numpy()),
        memory_before=before.sha256,
        memory_after=update.memory.sha256,
    )


def _with_answer(model: PretrainedModel, record: TurnRecord, answer: str) -> TurnRecord:
    answer = well_formed(answer)
    prompt = record.interaction_ids[: record.metrics.query_tokens]
    answer_ids = tuple(model.tokenizer.encode(answer))
    room = model.config.interaction_length - len(prompt) - 1
    if len(answer_ids) > room:
        raise RxtError(
            f"This answer has {len(answer_ids):,} tokens; after its question {model.name} can write {room:,} at most. "
            "Nothing was changed: shorten it."
        )
    return replace(
        record,
        answer=answer,
        answer_ids=answer_ids,
        interaction_ids=(*prompt, *answer_ids, model.config.tokens.eos),
        reason="eos",
        # Nothing was decoded: the times of the answer that stood here would make a speed that nobody measured.
        metrics=replace(record.metrics, answer_tokens=len(answer_ids), first_token_s=0.0, answer_s=0.0),
    )
