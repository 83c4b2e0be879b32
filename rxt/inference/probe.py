"""Questions to a memory that do not touch it: what does it know, beside memories that cannot know.

Every question is asked of the same memory and none is written, so their order does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rxt.events import Sampling
from rxt.inference.cancel import IsCancelled, check, never
from rxt.inference.reply import Reply, reply
from rxt.inference.share import Share
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState

AS_IT_IS, RESET = "as it is", "reset"


@dataclass(frozen=True, slots=True)
class Question:
    """text: what is asked; expected: an answer that holds one of these as whole words, in any case, is right.

    Raises ValueError where `expected` is one text instead of a tuple of them, or holds an empty one.
    """

    text: str
    expected: tuple[str, ...]

    def __post_init__(self) -> None:
        if isinstance(self.expected, str):  # each of its letters would be an answer
            raise ValueError(f"expected is a tuple of texts: ({self.expected!r},), not {self.expected!r}")
        if not all(text.strip() for text in self.expected):
            raise ValueError("an expected text is empty: every answer would hold it")

    def is_answered_by(self, answer: str) -> bool:
        """Whether the answer holds one of the expected texts. Anabel is not Ana."""
        folded = answer.casefold()
        return any(re.search(rf"(?<!\w){re.escape(text.casefold())}(?!\w)", folded) for text in self.expected)


@dataclass(frozen=True, slots=True)
class Recall:
    """What one memory answered: replies and hits in the order of the questions, and the share of hits."""

    replies: tuple[Reply, ...]
    hits: tuple[bool, ...]

    @property
    def share(self) -> Share:
        return Share(sum(self.hits), len(self.hits))


def ask(
    model: PretrainedModel,
    memory: MemoryState,
    questions: Sequence[str],
    sampling: Sampling | None = None,
    cancelled: IsCancelled = never,
) -> tuple[Reply, ...]:
    """The reply to each question, greedy by default. Raises Cancelled, and ValueError for one that is too long."""
    replies = []
    for question in questions:
        check(cancelled)
        replies.append(reply(model, memory, model.template.prompt(question), sampling, 0, cancelled))
    return tuple(replies)


def recall(
    model: PretrainedModel,
    memory: MemoryState,
    questions: Sequence[Question],
    controls: Mapping[str, MemoryState] | None = None,
    sampling: Sampling | None = None,
    cancelled: IsCancelled = never,
) -> dict[str, Recall]:
    """The same questions to the memory ("as it is") and to its controls: what is right there was guessed.

    controls: by default a fresh memory ("reset"); add the memory of another conversation of the same age. Shuffling the
    slots of a layer is no control: slots are a set, and the answers stay the same. Raises Cancelled, and ValueError for
    a control of the name "as it is".
    """
    others = {RESET: model.initial_memory(seed=0)} if controls is None else controls
    if AS_IT_IS in others:
        raise ValueError(f"a control cannot be called {AS_IT_IS!r}: so the memory itself is. Nothing was asked")
    texts = [question.text for question in questions]
    results = {}
    for name, state in {AS_IT_IS: memory, **others}.items():
        replies = ask(model, state, texts, sampling, cancelled)
        hits = tuple(question.is_answered_by(given.answer) for question, given in zip(questions, replies, strict=True))
        results[name] = Recall(replies, hits)
    return results
