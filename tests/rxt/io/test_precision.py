"""Number formats: what is rounded, what is not, and what "auto" chooses."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

import rxt
from rxt.errors import ModelError
from rxt.inference import explain
from rxt.io import precision
from rxt.io.precision import best_precision
from rxt.io.pretrained import PretrainedModel
from rxt.io.weights import Weights
from rxt.model.quantised import Int8Head
from rxt.nn.linear import StackedLinear
from rxt.nn.moe import Router
from rxt.nn.quantised import Int8Experts, Int8Linear, quantise, widen
from tests.rxt.tiny import quantise_decoder, tiny_model

IDS = [2, 5, 11, 12, 30, 6, 20, 21, 7, 22]


@pytest.mark.parametrize("shape", [(3, 8), (2, 3, 8)])
def test_that_rounding_errs_by_at_most_half_a_step_of_its_row(shape: tuple[int, ...]) -> None:
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    rounded, scale = quantise(weight)
    assert (rounded.dtype, rounded.shape, scale.shape) == (torch.int8, weight.shape, weight.shape[:-1])
    error = (widen(rounded, scale, torch.float32) - weight).abs()
    assert bool((error <= scale[..., None] / 2 * 1.001).all())
    assert int(rounded.abs().max()) == 127


def test_that_a_row_of_zeros_stays_one() -> None:
    rounded, scale = quantise(torch.zeros(2, 4))
    assert torch.equal(widen(rounded, scale, torch.float32), torch.zeros(2, 4))


def test_that_feed_forwards_and_head_are_rounded_and_nothing_else_is() -> None:
    model = tiny_model(experts=4, head_norm=True)
    quantise_decoder(model)
    kinds = {type(part) for part in model.decoder.modules()}
    assert {Int8Experts, Int8Head, Router} <= kinds
    assert not any(isinstance(part, Int8Linear) for part in model.encoder.modules())
    assert any(isinstance(part, StackedLinear) for part in model.memory_attention.modules())
    assert type(model.decoder.layers[0].attention.q_proj) is torch.nn.Linear  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "choices", [{"experts": 4}, {"head_norm": True}, {"gated": False}, {"gated": False, "experts": 3}]
)
def test_that_a_rounded_model_answers_nearly_the_same_and_remembers_exactly_the_same(choices: dict[str, Any]) -> None:
    model, rounded = tiny_model(**choices), tiny_model(**choices)
    quantise_decoder(rounded)
    quantise_decoder(rounded)  # twice is once
    memory = model.initial_memory(seed=1)
    exact, near = model.logits(IDS, memory), rounded.logits(IDS, memory)
    assert not torch.equal(exact, near)
    assert float((near - exact).norm() / exact.norm()) < 0.05
    assert rounded.update_memory(memory, IDS).memory == model.update_memory(memory, IDS).memory


def test_that_a_folder_opened_in_8_bits_is_the_model_rounded_afterwards(folder: Path, model: PretrainedModel) -> None:
    opened, memory = rxt.load(folder, dtype="int8"), model.initial_memory(seed=1)
    later = rxt.load(folder)
    quantise_decoder(later)
    assert torch.equal(opened.logits(IDS, memory), later.logits(IDS, memory))
    assert opened.info()["dtype"] == "int8"
    assert opened.parameter_count == model.parameter_count
    assert opened.fingerprint == model.fingerprint
    assert not any(tensor.is_meta for tensor in opened.state_dict().values())


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_that_a_model_says_in_which_format_it_was_opened(folder: Path, dtype: str) -> None:
    assert rxt.load(folder, dtype=dtype).info()["dtype"] == dtype


def test_that_auto_takes_8_bits_where_a_compiler_is_and_the_model_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "compiled", lambda: object())
    assert best_precision(tiny_model(), "cpu") == "float32"
    monkeypatch.setattr(precision, "LARGE", 0)
    assert best_precision(tiny_model(), "cpu") == "int8"
    assert best_precision(tiny_model(gated=False), "cpu") == "float32"
    assert best_precision(tiny_model(), "mps") == "float16"
    monkeypatch.setattr(precision, "compiled", lambda: None)
    assert best_precision(tiny_model(), "cpu") == "float32"


def test_that_auto_asks_the_graphics_card_it_is_meant_for_what_it_does_not_only_imitate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    current = ["cuda:0"]

    @contextmanager
    def device(name: str) -> Iterator[None]:
        current.append(name)
        yield
        current.pop()

    def is_supported(including_emulation: bool = True) -> bool:
        return including_emulation or current[-1] == "cuda:1"

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device", device)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", is_supported)
    assert best_precision(tiny_model(), "cuda:0") == "float16"
    assert best_precision(tiny_model(), "cuda:1") == "bfloat16"


def test_that_auto_opens_a_small_model_in_float32(folder: Path) -> None:
    assert rxt.load(folder, dtype="auto").precision == "float32"


def test_that_progress_counts_every_byte_of_the_weights_once(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    rxt.load(folder, progress=lambda done, total: seen.append((done, total)))
    done = [count for count, _ in seen]
    assert done == sorted(done)
    assert len({total for _, total in seen}) == 1
    assert done[-1] == seen[-1][1] <= (folder / "model.safetensors").stat().st_size


def test_that_loading_ends_when_its_reporter_says_so(folder: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        rxt.load(folder, progress=stop)


def test_that_nobody_waits_for_the_hash_of_weights_that_are_unwanted(folder: Path) -> None:
    weights = Weights(folder)
    with pytest.raises(ModelError, match="was not read to its end"):
        weights.sha256(lambda: True)
    assert weights.sha256() == hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def test_that_loading_can_be_ended_while_the_hash_alone_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(_weights: Weights, is_unwanted: Callable[[], bool]) -> str:
        while not is_unwanted():
            time.sleep(0.01)
        raise ModelError("unwanted")

    def stop(done: int, total: int) -> None:
        seen.append(done)
        if seen.count(total) > 1:
            raise InterruptedError

    seen: list[int] = []
    monkeypatch.setattr(Weights, "sha256", endless)
    with pytest.raises(InterruptedError):
        rxt.load(folder, progress=stop)


def test_that_a_rounded_model_can_be_asked_what_it_read(folder: Path) -> None:
    model = rxt.load(folder, dtype="int8")
    memory = model.initial_memory(seed=1)
    session = rxt.Session(model, memory, rxt.Sampling(max_tokens=4))
    list(session.ask("My name is Alice."))
    found = explain.Conversation(model, memory, session.turns)
    assert found.is_exact
    assert found.read(0).weights.shape[0] == len(session.turns[0].answer_ids)
