"""The transcript's model follows the events of a turn and tells each message in words."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.engine.messages import StoredTurn, TurnNode
from app.models.conversation import Conversation, MessageRole, TurnState, duration, measures
from rxt.events import (
    AnswerFinished,
    MemoryWriting,
    MemoryWritten,
    TokenEmitted,
    TurnFailed,
    TurnMetrics,
    TurnStarted,
)
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


def test_that_only_the_answer_bears_what_became_of_it() -> None:
    conversation = started()
    conversation.apply((AnswerFinished(0, "length", "Hel"), TurnFailed(0, "writing", "It broke.")))
    roles = (MessageRole.CAPTION, MessageRole.ERROR)
    assert [[conversation.index(row).data(role) for role in roles] for row in (0, 1)] == [
        ["", ""], ["ended at the length limit", "It broke."],
    ]  # fmt: skip


def test_that_a_turn_under_way_says_so_under_its_answer() -> None:
    conversation = started()
    seen = [conversation.index(1).data(MessageRole.CAPTION)]
    for event in (TokenEmitted(0, 1, "Hel"), AnswerFinished(0, "eos", "Hello"), MemoryWriting(0)):
        conversation.apply((event,))
        seen.append(conversation.index(1).data(MessageRole.CAPTION))
    assert seen == ["reading…", "answering…", "answering…", "writing memory…"]


def test_that_a_turn_that_ends_with_the_next_one_in_a_batch_is_told() -> None:
    conversation = started()
    changed: list[int] = []
    conversation.dataChanged.connect(lambda first, last: changed.append(first.row()))
    conversation.apply((MemoryWritten(0, turn_record(0, "Hi", "Hello")), TurnStarted(1, "And?", 4)))
    assert changed == [1]


def test_that_a_turn_without_an_end_is_not_in_memory_once_the_next_begins() -> None:
    conversation = started()
    conversation.apply((TokenEmitted(0, 1, "Hel"), TurnStarted(1, "And?", 4)))
    assert [exchange.state for exchange in conversation.exchanges] == [TurnState.NOT_IN_MEMORY, TurnState.READING]
    assert conversation.last_reply == "Hel"


def test_that_words_before_the_first_turn_are_nobodys() -> None:
    conversation = Conversation()
    conversation.apply((TokenEmitted(0, 1, "late"),))
    assert conversation.is_empty


def test_that_a_stored_turn_that_failed_or_was_cut_says_so() -> None:
    conversation = Conversation()
    failed = StoredTurn("a", "A", "replied", None, "It broke.", 1, (1,), reason="stopped")
    cut = StoredTurn("b", "B", "remembered", turn_record(0, "b", "B", "length"), "", 2, (2,), "partly")
    conversation.open(1, "T", "", [failed, cut])
    assert [data(conversation, 1, role) for role in (MessageRole.ERROR, MessageRole.CAPTION, MessageRole.STATUS)] == [
        "It broke.", "stopped", "not",
    ]  # fmt: skip
    assert str(data(conversation, 3, MessageRole.CAPTION)).startswith("ended at the length limit · ")
    assert data(conversation, 3, MessageRole.STATUS) == "partly"


def test_that_a_forgotten_turn_is_not_in_memory_and_keeps_no_turn_number() -> None:
    conversation = started()
    conversation.apply((AnswerFinished(0, "stopped", "Hel"),))
    changed: list[int] = []
    conversation.dataChanged.connect(lambda first, last: changed.append(first.row()))
    assert conversation.abandon()
    assert (state(conversation), changed) == (TurnState.NOT_IN_MEMORY, [1])
    assert conversation.index(1).data(MessageRole.TURN) is None
    assert conversation.index(1).data(MessageRole.CAPTION) == "stopped"


def test_that_abandoning_leaves_finished_turns_alone() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [stored_turn(0, "a", "b")])
    assert not conversation.abandon()
    assert state(conversation) is TurnState.IN_MEMORY


def test_that_a_screen_reader_hears_who_speaks_and_what_became_of_it() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [stored_turn(0, "a", "b")])
    role = Qt.ItemDataRole.AccessibleTextRole
    assert conversation.index(0).data(role) == "You: a"
    assert conversation.index(1).data(role) == "Answer: b (in memory)"


def test_that_a_screen_reader_hears_what_failed_what_is_under_way_and_which_version_it_is() -> None:
    conversation = started()
    role = Qt.ItemDataRole.AccessibleTextRole
    assert conversation.index(1).data(role) == "Answer:  (reading)"
    conversation.apply((TokenEmitted(0, 1, "Hel"), TurnFailed(0, "answering", "It broke.")))
    assert conversation.index(1).data(role) == "Answer: Hel (It broke.)"
    conversation.show_path([saved(4, "a", "A", (2, 4))])
    assert conversation.index(1).data(role) == "Answer: A (in memory, version 2 of 2)"


@pytest.mark.parametrize(
    ("answer_s", "words"), [(0.021, "9,900 tok/s"), (9.011, "11 tok/s"), (99.011, "1.0 tok/s"), (247.511, "0.4 tok/s")]
)
def test_that_a_slow_model_is_not_said_to_stand_still(answer_s: float, words: str) -> None:
    assert words in measures(TurnMetrics(4, 100, 0.011, answer_s, 0.003))


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


def test_that_another_conversation_and_another_path_of_it_are_told_apart() -> None:
    conversation = Conversation()
    told: list[str] = []
    conversation.opened.connect(lambda: told.append("opened"))
    conversation.path_changed.connect(lambda: told.append("path"))
    conversation.open(7, "T", "Knight", [saved(1, "a", "A")])
    assert (conversation.id, conversation.title, conversation.origin, told) == (7, "T", "Knight", ["opened"])
    conversation.show_path([])
    assert (conversation.is_empty, told) == (True, ["opened", "path"])
    conversation.renumber(9)
    assert (conversation.id, conversation.title) == (9, "T")


def test_that_another_title_is_told_once() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [])
    told: list[str] = []
    conversation.renamed.connect(told.append)
    for title in ("T", "Knight", "Knight"):
        conversation.rename(title)
    assert (conversation.title, told) == ("Knight", ["Knight"])


def test_that_an_edited_answer_changes_only_its_rows() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [saved(1, "a", "A"), saved(2, "b", "B")])
    changed: list[tuple[int, int]] = []
    conversation.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    edited = dataclasses.replace(saved(1, "a", "Z"), memory="edited")
    conversation.show_path([edited, saved(2, "b", "B")])
    assert changed == [(0, 1)]
    assert (data(conversation, 1, MessageRole.STATUS), conversation.index(1).data()) == ("edited", "Z")


def test_that_a_running_turn_takes_its_id_and_versions_from_the_tree() -> None:
    conversation = Conversation()
    conversation.open(1, "T", "", [saved(1, "a", "A")])
    conversation.apply((TurnStarted(1, "b", 3),))
    assert data(conversation, 3, MessageRole.CAN_EDIT) is False
    changed: list[tuple[int, int]] = []
    conversation.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    conversation.follow_tree((node(1, None, "a"), node(2, 1, "x"), node(5, 1, "b")), (1, 5))
    assert changed == [(2, 3)]
    assert data(conversation, 2, MessageRole.TURN_ID) == 5
    assert data(conversation, 2, MessageRole.VERSION_IDS) == (2, 5)
    assert (data(conversation, 3, MessageRole.STATUS), data(conversation, 3, MessageRole.CAN_EDIT)) == (None, False)
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
    conversation.follow_tree((node(1, None, "a"), node(2, 1, "b"), node(3, 2, "c")), (3,))
    assert [exchange.id for exchange in conversation.exchanges] == [1, 0, 2]
