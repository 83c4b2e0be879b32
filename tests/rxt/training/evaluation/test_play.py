"""What is asked, and what is measured, reads the memory it is said to read: shown by memories that are numbers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from rxt.io.pretrained import PretrainedModel
from rxt.training.batch import SYSTEM
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.evaluation.play import measure_surprise, play
from rxt.training.evaluation.player import Player
from rxt.training.evaluation.results import MEMORIES, Evaluation
from rxt.training.evaluation.script import Probe, Script


class Counting(Player):
    """Fresh memories are a hundred apart, each written turn adds one; what is answered is the number that is read, and
    each token costs as much."""

    def __init__(self, model: PretrainedModel) -> None:
        super().__init__(model)
        self.written: list[list[int]] = []

    def fresh(self, rows: int, first_seed: int) -> Tensor:
        return 100.0 * torch.arange(first_seed + 1, first_seed + 1 + rows)[None]

    def write(self, memories: Tensor, interactions: Sequence[Sequence[int]]) -> Tensor:
        assert memories.shape == (1, len(interactions))
        self.written.extend(map(list, interactions))
        return memories + 1

    def answers(self, memories: Tensor, queries: Sequence[str]) -> list[tuple[str, list[int]]]:
        assert memories.shape == (1, len(queries))
        return [(f"{number:.0f}", [int(number)]) for number in memories[0].tolist()]

    def surprise(
        self, memories: Tensor, interactions: Sequence[Sequence[int]], starts: Sequence[int]
    ) -> tuple[float, int]:
        tokens = [len(ids) - start for ids, start in zip(interactions, starts, strict=True)]
        return sum(n * each for n, each in zip(tokens, memories[0].tolist(), strict=True)), sum(tokens)


TURNS = (1, 3, 2)


def _numbers(memory: str, row: int, place: int) -> list[int]:
    """What a probe of a conversation may find when `place` turns were played: one that is over keeps its number."""
    played = [100 * (other + 1) + min(place, turns) for other, turns in enumerate(TURNS)]
    if memory == "reset":
        return [100 * (seed + 1) for seed in range(len(TURNS), 20)]
    return [played[row]] if memory == "as it is" else [number for number in played if number != played[row]]


def test_that_a_probe_reads_its_own_memory_a_fresh_one_and_that_of_another_conversation(
    model: PretrainedModel,
) -> None:
    player, result, advanced = Counting(model), Evaluation("a test", len(TURNS), 3), list[int]()
    scripts = []
    for row, turns in enumerate(TURNS):
        probes = [
            tuple(Probe("?", tuple(map(str, _numbers(memory, row, place))), "a", memory, True) for memory in MEMORIES)
            for place in range(turns + 1)
        ]
        scripts.append(Script((Turn("x", "y", "small_talk"),) * turns, tuple(probes)))
    play(player, scripts, result, advanced.append)
    for cell, shares in result.cells["a"].items():
        for memory, share in shares.items():
            assert (share.hits, share.trials) == (9 if memory == cell else 0, 9), (cell, memory)
    assert len(result.cells["a"]) == len(MEMORIES)
    # The model's own answers are written, each to the memory it was said from, and nothing of the probes.
    assert player.written == [[100], [200], [300], [201], [301], [202]]
    assert advanced == [3, 2, 1]


def test_that_perplexity_is_of_the_memory_before_the_turn_a_fresh_one_and_that_of_another_dialogue(
    model: PretrainedModel,
) -> None:
    long = (Turn("Mind", "this", SYSTEM), Turn("hello", "a b c d", "pair"), Turn("the", "b", "pair"))
    short = Turn("a", "hello the world", "pair")
    player, result = Counting(model), Evaluation("a test", 2, 3)
    measure_surprise(player, [Dialogue(long), Dialogue((short,))], result)
    learned = [
        len(model.template.interaction(turn.query, turn.answer)) - len(model.template.prompt(turn.query))
        for turn in (short, *long[1:])
    ]
    assert len(set(learned)) == len(learned)
    for memory, numbers in {
        "as it is": (200, 101, 102),
        "reset": (400, 300, 300),
        "of another dialogue": (100, 201, 201),
    }.items():
        expected = sum(number * tokens for number, tokens in zip(numbers, learned, strict=True))
        assert (result.surprise[memory].total, result.surprise[memory].tokens) == (expected, sum(learned)), memory
    given = [model.template.interaction(turn.query, turn.answer) for turn in (long[0], short, *long[1:])]
    assert player.written == given
