"""The tensors of a model folder by their published names: safetensors only, in one file or in several with an index."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import torch
from safetensors import SafetensorError
from torch import Tensor

from rxt.errors import ModelError
from rxt.io.files import POINTER, check_no_pointer, read_bounded
from rxt.section import short_name

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
STORED = (torch.float32, torch.bfloat16, torch.float16, torch.float64)
_IN_NUMPY = frozenset({torch.float16, torch.float32, torch.float64})
_INDEX_BYTES = 64 * 2**20
_PIECE_BYTES = 2**20
_PART = re.compile(r"[A-Za-z0-9_][\w.-]{0,200}\.safetensors", re.ASCII)  # file systems allow 255 letters
_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")


class Weights:
    """Shared tensors are stored once; a file's metadata maps their other names. Raises ModelError."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / WEIGHTS
        self._paths = _parts(folder)
        self._files: dict[str, Any] = {}
        self._aliases: dict[str, str] = {}
        for path in self._paths:
            self._open(path)
        self._aliases = {name: target for name, target in self._aliases.items() if target in self._files}
        self.names = self._files.keys() | self._aliases.keys()

    def _open(self, path: Path) -> None:
        try:
            # pread: a mapped file that shrinks while it is read would kill the process.
            file = safetensors.safe_open(path, framework="pt", backend="pread")
            names, metadata = set(file.keys()), file.metadata() or {}
        except (SafetensorError, OSError) as error:
            with contextlib.suppress(OSError), path.open("rb") as start:
                check_no_pointer(path, start.read(len(POINTER)))
            raise ModelError(f"{path} cannot be read as weights: {error}") from None
        if twice := sorted(names & self._files.keys()):
            raise ModelError(f"{path} holds {short_name(twice[0])}, which another file of the model holds too")
        self._files.update(dict.fromkeys(names, file))
        self._aliases.update(metadata)

    def rename(self, aliases: Mapping[str, str]) -> None:
        """Makes the tensors on the right be known by the names on the left, and no longer by their own."""
        for ours, theirs in aliases.items():
            self._aliases[ours] = self._stored_name(theirs)
        self.names = (self.names - set(aliases.values())) | aliases.keys()

    def stores(self, name: str) -> bool:
        """Whether the tensor lies in a file under this very name."""
        return name in self._files

    def shape(self, name: str) -> list[int]:
        stored = self._stored_name(name)
        with self._named(name):
            return list(self._files[stored].get_slice(stored).get_shape())

    def shapes(self) -> dict[str, list[int]]:
        """The shape of every tensor by each of its names."""
        return {name: self.shape(name) for name in sorted(self.names)}

    def tensor(self, name: str) -> Tensor:
        """The tensor, checked: floating point and finite."""
        result = self.unchecked(name)
        if not is_finite(result):
            raise ModelError(f"{self.path}: the tensor {short_name(name)} holds values that are not finite numbers")
        return result

    def size_bytes(self, name: str) -> int:
        """Of the tensor in its file."""
        stored = self._stored_name(name)
        with self._named(name):
            found = self._files[stored].get_slice(stored)
            return int(math.prod(found.get_shape()) * _BYTES.get(str(found.get_dtype()), 1))

    def unchecked(self, name: str) -> Tensor:
        """The tensor, floating point; whether its numbers are finite is left to the caller."""
        stored = self._stored_name(name)
        with self._named(name):
            result: Tensor = self._files[stored].get_tensor(stored)
        if result.dtype not in STORED:
            raise ModelError(f"{self.path}: the tensor {short_name(name)} has the number format {result.dtype}")
        return result

    def sha256(self, is_unwanted: Callable[[], bool] = lambda: False) -> str:
        """Of the file; of several files, of their hashes in the order of their names. is_unwanted: asked all along;
        True ends it with a ModelError."""
        digests = []
        for path in self._paths:
            digest = hashlib.sha256()
            with self._named("sha256"), path.open("rb", buffering=0) as file:
                while piece := file.read(_PIECE_BYTES):
                    if is_unwanted():
                        raise ModelError(f"{path} was not read to its end.")
                    digest.update(piece)
            digests.append(digest.hexdigest())
        return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()

    def _stored_name(self, name: str) -> str:
        return self._aliases.get(name, name) if name not in self._files else name

    @contextlib.contextmanager
    def _named(self, name: str) -> Iterator[None]:
        try:
            yield
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{self.path}: {short_name(name)} cannot be read: {error}") from None


def is_finite(tensor: Tensor) -> bool:
    """Whether all numbers are; in one pass, where torch.isfinite would write a tensor of truth values first."""
    if not tensor.numel():
        return True
    if tensor.dtype in _IN_NUMPY and tensor.device.type == "cpu":
        # NumPy computes on one thread: handing thousands of small tensors to several costs more than it saves.
        array = tensor.detach().numpy()
        with np.errstate(invalid="ignore"):
            return math.isfinite(float(array.min())) and math.isfinite(float(array.max()))
    return all(map(math.isfinite, map(float, tensor.aminmax())))


def copy_into(target: Tensor, source: Tensor) -> None:
    """Writes the numbers of `source` into `target`, of the same shape, in the target's number format."""
    if {target.dtype, source.dtype} <= _IN_NUMPY:
        with np.errstate(over="ignore"):  # numbers too large become infinite, and that is found
            np.copyto(target.numpy(), source.numpy(), casting="same_kind")
    else:
        target.copy_(source)


def _parts(folder: Path) -> list[Path]:
    """The files that hold the weights."""
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    index = folder / INDEX
    if not index.is_file():
        pickles = sorted(path.name for path in folder.iterdir() if path.suffix in _PICKLES)
        if pickles:
            raise ModelError(
                f"The folder {folder} holds its weights only as {pickles[0]}: a pickle, which can run code when it is "
                "opened. Only safetensors are opened here."
            )
        raise ModelError(f"The folder {folder} is not a model: it has no {WEIGHTS}.")
    try:
        names = set(json.loads(read_bounded(index, _INDEX_BYTES))["weight_map"].values())
        foreign = sorted(str(name) for name in names if not isinstance(name, str) or not _PART.fullmatch(name))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{index} cannot be read as a list of files: {short_name(repr(error))}") from None
    if foreign or not names:
        named = ascii(foreign[0])[:200] if foreign else "nothing"
        raise ModelError(f"{index} names {named}, which is not a weights file in this folder: it was not opened")
    missing = sorted(name for name in names if not (folder / name).is_file())
    if missing:
        raise ModelError(f"The folder {folder} lacks {missing[0]}, which {INDEX} names.")
    return [folder / name for name in sorted(names)]
