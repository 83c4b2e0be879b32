"""What one turn read and wrote and what a memory looks like, as findings. Takes what Replay computed; keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from app.engine.analysis.findings import (
    BoolArray,
    Comparison,
    Health,
    MemoryValues,
    ReadHeads,
    Reads,
    Similarity,
    Writes,
)
from app.engine.refusal import RefusedError
from app.models.amount import size_in_words
from app.models.memory_names import start_name
from rxt.events import FloatArray, GateStage, TurnRecord, frozen_array
from rxt.inference.attention_maps import read_map, write_map
from rxt.inference.cancel import IsCancelled
from rxt.inference.counterfactual import prompt_of
from rxt.inference.provenance import Provenance, read_sources
from rxt.inference.slots import distance, effective_rank, health, likeness_order, pooled_similarity
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState

PLACES = 512
"""Similarity is pooled to at most that many places."""
CHANGED = 50
"""Slots that a comparison lists."""
LIMIT_BYTES = 512 * 2**20
"""Of one finding."""


def reads_of(
    model: PretrainedModel, turn: TurnRecord, before: MemoryState, provenance: Provenance, cancelled: IsCancelled
) -> Reads:
    """before: the memory before the turn; provenance: of at least the turns before it."""
    _check_answer(turn)
    found = read_map(model, before, prompt_of(turn), turn.answer_ids, None, "mean", cancelled)
    sources = read_sources(found, provenance.shares(turn.turn))
    return Reads(turn.turn, found.text, found.spans, found.over_heads(), sources, _heads_of(model))


def read_heads_of(
    model: PretrainedModel,
    turn: TurnRecord,
    before: MemoryState,
    layers: Sequence[int] | None,
    cancelled: IsCancelled,
) -> ReadHeads:
    """Raises RefusedError where the finding would be too large; fewer layers then fit."""
    _check_answer(turn)
    heads = _heads_of(model)
    count = model.memory_shape[0] if layers is None else len(layers)
    size = 4 * len(turn.answer_ids) * count * heads * model.memory_shape[1]
    if size > LIMIT_BYTES:
        raise RefusedError(
            f"All heads of {count} layers would take {size_in_words(size)}; at most {size_in_words(LIMIT_BYTES)} are"
            " shown. Choose fewer layers."
        )
    found = read_map(model, before, prompt_of(turn), turn.answer_ids, layers, "each", cancelled)
    return ReadHeads(turn.turn, found.text, found.spans, found.weights, found.layers)


def writes_of(model: PretrainedModel, turn: TurnRecord, before: MemoryState, cancelled: IsCancelled) -> Writes:
    """before: the memory before the turn."""
    found = write_map(model, before, turn.interaction_ids, None, "mean", cancelled)
    gate = turn.gate("write")
    written = np.ones(turn.norm.shape, np.float32) if gate is None else gate.law.write_share(gate.values)
    return Writes(
        turn=turn.turn,
        text=found.text,
        spans=found.spans,
        answer_start=len(prompt_of(turn)),
        weights=found.over_heads(),
        written=frozen_array(written),
    )


def similarity_of(turn: int, memory: MemoryState, cancelled: IsCancelled) -> Similarity:
    cosine, pool = pooled_similarity(memory, PLACES, cancelled)
    order = likeness_order(memory, cancelled) if pool > 1 else None
    return Similarity(turn, cosine, effective_rank(memory, cancelled), pool, order)


def health_of(
    turn: int,
    memory: MemoryState,
    initial: MemoryState,
    gate: GateStage | None,
    cancelled: IsCancelled,
    opened_from: str = "",
) -> Health:
    """gate: the write stage of the turn; None for the initial memory and for models without one. opened_from: the title
    of the saved memory that `initial` is, if it is one."""
    is_dynamic = gate is not None and gate.law.is_dynamic
    found = health(memory, gate if is_dynamic else None, None, cancelled)
    norm, first = memory.shared.norm(dim=-1).mean(dim=1), initial.shared.norm(dim=-1).mean(dim=1)
    drift = (norm / first.clamp_min(torch.finfo(torch.float32).tiny)).numpy()
    far = distance(memory, initial).norm.mean(axis=1)
    return Health(
        turn=turn,
        dead=found.dead,
        duplicate=found.duplicate,
        saturated=found.saturated,
        norm_drift=frozen_array(drift),
        distance_from_initial=frozen_array(far),
        sentence=" ".join(_in_words(found.dead, found.duplicate, found.saturated, drift, gate, opened_from)),
    )


def values_of(turn: int, memory: MemoryState) -> MemoryValues:
    """Shares the memory's own numbers, which nobody may write to."""
    values = memory.shared.cpu().numpy().view()
    values.flags.writeable = False
    return MemoryValues(turn, values)


def comparison_of(a: MemoryState, a_name: str, b: MemoryState, b_name: str) -> Comparison:
    found = distance(a, b)
    order = np.argsort(-found.norm, axis=None, kind="stable")[:CHANGED]
    places = zip(*np.unravel_index(order, found.norm.shape), strict=True)
    of_layer = torch.cosine_similarity(a.shared.flatten(start_dim=1), b.shared.flatten(start_dim=1), dim=-1)
    return Comparison(
        a_name=a_name,
        b_name=b_name,
        a=frozen_array(a.shared.norm(dim=-1).numpy()),
        b=frozen_array(b.shared.norm(dim=-1).numpy()),
        difference=found.norm,
        cosine=found.cosine,
        cosine_of_layer=frozen_array(of_layer.clamp(-1, 1).numpy()),
        changed=tuple((int(layer), int(slot)) for layer, slot in places if found.norm[layer, slot] > 0),
        a_sha256=a.sha256,
        b_sha256=b.sha256,
    )


def _heads_of(model: PretrainedModel) -> int:
    """How many heads read the memory, as rxt.inference.attention_maps.read_map tells them apart."""
    attention = model.config.decoder.cross_attention
    return 1 if attention is None else max(attention.query_heads, attention.kv_heads)


def _check_answer(turn: TurnRecord) -> None:
    if not turn.answer_ids:
        raise RefusedError(f"The answer of turn {turn.turn + 1} is empty, so there is nothing that it read.")


def _in_words(
    dead: BoolArray,
    duplicate: BoolArray,
    saturated: BoolArray,
    drift: FloatArray,
    gate: GateStage | None,
    opened_from: str,
) -> list[str]:
    """The sentences of Health, for a reader who does not look at the plots."""
    counts = [(int(dead.sum()), "dead"), (int(duplicate.sum()), "duplicate"), (int(saturated.sum()), "saturated")]
    ill = [f"{count:,} {'is' if count == 1 else 'are'} {word}" for count, word in counts if count]
    lines = [f"Of {dead.size:,} slots {', '.join(ill)}." if ill else f"All {dead.size:,} slots are in use and differ."]
    low, high = float(drift.min()), float(drift.max())
    span = f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
    lines.append(f"On average the slots of a layer are {span} times as long as in the {start_name(opened_from)}.")
    if gate is not None and gate.law.activation == "none":
        lines.append("The model has no write gate, so no slot can be saturated.")
    elif gate is not None and not gate.law.is_dynamic:
        lines.append("The write gate is a trained constant, so saturation says nothing about this conversation.")
    return lines
