"""A turn's record as columns and arrays of the database, and back: every number returns with the same bits.

Numbers are JSON (Python writes the shortest decimal that reads back to the same float), arrays are the raw bytes of
little-endian float32 in C order. Letters: L memory layers, S slots.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np

from rxt.events import FloatArray, GateLaw, GateName, GateStage, Sampling, TurnMetrics, TurnRecord, frozen_array

Array = tuple[int, int, bytes]
"""Layers, slots and the bytes of an array [L, S]."""

_STATES = ("norm", "change", "cosine")
_COLUMNS = (
    "number",
    "query",
    "answer",
    "reason",
    "sampling",
    "metrics",
    "interaction_ids",
    "answer_ids",
    "gates",
    "memory_before",
    "memory_after",
)
_GATE = "gate:"


def clean(text: str) -> str:
    """The text as Unicode that can be written as UTF-8: halves of a surrogate pair are joined or become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def columns(record: TurnRecord) -> dict[str, Any]:
    """The columns of `turn` that a remembered turn fills."""
    gates = [{"name": stage.name, **dataclasses.asdict(stage.law)} for stage in record.gates]
    return {
        "query": clean(record.query),
        "answer": clean(record.answer),
        "reason": record.reason,
        "sampling": sampling_json(record.sampling),
        "metrics": json.dumps(dataclasses.asdict(record.metrics)),
        "interaction_ids": json.dumps(record.interaction_ids),
        "answer_ids": json.dumps(record.answer_ids),
        "gates": json.dumps(gates),
        "memory_before": record.memory_before,
        "memory_after": record.memory_after,
    }


def arrays(record: TurnRecord) -> dict[str, Array]:
    """The rows of `turn_array`: norm, change, cosine and one for each gate stage."""
    states = {name: getattr(record, name) for name in _STATES}
    gates = {_GATE + stage.name: stage.values for stage in record.gates}
    return {name: _bytes(array) for name, array in (states | gates).items()}


def record(number: int, row: Mapping[str, Any], stored: Mapping[str, Array]) -> TurnRecord:
    """The record of turn `number`. Raises ValueError, KeyError or TypeError where the rows are incomplete."""
    state = {name: _array(stored[name]) for name in _STATES}
    return TurnRecord(
        turn=number,
        query=row["query"],
        answer=row["answer"],
        interaction_ids=tuple(json.loads(row["interaction_ids"])),
        answer_ids=tuple(json.loads(row["answer_ids"])),
        reason=row["reason"],
        sampling=sampling(row["sampling"]),
        metrics=TurnMetrics(**json.loads(row["metrics"])),
        gates=tuple(_stage(gate, stored) for gate in json.loads(row["gates"])),
        norm=state["norm"],
        change=state["change"],
        cosine=state["cosine"],
        memory_before=row["memory_before"],
        memory_after=row["memory_after"],
    )


def digest(columns: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """SHA-256 over everything that makes a record, as it is stored: one changed bit changes it."""
    state = hashlib.sha256(json.dumps([columns[name] for name in _COLUMNS]).encode("ascii"))
    for name in sorted(arrays):
        layers, slots, data = arrays[name]
        state.update(f"\n{name} {layers} {slots} {len(data)}\n".encode())
        state.update(data)
    return state.hexdigest()


def sampling_json(sampling: Sampling) -> str:
    """The sampling settings as a JSON object."""
    return json.dumps(dataclasses.asdict(sampling))


def sampling(text: str) -> Sampling:
    """The settings of `sampling_json`. Raises ValueError or TypeError where they are damaged."""
    return Sampling(**json.loads(text))


def _stage(gate: dict[str, Any], stored: Mapping[str, Array]) -> GateStage:
    name: GateName = gate.pop("name")
    if name not in get_args(GateName):
        raise ValueError(f"there is no gate stage named {name}")
    return GateStage(name=name, law=GateLaw(**gate), values=_array(stored[_GATE + name]))


def _bytes(array: FloatArray) -> Array:
    layers, slots = array.shape
    return layers, slots, np.ascontiguousarray(array, dtype="<f4").tobytes()


def _array(stored: Array) -> FloatArray:
    layers, slots, data = stored
    return frozen_array(np.frombuffer(data, dtype="<f4").reshape(layers, slots))
