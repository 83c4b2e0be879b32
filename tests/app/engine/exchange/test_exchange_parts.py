"""What a file says of a chat beside its words: where its memory came from, how answers were chosen, what they took."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.engine.exchange.document import ExchangedConversation, ExchangedTurn, ExchangeError, to_json
from app.engine.exchange.pages import to_html, to_markdown
from app.engine.exchange.reader import from_json
from app.engine.exchange.stored import added, exchanged, exchanged_path, exchanged_words
from app.engine.messages import StoredTurn
from app.engine.refusal import RefusedError
from app.models.message_limit import LONGEST_MESSAGE
from app.store.conversation_store import ConversationStore
from rxt.events import Sampling, TurnMetrics
from tests.app.engine.fake_session import SHAPE, FakeModel, make_record, updated

CHOSEN = Sampling(temperature=0.5, top_k=40, top_p=0.75, seed=9, max_tokens=77)
MEASURED = TurnMetrics(query_tokens=3, answer_tokens=5, first_token_s=0.25, answer_s=1.5, memory_s=0.125)
START = FakeModel("m").initial_memory(8)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    store = ConversationStore(tmp_path / "conversations.sqlite", clock=lambda: 1_700_000_000.5)
    yield store
    store.close()


def from_saved_memory(store: ConversationStore) -> int:
    """A chat that goes on from a saved memory: one turn was cut at its longest; it is open before it."""
    number = store.create(
        title="Bob", model="m", fingerprint="f" * 64, shape=SHAPE, memory=START.to_bytes(), origin="Knight",
        origin_turns=7,
    )  # fmt: skip
    turn = store.begin_turn(number, 0, "Who am I?", CHOSEN, START.sha256)
    store.reply(turn, "You are", "length")
    store.remember(turn, record := _record(), updated(START, record.interaction_ids).to_bytes(), SHAPE)
    store.set_tip(number, None)
    return number


def _record() -> Any:
    made = make_record(0, "Who am I?", "You are", "length", CHOSEN, START, START)
    after = updated(START, made.interaction_ids)
    return replace(make_record(0, "Who am I?", "You are", "length", CHOSEN, START, after), metrics=MEASURED)


def facts(found: ExchangedConversation) -> tuple[Any, ...]:
    return (found.title, found.model, found.fingerprint, found.shape, found.initial_seed, found.initial_memory,
            found.origin, found.origin_turns, found.created, found.tip, found.memory)  # fmt: skip


def test_that_a_file_says_from_which_memory_a_chat_went_on_and_where_it_was_open(store: ConversationStore) -> None:
    number = from_saved_memory(store)
    read = from_json(to_json(exchanged(store, number)))
    known = ("Bob", "m", "f" * 64, SHAPE, None, START.sha256, "Knight", 7, 1_700_000_000.5, None, START.to_bytes())
    assert facts(read) == known
    assert read.path == ()
    again = store.conversation(added(store, read))
    assert (again.initial_seed, again.origin, again.origin_turns, again.tip) == (None, "Knight", 7, None)
    assert (again.model, again.fingerprint, again.initial_memory) == ("m", "f" * 64, START.sha256)


def test_that_every_setting_and_measure_of_a_turn_comes_back(store: ConversationStore) -> None:
    read = from_json(to_json(exchanged(store, from_saved_memory(store))))
    (turn,) = store.turns(added(store, read))
    assert turn.record is not None
    assert (turn.sampling, turn.record.sampling, turn.record.metrics) == (CHOSEN, CHOSEN, MEASURED)
    assert (turn.reason, turn.record.reason, turn.memory_status) == ("length", "length", "partly")
    assert turn.record.interaction_ids == _record().interaction_ids
    for name in ("norm", "change", "cosine"):
        assert getattr(turn.record, name).tobytes() == getattr(_record(), name).tobytes(), name


@pytest.mark.parametrize("seed", [0, 2**40])
def test_that_a_memory_from_a_seed_keeps_its_seed_in_a_file(store: ConversationStore, seed: int) -> None:
    found = replace(exchanged(store, from_saved_memory(store)), initial_seed=seed, origin="", origin_turns=0)
    read = from_json(to_json(found))
    assert (read.initial_seed, read.origin, read.origin_turns) == (seed, "", 0)
    assert store.conversation(added(store, read)).initial_seed == seed


def test_that_a_chat_without_turns_is_not_imported(store: ConversationStore) -> None:
    found = replace(exchanged(store, from_saved_memory(store)), turns=())
    with pytest.raises(RefusedError, match="nothing was imported"):
        added(store, found)
    assert len(store.list()) == 1


def test_that_the_words_of_a_path_are_those_of_the_path_alone(store: ConversationStore) -> None:
    number = from_saved_memory(store)
    assert exchanged_words(store, number).turns == ()
    store.set_tip(number, store.turns(number)[0].id)
    store.begin_turn(number, 0, "another", Sampling(), START.sha256, None)
    assert [turn.query for turn in exchanged_words(store, number).turns] == ["another"]


def test_that_a_chat_that_is_nowhere_stored_is_written_as_it_is_shown() -> None:
    record = _record()
    turns = (
        StoredTurn("Who am I?", "You are", "remembered", record),
        StoredTurn("And now?", "half an ans", "replied", None, error="The model failed."),
        StoredTurn("And then?", "", "pending", None),
    )
    opened: Any = SimpleNamespace(
        title="Bob", seed=None, origin="Knight", origin_turns=7, initial=START,
        model=SimpleNamespace(name="m", fingerprint="f" * 64, layers=SHAPE[0], slots=SHAPE[1], width=SHAPE[2]),
    )  # fmt: skip
    found = from_json(to_json(exchanged_path(opened, turns)))
    assert (found.initial_seed, found.origin, found.origin_turns) == (None, "Knight", 7)
    assert (found.shape, found.memory, found.tip) == (SHAPE, START.to_bytes(), 3)
    assert [(turn.id, turn.parent, turn.reason, turn.phase) for turn in found.turns] == [
        (1, None, "length", "remembered"),
        (2, 1, "stopped", "replied"),
        (3, 2, None, "pending"),
    ]
    assert (found.turns[0].sampling, found.turns[1].error) == (CHOSEN, "The model failed.")
    opened.seed = 12
    empty = exchanged_path(opened, ())
    assert (empty.tip, empty.initial_seed) == (None, 12)


def test_that_an_unanswered_turn_knows_after_an_import_which_memory_it_read(store: ConversationStore) -> None:
    number = from_saved_memory(store)
    first = store.turns(number)[0]
    store.begin_turn(number, 1, "and then?", CHOSEN, _record().memory_after, first.id)
    again = added(store, from_json(to_json(replace(exchanged(store, number), title=""))))
    assert [(turn.number, turn.memory_before) for turn in store.turns(again)] == [
        (0, START.sha256),
        (1, _record().memory_after),
    ]
    assert store.conversation(again).title == "Imported chat"


def test_that_parts_that_contradict_each_other_are_refused(store: ConversationStore) -> None:
    number = from_saved_memory(store)
    document = json.loads(to_json(exchanged(store, number)))
    (turn,) = document["turns"]

    def refused(**values: Any) -> str:
        with pytest.raises(ExchangeError) as caught:
            from_json(json.dumps(document | {"turns": [turn | values]}).encode())
        return str(caught.value)

    assert "record should be there for remembered turns and for no others" in refused(phase="replied")
    assert "record should be there" in refused(record=None)
    assert "reason should be there for answered turns and for no others" in refused(phase="pending", record=None)
    assert "reason should be there" in refused(reason=None)
    assert "top_k" in refused(sampling=turn["sampling"] | {"top_k": 0})
    with pytest.raises(ExchangeError, match="three numbers"):
        from_json(json.dumps(document | {"model": document["model"] | {"shape": list(SHAPE[:2])}}).encode())


def test_that_the_longest_answer_is_read(store: ConversationStore) -> None:
    found = exchanged(store, from_saved_memory(store))
    longest = replace(found, turns=(replace(found.turns[0], answer="x" * LONGEST_MESSAGE),))
    assert len(from_json(to_json(longest)).turns[0].answer) == LONGEST_MESSAGE


def _page(*turns: ExchangedTurn, **facts: Any) -> ExchangedConversation:
    """A chat with these turns, one after the other."""
    known = ExchangedConversation(
        title="Bob", model="m", fingerprint="f" * 64, shape=SHAPE, initial_seed=8, initial_memory=START.sha256,
        memory=START.to_bytes(), origin="", origin_turns=0, created=1.7e9, tip=len(turns) or None, turns=turns,
    )  # fmt: skip
    return replace(known, **facts)


def _turn(number: int = 1, **facts: Any) -> ExchangedTurn:
    record = replace(_record(), sampling=CHOSEN)
    known = ExchangedTurn(
        id=number, parent=number - 1 or None, query="Who am I?", answer="You are", phase="remembered",
        reason="length", error="", created=1.7e9, sampling=CHOSEN, record=record,
    )  # fmt: skip
    return replace(known, **facts)


def _both(found: ExchangedConversation) -> tuple[str, str]:
    """The pages; the Markdown without its backslashes."""
    return to_markdown(found).decode().replace("\\", ""), to_html(found).decode()


def test_that_a_page_says_how_a_turn_was_answered_and_what_of_it_is_in_memory() -> None:
    facts = "turn 1 · first token 250 ms · 3 tokens/s · memory 125 ms · temperature 0.5, seed 9 · cut at its longest"
    for page in _both(_page(_turn())):
        assert f"{facts} · in memory · {_record().memory_after[:12]}<" in page
    for page in _both(_page(_turn(answer="You are Bob"))):
        assert f"{facts} · edited after it was written · " in page
    greedy = replace(_record(), turn=4, reason="stopped", sampling=Sampling(), metrics=TurnMetrics(3, 1, 0.0, 0.0, 0.0))
    for page in _both(_page(_turn(record=greedy))):
        assert "turn 5 · memory 0 ms · greedy · stopped · in memory · " in page
    for page in _both(_page(_turn(phase="replied", record=None, error="Too long.", answer=""))):
        assert "no answer" in page
        assert "not in memory · Too long." in page


def test_that_a_page_says_what_its_memory_started_from() -> None:
    for page in _both(_page(title=" \n ", initial_seed=0)):
        assert f"initial memory from seed 0 · {START.sha256[:12]}" in page
        assert "New chat" in page
        assert "m (ffffffffffff) · memory of 2\u00a0×\u00a03\u00a0×\u00a04 · 2023-11-1" in page
    for page in _both(_page(origin="Knight", initial_seed=None)):
        assert f"started from “Knight” · {START.sha256[:12]}" in page
    for page in _both(_page(created=0)):
        assert "1970" not in page


def test_that_branches_on_a_page_are_in_the_order_in_which_they_were_made() -> None:
    parents = {1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: None}
    turns = [_turn(number, query=f"turn {number}.", parent=parent) for number, parent in parents.items()]
    for page in _both(_page(*turns, tip=1, apart=tuple(turns[1:]))):
        assert [int(number) for number in re.findall(r"turn (\d)\.(?!”)", page)] == [1, 2, 4, 5, 3, 6]


def test_that_nothing_of_a_strangers_file_is_markup_on_its_page() -> None:
    strange = "<b>*x*</b>"
    turns = _turn(query=strange, answer=strange), _turn(2, query="elsewhere", parent=None)
    found = _page(*turns, title=strange, model=strange, origin=strange, tip=1, apart=(replace(turns[1], parent=1),))
    markdown, page = to_markdown(found).decode(), to_html(found).decode()
    assert markdown.count(r"\<b\>\*x\*\</b\>") == 6
    assert "<b>" not in markdown
    assert page.count("&lt;b&gt;*x*&lt;/b&gt;") == 7
    assert "<b>" not in page


def test_that_control_characters_are_on_no_page_and_line_breaks_are() -> None:
    for page in _both(_page(_turn(query="one\r\ntwo\rthree\x85\x07\x9b\ufffe\tfour", answer="\tx"))):
        assert "one\ntwo\nthree\tfour" in page.replace("\n> ", "\n")
        assert not set(page) & set("\r\x07\x85\x9b\ufffe")
    assert "\u00a0\u00a0\u00a0\u00a0x" in to_markdown(_page(_turn(answer="\tx"))).decode()  # as wide as it was
