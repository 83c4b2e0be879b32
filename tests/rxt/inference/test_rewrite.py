"""A turn that is written again: the same bits in its own memory, those of another pass in another one."""

from __future__ import annotations

import dataclasses

import pytest
import torch

import rxt
from rxt.events import FinishReason, MemoryWritten, Sampling, TurnRecord
from rxt.inference.rewrite import record_of
from rxt.io.pretrained import PretrainedModel


def turn(model: PretrainedModel, memory: rxt.MemoryState, text: str = "hello, I am Alice") -> TurnRecord:
    session = rxt.Session(model, memory=memory, sampling=Sampling(max_tokens=5))
    return next(event.record for event in session.ask(text) if isinstance(event, MemoryWritten))


def without_time(record: TurnRecord) -> dict[str, object]:
    """The record as plain values; durations differ from run to run."""
    plain = {item.name: getattr(record, item.name) for item in dataclasses.fields(record)}
    for name in ("norm", "change", "cosine"):
        plain[name] = plain[name].tobytes()
    plain["gates"] = [(stage.name, stage.law, stage.values.tobytes()) for stage in record.gates]
    plain["metrics"] = dataclasses.replace(record.metrics, memory_s=0.0)
    return plain


def test_that_a_turn_written_again_into_its_own_memory_is_the_same(
    model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    record = turn(model, memory)
    after, again = rxt.rewrite_turn(model, memory, record, turn=0)
    assert without_time(again) == without_time(record)
    assert after.sha256 == record.memory_after == rxt.replay_turn(model, memory, record.interaction_ids).sha256
    assert again.metrics.memory_s > 0


def test_that_a_turn_written_into_another_memory_names_that_one(
    model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    record = turn(model, memory)
    other = model.initial_memory(seed=99)
    after, again = rxt.rewrite_turn(model, other, record, turn=3)
    assert (again.turn, again.memory_before, again.memory_after) == (3, other.sha256, after.sha256)
    assert after.sha256 == model.update_memory(other, list(record.interaction_ids)).memory.sha256 != record.memory_after
    assert (again.query, again.answer, again.interaction_ids) == (record.query, record.answer, record.interaction_ids)


@pytest.mark.parametrize("answer", ["", "Bob", "it is Bob, [EOS] really ✓"])
def test_that_another_answer_is_written_as_if_it_had_been_given(
    model: PretrainedModel, memory: rxt.MemoryState, answer: str
) -> None:
    record = turn(model, memory)
    after, again = rxt.rewrite_turn(model, memory, record, turn=0, answer=answer)
    tokens = model.template.interaction(record.query, answer)
    assert list(again.interaction_ids) == tokens
    assert (again.answer, again.reason, again.metrics.answer_tokens) == (answer, "eos", len(again.answer_ids))
    assert after.sha256 == model.update_memory(memory, tokens).memory.sha256
    # No speed of decoding is said of words that were not decoded.
    assert (again.metrics.first_token_s, again.metrics.answer_s, again.metrics.tokens_per_s) == (0, 0, None)


def test_that_an_answer_without_room_is_refused_with_the_numbers(
    model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    record = turn(model, memory)
    room = model.config.interaction_length - record.metrics.query_tokens - 1
    with pytest.raises(rxt.RxtError, match=f"can write {room} at most"):
        rxt.rewrite_turn(model, memory, record, turn=0, answer="word " * 500)


def test_that_an_answer_may_fill_an_interaction_and_not_a_token_more(
    model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    record, length = turn(model, memory), model.config.interaction_length
    room = length - record.metrics.query_tokens - 1
    longest = next(text for text in ("a" * n for n in range(1000)) if len(model.tokenizer.encode(text)) == room)
    longer = next(text for text in ("a" * n for n in range(1000)) if len(model.tokenizer.encode(text)) == room + 1)
    after, again = rxt.rewrite_turn(model, memory, record, turn=0, answer=longest)
    assert len(again.interaction_ids) == length
    assert rxt.write_turn(model, memory, record.query, longest)[0] == after
    assert len(rxt.write_turn(model, memory, record.query, longer, reason="length")[1].interaction_ids) == length
    with pytest.raises(rxt.RxtError, match=f"{room + 1} tokens.*can write {room} at most"):
        rxt.rewrite_turn(model, memory, record, turn=0, answer=longer)
    with pytest.raises(rxt.RxtError, match=f"take {length + 1} tokens together.*at most {length} at once"):
        rxt.write_turn(model, memory, record.query, longer)


def test_that_the_thousands_of_a_refused_answer_stand_apart(model: PretrainedModel, memory: rxt.MemoryState) -> None:
    record = turn(model, memory)
    with pytest.raises(rxt.RxtError, match=r"has \d{1,2},\d{3} tokens"):
        rxt.rewrite_turn(model, memory, record, turn=0, answer="a " * 5_000)
    with pytest.raises(rxt.RxtError, match=r"take \d{1,2},\d{3} tokens together"):
        rxt.write_turn(model, memory, record.query, "a " * 5_000)


def test_that_half_a_character_is_written_and_recorded_as_one_replacement(
    model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    again = rxt.rewrite_turn(model, memory, turn(model, memory), turn=0, answer="hi \ud83d")[1]
    written = rxt.write_turn(model, memory, "I am \ud83d", "hi \ud83d")[1]
    assert (again.answer, written.query, written.answer) == ("hi \ufffd", "I am \ufffd", "hi \ufffd")


@pytest.mark.parametrize("reason", ["eos", "stopped"])
def test_that_what_was_said_elsewhere_is_written_as_if_it_had_been_said_here(
    model: PretrainedModel, memory: rxt.MemoryState, reason: FinishReason
) -> None:
    after, record = rxt.write_turn(model, memory, "I am Alice", "Hello Alice", turn=4, reason=reason)
    tokens = model.template.interaction("I am Alice", "Hello Alice")[: None if reason == "eos" else -1]
    assert list(record.interaction_ids) == tokens
    assert after.sha256 == model.update_memory(memory, tokens).memory.sha256 == record.memory_after
    assert (record.turn, record.query, record.answer, record.reason) == (4, "I am Alice", "Hello Alice", reason)
    assert (record.metrics.first_token_s, record.metrics.tokens_per_s) == (0, None)


@pytest.mark.parametrize(
    ("query", "words"), [(" ", "nothing to write"), ("word " * 500, r"writes at most \d+ at once")]
)
def test_that_a_turn_that_cannot_be_written_is_refused(
    model: PretrainedModel, memory: rxt.MemoryState, query: str, words: str
) -> None:
    with pytest.raises(rxt.RxtError, match=words):
        rxt.write_turn(model, memory, query, "yes")


def test_that_the_cosine_of_slots_that_stay_is_no_more_than_one(
    model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    kept = rxt.MemoryState(torch.randn(2, 500, 64, generator=torch.Generator().manual_seed(0)))
    given = turn(model, memory)
    words = {name: getattr(given, name) for name in ("turn", "query", "answer", "interaction_ids", "answer_ids")}
    how = {name: getattr(given, name) for name in ("reason", "sampling", "metrics")}
    record = record_of(kept, rxt.MemoryUpdate(kept, {}, {}), **words, **how)
    assert record.cosine.max() == 1
    assert record.cosine.min() > 0.999999
