"""A recording: turns with what was found out about them, as one file that opens without model and torch.

Beside the turns (app.engine.analysis.recorded_turns) its header names the model and lists findings, whose arrays are
named `finding/<number>/<field>`; `factors/keep` and `factors/wrote` are those of the gates, from which the provenance
after any turn follows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, get_args

import numpy as np

from app.engine.analysis import recorded_turns
from app.engine.analysis.findings import Finding, Health, Origin, Reads, Similarity, Writes
from app.engine.analysis.inquiries import AskHealth, AskReads, AskSimilarity, AskWrites, Inquiry
from app.engine.analysis.recorded_turns import RecordingError, Told, TurnsWriter, checked_header, text_of, unheard
from app.models.memory_names import INITIAL
from rxt.events import frozen_array
from rxt.inference.cancel import IsCancelled, never
from rxt.inference.gate_factors import GateFactors, Measure
from rxt.io.files import open_atomically, remove_unfinished

Array = np.ndarray[Any, Any]

_KINDS: dict[str, tuple[type[Any], type[Any], dict[str, str]]] = {
    "reads": (AskReads, Reads, {"weights": "TLS", "sources": "TN"}),
    "writes": (AskWrites, Writes, {"weights": "LST", "written": "LS"}),
    "similarity": (AskSimilarity, Similarity, {"cosine": "LPP", "effective_rank": "L", "order": "LS"}),
    "health": (
        AskHealth,
        Health,
        {"dead": "LS", "duplicate": "LS", "saturated": "LS", "norm_drift": "L", "distance_from_initial": "L"},
    ),
}
"""By name, the inquiry, its finding and the shapes of its arrays (T tokens, N turns, P places)."""
Kept = Reads | Writes | Similarity | Health
Part = Kept | GateFactors
_NAMES: dict[type[Any], str] = {finding: name for name, (_, finding, _) in _KINDS.items()}
_DTYPES = dict.fromkeys(("dead", "duplicate", "saturated"), np.bool_) | {"order": np.int32}
"""Of the arrays that hold no float32."""
_OPTIONAL = ("order",)
"""Arrays that a finding need not have, and had not in former versions."""
_OF_THE_MODEL = ("heads",)
"""What says what more the model can be asked: a recording has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """origin: the path, no turn of it left out in between. findings: of some or all turns. factors: of all turns, or
    None."""

    origin: Origin
    findings: tuple[Kept, ...]
    factors: GateFactors | None = None

    def answers(self) -> dict[Inquiry, Finding]:
        """The findings by the inquiry that they answer."""
        return {_KINDS[_NAMES[type(finding)]][0](finding.turn): finding for finding in self.findings}


def save_recording(path: Path, origin: Origin, parts: Iterable[Part], told: Told = unheard) -> int:
    """Writes a recording, whole or not at all, and returns its size in bytes. Raises OSError.

    parts: the findings and, where there are some, the factors; each is asked for when the one before it is packed, and
    none is kept. told: of the turns, which are packed after them, which share is done. What either raises leaves no
    file.
    """
    remove_unfinished(path)  # it lies there for as long as the turns are looked into
    with open_atomically(path) as file:
        _pack(file, origin, parts, told)
        return file.tell()


def _pack(file: BinaryIO, origin: Origin, parts: Iterable[Part], told: Told) -> None:
    named = {"model": origin.model, "fingerprint": origin.fingerprint, "opened_from": origin.opened_from}
    listed: list[dict[str, Any]] = []
    header: dict[str, Any] = {**named, "findings": listed}
    with TurnsWriter(file) as writer:
        for part in parts:
            if isinstance(part, GateFactors):
                writer.add("factors/keep", part.keep)
                writer.add("factors/wrote", part.wrote)
                header["factors"] = {"measure": part.measure, "error": part.error}
                continue
            item: dict[str, Any] = {"kind": _NAMES[type(part)]}
            for field in _kept_of(part):
                value = getattr(part, field.name)
                if isinstance(value, np.ndarray):
                    writer.add(f"finding/{len(listed)}/{field.name}", value)
                else:
                    item[field.name] = value
            listed.append(item)
        writer.finish(origin.initial, origin.records, header, told)


def unpacked_bytes(origin: Origin, turns: Sequence[int], most_places: int) -> int:
    """What the arrays of a recording with the findings of these turns will take, known before any is computed.

    most_places: to how many places similarity is pooled."""
    layers, slots = origin.initial.layers, origin.initial.slots
    pool = -(-slots // most_places)
    places, numbers = -(-slots // pool), 4 * layers * slots
    masks, order = 3 * layers * slots, numbers if pool > 1 else 0
    of_memory = 4 * layers * (places**2 + 3) + order + masks
    size = 2 * numbers + of_memory  # of the initial memory, with what of it is in each slot
    size += sum((5 + len(record.gates)) * numbers for record in origin.records)  # norm, change, cosine and factors
    for turn in turns:
        written, read = len(origin.records[turn].interaction_ids), len(origin.records[turn].answer_ids)
        size += of_memory + (written + 1) * numbers + read * (numbers + 4 * (turn + 1))
    return size


def open_recording(path: str | Path, cancelled: IsCancelled = never) -> Recording:
    """Reads a recording. Raises RecordingError for what is not one, OSError, and Cancelled where it was called off
    between two arrays."""
    return from_bytes(recorded_turns.read_file(Path(path)), cancelled)


def from_bytes(data: bytes, cancelled: IsCancelled = never) -> Recording:
    """The recording in the bytes of a file. Raises RecordingError, and Cancelled where it was called off."""
    recorded = recorded_turns.from_bytes(data, cancelled)
    header, arrays = recorded.header, dict(recorded.arrays)
    with checked_header():
        model, fingerprint, opened_from = (
            text_of(header.get(name, "")) for name in ("model", "fingerprint", "opened_from")
        )
        origin = Origin(model, fingerprint, recorded.initial, recorded.records, opened_from)
        findings = tuple(_finding(number, item, origin, arrays) for number, item in enumerate(header["findings"]))
        factors = _factors(header["factors"], origin, arrays) if "factors" in header else None
    if arrays:
        raise RecordingError(f"The recording holds arrays that belong nowhere: {', '.join(sorted(arrays)[:5])}.")
    in_full = tuple(sorted({finding.turn for finding in findings} - {INITIAL}))
    return Recording(dataclasses.replace(origin, recorded=in_full), findings, factors)


def _finding(number: int, item: dict[str, Any], origin: Origin, arrays: dict[str, Array]) -> Kept:
    if item["kind"] not in _KINDS:
        raise RecordingError(f"The recording holds a finding {item['kind']!r}, which is not known.")
    _, finding, shapes = _KINDS[item["kind"]]
    turn = item["turn"]
    first = 0 if finding in (Reads, Writes) else INITIAL
    if type(turn) is not int or not first <= turn < len(origin.records):
        raise RecordingError(f"The recording holds a finding of turn {turn!r}, which it does not have.")
    values: dict[str, Any] = {}
    sizes = {"L": origin.initial.layers, "S": origin.initial.slots, "N": turn + 1}
    for field in dataclasses.fields(finding):
        if field.name == "spans":
            values["spans"] = _spans(item["spans"], text_of(item["text"]))
            sizes["T"] = len(values["spans"])
    for field in _kept_of(finding):
        if field.name in shapes:
            name = f"finding/{number}/{field.name}"
            if name in arrays or field.name not in _OPTIONAL:
                values[field.name] = _array(name, arrays.pop(name), shapes[field.name], sizes)
        elif field.name in ("text", "sentence"):
            values[field.name] = text_of(item[field.name])
        elif field.name != "spans":
            values[field.name] = _count(item[field.name])
    result: Kept = finding(**values)
    return result


def _kept_of(finding: Kept | type[Kept]) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(finding) if field.name not in _OF_THE_MODEL]


def _factors(item: dict[str, Any], origin: Origin, arrays: dict[str, Array]) -> GateFactors:
    if item["measure"] not in get_args(Measure) or not isinstance(item["error"], float):
        raise RecordingError("The recording's gate factors are of an unknown kind.")
    turns = len(origin.records)
    sizes = {"L": origin.initial.layers, "S": origin.initial.slots, "N": turns, "M": turns + 1}
    keep = _array("factors/keep", arrays.pop("factors/keep"), "NLS", sizes)
    wrote = _array("factors/wrote", arrays.pop("factors/wrote"), "MLS", sizes)
    return GateFactors(item["measure"], keep, wrote, item["error"])


def _array(name: str, array: Array, letters: str, sizes: dict[str, int]) -> Array:
    """Read-only. Letters that have no size yet get the array's own."""
    kind = _DTYPES.get(name.rsplit("/", 1)[-1], np.float32)
    if array.dtype != kind or array.ndim != len(letters):
        raise RecordingError(f"{name} holds {array.dtype} in {array.ndim} dimensions, which does not fit.")
    known = dict(sizes)
    for letter, size in zip(letters, array.shape, strict=True):
        if known.setdefault(letter, size) != size:
            raise RecordingError(f"{name} has the shape {array.shape}, which does not fit the memory or the text.")
    if kind is np.float32:
        return frozen_array(array)
    if kind is np.int32 and (np.sort(array, axis=-1) != np.arange(array.shape[-1])).any():
        raise RecordingError(f"{name} does not name each slot of a layer once.")
    array = array.copy()
    array.flags.writeable = False
    return array


def _spans(items: list[list[int]], text: str) -> tuple[tuple[int, int], ...]:
    spans = tuple((_count(start), _count(end)) for start, end in items)
    if any(not 0 <= start <= end <= len(text) for start, end in spans):
        raise RecordingError("The recording holds tokens outside of their text.")
    return spans


def _count(value: object) -> int:
    if type(value) is not int:
        raise RecordingError(f"The recording holds {value!r} where a number belongs.")
    return value
