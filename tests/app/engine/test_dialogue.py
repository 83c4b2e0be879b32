"""The open conversation without a thread: where its path ends, what goes back, and what waits to be saved."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.engine import reports
from app.engine.engine import Engine
from app.engine.refusal import RefusedError
from app.store.conversation_store import ConversationStore
from app.store.errors import NotWritableError, StoreError
from rxt.events import Sampling
from tests.app.engine.fake_session import Behaviour, FakeLibrary, interaction, updated

WARM = Sampling(temperature=1.0)


@pytest.fixture
def heard() -> list[Any]:
    return []


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def engine(tmp_path: Path, heard: list[Any], behaviour: Behaviour) -> Iterator[Engine]:
    library: Any = FakeLibrary(behaviour)
    engine = Engine(tmp_path, lambda: library, heard.append)
    engine.start(None, None, seed=5)
    yield engine
    engine.close_store()


def _say(engine: Engine, *texts: str) -> list[int]:
    """Whole turns; the ids of the path."""
    for text in texts:
        engine.ask(text, Sampling())
    return _ids(engine)


def _ids(engine: Engine) -> list[int]:
    return [turn.id for turn in engine.dialogue.place.turns]


def _store(engine: Engine) -> ConversationStore:
    return engine._journal.store


def _full(*_: Any, **_named: Any) -> Any:
    """A verb of a store whose disk is full."""
    raise NotWritableError("The disk is full.")


def _odd(*_: Any, **_named: Any) -> Any:
    """A verb of a store that fails for good."""
    raise ValueError("odd")


def _last(heard: list[Any], kind: type) -> Any:
    return [item for item in heard if isinstance(item, kind)][-1]


def _reader_after(engine: Engine, folder: Path, heard: list[Any]) -> Engine:
    """One that may only read what the former has left: the database is of a newer version."""
    engine.close_store()
    with closing(sqlite3.connect(folder / "conversations.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
    library: Any = FakeLibrary()
    reader = Engine(folder, lambda: library, heard.append)
    reader.start(None, None, seed=5)
    return reader


# paths


def test_that_a_rejected_text_leaves_the_place_where_the_next_start_opens(engine: Engine) -> None:
    ids = _say(engine, "one", "two", "three")
    engine.dialogue.ask_after(ids[0], "  ", Sampling())
    number = engine.dialogue.conversation.id
    engine.begin(0)
    engine.reopen(number)
    assert _ids(engine) == ids


def test_that_a_turn_in_the_middle_of_a_long_chat_is_forgotten_and_no_other(engine: Engine) -> None:
    ids = _say(engine, *(f"turn {number}" for number in range(12)))
    engine.dialogue.forget_turn(ids[2])
    shown = engine.dialogue.place.turns
    assert [turn.query for turn in shown] == [f"turn {number}" for number in range(12)]
    assert [turn.memory == "not" for turn in shown] == [number == 2 for number in range(12)]
    memory = engine.dialogue.conversation.initial
    for text in (f"turn {number}" for number in range(12) if number != 2):
        memory = updated(memory, interaction(text, text))  # type: ignore[arg-type]
    assert engine.dialogue.place.session.memory.sha256 == memory.sha256


def test_that_a_text_that_the_model_failed_to_read_leaves_no_version_to_go_to(
    engine: Engine, heard: list[Any], behaviour: Behaviour
) -> None:
    def fail(number: int) -> None:
        raise RuntimeError("the model failed")

    (first,) = _say(engine, "one")
    behaviour.before_token = fail
    _say(engine, "two")
    assert _last(heard, reports.TurnRejected).text == "two"
    behaviour.before_token = lambda number: None
    engine.dialogue.show_branch(first)
    assert [node.id for node in _last(heard, reports.TreeChanged).nodes] == _ids(engine) == [first]
    second = _say(engine, "three")[-1]
    assert engine.dialogue.place.turns[-1].versions == (second,)


def test_that_a_new_question_for_a_turn_that_is_not_there_goes_back(engine: Engine, heard: list[Any]) -> None:
    ids = _say(engine, "one")
    engine.dialogue.edit_query(999, "what I typed", Sampling())
    rejected = _last(heard, reports.TurnRejected)
    assert rejected.text == "what I typed"
    assert "does not belong to the open conversation" in rejected.message
    assert _ids(engine) == ids


def test_that_the_answer_is_said_to_be_the_same_only_where_it_is(engine: Engine, heard: list[Any]) -> None:
    engine.ask("roll a die", WARM)
    engine.dialogue.regenerate(_ids(engine)[0], Sampling())
    assert not any(isinstance(item, reports.Noted) for item in heard)
    engine.dialogue.regenerate(_ids(engine)[0], Sampling())
    assert _last(heard, reports.Noted).title == "The same answer"


def test_that_the_date_of_a_turn_is_that_of_its_beginning(
    engine: Engine, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(100, 200))
    monkeypatch.setattr("app.engine.dialogue.time.time", lambda: float(next(moments)))
    _say(engine, "one")
    dates = [item.nodes[0].created for item in heard if isinstance(item, reports.TreeChanged) and item.nodes]
    assert len(dates) > 1
    assert len(set(dates)) == 1


# what a conversation is when it is opened again


def test_that_a_chat_from_a_memory_is_the_same_when_it_is_opened_again(engine: Engine, heard: list[Any]) -> None:
    _say(engine, "one", "two")
    path = engine.memories._paths.snapshots_dir / "alice.safetensors"
    engine.memories.save(path, "Alice", "")
    engine.memories.open(path)
    _say(engine, "three")
    number = engine.dialogue.conversation.id
    engine.chats.set_pinned(number, True)
    engine.begin(0)
    engine.reopen(number)
    opened = _last(heard, reports.ConversationOpened).conversation
    assert (opened.origin, opened.pinned, opened.initial_seed) == ("Alice", True, None)
    engine.memories.save(path.with_name("later.safetensors"), "Later", "")
    assert _last(heard, reports.SnapshotSaved).snapshot.turns == 3
    engine.memories.save(path.with_name("earlier.safetensors"), "Earlier", "", _ids(engine)[0])
    assert _last(heard, reports.SnapshotSaved).snapshot.turns == 3


def test_that_an_unnamed_memory_is_called_like_its_file(engine: Engine, heard: list[Any]) -> None:
    path = engine.memories._paths.snapshots_dir / "alice.safetensors"
    engine.memories.save(path, "", "")
    engine.memories.open(path)
    assert _last(heard, reports.ConversationOpened).conversation.origin == "alice"


def test_that_the_seed_zero_is_a_seed(engine: Engine, heard: list[Any]) -> None:
    engine.begin(0)
    assert _last(heard, reports.ConversationOpened).conversation.initial_seed == 0


def test_that_a_turn_that_failed_still_says_why_when_it_is_opened_again(engine: Engine, behaviour: Behaviour) -> None:
    def fail() -> None:
        raise ValueError("no memory")

    behaviour.before_memory = fail
    _say(engine, "one")
    number = engine.dialogue.conversation.id
    engine.begin(0)
    engine.reopen(number)
    (turn,) = engine.dialogue.place.turns
    assert (turn.phase, turn.memory) == ("replied", "not")
    assert "no memory" in turn.error


@pytest.mark.parametrize("moment", [0, 1])
def test_that_a_chat_that_cannot_be_read_now_is_not_opened_at_an_earlier_turn(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    ids = _say(engine, "one", "two", "three", "four")
    number = engine.dialogue.conversation.id
    with closing(sqlite3.connect(_store(engine).file)) as database, database:
        database.execute("UPDATE turn SET metrics = 'nonsense' WHERE id = ?", (ids[3],))
    engine.begin(0)
    path, calls = _store(engine).path, count()

    def busy(turn: int | None) -> Any:
        return _full() if next(calls) == moment else path(turn)

    with monkeypatch.context() as locked:
        locked.setattr(_store(engine), "path", busy)
        with pytest.raises(NotWritableError):
            engine.reopen(number)
    engine.reopen(number)
    assert _ids(engine) == ids[:3]


# what waits to be saved


def test_that_a_new_chat_has_another_number_than_one_that_waits_to_be_saved(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(_store(engine), "begin_turn", _full)
        _say(engine, "one")
        waiting = engine.dialogue.conversation.id
        engine.begin(0)
        assert engine.dialogue.conversation.id > waiting
        engine.begin(0)
        _say(engine, "two")
    engine.finish()
    assert [line.title for line in engine._journal.list()] == ["two", "one"]


def test_that_another_chat_is_opened_while_one_waits_to_be_saved(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _say(engine, "one")
    first = engine.dialogue.conversation.id
    engine.begin(0)
    monkeypatch.setattr(_store(engine), "remember", _full)
    _say(engine, "two")
    second = engine.dialogue.conversation.id
    engine.reopen(first)
    assert _ids(engine) == ids
    with pytest.raises(RefusedError, match="could not be saved yet"):
        engine.reopen(second)


def test_that_a_place_that_waits_to_be_saved_is_one_of_its_own_chat(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _say(engine, "one", "two")
    first = engine.dialogue.conversation.id
    engine.begin(0)
    _say(engine, "three")
    second = engine.dialogue.conversation.id
    engine.reopen(first)
    monkeypatch.setattr(_store(engine), "set_tip", _full)
    engine.dialogue.go_to(ids[0])
    engine.reopen(second)
    with pytest.raises(RefusedError, match="could not be saved yet"):
        engine.reopen(first)  # it would open where it was left before


def test_that_an_answer_that_streams_for_long_does_not_end_saving(
    engine: Engine, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.turn.DRAFT_S", 0.0)
    monkeypatch.setattr("app.engine.journal.MAX_BACKLOG", 4)
    with monkeypatch.context() as full:
        full.setattr(_store(engine), "begin_turn", _full)
        _say(engine, "a b c d e f g h")
    engine.finish()
    assert [item.title for item in heard if isinstance(item, reports.Failed)] == ["Not saved"]
    (line,) = engine._journal.list()
    assert line.title == "a b c d e f g h"


def test_that_saving_that_fails_again_is_told_again(
    engine: Engine, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("one", "two"):
        with monkeypatch.context() as full:
            full.setattr(_store(engine), "remember", _full)
            _say(engine, text)
        engine.finish()
    assert [item.title for item in heard if isinstance(item, reports.Failed)] == ["Not saved"] * 2


def test_that_nothing_of_what_waited_is_saved_once_saving_was_given_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = _say(engine, "one")
    monkeypatch.setattr("app.engine.journal.MAX_BACKLOG", 2)
    with monkeypatch.context() as full:
        full.setattr(_store(engine), "remember", _full)
        _say(engine, "two", "three")
    lost = engine.unsaved
    engine.finish()
    turns = _store(engine).turns(engine.dialogue.conversation.id)
    assert [turn.phase for turn in turns] == ["remembered", "replied"]  # newer steps make no sense without the oldest
    assert engine.unsaved == lost
    assert len(lost) == 1
    assert kept not in lost


@pytest.mark.parametrize("verb", ["reply", "fail"])
def test_that_a_turn_of_which_any_part_was_not_saved_is_told(
    engine: Engine, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    def fail() -> None:
        raise ValueError("no memory")

    behaviour.before_memory = fail
    monkeypatch.setattr(_store(engine), verb, _odd)
    ids = _say(engine, "one")
    assert engine.unsaved == frozenset(ids)


def test_that_deleted_chats_are_listed_where_nothing_can_be_written(
    engine: Engine, tmp_path: Path, heard: list[Any]
) -> None:
    _say(engine, "one")
    number = engine.dialogue.conversation.id
    engine.chats.delete(number)
    reader = _reader_after(engine, tmp_path, heard)
    assert [line.id for line in _last(heard, reports.DeletedListed).conversations] == [number]
    reader.close_store()


def test_that_a_chat_is_found_by_its_title_alone(engine: Engine, heard: list[Any]) -> None:
    _say(engine, "one")
    engine.chats.rename(engine.dialogue.conversation.id, "About knights")
    engine.chats.search("knights")
    (line,) = _last(heard, reports.ConversationsFound).conversations
    assert (line.title, line.snippet) == ("About knights", "")


# the list


def test_that_an_empty_chat_is_not_pinned_and_one_that_is_stays_so_on_every_path(
    engine: Engine, heard: list[Any]
) -> None:
    number = engine.dialogue.conversation.id
    with pytest.raises(RefusedError, match="say something first"):
        engine.chats.set_pinned(number, True)
    _say(engine, "one", "two")
    engine.chats.set_pinned(number, True)
    (line,) = _last(heard, reports.ConversationsListed).conversations
    assert (line.pinned, line.fingerprint) == (True, engine.dialogue.loaded.info.fingerprint)
    engine.dialogue.go_to(None)
    assert _last(heard, reports.PathChanged).conversation.pinned


def test_that_half_of_a_character_is_replaced_before_anything_is_shown_or_saved(engine: Engine) -> None:
    (turn,) = _say(engine, "a\ud800")
    assert engine.dialogue.place.turns[0].query == "a\ufffd"
    engine.dialogue.edit_answer(turn, "b\udfff")
    assert engine.dialogue.place.turns[0].answer == _store(engine).turn(turn).answer == "b\ufffd"
    engine.chats.rename(engine.dialogue.conversation.id, " c\ud800\n d ")
    assert engine.dialogue.conversation.title == "c\ufffd d"


# memories that are computed again


def _change(engine: Engine, statement: str, *values: object) -> None:
    """As another program may change the database."""
    with closing(sqlite3.connect(_store(engine).file)) as database, database:
        database.execute(statement, values)


def _check(engine: Engine, heard: list[Any]) -> tuple[int, int, int | None]:
    engine.dialogue.replay()
    found = _last(heard, reports.ReplayChecked).check
    return found.turns, found.agreeing, found.first_difference


def test_that_a_first_memory_that_is_not_the_one_of_its_seed_is_found(engine: Engine, heard: list[Any]) -> None:
    _say(engine, "one", "two")
    _change(engine, "UPDATE conversation SET initial_seed = 6")
    number = engine.dialogue.conversation.id
    engine.begin(0)
    engine.reopen(number)
    assert _check(engine, heard) == (2, 2, -1)


def test_that_a_first_memory_is_not_made_from_another_seed(engine: Engine) -> None:
    _say(engine, "one")
    number = engine.dialogue.conversation.id
    _change(engine, "UPDATE memory SET data = x'00'")
    _change(engine, "UPDATE conversation SET initial_seed = 6")
    engine.begin(0)
    with pytest.raises(StoreError):
        engine.reopen(number)


def test_that_a_turn_as_long_as_the_model_reads_is_computed_again(engine: Engine, behaviour: Behaviour) -> None:
    behaviour.words = ["y" * 32]
    (turn,) = _say(engine, "x" * 31)
    record = engine.dialogue.place.turns[0].record
    assert record is not None
    assert len(record.interaction_ids) == engine.dialogue.loaded.info.interaction_length
    _change(engine, "DELETE FROM memory WHERE sha256 = ?", record.memory_after)
    number = engine.dialogue.conversation.id
    engine.begin(0)
    engine.reopen(number)
    assert _ids(engine) == [turn]


def test_that_every_so_many_turns_a_memory_that_was_computed_is_kept(
    engine: Engine, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.memory_path.KEEP_EVERY", 2)
    _say(engine, "one", "two", "three", "four")
    number, replays = engine.dialogue.conversation.id, list[None]()
    behaviour.before_replay = lambda: replays.append(None)
    hashes = [turn.record.memory_after for turn in _store(engine).turns(number) if turn.record is not None]
    for lost in (hashes[1:], hashes[2:]):
        engine.begin(0)
        for memory in lost:
            _change(engine, "DELETE FROM memory WHERE sha256 = ?", memory)
        engine.reopen(number)
    assert len(replays) == 3 + 2  # the second time from the second turn on


def test_that_a_chat_is_computed_again_where_nothing_can_be_written(
    engine: Engine, tmp_path: Path, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.memory_path.KEEP_EVERY", 1)
    ids, number = _say(engine, "one", "two"), engine.dialogue.conversation.id
    _change(engine, "UPDATE memory SET data = x''")  # the first one is made from its seed
    reader = _reader_after(engine, tmp_path, heard)
    reader.reopen(number)
    assert _ids(reader) == ids
    reader.close_store()
