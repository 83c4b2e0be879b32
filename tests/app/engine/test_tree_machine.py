"""Any sequence of things a person can do: the engine's memories are those of a list of interactions, always."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.engine import reports
from app.engine.engine import Engine
from app.engine.refusal import RefusedError
from rxt.events import Sampling
from tests.app.engine.fake_session import Behaviour, FakeLibrary, NativePanicError, interaction, updated
from tests.reference.memory_tree import SlowTree, SlowTurn

WORDS = st.lists(st.sampled_from(["red", "green", "blue", "memory"]), min_size=1, max_size=4).map(" ".join)
PLACES = st.integers(0, 10**6)


class Conversations(RuleBasedStateMachine):
    """Talks to an engine and writes down, turn by turn, what must be in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mneme-machine-"))
        self.behaviour = Behaviour()
        self.heard: list[Any] = []
        self.trees: dict[int, SlowTree] = {}
        self._start()

    def teardown(self) -> None:
        self.engine.finish()
        self.engine.close_store()
        shutil.rmtree(self.folder)

    def _start(self) -> None:
        self.engine = Engine(self.folder, lambda: FakeLibrary(self.behaviour), self.heard.append)
        self.engine.start(None, None, seed=5)
        self._begin()

    def _begin(self) -> None:
        self.tree = SlowTree(self.engine.dialogue.conversation.initial, updated)

    # helpers

    def _turn_at(self, place: int) -> int:
        ids = sorted(self.tree.turns)
        return ids[place % len(ids)]

    def _follow_turn(self, parent: int | None) -> None:
        """A turn has ended: the newest of the tree, after `parent`, with what the fake says is written."""
        self.trees[self.engine.dialogue.conversation.id] = self.tree
        turn = self.engine.dialogue.place.turns[-1]
        if turn.phase == "remembered":
            written: tuple[int, ...] | None = interaction(turn.query, turn.answer)
        else:
            written = None
        assert turn.id not in self.tree.turns
        self.tree.turns[turn.id] = SlowTurn(parent, turn.query, turn.answer, written)
        self.tree.tip = turn.id

    def _follow_copies(self, ids: list[int], parent: int | None, skipped: int | None, *, edits: bool) -> None:
        """Copies of these turns, in order, were appended; `skipped` is not in memory there."""
        copies = [turn.id for turn in self.engine.dialogue.place.turns][-len(ids) :]
        for number, copy in zip(ids, copies, strict=True):
            old = self.tree.turns[number]
            written = old.written
            if number == skipped:
                written = None
            elif edits and written is not None:
                written = interaction(old.query, old.answer)
            self.tree.turns[copy] = SlowTurn(parent, old.query, old.answer, written)
            parent = copy
        self.tree.tip = parent

    def _rest_of_path(self, turn: int) -> list[int]:
        end = self.tree.tip if turn in self.tree.path(self.tree.tip) else self.tree.end_of(turn)
        path = self.tree.path(end)
        return path[path.index(turn) :]

    # rules

    @rule(text=WORDS, temperature=st.sampled_from([0.0, 1.0]))
    def ask(self, text: str, temperature: float) -> None:
        self.engine.ask(text, Sampling(temperature=temperature))
        self._follow_turn(self.tree.tip)

    @rule(text=WORDS, tokens=st.integers(0, 3), on_stop=st.sampled_from(["remember", "forget"]))
    def ask_and_stop(self, text: str, tokens: int, on_stop: Any) -> None:
        self.engine.opened.on_stop = on_stop
        self.behaviour.before_token = lambda number: self.engine.opened.stop() if number >= tokens else None
        self.engine.ask(text, Sampling())
        self.behaviour.before_token = lambda number: None
        self.engine.opened.clear_stop()
        self._follow_turn(self.tree.tip)

    @rule(text=WORDS, native=st.booleans())
    def ask_and_fail(self, text: str, native: bool) -> None:
        def fail() -> None:
            raise NativePanicError("the fake failed") if native else ValueError("the fake failed")

        self.behaviour.before_memory = fail
        self.engine.ask(text, Sampling())
        self.behaviour.before_memory = lambda: None
        self._follow_turn(self.tree.tip)

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES, text=WORDS)
    def ask_a_model_that_fails_while_it_reads(self, place: int, text: str) -> None:
        def fail(number: int) -> None:
            raise NativePanicError("the fake failed")

        del self.heard[:-1]
        self.behaviour.before_token = fail
        self.engine.dialogue.ask_after(self._turn_at(place), text, Sampling())
        self.behaviour.before_token = lambda number: None
        assert any(isinstance(item, reports.TurnRejected) for item in self.heard)

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES)
    def ask_nothing(self, place: int) -> None:
        del self.heard[:-1]
        self.engine.dialogue.ask_after(self._turn_at(place), " ", Sampling())
        assert any(isinstance(item, reports.TurnRejected) for item in self.heard)

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES, text=WORDS)
    def ask_after(self, place: int, text: str) -> None:
        turn = self._turn_at(place)
        self.engine.dialogue.ask_after(turn, text, Sampling())
        self._follow_turn(turn)

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES, temperature=st.sampled_from([0.0, 1.0]))
    def regenerate(self, place: int, temperature: float) -> None:
        turn = self._turn_at(place)
        self.engine.dialogue.regenerate(turn, Sampling(temperature=temperature))
        self._follow_turn(self.tree.turns[turn].parent)

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES, text=WORDS)
    def edit_query(self, place: int, text: str) -> None:
        turn = self._turn_at(place)
        self.engine.dialogue.edit_query(turn, text, Sampling())
        self._follow_turn(self.tree.turns[turn].parent)

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES)
    def go_to(self, place: int) -> None:
        turn = self._turn_at(place)
        self.engine.dialogue.go_to(turn)
        self.tree.tip = turn

    @precondition(lambda self: self.tree.turns)
    @rule()
    def go_to_the_beginning(self) -> None:
        self.engine.dialogue.go_to(None)
        self.tree.tip = None

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES)
    def show_branch(self, place: int) -> None:
        turn = self._turn_at(place)
        self.engine.dialogue.show_branch(turn)
        self.tree.tip = self.tree.end_of(turn)

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES)
    def forget(self, place: int) -> None:
        turn = self._turn_at(place)
        rest = self._rest_of_path(turn)
        try:
            self.engine.dialogue.forget_turn(turn)
        except RefusedError:
            assert self.tree.turns[turn].written is None
            return
        self._follow_copies(rest, self.tree.turns[turn].parent, turn, edits=False)

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES, text=WORDS)
    def edit_answer_and_forget_the_beginning(self, place: int, text: str) -> None:
        turn = self._turn_at(place)
        ids = sorted(self.tree.turns)
        self.edit_answer(ids.index(turn), text)
        self.go_to(ids.index(turn))
        self.forget(ids.index(self.tree.path(turn)[0]))

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES, text=WORDS)
    def edit_answer(self, place: int, text: str) -> None:
        turn = self._turn_at(place)
        self.engine.dialogue.edit_answer(turn, text)
        self.tree.turns[turn].answer = text

    @precondition(lambda self: self.tree.turns)
    @rule(place=PLACES)
    def rewrite(self, place: int) -> None:
        turn = self._turn_at(place)
        rest = self._rest_of_path(turn)
        try:
            self.engine.dialogue.rewrite_memory(turn)
        except RefusedError:
            shown = [self.tree.turns[number] for number in rest]
            assert all(item.written in (None, interaction(item.query, item.answer)) for item in shown)
            return
        self._follow_copies(rest, self.tree.turns[turn].parent, None, edits=True)

    @rule()
    def close_and_open_again(self) -> None:
        number, tree = self.engine.dialogue.conversation.id, self.tree
        self.engine.finish()
        self.engine.close_store()
        self._start()
        if tree.turns:
            self.engine.reopen(number)
            self.tree = tree

    @precondition(lambda self: self.tree.turns)
    @rule()
    def delete_and_bring_back(self) -> None:
        number, tree = self.engine.dialogue.conversation.id, self.tree
        self.engine.chats.delete(number)
        self.engine.chats.restore(number)
        self.engine.reopen(number)
        self.tree = tree

    @rule(seed=st.integers(0, 3))
    def begin_another(self, seed: int) -> None:
        self.engine.begin(seed)
        self._begin()

    @precondition(lambda self: self.trees)
    @rule(place=PLACES)
    def open_another(self, place: int) -> None:
        number = sorted(self.trees)[place % len(self.trees)]
        self.engine.reopen(number)
        self.tree = self.trees[number]

    @rule()
    def check(self) -> None:
        if not self.tree.turns:
            return
        self.engine.dialogue.replay()
        found = self.heard[-1]
        assert isinstance(found, reports.ReplayChecked)
        assert found.check.first_difference is None
        assert found.check.agreeing == found.check.turns

    # what always holds

    @invariant()
    def the_memory_is_that_of_the_interactions(self) -> None:
        dialogue, tree = self.engine.dialogue, self.tree
        assert dialogue.place.session.memory.sha256 == tree.memory(tree.tip).sha256
        assert [turn.id for turn in dialogue.place.turns] == tree.path(tree.tip)
        for turn in dialogue.place.turns:
            slow = tree.turns[turn.id]
            assert (turn.query, turn.answer, turn.record is not None) == (
                slow.query,
                slow.answer,
                slow.written is not None,
            )
            assert turn.versions == tuple(tree.children(slow.parent))
            if turn.record is not None:
                assert turn.record.memory_after == tree.memory(turn.id).sha256

    @invariant()
    def the_tree_has_every_turn_that_ever_was(self) -> None:
        opened = [item for item in self.heard if isinstance(item, reports.TreeChanged)]
        if not self.tree.turns:
            return
        told = opened[-1]
        assert [(node.id, node.parent) for node in told.nodes] == [
            (number, self.tree.turns[number].parent) for number in sorted(self.tree.turns)
        ]
        assert (told.tip, list(told.path)) == (self.tree.tip, self.tree.path(self.tree.tip))
        written = {
            number: item.written is not None and item.written != interaction(item.query, item.answer)
            for number, item in self.tree.turns.items()
        }
        assert [node.status == "edited" for node in told.nodes] == [written[node.id] for node in told.nodes]


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
