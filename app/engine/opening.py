"""Prepares conversations: a new one, one from a saved memory, one from the store. Nothing is opened here.

Everything that can fail happens before there is an Opening, so opening it cannot fail half way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.engine.journal import Journal, OpenedInStore, TurnEntry
from app.engine.library import Loaded, Memory, Session
from app.engine.memory_path import Interrupted, initial_memory, memory_after
from app.engine.messages import OpenedConversation, StoredTurn, TurnNode
from app.engine.refusal import ModelRefusedError, RefusedError
from app.engine.seeds import random_seed
from app.engine.tree import TurnTree
from app.models.message_limit import PREVIEW_LENGTH
from app.store.conversation_store import ConversationStore
from app.store.errors import NotWritableError, StoreError
from app.store.records import Conversation, Node, Shape, Turn
from rxt.events import Sampling, TurnRecord


@dataclass(slots=True, eq=False)
class Place:
    """Where a conversation goes on: a path, and a session with the memory at its end.

    turns: first to last; those that are not stored (yet) have the id 0. tip: the last of them, None: there is none.
    is_computed: whether its memory had to be computed again, because the store does not keep its bytes.
    is_cut: whether its path ended later in the store when it was opened; cut_at: its tip then.
    """

    session: Session
    turns: list[StoredTurn] = field(default_factory=list)
    tip: TurnEntry | None = None
    is_computed: bool = False
    is_cut: bool = False
    cut_at: TurnEntry | None = None

    def keep_in(self, journal: Journal, shape: Shape) -> None:
        """Has its memory stored, where that had to be computed."""
        if self.is_computed:
            self.is_computed = not journal.keep(self.session.memory, shape)


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A conversation that is ready to be opened. problem: why its path ends earlier than it did; empty: it does not."""

    conversation: OpenedInStore
    place: Place
    tree: TurnTree = field(default_factory=TurnTree)
    problem: str = ""

    @property
    def expected_sha256(self) -> str:
        """Of the memory that its place must have."""
        turns = self.place.session.turns
        return turns[-1].memory_after if turns else self.conversation.initial.sha256

    @property
    def message(self) -> OpenedConversation:
        """What the window is told."""
        known, tip = self.conversation, self.place.tip
        return OpenedConversation(
            id=known.id,
            title=known.title,
            origin=known.origin,
            initial_seed=known.seed,
            initial=known.initial.summary(),
            turns=tuple(self.place.turns),
            tip=tip.saved if tip is not None else None,
            tree=self.tree.nodes,
            pinned=known.is_pinned,
        )


def start_session(loaded: Loaded, memory: Memory, turns: Sequence[TurnRecord]) -> Session:
    """A session that goes on from `memory`, which has lived through `turns`."""
    return loaded.library.Session(loaded.model, memory=memory, sampling=Sampling(), turns=tuple(turns))


def fresh(loaded: Loaded, number: int, seed: int | None) -> Opening:
    """A conversation with the initial memory of `seed`; None: a random one. `number`: its id."""
    seed = random_seed() if seed is None else seed
    memory = loaded.model.initial_memory(seed=seed)
    conversation = OpenedInStore(number, "", loaded.info, memory, seed)
    return Opening(conversation, Place(start_session(loaded, memory, ())))


def from_snapshot(loaded: Loaded, number: int, path: Path) -> Opening:
    """A conversation from a saved memory. Raises what the library raises for a file that does not fit the model."""
    snapshot = loaded.library.load_snapshot(path, model=loaded.model)
    memory, info = snapshot.memory, snapshot.info
    if memory.sha256 != info.sha256:
        raise RefusedError(f"{path.name} was not read as it was written. The open conversation stays as it is.")
    opening = from_memory(loaded, number, memory, info.title or path.stem, info.turns)
    opening.conversation.is_synthetic = info.synthetic
    return opening


def from_memory(loaded: Loaded, number: int, memory: Memory, origin: str, origin_turns: int = 0) -> Opening:
    """A conversation from a memory of the name `origin` that has lived through `origin_turns`."""
    conversation = OpenedInStore(number, "", loaded.info, memory, seed=None, origin=origin, origin_turns=origin_turns)
    return Opening(conversation, Place(start_session(loaded, memory, ())))


def from_store(loaded: Loaded, store: ConversationStore, number: int, interrupted: Interrupted) -> Opening:
    """A stored conversation where its path ended, with exactly the memory it had there.

    Where that memory can neither be read nor computed again, or a turn is missing or cannot be read, the path ends at
    the last turn whose memory is verified; the turns after it stay in the tree. Raises ModelRefusedError where it needs
    another model, StoreError where it cannot be read at all.
    """
    stored = store.conversation(number)
    _check_model(loaded, stored)
    tree = TurnTree(map(node_of, store.tree(number)))
    path, problem = _readable(store, tree.path_to(stored.tip))
    path, hole = _joined(path)
    problem = hole or problem
    records = records_of(path)
    memory = initial_memory(loaded, store, stored.initial_memory, stored.initial_seed)
    verified = memory_after(loaded, store, memory, records, interrupted)
    if verified.problem:
        path = path[: _position(path, verified.turns)]
        records = records[: verified.turns]
        problem = verified.problem
    if problem:
        problem += " The chat is open where its memory is still certain; later turns are in its tree."
    if verified.problem:
        problem += " Export the chat as a page to read them."
    conversation = OpenedInStore(
        id=stored.id,
        title=stored.title,
        model=loaded.info,
        initial=memory,
        seed=stored.initial_seed,
        origin=stored.origin,
        origin_turns=stored.origin_turns,
        stored=True,
        is_pinned=stored.pinned,
        tip=TurnEntry(path[-1].id) if path else None,
    )
    session = start_session(loaded, verified.memory, records)
    turns, tip = [stored_turn(turn) for turn in path], conversation.tip
    place = Place(session, turns, tip, verified.computed > 0, is_cut=bool(problem), cut_at=tip)
    return Opening(conversation, place, tree, problem)


def records_of(path: Sequence[Turn | StoredTurn]) -> list[TurnRecord]:
    """The records of the turns that are in memory. Raises RefusedError where they do not follow each other."""
    records = [turn.record for turn in path if turn.record is not None]
    if [record.turn for record in records] != list(range(len(records))):
        raise RefusedError("Some of its turns are missing. The open conversation stays as it is.")
    return records


def stored_turn(turn: Turn) -> StoredTurn:
    """What the window shows of a turn."""
    return StoredTurn(
        query=turn.query,
        answer=turn.answer,
        phase=turn.phase,
        record=turn.record,
        error=turn.error,
        id=turn.id,
        versions=turn.versions,
        memory=turn.memory_status,
        reason=turn.reason,
    )


def node_of(node: Node | Turn) -> TurnNode:
    """A turn in the tree that the window shows."""
    return TurnNode(
        id=node.id,
        parent=node.parent,
        turn=node.number if node.phase == "remembered" else None,
        query=node.query[:PREVIEW_LENGTH],
        answer=node.answer[:PREVIEW_LENGTH],
        status=node.memory_status,
        created=node.created,
    )


def _check_model(loaded: Loaded, stored: Conversation) -> None:
    info = loaded.info
    if stored.fingerprint == info.fingerprint:
        return
    folder = "File, Open model folder"
    if stored.model == info.name:
        held = (
            f"another version of {info.name} (fingerprint {stored.fingerprint[:12]}; loaded is {info.fingerprint[:12]})"
        )
        way = (
            f"With its own memory it opens only with a copy of the folder of that version ({folder})."
            if info.is_bundled
            else "To go on with its own memory, open that version: File, Use the bundled model, or a copy of its folder"
            f" with {folder}."
        )
    else:
        held = f"the model {stored.model}, and {info.name} is loaded"
        bundled = "" if info.is_bundled else "File, Use the bundled model, or "
        way = f"To go on with its own memory, open that model: {bundled}{folder}."
    raise ModelRefusedError(
        f"It was held with {held}: a memory fits only the model that wrote it. {way} “Read it” shows"
        f" what was said, and lets it go on with {info.name} in a new memory. The open conversation stays as it is."
    )


def _readable(store: ConversationStore, ids: Sequence[int]) -> tuple[tuple[Turn, ...], str]:
    """As much of a path as can be read, and a sentence about what cannot; empty: all can."""
    try:
        return store.path(ids[-1] if ids else None), ""
    except NotWritableError:  # not now
        raise
    except StoreError as error:
        problem = str(error)
    good, bad = 0, len(ids)  # so many can be read, so many cannot
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            store.path(ids[middle - 1])
            good = middle
        except NotWritableError:
            raise
        except StoreError:
            bad = middle
    return store.path(ids[good - 1] if good else None), problem


def _joined(path: tuple[Turn, ...]) -> tuple[tuple[Turn, ...], str]:
    """The path up to the first turn that is not saved as written to memory though a later one is, and a sentence."""
    count = 0
    for place, turn in enumerate(path):
        if turn.record is not None:
            if turn.record.turn != count:
                return path[:place], f"What was written to memory as turn {count + 1} could not be saved."
            count += 1
    return path, ""


def _position(path: Sequence[Turn], count: int) -> int:
    """The place in the path of the remembered turn number `count`."""
    return next(place for place, turn in enumerate(path) if turn.record is not None and turn.record.turn == count)
