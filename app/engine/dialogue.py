"""The open conversation at work: its turns, its tree, and the one path through it that is shown.

Laws: a memory is applied once per turn, and only a verified one is continued from. History is never overwritten: what
changes the past makes a branch. Everything that can fail happens before anything is changed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.engine import reports
from app.engine.branch_writer import BranchWriter, WrittenBranch
from app.engine.heap import Heap
from app.engine.journal import Journal, TurnEntry
from app.engine.library import Loaded, Memory
from app.engine.memory_path import check_path, memory_after
from app.engine.messages import StoredTurn, TurnNode
from app.engine.opening import Opening, Place, node_of, records_of, start_session, stored_turn
from app.engine.refusal import EXPECTED, RefusedError, sentence, unexpected
from app.engine.seeds import seed_of_version
from app.engine.tree import TurnTree
from app.engine.turn import Turn
from app.models.memory_status import OnStop
from app.models.message_limit import PREVIEW_LENGTH
from app.store.records import Turn as SavedTurn
from app.store.turn_codec import clean
from rxt.events import Sampling, TurnStarted

_log = logging.getLogger(__name__)
FEW = 8
"""So many turns are read one by one, more of them together."""
BEHIND = "The newest turns of this chat could not be saved. Until they are, no answer can be changed."
UNSAVED = "The newest turns of this chat could not be saved, and going elsewhere would lose them."


class Dialogue:
    """The verbs of the open conversation, for one thread.

    stop: set to end a turn or any replay. closing: set when nothing new shall begin. on_stop, post: as in Turn.
    Verbs raise RefusedError, RxtError, StoreError or OSError with a sentence, and then have changed nothing.
    """

    def __init__(
        self,
        loaded: Loaded,
        journal: Journal,
        opening: Opening,
        stop: threading.Event,
        closing: threading.Event,
        on_stop: Callable[[], OnStop],
        post: Callable[[reports.Report], None],
    ) -> None:
        self.loaded = loaded
        self.conversation = opening.conversation
        self.place: Place = opening.place
        self.lacks_branches = opening.place.is_cut  # some cannot be shown, for their memory is not certain
        self._tree, self._journal = opening.tree, journal
        self._stop, self._closing, self._on_stop, self._post = stop, closing, on_stop, post
        self._heap = Heap()
        self._unsaved: list[tuple[int, TurnEntry]] = []  # places in the path of turns whose question is not saved yet

    @property
    def is_saved(self) -> bool:
        """Whether the store has all that is shown, after another try to save what it lacks."""
        self._try_again()
        lost = self._journal.incomplete
        lacks = self._unsaved or self._journal.is_behind or any(turn.id in lost for turn in self.place.turns)
        return self.conversation.stored and not lacks

    # turns

    def ask(self, text: str, sampling: Sampling) -> None:
        """One turn after the tip; it ends with an event or a rejection, whatever the model does."""
        self._try_again()
        self._turn(self.place, clean(text), sampling)

    def ask_after(self, turn: int | None, text: str, sampling: Sampling) -> None:
        """One turn after any other; a rejection leaves the path as it is."""
        text = clean(text)
        try:
            place = self._place_at(turn)
        except BaseException as error:  # noqa: BLE001 - whatever it is, a panic of native code too, the text goes back
            _log.info("a turn did not begin", exc_info=True)
            words = sentence(error) if isinstance(error, EXPECTED) else unexpected(error)
            self._post(reports.TurnRejected(text, words))
            return
        self._turn(place, text, sampling)

    def edit_query(self, turn: int, text: str, sampling: Sampling) -> None:
        """One turn in the place of another, with another question."""
        try:
            parent = self._tree.node(turn).parent
        except RefusedError as error:
            self._post(reports.TurnRejected(clean(text), str(error)))
            return
        self.ask_after(parent, text, sampling)

    def regenerate(self, turn: int, sampling: Sampling) -> None:
        """One turn in the place of another, with the same question; says so where the answer cannot be another."""
        place = self._place_at(self._tree.node(turn).parent)
        former = self._saved((turn,))[0]
        if sampling.temperature > 0:
            sampling = replace(sampling, seed=seed_of_version(sampling.seed, len(self._tree.versions(turn))))
        answer = self._turn(place, former.query, sampling)
        if sampling.temperature == 0 and answer is not None and answer == former.answer:
            words = "At temperature 0 the model always gives its likeliest answer. Raise the temperature for another."
            self._post(reports.Noted(reports.SAME_ANSWER, words))

    # paths

    def go_to(self, turn: int | None) -> None:
        """Shows the path that ends at `turn`; None: at the initial memory."""
        self._show(self._place_at(turn))
        self._list()

    def show_branch(self, turn: int) -> None:
        """Shows the path through `turn` on to its newest descendant."""
        self.go_to(self._tree.newest_below(turn))

    def memory_at(self, turn: int | None) -> tuple[Memory, int]:
        """The verified memory after a stored turn, and how many turns of its path it has lived through."""
        session = self._place_at(turn).session
        return session.memory, len(session.turns)

    # what is in memory

    def forget_turn(self, turn: int) -> None:
        """A branch like the one through `turn`, but with `turn` not in memory."""
        turns = self._from(turn)
        if turns[0].record is None:
            raise RefusedError("This turn is not in memory, so there is nothing to forget.")
        self._write_branch(turns, BranchWriter.forget)

    def rewrite_memory(self, turn: int) -> None:
        """A branch like the one through `turn`, but from there on with the texts that are shown in memory."""
        turns = self._from(turn)
        if not any(item.edited and item.record is not None for item in turns):
            raise RefusedError("From this turn on memory already holds what is shown. Nothing was changed.")
        self._write_branch(turns, BranchWriter.rewrite)

    def edit_answer(self, turn: int, text: str) -> None:
        """Another text is shown for an answer; memory keeps what was written."""
        self._tree.node(turn)
        self._need_saved(BEHIND)  # what the store has of this turn may be less than what is shown
        store = self._journal.store
        store.edit_answer(turn, clean(text))
        saved = store.turn(turn)
        self._tree.put(node_of(saved))
        for position, shown in enumerate(self.place.turns):
            if shown.id == turn:
                self.place.turns[position] = stored_turn(saved)
                self._tell_path()
        self._tell_tree()

    def replay(self) -> None:
        """Computes every memory of the path again and reports whether all agree."""
        opened, store, records = self.conversation, self._journal.store, records_of(self.place.turns)
        found = check_path(self.loaded, store, opened.initial, opened.seed, records, self._stop.is_set)
        self._post(reports.ReplayChecked(found))

    # one turn

    def _turn(self, start: Place, text: str, sampling: Sampling) -> str | None:
        """A turn after the end of `start`; its answer, None where it was rejected or not begun.

        Another path is shown from when the turn has begun, and no more where it is rejected after all.
        """
        former, opened, session = self.place, self.conversation, start.session
        session.sampling = sampling
        memory, records = session.memory, tuple(session.turns)
        is_new, announced, title = not opened.stored, opened.id, opened.title
        self._enter(start)
        begun = False
        entry = self._journal.begin(opened, len(records), text, sampling, memory.sha256)
        start.tip, parent = opened.tip, start.tip
        self._catch_up()
        if self._closing.is_set():
            return None
        if opened.id != announced:
            self._post(reports.ConversationRenumbered(announced, opened.id))
        is_listed = not is_new and opened.title == title

        def post(report: reports.Report) -> None:
            nonlocal begun
            begins = isinstance(report, TurnStarted)
            begun |= begins
            if begins and start is not former:
                self._tell_path()
            self._post(report)
            if begins:
                self._tell_tree(self._put(entry, StoredTurn(text, "", "pending", None)))
            if begins and not is_listed:  # not before: a chat whose first message is rejected was none
                self._list()

        turn = Turn(session, self._journal, entry, self._stop, self._on_stop, post)
        turn.run(text)
        self._catch_up()  # the tree knows a turn before those that follow it
        if turn.has_raised:
            start.session = start_session(self.loaded, memory, records)
        if turn.is_rejected:
            self._take_back(entry, start, parent, former)
            if begun:
                self._tell_path()
        else:
            start.turns.append(self._put(entry, turn.result))
            if entry.id is None:
                self._unsaved.append((len(start.turns) - 1, entry))
        self._tell_tree()
        self._list()
        self._heap.turn_over()
        return None if turn.is_rejected else turn.result.answer

    def _take_back(self, entry: TurnEntry, start: Place, parent: TurnEntry | None, former: Place) -> None:
        """The turn was none: everything is as it was before it."""
        if entry.id is not None:
            self._tree.remove(entry.id)
        start.tip = parent
        if start is former:
            self._enter(former)
        else:
            self._move(former)

    def _put(self, entry: TurnEntry, turn: StoredTurn) -> StoredTurn:
        """The turn with its id and versions, which the tree knows now; as it is where it is not saved."""
        if entry.id is None:
            return turn
        known = self._tree.get(entry.id)
        self._tree.put(
            TurnNode(
                id=entry.id,
                parent=entry.saved_after,
                turn=turn.record.turn if turn.record is not None else None,
                query=turn.query[:PREVIEW_LENGTH],
                answer=turn.answer[:PREVIEW_LENGTH],
                status=turn.memory,
                created=known.created if known is not None else time.time(),
            )
        )
        return replace(turn, id=entry.id, versions=self._tree.versions(entry.id))

    def _catch_up(self) -> None:
        """Turns that could not be saved when they happened may have been saved since."""
        for position, entry in self._unsaved:
            if entry.id is not None:
                self.place.turns[position] = self._put(entry, self.place.turns[position])
        self._unsaved = [(position, entry) for position, entry in self._unsaved if entry.id is None]

    def _try_again(self) -> None:
        """The same between two turns: what was saved is told at once."""
        self._journal.flush()
        count = len(self._unsaved)
        self._catch_up()
        if len(self._unsaved) != count:
            self._tell_tree()

    def _need_saved(self, refusal: str) -> None:
        """Raises RefusedError where, after another try, the store still lacks something that is shown."""
        if not self.is_saved:
            raise RefusedError(refusal)

    # places

    def _place_at(self, turn: int | None) -> Place:
        """The path that ends at a stored turn, with its verified memory; nothing is shown yet."""
        self._try_again()
        tip = self.place.tip
        if (tip.id if tip is not None else None) == turn and not self._unsaved:
            return self.place
        self._need_saved(UNSAVED)
        turns = self._tree.with_versions(self._path_turns(self._tree.path_to(turn)))
        return self._place_after(turns, None)

    def _place_after(self, turns: list[StoredTurn], memory: Memory | None) -> Place:
        """A place after these turns; its memory is computed and verified where it is not known."""
        records, is_computed = records_of(turns), False
        if memory is None:
            initial, store = self.conversation.initial, self._journal.store
            found = memory_after(self.loaded, store, initial, records, self._stop.is_set)
            if found.problem:
                self.lacks_branches = True
                raise RefusedError(f"{found.problem} Nothing was changed. Export the chat as a page to read that turn.")
            memory, is_computed = found.memory, found.computed > 0
        session = start_session(self.loaded, memory, records)
        return Place(session, turns, TurnEntry(turns[-1].id) if turns else None, is_computed)

    def _path_turns(self, ids: Sequence[int]) -> list[StoredTurn]:
        """These turns of one path; what the window shows is not read again."""
        known = {turn.id: turn for turn in self.place.turns}
        known |= {turn.id: stored_turn(turn) for turn in self._saved([number for number in ids if number not in known])}
        return [known[number] for number in ids]

    def _saved(self, ids: Sequence[int]) -> list[SavedTurn]:
        """The end of a path, as the store has it."""
        store = self._journal.store
        if len(ids) <= FEW:
            return [store.turn(number) for number in ids]
        wanted = set(ids)
        return [turn for turn in store.path(ids[-1]) if turn.id in wanted]

    def _from(self, turn: int) -> list[SavedTurn]:
        """The turns from this one to the end: of the shown path, if it is on it, of its newest branch otherwise."""
        self._need_saved(UNSAVED)
        self._tree.node(turn)
        shown = [item.id for item in self.place.turns]
        ids = shown if turn in shown else list(self._tree.path_to(self._tree.newest_below(turn)))
        return self._saved(ids[ids.index(turn) :])

    def _write_branch(
        self, turns: list[SavedTurn], write: Callable[[BranchWriter, int, Memory, int, list[SavedTurn]], WrittenBranch]
    ) -> None:
        start, store = self._place_at(turns[0].parent), self._journal.store
        memory, number = start.session.memory, len(start.session.turns)
        branch = write(BranchWriter(self.loaded, store, self._stop.is_set), self.conversation.id, memory, number, turns)
        self._tree = TurnTree(map(node_of, store.tree(self.conversation.id)))
        written = [stored_turn(turn) for turn in self._saved(branch.ids)]
        self._show(self._place_after(self._tree.with_versions([*start.turns, *written]), branch.memory))
        self._list()

    def _show(self, place: Place) -> None:
        if place is not self.place:
            self._move(place)
            self._tell_path()
        self._tell_tree()

    def _enter(self, place: Place) -> None:
        self.place, self.conversation.tip = place, place.tip

    def _move(self, place: Place) -> None:
        """Goes there, and so will the next start of the program."""
        self._enter(place)
        self._journal.move_tip(self.conversation, place.tip.saved if place.tip is not None else None)
        self.conversation.tip = place.tip
        info = self.loaded.info
        place.keep_in(self._journal, (info.layers, info.slots, info.width))

    # reports

    def _tell_path(self) -> None:
        self._post(reports.PathChanged(Opening(self.conversation, self.place, self._tree).message))

    def _tell_tree(self, *running: StoredTurn) -> None:
        tip, path = self.place.tip, tuple(turn.id for turn in (*self.place.turns, *running))
        self._post(reports.TreeChanged(self._tree.nodes, tip.saved if tip is not None else None, path))

    def _list(self) -> None:
        self._post(reports.ConversationsListed(self._journal.list()))
