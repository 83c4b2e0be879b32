"""Prepares conversations: a new one, one from a saved memory, one from the store. Nothing is opened here.

Everything that can fail happens before there is an Opening, so opening it cannot fail half way.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.engine.journal import OpenedInStore
from app.engine.library import Loaded, Memory, Session
from app.engine.messages import OnStop, OpenedConversation, StoredTurn
from app.engine.refusal import RefusedError
from app.store.conversation_store import ConversationStore
from rxt.events import Sampling, TurnRecord

SEED_LIMIT = 2**31
"""Random seeds are below it: short enough to read out and type in."""


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A conversation that is ready to be opened."""

    conversation: OpenedInStore
    session: Session
    turns: tuple[StoredTurn, ...] = ()

    @property
    def message(self) -> OpenedConversation:
        """What the window is told."""
        known = self.conversation
        return OpenedConversation(
            id=known.id,
            title=known.title,
            origin=known.origin,
            initial_seed=known.seed,
            initial=known.initial.summary(),
            turns=self.turns,
        )


def start_session(loaded: Loaded, memory: Memory, turns: Sequence[TurnRecord], on_stop: OnStop) -> Session:
    """A session that goes on from `memory`, which has lived through `turns`."""
    return loaded.library.Session(loaded.model, memory=memory, sampling=Sampling(), on_stop=on_stop, turns=tuple(turns))


def fresh(loaded: Loaded, number: int, seed: int | None, on_stop: OnStop) -> Opening:
    """A conversation with the initial memory of `seed`; None: a random one. `number`: its id."""
    seed = secrets.randbelow(SEED_LIMIT) if seed is None else seed
    memory = loaded.model.initial_memory(seed=seed)
    conversation = OpenedInStore(number, "", loaded.info, memory, seed)
    return Opening(conversation, start_session(loaded, memory, (), on_stop))


def from_snapshot(loaded: Loaded, number: int, path: Path, on_stop: OnStop) -> Opening:
    """A conversation from a saved memory. Raises what the library raises for a file that does not fit the model."""
    snapshot = loaded.library.load_snapshot(path, model=loaded.model)
    memory = snapshot.memory
    conversation = OpenedInStore(
        number,
        "",
        loaded.info,
        memory,
        seed=None,
        origin=snapshot.title or path.stem,
        origin_turns=snapshot.turns,
    )
    return Opening(conversation, start_session(loaded, memory, (), on_stop))


def from_store(loaded: Loaded, store: ConversationStore, number: int, on_stop: OnStop) -> Opening:
    """A stored conversation with exactly the memory it had.

    Raises RefusedError where the model is another one or turns are missing, StoreError where it cannot be read.
    """
    info = loaded.info
    stored = store.conversation(number)
    if (stored.fingerprint, stored.shape) != (info.fingerprint, (info.layers, info.slots, info.width)):
        raise RefusedError(
            f"It was held with the model {stored.model}, and {info.name} is loaded: a memory fits only the model that"
            f" wrote it. Load {stored.model} to open it. The open conversation stays as it is."
        )
    turns = store.turns(number)
    records = tuple(turn.record for turn in turns if turn.record is not None)
    if [record.turn for record in records] != list(range(len(records))):
        raise RefusedError("Some of its turns are missing. The open conversation stays as it is.")
    initial = _memory(loaded, store, stored.initial_memory)
    memory = _memory(loaded, store, records[-1].memory_after) if records else initial
    conversation = OpenedInStore(
        id=stored.id,
        title=stored.title,
        model=info,
        initial=initial,
        seed=stored.initial_seed,
        origin=stored.origin,
        origin_turns=stored.origin_turns,
        stored=True,
    )
    shown = tuple(StoredTurn(turn.query, turn.answer, turn.phase, turn.record, turn.error) for turn in turns)
    return Opening(conversation, start_session(loaded, memory, records, on_stop), shown)


def _memory(loaded: Loaded, store: ConversationStore, sha256: str) -> Memory:
    """The stored memory; the store has checked its bytes against the hash."""
    data, shape = store.memory(sha256)
    return loaded.library.MemoryState.from_bytes(data, shape)
