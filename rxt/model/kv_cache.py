"""Keys and values of the tokens read so far in this turn, allocated once and read only up to the current length."""

from __future__ import annotations

import torch
from torch import Tensor


class LayerCache:
    """One layer's window on a KVCache."""

    def __init__(self, keys: Tensor, values: Tensor) -> None:
        self._keys = keys
        self._values = values

    def append(self, k: Tensor, v: Tensor, start: int) -> tuple[Tensor, Tensor]:
        """Writes k, v [B, G, T, d] at `start` and returns everything up to there: [B, G, start + T, d]."""
        stop = start + k.shape[2]
        self._keys[:, :, start:stop] = k
        self._values[:, :, start:stop] = v
        return self._keys[:, :, :stop].to(k.dtype), self._values[:, :, :stop].to(v.dtype)


class KVCache:
    """Keys and values of the first `length` of at most `capacity` tokens. Whoever writes places advances `length`.

    storage: [L, 2, B, G, capacity, d], keys and values of B rows, which all stand at the same position; layers: the
    window on each layer's part of it.
    """

    def __init__(
        self,
        layers: int,
        kv_heads: int,
        capacity: int,
        head_dim: int,
        dtype: torch.dtype,
        device: torch.device,
        rows: int = 1,
    ) -> None:
        shape = (layers, 2, rows, kv_heads, capacity, head_dim)
        self.storage = torch.zeros(shape, dtype=dtype, device=device)
        self.layers = tuple(LayerCache(layer[0], layer[1]) for layer in self.storage)
        self.capacity = capacity
        self.length = 0

    def reset(self) -> None:
        """Forgets the turn; the allocation stays."""
        self.length = 0
