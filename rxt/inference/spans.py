"""Which characters of a text each of its tokens covers, when a character may need the bytes of several tokens."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from rxt.text.tokenizer import Tokenizer

Span = tuple[int, int]
"""Characters [start, end) of a text."""


def token_spans(tokenizer: Tokenizer, token_ids: Sequence[int]) -> tuple[str, tuple[Span, ...]]:
    """The text of T tokens, as TextStream streams it, and T spans in it.

    A character whose UTF-8 bytes come from several tokens is covered by each of them, so spans may overlap; a control
    token, which has no bytes, gets an empty span where it stands. Invalid bytes are one U+FFFD, as in the text.
    Example: tokens "a", E2 82, AC "b" -> "a€b", spans (0, 1), (1, 2), (1, 3).
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text: list[str] = []
    firsts: list[int] = []  # a token's first character
    lasts: list[int] = []  # one behind its last
    pending: list[int] = []  # tokens of the bytes that wait for their character

    def cover(tokens: Sequence[int], character: int) -> None:
        for token in tokens:
            firsts[token] = min(firsts[token], character)
            lasts[token] = max(lasts[token], character + 1)

    length = 0
    for token, token_id in enumerate(token_ids):
        firsts.append(length + bool(pending))  # behind the character that is not complete yet
        lasts.append(firsts[-1])
        for byte in tokenizer.bytes_of(token_id):
            out = decoder.decode(bytes((byte,)))
            waiting = len(decoder.getstate()[0])
            pending.append(token)
            done, pending = (pending, []) if not waiting else (pending[:-waiting], pending[-waiting:])
            # Two characters at once: the byte ended an invalid sequence (the first) and is a character itself.
            parts = [done] if len(out) == 1 else [done[:-1], done[-1:]] if out else []
            for part in parts:
                cover(part, length)
                length += 1
            text.append(out)
    if end := decoder.decode(b"", final=True):
        cover(pending, length)
        text.append(end)
    return "".join(text), tuple(zip(firsts, lasts, strict=True))
