"""The characters of a token, also where a character lies across tokens or its bytes are no UTF-8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxt.inference.spans import token_spans
from rxt.text.stream import TextStream
from tests.rxt.inference.finished import BETA, model


class Bytes:
    """A tokenizer whose ids are places in a list of byte strings."""

    def __init__(self, *tokens: bytes) -> None:
        self.tokens = tokens

    def bytes_of(self, token_id: int) -> bytes:
        return self.tokens[token_id]


@pytest.mark.parametrize(
    ("tokens", "text", "spans"),
    [
        ((), "", ()),
        ((b"ab", b"c"), "abc", ((0, 2), (2, 3))),
        ((b"a", b"\xe2\x82", b"\xacb"), "a€b", ((0, 1), (1, 2), (1, 3))),
        ((b"\xf0", b"\x9f", b"\x99", b"\x82"), "🙂", ((0, 1),) * 4),
        ((b"a", b"", b"b"), "ab", ((0, 1), (1, 1), (1, 2))),
        ((b"\xe2\x82", b"a"), "\ufffda", ((0, 1), (1, 2))),
        ((b"a\xe2", b"\xff"), "a\ufffd\ufffd", ((0, 2), (2, 3))),
        ((b"a", b"\xe2\x82"), "a\ufffd", ((0, 1), (1, 2))),
        ((b"\xe2", b"\xe2\x82\xac"), "\ufffd€", ((0, 1), (1, 2))),
        ((b"\xef\xbf", b"\xbd"), "\ufffd", ((0, 1), (0, 1))),
    ],
)
def test_that_a_span_covers_every_character_a_token_gave_bytes_to(
    tokens: tuple[bytes, ...], text: str, spans: tuple[tuple[int, int], ...]
) -> None:
    assert token_spans(Bytes(*tokens), range(len(tokens))) == (text, spans)  # type: ignore[arg-type]


@given(
    st.lists(st.sampled_from([b"a", b"", b"\xe2", b"\x82", b"\xac", b"\xf0\x9f", b"\x99\x82", b"\xff", b"\xc3\xa9"]))
)
def test_that_any_bytes_give_the_streamed_text_and_spans_without_gaps(tokens: list[bytes]) -> None:
    tokenizer = Bytes(*tokens)
    stream = TextStream(tokenizer)  # type: ignore[arg-type]
    streamed = "".join(stream.push(token) for token in range(len(tokens))) + stream.finish()
    text, spans = token_spans(tokenizer, range(len(tokens)))  # type: ignore[arg-type]
    assert text == streamed
    covered = {place for start, end in spans for place in range(start, end)}
    assert covered == set(range(len(text)))
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert all((start < end) == bool(token) for (start, end), token in zip(spans, tokens, strict=True))
    assert [start for start, _ in spans if start < len(text)] == sorted(
        start for start, _ in spans if start < len(text)
    )


def test_that_spans_of_a_real_tokenizer_spell_the_text() -> None:
    tokenizer = model(BETA).tokenizer
    text = "naïve café 🙂 日本語"
    spelled, spans = token_spans(tokenizer, tokenizer.encode(text))
    assert spelled == text
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
