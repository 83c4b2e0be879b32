"""The interaction template, built from ids and never from one parsed string: [BOS][Q]query[A]answer[EOS]."""

from __future__ import annotations

from rxt.config import TokenIds
from rxt.text.tokenizer import Tokenizer

SYSTEM_QUERY = "SYSTEM INSTRUCTIONS"
"""The query of a system prompt: models of the family are trained with it."""


class Template:
    """Joins a person's text and the model's control tokens."""

    def __init__(self, tokens: TokenIds, tokenizer: Tokenizer) -> None:
        self.tokens = tokens
        self._tokenizer = tokenizer

    def query(self, text: str) -> list[int]:
        """[BOS][Q]text: a message as the tokenizer gives it."""
        return [self.tokens.bos, self.tokens.query, *self._tokenizer.encode(text)]

    def prompt(self, text: str) -> list[int]:
        """[BOS][Q]text[A]: what the decoder reads before it answers."""
        return [*self.query(text), self.tokens.answer]

    def interaction(self, query: str, answer: str) -> list[int]:
        """[BOS][Q]query[A]answer[EOS]: a whole interaction."""
        return [*self.prompt(query), *self._tokenizer.encode(answer), self.tokens.eos]

    def system(self, text: str) -> list[int]:
        """[BOS][Q]SYSTEM INSTRUCTIONS[A]text[EOS]: a system prompt, written into a new memory before the first turn."""
        return self.interaction(SYSTEM_QUERY, text)
