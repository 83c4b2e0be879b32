"""A short-term memory as a value: it can be kept, compared and passed on, never changed."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from rxt.events import GateLaw, GateName, MemorySummary, frozen_array


class MemoryState:
    """The memory [L, S, D] after some turn, in main memory; immutable, equal to another by its values, float32.

    Raises ValueError for a tensor that is not three-dimensional, not floating point, or holds NaN or infinity.
    """

    def __init__(self, tensor: Tensor) -> None:
        if tensor.dim() != 3:
            raise ValueError(f"a memory has three dimensions [layers, slots, width], not {tuple(tensor.shape)}")
        if not tensor.is_floating_point():
            raise ValueError(f"a memory holds floating point numbers, not {tensor.dtype}")
        # Cloned outside inference mode, so that the copy is an ordinary tensor wherever it is used later.
        with torch.inference_mode(mode=False), torch.no_grad():
            found = tensor.detach().to("cpu", torch.float32)
            self._tensor = found.clone(memory_format=torch.contiguous_format)
        check_finite(self._tensor)

    @property
    def tensor(self) -> Tensor:
        """A copy [L, S, D]."""
        return self._tensor.clone()

    @property
    def shared(self) -> Tensor:
        """The memory itself [L, S, D], without a copy: for readers that promise not to write."""
        return self._tensor

    @property
    def shape(self) -> tuple[int, int, int]:
        """(L, S, D)."""
        layers, slots, width = self._tensor.shape
        return layers, slots, width

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes; equal memories have equal hashes on every machine."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """float32, little-endian, C order: L * S * D * 4 bytes."""
        return self._tensor.cpu().numpy().astype("<f4", copy=False).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, shape: tuple[int, int, int]) -> MemoryState:
        """The inverse of to_bytes. Raises ValueError where the length does not fit the shape."""
        expected = 4 * shape[0] * shape[1] * shape[2]
        if len(data) != expected:
            raise ValueError(f"a memory of shape {list(shape)} has {expected} bytes, not {len(data)}")
        return cls(torch.from_numpy(np.frombuffer(data, dtype="<f4").reshape(shape).copy()))

    def summary(self) -> MemorySummary:
        """Its shape, hash and the norm of every slot."""
        layers, slots, width = self.shape
        norm = frozen_array(self._tensor.norm(dim=-1).cpu().numpy())
        return MemorySummary(layers, slots, width, self.sha256, norm)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MemoryState) and self.sha256 == other.sha256 and self.shape == other.shape

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"MemoryState(shape={self.shape}, sha256={self.sha256[:12]}…)"


def check_finite(memory: Tensor) -> None:
    """Raises ValueError where a memory, or several, of any shape, holds NaN or infinity."""
    # The smallest and the largest tell of all, NaN among them, without a tensor of truth values in between.
    if memory.numel() and not all(map(math.isfinite, map(float, memory.aminmax()))):
        raise ValueError("the memory holds numbers that are not finite (NaN or infinity)")


@dataclass(frozen=True, slots=True, eq=False)
class MemoryUpdate:
    """What one memory update did: the new memory and the gates [L, S] of each stage, in the order they act."""

    memory: MemoryState
    gates: dict[GateName, Tensor]
    laws: dict[GateName, GateLaw]
