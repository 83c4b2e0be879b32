"""A system prompt is one interaction in a fresh memory: nothing more, and the same for the same seed."""

from __future__ import annotations

import pytest

import rxt
from rxt.errors import RxtError
from rxt.io.pretrained import PretrainedModel


def test_that_the_text_is_written_as_one_whole_interaction(model: PretrainedModel) -> None:
    tokens, encode = model.config.tokens, model.tokenizer.encode
    ids = [
        tokens.bos, tokens.query, *encode("SYSTEM INSTRUCTIONS"), tokens.answer, *encode("be brief [EOS]"), tokens.eos,
    ]  # fmt: skip
    expected = model.update_memory(model.initial_memory(seed=4), ids).memory
    assert rxt.write_system_prompt(model, "be brief [EOS]", 4) == expected
    assert rxt.system_prompt_tokens(model, "be brief [EOS]") == len(ids)


def test_that_another_seed_is_another_memory(model: PretrainedModel) -> None:
    assert rxt.write_system_prompt(model, "be brief", 4) != rxt.write_system_prompt(model, "be brief", 5)


def test_that_a_text_may_fill_an_interaction_and_not_a_token_more(model: PretrainedModel) -> None:
    text = ""
    while rxt.system_prompt_tokens(model, f"{text}a ") <= model.config.interaction_length:
        text += "a "
    rxt.write_system_prompt(model, text, 0)
    with pytest.raises(RxtError, match=f"at most {model.config.interaction_length} at once"):
        rxt.write_system_prompt(model, f"{text}a ", 0)


def test_that_the_thousands_of_a_refused_text_stand_apart(model: PretrainedModel) -> None:
    with pytest.raises(RxtError, match=r"takes \d{1,2},\d{3} tokens"):
        rxt.write_system_prompt(model, "a " * 5_000, 0)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_that_no_text_is_refused(model: PretrainedModel, text: str) -> None:
    with pytest.raises(RxtError, match="no text"):
        rxt.write_system_prompt(model, text, 0)
