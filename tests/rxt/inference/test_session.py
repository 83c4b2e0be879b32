"""A session: the grammar of its events, its limits, its failures, and a memory that only a whole turn changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import rxt
from rxt.events import (
    AnswerFinished,
    Event,
    MemoryWriting,
    MemoryWritten,
    TokenEmitted,
    TurnFailed,
    TurnRecord,
    TurnStarted,
    to_json,
)
from rxt.io.pretrained import PretrainedModel

GRAMMAR = re.compile(r"S(T*A(WM)?)?F?")
LETTERS = {
    TurnStarted: "S", TokenEmitted: "T", AnswerFinished: "A", MemoryWriting: "W", MemoryWritten: "M", TurnFailed: "F",
}  # fmt: skip


def word(events: list[Event]) -> str:
    return "".join(LETTERS[type(event)] for event in events)


def the(kind: type, events: list[Event]) -> Any:
    """The one event of that class."""
    (found,) = [event for event in events if isinstance(event, kind)]
    return found


@pytest.fixture
def session(model: PretrainedModel, memory: rxt.MemoryState) -> rxt.Session:
    return rxt.Session(model, memory=memory, sampling=rxt.Sampling(max_tokens=6))


@pytest.fixture
def ending(model: PretrainedModel, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes the model say [EOS] as the n-th token of every answer."""

    def arrange(after: int) -> None:
        from rxt.inference.generate import AnswerDecoder

        read = AnswerDecoder.read

        def forced(self: AnswerDecoder, ids: list[int]) -> torch.Tensor:
            logits = read(self, ids).clone()
            spoken = self._cache.length - self.__dict__.setdefault("prompt", self._cache.length)
            logits[model.config.tokens.eos] = 1e6 if spoken == after else -1e6
            return logits

        monkeypatch.setattr(AnswerDecoder, "read", forced)

    return arrange


def test_that_a_turn_tells_its_events_in_order_with_its_number(session: rxt.Session) -> None:
    for number in range(3):
        events = list(session.ask("hello"))
        assert word(events) == "S" + "T" * 6 + "AWM"
        assert {event.turn for event in events} == {number}
    assert [record.turn for record in session.turns] == [0, 1, 2]


@given(stop_at=st.integers(0, 12), on_stop=st.sampled_from(["remember", "forget"]), limit=st.integers(1, 8))
def test_that_stopping_anywhere_yields_a_word_of_the_grammar(
    shared_model: PretrainedModel, stop_at: int, on_stop: Any, limit: int
) -> None:
    session = rxt.Session(shared_model, sampling=rxt.Sampling(max_tokens=limit), on_stop=on_stop)
    before, events = session.memory, []
    for index, event in enumerate(session.ask("hello")):
        events.append(event)
        if index == stop_at:
            session.stop()
    assert re.fullmatch(r"ST*A(WM)?", word(events))
    answer = the(AnswerFinished, events)
    assert (answer.reason == "stopped") == (stop_at <= limit)
    forgotten = answer.reason == "stopped" and on_stop == "forget"
    assert (session.memory == before) == forgotten == (not session.turns) == (not word(events).endswith("WM"))
    if answer.reason == "stopped":
        assert len(events) <= stop_at + (2 if forgotten else 4)  # no token after the stop


def test_that_a_stopped_turn_writes_what_was_said_so_far(session: rxt.Session, model: PretrainedModel) -> None:
    before, events = session.memory, []
    for event in session.ask("hello"):
        events.append(event)
        if word(events) == "STT":
            session.stop()
    said = [event.token_id for event in events if isinstance(event, TokenEmitted)]
    assert len(said) == 2
    expected = model.update_memory(before, [*model.template.prompt("hello"), *said])
    assert session.memory == expected.memory


def test_that_a_forgotten_turn_gives_its_number_to_the_next(session: rxt.Session) -> None:
    session.on_stop = "forget"
    for event in session.ask("hello"):
        session.stop()
        assert event.turn == 0
    assert the(MemoryWritten, list(session.ask("again"))).turn == 0


def test_that_a_stop_without_a_turn_does_not_stop_the_next(session: rxt.Session) -> None:
    session.stop()
    assert the(AnswerFinished, list(session.ask("hello"))).reason == "length"
    session.stop()
    assert the(AnswerFinished, list(session.ask("hello"))).reason == "length"


@pytest.mark.parametrize("events_read", range(1, 10))
def test_that_an_abandoned_turn_leaves_the_memory_and_the_next_turn_runs(
    session: rxt.Session, events_read: int
) -> None:
    before = session.memory
    turn = session.ask("hello")
    seen = [next(turn) for _ in range(events_read)]
    turn.close()  # type: ignore[attr-defined]
    written = "M" in word(seen)
    assert (session.memory == before) == (not written)
    assert word(list(session.ask("hello"))).endswith("WM")


def test_that_a_limit_of_tokens_ends_the_answer(session: rxt.Session) -> None:
    session.sampling = rxt.Sampling(max_tokens=3)
    answer = the(AnswerFinished, list(session.ask("hello")))
    assert answer.reason == "length"
    assert session.turns[0].metrics.answer_tokens == 3


def test_that_query_and_answer_never_exceed_the_interaction_length(
    model: PretrainedModel, memory: rxt.MemoryState, ending: Callable[[int], None]
) -> None:
    ending(10_000)
    session = rxt.Session(model, memory=memory)
    list(session.ask("hello"))
    record = session.turns[0]
    assert record.reason == "length"
    assert len(record.interaction_ids) == model.config.interaction_length


@pytest.mark.parametrize("after", [0, 3])
def test_that_the_end_token_is_not_said_but_remembered(
    session: rxt.Session, ending: Callable[[int], None], after: int
) -> None:
    ending(after)
    eos = session.model.config.tokens.eos
    events = list(session.ask("hello"))
    record = the(MemoryWritten, events).record
    assert record.reason == the(AnswerFinished, events).reason == "eos"
    assert word(events) == "S" + "T" * after + "AWM"
    assert eos not in record.answer_ids
    assert record.interaction_ids == (*session.model.template.prompt("hello"), *record.answer_ids, eos)


@pytest.mark.parametrize("text", ["", "  \n\t", "word " * 100])
def test_that_a_message_that_cannot_be_read_fails_and_changes_nothing(session: rxt.Session, text: str) -> None:
    before = session.memory
    (event,) = session.ask(text)
    assert isinstance(event, TurnFailed)
    assert event.phase == "reading"
    assert "othing was sent" in event.message
    assert session.memory is before
    assert not session.turns


def test_that_the_longest_message_is_read_and_one_token_more_is_refused_with_the_numbers(session: rxt.Session) -> None:
    model = session.model
    room = model.config.interaction_length - 4
    text = next(text for text in ("a" * n for n in range(1000)) if len(model.tokenizer.encode(text)) == room)
    longer = next(text for text in ("a" * n for n in range(1000)) if len(model.tokenizer.encode(text)) == room + 1)
    (failed,) = session.ask(longer)
    assert isinstance(failed, TurnFailed)
    assert f"{room + 1} tokens" in failed.message
    assert f"at most {room}" in failed.message
    events = list(session.ask(text))
    assert word(events) == "STAWM"


def test_that_the_thousands_of_a_refused_message_stand_apart(session: rxt.Session) -> None:
    (failed,) = session.ask("a " * 5_000)
    assert isinstance(failed, TurnFailed)
    assert re.search(r"has \d{1,2},\d{3} tokens", failed.message)


def test_that_asking_during_a_turn_fails_and_the_turn_goes_on(session: rxt.Session) -> None:
    first = session.ask("hello")
    events = [next(first), next(first)]
    (second,) = session.ask("me too")
    assert isinstance(second, TurnFailed)
    assert "still being answered" in second.message
    session.stop()
    assert word([*events, *first]) == "STAWM"


def test_that_a_turn_that_waited_for_another_thread_counts_the_one_that_ended_meanwhile(
    session: rxt.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = session._running

    class Late:
        """Another thread asks and hears the end just before the lock is free."""

        def acquire(self, blocking: bool) -> bool:
            monkeypatch.setattr(session, "_running", lock)
            list(session.ask("first"))
            return lock.acquire(blocking)

    monkeypatch.setattr(session, "_running", Late())
    assert {event.turn for event in session.ask("second")} == {1}
    assert [record.turn for record in session.turns] == [0, 1]


class Panic(BaseException):
    """Like pyo3's PanicException: no Exception."""


FAULTS: dict[str, tuple[str, int, str, str]] = {
    "tokenizer": ("tokenizer.encode", 0, "reading", "F"),
    "memory keys": ("decoder.read_memory", 0, "reading", "SF"),
    "prompt": ("decoder.forward", 0, "reading", "SF"),
    "second token": ("decoder.forward", 1, "answering", "STF"),
    "fifth token": ("decoder.forward", 4, "answering", "STTTTF"),
    "encoder": ("encoder.forward", 0, "writing", "STTTTTTAWF"),
    "memory attention": ("memory_attention.forward", 0, "writing", "STTTTTTAWF"),
}


@pytest.mark.parametrize("error", [RuntimeError("out of memory."), MemoryError(), Panic("index out of range")])
@pytest.mark.parametrize("where", FAULTS)
def test_that_a_fault_in_the_model_fails_the_turn_and_the_next_turn_runs(
    session: rxt.Session, monkeypatch: pytest.MonkeyPatch, where: str, error: BaseException
) -> None:
    path, calls_before, phase, expected = FAULTS[where]
    owner_name, _, method = path.partition(".")
    owner, before, calls = getattr(session.model, owner_name), session.memory, 0
    original = getattr(owner, method)

    def failing(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > calls_before:
            raise error
        return original(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(owner, method, failing)
        events = list(session.ask("hello"))
    assert word(events) == expected
    failed = the(TurnFailed, events)
    assert failed.phase == phase
    assert failed.message == f"The model failed: {str(error).rstrip('.') or 'MemoryError'}. The memory is unchanged."
    assert session.memory is before
    assert not session.turns
    assert word(list(session.ask("hello"))) == "STTTTTTAWM"


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_that_a_model_with_broken_numbers_fails_the_turn(
    session: rxt.Session, monkeypatch: pytest.MonkeyPatch, temperature: float
) -> None:
    session.sampling = rxt.Sampling(temperature)
    monkeypatch.setattr(session.model.decoder.head, "forward", lambda x: torch.full((600,), torch.nan))
    assert "not finite" in the(TurnFailed, list(session.ask("hello"))).message


def test_that_a_memory_that_would_hold_nan_is_never_taken(
    session: rxt.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = session.memory
    monkeypatch.setattr(session.model.memory_attention, "forward", lambda m, s: (m * torch.nan, {}))
    events = list(session.ask("hello"))
    assert word(events) == "STTTTTTAWF"
    assert "not finite" in the(TurnFailed, events).message
    assert session.memory is before


def test_that_interrupts_are_not_swallowed(session: rxt.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> Iterator[None]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(session.model.encoder, "forward", interrupt)
        with pytest.raises(KeyboardInterrupt):
            list(session.ask("hello"))
    assert word(list(session.ask("hello"))).endswith("WM")


def answers(session: rxt.Session, *queries: str) -> list[tuple[int, ...]]:
    for query in queries:
        list(session.ask(query))
    return [record.answer_ids for record in session.turns[-len(queries) :]]


def test_that_a_saved_and_loaded_memory_answers_as_the_unsaved_one(
    session: rxt.Session, model: PretrainedModel, tmp_path: Path
) -> None:
    answers(session, "my name is Alice", "I live in Paris")
    rxt.save_snapshot(tmp_path / "memory", session.memory, model=model)
    loaded = rxt.load_snapshot(tmp_path / "memory", model=model)
    again = rxt.Session(model, memory=loaded, sampling=session.sampling)
    assert answers(again, "what is my name?") == answers(session, "what is my name?")
    assert again.memory == session.memory


def test_that_the_same_seed_says_the_same_and_another_does_not(model: PretrainedModel, memory: rxt.MemoryState) -> None:
    def spoken(seed: int) -> list[tuple[int, ...]]:
        sampling = rxt.Sampling(temperature=1.5, top_p=0.95, seed=seed, max_tokens=12)
        return answers(rxt.Session(model, memory=memory, sampling=sampling), "hello", "hello")

    assert spoken(1) == spoken(1)
    assert spoken(1) != spoken(2)
    assert len(set(spoken(1))) == 2


def test_that_a_continued_conversation_draws_as_the_whole_one(model: PretrainedModel, memory: rxt.MemoryState) -> None:
    sampling = rxt.Sampling(temperature=1.5, seed=3, max_tokens=8)
    whole = rxt.Session(model, memory=memory, sampling=sampling)
    first = answers(whole, "one", "two")
    rest = rxt.Session(model, memory=whole.memory, sampling=sampling, turns=whole.turns)
    assert first != answers(whole, "three")
    assert answers(rest, "three") == [whole.turns[2].answer_ids]
    assert rest.turns[2].turn == 2


def test_that_a_record_holds_what_can_be_computed_by_hand(session: rxt.Session, model: PretrainedModel) -> None:
    before = session.memory
    events = list(session.ask("hello"))
    record: TurnRecord = the(MemoryWritten, events).record
    update = model.update_memory(before, record.interaction_ids)
    old, new = before.tensor.double().numpy(), update.memory.tensor.double().numpy()
    np.testing.assert_allclose(record.norm, np.linalg.norm(new, axis=-1), rtol=1e-5)
    np.testing.assert_allclose(record.change, np.linalg.norm(new - old, axis=-1), rtol=1e-4, atol=1e-6)
    lengths = np.linalg.norm(new, axis=-1) * np.linalg.norm(old, axis=-1)
    np.testing.assert_allclose(record.cosine, (new * old).sum(-1) / lengths, rtol=1e-5, atol=1e-6)
    assert [stage.name for stage in record.gates] == ["mix", "interlayer", "write"]
    for stage in record.gates:
        np.testing.assert_array_equal(stage.values, update.gates[stage.name].numpy())
        assert stage.law == model.gate_laws[stage.name]
    for array in (record.norm, record.change, record.cosine, *(stage.values for stage in record.gates)):
        assert array.shape == model.memory_shape[:2]
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1
    assert (record.memory_before, record.memory_after) == (before.sha256, update.memory.sha256)
    assert session.memory == update.memory
    assert record.answer == "".join(event.text for event in events if isinstance(event, TokenEmitted))
    metrics = record.metrics
    assert metrics.query_tokens == len(model.template.prompt("hello"))
    assert the(TurnStarted, events).query_tokens == metrics.query_tokens
    assert metrics.answer_tokens == len(record.answer_ids) == 6
    assert 0 < metrics.first_token_s < metrics.answer_s
    assert metrics.memory_s > 0


def test_that_events_become_json_and_name_themselves(session: rxt.Session) -> None:
    lines = [json.loads(json.dumps(to_json(event))) for event in session.ask("hello")]
    assert [line["event"] for line in lines][::9] == ["TurnStarted", "MemoryWritten"]
    assert lines[0] == {"event": "TurnStarted", "turn": 0, "query": "hello", "query_tokens": lines[0]["query_tokens"]}
    assert np.array(lines[-1]["record"]["gates"][0]["values"]).shape == session.model.memory_shape[:2]


def test_that_events_become_json_where_the_settings_were_numpys_numbers(
    model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    number: Any = np.int64(3)
    sampling = rxt.Sampling(np.float32(0.7), top_k=number, top_p=np.float32(0.5), seed=number, max_tokens=number)
    lines = [json.loads(json.dumps(to_json(event))) for event in rxt.Session(model, memory, sampling).ask("hello")]
    assert lines[-1]["record"]["sampling"]["seed"] == 3
    assert model.initial_memory(seed=number) == model.initial_memory(seed=3)


def test_that_a_query_with_half_a_character_is_recorded_as_it_was_read(session: rxt.Session) -> None:
    events = list(session.ask("hi \ud83d"))
    assert the(TurnStarted, events).query == session.turns[0].query == "hi \ufffd"
    json.dumps([to_json(event) for event in events], ensure_ascii=False).encode("utf-8")


def test_that_a_memory_of_another_model_starts_no_session(model: PretrainedModel) -> None:
    with pytest.raises(ValueError, match=r"\[1, 2, 3\].*\[3, 8, 32\]"):
        rxt.Session(model, memory=rxt.MemoryState(torch.zeros(1, 2, 3)))
