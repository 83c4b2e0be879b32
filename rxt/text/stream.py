"""Tokens to text while they arrive: only whole characters come out."""

from __future__ import annotations

import codecs

from rxt.text.tokenizer import Tokenizer


class TextStream:
    """Text of one answer. An invalid byte becomes U+FFFD, and so does what is incomplete when the answer ends."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token_id: int) -> str:
        """The characters that this token completes; empty until one is."""
        return self._decoder.decode(self._tokenizer.bytes_of(token_id))

    def finish(self) -> str:
        """What is left at the end."""
        return self._decoder.decode(b"", final=True)
