"""What would have been said otherwise: edits of a copy of a memory, replies beside the original, synthetic memories."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from app.engine.analysis.findings import Influence, Paired, ReplyText, Synthetic
from app.engine.analysis.inquiries import AskEdited, AskMix, AskPaired, Edit, SlotMask, SnapshotMemory, TurnMemory
from app.engine.analysis.replay import Replay, initial_of, model_of
from app.engine.refusal import RefusedError
from app.models.amount import percent_text
from app.models.memory_names import INITIAL, memory_after, memory_in_words
from app.models.short_text import shortened
from rxt.events import FloatArray, TurnRecord, frozen_array
from rxt.inference import edit as edits
from rxt.inference.cancel import IsCancelled
from rxt.inference.counterfactual import counterfactual, frozen, leave_one_out
from rxt.inference.reply import Reply
from rxt.inference.spans import token_spans
from rxt.io.files import in_free_place
from rxt.io.pretrained import PretrainedModel
from rxt.io.snapshot import save_snapshot
from rxt.model.memory import MemoryState

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.engine.analysis.subject import Subject

_HASH = 12
"""Characters of a memory's hash that a file names, as the foot of a picture does."""
_LONGEST = 120
"""Characters of a title within what a file says about itself."""
_WORDS = {
    "zero": "set to zero",
    "mean": "replaced by the mean of their layer",
    "noise": "replaced by noise of their own length",
}


class Lab:
    """Works on copies; the open conversation is never touched."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def paired(self, inquiry: AskPaired, subject: Subject, cancelled: IsCancelled) -> Paired:
        """The turn with an edited memory, and with the same edit of as many other slots, as far as there are others."""
        turn = turn_of(subject, inquiry.turn)
        model, edit = model_of(subject), inquiry.edit
        memory = self._replay.memory(subject, inquiry.turn - 1, cancelled)
        _check_mask(edit.slots, memory)
        edited, words, _ = self._edited(subject, inquiry.turn - 1, edit, edit.slots, cancelled)
        found = counterfactual(model, turn, memory, edited, cancelled)
        others, control = edits.random_like(edit.slots, edit.seed), None
        if others.any():
            copy, *_ = self._edited(subject, inquiry.turn - 1, edit, others, cancelled)
            control = counterfactual(model, turn, memory, copy, cancelled, found.own)
        is_same = _is_same(found.own, turn)
        return Paired(
            turn=inquiry.turn,
            edit=words,
            slots=int(edit.slots.sum()),
            control_slots=int(others.sum()),
            original=_text_of(model, turn),
            again=None if is_same else _text_of(model, found.own),
            edited=_text_of(model, found.other),
            control=None if control is None else _text_of(model, control.other),
            first_difference=found.first_difference,
            control_difference=None if control is None else control.first_difference,
            change=found.change,
            control_change=frozen_array([]) if control is None else control.change,
            memory=edited.sha256,
        )

    def influence(self, subject: Subject, cancelled: IsCancelled, progress: Callable[[float], object]) -> Influence:
        """Every turn left out once. Raises RefusedError where there are fewer than two."""
        if len(subject.turns) < 2:
            raise RefusedError("This needs two turns or more: one to leave out, and one that may miss it.")
        return Influence(leave_one_out(model_of(subject), initial_of(subject), subject.turns, cancelled, progress))

    def mixed(self, inquiry: AskMix, subject: Subject, cancelled: IsCancelled) -> Synthetic:
        """(1 - weight) · a + weight · b, as a snapshot."""
        a, a_name = self._replay.find(subject, inquiry.a, cancelled)
        b, b_name = self._replay.find(subject, inquiry.b, cancelled)
        weight = _weight(inquiry.weight, a)
        label = _mix_in_words(weight, shortened(a_name, _LONGEST), shortened(b_name, _LONGEST))
        both = all(isinstance(where, SnapshotMemory) for where in (inquiry.a, inquiry.b))
        chat = "" if both or not inquiry.chat else f" of the chat “{shortened(inquiry.chat, _LONGEST)}”"
        origin = f"{label}{chat} (memories {a.sha256[:_HASH]} and {b.sha256[:_HASH]})"
        return _save(inquiry, subject, edits.interpolate(a, b, weight), (a, b), label, origin)

    def edited(self, inquiry: AskEdited, subject: Subject, cancelled: IsCancelled) -> Synthetic:
        """The memory after a turn with an edit, as a snapshot."""
        edit, turn = inquiry.edit, inquiry.turn
        before = self._replay.memory(subject, turn, cancelled)
        _check_mask(edit.slots, before)
        memory, words, others = self._edited(subject, turn, edit, edit.slots, cancelled)
        if inquiry.expected not in ("", memory.sha256):
            raise RefusedError("What this experiment took from is another memory by now. Run it again, and save that.")
        name = memory_after(turn, subject.opened_from)
        where = f"{name[:1].upper()}{name[1:]}"
        chat = f" of the chat “{shortened(inquiry.chat, _LONGEST)}”" if inquiry.chat else ""
        sources = "".join(f" (memory {other.sha256[:_HASH]})" for other in others)
        label = f"{where}, {words}"
        origin = f"{where}{chat} (memory {before.sha256[:_HASH]}), {words}{sources}"
        return _save(inquiry, subject, memory, (before, *others), label, origin)

    def _edited(
        self, subject: Subject, turn: int, edit: Edit, where: SlotMask, cancelled: IsCancelled
    ) -> tuple[MemoryState, str, tuple[MemoryState, ...]]:
        """The memory after a turn with the edit made at `where`, what was done in words, and which other memories it
        took that from."""
        memory = self._replay.memory(subject, turn, cancelled)
        count = int(where.sum())
        slots = "1 slot" if count == 1 else f"{count:,} slots"
        match edit.kind:
            case "zero":
                return edits.zero(memory, where), f"{slots} {_WORDS['zero']}", ()
            case "mean":
                return edits.layer_mean(memory, where), f"{slots} {_WORDS['mean']}", ()
            case "noise":
                return edits.noise(memory, where, edit.seed), f"{slots} {_WORDS['noise']} (seed {edit.seed})", ()
            case "initial":
                start, words = initial_of(subject), memory_in_words(INITIAL, subject.opened_from)
                return edits.patch(memory, where, start), f"{slots} put back to {words}", (start,)
            case "freeze":
                return self._frozen(subject, turn, edit, where, slots, cancelled)
            case "patch":
                assert edit.source is not None  # noqa: S101  (Edit has checked it)
                source, name = self._replay.find(subject, edit.source, cancelled)
                return edits.patch(memory, where, source), f"{slots} taken from {shortened(name, _LONGEST)}", (source,)

    def _frozen(
        self, subject: Subject, turn: int, edit: Edit, where: SlotMask, slots: str, cancelled: IsCancelled
    ) -> tuple[MemoryState, str, tuple[MemoryState, ...]]:
        since = turn - 1 if edit.source is None else edit.source.turn if isinstance(edit.source, TurnMemory) else turn
        if not INITIAL <= since < turn:
            raise RefusedError("Slots can only be frozen since an earlier turn of this conversation. Choose one.")
        start = self._replay.memory(subject, since, cancelled)
        interactions = [record.interaction_ids for record in subject.turns[since + 1 : turn + 1]]
        name = memory_in_words(since, subject.opened_from)
        frozen_memory = frozen(model_of(subject), start, interactions, where, cancelled)
        return frozen_memory, f"{slots} not written to since {name}", (start,)


def turn_of(subject: Subject, turn: int) -> TurnRecord:
    """Raises RefusedError for a turn that the open path does not have."""
    if not 0 <= turn < len(subject.turns):
        raise RefusedError(f"The open conversation has no turn {turn + 1}. Choose one that it has.")
    return subject.turns[turn]


def _is_same(answered: Reply, turn: TurnRecord) -> bool:
    """Whether it is the answer of the turn, of one that was stopped as far as that goes."""
    length = len(turn.answer_ids) if turn.reason == "stopped" else None
    return answered.answer_ids[:length] == turn.answer_ids


def _check_mask(slots: SlotMask, memory: MemoryState) -> None:
    if slots.shape != memory.shape[:2]:
        raise RefusedError("The chosen slots are of another model. Choose them again.")
    if not slots.any():
        raise RefusedError("No slot is chosen, so there is nothing to edit. Mark some slots first.")


def _text_of(model: PretrainedModel, answer: TurnRecord | Reply) -> ReplyText:
    text, spans = token_spans(model.tokenizer, answer.answer_ids)
    return ReplyText(text, spans, answer.reason)


def _weight(weight: object, memory: MemoryState) -> FloatArray:
    """[1, 1], [L, 1] or [L, S]. Raises RefusedError where they do not fit the memory or are outside of 0 to 1."""
    layers, slots, _ = memory.shape
    values = np.array(weight, np.float32)
    if values.ndim < 2:
        values = values.reshape(-1, 1)
    if values.shape not in ((1, 1), (layers, 1), (layers, slots)):
        raise RefusedError(f"The weights are {list(values.shape)}; the memory has {layers} layers of {slots:,} slots.")
    if not ((values >= 0) & (values <= 1)).all():
        raise RefusedError("A weight lies between 0 (all of the first memory) and 1 (all of the second).")
    return values


def _mix_in_words(weight: FloatArray, a_name: str, b_name: str) -> str:
    if weight.size == 1:
        share = 100 * weight.item()
        return f"{percent_text(100 - share)} of {a_name} and {percent_text(share)} of {b_name}"
    what = "layer by layer" if weight.shape[1] == 1 else "slot by slot"
    how = "merged" if set(np.unique(weight)) <= {0.0, 1.0} else "mixed"
    return f"{a_name[:1].upper()}{a_name[1:]} and {b_name}, {how} {what}"


def _save(
    inquiry: AskMix | AskEdited,
    subject: Subject,
    memory: MemoryState,
    parents: tuple[MemoryState, ...],
    label: str,
    origin: str = "",
) -> Synthetic:
    """origin: what the file says it came from, where that is more than the label. It goes beside what is there by now:
    the name was found when the question was asked."""
    inquiry.path.parent.mkdir(parents=True, exist_ok=True)
    write = partial(
        save_snapshot,
        memory=memory,
        model=model_of(subject),
        title=inquiry.title or label,
        description=f"Synthetic memory: {label}. No conversation has led to it.",
        origin=origin or label,
        parent=" ".join(parent.sha256 for parent in parents),
        synthetic=True,
        is_new=True,
    )
    return Synthetic(in_free_place(inquiry.path, write), label, memory.sha256)
