"""The analyst: answers inquiries by replaying finished turns with the loaded model. For one thread, that of
app.engine.analysis.thread; imports torch, and computes on one core so that the window and the engine have the others.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, assert_never

import torch

from app.engine.analysis import maps
from app.engine.analysis.findings import Finding, Health, ProvenanceMap, RecordingSaved, size_bytes
from app.engine.analysis.inquiries import (
    AskComparison,
    AskEdited,
    AskHealth,
    AskInfluence,
    AskMix,
    AskOrigin,
    AskPaired,
    AskProbe,
    AskProvenance,
    AskReadHeads,
    AskReads,
    AskRecording,
    AskSimilarity,
    AskValues,
    AskWrites,
    BranchMemory,
    Inquiry,
    TurnMemory,
)
from app.engine.analysis.lab import Lab, turn_of
from app.engine.analysis.provenance import provenance_of
from app.engine.analysis.recorded_turns import LIMIT_BYTES
from app.engine.analysis.recording import Kept, Part, save_recording, unpacked_bytes
from app.engine.analysis.replay import Replay, initial_of, model_of
from app.engine.refusal import RefusedError
from app.models.amount import size_in_words
from app.models.memory_names import INITIAL, turns_in_words
from rxt.inference.cancel import Cancelled, IsCancelled, check

if TYPE_CHECKING:
    from app.engine.analysis.subject import Subject

INEXACT = (
    "Replaying these turns here did not leave the recorded memories to the last bit, as on another machine or in"
    " another number format: what is shown is the replay."
)
CACHE_BYTES = 64 * 2**20
FOUND = 0.9
"""Of the work on a recording; the rest is packing the turns themselves."""
Progress = Callable[[float], object]


class ModelAnalyst:
    """Answers; what was asked before about the same memories is answered from a small cache."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        torch.set_num_threads(1)  # of this thread; those that compute already keep their number
        self._replay = Replay()
        self._lab = Lab(self._replay)
        self._cache = FindingCache(cache_bytes)
        self._loaded: object | None = None

    def answer(self, inquiry: Inquiry, subject: Subject, pause: IsCancelled, progress: Progress) -> Finding | None:
        """The finding; None where `pause` called it off. Raises what a reader shall read as a sentence."""
        key, known = self._known(inquiry, subject)
        if known is not None:
            return known
        try:
            with torch.inference_mode():
                finding = self._find(inquiry, subject, pause, progress)
        except Cancelled:
            return None
        if key is not None:
            self._cache.put(key, finding)
        return finding

    def _known(self, inquiry: Inquiry, subject: Subject) -> tuple[object | None, Finding | None]:
        """What a finding is kept by, and the finding where it was kept."""
        if subject.loaded is not self._loaded:
            self.forget()
            self._loaded = subject.loaded
        key = _key(inquiry, subject)
        return key, None if key is None else self._cache.get(key)

    def forget(self) -> None:
        """Lets go of the model and of what was computed with it; findings stay."""
        self._loaded = None
        self._replay.forget()

    def _find(self, inquiry: Inquiry, subject: Subject, pause: IsCancelled, progress: Progress) -> Finding:
        match inquiry:
            case AskComparison():
                a, a_name = self._replay.find(subject, inquiry.a, pause)
                b, b_name = self._replay.find(subject, inquiry.b, pause)
                return maps.comparison_of(a, a_name, b, b_name)
            case AskPaired():
                return self._lab.paired(inquiry, subject, pause)
            case AskInfluence():
                return self._lab.influence(subject, pause, progress)
            case AskProbe():
                # The phrases it asks with take a quarter of a second to read, which no other inquiry should wait for.
                from app.engine.analysis.probe import probe

                return probe(inquiry, subject, self._replay, pause, progress)
            case AskMix():
                return self._lab.mixed(inquiry, subject, pause)
            case AskEdited():
                return self._lab.edited(inquiry, subject, pause)
            case AskRecording():
                return self._recording(inquiry, subject, pause, progress)
            case AskOrigin():
                return subject.origin
            case AskProvenance():
                return self._provenance(subject, inquiry.turn, pause)
            case AskSimilarity() | AskHealth() | AskValues():
                return self._of_memory(inquiry, subject, pause)
            case AskReads() | AskReadHeads() | AskWrites():
                return self._of_turn(inquiry, subject, pause)
            case _:
                assert_never(inquiry)

    def _of_turn(self, inquiry: AskReads | AskReadHeads | AskWrites, subject: Subject, pause: IsCancelled) -> Finding:
        model, record = model_of(subject), turn_of(subject, inquiry.turn)
        before = self._replay.memory(subject, inquiry.turn - 1, pause)
        match inquiry:
            case AskReads():
                provenance = self._replay.provenance(subject, inquiry.turn - 1, pause)
                return maps.reads_of(model, record, before, provenance, pause)
            case AskReadHeads():
                return maps.read_heads_of(model, record, before, inquiry.layers, pause)
            case AskWrites():
                return maps.writes_of(model, record, before, pause)

    def _of_memory(
        self, inquiry: AskSimilarity | AskHealth | AskValues, subject: Subject, pause: IsCancelled
    ) -> Finding:
        turn = inquiry.turn
        memory = self._replay.memory(subject, turn, pause)
        match inquiry:
            case AskSimilarity():
                return maps.similarity_of(turn, memory, pause)
            case AskHealth():
                return self._health(subject, turn, pause)
            case AskValues():
                return maps.values_of(turn, memory)

    def _health(self, subject: Subject, turn: int, pause: IsCancelled) -> Health:
        memory = self._replay.memory(subject, turn, pause)
        gate = None if turn == INITIAL else subject.turns[turn].gate("write")
        return maps.health_of(turn, memory, initial_of(subject), gate, pause, subject.opened_from)

    def _provenance(self, subject: Subject, turn: int | None, pause: IsCancelled) -> ProvenanceMap:
        last = len(subject.turns) - 1 if turn is None else turn
        self._replay.memory(subject, last, pause)  # refuses a turn that there is not
        laws = [model_of(subject).gate_laws[name] for name in ("interlayer", "write")]
        found = provenance_of(laws, self._replay.provenance(subject, last, pause), last + 1)
        if not self._replay.is_exact(subject, last):
            return dataclasses.replace(found, note=f"{found.note} {INEXACT}".strip())
        return found

    def _recording(
        self, inquiry: AskRecording, subject: Subject, pause: IsCancelled, progress: Progress
    ) -> RecordingSaved:
        """What the quick inquiries answer for the chosen turns, in one file; what was said after them is not in it."""
        turns = range(len(subject.turns)) if inquiry.turns is None else sorted(set(inquiry.turns))
        for turn in turns:
            turn_of(subject, turn)
        origin = subject.up_to(max(turns, default=INITIAL)).origin
        size = unpacked_bytes(origin, turns, maps.PLACES)
        if size > LIMIT_BYTES:
            raise RefusedError(
                f"A recording of {turns_in_words(len(turns))} of this model would unpack to {size_in_words(size)}, and"
                f" at most {size_in_words(LIMIT_BYTES)} can be opened again. Record single turns instead. Nothing was"
                " written."
            )
        asked: list[Inquiry] = [AskSimilarity(INITIAL), AskHealth(INITIAL)]
        for turn in turns:
            asked += [AskWrites(turn), AskSimilarity(turn), AskHealth(turn)]
            if subject.turns[turn].answer_ids:
                asked.append(AskReads(turn))
        last = len(origin.records)

        def parts() -> Iterator[Part]:
            for number, one in enumerate(asked):
                check(pause)
                _, finding = self._known(one, subject)
                if finding is None:  # and is not kept: it would drive out what is looked at
                    finding = self._find(one, subject, pause, progress)
                if isinstance(finding, Kept):  # as all that is asked are
                    yield finding
                progress(FOUND * (number + 1) / len(asked))
            yield self._replay.provenance(subject, last - 1, pause).first(last)

        def packed(share: float) -> None:
            progress(FOUND + (1 - FOUND) * share)
            check(pause)

        file_bytes = save_recording(inquiry.path, origin, parts(), packed)
        return RecordingSaved(inquiry.path, len(turns), file_bytes, last - len(turns))


class FindingCache:
    """The findings that were used last, up to a number of bytes."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._findings: OrderedDict[object, Finding] = OrderedDict()
        self._bytes = 0

    def get(self, key: object) -> Finding | None:
        """None where it is not known (any more)."""
        if key in self._findings:
            self._findings.move_to_end(key)
        return self._findings.get(key)

    def put(self, key: object, finding: Finding) -> None:
        """One that is larger than the budget is not kept."""
        size = size_bytes(finding)
        if size > self._budget_bytes or key in self._findings:
            return
        self._findings[key] = finding
        self._bytes += size
        while self._bytes > self._budget_bytes:
            _, dropped = self._findings.popitem(last=False)
            self._bytes -= size_bytes(dropped)


def _key(inquiry: Inquiry, subject: Subject) -> object | None:
    """Equal keys have equal findings. None for what is computed anew each time: it writes a file or reads one."""
    last = len(subject.turns) - 1
    match inquiry:
        case AskMix() | AskEdited() | AskRecording() | AskOrigin():
            return None
        case AskProbe(questions=None):
            info = subject.loaded.info
            return inquiry, info.fingerprint, info.source, info.dtype, info.device
        case AskProbe():
            return (inquiry, subject.lineage(last)) if isinstance(inquiry.questions, tuple) else None
        case AskComparison():
            refs = (inquiry.a, inquiry.b)
            return (inquiry, subject.lineage(last)) if all(isinstance(ref, TurnMemory) for ref in refs) else None
        case AskPaired():
            source = inquiry.edit.source
            if isinstance(source, BranchMemory) or source is None or isinstance(source, TurnMemory):
                return inquiry, subject.lineage(last)
            return None
        case AskInfluence() | AskProvenance(turn=None):
            return inquiry, subject.lineage(last)
        case _:
            turn = inquiry.turn
            assert turn is not None  # noqa: S101  (AskProvenance(None) is above)
            return (inquiry, subject.lineage(turn)) if INITIAL <= turn <= last else None
