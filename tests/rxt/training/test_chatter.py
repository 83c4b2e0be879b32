"""Everyday messages: each is one that people can type, tells no fact, and has an answer that claims nothing."""

from __future__ import annotations

import random

import pytest

from rxt.training.dialogues.chatter import BESIDE, CHATTER
from rxt.training.dialogues.facts import FACTS
from rxt.training.dialogues.generator import DialogueGenerator
from rxt.training.dialogues.knowledge import IDENTITY
from rxt.training.dialogues.small_talk import SMALL_TALK
from rxt.training.dialogues.sources import Values
from rxt.training.dialogues.talk import Talk
from rxt.training.dialogues.wording import Typist, Wording
from rxt.training.dialogues.written import document, widened
from rxt.training.evaluation.script import natural_script

LINES = [line for table in document("chatter").values() for line in table["said"]]
FURTHER = [
    line for name in ("about_mneme", "reactions") for table in document(name)["exchange"] for line in table["said"]
]
EXCHANGES = (*IDENTITY, *SMALL_TALK, *CHATTER)


def test_that_every_line_can_be_typed_and_stands_once() -> None:
    assert len(LINES) > 2_500
    assert len(set(LINES)) == len(LINES)
    for line in LINES:
        assert line.isascii(), line
        assert line == line.strip(), line
        assert 2 <= len(line) <= 110, line
        assert not set(line) & set('{}|"\\'), line
        assert line[-1] not in ".?", line


def test_that_every_further_line_can_be_typed_and_has_one_meaning() -> None:
    assert len(FURTHER) > 5_000
    for line in FURTHER:
        assert line.isascii(), line
        assert line == line.strip(), line
        assert 2 <= len(line) <= 110, line
        assert not set(line) & set('{}|"\\'), line
        assert line[-1] not in ".?!", line
    groups: dict[str, int] = {}
    for said, _ in EXCHANGES:
        for line in said:
            groups[line.lower()] = groups.get(line.lower(), 0) + 1
    assert [line for line in FURTHER if groups[line.lower()] != 1] == []
    told = {phrase.lower() for fact in FACTS for phrase in (*fact.tells, *fact.asks)}
    assert told.isdisjoint(line.lower() for line in FURTHER)


def test_that_further_lines_stand_behind_those_of_the_exchange_with_their_answer() -> None:
    exchanges = ((("who are you",), ("I am Mneme, a very small language model with a memory.",)),)
    with pytest.raises(ValueError, match=r'No exchange is answered by ".*", which about_mneme.toml names'):
        widened(exchanges, "about_mneme")
    further = {table["answer"]: table["said"] for table in document("about_mneme")["exchange"]}
    for said, answers in IDENTITY:
        assert said[-len(further[answers[0]]) :] == tuple(further[answers[0]])


def test_that_every_group_is_used() -> None:
    used = {line for said, _ in CHATTER for line in said}
    others = {line for kind in ("world", "present", "never_told") for line in document("chatter")[kind]["said"]}
    assert used | others == set(LINES)
    assert set(BESIDE) < used


def test_that_no_line_tells_or_asks_what_a_fact_tells_or_asks() -> None:
    told = {phrase for fact in FACTS for phrase in (*fact.tells, *fact.asks)}
    assert told.isdisjoint(LINES)


@pytest.mark.parametrize("held_out", [False, True])
def test_that_chatter_is_much_of_all_talk_and_drawn_from_its_part_of_the_split(held_out: bool) -> None:
    wording = Wording(FACTS, held_out)
    other = {phrase for said, _ in Wording(FACTS, not held_out).chatter for phrase in said}
    assert not other & {phrase for said, _ in wording.chatter for phrase in said}
    talk, rng = Talk(wording, Values(held_out, 0.0)), random.Random(3)
    plain = Typist(lower=False, bare=True, american=False, company=0.0, slips=0.0)
    answers = {answer for _, answers in CHATTER for answer in answers}
    turns = [talk.any(plain, rng) for _ in range(400)]
    assert 0.2 < sum(turn.answer in answers for turn in turns) / len(turns) < 0.5


def test_that_any_answer_of_its_group_is_right_for_a_line() -> None:
    generator, seen = DialogueGenerator(1, "heldout", talk=1.0), 0
    for dialogue in (generator.dialogue(2) for _ in range(200)):
        for turn, probes in zip(dialogue.turns, natural_script(dialogue).probes, strict=False):
            fitting = [answers for _, answers in CHATTER if turn.answer in answers]
            for answer in fitting[0] if fitting else ():
                assert all(probe.is_right(answer) for probe in probes)
                seen += bool(probes)
    assert seen > 50
