"""The memory after a turn: a stored one, or one that is computed again by replaying token ids, and always verified.

Every recomputed memory is compared with the hash that was stored when its turn was written. Where they differ, nobody
gets that memory: what is known is the last turn before it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.engine.library import Loaded, Memory
from app.engine.messages import ReplayCheck
from app.engine.refusal import RefusedError
from app.store.conversation_store import ConversationStore
from app.store.errors import DamagedMemoryError, StoreError
from app.store.keyframes import KEEP_EVERY
from rxt.errors import RxtError
from rxt.events import TurnRecord

Interrupted = Callable[[], bool]
UNREADABLE = (ValueError, RxtError)
"""What a model raises for tokens that it does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class Verified:
    """A memory and the number of turns it has lived through.

    problem: empty where those are all that were asked for; else a sentence about the first turn that is missing.
    computed: how many of the turns were computed again, after the nearest memory that is stored.
    """

    memory: Memory
    turns: int
    problem: str = ""
    computed: int = 0


def initial_memory(loaded: Loaded, store: ConversationStore, sha256: str, seed: int | None) -> Memory:
    """The memory a conversation started from, made again from its seed where its bytes are damaged, and then stored.

    Raises StoreError where neither gives the memory of that hash.
    """
    try:
        return stored_memory(loaded, store, sha256)
    except StoreError:
        if seed is None:
            raise
        memory = loaded.model.initial_memory(seed=seed)
        if memory.sha256 != sha256:
            raise
        _keep(loaded, store, memory)
        return memory


def stored_memory(loaded: Loaded, store: ConversationStore, sha256: str) -> Memory:
    """A memory that is stored as bytes; the store has checked them against the hash. Raises StoreError."""
    data, shape = store.memory(sha256)
    return loaded.library.MemoryState.from_bytes(data, shape)


def memory_after(
    loaded: Loaded,
    store: ConversationStore,
    initial: Memory,
    records: Sequence[TurnRecord],
    interrupted: Interrupted,
) -> Verified:
    """The memory after `records`, from the nearest one that is stored, or as many of them as can be verified.

    Raises RefusedError where it is interrupted.
    """
    memory, start = _nearest(loaded, store, initial, records)
    for place in range(start, len(records)):
        check(interrupted)
        record = records[place]
        if record.memory_before == memory.sha256:
            try:
                computed = _computed(loaded, memory, record)
            except UNREADABLE as error:
                return Verified(memory, place, _unreadable(record, error), computed=place - start)
            if computed.sha256 == record.memory_after:
                memory = computed
                if (place + 1) % KEEP_EVERY == 0:
                    _keep(loaded, store, memory)  # what comes after it need not wait for the turns before again
                continue
        return Verified(memory, place, _difference(record), computed=place - start)
    return Verified(memory, len(records), computed=len(records) - start)


def check_path(
    loaded: Loaded,
    store: ConversationStore,
    initial: Memory,
    seed: int | None,
    records: Sequence[TurnRecord],
    interrupted: Interrupted,
) -> ReplayCheck:
    """Computes the memory after every turn again and compares it with its hash and with what is stored of it.

    After a difference the check goes on from the stored memory, where there is one, so that each turn is judged alone.
    Raises RefusedError where it is interrupted.
    """
    differing: list[int] = []
    if seed is not None and loaded.model.initial_memory(seed=seed).sha256 != initial.sha256:
        differing.append(-1)
    memory = initial
    for record in records:
        check(interrupted)
        computed, agrees = memory, False
        with contextlib.suppress(*UNREADABLE):
            computed = _computed(loaded, memory, record)
            agrees = (record.memory_before, record.memory_after) == (memory.sha256, computed.sha256)
        kept, is_damaged = _kept(loaded, store, record.memory_after)
        if not agrees or is_damaged:
            differing.append(record.turn)
        memory = computed if agrees or kept is None else kept
    turns = len(records)
    return ReplayCheck(turns, turns - len([turn for turn in differing if turn >= 0]), min(differing, default=None))


def check(interrupted: Interrupted) -> None:
    """Raises RefusedError where the work shall end."""
    if interrupted():
        raise RefusedError("It was stopped. Nothing was changed.")


def _nearest(
    loaded: Loaded, store: ConversationStore, initial: Memory, records: Sequence[TurnRecord]
) -> tuple[Memory, int]:
    """The last memory of the path that is stored and whole, and how many turns it has lived through."""
    for place in range(len(records), 0, -1):
        try:
            return stored_memory(loaded, store, records[place - 1].memory_after), place
        except StoreError:
            continue
    return initial, 0


def _keep(loaded: Loaded, store: ConversationStore, memory: Memory) -> None:
    """Stores a memory that was computed and verified, if the store takes it; it can be computed again."""
    info = loaded.info
    with contextlib.suppress(StoreError):
        store.keep_memory(memory.to_bytes(), (info.layers, info.slots, info.width))


def _kept(loaded: Loaded, store: ConversationStore, sha256: str) -> tuple[Memory | None, bool]:
    """The stored memory, None where none is kept, and whether one is kept but damaged."""
    try:
        return stored_memory(loaded, store, sha256), False
    except DamagedMemoryError:
        return None, True
    except StoreError:
        return None, False


def _computed(loaded: Loaded, memory: Memory, record: TurnRecord) -> Memory:
    """The memory after the turn of `record`. Raises UNREADABLE, as for a turn from a file that nothing here wrote."""
    tokens, most = len(record.interaction_ids), loaded.info.interaction_length
    if tokens > most:
        raise ValueError(f"it has {tokens:,} tokens; the model reads at most {most:,}")
    return loaded.library.replay_turn(loaded.model, memory, record.interaction_ids)


def _unreadable(record: TurnRecord, error: Exception) -> str:
    return f"The memory after turn {record.turn + 1} cannot be computed again: {str(error).rstrip('.')}."


def _difference(record: TurnRecord) -> str:
    return (
        f"The memory after turn {record.turn + 1} cannot be read, and computing it"
        " again gives another memory than the one that was written: the database was changed, or this machine computes"
        " differently."
    )
