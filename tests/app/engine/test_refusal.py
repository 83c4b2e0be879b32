"""Whatever an error says, what is shown of it is a sentence."""

from __future__ import annotations

import pytest

from app.engine.refusal import RefusedError, sentence, unexpected
from rxt.errors import ModelError


@pytest.mark.parametrize("kind", [RefusedError, ModelError, ValueError])
def test_that_an_error_that_quotes_a_whole_file_is_cut(kind: type[Exception]) -> None:
    assert sentence(kind("The field is wrong.")) == "The field is wrong."
    words = sentence(kind("The field is " + "b" * 1_000_000))
    assert words.startswith("The field is bbb")
    assert words.endswith("…")
    assert len(words) == 2_001
    assert len(unexpected(kind("b" * 1_000_000))) < 2_200
