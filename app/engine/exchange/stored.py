"""Conversations on their way between the store and a file: out with all of their turns, in whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.engine.exchange.document import ExchangedConversation, ExchangedTurn
from app.engine.refusal import RefusedError
from rxt.events import Sampling

if TYPE_CHECKING:
    from app.engine.dialogue import Dialogue
    from app.engine.journal import OpenedInStore
    from app.engine.messages import StoredTurn
    from app.store.conversation_store import ConversationStore
    from app.store.records import Conversation, Turn


def exchanged(store: ConversationStore, number: int, memory: bytes | None = None) -> ExchangedConversation:
    """A stored conversation with all of its turns. Raises StoreError where a part cannot be read.

    memory: the bytes of its first memory where they are at hand or not needed, as in a page; else they are read.
    """
    stored = store.conversation(number)
    if memory is None:
        memory, _ = store.memory(stored.initial_memory)
    return _exchanged(stored, memory, store.turns(number))


def exchanged_words(store: ConversationStore, number: int) -> ExchangedConversation:
    """A stored conversation with the turns of its path alone and without its first memory, whatever else is damaged."""
    stored = store.conversation(number)
    return _exchanged(stored, b"", store.path(stored.tip))


def _exchanged(stored: Conversation, memory: bytes, turns: Sequence[Turn]) -> ExchangedConversation:
    return ExchangedConversation(
        title=stored.title,
        model=stored.model,
        fingerprint=stored.fingerprint,
        shape=stored.shape,
        initial_seed=stored.initial_seed,
        initial_memory=stored.initial_memory,
        memory=memory,
        origin=stored.origin,
        origin_turns=stored.origin_turns,
        created=stored.created,
        tip=stored.tip,
        turns=tuple(_exchanged_turn(turn) for turn in turns),
    )


def exchanged_open(dialogue: Dialogue, store: Callable[[], ConversationStore]) -> ExchangedConversation:
    """The open conversation: all of its tree, or the shown path where the store lacks something that is shown.

    Where its path could not be followed to its end, it ends in the file where it ends in the store. Where a branch
    cannot be shown, a page has all of them.
    """
    opened, place = dialogue.conversation, dialogue.place
    if not dialogue.is_saved:
        return exchanged_path(opened, place.turns)
    found = exchanged(store(), opened.id, opened.initial.to_bytes())
    if not (place.is_cut and place.tip is place.cut_at):
        found = replace(found, tip=place.tip.id if place.tip is not None else None)  # another where it is read-only
    return with_branches(found) if dialogue.lacks_branches else found


def with_branches(found: ExchangedConversation) -> ExchangedConversation:
    """The same, and a page of it has the turns off its path too."""
    path = {turn.id for turn in found.path}
    return replace(found, apart=tuple(turn for turn in found.turns if turn.id not in path))


def _exchanged_turn(turn: Turn) -> ExchangedTurn:
    return ExchangedTurn(
        id=turn.id,
        parent=turn.parent,
        query=turn.query,
        answer=turn.answer,
        phase=turn.phase,
        reason=None if turn.phase == "pending" else turn.reason or "stopped",  # a damaged database may have lost it
        error=turn.error,
        created=turn.created,
        sampling=turn.sampling,
        record=turn.record,
        forgotten=turn.forgotten,
    )


def added(store: ConversationStore, found: ExchangedConversation) -> int:
    """Stores a conversation that came from a file, all of it or nothing; returns its new number.

    Its memories, but for the first, are computed again when it is opened.
    """
    if not found.turns:
        raise RefusedError("There is no turn in this chat; nothing was imported.")
    with store.together():
        number = store.create(
            title=found.title or "Imported chat",
            model=found.model,
            fingerprint=found.fingerprint,
            shape=found.shape,
            memory=found.memory,
            seed=found.initial_seed,
            origin=found.origin,
            origin_turns=found.origin_turns,
        )
        ids: dict[int | None, int | None] = {None: None}
        left: dict[int | None, tuple[int, str]] = {None: (0, found.initial_memory)}
        for turn in found.turns:
            count, memory = left[turn.parent]
            ids[turn.id] = _add_turn(store, number, ids[turn.parent], turn, count, memory, found.shape)
            left[turn.id] = (count, memory) if turn.record is None else (count + 1, turn.record.memory_after)
        store.set_tip(number, ids[found.tip])
    return number


def _add_turn(
    store: ConversationStore,
    conversation: int,
    parent: int | None,
    turn: ExchangedTurn,
    count: int,
    memory: str,
    shape: tuple[int, int, int],
) -> int:
    number = store.begin_turn(
        conversation,
        count,
        turn.query,
        turn.sampling,
        memory,
        parent,
        created=turn.created,
        forgotten=turn.forgotten,
    )
    if turn.reason is None:
        store.draft(number, turn.answer)
    else:
        store.reply(number, turn.answer, turn.reason)
    if turn.record is not None:
        store.remember(number, turn.record, None, shape)
        if turn.answer != turn.record.answer:
            store.edit_answer(number, turn.answer)
    elif turn.error:
        store.fail(number, turn.error)
    return number


def exchanged_path(opened: OpenedInStore, turns: Sequence[StoredTurn]) -> ExchangedConversation:
    """The open conversation as far as it is shown, for when the store does not have it: numbered anew from 1."""
    model, now = opened.model, time.time()
    shown = tuple(
        ExchangedTurn(
            id=number,
            parent=number - 1 or None,
            query=turn.query,
            answer=turn.answer,
            phase=turn.phase,
            reason=None if turn.phase == "pending" else turn.record.reason if turn.record else turn.reason or "stopped",
            error=turn.error,
            created=now,
            sampling=turn.record.sampling if turn.record else Sampling(),
            record=turn.record,
        )
        for number, turn in enumerate(turns, start=1)
    )
    return ExchangedConversation(
        title=opened.title,
        model=model.name,
        fingerprint=model.fingerprint,
        shape=(model.layers, model.slots, model.width),
        initial_seed=opened.seed,
        initial_memory=opened.initial.sha256,
        memory=opened.initial.to_bytes(),
        origin=opened.origin,
        origin_turns=opened.origin_turns,
        created=now,
        tip=len(shown) or None,
        turns=shown,
    )
