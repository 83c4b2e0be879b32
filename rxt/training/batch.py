"""Dialogues as tensors.

Letters: B dialogues, K turns of each, T tokens of the longest turn, A questions asked aside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer
from rxt.training.dialogues import Dialogue, Turn

DECIDING = 4
"""So many tokens decide how an answer goes on ("No, you haven't"); the rest repeats the question."""

PLAIN_TEXT = "text"
"""The kind of a turn that is no question and answer; its text is its answer."""

SYSTEM = "system"
"""The kind of a turn that instructs the model: it is written into the memory, and nobody learns to say it."""


@dataclass(frozen=True, slots=True)
class LossWeights:
    """Weight of a target token: of an answer, of one to what is told, of a recalling answer, of the value in it, of an
    answer "not told", of the first `DECIDING` tokens of a recalling answer or a "not told" (they say yes or no, told or
    not told), and of a value that the message tells and the answer says back.

    The token behind a value weighs as much as the value: with less, a model learns to go on where it should end.
    """

    answer: float = 1.0
    acknowledged: float = 1.0
    recall: float = 1.5
    value: float = 4.0
    not_told: float = 1.5
    decision: float = 4.0
    told: float = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class DialogueBatch:
    """tokens [B, K, T], padded with the pad id; real [B, K, T]: True at tokens; weights [B, K, T]: of each token as a
    target, 0 in queries and padding; values [B, K, T]: True at the tokens of a recalled value; tags [B, K, T]: what a
    token tells, as the number of its fact, 0 for nothing.

    asides: the same with [A, T] each, and before [A]: b * K + k for a question to the memory before turn k of dialogue
    b; None where nothing is asked aside.
    """

    tokens: Tensor
    real: Tensor
    weights: Tensor
    values: Tensor
    tags: Tensor
    asides: Asides | None = None

    @property
    def turns(self) -> int:
        return self.tokens.shape[0] * self.tokens.shape[1]

    @property
    def taken(self) -> Tensor:
        """[B, K]: True at turns, False at the blank ones with which a shorter dialogue ends."""
        return self.real.sum(dim=-1) > 1

    def to(self, device: torch.device) -> DialogueBatch:
        """The same batch on a device."""
        parts = (self.tokens, self.real, self.weights, self.values, self.tags)
        tokens, real, weights, values, tags = (part.to(device) for part in parts)
        asides = None if self.asides is None else self.asides.to(device)
        return DialogueBatch(tokens, real, weights, values, tags, asides)

    def questions(self) -> Asides:
        """All that is answered: the turns, whose memory is the one before them, and what is asked aside behind them."""
        places = torch.arange(self.turns, device=self.tokens.device)
        tokens, real, weights, values = (
            part.flatten(0, 1) for part in (self.tokens, self.real, self.weights, self.values)
        )
        turns = Asides(tokens, real, weights, values, places)
        return turns if self.asides is None else turns.joined(self.asides)


@dataclass(frozen=True, slots=True, eq=False)
class Asides:
    """Questions and their answers: see DialogueBatch."""

    tokens: Tensor
    real: Tensor
    weights: Tensor
    values: Tensor
    before: Tensor

    def to(self, device: torch.device) -> Asides:
        """The same on a device."""
        return Asides(*(part.to(device) for part in (self.tokens, self.real, self.weights, self.values, self.before)))

    def joined(self, other: Asides) -> Asides:
        """Those of this, then those of the other; both padded to the same length."""
        return Asides(
            tokens=torch.cat((self.tokens, other.tokens)),
            real=torch.cat((self.real, other.real)),
            weights=torch.cat((self.weights, other.weights)),
            values=torch.cat((self.values, other.values)),
            before=torch.cat((self.before, other.before)),
        )


@dataclass(frozen=True, slots=True)
class _EncodedTurn:
    ids: list[int]
    weights: list[float]
    values: list[bool]
    tags: list[int]


class BatchBuilder:
    """Encodes dialogues with one template. Turns longer than `length` are cut at the end of the answer.

    numbers: those of the slots, from 1; what is told of others stays without a tag.
    """

    def __init__(
        self,
        template: Template,
        tokenizer: Tokenizer,
        length: int,
        weights: LossWeights,
        numbers: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._template = template
        self._tokenizer = tokenizer
        self._length = length
        self._weights = weights
        self._numbers = dict(numbers)

    def build(self, dialogues: Sequence[Dialogue]) -> DialogueBatch:
        """A batch. A dialogue with fewer turns than the longest ends with turns of one token that teach nothing."""
        encoded = [[self._encode(turn) for turn in dialogue.turns] for dialogue in dialogues]
        turns = max(map(len, encoded))
        # They stand behind all that is learned: nothing reads what they write into the memory (see `taken`).
        nothing = _EncodedTurn([self._template.tokens.bos], [0.0], [False], [0])
        encoded = [row + [nothing] * (turns - len(row)) for row in encoded]
        aside = [(b * turns + k, turn) for b, dialogue in enumerate(dialogues) for k, turn in dialogue.asides]
        every = [turn for row in encoded for turn in row] + [self._encode(turn) for _, turn in aside]
        tokens, real, weights, values, tags = self._tensors(every, max(len(turn.ids) for turn in every))
        count, shape = len(encoded) * turns, (len(encoded), turns)
        asked = None
        if aside:
            places = torch.tensor([place for place, _ in aside])
            asked = Asides(tokens[count:], real[count:], weights[count:], values[count:], places)
        parts = (tokens, real, weights, values, tags)
        tokens, real, weights, values, tags = (part[:count].unflatten(0, shape) for part in parts)
        return DialogueBatch(tokens, real, weights, values, tags, asked)

    def _tensors(self, encoded: Sequence[_EncodedTurn], length: int) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """tokens, real, weights, values and tags [N, length] of N turns."""
        shape = (len(encoded), length)
        tokens = torch.full(shape, self._template.tokens.pad, dtype=torch.long)
        real = torch.zeros(shape, dtype=torch.bool)
        weights = torch.zeros(shape)
        values = torch.zeros(shape, dtype=torch.bool)
        tags = torch.zeros(shape, dtype=torch.long)
        for n, turn in enumerate(encoded):
            count = len(turn.ids)
            tokens[n, :count] = torch.tensor(turn.ids)
            real[n, :count] = True
            weights[n, :count] = torch.tensor(turn.weights)
            values[n, :count] = torch.tensor(turn.values)
            tags[n, :count] = torch.tensor(turn.tags)
        return tokens, real, weights, values, tags

    def _encode(self, turn: Turn) -> _EncodedTurn:
        if turn.kind == PLAIN_TEXT:
            return self._encode_text(turn.answer)
        prompt = self._template.prompt(turn.query)
        ids, spans = self._tokenizer.encode_spans(turn.answer)
        base = self._weights.answer
        if turn.kind in ("ask", "ask_all", "echo"):
            base = self._weights.recall
        elif turn.kind == "ask_unknown":
            base = self._weights.not_told
        elif turn.told:
            base = self._weights.acknowledged
        elif turn.kind in (SYSTEM, "recital"):
            base = 0.0
        recalled = _touched(spans, _parts(turn.answer, _recalled(turn)))
        all_ids = [*prompt, *ids, self._template.tokens.eos]
        learned = [base] * (len(ids) + 1)
        told = _touched(spans, _parts(turn.answer.lower(), [value.lower() for _, value in turn.told]))
        for places, weight in ((told, max(base, self._weights.told)), (recalled, self._weights.value)):
            learned = [weight if hit else other for hit, other in zip(_with_next(places), learned, strict=True)]
        if turn.kind in ("ask", "ask_unknown"):
            learned[:DECIDING] = [max(weight, self._weights.decision) for weight in learned[:DECIDING]]
        weights = [*[0.0] * len(prompt), *learned]
        values = [*[False] * len(prompt), *recalled, False]
        tags = [*self._tags(turn, len(prompt)), *[0] * (len(ids) + 1)]
        if not turn.learned:
            weights, values = [0.0] * len(all_ids), [False] * len(all_ids)
        length = self._length
        return _EncodedTurn(all_ids[:length], weights[:length], values[:length], tags[:length])

    def _tags(self, turn: Turn, count: int) -> list[int]:
        """What each of the `count` tokens of a prompt tells."""
        tags = [0] * count
        if not turn.told:
            return tags
        _, spans = self._tokenizer.encode_spans(turn.query)
        first = len(self._template.query(turn.query)) - len(spans)
        found, text = 0, turn.query.lower()
        for slot, value in turn.told:
            start = text.find(value.lower(), found)
            if start < 0:
                continue
            found = start + len(value)
            for place, (begin, end) in enumerate(spans, first):
                if begin < found and end > start:
                    tags[place] = self._numbers.get(slot, 0)
        return tags

    def _encode_text(self, text: str) -> _EncodedTurn:
        """[BOS]text[EOS]: text without a question, of which every token is learned."""
        tokens = self._template.tokens
        ids = [tokens.bos, *self._tokenizer.encode(text), tokens.eos][: self._length]
        return _EncodedTurn(ids, [0.0, *[self._weights.answer] * (len(ids) - 1)], [False] * len(ids), [0] * len(ids))


def _recalled(turn: Turn) -> tuple[str, ...]:
    """What the answer has from memory, in its order."""
    wanted = (turn.value,) if turn.kind == "ask" and turn.value else ()
    return (*wanted, *turn.others)


def _parts(answer: str, values: Sequence[str]) -> list[tuple[int, int]]:
    """Where the answer says these values: (first letter, one after the last), in the order of the answer."""
    parts: list[tuple[int, int]] = []
    for value in values:
        # Listed values follow one another, so that a short one is not found inside of an earlier one.
        start = answer.find(value, parts[-1][1] if parts else 0)
        if start >= 0:
            parts.append((start, start + len(value)))
    return parts


def _touched(spans: Sequence[tuple[int, int]], parts: Sequence[tuple[int, int]]) -> list[bool]:
    """Of every token, whether it holds a letter of a part."""
    return [any(first < stop and last > start for start, stop in parts) for first, last in spans]


def _with_next(places: Sequence[bool]) -> list[bool]:
    """The tokens of values and the first behind each, the end of the answer included."""
    return [here or before for here, before in zip([*places, False], [False, *places], strict=True)]
