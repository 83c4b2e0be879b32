"""Does a model remember? Held-out dialogues, played with the model's own answers written to memory.

Each question is also asked of two memories that cannot know: a fresh one and another dialogue's of the same age. What
is right there was guessed. Nothing of a probe enters the memory it measures.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rxt.events import Sampling
from rxt.inference.generate import AnswerDecoder
from rxt.inference.sampling import Sampler
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState
from rxt.training.dialogues import DialogueGenerator, Turn

MEMORIES = ("as it is", "reset", "of another dialogue")
DISTANCES = ((1, 1), (2, 2), (3, 4), (5, 8), (9, 12), (13, 20))


@dataclass(slots=True)
class Share:
    """Hits among trials, with a 95 % Wilson interval."""

    hits: int = 0
    trials: int = 0

    def add(self, hit: bool) -> None:
        self.hits += hit
        self.trials += 1

    def to_json(self) -> dict[str, float | int | None]:
        """share and the interval's ends in [0, 1]; None without trials."""
        if not self.trials:
            return {"share": None, "low": None, "high": None, "trials": 0}
        n, p, z = self.trials, self.hits / self.trials, 1.96
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return {"share": p, "low": max(0.0, centre - half), "high": min(1.0, centre + half), "trials": n}


@dataclass(slots=True)
class Evaluation:
    """Shares of right answers. recall: by memory and distance; a told fact counts where the answer holds its value.

    not_told: questions about facts never told, answered as such; denied: told facts answered as not told.
    examples: recall that failed.
    """

    dialogues: int
    turns: int
    recall: dict[str, dict[str, Share]] = field(default_factory=dict)
    not_told: Share = field(default_factory=Share)
    denied: Share = field(default_factory=Share)
    examples: list[dict[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """Plain values, for one line of JSON."""
        return {
            "dialogues": self.dialogues,
            "turns": self.turns,
            "recall": {
                memory: {distance: share.to_json() for distance, share in cells.items()}
                for memory, cells in self.recall.items()
            },
            "not_told": self.not_told.to_json(),
            "denied": self.denied.to_json(),
            "examples": self.examples,
        }


def evaluate(
    model: PretrainedModel,
    dialogues: int = 100,
    turns: int = 20,
    seed: int = 0,
    advance: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Plays held-out dialogues side by side, turn by turn; `advance` is called after each of dialogues * turns."""
    result = Evaluation(dialogues, turns)
    names = [f"{first}" if first == last else f"{first}-{last}" for first, last in DISTANCES]
    result.recall = {memory: {name: Share() for name in names} for memory in MEMORIES}
    generator = DialogueGenerator(seed, split="heldout")
    rng = random.Random(seed)
    played = [generator.dialogue(turns, rng) for _ in range(dialogues)]
    memories = [model.initial_memory(seed=index) for index in range(dialogues)]
    for number in range(turns):
        before = list(memories)
        for index, dialogue in enumerate(played):
            turn = dialogue.turns[number]
            answer, ids = _answer(model, before[index], turn.query)
            _judge(result, turn, answer)
            if turn.kind == "ask" and turn.value and turn.distance:
                others = (model.initial_memory(seed=dialogues + index), before[(index + 1) % dialogues])
                answers = (answer, *(_answer(model, memory, turn.query)[0] for memory in others))
                _judge_recall(result, turn, answers)
            memories[index] = model.update_memory(before[index], ids).memory
            advance()
    return result


def _answer(model: PretrainedModel, memory: MemoryState, query: str) -> tuple[str, list[int]]:
    """The greedy answer and the ids of the whole interaction; a query that leaves no room is cut."""
    prompt = model.template.prompt(query)[: model.config.interaction_length - 1]
    decoder = AnswerDecoder(model, memory, model.new_cache())
    sampler = Sampler(Sampling(), 0)
    ids = list(prompt)
    unread = ids
    while len(ids) < model.config.interaction_length:
        token = sampler.choose(decoder.read(unread))
        ids = [*ids, token]
        if token == model.config.tokens.eos:
            break
        unread = [token]
    return model.tokenizer.decode(ids[len(prompt) :]), ids


def _judge(result: Evaluation, turn: Turn, answer: str) -> None:
    says_unknown = "haven't told me" in answer
    if turn.kind == "ask_unknown":
        result.not_told.add(says_unknown)
    elif turn.kind == "ask":
        result.denied.add(says_unknown)


def _judge_recall(result: Evaluation, turn: Turn, answers: Sequence[str]) -> None:
    value, distance = turn.value or "", turn.distance or 0
    for (first, last), name in zip(DISTANCES, result.recall[MEMORIES[0]], strict=True):
        if first <= distance <= last:
            for memory, answer in zip(MEMORIES, answers, strict=True):
                result.recall[memory][name].add(value.lower() in answer.lower())
    if value.lower() not in answers[0].lower() and len(result.examples) < 20:
        result.examples.append({"query": turn.query, "answer": answers[0], "expected": value})


def table(result: Evaluation) -> Iterator[str]:
    """The evaluation as lines of a Markdown table."""
    names = list(result.recall[MEMORIES[0]])
    yield "| recall at distance, turns | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for memory, cells in result.recall.items():
        yield f"| memory {memory} | " + " | ".join(_percent(share) for share in cells.values()) + " |"
    yield ""
    yield f"Never told, and says so: {_percent(result.not_told)}. Told, but denied: {_percent(result.denied)}."


def _percent(share: Share) -> str:
    values = share.to_json()
    if not share.trials or values["low"] is None or values["high"] is None:
        return "–"
    return f"{100 * share.hits / share.trials:.1f} % ({100 * values['low']:.0f}–{100 * values['high']:.0f})"
