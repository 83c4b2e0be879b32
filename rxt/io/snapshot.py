"""A memory as a file: safetensors with one tensor `stm` [L, S, D] and text that says where it comes from.

Loading trusts nothing: header, shape, number format, hashes, finiteness and the model's fingerprint are checked before
a memory comes out, so that a failed load has no effect.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import operator
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import safetensors.torch

from rxt.errors import SnapshotError
from rxt.io.files import POINTER, open_regular, write_atomically
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState
from rxt.text.tokenizer import well_formed
from rxt.version import version

FORMAT = "mneme-snapshot-1"
TENSOR = "stm"
_TEXT_LIMIT = 8_000
_MOST_TURNS = 10**9
_HEADER_LIMIT_BYTES = 256 * 2**10  # five texts of 8,000 characters, each written as \uXXXX, are 240,000 bytes


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """What a snapshot says about itself.

    model, fingerprint: of the model that wrote it; sha256: of the memory's bytes; turns: how many it has lived
    through; parent: the memory it grew from, or those it was made from, with spaces between them, seed: of the initial
    noise (both empty where unknown); created: ISO 8601, UTC; app_version: of this library; shape: (L, S, D); synthetic:
    whether it was made from other memories and no conversation left it.
    """

    title: str
    description: str
    model: str
    fingerprint: str
    tokenizer_sha256: str
    sha256: str
    turns: int
    origin: str
    parent: str
    seed: str
    created: str
    app_version: str
    shape: tuple[int, int, int]
    synthetic: bool = False


class Snapshot(MemoryState):
    """A memory that was kept; info: what its file says about it."""

    def __init__(self, memory: MemoryState, info: SnapshotInfo) -> None:
        super().__init__(memory.shared)
        self.info = info

    @property
    def memory(self) -> MemoryState:
        """The memory alone."""
        return MemoryState(self.shared)


def save_snapshot(
    path: str | Path,
    memory: MemoryState,
    *,
    model: PretrainedModel,
    title: str = "",
    description: str = "",
    turns: int = 0,
    origin: str = "",
    parent: str | None = None,
    seed: int | str | None = None,
    synthetic: bool = False,
    is_new: bool = False,
) -> SnapshotInfo:
    """Writes a memory of `model` to a file, replacing what was there only when everything is on the disk.

    turns: 0 to 10^9. synthetic: say True of a memory that was made or edited rather than left by a conversation.
    The file names the model by its fingerprint, which is of the files it was loaded from: weights that were changed
    since then do not change it.
    Raises SnapshotError where the memory is not this model's, a text is longer than 8,000 characters or `load_snapshot`
    would refuse the file for what else it says, OSError where the file cannot be written, FileExistsError where
    something is in the place of one that `is_new`; what was there stays.
    """
    try:
        model.check_memory(memory)
    except ValueError as error:
        raise SnapshotError(f"This memory cannot be saved: {error}.") from None
    info = SnapshotInfo(
        title=_text(title),
        description=_text(description),
        model=model.name,
        fingerprint=model.fingerprint,
        tokenizer_sha256=model.tokenizer.sha256,
        sha256=memory.sha256,
        turns=_whole(turns),
        origin=_text(origin),
        parent=_text(parent or ""),
        seed="" if seed is None else well_formed(str(seed)),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        app_version=version(),
        shape=memory.shape,
        synthetic=bool(synthetic),
    )
    _write(Path(path), memory, info, is_new)
    return info


def save_grown(
    path: str | Path,
    memory: MemoryState,
    *,
    model: PretrainedModel,
    origin: SnapshotInfo,
    turns: int,
    opened: Path | None = None,
    is_new: bool = False,
) -> SnapshotInfo:
    """Writes what became in so many turns of the saved memory that `origin` tells of.

    opened: the file that one was opened from, None where it is not known; saved over it, title and note stay. Without a
    turn it is the same memory still, and comes from where that one did.
    Raises what save_snapshot raises.
    """
    is_own = opened is not None and Path(path).absolute() == opened.absolute()
    return save_snapshot(
        path,
        memory,
        model=model,
        title=origin.title if is_own else "",
        description=origin.description if is_own else "",
        turns=origin.turns + turns,
        origin="" if turns else origin.origin,
        parent=origin.sha256 if turns else origin.parent,
        seed=None if turns else origin.seed,
        synthetic=origin.synthetic and not turns,
        is_new=is_new,
    )


def retitle_snapshot(path: str | Path, title: str, description: str) -> SnapshotInfo:
    """Gives a snapshot another title and note; its memory and everything else stay, to the last bit.

    Raises SnapshotError where the file cannot be read or a text is too long, OSError where it cannot be written; it is
    then what it was.
    """
    snapshot = read_snapshot(path)
    info = replace(snapshot.info, title=_text(title), description=_text(description))
    _write(Path(path), snapshot, info)
    return info


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise SnapshotError(f"A title, a note, an origin and a parent are texts, not {value!r}; nothing was saved.")
    return well_formed(value)


def _whole(turns: object) -> int:
    """NumPy's whole numbers too."""
    try:
        number = int(operator.index(turns))  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if isinstance(turns, bool) or not 0 <= number <= _MOST_TURNS:
        raise SnapshotError(f"A memory has lived through 0 to 10^9 turns, not {turns!r}; nothing was saved.")
    return number


def _write(path: Path, memory: MemoryState, info: SnapshotInfo, is_new: bool = False) -> None:
    for text in (info.title, info.description, info.origin, info.parent, info.seed):
        if len(text) > _TEXT_LIMIT:
            raise SnapshotError(f"What is said of a memory has at most {_TEXT_LIMIT} characters; nothing was saved.")
    metadata = _to_metadata(info)
    if _from_metadata(metadata) != info:
        raise SnapshotError("What the file would say of this memory cannot be read back; nothing was saved.")
    data = safetensors.torch.save({TENSOR: memory.shared.cpu()}, metadata={**metadata, "digest": _digest(metadata)})
    write_atomically(path, data, is_new)


def load_snapshot(path: str | Path, *, model: PretrainedModel) -> Snapshot:
    """Reads a memory of `model`. Raises SnapshotError with a sentence that names what differs; nothing is changed."""
    return _read(Path(path), lambda info: _check_model(Path(path), info, model))


def read_snapshot(path: str | Path) -> Snapshot:
    """Reads a memory of any model, checked against its hash. Raises SnapshotError where the file is no whole memory."""
    return _read(Path(path), lambda _: None)


def _read(path: Path, check: Callable[[SnapshotInfo], None]) -> Snapshot:
    """`check` sees what the file says before its numbers are read, and raises SnapshotError for one to be refused."""
    with _open(path) as (file, size):
        info = _read_info(path, file, size)
        check(info)
        payload = file.read(_payload_bytes(info.shape) + 1)
    if hashlib.sha256(payload).hexdigest() != info.sha256:
        raise SnapshotError(f"{path.name} is damaged: its numbers do not match their checksum. Nothing was changed.")
    try:
        return Snapshot(MemoryState.from_bytes(payload, info.shape), info)
    except ValueError as error:
        raise SnapshotError(f"{path.name} cannot be used: {error}. Nothing was changed.") from None


def read_snapshot_info(path: str | Path) -> SnapshotInfo:
    """What a snapshot says about itself, without its numbers or a model. Raises SnapshotError where it is none."""
    path = Path(path)
    with _open(path) as (file, size):
        return _read_info(path, file, size)


def _check_model(path: Path, info: SnapshotInfo, model: PretrainedModel) -> None:
    if info.shape != model.memory_shape:
        raise SnapshotError(
            f"{path.name} holds a memory of {list(info.shape)} (layers, slots, width) written by {info.model}; "
            f"the open model {model.name} needs {list(model.memory_shape)}. Nothing was changed."
        )
    if info.fingerprint != model.fingerprint:
        raise SnapshotError(
            f"{path.name} is a memory of {info.model} (fingerprint {info.fingerprint[:12]}); the open model is "
            f"{model.name} (fingerprint {model.fingerprint[:12]}). Nothing was changed."
        )
    # The fingerprint is that of the model's folder, and the library can open it with another tokenizer.
    if info.tokenizer_sha256 and info.tokenizer_sha256 != model.tokenizer.sha256:
        raise SnapshotError(
            f"{path.name} is a memory of {info.model} with another tokenizer ({info.tokenizer_sha256[:12]}); the open "
            f"model reads with {model.tokenizer.sha256[:12]}. Nothing was changed."
        )


@contextlib.contextmanager
def _open(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The file and its size; faults of the disk become sentences."""
    try:
        with open_regular(path) as opened:
            yield opened
    except OSError as error:
        raise SnapshotError(f"{path.name} cannot be read: {error.strerror or error}. Nothing was changed.") from None
    except ValueError as error:
        raise SnapshotError(f"This is not a memory file: {error}. Nothing was changed.") from None


def _read_info(path: Path, file: BinaryIO, size: int) -> SnapshotInfo:
    """Reads the header, no further: the numbers follow."""
    prefix = file.read(9)
    if prefix == POINTER:
        raise SnapshotError(f"{path.name} is only a pointer to a large file; download the file itself first.")
    length = int.from_bytes(prefix[:8], "little")
    if prefix[8:] != b"{" or not 2 <= length <= min(_HEADER_LIMIT_BYTES, size - 8):
        raise SnapshotError(f"{path.name} is not a memory file, or it is cut off. Nothing was changed.")
    return _parse_header(path, b"{" + file.read(length - 1), size - 8 - length)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key appears twice")
    return result


def _parse_header(path: Path, header: bytes, payload_bytes: int) -> SnapshotInfo:
    foreign = SnapshotError(f"{path.name} is a safetensors file, but not a memory that was saved here.")
    try:
        document = json.loads(header.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise SnapshotError(f"{path.name} is not a memory file: its header is damaged. Nothing was changed.") from None
    metadata = document.get("__metadata__")
    if not isinstance(metadata, dict) or "format" not in metadata or set(document) != {"__metadata__", TENSOR}:
        raise foreign
    if not all(isinstance(value, str) for value in metadata.values()):
        raise foreign
    if metadata["format"] != FORMAT:
        raise SnapshotError(f"{path.name} has the format {metadata['format']!r}; this version reads {FORMAT!r}.")
    digest = metadata.pop("digest", None)
    if digest != _digest(metadata):
        raise SnapshotError(f"{path.name} is damaged: its description does not match its checksum.")
    info = _from_metadata(metadata)
    tensor = document[TENSOR]
    size = _payload_bytes(info.shape)
    if tensor != {"dtype": "F32", "shape": list(info.shape), "data_offsets": [0, size]} or payload_bytes != size:
        raise SnapshotError(
            f"{path.name} is damaged or cut off: its memory should have {size} bytes. Nothing was changed."
        )
    return info


def _payload_bytes(shape: tuple[int, int, int]) -> int:
    return 4 * shape[0] * shape[1] * shape[2]


def _digest(metadata: dict[str, str]) -> str:
    canonical = json.dumps(metadata, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _to_metadata(info: SnapshotInfo) -> dict[str, str]:
    values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in asdict(info).items()}
    return {"format": FORMAT, **values}


def _from_metadata(metadata: dict[str, str]) -> SnapshotInfo:
    try:
        known = {"synthetic": "false", **metadata}  # files of the first versions do not say
        values: dict[str, Any] = {field.name: known[field.name] for field in fields(SnapshotInfo)}
        layers, slots, width = (int(size) for size in json.loads(values.pop("shape")))
        turns = int(values.pop("turns"))
        if not 0 <= turns <= _MOST_TURNS:
            raise SnapshotError("The memory file says that its memory has lived through an impossible number of turns.")
        synthetic = {"true": True, "false": False}[values.pop("synthetic")]
        return SnapshotInfo(**values, turns=turns, shape=(layers, slots, width), synthetic=synthetic)
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise SnapshotError(f"The memory file lacks part of its description: {error}.") from None
