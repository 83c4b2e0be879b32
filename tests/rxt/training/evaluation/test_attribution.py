"""Does what was read name the turn? Counted on conversations whose truth is known."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from rxt.cli import main
from rxt.inference.share import Share
from rxt.io.pretrained import load
from rxt.model.memory import MemoryState
from rxt.training.dialogues.sources import is_held_out
from rxt.training.evaluation import attribution as room
from rxt.training.evaluation.attribution import (
    DOSES,
    PICKS,
    TURNS,
    Attribution,
    attribution,
    lines,
    name_tokens,
    told_and_asked,
)
from rxt.version import version
from tests.rxt.inference.finished import BETA, GOLDEN
from tests.rxt.inference.finished import model as golden


def test_that_a_conversation_tells_a_held_out_name_first_and_asks_for_it_last() -> None:
    rng = random.Random(3)
    for _ in range(50):
        name, messages = told_and_asked(rng)
        assert len(messages) == TURNS
        assert name.casefold() in messages[0].casefold()
        whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)  # Li is in every lift
        assert not any(whole.search(message) for message in messages[1:])
        assert is_held_out(name)
    assert told_and_asked(random.Random(4)) == told_and_asked(random.Random(4))


@pytest.mark.parametrize(
    ("text", "name", "tokens"),
    [
        ("Your name is Ana.", "Ana", [3]),
        ("your name is ana.", "Ana", [3]),
        ("Anabel it is now", "Ana", [3]),  # another name: where a name would stand
        ("", "Ana", []),
    ],
)
def test_that_the_tokens_of_a_name_are_found_where_it_stands(text: str, name: str, tokens: list[int]) -> None:
    spans, place = [], 0
    for word in text.split():
        start = text.index(word, place)
        place = start + len(word)
        spans.append((start, place))
    assert name_tokens(text, spans, name) == tokens


LAYERS, SLOTS = 2, 20
READ = np.tile(np.arange(SLOTS, 0, -1, dtype=np.float32), (LAYERS, 1))
"""How much the name was read from each slot: in each layer the first the most."""
ENTERED = np.arange(1, LAYERS * SLOTS + 1, dtype=np.float32).reshape(LAYERS, SLOTS)
"""How much of each slot entered the answer: of the last the most."""


class _Scripted:
    """A conversation of which all is known: its answer, which turns the words were read from, and that it depends on
    the slots the name was read from most, by either measure, and on no others."""

    model = None
    memories = tuple(MemoryState(torch.full((LAYERS, SLOTS, 1), 1.0 + number)) for number in range(TURNS + 1))

    def __init__(self, answer: str, name: str, from_turns: list[int]) -> None:
        words = re.finditer(r"\S+", answer)
        self._reads = SimpleNamespace(text=answer, spans=[word.span() for word in words], of_slots=self._of_slots)
        self._name = [place for place, word in enumerate(answer.split()) if word == f"{name}."]
        self._sources = 0.5 * np.eye(TURNS)[from_turns] + 0.1

    def read(self, turn: int, heads: str) -> Any:
        assert (turn, heads) == (TURNS - 1, "mean")
        return self._reads

    def sources(self, turn: int) -> Any:
        assert turn == TURNS - 1
        return self._sources

    def _of_slots(self, tokens: list[int]) -> Any:
        return READ if tokens == self._name else READ[:, ::-1]

    def counterfactual(self, turn: int, other: MemoryState) -> Any:
        zeroed = (other.shared == 0).all(dim=-1).numpy()
        assert np.array_equal(other.shared[..., 0].numpy(), np.where(zeroed, 0, self.memories[turn].shared[..., 0]))
        count = int(zeroed.sum())
        if zeroed[:, : count // LAYERS].all():
            return SimpleNamespace(first_difference=0, mean_change=-1.0)
        if zeroed.ravel()[-count:].all():
            return SimpleNamespace(first_difference=0, mean_change=-2.0)
        return SimpleNamespace(first_difference=None, mean_change=float(count))


def test_that_what_is_counted_is_the_name_its_turn_and_what_depends_on_its_slots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def values(model: object, memory: MemoryState) -> Any:
        assert memory is _Scripted.memories[TURNS - 1]
        return ENTERED / READ

    monkeypatch.setattr(room, "value_norms", values)
    result = Attribution()
    for said, from_turns in (("Ana", [0, 0, 0, 1]), ("Bob", [1, 1, 1, 0]), ("Ana", [2, 2, 2, 2])):
        talk: Any = _Scripted(f"Your name is {said}.", said, from_turns)
        room._count(result, talk, "Ana", seed=3)
    assert result.right == Share(2, 3)
    assert result.named == {"all": Share(1, 3), "right": Share(1, 2)}
    assert result.named_elsewhere == {"all": Share(1, 3), "right": Share(0, 2)}
    for pick, effect in (("attention", -1.0), ("attention times value", -2.0)):
        for share in DOSES:
            dose = result.doses[pick][share]
            assert (dose.changed, dose.changed_at_random) == (Share(3, 3), Share(0, 3))
            assert dose.effects == [effect] * 3
            assert dose.effects_at_random == [share * LAYERS * SLOTS] * 3
    alone: Any = _Scripted("Ana.", "Ana", [1])
    room._count(result, alone, "Ana", seed=3)
    assert (result.named["all"], result.named_elsewhere["all"]) == (Share(2, 4), Share(1, 3))


def test_that_every_conversation_is_counted_once_beside_its_control() -> None:
    done: list[tuple[int, int]] = []
    result = attribution(golden(BETA), conversations=2, report=lambda *share: done.append(share))
    assert done == [(1, 2), (2, 2)]
    assert result.right.trials == result.named["all"].trials == 2
    for pick in PICKS:
        for dose in DOSES:
            found = result.doses[pick][dose]
            assert found.changed.trials == found.changed_at_random.trials == len(found.effects) == 2
    assert json.loads(json.dumps(result.to_json()))["named"]["all"]["trials"] == 2
    assert len(list(lines(result))) == 3 + len(PICKS) * len(DOSES)


@pytest.mark.parametrize("said", ["eos", "pad"])
def test_that_a_name_that_is_answered_with_no_word_is_not_remembered(said: str) -> None:
    silent = load(GOLDEN / BETA)
    silent.decoder.head.bias[getattr(silent.config.tokens, said)] = 1e4
    result = attribution(silent, conversations=2)
    assert (result.right.hits, result.right.trials, result.named["all"].trials) == (0, 2, 0)


def test_that_no_conversation_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        attribution(golden(BETA), conversations=0)


def test_that_the_command_tells_the_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    folder: Path = GOLDEN / BETA
    assert main(["trace", "--model", str(folder), "--conversations", "1", "--device", "cpu", "--json"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert "ranks first" in out[2]
    values = json.loads(out[-1])
    assert values["zeroed"]["attention"]["0.05"]["changed"]["trials"] == 1
    assert (values["conversations"], values["seed"], values["device"], values["dtype"]) == (1, 0, "cpu", "float32")
    assert Path(values["source"]) == folder
    assert (values["version"], values["torch"]) == (version(), torch.__version__)
