"""Does what was read name the turn? Counted on conversations whose truth is known."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
import torch

from rxt.cli import main
from rxt.io.pretrained import load
from rxt.training.dialogues.sources import is_held_out
from rxt.training.evaluation.attribution import DOSES, PICKS, TURNS, attribution, lines, name_tokens, told_and_asked
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


def test_that_every_conversation_is_counted_once_beside_its_control() -> None:
    done: list[tuple[int, int]] = []
    result = attribution(golden(BETA), conversations=3, report=lambda *share: done.append(share))
    assert done == [(1, 3), (2, 3), (3, 3)]
    assert result.right.trials == result.named["all"].trials == 3
    for pick in PICKS:
        for dose in DOSES:
            found = result.doses[pick][dose]
            assert found.changed.trials == found.changed_at_random.trials == len(found.effects) == 3
    again = attribution(golden(BETA), conversations=3)
    assert again.to_json() == result.to_json()
    assert json.loads(json.dumps(result.to_json()))["named"]["all"]["trials"] == 3
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
