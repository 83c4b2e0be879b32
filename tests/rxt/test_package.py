"""The library's front: names that are loaded when they are used, and small laws of the events."""

from __future__ import annotations

import dataclasses
import json
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

import rxt
from rxt import events
from rxt.inference.edit import noise, shuffled, zero
from rxt.inference.slots import pooled_similarity
from tests.rxt.tiny import tiny_model


@pytest.mark.parametrize("name", rxt.__all__)
def test_that_a_public_name_leads_to_its_room(name: str) -> None:
    assert getattr(rxt, name).__module__.startswith("rxt.")
    assert name in dir(rxt)


def test_that_every_public_name_is_loaded_when_used_and_no_other() -> None:
    assert sorted(name for names in rxt._ROOMS.values() for name in names) == sorted(rxt.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = rxt.nonsense


def test_that_the_library_says_the_version_that_stands_in_pyproject() -> None:
    pyproject = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert rxt.__version__ == pyproject["project"]["version"]
    assert "__version__" in dir(rxt)


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


@pytest.fixture
def other_defaults() -> Iterator[None]:
    """What a notebook may have told torch: other numbers, on another device; "meta" has no values to compute with."""
    torch.set_default_dtype(torch.float64)
    try:
        with torch.device("meta"):
            yield
    finally:
        torch.set_default_dtype(torch.float32)


def outcomes(folder: Path) -> list[object]:
    """Of a model that is opened and used: hashes of memories, and an answer."""
    model = rxt.load(folder)
    memory = model.initial_memory(seed=3)
    session = rxt.Session(model, memory=memory, sampling=rxt.Sampling(max_tokens=3))
    list(session.ask("hello"))
    everything = np.ones(memory.shape[:2], bool)
    edited = [zero(memory, everything), noise(memory, everything, 1), shuffled(memory, 1)]
    states = [memory, session.memory, *edited, rxt.MemoryState.from_bytes(memory.to_bytes(), memory.shape)]
    return [session.turns[0].answer, pooled_similarity(memory, 4)[0].tolist(), *(state.sha256 for state in states)]


def own_memory() -> torch.Tensor:
    """What an encoder that reads a memory reads, in a new model."""
    memory = tiny_model(encoder_reads=True).encoder.memory
    assert memory is not None
    return memory


def test_that_numbers_do_not_depend_on_the_defaults_of_torch(folder: Path, request: pytest.FixtureRequest) -> None:
    before, read = outcomes(folder), own_memory()
    request.getfixturevalue("other_defaults")
    assert outcomes(folder) == before
    with torch.device("cpu"):
        assert torch.equal(own_memory(), read)
