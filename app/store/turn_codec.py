"""A turn's record as columns and arrays of the database, and back: every number returns with the same bits.

Numbers are JSON (Python writes the shortest decimal that reads back to the same float), arrays are the raw bytes of
little-endian float32 in C order. Letters: L memory layers, S slots.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
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


class Repeated:
    """Columns whose values repeat from turn to turn: each is parsed once, and turns share the result."""

    def __init__(self) -> None:
        self._samplings: dict[str, Sampling] = {}
        self._laws: dict[str, tuple[tuple[GateName, GateLaw], ...]] = {}

    def sampling(self, text: str) -> Sampling:
        """The settings of `sampling_json`. Raises ValueError or TypeError where they are damaged."""
        found = self._samplings.get(text)
        if found is None:
            found = self._samplings[text] = sampling(text)
        return found

    def laws(self, text: str) -> tuple[tuple[GateName, GateLaw], ...]:
        """The gate stages of a turn, without their values. Raises ValueError or TypeError where they are damaged."""
        found = self._laws.get(text)
        if found is None:
            found = self._laws[text] = tuple(_law(gate) for gate in json.loads(text))
        return found


def record(number: int, row: Mapping[str, Any], stored: Mapping[str, Array], repeated: Repeated) -> TurnRecord:
    """The record of turn `number`. Raises ValueError, KeyError or TypeError where the rows are incomplete."""
    state = {name: _array(stored[name]) for name in _STATES}
    return TurnRecord(
        turn=number,
        query=row["query"],
        answer=row["answer"],
        interaction_ids=tuple(json.loads(row["interaction_ids"])),
        answer_ids=tuple(json.loads(row["answer_ids"])),
        reason=row["reason"],
        sampling=repeated.sampling(row["sampling"]),
        metrics=TurnMetrics(**json.loads(row["metrics"])),
        gates=tuple(GateStage(name, law, _array(stored[_GATE + name])) for name, law in repeated.laws(row["gates"])),
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


def _law(gate: dict[str, Any]) -> tuple[GateName, GateLaw]:
    name: GateName = gate.pop("name")
    if name not in get_args(GateName):
        raise ValueError(f"there is no gate stage named {name}")
    return name, GateLaw(**gate)


def _bytes(array: FloatArray) -> Array:
    layers, slots = array.shape
    return layers, slots, np.ascontiguousarray(array, dtype="<f4").tobytes()


def _array(stored: Array) -> FloatArray:
    layers, slots, data = stored
    if len(data) != 4 * layers * slots:
        raise ValueError(f"an array of {layers} by {slots} cannot have {len(data)} bytes")
    if sys.byteorder == "little":  # the bytes are read-only and as they should be: nothing is copied
        return np.ndarray((layers, slots), np.float32, data)
    return frozen_array(np.frombuffer(data, dtype="<f4").reshape(layers, slots))
