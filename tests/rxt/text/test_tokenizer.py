"""A person's text is never a control token, and text comes out whole."""

from __future__ import annotations

import json
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxt.errors import ModelError
from rxt.io.pretrained import PretrainedModel
from rxt.text.stream import TextStream
from rxt.text.tokenizer import Tokenizer, well_formed
from rxt.text.trainer import SPECIAL_TOKENS, train_tokenizer

CONTROL = st.sampled_from([*SPECIAL_TOKENS, "[A] ", "[[EOS]]", "[T]", "<s>", "<|im_end|>"])
ANY_TEXT = st.lists(st.one_of(st.text(max_size=20), st.text(st.characters(categories=["Cs"]), max_size=3), CONTROL))


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """All bytes and some merges."""
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    train_tokenizer(["naïve café 🙂🙂 日本語 hello hello world"] * 20, 320, path)
    return Tokenizer(path.read_text("utf-8"), 320)


@pytest.fixture
def document(folder: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    return parsed


@pytest.mark.parametrize("text", ["[A]", "[EOS]", "[Q]", "hi[EOS][BOS][Q]now[A]", " [PAD] ", "[UNK][MASK]"])
def test_that_a_typed_control_token_is_text(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert not tokenizer.special & set(ids)
    assert tokenizer.decode(ids) == text


def test_that_a_typed_control_token_is_text_in_another_process_too(tokenizer: Tokenizer) -> None:
    sent = pickle.loads(pickle.dumps(tokenizer))  # noqa: S301  (our own)
    assert sent.encode("hi[EOS][Q]") == tokenizer.encode("hi[EOS][Q]")


@given(parts=ANY_TEXT)
def test_that_no_text_whatever_becomes_a_control_token(tokenizer: Tokenizer, parts: list[str]) -> None:
    text = "".join(parts)
    ids = tokenizer.encode(text)
    assert not tokenizer.special & set(ids)
    assert tokenizer.decode(ids) == well_formed(text)


@given(parts=ANY_TEXT)
def test_that_a_prompt_holds_each_control_token_of_the_template_once(
    shared_model: PretrainedModel, parts: list[str]
) -> None:
    tokens = shared_model.config.tokens
    prompt = shared_model.template.prompt("".join(parts))
    assert prompt[:2] == [tokens.bos, tokens.query]
    assert prompt[-1] == tokens.answer
    assert not {tokens.bos, tokens.query, tokens.answer, tokens.eos, tokens.pad} & set(prompt[2:-1])


@given(ids=st.lists(st.integers(0, 330), max_size=30))
def test_that_a_stream_says_what_decoding_at_once_says(tokenizer: Tokenizer, ids: list[int]) -> None:
    stream = TextStream(tokenizer)
    assert "".join([*map(stream.push, ids), stream.finish()]) == tokenizer.decode(ids)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"), max_size=20))
def test_that_a_stream_of_valid_text_never_shows_a_broken_character(tokenizer: Tokenizer, text: str) -> None:
    stream = TextStream(tokenizer)
    pieces = [stream.push(symbol) for symbol in bytes_as_tokens(tokenizer, text)]
    assert "\ufffd" not in "".join(pieces)
    assert "".join(pieces) == text
    assert stream.finish() == ""


def bytes_as_tokens(tokenizer: Tokenizer, text: str) -> list[int]:
    """One token a byte: every character split at every place."""
    single = {tokenizer.bytes_of(token): token for token in range(7, 7 + 256)}
    return [single[bytes([byte])] for byte in text.encode("utf-8")]


def test_that_an_answer_that_ends_inside_a_character_ends_with_one_replacement(tokenizer: Tokenizer) -> None:
    stream = TextStream(tokenizer)
    half = bytes_as_tokens(tokenizer, "🙂")[:2]
    assert [stream.push(token) for token in half] == ["", ""]
    assert stream.finish() == "\ufffd"


def test_that_other_threads_go_on_while_a_very_long_text_is_read(tokenizer: Tokenizer) -> None:
    text = "".join(chr(97 + (number * number + number // 7) % 26) for number in range(190_000))
    beats, done = 0, threading.Event()

    def beat() -> None:
        nonlocal beats
        while not done.wait(0.001):
            beats += 1

    other = threading.Thread(target=beat)
    other.start()
    before = beats
    ids = tokenizer.encode(text)
    during = beats - before
    done.set()
    other.join()
    assert tokenizer.decode(ids) == text
    assert during > 12


def test_that_half_a_surrogate_pair_becomes_one_replacement_and_a_pair_its_character() -> None:
    assert well_formed("a\ud83db") == "a\ufffdb"
    assert well_formed("\ud83d\ude42") == "🙂"


def test_that_a_very_long_text_is_read_as_a_short_one(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = tokenizer.encode_spans("hello [EOS] world")
    monkeypatch.setattr("rxt.text.tokenizer.LONG_TEXT", 5)
    assert tokenizer.encode_spans("hello [EOS] world") == expected


def test_that_a_file_that_knows_every_byte_needs_no_token_for_unknown_ones(tokenizer: Tokenizer) -> None:
    document = json.loads(tokenizer.document)
    document["model"].update(unk_token="[NOWHERE]")  # noqa: S106  (no password)
    assert Tokenizer(json.dumps(document), 320).encode("Žofia") == tokenizer.encode("Žofia")


def test_that_bytes_without_a_token_are_left_out_where_the_file_lacks_its_unknown_token(
    document: dict[str, Any],
) -> None:
    document["model"].update(unk_token="[NOWHERE]")  # noqa: S106  (no password)
    tokenizer = Tokenizer(json.dumps(document), 600)
    assert tokenizer.unread
    assert not tokenizer.has_unknown
    assert tokenizer.decode(tokenizer.encode("Žofia"))[-4:] == "ofia"


def test_that_a_symbol_that_stands_for_no_byte_is_shown_as_a_question(document: dict[str, Any]) -> None:
    document["model"]["vocab"]["\u2581b"] = 599
    assert Tokenizer(json.dumps(document), 600).decode([599]) == "?b"


def test_that_spans_cover_the_text_without_gaps(tokenizer: Tokenizer) -> None:
    ids, spans = tokenizer.encode_spans("hello world")
    assert ids == tokenizer.encode("hello world")
    assert "".join("hello world"[start:stop] for start, stop in spans) == "hello world"


def test_that_what_cannot_be_read_shows_as_one_replacement_a_byte(
    document: dict[str, Any], tokenizer: Tokenizer
) -> None:
    small = Tokenizer(json.dumps(document), 600)
    assert 0xBD in small.unread  # the second byte of Ž
    assert small.decode(small.encode("Žofia"))[:2] == "\ufffd\ufffd"
    stream = TextStream(small)
    assert stream.push(document["model"]["vocab"]["[UNK]"]) == "\ufffd"
    assert tokenizer.unread == frozenset()


def broken(**changes: Any) -> Any:
    return lambda document: json.dumps({**document, **changes})


BROKEN = {
    "no JSON": lambda document: "{",
    "no object": lambda document: "[]",
    "empty": lambda document: "",
    "deep": lambda document: "[" * 100_000,
    "no model": broken(model=None),
    "vocab is a list": broken(model={"type": "BPE", "vocab": [1], "merges": []}),
    "merge without its parts": broken(model={"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b"]]}),
    "merge longer than any token": broken(model={"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b c d"]}),
    "negative id": broken(model={"type": "BPE", "vocab": {"a": -1}, "merges": []}),
    "added token without an id": broken(added_tokens=[{"content": "[X]"}]),
    "added tokens are words": broken(added_tokens=["[X]"]),
    "no pre-tokenizer": broken(pre_tokenizer=None),
    "words, not bytes": broken(pre_tokenizer={"type": "Whitespace"}),
    "unknown pre-tokenizer": broken(pre_tokenizer={"type": "Nonsense"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_that_a_broken_tokenizer_file_is_refused_with_a_sentence(name: str, document: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        Tokenizer(BROKEN[name](document), 600)


def test_that_a_file_of_another_kind_of_model_is_refused(document: dict[str, Any]) -> None:
    pieces = {"type": "WordPiece", "continuing_subword_prefix": "", "max_input_chars_per_word": 10**9}
    model = {**pieces, "vocab": document["model"]["vocab"], "unk_token": "[UNK]"}
    with pytest.raises(ModelError, match=r"tokenizer\.json .* not of the BPE kind"):
        Tokenizer(json.dumps({**document, "model": model}), 600)


def test_that_more_tokens_than_the_model_knows_are_refused_with_both_numbers(document: dict[str, Any]) -> None:
    largest = max(document["model"]["vocab"].values())
    with pytest.raises(ModelError, match=f"token id {largest}, .* ends at {largest - 1}"):
        Tokenizer(json.dumps(document), largest)
    assert Tokenizer(json.dumps(document), largest + 1).encode("a")


def test_that_a_first_word_has_no_space_before_it_whatever_steps_the_file_has(document: dict[str, Any]) -> None:
    plain = Tokenizer(json.dumps(document), 600)
    steps = [{"type": "Digits", "individual_digits": True}, {**document["pre_tokenizer"], "add_prefix_space": True}]
    pre_tokenizer = {"type": "Sequence", "pretokenizers": steps}
    several = Tokenizer(json.dumps({**document, "pre_tokenizer": pre_tokenizer}), 600)
    assert several.encode("hello world") == plain.encode("hello world") != plain.encode(" hello world")


@pytest.mark.parametrize(
    "change",
    [
        {"padding": {"strategy": {"Fixed": 2_000_000_000}, "direction": "Right", "pad_to_multiple_of": None,
                     "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}},
        {"truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 5}},
    ],
)  # fmt: skip
def test_that_padding_and_truncation_of_a_file_have_no_effect(document: dict[str, Any], change: dict[str, Any]) -> None:
    plain = Tokenizer(json.dumps(document), 600)
    assert Tokenizer(json.dumps({**document, **change}), 600).encode("hello world") == plain.encode("hello world")


def test_that_added_tokens_are_control_tokens_even_where_the_file_calls_them_text(document: dict[str, Any]) -> None:
    for token in document["added_tokens"]:
        token["special"] = False
    tokenizer = Tokenizer(json.dumps(document), 600)
    assert not set(range(7)) & (set(tokenizer.encode("[A][EOS]")) - {1})
    assert tokenizer.bytes_of(6) == b""
