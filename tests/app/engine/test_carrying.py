"""A chat of another model goes on with the loaded one: what is written, what is left, and that nothing else changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from app.models.phase import Phase
from app.store.errors import StoreError
from rxt.events import Sampling
from tests.app.engine.conftest import Desk
from tests.app.engine.fake_session import LONGEST, FakeModel, interaction, updated


def texts(desk: Desk) -> list[tuple[str, str, str]]:
    """What is open: question, answer and what is in memory of each turn."""
    return [(turn.query, turn.answer, turn.memory) for turn in desk.opened.turns]


@pytest.fixture
def former(desk: Desk) -> int:
    """A chat of a former model: two turns, and one that went another way; another model is loaded."""
    desk.say("I am Alice")
    desk.say("I like tea")
    desk.port.regenerate(desk.heard.trees[-1][1] or 0, Sampling(temperature=1.0, seed=3))
    desk.rest()
    number = desk.opened.id
    desk.reopen("other")
    return number


def test_that_a_chat_of_another_model_goes_on_with_what_was_said_in_a_new_memory(desk: Desk, former: int) -> None:
    desk.port.carry_over(former, 5)
    desk.rest()
    first, second = desk.opened.turns
    assert (first.query, first.answer, second.query) == ("I am Alice", "I am Alice", "I like tea")
    assert second.answer.startswith("I like tea (")  # of the version that was shown
    assert [turn.memory for turn in desk.opened.turns] == ["in memory"] * 2
    memory = FakeModel("other").initial_memory(5)
    assert (desk.opened.initial_seed, desk.opened.initial.sha256) == (5, memory.sha256)
    for turn in desk.opened.turns:
        assert turn.record is not None
        assert turn.record.memory_before == memory.sha256
        memory = updated(memory, interaction(turn.query, turn.answer))
        assert turn.record.memory_after == memory.sha256
    assert desk.heard.noted == [
        ("", "2 turns were written into a new memory of other, as a new chat. The former chat stays as it is.")
    ]


def test_that_the_new_chat_goes_on_and_the_former_one_stays_with_its_model(desk: Desk, former: int) -> None:
    desk.port.carry_over(former, None)
    desk.rest()
    new = desk.opened.id
    desk.say("And milk")
    assert {line.id: (line.turns, line.model) for line in desk.heard.conversations[-1]} == {
        new: (3, "other"),
        former: (2, "bundled"),
    }
    desk.reopen("other").port.open_conversation(new)
    desk.rest()
    assert [query for query, _, _ in texts(desk)] == ["I am Alice", "I like tea", "And milk"]
    desk.reopen().port.open_conversation(former)
    desk.rest()
    assert [query for query, _, _ in texts(desk)] == ["I am Alice", "I like tea"]
    assert desk.heard.refused == []
    assert len(desk.heard.trees[-1][0]) == 3  # with the version that was left out of the copy


def test_that_a_turn_still_says_how_its_answer_was_chosen(desk: Desk, former: int) -> None:
    desk.port.carry_over(former, 5)
    desk.rest()
    chosen = [turn.record.sampling.temperature for turn in desk.opened.turns if turn.record is not None]
    assert chosen == [0.0, 1.0]


def test_that_a_turn_that_failed_stays_as_it_was(desk: Desk) -> None:
    def fail(number: int) -> None:
        if number:  # a question that nothing was answered to goes back to its writer
            raise RuntimeError("no memory")

    desk.say("I am Alice")
    desk.behaviour.before_token = fail
    desk.say("I like tea")
    number = desk.opened.id
    desk.reopen("other").port.carry_over(number, 5)
    desk.rest()
    assert [turn.memory for turn in desk.opened.turns] == ["in memory", "not"]
    assert "no memory" in desk.opened.turns[1].error
    assert "1 turn was written" in desk.heard.noted[-1][1]
    assert "could not" not in desk.heard.noted[-1][1]


def test_that_its_memories_can_be_computed_again(desk: Desk, former: int) -> None:
    desk.port.carry_over(former, 5)
    desk.rest()
    desk.port.replay_conversation()
    desk.rest()
    assert (desk.heard.checks[-1].turns, desk.heard.checks[-1].agreeing) == (2, 2)


def test_that_what_was_not_in_memory_or_is_too_long_stays_out_of_it_and_is_told(desk: Desk) -> None:
    desk.say("I am Alice")
    desk.say("x" * (LONGEST + 1))
    desk.say("I like tea")
    desk.port.forget_turn(desk.heard.trees[-1][0][0].id)
    desk.rest()
    number = desk.opened.id
    desk.reopen("other").port.carry_over(number, 5)
    desk.rest()
    assert [turn.memory for turn in desk.opened.turns] == ["not", "not", "in memory"]
    assert desk.opened.turns[1].error == "Message and answer are too long. It is not in memory."
    assert "1 turn was written" in desk.heard.noted[-1][1]
    assert "1 turn could not be written and says why." in desk.heard.noted[-1][1]


def test_that_an_edited_answer_is_written_as_it_is_shown(desk: Desk) -> None:
    desk.say("Who am I")
    desk.port.edit_answer(desk.heard.trees[-1][1] or 0, "You are Alice")
    number = desk.opened.id
    desk.rest()
    desk.reopen("other").port.carry_over(number, 5)
    desk.rest()
    assert texts(desk) == [("Who am I", "You are Alice", "in memory")]


def test_that_stopping_leaves_everything_as_it_was(desk: Desk, former: int) -> None:
    before = desk.opened.id
    desk.behaviour.before_replay = desk.port.stop
    desk.port.carry_over(former, 5)
    assert desk.port.phase is Phase.REWRITING
    desk.rest()
    assert desk.heard.failed == [("This chat does not go on", "It was stopped. Nothing was changed.")]
    assert desk.opened.id == before
    assert [line.id for line in desk.heard.conversations[-1]] == [former]


def test_that_a_copy_that_cannot_be_opened_is_told_to_be_on_the_list(
    desk: Desk, former: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("It cannot be read.")

    with monkeypatch.context() as patch:
        patch.setattr("app.engine.engine.from_store", fail)
        desk.port.carry_over(former, 5)
        desk.rest()
    ((title, message),) = desk.heard.failed
    assert title == "The new chat was not opened"
    assert message.startswith("2 turns were written into a new memory of other, as a new chat.")
    assert message.endswith("The new chat is on the list. It cannot be read.")
    assert desk.heard.noted == []
    new = desk.heard.conversations[-1][0].id
    desk.port.open_conversation(new)
    desk.rest()
    assert [query for query, _, _ in texts(desk)] == ["I am Alice", "I like tea"]


def test_that_a_chat_without_a_turn_in_memory_is_refused(desk: Desk) -> None:
    desk.say("x" * (LONGEST + 1))
    number = desk.opened.id
    desk.reopen("other").port.carry_over(number, 5)
    desk.rest()
    ((_, message),) = desk.heard.failed
    assert message == "It has no turn that other could write into its memory. Nothing was changed."
    assert [line.id for line in desk.heard.conversations[-1]] == [number]


def test_that_a_chat_whose_first_memory_is_lost_goes_on_too(desk: Desk, former: int) -> None:
    with closing(sqlite3.connect(desk.data_dir / "conversations.sqlite")) as rows:
        rows.execute("UPDATE memory SET data = x'00'")
        rows.commit()
    desk.port.carry_over(former, 5)
    desk.rest()
    assert [query for query, _, _ in texts(desk)] == ["I am Alice", "I like tea"]


def test_that_a_damaged_turn_of_another_branch_does_not_keep_a_chat_from_going_on(desk: Desk, former: int) -> None:
    with closing(sqlite3.connect(desk.data_dir / "conversations.sqlite")) as rows:
        rows.execute("DELETE FROM turn_array WHERE turn = (SELECT id FROM turn WHERE query = 'I like tea' LIMIT 1)")
        rows.commit()
    desk.port.export_conversation(former, desk.data_dir / "all.json")
    desk.rest()
    desk.port.carry_over(former, 5)
    desk.rest()
    assert [title for title, _ in desk.heard.failed] == ["This chat was not exported"]
    assert [query for query, _, _ in texts(desk)] == ["I am Alice", "I like tea"]


def test_that_what_a_saved_memory_held_is_told_to_be_left(desk: Desk, former: int) -> None:
    path = desk.port.snapshots_dir / "alice.safetensors"
    desk.port.save_snapshot(path, "Alice", "")
    desk.port.open_snapshot(path)
    desk.rest()
    desk.say("I like tea")
    number = desk.opened.id
    desk.reopen("third").port.carry_over(number, 5)
    desk.rest()
    assert desk.heard.noted[-1][1].endswith("What “Alice” held before the first turn is not in it.")
