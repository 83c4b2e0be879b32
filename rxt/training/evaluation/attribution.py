"""Does what an answer read name the turn it came from, and does the answer depend on it? Both counted on conversations
in which a name is told first and asked for last, with talk between.

Attention need not be the cause of an answer, so it is put to the proof: the slots that the name was read from most are
set to zero, beside as many others.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rxt.errors import RxtError
from rxt.events import FloatArray, TurnFailed
from rxt.inference.attention_maps import value_norms
from rxt.inference.edit import SlotMask, random_like, strongest, strongest_of_all, zero
from rxt.inference.explain import Conversation
from rxt.inference.session import Session
from rxt.inference.share import Share
from rxt.io.pretrained import PretrainedModel
from rxt.training.dialogues.facts import FACTS
from rxt.training.dialogues.phrasebook import YES_OPENINGS
from rxt.training.dialogues.sources import Values
from rxt.training.dialogues.state import State
from rxt.training.dialogues.talk import Talk
from rxt.training.dialogues.tellings import Tellings
from rxt.training.dialogues.wording import Typist, Wording, mark_of

TURNS = 5
DOSES = (0.05, 0.1, 0.25, 0.5)
"""Shares of slots that are set to zero."""
FIRST_SEED = 1000
"""Of the initial memories, one each from here on."""
KINDS = ("all", "right")

Pick = Callable[[FloatArray, FloatArray, float], SlotMask]
PICKS: dict[str, Pick] = {
    "attention": lambda weights, values, share: strongest(weights, share),
    "attention times value": lambda weights, values, share: strongest_of_all(weights * values, share),
}
"""Read most: by attention, in each layer; or by how much of them entered the answer, in whatever layer."""


@dataclass(slots=True)
class Dose:
    """Answers that differ once some slots are zero, and once as many others of the same layers are. effects: the mean
    change of the log-probability of the original answer of each conversation, in nats a token."""

    changed: Share = field(default_factory=Share)
    changed_at_random: Share = field(default_factory=Share)
    effects: list[float] = field(default_factory=list)
    effects_at_random: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain values; shares with their 95 % intervals."""
        return {
            "changed": self.changed.to_json(),
            "changed_at_random": self.changed_at_random.to_json(),
            "effect": float(np.mean(self.effects)) if self.effects else None,
            "effect_at_random": float(np.mean(self.effects_at_random)) if self.effects_at_random else None,
        }


def _by_kind() -> dict[str, Share]:
    return {kind: Share() for kind in KINDS}


def _doses() -> dict[str, dict[float, Dose]]:
    return {pick: {dose: Dose() for dose in DOSES} for pick in PICKS}


@dataclass(slots=True)
class Attribution:
    """right: of all conversations, those whose last answer holds the name. Of all answers and of the right ones:

    named: the turn that told the name has the largest share in what the tokens of the name were read from (their mean),
    the initial memory being one of the candidates. named_elsewhere: the same for the answer's other tokens, which need
    not come from that turn: what is said of the name means little where this is as large.
    doses: by what was picked and by the share of slots that was zeroed; of all answers.
    """

    right: Share = field(default_factory=Share)
    named: dict[str, Share] = field(default_factory=_by_kind)
    named_elsewhere: dict[str, Share] = field(default_factory=_by_kind)
    doses: dict[str, dict[float, Dose]] = field(default_factory=_doses)

    def to_json(self) -> dict[str, Any]:
        """Plain values; shares with their 95 % intervals."""
        return {
            "right": self.right.to_json(),
            "named": {kind: share.to_json() for kind, share in self.named.items()},
            "named_elsewhere": {kind: share.to_json() for kind, share in self.named_elsewhere.items()},
            "zeroed": {
                pick: {f"{dose:g}": found.to_json() for dose, found in by_dose.items()}
                for pick, by_dose in self.doses.items()
            },
        }


def attribution(
    model: PretrainedModel,
    conversations: int = 50,
    seed: int = 0,
    report: Callable[[int, int], object] = lambda done, total: None,
) -> Attribution:
    """Plays conversations of TURNS turns, greedily, with held-out names and phrasings, each from a memory of its own.

    report: told how many were played, of how many. Raises ValueError for fewer than one, RxtError where a turn fails.
    """
    if conversations < 1:
        raise ValueError(f"at least one conversation is needed, not {conversations}")
    rng = random.Random(f"{seed}/attribution")
    result = Attribution()
    for number in range(conversations):
        name, messages = told_and_asked(rng)
        initial = model.initial_memory(seed=FIRST_SEED + number)
        session = Session(model, initial)
        for message in messages:
            for event in session.ask(message):
                if isinstance(event, TurnFailed):
                    raise RxtError(event.message)
        if session.turns[-1].answer:
            _count(result, Conversation(model, initial, session.turns), name, seed + number)
        else:
            result.right.add(False)  # nothing was said, so the name was not; there are no reads to count
        report(number + 1, conversations)
    return result


def told_and_asked(rng: random.Random) -> tuple[str, tuple[str, ...]]:
    """A name, and the messages of a conversation that tells it, talks, and asks for it."""
    values, wording = Values(held_out=True), Wording(FACTS, held_out=True)
    tellings, talk = Tellings(FACTS, wording, values), Talk(wording, values)
    state, typist = State(), Typist.drawn(rng)
    told = tellings.tell("name", 0, state, typist, rng)
    between = [talk.any(typist, rng).query for _ in range(TURNS - 2)]
    questions = [question for question in wording.asks["name"] if not question.startswith(YES_OPENINGS)]
    question = rng.choice(questions)
    return state.held["name"].value, (told.query, *between, typist.typed(question, mark_of(question), rng))


def name_tokens(text: str, spans: Sequence[tuple[int, int]], name: str) -> list[int]:
    """The tokens of the name in an answer; where it is not there, of the last word, where it would stand."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) or re.search(r"\w+(?=\W*$)", text)
    start, end = found.span() if found else (0, len(text))
    return [token for token, (first, last) in enumerate(spans) if first < end and last > start]


def _count(result: Attribution, talk: Conversation, name: str, seed: int) -> None:
    reads, sources = talk.read(TURNS - 1, heads="mean"), talk.sources(TURNS - 1)
    is_right = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", reads.text, re.IGNORECASE) is not None
    result.right.add(is_right)
    tokens = name_tokens(reads.text, reads.spans, name)
    others = [token for token in range(len(reads.spans)) if token not in tokens]
    for kind in KINDS if is_right else KINDS[:1]:
        result.named[kind].add(_first(sources[tokens]) == 1)
        if others:
            result.named_elsewhere[kind].add(_first(sources[others]) == 1)
    memory, weights = talk.memories[TURNS - 1], reads.of_slots(tokens)
    values = value_norms(talk.model, memory)
    for pick, by_dose in result.doses.items():
        for share, dose in by_dose.items():
            most = PICKS[pick](weights, values, share)
            edited = talk.counterfactual(TURNS - 1, zero(memory, most))
            control = talk.counterfactual(TURNS - 1, zero(memory, random_like(most, seed)))
            dose.changed.add(edited.first_difference is not None)
            dose.changed_at_random.add(control.first_difference is not None)
            dose.effects.append(edited.mean_change)
            dose.effects_at_random.append(control.mean_change)


def _first(sources: np.ndarray[Any, Any]) -> int:
    """The column with the largest mean; 0 is the initial memory, 1 the turn that told the name."""
    return int(sources.mean(axis=0).argmax())


def lines(result: Attribution) -> Iterator[str]:
    """The result as lines of text."""
    yield f"Right answers: {_percent(result.right)}."
    for kind in KINDS:
        yield (
            f"Of {kind} answers, the turn that told the name ranks first for the tokens of the name in"
            f" {_percent(result.named[kind])}; for the other tokens in {_percent(result.named_elsewhere[kind])}."
        )
    for pick, by_dose in result.doses.items():
        for share, dose in by_dose.items():
            values = dose.to_json()
            yield (
                f"Without the {100 * share:.0f} % of slots that the name was read from most (by {pick}),"
                f" {_percent(dose.changed)} of answers change; without as many others"
                f" {_percent(dose.changed_at_random)}."
                f" Nats a token: {values['effect'] or 0:+.3f} and {values['effect_at_random'] or 0:+.3f}."
            )


def _percent(share: Share) -> str:
    if share.value is None or share.interval is None:
        return "– (none)"
    low, high = share.interval
    return f"{100 * share.value:.0f} % ({100 * low:.0f}–{100 * high:.0f}, {share.hits} of {share.trials})"
