"""The tokenizer trainer: the family's file form, and no text that is unknown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer

from rxt.text.trainer import SPECIAL_TOKENS, train_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["Hi, my name is Alice.", "What is my name?", "Your name is Alice.", "I live in Łódź."] * 20


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    path = tmp_path / "tokenizer.json"
    train_tokenizer(TEXTS, 300, path)
    return path


def _decoded(tokenizer: Tokenizer, text: str) -> str:
    from tokenizers.decoders import ByteLevel

    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return ByteLevel().decode([tokenizer.id_to_token(token) for token in ids])


def test_that_the_special_tokens_come_first_in_the_family_order(trained: Path) -> None:
    tokenizer = Tokenizer.from_file(str(trained))
    assert [tokenizer.id_to_token(at) for at in range(7)] == list(SPECIAL_TOKENS)


def test_that_the_file_has_the_form_of_the_family(trained: Path) -> None:
    data = json.loads(trained.read_text(encoding="utf-8"))
    assert data["decoder"] is None
    assert data["model"]["unk_token"] == SPECIAL_TOKENS[1]
    assert data["normalizer"] is None
    assert data["pre_tokenizer"]["type"] == "ByteLevel"
    assert data["post_processor"]["type"] == "TemplateProcessing"
    assert [next(iter(piece)) for piece in data["post_processor"]["single"]] == [
        "SpecialToken",
        "Sequence",
        "SpecialToken",
    ]
    assert len(data["model"]["vocab"]) <= 300


def test_that_a_first_word_is_learned_as_it_is_read_without_a_space_before_it(trained: Path) -> None:
    data = json.loads(trained.read_text(encoding="utf-8"))
    assert data["pre_tokenizer"]["add_prefix_space"] is False
    assert "What" in data["model"]["vocab"]


def test_that_a_text_is_wrapped_in_bos_and_eos(trained: Path) -> None:
    ids = Tokenizer.from_file(str(trained)).encode("What is my name?").ids
    assert (ids[0], ids[-1]) == (2, 3)


@pytest.mark.parametrize("text", ["Hi, my name is Wojciech.", "🙂 ❤️ 👍", "日本語 ñ ł ı", "tab\tand\nline"])
def test_that_any_text_returns_unchanged_and_nothing_is_unknown(trained: Path, text: str) -> None:
    tokenizer = Tokenizer.from_file(str(trained))
    assert 1 not in tokenizer.encode(text).ids
    assert _decoded(tokenizer, text) == text


def test_that_training_twice_writes_the_same_file(trained: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    train_tokenizer(TEXTS, 300, again)
    assert again.read_bytes() == trained.read_bytes()


def test_that_a_vocabulary_of_the_bytes_alone_is_enough(tmp_path: Path) -> None:
    train_tokenizer(TEXTS, 263, tmp_path / "tokenizer.json")
    assert Tokenizer.from_file(str(tmp_path / "tokenizer.json")).get_vocab_size() == 263


def test_that_a_tokenizer_that_cannot_take_its_place_leaves_the_former_one(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise PermissionError(target)

    before = trained.read_bytes()
    monkeypatch.setattr(type(trained), "replace", refuse)
    with pytest.raises(PermissionError):
        train_tokenizer(["other words"], 263, trained)
    assert trained.read_bytes() == before


def test_that_a_vocabulary_without_room_for_the_bytes_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    with pytest.raises(ValueError, match="too small"):
        train_tokenizer(TEXTS, 262, path)
    assert not path.exists()
