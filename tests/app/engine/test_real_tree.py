"""The tree of turns with the real library and two tiny models: every memory is that of a single pass, bit by bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import rxt
from app.engine import reports
from app.engine.engine import Engine
from app.engine.library import import_rxt
from rxt.events import Sampling, TurnRecord

GOLDEN = Path(__file__).parents[2] / "golden"
WARM = Sampling(temperature=1.0, max_tokens=6)
QUESTIONS = [f"hello, turn {number}, my name is Alice" for number in range(8)]


@pytest.fixture(params=["alpha-interlayer", "beta-self-interlayer"])
def folder(request: pytest.FixtureRequest) -> str:
    return str(GOLDEN / str(request.param))


@pytest.fixture
def heard() -> list[Any]:
    return []


@pytest.fixture
def engine(tmp_path: Path, folder: str, heard: list[Any]) -> Iterator[Engine]:
    engine = Engine(tmp_path, import_rxt, heard.append)
    engine.start(folder, None, seed=7)
    yield engine
    engine.close_store()
    assert [item for item in heard if isinstance(item, reports.Failed | reports.LoadFailed)] == []


def _records(engine: Engine) -> list[TurnRecord]:
    return list(engine.dialogue.place.session.turns)


def _memory(engine: Engine) -> str:
    return engine.dialogue.place.session.memory.sha256


def _single_pass(folder: str, interactions: Sequence[Sequence[int]]) -> list[str]:
    """The hashes after each interaction, from the initial memory on, with another instance of the model."""
    model = rxt.load(folder)
    memory = model.initial_memory(seed=7)
    hashes = []
    for tokens in interactions:
        memory = model.update_memory(memory, list(tokens)).memory
        hashes.append(memory.sha256)
    return hashes


def _say(engine: Engine, questions: Sequence[str]) -> list[int]:
    for question in questions:
        engine.ask(question, WARM)
    return [turn.id for turn in engine.dialogue.place.turns]


def _ids(engine: Engine) -> list[int]:
    return [turn.id for turn in engine.dialogue.place.turns]


def test_that_ten_regenerations_leave_the_memory_of_a_single_pass(engine: Engine, folder: str) -> None:
    _say(engine, QUESTIONS[:3])
    answers = set()
    for _ in range(10):
        engine.dialogue.regenerate(_ids(engine)[-1], WARM)
        answers.add(_records(engine)[-1].answer_ids)
    assert len(answers) > 5
    hashes = _single_pass(folder, [record.interaction_ids for record in _records(engine)])
    assert hashes == [record.memory_after for record in _records(engine)]
    assert _memory(engine) == hashes[-1]


def test_that_a_fork_leaves_every_hash_of_the_other_branch(engine: Engine, folder: str) -> None:
    ids = _say(engine, QUESTIONS)
    before = [record.memory_after for record in _records(engine)]
    assert before == _single_pass(folder, [record.interaction_ids for record in _records(engine)])
    engine.dialogue.go_to(ids[3])
    assert _memory(engine) == before[3]
    _say(engine, ["another way", "and on"])
    engine.dialogue.go_to(ids[6])
    assert ([record.memory_after for record in _records(engine)], _memory(engine)) == (before[:7], before[6])
    engine.dialogue.show_branch(ids[6])
    assert ([record.memory_after for record in _records(engine)], _memory(engine)) == (before, before[7])


def test_that_forgetting_equals_a_chat_that_never_had_the_turn(engine: Engine, folder: str) -> None:
    ids = _say(engine, QUESTIONS[:5])
    kept = [record.interaction_ids for record in _records(engine) if record.turn != 1]
    engine.dialogue.forget_turn(ids[1])
    assert [record.memory_after for record in _records(engine)] == _single_pass(folder, kept)
    assert _memory(engine) == _records(engine)[-1].memory_after


def test_that_rewriting_equals_a_chat_in_which_the_edited_answer_was_given(engine: Engine, folder: str) -> None:
    ids = _say(engine, QUESTIONS[:4])
    interactions = [list(record.interaction_ids) for record in _records(engine)]
    engine.dialogue.edit_answer(ids[1], "Your name is Bob.")
    engine.dialogue.rewrite_memory(ids[1])
    model = rxt.load(folder)
    interactions[1] = model.template.interaction(QUESTIONS[1], "Your name is Bob.")
    assert [record.memory_after for record in _records(engine)] == _single_pass(folder, interactions)
    assert _memory(engine) == _records(engine)[-1].memory_after
    assert _records(engine)[1].answer == "Your name is Bob."


def test_that_an_edit_that_is_too_long_to_be_written_changes_nothing(engine: Engine) -> None:
    ids = _say(engine, QUESTIONS[:2])
    engine.dialogue.edit_answer(ids[0], "word " * 5000)
    with pytest.raises(rxt.RxtError, match="shorten it"):
        engine.dialogue.rewrite_memory(ids[0])
    assert _ids(engine) == ids
    engine.reopen(engine.dialogue.conversation.id)
    assert _ids(engine) == ids


def test_that_stopping_and_forgetting_leaves_the_memory_bit_for_bit(engine: Engine) -> None:
    _say(engine, QUESTIONS[:1])
    before = engine.dialogue.place.session.memory.to_bytes()
    engine.opened.on_stop = "forget"
    engine.opened.stop()
    engine.ask(QUESTIONS[1], WARM)
    assert engine.dialogue.place.session.memory.to_bytes() == before
    assert engine.dialogue.place.turns[-1].memory == "not"


def test_that_replaying_agrees_and_a_thinned_chat_opens_with_the_same_memory(engine: Engine, heard: list[Any]) -> None:
    ids = _say(engine, QUESTIONS[:4])
    hashes = [record.memory_after for record in _records(engine)]
    engine._journal.store.set_budget(0)
    for place in (1, 2, 0, 3):
        engine.dialogue.go_to(ids[place])
        assert _memory(engine) == hashes[place]
    engine.dialogue.replay()
    found = [item.check for item in heard if isinstance(item, reports.ReplayChecked)]
    assert [(check.turns, check.agreeing, check.first_difference) for check in found] == [(4, 4, None)]


def test_that_a_system_prompt_is_one_interaction_of_the_family_s_template(engine: Engine, folder: str) -> None:
    engine.memories.write_prompt("You are a friendly bard.", "Bard", 7)
    model = rxt.load(folder)
    tokens = model.template.interaction("SYSTEM INSTRUCTIONS", "You are a friendly bard.")
    assert _memory(engine) == _single_pass(folder, [tokens])[0]
    assert engine.dialogue.conversation.origin == "Bard"
