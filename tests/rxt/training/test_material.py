"""How many turns a step takes, of whatever conversations there are."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from rxt.training.batch import SYSTEM, BatchBuilder
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.material import PADDED, Draw, PairMaker, filled
from rxt.training.source import FileSource, GeneratedSource, MixedSource

WANTED = 112


def talk(turns: int) -> Dialogue:
    return Dialogue((Turn("Hello", "Hi", "small_talk"),) * turns)


def drawn(lengths: Sequence[int], seed: int) -> list[int]:
    source = FileSource([talk(turns) for turns in lengths])
    return [len(dialogue.turns) for dialogue in filled(source, source.longest, WANTED, random.Random(seed))]


@pytest.mark.parametrize("lengths", [[2] * 199 + [40], [2, 3, 4, 5, 6, 9], [40, 2]])
def test_that_a_step_takes_the_turns_it_is_to_take_however_short_conversations_are(lengths: list[int]) -> None:
    steps = [drawn(lengths, seed) for seed in range(200)]
    for step in steps:
        assert len(step) * max(step) <= PADDED * WANTED
        assert sum(step) < WANTED + max(lengths)
        if max(step) * WANTED <= PADDED * WANTED * min(lengths):
            assert sum(step) > WANTED - max(step)
    assert any(max(lengths) in step for step in steps), "long ones are never left out for being long"


def test_that_of_short_conversations_alone_a_step_is_full() -> None:
    assert sum(sum(step) for step in (drawn([2] * 10_000 + [40], seed) for seed in range(20))) >= 19 * WANTED


@pytest.mark.parametrize("share", [0.0, 0.6])
def test_that_one_long_conversation_leaves_steps_to_the_short_ones(share: float) -> None:
    files = FileSource([talk(2)] * 199 + [talk(100)])
    source = MixedSource(files, GeneratedSource(), share) if share else files
    steps = [filled(source, source.longest, 24, random.Random(seed)) for seed in range(40)]
    longest = [max(len(dialogue.turns) for dialogue in step) for step in steps]
    assert longest.count(2) > len(steps) / 10
    assert longest.count(100) > 0
    assert all(len(step) == 1 or len(step) * most <= PADDED * 24 for step, most in zip(steps, longest, strict=True))


def test_that_a_step_of_short_conversations_has_no_beginnings_of_long_ones() -> None:
    numbered = [Dialogue(tuple(Turn(f"{length} {at}", "Hi", "pair") for at in range(length))) for length in (2, 3, 100)]
    source = FileSource([*numbered[:2] * 20, numbered[2]])
    steps = [filled(source, source.longest, 24, random.Random(seed)) for seed in range(60)]
    assert {len(step) for step in steps} > {1}, "steps of the long one, and others"
    for dialogue in (dialogue for step in steps for dialogue in step):
        assert int(dialogue.turns[0].query.split()[0]) == len(dialogue.turns)


def test_that_pairs_teach_nobody_to_say_an_instruction() -> None:
    told = Dialogue((Turn("SYSTEM INSTRUCTIONS", "Be kind.", SYSTEM), Turn("Hello", "Hi", "pair")))
    built: list[str] = []

    class Builder:
        def build(self, pairs: list[Dialogue]) -> None:
            built.extend(pair.turns[0].kind for pair in pairs)

    PairMaker(Builder(), FileSource([told])).make(Draw(random.Random(), random.Random(1), 6), 2)  # type: ignore[arg-type]
    assert built == ["pair"] * 6


@pytest.mark.parametrize(("turns", "wanted"), [(4, 112), (8, 20), (8, 5), (3, 10)])
def test_that_what_is_generated_is_drawn_once(turns: int, wanted: int) -> None:
    one, other = random.Random(3), random.Random(3)
    expected = GeneratedSource().dialogues(turns, max(1, wanted // turns), one)
    assert filled(GeneratedSource(), turns, wanted, other) == expected
    assert one.random() == other.random()


def test_that_single_turns_of_short_conversations_fill_a_step(builder: BatchBuilder) -> None:
    source = FileSource([talk(2), talk(2), talk(20)])
    for seed in range(5):
        made = PairMaker(builder, source).make(Draw(random.Random(), random.Random(seed), 30), source.longest)
        assert made.batch.turns == 30


def test_that_the_ends_of_conversations_longer_than_a_step_are_learned_too() -> None:
    seen: set[int] = set()
    long = Dialogue(tuple(Turn(f"Hello {number}", "Hi", "small_talk") for number in range(40)))

    class Builder:
        def build(self, pairs: list[Dialogue]) -> None:
            seen.update(long.turns.index(pair.turns[0]) for pair in pairs)

    for seed in range(40):
        PairMaker(Builder(), FileSource([long])).make(Draw(random.Random(), random.Random(seed), 16), 40)  # type: ignore[arg-type]
    assert max(seen) > 30
