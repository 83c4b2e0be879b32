"""What is played and asked: a conversation with probes between its turns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rxt.training.batch import PLAIN_TEXT, SYSTEM
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.dialogues.beyond import UNKNOWN_ANSWERS
from rxt.training.dialogues.chatter import CHATTER
from rxt.training.dialogues.knowledge import IDENTITY
from rxt.training.dialogues.small_talk import REMARK_ANSWERS, SMALL_TALK

NOT_TOLD = "haven't told me"
"""What the answer to a question about something never told says."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that leaves no trace. Right is an answer that holds one of `expected` as whole words, or with `whole`
    equals one; case does not count. group and cell: where the result belongs, such as "distance" and "4"."""

    query: str
    expected: tuple[str, ...]
    group: str
    cell: str
    whole: bool = False

    def is_right(self, answer: str) -> bool:
        given = answer.strip().casefold()
        wanted = [text.strip().casefold() for text in self.expected]
        if self.whole:
            return given in wanted
        # Whole words: who is called Ana is not remembered by an answer that says Anabel.
        return any(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", given) for text in wanted)


@dataclass(frozen=True, slots=True)
class Script:
    """turns: played in order. probes: those at place t are asked when t turns have been played."""

    turns: tuple[Turn, ...]
    probes: tuple[tuple[Probe, ...], ...]


def scripts_of_file(dialogues: Sequence[Dialogue], fitting: Callable[[str, str], str]) -> list[Script]:
    """Every turn's query as a probe for the very answer of the file, by the turn's number.

    fitting: how much of the answer to a query the model can say."""
    return [_whole_answers(dialogue, fitting) for dialogue in dialogues]


def _whole_answers(dialogue: Dialogue, fitting: Callable[[str, str], str]) -> Script:
    probes: list[tuple[Probe, ...]] = []
    number = 0
    for turn in dialogue.turns:
        if turn.kind in (SYSTEM, PLAIN_TEXT):
            probes.append(())
            continue
        number += 1
        expected = fitting(turn.query, turn.answer)
        probes.append((Probe(turn.query, (expected,), "exact", str(number), whole=True),))
    return Script(dialogue.turns, (*probes, ()))


def recall_probe(turn: Turn, group: str, cell: str) -> Probe | None:
    """The question of a turn, which is right when its value is said; None where it says the value itself ("Is Ana my
    sister?": to repeat it would be no memory), or asks for two."""
    if not turn.value or turn.others or turn.value.casefold() in turn.query.casefold():
        return None
    return Probe(turn.query, (turn.value,), group, cell)


def natural_script(dialogue: Dialogue) -> Script:
    """A generated dialogue as it is: its questions, and talk, for which any answer of its exchange is valid."""
    probes = []
    for turn in dialogue.turns:
        probe: tuple[Probe, ...] = ()
        if turn.kind == "ask":
            asked = recall_probe(turn, "conversation", "told")
            probe = () if asked is None else (asked,)
        elif turn.kind == "ask_unknown":
            probe = (Probe(turn.query, (NOT_TOLD,), "conversation", "never told"),)
        elif turn.kind in ("small_talk", "identity", "unknown_topic"):
            probe = (Probe(turn.query, _valid(turn.answer), "talk", turn.kind.replace("_", " "), whole=True),)
        probes.append(probe)
    return Script(dialogue.turns, (*probes, ()))


def _valid(answer: str) -> tuple[str, ...]:
    """All answers that may stand where this one does."""
    lists = [answers for _, answers in (*SMALL_TALK, *CHATTER, *IDENTITY)]
    valid = {answer}
    for answers in (*lists, REMARK_ANSWERS, UNKNOWN_ANSWERS):
        if answer in answers:
            valid.update(answers)
    return tuple(sorted(valid))
