"""Many conversations side by side: answers, memory updates and likelihoods of a whole row at once.

Rows whose prompts are equally long are decoded together, for a token's position counts from the start of its turn. The
numbers are those of one conversation alone. Letters: N rows, T tokens, L layers, S slots, D width.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from rxt.inference.cancel import IsCancelled, check, never
from rxt.inference.sampling import check_logits
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import check_finite

MOST_ROWS = 64
MEMORIES_BYTES = 2**29
"""What the memories of conversations that are played side by side may take."""
WRITTEN_BYTES = 2**27
"""What the memories of rows that are written at once may take: between two parts, writing can be called off."""


def rows_at_once(model: PretrainedModel) -> int:
    """How many conversations are played side by side: at least two, for each lends the other its memory."""
    return max(2, MEMORIES_BYTES // (4 * math.prod(model.memory_shape)))


class Player:
    """Plays rows of conversations with one model; memories are tensors [L, N, S, D] in main memory, float32.

    At most MOST_ROWS rows are computed at once, fewer where large memories are written, so that their number is bounded
    by what their memories take.

    cancelled: asked between tokens; once it is True, all verbs raise Cancelled. Where the model's numbers are not
    finite, they raise InvalidLogitsError, or ValueError for a memory: such a model is broken, not forgetful.
    """

    def __init__(self, model: PretrainedModel, cancelled: IsCancelled = never) -> None:
        self.model = model
        self._cancelled = cancelled

    def fresh(self, rows: int, first_seed: int) -> Tensor:
        """A fresh memory a row, each of its own seed."""
        seeds = range(first_seed, first_seed + rows)
        return torch.stack([self.model.initial_memory(seed).shared for seed in seeds], dim=1)

    def prompt(self, query: str) -> list[int]:
        """The ids of a query; one that leaves no room for an answer is cut."""
        return self.model.template.prompt(query)[: self.model.config.interaction_length - 1]

    def fitting(self, query: str, answer: str) -> str:
        """The answer as far as it fits behind its query: what training teaches of it."""
        tokenizer, room = self.model.tokenizer, self.model.config.interaction_length - len(self.prompt(query))
        ids = tokenizer.encode(answer)
        return answer if len(ids) <= room else tokenizer.decode(ids[:room])

    @torch.inference_mode()
    def answers(self, memories: Tensor, queries: Sequence[str]) -> list[tuple[str, list[int]]]:
        """The greedy answer of every row, and the ids of its whole interaction."""
        prompts = [self.prompt(query) for query in queries]
        by_length: dict[int, list[int]] = defaultdict(list)
        for row, prompt in enumerate(prompts):
            by_length[len(prompt)].append(row)
        result: list[tuple[str, list[int]]] = [("", [])] * len(prompts)
        for length, rows in by_length.items():
            for start in range(0, len(rows), MOST_ROWS):
                chosen = rows[start : start + MOST_ROWS]
                interactions = self._decode(memories[:, chosen], [prompts[row] for row in chosen])
                for row, ids in zip(chosen, interactions, strict=True):
                    result[row] = (self.model.tokenizer.decode(ids[length:]), ids)
        return result

    def _decode(self, memories: Tensor, prompts: list[list[int]]) -> list[list[int]]:
        """Interactions of prompts of one length, each up to its end or the limit."""
        model, eos = self.model, self.model.config.tokens.eos
        read = model.decoder.read_memory(memories.to(model.device, model.dtype))
        cache = model.new_cache(len(prompts))
        tokens = torch.tensor(prompts, device=model.device)
        unread = tokens
        while tokens.shape[1] < model.config.interaction_length and not bool((tokens == eos).any(dim=1).all()):
            check(self._cancelled)
            hidden = model.decoder(model.embedding(unread), read, cache)
            logits = model.decoder.head(hidden[:, -1])
            check_logits(logits)
            unread = logits.argmax(dim=-1, keepdim=True)
            tokens = torch.cat((tokens, unread), dim=1)
        return [row[: row.index(eos) + 1] if eos in row else row for row in tokens.tolist()]

    @torch.inference_mode()
    def write(self, memories: Tensor, interactions: Sequence[Sequence[int]]) -> Tensor:
        """The memories after each row's interaction."""
        size = memories[:, 0].nbytes  # of one row, as float32
        parts = _parts(len(interactions), min(MOST_ROWS, max(1, WRITTEN_BYTES // size)))
        written = [self._written(memories[:, part], interactions[part]) for part in parts]
        return torch.cat(written, dim=1)

    def _written(self, memories: Tensor, interactions: Sequence[Sequence[int]]) -> Tensor:
        check(self._cancelled)
        model = self.model
        tokens, real = self._padded(interactions)
        states = model.encoder(model.embedding(tokens), real)
        updated: Tensor = model.memory_attention(memories.to(model.device, model.dtype), states, real)[0]
        result = updated.float().cpu()
        check_finite(result)
        return result

    @torch.inference_mode()
    def surprise(
        self, memories: Tensor, interactions: Sequence[Sequence[int]], starts: Sequence[int]
    ) -> tuple[float, int]:
        """Sum of -ln p over the tokens of every row from its start on, and how many these are."""
        parts = _parts(len(interactions), MOST_ROWS)
        found = [self._surprise(memories[:, part], interactions[part], starts[part]) for part in parts]
        return sum(total for total, _ in found), sum(count for _, count in found)

    def _surprise(
        self, memories: Tensor, interactions: Sequence[Sequence[int]], starts: Sequence[int]
    ) -> tuple[float, int]:
        model = self.model
        tokens, real = self._padded(interactions)
        read = model.decoder.read_memory(memories.to(model.device, model.dtype))
        hidden = model.decoder(model.embedding(tokens[:, :-1]), read)
        places = torch.arange(1, tokens.shape[1], device=model.device)
        counted = real[:, 1:] & (places >= torch.tensor(starts, device=model.device)[:, None])
        logits = model.decoder.head(hidden[counted]).float()  # of those alone: the vocabulary may be large
        check_logits(logits)
        return float(functional.cross_entropy(logits, tokens[:, 1:][counted], reduction="sum")), len(logits)

    def _padded(self, interactions: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        longest = max(map(len, interactions))
        pad = self.model.config.tokens.pad
        tokens = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in interactions])
        real = torch.tensor([[place < len(row) for place in range(longest)] for row in interactions])
        return tokens.to(self.model.device), real.to(self.model.device)


def _parts(rows: int, most: int) -> list[slice]:
    return [slice(start, start + most) for start in range(0, rows, most)]
