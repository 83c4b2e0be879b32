"""What a memory knows, asked of copies: nothing of a probe is written to a memory that anybody else holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine.analysis.findings import CONDITIONS, ProbeAnswer, ProbeResult, ProbeRow
from app.engine.analysis.questions import read_questions
from app.engine.analysis.replay import Replay, model_of
from app.engine.refusal import RefusedError
from rxt.inference.cancel import IsCancelled
from rxt.inference.edit import shuffled
from rxt.inference.probe import Question, recall
from rxt.inference.share import Share
from rxt.training.evaluation.examiner import DISTANCES, MOST_FACTS, Examiner
from rxt.training.evaluation.play import play
from rxt.training.evaluation.player import Player, rows_at_once
from rxt.training.evaluation.results import MEMORIES, Evaluation, in_order

if TYPE_CHECKING:
    from app.engine.analysis.findings import Condition
    from app.engine.analysis.inquiries import AskProbe
    from app.engine.analysis.subject import Subject
    from rxt.io.pretrained import PretrainedModel

_NOTE_OF_LIST = (
    "As it is: a copy of this memory. Reset: a fresh initial memory. Shuffled: this memory with the values of each slot"
    " in another order."
)
_NOTE_OF_PLAY = (
    "As it is: the memory that was told. Reset: a fresh initial memory. Shuffled: the memory of another one of the"
    " conversations that were played."
)


def probe(
    inquiry: AskProbe, subject: Subject, replay: Replay, cancelled: IsCancelled, progress: Callable[[float], object]
) -> ProbeResult:
    """Asks a list of questions, or plays conversations. Raises RefusedError, Cancelled."""
    if inquiry.questions is None:
        return _played(inquiry, model_of(subject), cancelled, progress)
    questions = inquiry.questions
    pairs = read_questions(questions) if isinstance(questions, Path) else questions
    return _listed(pairs, inquiry, subject, replay, cancelled, progress)


def _listed(
    pairs: Sequence[tuple[str, str]],
    inquiry: AskProbe,
    subject: Subject,
    replay: Replay,
    cancelled: IsCancelled,
    progress: Callable[[float], object],
) -> ProbeResult:
    model = model_of(subject)
    if not pairs:
        raise RefusedError("There are no questions to ask.")
    for number, (text, _) in enumerate(pairs, start=1):
        if len(model.template.prompt(text)) >= model.config.interaction_length:
            raise RefusedError(f"Question {number} is too long for {model.name}: shorten it. Nothing was asked.")
    last = len(subject.turns) - 1
    memory = replay.memory(subject, last if inquiry.turn is None else inquiry.turn, cancelled)
    before = hashlib.sha256(memory.to_bytes()).hexdigest()
    memories = dict(
        zip(CONDITIONS, (memory, model.initial_memory(seed=inquiry.seed), shuffled(memory, inquiry.seed)), strict=True)
    )
    shares = {condition: Share() for condition in CONDITIONS}
    answers = []
    for number, (text, expected) in enumerate(pairs):
        question = Question(text, (expected,))
        for place, condition in enumerate(CONDITIONS):
            found = recall(model, memories[condition], [question], {}, None, cancelled)["as it is"]
            shares[condition].add(found.hits[0])
            if condition == CONDITIONS[0]:
                answers.append(ProbeAnswer(text, expected, found.replies[0].answer, found.hits[0]))
            progress((number + (place + 1) / len(CONDITIONS)) / len(pairs))
    rows = tuple(_row("all", condition, shares[condition]) for condition in CONDITIONS)
    after = hashlib.sha256(memory.to_bytes()).hexdigest()  # of the bytes as they are now
    if after != before:
        raise RefusedError("The copy that was asked is not what it was before: what it answered says nothing.")
    return ProbeResult("questions", "questions", rows, tuple(answers), _NOTE_OF_LIST, after)


def _played(
    inquiry: AskProbe, model: PretrainedModel, cancelled: IsCancelled, progress: Callable[[float], object]
) -> ProbeResult:
    """Held-out conversations of the bundled model's domain, played with the model's own answers."""
    if inquiry.trials < 2:
        raise RefusedError("At least two conversations are played, so that one can be asked about the other.")
    examiner = Examiner(inquiry.seed)
    if inquiry.kind == "distance":
        scripts = [examiner.distance(max(DISTANCES)) for _ in range(inquiry.trials)]
        axis = "turns since it was told"
    else:
        scripts = [examiner.facts(MOST_FACTS) for _ in range(inquiry.trials)]
        axis = "facts held"
    result = Evaluation("", inquiry.trials, max(len(script.turns) for script in scripts))
    done, total = 0, sum(len(script.turns) for script in scripts)

    def advance(turns: int) -> None:
        nonlocal done
        done += turns
        progress(done / total)

    player, size = Player(model, cancelled), rows_at_once(model)
    for start in range(0, len(scripts), size):
        play(player, scripts[start : start + size], result, advance, start)
    names = dict(zip(CONDITIONS, MEMORIES, strict=True))
    rows = tuple(
        _row(cell, condition, shares[names[condition]])
        for cell, shares in in_order(result.cells.get(inquiry.kind, {}))
        for condition in CONDITIONS
        if shares[names[condition]].trials
    )
    return ProbeResult(inquiry.kind, axis, rows, (), _NOTE_OF_PLAY)


def _row(label: str, condition: Condition, share: Share) -> ProbeRow:
    interval = share.interval
    assert interval is not None and share.value is not None  # noqa: S101, PT018  (there were trials)
    return ProbeRow(label, condition, share.trials, share.hits, share.value, interval)
