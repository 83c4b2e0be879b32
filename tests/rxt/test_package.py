"""The library's front: names that are loaded when they are used, and small laws of the events."""

from __future__ import annotations

import dataclasses
import json
import typing

import numpy as np
import pytest

import rxt
from rxt import events


@pytest.mark.parametrize("name", rxt.__all__)
def test_that_a_public_name_leads_to_its_room(name: str) -> None:
    assert getattr(rxt, name).__module__.startswith("rxt.")
    assert name in dir(rxt)


def test_that_every_public_name_is_loaded_when_used_and_no_other() -> None:
    assert sorted(name for names in rxt._ROOMS.values() for name in names) == sorted(rxt.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = rxt.nonsense


def test_that_every_event_is_frozen_and_carries_its_turn() -> None:
    for kind in typing.get_args(events.Event):
        assert kind.__dataclass_params__.frozen
        assert next(iter(dataclasses.fields(kind))).name == "turn"


def test_that_a_frozen_array_is_a_copy_that_nobody_can_write() -> None:
    source = np.zeros((2, 3), order="F")
    array = events.frozen_array(source)
    source[:] = 1
    assert not array.any()
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    assert not array.flags.writeable


@pytest.mark.parametrize(
    ("activation", "value", "keep", "write"),
    [("sigmoid", 0.25, 0.75, 0.25), ("tanh", -0.5, 1.5, 0.5), ("none", 1, 1, 1)],
)
def test_that_a_law_tells_what_stays_and_what_enters(
    activation: typing.Any, value: float, keep: float, write: float
) -> None:
    law = events.GateLaw(activation, "static", per_slot=True)
    values = events.frozen_array([[value]])
    assert law.keep_share(values).item() == keep
    assert law.write_share(values).item() == write
    assert law.limits[0] <= value <= law.limits[1]


def test_that_speed_is_unknown_before_the_second_token() -> None:
    assert events.TurnMetrics(4, 1, 0.5, 0.5, 0.1).tokens_per_s is None
    assert events.TurnMetrics(4, 0, 0.0, 0.5, 0.1).tokens_per_s is None
    assert events.TurnMetrics(4, 5, 0.5, 2.5, 0.1).tokens_per_s == 2.0


def test_that_an_event_with_arrays_and_tuples_becomes_plain_json() -> None:
    stage = events.GateStage("write", events.GateLaw("tanh", "static", True), events.frozen_array([[0.5, -0.5]]))
    plain = events._plain((stage,))
    assert json.loads(json.dumps(plain))[0]["values"] == [[0.5, -0.5]]
