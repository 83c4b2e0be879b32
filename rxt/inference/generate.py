"""Cached decoding of one answer: the memory's keys and values are computed once, then one token at a time."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from rxt.model.kv_cache import KVCache
from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer


class AnswerDecoder:
    """Reads a prompt with a memory, then token after token; equal to one uncached pass over the same tokens.

    The cache is the caller's, allocated once and lent for a turn.
    """

    def __init__(self, model: ReactiveTransformer, memory: MemoryState, cache: KVCache) -> None:
        model.check_memory(memory)
        self._model = model
        self._cache = cache
        cache.reset()
        with torch.inference_mode():
            slots = memory.shared.to(model.device, model.dtype).unsqueeze(1)  # [L, 1, S, D]
            self._memory = model.decoder.read_memory(slots)

    @torch.inference_mode()
    def read(self, token_ids: Sequence[int]) -> Tensor:
        """Appends tokens and returns the logits [V] after the last of them."""
        tokens = torch.tensor([token_ids], dtype=torch.long, device=self._model.device)
        hidden = self._model.decoder(self._model.embedding(tokens), self._memory, self._cache)
        result: Tensor = self._model.decoder.head(hidden[0, -1])
        return result
