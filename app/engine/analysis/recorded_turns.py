"""Recorded turns as a file: what the window draws of a conversation, without a model and without torch.

The file is a NumPy archive (.npz) of plain arrays and one JSON header; nothing in it is ever unpickled. Those of the
turns are float32 [L, S] and named `initial/norm`, `<turn>/norm`, `<turn>/change`, `<turn>/cosine` and
`<turn>/gate/<stage>`. What else a recording holds is known to app.engine.analysis.recording; here it is passed by.
"""

from __future__ import annotations

import dataclasses
import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Self, get_args

import numpy as np

from app.models.amount import size_in_words
from rxt.events import (
    FinishReason,
    FloatArray,
    GateActivation,
    GateLaw,
    GateName,
    GateSource,
    GateStage,
    MemorySummary,
    Sampling,
    TurnMetrics,
    TurnRecord,
    frozen_array,
)
from rxt.inference.cancel import Cancelled, IsCancelled, check, never
from rxt.io.files import read_bounded

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "mneme-recording"
VERSION = 2
LIMIT_BYTES = 4 * 2**30  # unpacked: 500 turns of 21 × 4096 slots with three gates are 1.0 GB

Told = Callable[[float], object]
"""What hears which share of a work is done, 0 to 1."""

_HEADER = "header"
_ARRAY = ".npy"
_NO_RECORDING = "This is not a recording, or it is damaged."
_SHA256 = re.compile(r"[0-9a-f]{64}")


def unheard(_share: float) -> None:
    """Nobody wants to know how far it is."""


class RecordingError(ValueError):
    """The file is not a recording that can be shown; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedTurns:
    """An initial memory and the turns that followed it, numbered 0, 1, … header, arrays: what else the file holds."""

    initial: MemorySummary
    records: tuple[TurnRecord, ...]
    header: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray[Any, Any]]


class TurnsWriter:
    """Packs arrays into a file one by one as they come, then the turns and what is said of them: the file is never
    whole in memory. For a `with` block; `finish` is the last call in it."""

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def add(self, name: str, array: np.ndarray[Any, Any]) -> None:
        """Of what else the recording holds."""
        with self._archive.open(f"{name}{_ARRAY}", "w", force_zip64=True) as file:
            np.save(file, array, allow_pickle=False)

    def finish(
        self, initial: MemorySummary, records: Sequence[TurnRecord], header: Mapping[str, Any], told: Told = unheard
    ) -> None:
        """header: what is said of the other arrays. told: before each turn and at the end, which share of them is
        packed, 0 to 1; what it raises ends the work."""
        self.add("initial/norm", initial.norm)
        for turn, record in enumerate(records):  # as the reader counts: a record may have another number
            told(turn / len(records))
            for name in ("norm", "change", "cosine"):
                self.add(f"{turn}/{name}", getattr(record, name))
            for stage in record.gates:
                self.add(f"{turn}/gate/{stage.name}", stage.values)
        turns = {"initial": _without_arrays(initial, "norm"), "turns": [_header_of(record) for record in records]}
        text = json.dumps({**header, "format": FORMAT, "version": VERSION, **turns}, allow_nan=False)
        self.add(_HEADER, np.frombuffer(text.encode(), np.uint8))
        told(1.0)


def from_bytes(data: bytes, cancelled: IsCancelled = never) -> RecordedTurns:
    """The turns in the bytes of a file. Raises RecordingError, and Cancelled where it was called off between two
    arrays."""
    arrays = _arrays(data, cancelled)
    header = _header(arrays.pop(_HEADER, None))
    with checked_header():
        initial = _initial(header.pop("initial"), arrays)
        records = tuple(_record(turn, item, initial, arrays) for turn, item in enumerate(header.pop("turns")))
    _check_chain(initial, records)
    return RecordedTurns(initial, records, header, arrays)


@contextmanager
def checked_header() -> Iterator[None]:
    """Makes RecordingErrors of what is raised where a header is not as expected."""
    try:
        yield
    except RecordingError:
        raise
    except KeyError as error:
        raise RecordingError(f"The recording lacks {error.args[0]!r}.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise RecordingError(f"The recording's header is malformed: {error}.") from error


def text_of(value: object) -> str:
    """Raises RecordingError for what is no text."""
    if not isinstance(value, str):
        raise RecordingError(f"The header holds {type(value).__name__} where text belongs.")
    return value


def read_file(path: Path) -> bytes:
    """Raises RecordingError where it is not a file or larger than any recording, OSError where it cannot be read."""
    if path.exists() and not path.is_file():
        raise RecordingError("This is not a file.")
    try:
        return read_bounded(path, LIMIT_BYTES)
    except ValueError as error:
        raise RecordingError(f"{error}.") from None


def _without_arrays(value: Any, *names: str) -> dict[str, Any]:
    fields = (item.name for item in dataclasses.fields(value) if item.name not in names)
    return {name: getattr(value, name) for name in fields}


def _header_of(record: TurnRecord) -> dict[str, Any]:
    header = _without_arrays(record, "norm", "change", "cosine", "turn")
    header["sampling"] = dataclasses.asdict(record.sampling)
    header["metrics"] = dataclasses.asdict(record.metrics)
    header["gates"] = [{"name": stage.name, "law": dataclasses.asdict(stage.law)} for stage in record.gates]
    return header


def _arrays(data: bytes, cancelled: IsCancelled) -> dict[str, np.ndarray[Any, Any]]:
    """All arrays of the archive, refused before unpacking where they are too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size_bytes = sum(item.file_size for item in archive.infolist())
            if size_bytes > LIMIT_BYTES:
                size, most = size_in_words(size_bytes), size_in_words(LIMIT_BYTES)
                raise RecordingError(f"The recording unpacks to {size}; at most {most} are read.")
            if len(archive.namelist()) != len(set(archive.namelist())):
                raise RecordingError("The recording holds two arrays of the same name.")
            arrays = {}
            for item in archive.infolist():
                check(cancelled)
                arrays[item.filename.removesuffix(_ARRAY)] = _unpacked(archive, item)
        return arrays
    except (RecordingError, Cancelled):
        raise
    except Exception as error:  # of zipfile, its five codecs and NumPy's header, which is Python: each has its own
        raise RecordingError(_NO_RECORDING) from error


def _unpacked(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> np.ndarray[Any, Any]:
    """Raises ValueError for what is no plain array, and before it is allocated for one that is not all there."""
    with archive.open(item) as file:
        if not item.filename.endswith(_ARRAY) or np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("no array")
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
        if file.tell() + math.prod(shape) * kind.itemsize != item.file_size:
            raise ValueError("not the size of its header")
        file.seek(0)
        array: np.ndarray[Any, Any] = np.lib.format.read_array(file, allow_pickle=False)
        return array


def _header(array: np.ndarray[Any, Any] | None) -> dict[str, Any]:
    """All but the format and its version."""
    if array is None or array.dtype != np.uint8 or array.ndim != 1:
        raise RecordingError(_NO_RECORDING)
    try:
        header = json.loads(array.tobytes())
    except (ValueError, RecursionError) as error:
        raise RecordingError(_NO_RECORDING) from error
    if not isinstance(header, dict) or header.pop("format", None) != FORMAT:
        raise RecordingError(_NO_RECORDING)
    if (version := header.pop("version", None)) != VERSION:
        raise RecordingError(f"The recording has version {version!r}; this program reads {VERSION}.")
    if not isinstance(header.get("turns"), list):
        raise RecordingError("The recording's header lists no turns.")
    return header


def _initial(item: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]]) -> MemorySummary:
    sizes = {name: item[name] for name in ("layers", "slots", "width")}
    for name, size in sizes.items():
        if type(size) is not int or size < 1:
            raise RecordingError(f"The recording's memory has {size!r} {name}; at least 1 is needed.")
    shape = (sizes["layers"], sizes["slots"])
    return MemorySummary(**sizes, sha256=_sha256(item["sha256"]), norm=_array(arrays, "initial/norm", shape))


def _record(
    turn: int, item: dict[str, Any], initial: MemorySummary, arrays: dict[str, np.ndarray[Any, Any]]
) -> TurnRecord:
    shape = (initial.layers, initial.slots)
    if item["reason"] not in get_args(FinishReason):
        raise RecordingError(f"Turn {turn} ended by {item['reason']!r}, which is not known.")
    gates = tuple(_gate(turn, gate, shape, arrays) for gate in item["gates"])
    if len({stage.name for stage in gates}) != len(gates):
        raise RecordingError(f"Turn {turn} has two gate stages of the same name.")
    return TurnRecord(
        turn=turn,
        query=text_of(item["query"]),
        answer=text_of(item["answer"]),
        interaction_ids=_ids(item["interaction_ids"]),
        answer_ids=_ids(item["answer_ids"]),
        reason=item["reason"],
        sampling=Sampling(**item["sampling"]),
        metrics=_metrics(item["metrics"]),
        gates=gates,
        norm=_array(arrays, f"{turn}/norm", shape),
        change=_array(arrays, f"{turn}/change", shape),
        cosine=_array(arrays, f"{turn}/cosine", shape),
        memory_before=_sha256(item["memory_before"]),
        memory_after=_sha256(item["memory_after"]),
    )


def _metrics(item: dict[str, object]) -> TurnMetrics:
    for name, value in item.items():
        kinds = (int,) if name.endswith("_tokens") else (int, float)
        if type(value) not in kinds or value < 0:  # type: ignore[operator]
            raise RecordingError(f"The header holds {value!r} as {name}.")
    return TurnMetrics(**item)  # type: ignore[arg-type]


def _gate(
    turn: int, item: dict[str, Any], shape: tuple[int, int], arrays: dict[str, np.ndarray[Any, Any]]
) -> GateStage:
    if item["name"] not in get_args(GateName):
        raise RecordingError(f"Turn {turn} has a gate stage {item['name']!r}, which is not known.")
    law = GateLaw(**item["law"])
    activations, sources = get_args(GateActivation), get_args(GateSource)
    if law.activation not in activations or law.source not in sources or type(law.per_slot) is not bool:
        raise RecordingError(f"Turn {turn}, {item['name']} gate: its law is not known.")
    return GateStage(item["name"], law, _array(arrays, f"{turn}/gate/{item['name']}", shape))


def _array(arrays: dict[str, np.ndarray[Any, Any]], name: str, shape: tuple[int, int]) -> FloatArray:
    array = arrays.pop(name)
    if array.dtype != np.float32:
        raise RecordingError(f"{name} holds {array.dtype}, not float32.")
    if array.shape != shape:
        raise RecordingError(f"{name} has the shape {array.shape}, but the memory has {shape}.")
    return frozen_array(array)


def _sha256(value: object) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise RecordingError("The header holds something other than a SHA-256 where one belongs.")
    return value


def _ids(values: list[object]) -> tuple[int, ...]:
    ids = tuple(value for value in values if type(value) is int and value >= 0)
    if len(ids) != len(values):
        raise RecordingError("The header holds something other than token ids where they belong.")
    return ids


def _check_chain(initial: MemorySummary, records: tuple[TurnRecord, ...]) -> None:
    """Each turn must start from the memory that the turn before it left."""
    expected = initial.sha256
    for record in records:
        if record.memory_before != expected:
            raise RecordingError(f"Turn {record.turn} does not start from the memory that was left before it.")
        expected = record.memory_after
