"""Cached decoding of one answer: the memory's keys and values are computed once, then one token at a time."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from rxt.inference.decoding.choice import plan_of
from rxt.model.kv_cache import KVCache
from rxt.model.memory import MemoryState
from rxt.model.reactive_transformer import ReactiveTransformer


class AnswerDecoder:
    """Reads a prompt with a memory, then token after token; the logits equal those of one uncached pass.

    cache: emptied here and filled by `read`; no other decoder may use it meanwhile. fast: decode with the compiled
    step where the model has a plan for it. Raises ValueError for a memory of another shape.
    """

    def __init__(self, model: ReactiveTransformer, memory: MemoryState, cache: KVCache, fast: bool = True) -> None:
        self._model = model
        self._cache = cache
        with torch.inference_mode():
            self._memory = model.decoder.read_memory(model.as_batch(memory))
            cache.reset()
            plan = plan_of(model) if fast else None
            self._fast = None if plan is None else plan.begin(self._memory, cache)

    @torch.inference_mode()
    def read(self, token_ids: Sequence[int]) -> Tensor:
        """Appends tokens and returns the logits [V] after the last of them.

        Raises ValueError where there are none, where they do not fit into an interaction, or are not the model's.
        """
        vocabulary = self._model.config.decoder.vocabulary
        if not token_ids or not 0 <= min(token_ids) <= max(token_ids) < vocabulary:
            raise ValueError(f"token ids must be from 0 to {vocabulary - 1}, and at least one")
        fits = 0 < len(token_ids) <= self._cache.capacity - self._cache.length
        if self._fast is not None and fits:
            *first, last = token_ids
            if len(first) > self._fast.fewest_at_once:
                self._hidden(first)
            else:
                for token in first:
                    self._fast.read(token)
            return self._fast.read(last)
        result: Tensor = self._model.decoder.head(self._hidden(token_ids)[0, -1])
        return result

    def rewind(self, length: int) -> None:
        """Continues after the first `length` tokens that the cache holds."""
        self._cache.length = length

    def _hidden(self, token_ids: Sequence[int]) -> Tensor:
        """Several tokens at once, [1, T, D]."""
        tokens = torch.tensor([token_ids], dtype=torch.long, device=self._model.device)
        hidden: Tensor = self._model.decoder(self._model.embedding(tokens), self._memory, self._cache)
        return hidden
