"""The transcript's model follows the events of a turn and tells each message in words."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.engine.messages import StoredTurn, TurnNode
from app.models.conversation import Conversation, MessageRole, TurnState, duration
from rxt.events import AnswerFinished, MemoryWriting, MemoryWritten, TokenEmitted, TurnFailed, TurnStarted
from tests.app.views.fake_port import stored_turn, turn_record


def started(query: str = "Hi") -> Conversation:
    conversation = Conversation()
    conversation.apply((TurnStarted(0, query, 4),))
    return conversation


def state(conversation: Conversation) -> TurnState:
    return conversation.exchanges[-1].state


def test_that_a_turn_is_two_rows_whose_model_is_sound() -> None:
    conversation = Conversation()
    tester = QAbstractItemModelTester(conversation, QAbstractItemModelTester.FailureReportingMode.Fatal)
    conversation.open(1, "T", "", [stored_turn(0, "a", "b")])
    conversation.apply((TurnStarted(1, "Hi", 4), TokenEmitted(1, 1, "Hel"), TokenEmitted(1, 2, "lo")))
    assert conversation.rowCount() == 4
    assert [conversation.index(row).data() for row in range(4)] == ["a", "b", "Hi", "Hello"]
    assert [conversation.index(row).data(MessageRole.SENDER) for row in (2, 3)] == ["you", "model"]
    tester.deleteLater()


def test_that_a_batch_of_tokens_changes_the_last_row_once() -> None:
    conversation = started()
    changes: list[int] = []
    conversation.dataChanged.connect(lambda first, last: changes.append(first.row()))
    conversation.apply(tuple(TokenEmitted(0, n, "x") for n in range(50)))
    assert changes == [1]
    assert conversation.last_reply == "x" * 50


def test_that_states_follow_the_grammar_of_a_turn() -> None:
    conversation = started("Hi")
    assert state(conversation) is TurnState.READING
    conversation.apply((TokenEmitted(0, 1, "Hel"),))
    assert state(conversation) is TurnState.ANSWERING
    conversation.apply((AnswerFinished(0, "eos", "Hello"),))
    assert conversation.last_reply == "Hello"
    conversation.apply((MemoryWriting(0),))
    assert state(conversation) is TurnState.WRITING
    conversation.apply((MemoryWritten(0, turn_record(0, "Hi", "Hello")),))
    assert state(conversation) is TurnState.IN_MEMORY
    assert conversation.turns_in_memory == 1
    assert conversation.row_of_turn(0) == 1


def test_that_the_caption_tells_the_measures_of_a_remembered_turn() -> None:
    conversation = started("Hi")
    record = turn_record(0, "Hi", "word " * 20)
    conversation.apply((AnswerFinished(0, "eos", "word"), MemoryWritten(0, record)))
    caption = conversation.index(1).data(MessageRole.CAPTION)
    assert caption.startswith("first token 12 ms · ")
    assert caption.endswith(" tok/s · memory written in 3 ms")
    edited = dataclasses.replace(record, metrics=dataclasses.replace(record.metrics, first_token_s=0.0, answer_s=0.0))
    conversation.apply((MemoryWritten(0, edited),))
    assert conversation.index(1).data(MessageRole.CAPTION) == "memory written in 3 ms"


def test_that_a_failed_turn_keeps_its_text_and_says_why() -> None:
    conversation = started()
    conversation.apply(
        (TokenEmitted(0, 1, "Hel"), TurnFailed(0, "answering", "It broke. Your memory was not touched."))
    )
    answer = conversation.index(1)
    assert state(conversation) is TurnState.NOT_IN_MEMORY
    assert answer.data() == "Hel"
    assert answer.data(MessageRole.ERROR).startswith("It broke.")


def test_that_a_forgotten_turn_is_not_in_memory_and_keeps_no_turn_number() -> None:
    conversation = started()
    conversation.apply((AnswerFinished(0, "stopped", "Hel"),))
    conversation.abandon()
    assert state(conversation) is TurnState.NOT_IN_MEMORY
    assert conversation.index(1).data(MessageRole.TURN) is None
    assert conversation.index(1).data(MessageRole.CAPTION) == "stopped"


def test_that_abandoning_leaves_finished_turns_alone() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [stored_turn(0, "a", "b")])
    conversation.abandon()
    assert state(conversation) is TurnState.IN_MEMORY


def test_that_a_screen_reader_hears_who_speaks_and_what_became_of_it() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [stored_turn(0, "a", "b")])
    role = Qt.ItemDataRole.AccessibleTextRole
    assert conversation.index(0).data(role) == "You: a"
    assert conversation.index(1).data(role) == "Answer: b (in memory)"


def test_that_durations_read_like_speech() -> None:
    assert [duration(s) for s in (0.0004, 0.012, 0.9994, 1.26)] == ["0.4 ms", "12 ms", "999 ms", "1.3 s"]


def node(number: int, parent: int | None, query: str = "") -> TurnNode:
    return TurnNode(number, parent, None, query, "", "not", 0.0)


def saved(number: int, query: str, answer: str, versions: tuple[int, ...] = ()) -> StoredTurn:
    record = turn_record(number, query, answer)
    return StoredTurn(
        query, answer, "remembered", record, id=number, versions=versions or (number,), memory="in memory", reason="eos"
    )


def data(conversation: Conversation, row: int, role: MessageRole) -> object:
    return conversation.index(row).data(role)


def test_that_another_path_keeps_the_rows_of_the_turns_it_shares() -> None:
    conversation = Conversation()
    tester = QAbstractItemModelTester(conversation, QAbstractItemModelTester.FailureReportingMode.Fatal)
    conversation.open(1, "T", "", [saved(1, "a", "A"), saved(2, "b", "B"), saved(3, "c", "C")])
    removed: list[tuple[int, int]] = []
    inserted: list[tuple[int, int]] = []
    conversation.rowsRemoved.connect(lambda _, first, last: removed.append((first, last)))
    conversation.rowsInserted.connect(lambda _, first, last: inserted.append((first, last)))
    conversation.show_path([saved(1, "a", "A"), saved(4, "d", "D", (2, 4))])
    assert (removed, inserted) == ([(2, 5)], [(2, 3)])
    assert [conversation.index(row).data() for row in range(4)] == ["a", "A", "d", "D"]
    assert (data(conversation, 2, MessageRole.TURN_ID), conversation.row_of_id(4)) == (4, 2)
    assert (data(conversation, 3, MessageRole.VERSION), data(conversation, 3, MessageRole.VERSIONS)) == (2, 2)
    assert data(conversation, 3, MessageRole.VERSION_IDS) == (2, 4)
    tester.deleteLater()


def test_that_an_edited_answer_changes_only_its_row() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [saved(1, "a", "A"), saved(2, "b", "B")])
    changed: list[int] = []
    conversation.dataChanged.connect(lambda first, last: changed.append(first.row()))
    edited = dataclasses.replace(saved(1, "a", "Z"), memory="edited")
    conversation.show_path([edited, saved(2, "b", "B")])
    assert changed == [0]
    assert (data(conversation, 1, MessageRole.STATUS), conversation.index(1).data()) == ("edited", "Z")


def test_that_a_running_turn_takes_its_id_and_versions_from_the_tree() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [saved(1, "a", "A")])
    conversation.apply((TurnStarted(1, "b", 3),))
    assert data(conversation, 3, MessageRole.CAN_EDIT) is False
    conversation.follow_tree((node(1, None, "a"), node(2, 1, "x"), node(5, 1, "b")), (1, 5))
    assert data(conversation, 2, MessageRole.TURN_ID) == 5
    assert data(conversation, 2, MessageRole.VERSION_IDS) == (2, 5)
    assert data(conversation, 3, MessageRole.STATUS) is None
    conversation.apply((AnswerFinished(1, "stopped", "B"), MemoryWritten(1, turn_record(1, "b", "B", "stopped"))))
    assert data(conversation, 3, MessageRole.STATUS) == "partly"
    assert data(conversation, 3, MessageRole.CAN_EDIT) is True


@pytest.mark.parametrize("lost", ["Hi there, my name is Alice", "Hi"])
def test_that_a_turn_that_could_not_be_saved_takes_no_id_of_one_that_begins_alike(lost: str) -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [])
    conversation.apply((TurnStarted(0, "Hi", 3), TurnStarted(1, lost, 3)))
    conversation.follow_tree((node(1, None, "Hi"),), (1, 0))
    assert [exchange.id for exchange in conversation.exchanges] == [1, 0]
    conversation.follow_tree((node(1, None, "Hi"), node(2, 1, lost)), (1, 2))
    assert [exchange.id for exchange in conversation.exchanges] == [1, 2]


def test_that_a_turn_that_could_not_be_saved_takes_no_other_turn_s_id() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [saved(1, "a", "A")])
    conversation.apply((TurnStarted(1, "lost", 3), TurnStarted(1, "b", 3)))
    conversation.follow_tree((node(1, None, "a"), node(2, 1, "b")), (1, 0, 2))
    assert [exchange.id for exchange in conversation.exchanges] == [1, 0, 2]
    assert not conversation.exchanges[1].can_edit
