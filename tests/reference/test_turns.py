"""Half-lives from the records alone are those of the replayed gate recurrence."""

from __future__ import annotations

import numpy as np
import pytest

import rxt
from app.paint.turns import LayerTurns
from rxt.inference import explain

MODELS = ("tests/golden/beta-self-interlayer",)


@pytest.mark.parametrize("folder", MODELS)
def test_that_half_lives_from_records_equal_those_of_the_replay(folder: str) -> None:
    model = rxt.load(folder)
    initial = model.initial_memory(seed=1)
    session = rxt.Session(model, initial, rxt.Sampling(max_tokens=4))
    for question in ("My name is Alice.", "I live in Paris.", "What is my name?"):
        list(session.ask(question))
    found = LayerTurns()
    found.follow(session.turns)
    expected = explain.Conversation(model, initial, session.turns).provenance
    assert found.half_life() == pytest.approx(expected.half_life(), rel=1e-4)
    assert np.allclose(found.keep(), expected.keep.mean(axis=2).T, atol=1e-6)
