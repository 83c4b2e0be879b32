"""A turn's record is the same after the database, a file for other programs and a recording: field by field."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, get_args

import numpy as np
import pytest

from app.engine.analysis import recorded_turns
from app.engine.analysis.recorded_turns import RecordedTurns
from app.engine.exchange import document as exchange
from app.engine.exchange.document import ExchangedConversation, ExchangedTurn
from app.engine.exchange.reader import from_json
from app.store import turn_codec
from rxt.events import (
    GateActivation,
    GateLaw,
    GateSource,
    GateStage,
    MemoryWritten,
    Sampling,
    TurnMetrics,
    TurnRecord,
    frozen_array,
    to_json,
)
from tests.app.engine.analysis.test_recorded_turns import to_bytes
from tests.app.engine.fake_session import SHAPE, FakeMemory, FakeModel

LAWS = (
    GateLaw("tanh", "linear", per_slot=True),
    GateLaw("sigmoid", "elementwise", per_slot=False),
    GateLaw("none", "none", per_slot=False),
    GateLaw("sigmoid", "static", per_slot=True),
)
Codec = Callable[[FakeMemory, Sequence[TurnRecord]], tuple[TurnRecord, ...]]


def full_record(turn: int, before: str, laws: Sequence[GateLaw]) -> TurnRecord:
    """No field has its default, and no two have the same value."""
    numbers = np.random.default_rng(turn)

    def map_() -> Any:
        return frozen_array(numbers.random(SHAPE[:2]))

    names = ("mix", "interlayer", "write")
    return TurnRecord(
        turn=turn,
        query=f"Who? {turn}",
        answer="Nobody — 谁",
        interaction_ids=(5, 6, 7),
        answer_ids=(6,),
        reason="length",
        sampling=Sampling(temperature=0.7, top_k=5, top_p=0.9, seed=11, max_tokens=33),
        metrics=TurnMetrics(query_tokens=2, answer_tokens=3, first_token_s=0.1, answer_s=0.25, memory_s=0.5),
        gates=tuple(GateStage(name, law, map_()) for name, law in zip(names, laws, strict=False)),  # type: ignore[arg-type]
        norm=map_(),
        change=map_(),
        cosine=map_(),
        memory_before=before,
        memory_after=hashlib.sha256(before.encode()).hexdigest(),
    )


def through_the_database(_: FakeMemory, records: Sequence[TurnRecord]) -> tuple[TurnRecord, ...]:
    repeated = turn_codec.Repeated()
    return tuple(
        turn_codec.record(item.turn, turn_codec.columns(item), turn_codec.arrays(item), repeated) for item in records
    )


def through_a_recording(initial: FakeMemory, records: Sequence[TurnRecord]) -> tuple[TurnRecord, ...]:
    recorded = RecordedTurns(initial.summary(), tuple(records), {}, {})
    return recorded_turns.from_bytes(to_bytes(recorded)).records


def through_an_exported_file(initial: FakeMemory, records: Sequence[TurnRecord]) -> tuple[TurnRecord, ...]:
    turns = tuple(
        ExchangedTurn(
            id=item.turn + 1,
            parent=item.turn or None,
            query=item.query,
            answer=item.answer,
            phase="remembered",
            reason=item.reason,
            error="",
            created=1.0,
            sampling=item.sampling,
            record=item,
        )
        for item in records
    )
    conversation = ExchangedConversation(
        title="t",
        model="m",
        fingerprint="f" * 64,
        shape=SHAPE,
        initial_seed=None,
        initial_memory=initial.sha256,
        memory=initial.to_bytes(),
        origin="",
        origin_turns=0,
        created=1.0,
        tip=len(turns),
        turns=turns,
    )
    return tuple(turn.record for turn in from_json(exchange.to_json(conversation)).turns if turn.record is not None)


@pytest.mark.parametrize("codec", [through_the_database, through_a_recording, through_an_exported_file])
def test_that_every_field_of_a_turn_comes_back_as_it_was(codec: Codec) -> None:
    initial = FakeModel("m").initial_memory(1)
    first = full_record(0, initial.sha256, LAWS[:3])
    second = full_record(1, first.memory_after, LAWS[3:])
    for value in (first, first.sampling, first.metrics, LAWS[0]):
        for field in dataclasses.fields(value):
            if field.default is not dataclasses.MISSING:
                assert getattr(value, field.name) != field.default, f"{field.name} has its default: give it another"
    back = codec(initial, (first, second))
    assert [to_json(MemoryWritten(item.turn, item)) for item in back] == [
        to_json(MemoryWritten(item.turn, item)) for item in (first, second)
    ]


def test_that_every_law_of_gates_is_among_those_that_come_back() -> None:
    assert {law.activation for law in LAWS} == set(get_args(GateActivation))
    assert {law.source for law in LAWS} == set(get_args(GateSource))
