"""The whole model: one embedding, a decoder that answers, an encoder and memory attention that remember.

Letters: B batch, T tokens, D width, L layers, S slots, V vocabulary.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rxt.config import ModelConfig
from rxt.events import GateLaw, GateName
from rxt.model.decoder import Decoder
from rxt.model.encoder import Encoder
from rxt.model.kv_cache import KVCache
from rxt.model.memory import MemoryState, MemoryUpdate
from rxt.model.memory_attention import MemoryAttention
from rxt.nn.rope import RotaryEmbedding


class Companion:
    """A value computed from a model's weights (made_from) and kept with it; copies and pickles of the model lack it."""

    def __init__(self) -> None:
        self.made_from: object = None
        self.value: object = None

    def __deepcopy__(self, memo: object) -> Companion:
        return Companion()

    def __reduce__(self) -> tuple[type[Companion], tuple[()]]:
        return Companion, ()


class ReactiveTransformer(nn.Module):
    """A Reactive Transformer (arXiv 2510.03561). Weights are uninitialised until loaded or initialised."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.decoding_plan = Companion()
        # Not drawn at random: on the device "meta" that, too, imports torch's whole compiler (see RotaryEmbedding).
        weight = torch.empty(config.decoder.vocabulary, config.decoder.width)
        self.embedding: nn.Embedding = nn.Embedding.from_pretrained(weight, freeze=False)
        self.decoder = Decoder(config.decoder, self._rope(config.decoder.attention.head_dim))
        self.encoder = Encoder(config.encoder, self._rope(config.encoder.attention.head_dim))
        self.memory_attention = MemoryAttention(config.memory, self._rope(config.memory.attention.head_dim))

    def _rope(self, head_dim: int) -> RotaryEmbedding:
        layout = self.config.rope_layout or "concatenated"
        return RotaryEmbedding(head_dim, self.config.interaction_length, layout=layout)

    def restore_tables(self) -> None:
        """Computes the rotary tables, which are no weights, again: for a model whose numbers were shortened."""
        for part in (self.decoder, self.encoder, self.memory_attention):
            part.rope = self._rope(2 * part.rope.cos.shape[1]).to(part.rope.cos.device)

    @property
    def device(self) -> torch.device:
        return self.embedding.weight.device

    @property
    def dtype(self) -> torch.dtype:
        return self.embedding.weight.dtype

    @property
    def gate_laws(self) -> dict[GateName, GateLaw]:
        """The law of every gate stage, in the order they act."""
        return self.memory_attention.laws

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def memory_shape(self) -> tuple[int, int, int]:
        """(L, S, D)."""
        return self.config.memory.layers, self.config.memory.slots, self.config.memory.width

    def initial_memory(self, seed: int = 0) -> MemoryState:
        """Fresh memory: normal noise N(0, 1), as in training; the same for the same seed and build of torch."""
        generator = torch.Generator().manual_seed(operator.index(seed))
        return MemoryState(torch.randn(self.memory_shape, generator=generator, dtype=torch.float32, device="cpu"))

    def check_memory(self, memory: MemoryState) -> None:
        """Raises ValueError naming both shapes where the memory is not this model's."""
        if memory.shape != self.memory_shape:
            raise ValueError(
                f"the memory is {list(memory.shape)} (layers, slots, width), this model needs {list(self.memory_shape)}"
            )

    def tokens(self, token_ids: Sequence[int] | Tensor) -> Tensor:
        """Ids as [1, T] where the model computes. Raises ValueError for none, too many, or ids that are not ours."""
        tokens = torch.as_tensor(token_ids, dtype=torch.long, device=self.device).reshape(1, -1)
        count, vocabulary = tokens.shape[1], self.config.decoder.vocabulary
        if not 1 <= count <= self.config.interaction_length:
            raise ValueError(f"an interaction has 1 to {self.config.interaction_length} tokens, not {count}")
        if int(tokens.min()) < 0 or int(tokens.max()) >= vocabulary:
            raise ValueError(f"token ids must be from 0 to {vocabulary - 1}")
        return tokens

    def as_batch(self, memory: MemoryState) -> Tensor:
        """The memory [L, 1, S, D] on the model's device, in its number format. Raises ValueError for another shape."""
        self.check_memory(memory)
        return memory.shared.to(self.device, self.dtype).unsqueeze(1)

    @torch.inference_mode()
    def logits(self, token_ids: Sequence[int] | Tensor, memory: MemoryState) -> Tensor:
        """One uncached pass over T tokens with the memory: [T, V]. Raises ValueError for ids or a memory not ours."""
        hidden = self.decoder(self.embedding(self.tokens(token_ids)), self.decoder.read_memory(self.as_batch(memory)))
        result: Tensor = self.decoder.head(hidden[0])
        return result

    @torch.inference_mode()
    def encode(self, token_ids: Sequence[int] | Tensor) -> Tensor:
        """The encoder's hidden states of every layer for T tokens: [L, T, D]."""
        states: Tensor = self.encoder(self.embedding(self.tokens(token_ids)))
        return states[:, 0]

    @torch.inference_mode()
    def update_memory(self, memory: MemoryState, token_ids: Sequence[int] | Tensor) -> MemoryUpdate:
        """Writes an interaction of T tokens into a memory; the given memory is untouched.

        Raises ValueError for ids or a memory not ours, or where the result is not finite.
        """
        states = self.encoder(self.embedding(self.tokens(token_ids)))
        updated, gates = self.memory_attention(self.as_batch(memory), states)
        return MemoryUpdate(
            memory=MemoryState(updated[:, 0].cpu()),
            gates={name: values[:, 0].float().cpu().clone() for name, values in gates.items()},
            laws=self.gate_laws,
        )

    def new_cache(self, rows: int = 1) -> KVCache:
        """An empty cache for `rows` interactions side by side; on a processor in float32, whatever the weights are."""
        attention = self.config.decoder.attention
        return KVCache(
            self.config.decoder.layers,
            attention.kv_heads,
            self.config.interaction_length,
            attention.head_dim,
            torch.float32 if self.device.type == "cpu" else self.dtype,
            self.device,
            rows,
        )
