"""Cached decoding equals one uncached pass; the cache is read only as far as it was written."""

from __future__ import annotations

import pytest
import torch

from rxt.inference.generate import AnswerDecoder
from tests.rxt.tiny import LENGTH, tiny_model

TOLERANCE = 1e-5
"""Of the largest logit."""

IDS = [2, 5, 11, 12, 30, 6, 20, 21, 7, 22]


def assert_near(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    assert ours.shape == theirs.shape
    assert float((ours - theirs).abs().max() / theirs.abs().max()) < TOLERANCE


@pytest.mark.parametrize("experts", [0, 4])
@pytest.mark.parametrize("kind", ["sqa", "mha", "gqa", "mqa"])
@pytest.mark.parametrize("chunks", [[10], [6, 1, 1, 1, 1], [1] * 10, [3, 4, 3], [1, 9]])
def test_that_cached_decoding_in_any_chunks_equals_one_pass(kind: str, experts: int, chunks: list[int]) -> None:
    model = tiny_model(kind=kind, experts=experts)
    memory = model.initial_memory(seed=1)
    whole = model.logits(IDS, memory)
    decoder, read = AnswerDecoder(model, memory, model.new_cache()), 0
    for count in chunks:
        logits = decoder.read(IDS[read : read + count])
        read += count
        assert_near(logits, whole[read - 1])


def test_that_the_cache_is_never_read_beyond_its_length() -> None:
    model = tiny_model()
    memory, cache = model.initial_memory(seed=1), model.new_cache()
    cache.storage.fill_(torch.nan)
    decoder = AnswerDecoder(model, memory, cache)
    logits = [decoder.read(IDS[:4]), *(decoder.read([token]) for token in IDS[4:])]
    assert all(bool(torch.isfinite(values).all()) for values in logits)


def test_that_a_cache_lent_to_a_new_turn_holds_nothing_of_the_last() -> None:
    model = tiny_model()
    memory, cache = model.initial_memory(seed=1), model.new_cache()
    AnswerDecoder(model, memory, cache).read(IDS)
    again = AnswerDecoder(model, memory, cache).read(IDS[:3])
    assert_near(again, model.logits(IDS[:3], memory)[-1])


def test_that_the_keys_of_the_memory_are_computed_once_an_answer() -> None:
    model = tiny_model()
    calls = []
    for layer in model.decoder.layers:
        layer.stm_norm.register_forward_hook(lambda *_: calls.append(1))
    decoder = AnswerDecoder(model, model.initial_memory(seed=1), model.new_cache())
    for token in IDS:
        decoder.read([token])
    assert len(calls) == model.config.decoder.layers


def test_that_an_interaction_fills_the_cache_to_its_last_place_and_no_further() -> None:
    model = tiny_model()
    memory = model.initial_memory(seed=1)
    ids = [2, 5, *range(7, 5 + LENGTH)]
    decoder = AnswerDecoder(model, memory, model.new_cache())
    assert_near(decoder.read(ids), model.logits(ids, memory)[-1])
    with pytest.raises(ValueError, match=f"{LENGTH + 1} tokens do not fit"):
        decoder.read([7])


@pytest.mark.parametrize("layout", ["concatenated", "interleaved"])
def test_that_a_shortened_model_gets_exact_rotary_tables_again(layout: str) -> None:
    exact, half = tiny_model(layout=layout), tiny_model(layout=layout).bfloat16()
    half.restore_tables()
    for name in ("decoder", "encoder", "memory_attention"):
        whole, restored = getattr(exact, name).rope, getattr(half, name).rope
        assert restored.layout == layout
        assert torch.equal(restored.cos, whole.cos)
        assert torch.equal(restored.sin, whole.sin)


def test_that_no_token_sees_a_later_one() -> None:
    model = tiny_model()
    memory = model.initial_memory(seed=1)
    changed = [*IDS[:-1], 39]
    torch.testing.assert_close(model.logits(changed, memory)[:-1], model.logits(IDS, memory)[:-1], rtol=0, atol=0)


@pytest.mark.parametrize("ids", [[], [2] * (LENGTH + 1), [-1], [40]])
def test_that_tokens_a_model_cannot_read_are_refused_by_every_door(ids: list[int]) -> None:
    model = tiny_model()
    memory = model.initial_memory(seed=1)
    decoder = AnswerDecoder(model, memory, model.new_cache())
    doors = (
        model.encode,
        lambda ids: model.logits(ids, memory),
        lambda ids: model.update_memory(memory, ids),
        decoder.read,
    )
    for door in doors:
        with pytest.raises(ValueError, match=r"1 to 24 tokens|from 0 to 39|25 tokens do not fit"):
            door(ids)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.bfloat16, 0.07), (torch.float16, 0.005)])
def test_that_half_precision_reads_and_remembers_near_float32(dtype: torch.dtype, tolerance: float) -> None:
    """tolerance: of the largest logit; twice what was measured."""
    model, half = tiny_model(experts=4), tiny_model(experts=4).to(dtype)
    memory = model.initial_memory(seed=1)
    update = half.update_memory(memory, IDS)
    updated = update.memory
    assert {values.dtype for values in (updated.tensor, *update.gates.values())} == {torch.float32}
    torch.testing.assert_close(updated.tensor, model.update_memory(memory, IDS).memory.tensor, rtol=0.1, atol=0.1)
    decoder = AnswerDecoder(half, memory, half.new_cache())
    read, wanted = decoder.read(IDS), model.logits(IDS, memory)[-1]
    assert read.dtype == dtype
    assert float((read.float() - wanted).abs().max() / wanted.abs().max()) < tolerance
