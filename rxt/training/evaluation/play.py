"""Plays scripts side by side and judges what is answered; the model's own answers are written to memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from rxt.training.batch import PLAIN_TEXT, SYSTEM
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.evaluation.player import Player
from rxt.training.evaluation.results import MEMORIES, MOST_EXAMPLES, Evaluation
from rxt.training.evaluation.script import NOT_TOLD, Probe, Script


def play(
    player: Player, scripts: Sequence[Script], result: Evaluation, advance: Callable[[int], object], first: int = 0
) -> None:
    """Plays scripts and adds what was answered to the result; `advance` is told how many turns were played.

    first: the number of the first script among all that are played for the result."""
    memories = player.fresh(len(scripts), 0)
    longest = max(len(script.turns) for script in scripts)
    for place in range(longest + 1):
        asked = [
            (row, probe)
            for row, script in enumerate(scripts)
            if place <= len(script.turns)
            for probe in script.probes[place]
        ]
        if asked:
            _ask(player, memories, asked, result, first)
        rows = [row for row, script in enumerate(scripts) if place < len(script.turns)]
        if rows:
            turns = [scripts[row].turns[place] for row in rows]
            memories = memories.clone()
            memories[:, rows] = player.write(memories[:, rows], _interactions(player, memories[:, rows], turns))
            advance(len(rows))


def _interactions(player: Player, memories: Tensor, turns: Sequence[Turn]) -> list[list[int]]:
    """What each turn leaves to be written: the model's own answer, or what is given and no answer of it."""
    answers = player.answers(memories, [turn.query for turn in turns])
    return [
        _given(player, turn) if turn.kind in (PLAIN_TEXT, SYSTEM) else ids
        for turn, (_, ids) in zip(turns, answers, strict=True)
    ]


def _given(player: Player, turn: Turn) -> list[int]:
    """The ids of a turn as the data has it."""
    model = player.model
    if turn.kind == PLAIN_TEXT:
        ids = [model.config.tokens.bos, *model.tokenizer.encode(turn.answer), model.config.tokens.eos]
    else:
        ids = model.template.interaction(turn.query, turn.answer)
    return ids[: model.config.interaction_length]


def _ask(player: Player, memories: Tensor, asked: Sequence[tuple[int, Probe]], result: Evaluation, first: int) -> None:
    """The probes of one place, of the three memories each."""
    rows = [row for row, _ in asked]
    queries = [probe.query for _, probe in asked]
    for name, state in _with_controls(player, memories, rows):
        for (row, probe), (answer, _) in zip(asked, player.answers(state, queries), strict=True):
            is_right = probe.is_right(answer)
            result.add(probe.group, probe.cell, name, first + row, is_right)
            if name == MEMORIES[0]:
                _note(result, first + row, probe, answer, is_right)


def _with_controls(player: Player, memories: Tensor, rows: Sequence[int]) -> Iterator[tuple[str, Tensor]]:
    """The memories of some rows, and after them those that cannot know; one kind at a time, for they may be large."""
    count = memories.shape[1]
    yield MEMORIES[0], memories[:, rows]
    yield MEMORIES[1], player.fresh(len(rows), count)
    if count > 1:  # alone, a dialogue has no other
        yield MEMORIES[2], memories[:, [(row + 1) % count for row in rows]]


def _note(result: Evaluation, conversation: int, probe: Probe, answer: str, is_right: bool) -> None:
    is_told = not probe.whole and NOT_TOLD not in probe.expected
    if is_told and probe.group not in result.apart:
        result.denied.add_of((probe.group, conversation), NOT_TOLD in answer)
    if not is_right and len(result.examples) < MOST_EXAMPLES:
        expected = probe.expected[0]
        result.examples.append({"query": probe.query, "answer": answer, "expected": expected, "group": probe.group})


def measure_surprise(player: Player, dialogues: Sequence[Dialogue], result: Evaluation) -> None:
    """How likely the answers of the data are, after the turns of the data."""
    memories = player.fresh(len(dialogues), 0)
    longest = max(len(dialogue.turns) for dialogue in dialogues)
    for place in range(longest):
        rows = [row for row, dialogue in enumerate(dialogues) if place < len(dialogue.turns)]
        turns = [dialogues[row].turns[place] for row in rows]
        given = [_given(player, turn) for turn in turns]
        starts = [1 if turn.kind == PLAIN_TEXT else len(player.prompt(turn.query)) for turn in turns]
        scored = [number for number, turn in enumerate(turns) if turn.kind != SYSTEM]
        for name, state in _with_controls(player, memories, rows):
            if scored:
                ids, first = [given[number] for number in scored], [starts[number] for number in scored]
                total, tokens = player.surprise(state[:, scored], ids, first)
                result.surprise[name].total += total
                result.surprise[name].tokens += tokens
        memories = memories.clone()
        memories[:, rows] = player.write(memories[:, rows], given)
