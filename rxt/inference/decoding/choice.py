"""Which plan decodes a model: the compiled step where it pays."""

from __future__ import annotations

import torch

from rxt.inference.decoding.compiled import CompiledPlan
from rxt.inference.decoding.layout import can_lay_out
from rxt.io.compiler import compiled
from rxt.model.compilable import MANY_WEIGHTS, active_weights
from rxt.model.quantised import Int8Head
from rxt.model.reactive_transformer import ReactiveTransformer


def plan_of(model: ReactiveTransformer) -> CompiledPlan | None:
    """The model's plan, made when it is first asked for and again when weights were replaced; None: decode with torch.

    Made in milliseconds; a machine that never made one before compiles for a second or two.
    """
    if model.training or not can_lay_out(model):
        return None
    weights = _weights(model)
    if model.decoding_plan.made_from != weights:
        model.decoding_plan.value = _new_plan(model)
        model.decoding_plan.made_from = weights
    plan = model.decoding_plan.value
    return plan if isinstance(plan, CompiledPlan) else None


def _weights(model: ReactiveTransformer) -> tuple[object, ...]:
    """What tells whether weights were replaced or written to."""
    tensors = (*model.decoder.parameters(), *model.decoder.buffers(), model.embedding.weight)
    return tuple((tensor.data_ptr(), None if tensor.is_inference() else tensor._version) for tensor in tensors)


def _new_plan(model: ReactiveTransformer) -> CompiledPlan | None:
    if active_weights(model) < MANY_WEIGHTS and not isinstance(model.decoder.head, Int8Head):
        return None
    library = compiled()
    if library is None:
        return None
    try:
        return CompiledPlan(model, library, torch.get_num_threads())
    except MemoryError:
        return None
