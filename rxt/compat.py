"""The door for people who come from the family's own package: its class and method names, on this library.

A program written for that package needs its import lines changed, no more:

    >>> from rxt.compat import RxTBeta, load_tokenizer_from_hf_hub
    >>> repository = "tests/golden/beta-self-interlayer"            # or a hub id such as owner/name
    >>> tokenizer = load_tokenizer_from_hf_hub(repository)
    >>> model = RxTBeta.from_pretrained(repository, tokenizer=tokenizer)
    >>> model.share_components()                                    # they are shared already
    >>> model = model.to("cpu")
    >>> system = model.tokenize_full_interaction("You are kind.", "I will be kind.", max_seq_len=64)
    >>> model.init_stm_state(**system)
    >>> query = model.tokenize_query("Hello!", max_seq_len=64)
    >>> ids = list(model.interact(**query, max_seq_len=32, temperature=0.0))
    >>> ids[-2:]                                                    # the memory is being written; it was written
    [-1, -2]
    >>> text = "".join(model.stringify_token(token) for token in ids)
    >>> state = model.export_stm_state()
    >>> model.reset_stm_state(); model.load_stm_state(state)

What differs, on purpose: a query that is too long is refused with a sentence, never cut; a memory is checked before it
is taken; temperature 0 is greedy; the first memory and every choice come from a seed; and a turn that is abandoned
(`break`, `close()`) leaves the memory as it was. New programs want `rxt.load` and `rxt.Session`.

Letters: T tokens, L layers, S slots, D width.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypedDict

import torch
from torch import Tensor

from rxt.config import RopeLayout
from rxt.events import Sampling
from rxt.inference.generate import AnswerDecoder
from rxt.inference.sampling import Sampler
from rxt.io.files import read_bounded
from rxt.io.hub import fetch, is_repository, resolve
from rxt.io.listing import MODEL, MODEL_ALONE, TOKENIZER_ALONE
from rxt.io.pretrained import CONFIG, TOKENIZER, PretrainedModel, load, read_text
from rxt.io.snapshot import Snapshot, SnapshotInfo, load_snapshot, save_grown, save_snapshot
from rxt.io.trial import try_tokenizer
from rxt.model.memory import MemoryState
from rxt.text.stream import TextStream
from rxt.text.tokenizer import Tokenizer

MEMORY_UPDATE_STARTS, MEMORY_UPDATED = -1, -2
"""What `interact` yields after the answer: before the memory is written, and after it."""

_MOST_TOKENS = 10_000_000  # for a tokenizer that stands alone, whose model is not known
_FILE_BYTES = 64 * 2**20


class TokenizedText(TypedDict):
    """One text as tokens: input_ids [1, T] and attention_mask [1, T], ones at tokens and zeros at padding."""

    input_ids: Tensor
    attention_mask: Tensor


def load_tokenizer_from_hf_hub(
    repo_id: str | Path, *, token: str | None = None, revision: str | None = None, **_ignored: Any
) -> Tokenizer:
    """The tokenizer of a folder or hub repository. Raises ModelError. Other arguments have no meaning here."""
    folder = _folder(repo_id, token, revision, TOKENIZER_ALONE)
    try:
        vocabulary = json.loads(read_bounded(folder / CONFIG, _FILE_BYTES))["decoder_config"]["vocab_size"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        vocabulary = _MOST_TOKENS  # a repository of a tokenizer alone
    text = read_text(folder / TOKENIZER)
    try_tokenizer(text)
    return Tokenizer(text, vocabulary if isinstance(vocabulary, int) else _MOST_TOKENS)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where the memory comes from, as a file of it will say: the seed of a fresh one, the SHA-256 of one that was put
    in as numbers, or the saved one, and its file where that is known. turn: the number of the turn that came next."""

    turn: int = 0
    seed: int | None = None
    sha256: str | None = None
    saved: SnapshotInfo | None = None
    file: Path | None = None


class ReactiveModel:
    """A model with its memory, as the family's package has them; `model` and `memory` are those of this library."""

    def __init__(self, model: PretrainedModel, seed: int = 0) -> None:
        self.model = model
        self.memory = model.initial_memory(seed)
        self._seed = seed
        self._turn = 0
        self._origin = _Origin(seed=seed)
        self._stream = TextStream(model.tokenizer)

    @classmethod
    def from_pretrained(
        cls,
        repo_id: str | Path,
        *,
        tokenizer: Tokenizer | None = None,
        token: str | None = None,
        revision: str | None = None,
        seed: int = 0,
        rope_layout: RopeLayout | None = None,
        **_ignored: Any,
    ) -> Self:
        """Opens a folder or a hub repository. Raises ModelError or ConfigError.

        tokenizer: by default the repository's own, which it need not have where one is given. token: of the hub, where
        a repository asks for one. seed: of the first memory, N(0, 1) noise. Other arguments have no meaning here.
        """
        folder = _folder(repo_id, token, revision, MODEL if tokenizer is None else MODEL_ALONE)
        text = None if tokenizer is None else tokenizer.document
        return cls(load(folder, rope_layout=rope_layout, tokenizer_json=text), seed)

    def share_components(self) -> None:
        """Nothing to do: decoder, encoder and memory attention share embedding and memory from the beginning."""

    def to(self, device: str | torch.device) -> Self:
        """Moves the model; the memory follows by itself."""
        self.model.to(device)
        return self

    def eval(self) -> Self:
        """Nothing to do: an opened model only answers."""
        return self

    def tokenize_query(
        self, text: str, max_seq_len: int | None = None, device: str | torch.device | None = None
    ) -> TokenizedText:
        """[BOS][Q]text. Raises ValueError where no room for an answer is left in max_seq_len tokens."""
        ids = self.model.template.query(text)
        self._check_room(len(ids) + 2, max_seq_len)  # [A] and one token of the answer
        return self._tokenized(ids, device)

    def tokenize_full_interaction(
        self, query: str, answer: str, max_seq_len: int | None = None, device: str | torch.device | None = None
    ) -> TokenizedText:
        """[BOS][Q]query[A]answer[EOS]. Raises ValueError where it has more than max_seq_len tokens."""
        ids = self.model.template.interaction(query, answer)
        self._check_room(len(ids), max_seq_len)
        return self._tokenized(ids, device)

    def init_stm_state(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> None:
        """Writes a whole interaction, such as a system prompt, once into fresh memory."""
        fresh = self.model.initial_memory(self._seed)
        self.memory = self.model.update_memory(fresh, _real_ids(input_ids, attention_mask)).memory
        self._turn = 0
        self._origin = _Origin(seed=self._seed)

    def interact(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        max_seq_len: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        **_ignored: Any,
    ) -> Iterator[int]:
        """One turn: the answer's token ids, [EOS] where the model ends it; then -1, the memory is written, and -2.

        input_ids: of tokenize_query. max_seq_len: of query and answer together. temperature: 0 is greedy. seed: of the
        choice of words; None takes one from torch's generator, so that torch.manual_seed repeats a conversation.
        Raises ValueError for tokens that are not the model's or leave no room for an answer.
        """
        tokens = self.model.config.tokens
        prompt = _real_ids(input_ids, attention_mask)
        if prompt[-1:] != [tokens.answer]:
            prompt.append(tokens.answer)
        limit = self._check_room(len(prompt) + 1, max_seq_len) - len(prompt)
        drawn = int(torch.randint(2**31, ())) if seed is None else seed
        sampling = Sampling(temperature, top_k or None, top_p, drawn)
        return self._turn_of(prompt, limit, sampling)

    def _turn_of(self, prompt: list[int], limit: int, sampling: Sampling) -> Iterator[int]:
        self._stream = TextStream(self.model.tokenizer)
        decoder = AnswerDecoder(self.model, self.memory, self.model.new_cache())
        sampler = Sampler(sampling, self._turn)
        interaction, unread, eos = list(prompt), list(prompt), self.model.config.tokens.eos
        for _ in range(limit):
            unread = [sampler.choose(decoder.read(unread))]
            interaction += unread
            yield unread[0]
            if unread[0] == eos:
                break
        yield MEMORY_UPDATE_STARTS
        self.memory = self.model.update_memory(self.memory, interaction).memory
        self._turn += 1
        yield MEMORY_UPDATED

    def stringify_token(self, token_id: int, show_memory_update: bool = False, **_ignored: Any) -> str:
        """The text that a token of `interact` completes, in the order of arrival; empty until a character is whole.

        Control tokens have no text; -1 and -2 have one where show_memory_update asks for it.
        """
        if token_id in (MEMORY_UPDATE_STARTS, MEMORY_UPDATED):
            text = self._stream.finish()
            self._stream = TextStream(self.model.tokenizer)
            if not show_memory_update:
                return text
            return text + ("\n[writing memory]" if token_id == MEMORY_UPDATE_STARTS else "\n[memory written]\n")
        return self._stream.push(token_id)

    def export_stm_state(self, path: str | Path | None = None) -> Tensor:
        """A copy of the memory [L, 1, S, D]; with a path also as a snapshot file.

        Over the file that was loaded, its title and its note stay.
        """
        if path is not None:
            self._save(path)
        return self.memory.tensor.unsqueeze(1)

    def _save(self, path: str | Path) -> None:
        model, origin, turns = self.model, self._origin, self._turn - self._origin.turn
        if origin.saved is not None:
            save_grown(path, self.memory, model=model, origin=origin.saved, turns=turns, opened=origin.file)
        else:
            parent = origin.sha256 if turns else None  # before a turn it is that memory
            save_snapshot(path, self.memory, model=model, turns=turns, parent=parent, seed=origin.seed)

    def load_stm_state(self, state: Tensor | MemoryState | str | Path) -> None:
        """Takes a memory [L, 1, S, D] or [L, S, D], or a snapshot file.

        Raises ValueError, or SnapshotError for a file, where it is not this model's; the memory is then what it was.
        """
        file = Path(state).absolute() if isinstance(state, str | Path) else None
        if isinstance(state, str | Path):
            state = load_snapshot(state, model=self.model)
        elif isinstance(state, Tensor):
            state = MemoryState(state.squeeze(1) if state.dim() == 4 else state)
        self.model.check_memory(state)
        saved = state.info if isinstance(state, Snapshot) else None
        self.memory = state.memory if isinstance(state, Snapshot) else state
        self._origin = _Origin(self._turn, sha256=self.memory.sha256, saved=saved, file=file)

    def reset_stm_state(self, seed: int | None = None) -> None:
        """Fresh memory: the noise of the first seed, or of another."""
        self._seed = self._seed if seed is None else seed
        self.memory = self.model.initial_memory(self._seed)
        self._turn = 0
        self._origin = _Origin(seed=self._seed)

    def _check_room(self, tokens: int, limit: int | None) -> int:
        room = self.model.config.interaction_length
        room = room if limit is None else min(room, limit)
        if tokens > room:
            raise ValueError(f"{tokens} tokens are needed, but an interaction has room for {room}; nothing was cut")
        return room

    def _tokenized(self, ids: list[int], device: str | torch.device | None) -> TokenizedText:
        tokens = torch.tensor([ids], device=self.model.device if device is None else device)
        return TokenizedText(input_ids=tokens, attention_mask=torch.ones_like(tokens))


class RxTAlpha(ReactiveModel):
    """A model of the Alpha line: the configuration says which; every model of the family opens as either class."""


class RxTBeta(ReactiveModel):
    """A model of the Beta line: the configuration says which; every model of the family opens as either class."""


def _folder(repo_id: str | Path, token: str | None, revision: str | None, needed: frozenset[str]) -> Path:
    name = str(repo_id)
    if (token is not None or revision is not None) and not Path(name).exists() and is_repository(name):
        return fetch(name, revision=revision, token=token, needed=needed).folder
    return resolve(repo_id, needed)[0]


def _real_ids(input_ids: Tensor, attention_mask: Tensor | None) -> list[int]:
    """The tokens [1, T] of one text without its padding."""
    if input_ids.dim() > 1 and input_ids.shape[0] != 1:
        raise ValueError(f"one text at a time: input_ids must be [1, T], not {list(input_ids.shape)}")
    flat = input_ids.reshape(-1)
    if attention_mask is not None:
        flat = flat[attention_mask.reshape(-1).bool()]
    ids: list[int] = flat.tolist()
    return ids
