"""Turns that need no memory: small talk, questions about Mneme, questions beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rxt.training.dialogues.beyond import UNKNOWN_ANSWERS
from rxt.training.dialogues.dialogue import Turn
from rxt.training.dialogues.small_talk import REMARK_ANSWERS
from rxt.training.dialogues.wording import mark_of

if TYPE_CHECKING:
    import random

    from rxt.training.dialogues.sources import Values
    from rxt.training.dialogues.wording import Typist, Wording

_QUESTION_WORDS = (
    "what", "who", "how", "why", "can", "do ", "does", "did", "are", "may", "really", "huh", "pardon", "and you", "is ",
    "was", "were", "where", "when", "which", "should", "could", "would", "will", "have you", "has ",
)  # fmt: skip


class Talk:
    """Draws such turns from one part of the split."""

    def __init__(self, wording: Wording, values: Values) -> None:
        self._wording = wording
        self._values = values

    def any(self, typist: Typist, rng: random.Random) -> Turn:
        """Small talk, chatter or a remark, most often; else a question about Mneme or beyond it."""
        chance = rng.random()
        if chance < 0.22:
            return self._small_talk(rng.choice(self._wording.small_talk), typist, rng)
        if chance < 0.5:
            return self._small_talk(rng.choice(self._wording.chatter), typist, rng)
        if chance < 0.56:
            return self._remark(typist, rng)
        if chance < 0.76:
            return self._identity(typist, rng)
        return self._unknown(typist, rng)

    def greeting(self, typist: Typist, rng: random.Random) -> Turn:
        """A greeting."""
        return self._small_talk(self._wording.greetings, typist, rng)

    def _small_talk(
        self, exchange: tuple[tuple[str, ...], tuple[str, ...]], typist: Typist, rng: random.Random
    ) -> Turn:
        said, answers = exchange
        phrase = rng.choice(said)
        mark = "?" if phrase.startswith(_QUESTION_WORDS) else rng.choice("..!")
        return Turn(typist.typed(phrase, mark, rng), rng.choice(answers), "small_talk")

    def _remark(self, typist: Typist, rng: random.Random) -> Turn:
        phrase = self._with_things(rng.choice(self._wording.remarks), rng)
        return Turn(typist.typed(phrase, ".", rng), rng.choice(REMARK_ANSWERS), "small_talk")

    def _identity(self, typist: Typist, rng: random.Random) -> Turn:
        questions, answers = rng.choice(self._wording.identity)
        question = rng.choice(questions)
        return Turn(typist.typed(question, mark_of(question), rng), rng.choice(answers), "identity")

    def _unknown(self, typist: Typist, rng: random.Random) -> Turn:
        question = self._with_things(rng.choice(self._wording.unknown), rng)
        answer = UNKNOWN_ANSWERS[0] if rng.random() < 0.7 else rng.choice(UNKNOWN_ANSWERS[1:])
        return Turn(typist.typed(question, mark_of(question), rng), answer, "unknown_topic")

    def _with_things(self, template: str, rng: random.Random) -> str:
        """The template with its random things: drawn from the values, so that a word alone tells nothing."""
        while "{" in template:
            head, _, tail = template.partition("{")
            kind, _, tail = tail.partition("}")
            if kind in ("n1", "n2"):
                thing = str(rng.randint(1, 99))
            else:
                thing = self._values.draw("secret" if kind == "thing" else kind, rng)
            template = head + thing + tail
        return template
