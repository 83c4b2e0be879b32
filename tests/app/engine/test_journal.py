"""Saving: what cannot be saved is told and stops nothing; what belongs together is saved together."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.engine import reports
from app.engine.commands import EditAnswer, ForgetTurn
from app.engine.engine import Engine
from app.engine.messages import Saving
from app.store.conversation_store import ConversationStore
from app.store.errors import NotWritableError
from rxt.events import MemoryWritten, Sampling
from tests.app.engine.fake_session import SHAPE, FakeLibrary, FakeModel
from tests.app.store.history import stored_bytes

if TYPE_CHECKING:
    from tests.app.engine.conftest import Desk


def _store(desk: Desk) -> ConversationStore:
    return desk.port._worker.engine._journal.store


def _once(verb: Any, error: Exception) -> Any:
    """The verb, but for its first call, which raises."""
    calls: list[None] = []

    def call(*args: Any, **named: Any) -> Any:
        calls.append(None)
        if len(calls) == 1:
            raise error
        return verb(*args, **named)

    return call


def _failing(*_: Any, **_named: Any) -> Any:
    """A verb of a store whose disk is full or gone."""
    raise NotWritableError("The disk is full.")


def _kept(store: ConversationStore, sha256: str) -> bool:
    return bool(store._db.read("SELECT 1 FROM memory WHERE sha256 = ? AND length(data) > 0", sha256))


def test_that_a_step_that_fails_unexpectedly_is_told_and_later_turns_are_saved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("one")
    monkeypatch.setattr(_store(desk), "reply", _once(_store(desk).reply, ValueError("odd")))
    desk.say("two")
    desk.say("three")
    assert desk.heard.about == [Saving.BEHIND]
    assert "ValueError: odd" in desk.heard.failed[0][1]
    number, memory = desk.opened.id, desk.behaviour.sessions[-1].memory.sha256
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.phase for turn in desk.opened.turns] == ["remembered"] * 3
    assert desk.behaviour.sessions[-1].memory.sha256 == memory


def test_that_a_chat_with_a_turn_that_was_never_saved_opens_before_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("one")
    memory = desk.behaviour.sessions[-1].memory.sha256
    monkeypatch.setattr(_store(desk), "remember", _once(_store(desk).remember, ValueError("odd")))
    desk.say("two")
    desk.say("three")
    number = desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.query for turn in desk.opened.turns] == ["one", "two"]
    assert [turn.phase for turn in desk.opened.turns] == ["remembered", "replied"]
    assert len(desk.opened.tree) == 3
    assert desk.behaviour.sessions[-1].memory.sha256 == memory
    assert "turn 2 could not be saved" in desk.heard.failed[-1][1]


def test_that_a_turn_whose_memory_waits_is_told_and_nothing_is_changed_until_it_is_saved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[frozenset[int]] = []
    desk.port.turns_unsaved.connect(told.append)
    desk.say("one")
    with monkeypatch.context() as full:
        full.setattr(_store(desk), "remember", _failing)
        desk.say("two")
        newest = desk.heard.trees[-1][1]
        assert newest is not None
        assert told == [frozenset({newest})]
        desk.port.edit_answer(newest, "other words")
        desk.port.forget_turn(newest)
        desk.rest()
        assert desk.heard.about == [Saving.BEHIND, EditAnswer(newest, "other words"), ForgetTurn(newest)]
        assert all("could not be saved" in message for _, message in desk.heard.failed[1:])
    desk.port.edit_answer(newest, "other words")  # there is room again
    desk.until(lambda: told[-1] == frozenset())
    turn = desk.heard.paths[-1].turns[-1]
    assert (turn.answer, turn.memory) == ("other words", "edited")
    assert turn.record is not None
    desk.port.forget_turn(newest)
    desk.rest()
    assert len(desk.heard.failed) == 3


def test_that_a_move_is_made_once_there_is_room_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.say("one")
    first = desk.heard.trees[-1][1]
    with monkeypatch.context() as full:
        full.setattr(_store(desk), "remember", _failing)
        desk.say("two")
        desk.port.go_to(first)
        desk.rest()
        assert desk.heard.failed[-1][0] == "This turn was not opened"
    desk.port.go_to(first)
    desk.rest()
    assert desk.heard.trees[-1][1] == first


def test_that_a_turn_of_which_a_part_will_never_be_saved_stays_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[frozenset[int]] = []
    desk.port.turns_unsaved.connect(told.append)
    monkeypatch.setattr(_store(desk), "remember", _once(_store(desk).remember, ValueError("odd")))
    desk.say("one")
    lost = desk.heard.trees[-1][1]
    desk.say("two")
    assert [len(turns) for turns in told] == [1]
    desk.port.go_to(lost)
    desk.rest()
    assert "could not be saved" in desk.heard.failed[-1][1]  # going there would lose the turn


def test_that_a_conversation_is_saved_with_its_first_question_or_not_at_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = _store(desk)
    begin = store.begin_turn
    monkeypatch.setattr(store, "begin_turn", _once(begin, NotWritableError("full")))
    rows: list[int] = []
    desk.behaviour.before_token = lambda number: rows.append(store._db.read("SELECT COUNT(*) FROM conversation")[0][0])
    desk.port.ask("one", Sampling(max_tokens=1))
    desk.rest()
    desk.behaviour.before_token = lambda number: None
    assert rows[0] == 0
    desk.say("two")
    assert [len(listed) for listed in desk.heard.conversations[-1:]] == [1]
    number = desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.query for turn in desk.opened.turns] == ["one", "two"]


def test_that_stored_chats_are_still_listed_and_opened_when_saving_was_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("one")
    kept = desk.opened.id
    desk.port.new_conversation(seed=1)
    desk.rest()
    monkeypatch.setattr("app.engine.journal.MAX_BACKLOG", 4)
    for verb in ("begin_turn", "reply", "remember"):
        monkeypatch.setattr(_store(desk), verb, _failing)
    for text in ("two", "three", "four"):
        desk.say(text)
    assert "Saving failed too often" in desk.heard.failed[-1][1]
    assert desk.heard.about == [Saving.BEHIND, Saving.ENDED]
    assert [line.id for line in desk.heard.conversations[-1]] == [kept]
    desk.port.new_conversation(seed=1)
    desk.rest()
    assert desk.opened.id < 0  # no stored conversation will ever have that number
    desk.port.open_conversation(kept)
    desk.rest()
    assert [turn.query for turn in desk.opened.turns] == ["one"]


def test_that_a_chat_whose_newest_turn_waits_to_be_saved_is_opened_and_exported_once_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as full:
        full.setattr(_store(desk), "remember", _failing)
        desk.say("one")
        number = desk.opened.id
        desk.port.new_conversation(seed=1)
        desk.port.open_conversation(number)
        desk.port.export_conversation(number, tmp_path / "chat.json")
        desk.rest()
        desk.until(lambda: len(desk.heard.failed) == 3)
    assert all("newest turns could not be saved yet" in words for _, words in desk.heard.failed[1:])
    assert not (tmp_path / "chat.json").exists()
    desk.port.open_conversation(number)
    desk.rest()
    assert [(turn.query, turn.phase) for turn in desk.opened.turns] == [("one", "remembered")]
    desk.say("two")
    desk.port.replay_conversation()
    desk.rest()
    assert desk.heard.checks[-1].agreeing == 2


def test_that_turns_that_were_saved_late_are_in_the_tree_in_their_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = _store(desk)
    begin = store.begin_turn
    monkeypatch.setattr(store, "begin_turn", _failing)
    desk.say("one")
    desk.behaviour.before_memory = lambda: monkeypatch.setattr(store, "begin_turn", begin)  # in the middle of a turn
    desk.say("two")
    nodes, tip = desk.heard.trees[-1]
    assert [(node.query, node.parent) for node in nodes] == [("one", None), ("two", nodes[0].id)]
    assert [node.id for node in nodes] == sorted(node.id for node in nodes)
    assert tip == nodes[-1].id


def test_that_no_turn_is_forgotten_while_a_later_one_is_not_saved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.say("one")
    first = desk.heard.trees[-1][1]
    assert first is not None
    monkeypatch.setattr(_store(desk), "begin_turn", _failing)
    desk.say("two")
    desk.port.forget_turn(first)
    desk.rest()
    title, words = desk.heard.failed[-1]
    assert title == "This turn was not forgotten"
    assert words.startswith("The newest turns of this chat could not be saved")


def test_that_the_window_hears_of_a_turn_that_a_click_has_saved_after_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("one")
    first = desk.heard.trees[-1][1]
    assert first is not None
    with monkeypatch.context() as full:
        full.setattr(_store(desk), "begin_turn", _failing)
        desk.say("two")
    told = len(desk.heard.trees)
    assert desk.heard.shown[-2:] == [(first, 0), (first, 0)]  # from when it began
    monkeypatch.setattr(_store(desk), "turn", _failing)
    desk.port.forget_turn(first)  # which cannot be read, but what waited was saved before
    desk.rest()
    assert [node.query for node in desk.heard.trees[-1][0]] == ["one", "two"]
    assert len(desk.heard.trees) > told
    assert desk.heard.shown[-1] == tuple(node.id for node in desk.heard.trees[-1][0])


def test_that_the_list_of_chats_stays_while_it_cannot_be_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.say("one")
    monkeypatch.setattr(_store(desk), "list", _failing)
    desk.say("two")
    assert [title for title, _ in desk.heard.failed] == ["Not saved"]
    assert [len(listed) for listed in desk.heard.conversations[-1:]] == [1]


def test_that_a_listener_that_fails_takes_no_turn_out_of_memory(tmp_path: Path) -> None:
    heard: list[reports.Report] = []

    def post(report: reports.Report) -> None:
        heard.append(report)
        if isinstance(report, MemoryWritten) and report.turn == 1:
            raise ValueError("the listener failed")

    library: Any = FakeLibrary
    engine = Engine(tmp_path, library, post)
    engine.start(None, None, seed=5)
    for text in ("one", "two", "three"):
        engine.ask(text, Sampling())
    assert [item.turn for item in heard if isinstance(item, MemoryWritten)] == [0, 1, 2]
    assert [turn.phase for turn in engine.dialogue.place.turns] == ["remembered"] * 3
    number, memory = engine.dialogue.conversation.id, engine.dialogue.place.session.memory.sha256
    engine.begin(0)
    engine.reopen(number)
    assert engine.dialogue.place.session.memory.sha256 == memory
    engine.close_store()


def test_that_nothing_is_written_past_a_file_that_took_the_place_of_the_database(desk: Desk, tmp_path: Path) -> None:
    desk.say("one")
    file, former = desk.data_dir / "conversations.sqlite", tmp_path / "former.sqlite"
    file.rename(former)
    ConversationStore(tmp_path / "other.sqlite").close()
    (tmp_path / "other.sqlite").rename(file)
    desk.say("two")
    title, words = desk.heard.failed[-1]
    assert title == "Not saved"
    assert "was replaced or moved away while Mneme ran" in words
    former.replace(file)
    desk.say("three")
    number = desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.query for turn in desk.opened.turns] == ["one", "two", "three"]


def test_that_a_database_of_a_newer_version_is_said_to_be_read_only_once(desk: Desk) -> None:
    desk.say("one")
    assert desk.port.shutdown()
    connection = sqlite3.connect(desk.data_dir / "conversations.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    desk.reopen()
    desk.say("two")
    assert [title for title, _ in desk.heard.failed] == ["Conversations are read-only"]
    assert desk.heard.about == [Saving.ENDED]
    assert "newer version" in desk.heard.failed[0][1]
    assert [line.turns for line in desk.heard.conversations[-1]] == [1]


def test_that_a_database_that_is_too_old_is_told_of_without_the_noise_of_a_fault(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.say("one")
    assert desk.port.shutdown()
    connection = sqlite3.connect(desk.data_dir / "conversations.sqlite")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    desk.reopen()
    desk.say("two")
    assert "format 1 is older" in desk.heard.failed[0][1]
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert ["format 1" in record.getMessage() for record in told] == [True]
    assert not any(record.exc_info for record in told)


def test_that_what_a_damaged_database_still_held_is_counted_in_words(desk: Desk) -> None:
    desk.say("one")
    desk.say("two")
    assert desk.port.shutdown()
    (desk.data_dir / "conversations.sqlite-suspect").touch()
    desk.reopen()
    title, words = desk.heard.failed[0]
    assert title == "Earlier conversations could not all be read"
    assert desk.heard.about == [None]  # this session is saved
    assert "2 turns of 1 chat." in words


def test_that_a_memory_that_was_thinned_out_is_kept_again_where_the_path_ends(desk: Desk) -> None:
    for text in ("one", "two", "three"):
        desk.say(text)
    ids = [node.id for node in desk.heard.trees[-1][0]]
    store = _store(desk)
    store.set_budget(0)
    record = store.turn(ids[1]).record
    assert record is not None
    assert not _kept(store, record.memory_after)
    desk.port.go_to(ids[1])
    desk.rest()
    assert _kept(store, record.memory_after)
    assert store.memory(record.memory_after)[1] == SHAPE
    desk.port.go_to(ids[2])
    desk.rest()
    desk.say("four")
    assert not _kept(store, record.memory_after)


def test_that_memories_of_a_large_model_have_more_room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.messages.ModelInfo.memory_bytes", 2**30)
    desk.port.load_model(None)
    desk.rest()
    assert _store(desk).budget_bytes == 64 * 2**30


def test_that_an_imported_chat_is_computed_only_once(desk: Desk, tmp_path: Path) -> None:
    for text in ("one", "two"):
        desk.say(text)
    file = tmp_path / "chat.json"
    desk.port.export_conversation(desk.opened.id, file)
    desk.rest()
    elsewhere = tmp_path / "elsewhere"
    assert desk.port.shutdown()
    desk.data_dir = elsewhere
    desk.reopen()
    replays: list[None] = []
    desk.behaviour.before_replay = lambda: replays.append(None)
    desk.port.import_conversation(file)
    desk.until(lambda: bool(desk.heard.conversations[-1]))
    number = desk.heard.conversations[-1][0].id
    for _ in range(2):
        desk.port.open_conversation(number)
        desk.rest()
        desk.port.new_conversation(0)
        desk.rest()
    assert len(replays) == 2
    assert stored_bytes(_store(desk)) == 2 * len(FakeModel("bundled").initial_memory(0).to_bytes())


def test_that_the_tree_ends_at_the_last_saved_turn_while_newer_ones_are_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("one")
    saved = desk.heard.trees[-1][1]
    monkeypatch.setattr(_store(desk), "begin_turn", _failing)
    for text in ("two", "three"):
        desk.say(text)
        nodes, tip = desk.heard.trees[-1]
        assert ([node.query for node in nodes], tip) == (["one"], saved)
