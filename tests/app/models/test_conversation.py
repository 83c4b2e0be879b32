"""The transcript's model follows the events of a turn and tells each message in words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

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
