"""A conversation as a file: complete and the same after a round trip, harmless to read, refused by the field's name."""

from __future__ import annotations

import copy
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.exchange.document import ExchangedConversation, ExchangeError, to_json
from app.engine.exchange.pages import to_html, to_markdown
from app.engine.exchange.reader import from_json
from app.engine.exchange.stored import added, exchanged, with_branches
from app.models.message_limit import LONGEST_MESSAGE
from app.store.conversation_store import ConversationStore
from app.store.errors import StoreError
from rxt.events import Sampling
from tests.app.engine.conftest import Desk
from tests.app.engine.fake_session import SHAPE, FakeMemory, FakeModel, make_record
from tests.app.store.history import stored_bytes

HOSTILE = (
    "<script>alert(1)</script> **b** [x](javascript:y) \x00\x1b[31m \u202e\"'&amp; \u2028 # h\n# head\n    code\n1. one"
)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = ConversationStore(tmp_path / "conversations.sqlite")
    yield store
    store.close()


def conversation(store: ConversationStore, *texts: str) -> int:
    """A stored conversation: each text was asked and answered, and after the first turn there is a second branch."""
    memory = FakeModel("m").initial_memory(3)
    number = store.create(
        title=texts[0], model="m", fingerprint="f" * 64, shape=SHAPE, memory=memory.to_bytes(), seed=3, origin=""
    )
    turns: list[int] = []
    for count, text in enumerate(texts):
        memory = _remember(store, number, count, text, memory, turns)
    pending = store.begin_turn(number, 1, f"branch {HOSTILE}", Sampling(seed=4), _after(store, turns[0]), turns[0])
    store.draft(pending, "half an ans")
    replied = store.begin_turn(number, 1, "forgotten", Sampling(), _after(store, turns[0]), turns[0])
    store.reply(replied, "gone", "stopped")
    store.fail(replied, "The model failed.")
    store.edit_answer(turns[-1], "edited answer")
    store.set_tip(number, turns[-1])
    return number


def _remember(
    store: ConversationStore, number: int, count: int, text: str, before: FakeMemory, turns: list[int]
) -> FakeMemory:
    turn = store.begin_turn(number, count, text, Sampling(), before.sha256, turns[-1] if turns else None)
    after = FakeMemory(before.values + 1)
    record = make_record(count, text, f"answer to {text}", "eos", Sampling(), before, after)
    store.reply(turn, record.answer, "eos")
    store.remember(turn, record, after.to_bytes(), SHAPE)
    turns.append(turn)
    return after


def _after(store: ConversationStore, turn: int) -> str:
    record = store.turn(turn).record
    assert record is not None
    return record.memory_after


def plain(found: ExchangedConversation) -> dict[str, Any]:
    """The file as plain values, with the ids numbered from 0 and without the clock."""
    document = json.loads(to_json(found))
    names = {turn["id"]: number for number, turn in enumerate(document["turns"])} | {None: None}
    document["tip"] = names[document["tip"]]
    document.pop("created")
    for turn in document["turns"]:
        turn["id"], turn["parent"] = names[turn["id"]], names[turn["parent"]]
        turn.pop("created")
    return document


def test_that_a_conversation_is_the_same_after_a_round_trip_through_a_file(store: ConversationStore) -> None:
    number = conversation(store, HOSTILE, "two", "three")
    written = exchanged(store, number)
    read = from_json(to_json(written))
    assert plain(read) == plain(written)
    again = added(store, read)
    assert again != number
    assert plain(exchanged(store, again)) == plain(written)


def test_that_a_title_as_long_as_its_field_and_an_answer_without_an_ending_come_back(store: ConversationStore) -> None:
    number = conversation(store, "one")
    store.rename(number, "x" * 32_767)
    left = store.begin_turn(number, 1, "and then?", Sampling(), _after(store, store.turns(number)[0].id))
    store.reply(left, "then", "eos")
    store._db.connection.execute("UPDATE turn SET reason = NULL WHERE id = ?", (left,))  # as a salvage may leave it
    again = added(store, from_json(to_json(exchanged(store, number))))
    assert store.conversation(again).title == "x" * 32_767
    assert [(turn.answer, turn.reason) for turn in store.turns(again)][-1] == ("then", "stopped")


def test_that_an_import_brings_every_hash_and_no_memory_but_the_first(store: ConversationStore, tmp_path: Path) -> None:
    number = conversation(store, "one", "two", "three")
    elsewhere = ConversationStore(tmp_path / "elsewhere.sqlite")
    again = added(elsewhere, from_json(to_json(exchanged(store, number))))
    for turn in elsewhere.path(elsewhere.conversation(again).tip):
        assert turn.record is not None
        with pytest.raises(StoreError, match="computed again"):
            elsewhere.memory(turn.record.memory_after)
    assert stored_bytes(elsewhere) == 4 * SHAPE[0] * SHAPE[1] * SHAPE[2]
    elsewhere.close()


def test_that_an_import_that_fails_half_way_leaves_nothing(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = from_json(to_json(exchanged(store, conversation(store, "one", "two"))))
    before = store.list()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(store, "edit_answer", fail)
    with pytest.raises(OSError, match="disk full"):
        added(store, document)
    assert store.list() == before


def test_that_an_imported_turn_keeps_its_date_and_stays_forgotten(store: ConversationStore) -> None:
    number = conversation(store, "one", "two")
    first = store.turns(number)[0]
    copied = store.copy_turn(first.id, None, number=0, memory_before=first.memory_before, forgotten=True)
    dates = [turn.created for turn in store.turns(number)]
    store._clock = store._writer._clock = lambda: 5.0
    again = added(store, from_json(to_json(exchanged(store, number))))
    turns = store.turns(again)
    assert [turn.created for turn in turns] == dates
    assert [turn.forgotten for turn in turns] == [turn.id == copied for turn in store.turns(number)]
    assert [node.forgotten for node in store.tree(again)] == [turn.forgotten for turn in turns]


def test_that_a_file_says_of_each_turn_whether_it_was_forgotten(document: dict[str, Any]) -> None:
    turns = [{name: value for name, value in turn.items() if name != "forgotten"} for turn in document["turns"]]
    assert "forgotten" in refused(document | {"turns": turns})
    assert "forgotten" in refused(
        _with(document, ("turns", 0, "forgotten"), lambda at, step: at.update(forgotten=True))
    )


@pytest.mark.parametrize("version", [1, 3])
def test_that_a_file_of_another_version_is_refused(document: dict[str, Any], version: int) -> None:
    words = refused(document | {"version": version})
    assert words == f"The file has format version {version}; this version of Mneme reads version 2."


# pages


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_that_the_page_loads_nothing_runs_nothing_and_shows_what_was_said(store: ConversationStore) -> None:
    page = to_html(exchanged(store, conversation(store, HOSTILE, "two"))).decode()
    reader = _Reader()
    reader.feed(page)
    names = {tag for tag, _ in reader.tags}
    assert names <= {"html", "head", "meta", "title", "style", "body", "h1", "p", "em"}
    policy = next(
        attrs["content"] for tag, attrs in reader.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert "default-src 'none'" in policy
    assert not any(name.startswith("on") or name in ("src", "href") for _, attrs in reader.tags for name in attrs)
    assert "<script>alert(1)</script>" in "".join(reader.words)
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", page)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("<b>x</b>", r"\<b\>x\</b\>"),
        ("# no heading", r"\# no heading"),
        ("1. no list", r"1\. no list"),
        ("- no list", r"\- no list"),
        ("    no code", "\u00a0\u00a0\u00a0\u00a0no code"),
        ("[x](javascript:y)", r"\[x\](javascript:y)"),
        ("*a* _b_ `c`", r"\*a\* \_b\_ \`c\`"),
        ("It costs 5. Yes.", "It costs 5. Yes."),
        ("one\ntwo\n\nthree\n\n\nfour\n", "one\\\n> two\n> \n> three\n> \n> \n> four\n> "),
    ],
)
def test_that_markdown_shows_what_was_said_and_not_what_it_would_mean(
    store: ConversationStore, said: str, written: str
) -> None:
    page = to_markdown(exchanged(store, conversation(store, said))).decode()
    assert f"> {written}\n" in page


def test_that_a_page_shows_the_open_path_only(store: ConversationStore) -> None:
    found = exchanged(store, conversation(store, "one", "two"))
    for page in (to_markdown(found).decode(), to_html(found).decode()):
        assert "two" in page
        assert "edited answer" in page
        assert "forgotten" not in page


@pytest.mark.usefixtures("tokyo")
def test_that_a_page_has_the_day_on_which_the_chat_began_where_the_person_is(store: ConversationStore) -> None:
    began = datetime.fromisoformat("2026-03-01T23:00:00+00:00").timestamp()
    found = replace(exchanged(store, conversation(store, "one")), created=began)
    for page in (to_markdown(found).decode(), to_html(found).decode()):
        assert "2026-03-02" in page


@pytest.mark.parametrize("began", [1e300, 1e12, 253_402_300_799.0])
@pytest.mark.usefixtures("tokyo")  # where the last of these, the end of the year 9999 in UTC, is no date
def test_that_a_page_of_a_chat_that_began_at_no_date_has_no_day(store: ConversationStore, began: float) -> None:
    found = replace(exchanged(store, conversation(store, "one")), created=began)
    for page in (to_markdown(found).decode(), to_html(found).decode()):
        assert re.search(r"memory of 2\u00a0×\u00a03\u00a0×\u00a04$", page.replace("</p>", ""), re.MULTILINE)


# what is read


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    store = ConversationStore(tmp_path_factory.mktemp("store") / "c.sqlite")
    found: dict[str, Any] = json.loads(to_json(exchanged(store, conversation(store, "one", "two"))))
    store.close()
    return found


def refused(data: bytes | dict[str, Any]) -> str:
    with pytest.raises(ExchangeError) as caught:
        from_json(data if isinstance(data, bytes) else json.dumps(data).encode())
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not valid JSON"),
        (b"\xff{}", "UTF-8"),
        (b"[]", "should be an object"),
        (b"{}", "not a conversation that was exported here"),
        (b'{"format": "mneme-conversation", "format": "x"}', "'format' appears twice"),
        (b"{" + b"".join(b'"%d": 0, ' % name for name in range(200_000)) + b'"7": 0}', "'7' appears twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "not a conversation"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 9_000_000, "more parts than any chat"),
        (b"[" + b"1," * 9_000_000 + b"1]", "more parts than any chat"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON that can be read"),
        (b'{"format": "mneme-conversation", "version": 99}', "version 99"),
    ],
)
def test_that_what_is_no_conversation_is_refused_with_the_reason(data: bytes, words: str) -> None:
    assert words in refused(data)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all members and to the first item of each array."""
    found = [path] if path else []
    if isinstance(value, dict):
        for name, below in value.items():
            found += _paths(below, (*path, name))
    elif isinstance(value, list) and value:
        found += _paths(value[0], (*path, 0))
    return found


def _with(document: dict[str, Any], path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    result = copy.deepcopy(document)
    at: Any = result
    for step in path[:-1]:
        at = at[step]
    change(at, path[-1])
    return result


def test_that_every_field_is_missed_and_every_wrong_kind_refused_by_name(document: dict[str, Any]) -> None:
    for path in _paths(document):
        name = next(step for step in reversed(path) if isinstance(step, str))
        for wrong in ({"x": 1}, [[]], True if name != "per_slot" else 1):
            words = refused(_with(document, path, lambda at, step, wrong=wrong: at.__setitem__(step, wrong)))
            if name not in ("format", "version"):
                assert name in words, (path, wrong, words)
        if isinstance(path[-1], str):
            words = refused(_with(document, path, lambda at, step: at.pop(step)))
            assert name == "format" or name in words


def test_that_turns_must_join(document: dict[str, Any]) -> None:
    def change(**values: Any) -> str:
        return refused(_with(document, ("turns", 1), lambda at, step: at[step].update(values)))

    assert "turns[1].parent names turn 99" in change(parent=99)
    assert "turns[1].id" in change(id=document["turns"][0]["id"])
    assert "turns[1] is turn 1 in memory" in change(parent=None)
    record = document["turns"][1]["record"]
    assert "another memory" in change(record=record | {"memory_before": "0" * 64})
    assert "turns[1].record.norm" in change(record=record | {"norm": record["norm"][:-4]})
    assert "tip names turn 12345" in refused(document | {"tip": 12345})


def test_that_a_text_longer_than_any_message_and_turns_without_end_are_refused(document: dict[str, Any]) -> None:
    def put(at: Any, step: Any) -> None:
        at[step] = "x" * (LONGEST_MESSAGE + 1)

    assert "turns[0].answer has 200,001 characters" in refused(_with(document, ("turns", 0, "answer"), put))
    memory = document["initial_memory"]
    assert "initial_memory.origin_turns" in refused(document | {"initial_memory": memory | {"origin_turns": 10**30}})
    assert "initial_memory.origin_turns" in refused(document | {"initial_memory": memory | {"origin_turns": 10**10}})


def test_that_a_first_memory_that_is_not_its_own_is_refused(document: dict[str, Any]) -> None:
    memory = document["initial_memory"]
    flipped = ("B" if memory["data"][0] == "A" else "A") + memory["data"][1:]
    words = refused(document | {"initial_memory": memory | {"data": flipped}})
    assert "initial_memory.data" in words


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_that_a_mutated_file_is_refused_or_read(document: dict[str, Any], data: st.DataObject) -> None:
    text = bytearray(json.dumps(document).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        found = from_json(bytes(text))
    except ExchangeError:
        return
    assert found.shape == SHAPE


# through the port


def _exported(desk: Desk, path: Path) -> Path:
    told: list[Path] = []
    desk.port.exported.connect(told.append)
    desk.port.export_conversation(desk.opened.id, path)
    desk.until(lambda: told == [path] or bool(desk.heard.failed))
    return path


@pytest.mark.parametrize("suffix", [".md", ".html", ".json"])
def test_that_the_open_chat_is_exported_by_the_ending_of_its_file(desk: Desk, tmp_path: Path, suffix: str) -> None:
    desk.say("My name is Alice")
    assert "My name is Alice" in _exported(desk, tmp_path / f"chat{suffix}").read_text(encoding="utf-8")


def test_that_another_ending_is_refused_and_the_file_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    desk.say("hello")
    path = tmp_path / "conversations.sqlite"
    path.write_text("precious")
    _exported(desk, path)
    assert path.read_text() == "precious"
    assert desk.heard.failed[-1][0] == "This chat was not exported"


def test_that_an_imported_chat_is_listed_and_a_broken_one_named(desk: Desk, tmp_path: Path) -> None:
    desk.say("My name is Alice")
    path = _exported(desk, tmp_path / "chat.json")
    told: list[tuple[int, str]] = []
    desk.port.conversation_imported.connect(lambda *words: told.append(words))
    desk.port.import_conversation(path)
    desk.until(lambda: bool(told))
    desk.until(lambda: told[0][0] in [line.id for line in desk.heard.conversations[-1]])
    path.write_text(path.read_text().replace('"phase": "remembered"', '"phase": "maybe"'))
    desk.port.import_conversation(path)
    desk.until(lambda: bool(desk.heard.failed))
    assert "turns[0].phase should be one of" in desk.heard.failed[-1][1]


def test_that_an_import_takes_no_number_from_the_empty_chat_that_is_open(desk: Desk, tmp_path: Path) -> None:
    desk.say("My name is Alice")
    path = _exported(desk, tmp_path / "chat.json")
    desk.port.new_conversation(seed=1)
    desk.rest()
    imported: list[int] = []
    renumbered: list[tuple[int, int]] = []
    desk.port.conversation_imported.connect(lambda number, _title: imported.append(number))
    desk.port.conversation_renumbered.connect(lambda *numbers: renumbered.append(numbers))
    announced = desk.opened.id
    desk.port.import_conversation(path)
    desk.until(lambda: bool(renumbered))
    assert imported == [announced]
    ((former, number),) = renumbered
    assert former == announced
    assert number not in [line.id for line in desk.heard.conversations[-1]]
    desk.port.rename_conversation(announced, "The imported one")
    desk.port.delete_conversation(announced)
    desk.until(lambda: announced not in [line.id for line in desk.heard.conversations[-1]])
    desk.port.restore_conversation(announced)
    desk.say("something else")
    titles = {line.id: line.title for line in desk.heard.conversations[-1]}
    assert titles[announced] == "The imported one"
    assert titles[number] == "something else"


def test_that_an_import_of_another_model_is_listed_and_not_opened(desk: Desk, tmp_path: Path) -> None:
    desk.say("hello")
    path = _exported(desk, tmp_path / "chat.json")
    path.write_text(path.read_text().replace(desk.port.model.fingerprint if desk.port.model else "", "e" * 64))
    told: list[int] = []
    desk.port.conversation_imported.connect(lambda number, _title: told.append(number))
    desk.port.import_conversation(path)
    desk.until(lambda: bool(told))
    desk.port.open_conversation(told[0])
    desk.rest()
    assert [words for words in desk.heard.refused if words[0] == told[0]]


def _of_a_former_version(desk: Desk) -> int:
    """A chat with two branches, whose model is not the one that is loaded; the chat that is open is another."""
    desk.say("My name is Alice")
    number, first = desk.opened.id, desk.heard.trees[-1][1]
    desk.say("I live in Tokyo")
    desk.port.ask_after(first, "I live in Paris", Sampling())
    desk.rest()
    with closing(sqlite3.connect(desk.data_dir / "conversations.sqlite")) as connection:
        connection.execute("UPDATE conversation SET fingerprint = ?", ("e" * 64,))
        connection.commit()
    desk.reopen()
    return number


@pytest.mark.parametrize("suffix", [".md", ".html"])
def test_that_a_page_of_a_chat_of_a_former_version_has_every_branch(desk: Desk, tmp_path: Path, suffix: str) -> None:
    number = _of_a_former_version(desk)
    page = tmp_path / f"chat{suffix}"
    desk.port.export_conversation(number, page)
    desk.until(page.exists)
    words = page.read_text(encoding="utf-8")
    path, _, apart = words.partition("Other branches")
    assert "I live in Paris" in path
    assert "I live in Tokyo" in apart
    assert "after “My name is Alice”" in apart


def test_that_a_chat_of_a_former_version_is_read_with_every_branch(desk: Desk) -> None:
    number = _of_a_former_version(desk)
    desk.port.rename_conversation(number, "Where <b> I live")
    opened = desk.opened
    desk.port.read_conversation(number)
    desk.until(lambda: bool(desk.heard.read))
    ((read, title, page),) = desk.heard.read
    assert (read, title) == (number, "Where <b> I live")
    assert all(words in page for words in ("Where &lt;b&gt; I live", "I live in Paris", "I live in Tokyo"))
    assert desk.opened is opened


def test_that_a_chat_is_read_without_any_model(desk: Desk) -> None:
    desk.say("My name is Alice")
    number = desk.opened.id
    desk.behaviour.fail_load = RuntimeError("no model today")
    desk.reopen().port.read_conversation(number)
    desk.until(lambda: bool(desk.heard.read))
    assert "My name is Alice" in desk.heard.read[0][2]


def test_that_the_open_chat_is_read_with_its_branches(desk: Desk) -> None:
    desk.say("My name is Alice")
    desk.port.ask_after(None, "My name is Bob", Sampling())
    desk.rest()
    desk.port.read_conversation(desk.opened.id)
    desk.until(lambda: bool(desk.heard.read))
    page = desk.heard.read[0][2]
    assert page.index("My name is Bob") < page.index("from the beginning") < page.rindex("My name is Alice")


def test_that_branches_on_a_page_stand_one_after_the_other_and_say_where_they_begin(store: ConversationStore) -> None:
    number = conversation(store, "one", "two")
    _, two, _, forgotten = (turn.id for turn in store.turns(number))
    store.begin_turn(number, 2, "three", Sampling(), _after(store, two), two)
    store.set_tip(number, forgotten)
    page = to_markdown(with_branches(exchanged(store, number))).decode()
    lines = [line for line in page.splitlines() if line.startswith(("> ", "<sub>after"))]
    after_one = "<sub>after “one”</sub>"
    assert lines[:6] == ["> one", "> forgotten", after_one, "> two", "> three", after_one]


def test_that_a_chat_that_is_computed_differently_here_can_be_read_as_a_page(desk: Desk, tmp_path: Path) -> None:
    desk.say("My name is Alice")
    desk.say("and I live in Tokyo")
    number, initial = desk.opened.id, desk.opened.initial.sha256
    assert desk.port.shutdown()
    with closing(sqlite3.connect(desk.data_dir / "conversations.sqlite")) as connection:  # as after an import
        connection.execute("UPDATE memory SET data = x'' WHERE sha256 <> ?", (initial,))
        connection.commit()
    desk.behaviour.drift = 1.0
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert desk.opened.turns == ()
    assert desk.heard.failed[-1][1].endswith("Export the chat as a page to read them.")
    page = tmp_path / "chat.md"
    desk.port.export_conversation(number, page)
    desk.until(page.exists)
    assert all(words in page.read_text(encoding="utf-8") for words in ("My name is Alice", "and I live in Tokyo"))
    desk.say("a new beginning")
    desk.port.export_conversation(number, file := tmp_path / "chat.json")
    desk.until(file.exists)
    assert [turn.query for turn in from_json(file.read_bytes()).path] == ["a new beginning"]


def test_that_a_chat_whose_first_memory_is_lost_can_be_read_and_opened(desk: Desk, tmp_path: Path) -> None:
    desk.say("My name is Alice")
    number, initial = desk.opened.id, desk.opened.initial.sha256
    desk.port.new_conversation(1)
    desk.rest()
    with closing(sqlite3.connect(desk.data_dir / "conversations.sqlite")) as connection:
        connection.execute("UPDATE memory SET data = x'' WHERE sha256 = ?", (initial,))
        connection.commit()
    desk.port.export_conversation(number, tmp_path / "chat.json")
    desk.until(lambda: bool(desk.heard.failed))
    desk.port.export_conversation(number, page := tmp_path / "chat.html")
    desk.until(page.exists)
    assert "My name is Alice" in page.read_text(encoding="utf-8")
    desk.port.open_conversation(number)
    desk.rest()
    assert desk.opened.initial.sha256 == initial
    desk.port.new_conversation(2)
    desk.port.export_conversation(number, file := tmp_path / "again.json")  # its memory was stored again
    desk.until(file.exists)
    assert from_json(file.read_bytes()).initial_memory == initial


def test_that_a_chat_that_could_not_be_saved_is_exported_whole(
    idle_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The disk is gone.")

    monkeypatch.setattr("app.engine.journal.ConversationStore", refuse)
    idle_desk.start()
    idle_desk.say("My name is Alice")
    idle_desk.say("and I live in Tokyo")
    path = tmp_path / "chat.json"
    idle_desk.port.export_conversation(idle_desk.opened.id, path)
    idle_desk.until(path.exists)
    found = from_json(path.read_bytes())
    assert [turn.query for turn in found.path] == ["My name is Alice", "and I live in Tokyo"]
    assert all(turn.record is not None for turn in found.turns)


def test_that_a_stored_chat_is_exported_with_the_turns_that_a_read_only_session_adds(
    desk: Desk, tmp_path: Path
) -> None:
    desk.say("My name is Alice")
    number = desk.opened.id
    assert desk.port.shutdown()
    with closing(sqlite3.connect(desk.data_dir / "conversations.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    desk.reopen().port.open_conversation(number)
    desk.rest()
    desk.say("and I live in Tokyo")
    path = tmp_path / "chat.json"
    desk.port.export_conversation(number, path)
    desk.until(path.exists)
    assert [turn.query for turn in from_json(path.read_bytes()).path] == ["My name is Alice", "and I live in Tokyo"]


def test_that_a_read_only_session_exports_the_path_that_it_shows(desk: Desk, tmp_path: Path) -> None:
    desk.say("My name is Alice")
    first, number = desk.heard.trees[-1][1], desk.opened.id
    desk.say("and I live in Tokyo")
    assert desk.port.shutdown()
    with closing(sqlite3.connect(desk.data_dir / "conversations.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    desk.reopen().port.open_conversation(number)
    desk.rest()
    desk.port.go_to(first)
    desk.rest()
    path = tmp_path / "chat.json"
    desk.port.export_conversation(number, path)
    desk.until(path.exists)
    found = from_json(path.read_bytes())
    assert [turn.query for turn in found.path] == ["My name is Alice"]
    assert len(found.turns) == 2
