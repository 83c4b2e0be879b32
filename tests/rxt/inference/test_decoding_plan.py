"""The compiled step computes what the readable decoder computes, in every shape that it takes."""

from __future__ import annotations

import copy
import ctypes
import pickle
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.utils.flop_counter import FlopCounterMode
from torch.utils.hooks import RemovableHandle

from rxt.config import ModelConfig
from rxt.inference.decoding import choice
from rxt.inference.decoding.choice import plan_of
from rxt.inference.decoding.compiled import CompiledPlan, Pace
from rxt.inference.decoding.layout import can_lay_out
from rxt.inference.generate import AnswerDecoder
from rxt.model.compilable import active_bytes, active_weights, is_compilable
from rxt.model.reactive_transformer import ReactiveTransformer
from tests.rxt.tiny import LENGTH, document, quantise_decoder, tiny_model

IDS = [2, 5, 11, 12, 30, 6, 20, 21, 7, 22]


@pytest.fixture(params=[1, 2, 3])
def threads(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def decoded(model: ReactiveTransformer, plan: CompiledPlan, ids: list[int], read: int = 0) -> torch.Tensor:
    """The logits after each token from `read` on; those before are read at once, by torch."""
    memory, cache = model.initial_memory(seed=1), model.new_cache()
    with torch.inference_mode():
        slots = memory.shared.to(model.dtype).unsqueeze(1)
        kept = model.decoder.read_memory(slots)
        if read:
            model.decoder(model.embedding(torch.tensor([ids[:read]])), kept, cache)
        answer = plan.begin(kept, cache)
        return torch.stack([answer.read(token) for token in ids[read:]])


def assert_near(ours: torch.Tensor, theirs: torch.Tensor, tolerance: float = 1e-5) -> None:
    assert ours.shape == theirs.shape
    assert float((ours - theirs).abs().max() / theirs.abs().max()) < tolerance


@pytest.mark.parametrize("read", [0, 4])
@pytest.mark.parametrize(
    "choices",
    [
        {"kind": "sqa"}, {"kind": "mha"}, {"kind": "gqa"}, {"kind": "mqa"}, {"experts": 5}, {"head_norm": True},
        {"layout": "interleaved", "experts": 4}, {"layout": "concatenated"}, {"activation": "silu"},
    ],
)  # fmt: skip
def test_that_the_compiled_step_computes_what_one_uncached_pass_does(
    library: ctypes.CDLL, choices: dict[str, Any], threads: int, read: int
) -> None:
    model = tiny_model(**choices)
    assert can_lay_out(model)
    plan = CompiledPlan(model, library, threads)
    assert_near(decoded(model, plan, IDS, read), model.logits(IDS, model.initial_memory(seed=1))[read:])
    plan.close()


def test_that_the_compiled_step_writes_numbers_of_its_own_width_whatever_is_usual(library: ctypes.CDLL) -> None:
    model = tiny_model()
    plan, expected = CompiledPlan(model, library, 1), model.logits(IDS, model.initial_memory(seed=1))
    torch.set_default_dtype(torch.float64)
    try:
        assert_near(decoded(model, plan, IDS), expected)
    finally:
        torch.set_default_dtype(torch.float32)
    plan.close()


@pytest.mark.parametrize("choices", [{}, {"experts": 4}, {"head_norm": True}])
def test_that_weights_of_8_bits_are_computed_as_the_widened_ones_are(
    library: ctypes.CDLL, choices: dict[str, Any]
) -> None:
    model = tiny_model(**choices)
    quantise_decoder(model)
    plan = CompiledPlan(model, library, 2)
    assert_near(decoded(model, plan, IDS), model.logits(IDS, model.initial_memory(seed=1)))
    plan.close()


def test_that_weights_in_bfloat16_are_read_as_such_and_summed_in_float32(library: ctypes.CDLL) -> None:
    half = tiny_model(experts=4).to(torch.bfloat16)
    exact = copy.deepcopy(half).float()
    plan = CompiledPlan(half, library, 2)
    ours, theirs = decoded(half, plan, IDS), exact.logits(IDS, exact.initial_memory(seed=1))
    assert ours.dtype == torch.float32
    assert_near(ours, theirs, 2e-2)
    assert (half.logits(IDS, half.initial_memory(seed=1)) - theirs).abs().mean() > (ours - theirs).abs().mean()
    plan.close()


@pytest.mark.parametrize(
    "choices",
    [
        {"kind": "sqa-reversed"},
        {"gated": False},
        {"gated": False, "experts": 4},
        {"activation": "gelu"},
        {"rms": False},
    ],
)
def test_that_what_the_step_does_not_know_is_left_to_torch(choices: dict[str, Any]) -> None:
    model = tiny_model(**choices)
    assert not can_lay_out(model)
    assert plan_of(model) is None


@pytest.mark.parametrize("attention", ["", "cross_"])
def test_that_one_attention_of_fewer_query_heads_than_kv_heads_is_enough_to_leave_a_decoder_to_torch(
    attention: str,
) -> None:
    parsed = document()
    assert is_compilable(ModelConfig.from_json(parsed).decoder)
    reversed_heads = {f"{attention}att_groups": 2, f"{attention}att_query_groups": 1}
    parsed["decoder_config"].update({"cross_att_groups": 1, "cross_att_query_groups": 2, **reversed_heads})
    assert not is_compilable(ModelConfig.from_json(parsed).decoder)


class Louder(torch.nn.Linear):
    """Somebody's own layer in the place of a plain one."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002  (torch's name)
        return 2 * super().forward(input)


def hook(model: ReactiveTransformer) -> None:
    list(model.decoder.typed_layers())[1].memory_cross_attention.register_forward_hook(lambda *_: None)


def hook_the_embedding(model: ReactiveTransformer) -> None:
    model.embedding.register_forward_hook(lambda *_: None)


def hook_before(model: ReactiveTransformer) -> None:
    model.decoder.head.register_forward_pre_hook(lambda *_: None)


class Scaled(torch.nn.Embedding):
    """Somebody's own vectors in the place of plain ones."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002  (torch's name)
        return 2 * super().forward(input)


def replace_the_embedding(model: ReactiveTransformer) -> None:
    model.embedding = Scaled.from_pretrained(model.embedding.weight)


def replace_a_layer(model: ReactiveTransformer) -> None:
    attention = next(model.decoder.typed_layers()).attention
    attention.q_proj = Louder(attention.q_proj.in_features, attention.q_proj.out_features)


def wrap_a_layer(model: ReactiveTransformer) -> None:
    attention = next(model.decoder.typed_layers()).attention
    attention.out_proj = torch.nn.Sequential(attention.out_proj)


def patch_a_call(model: ReactiveTransformer) -> None:
    part = next(model.decoder.typed_layers()).norm1
    part.forward = part.forward  # of the object alone, as who patches a method does


@pytest.mark.parametrize(
    "change",
    [hook, hook_the_embedding, hook_before, replace_a_layer, replace_the_embedding, wrap_a_layer, patch_a_call],
)
@pytest.mark.usefixtures("eager")
def test_that_parts_somebody_has_hooked_or_replaced_are_called_by_torch(
    change: Callable[[ReactiveTransformer], None],
) -> None:
    model = tiny_model()
    assert plan_of(model) is not None
    change(model)
    assert plan_of(model) is None


def hook_everywhere() -> RemovableHandle:
    return register_module_forward_hook(lambda *_: None)


def hook_before_everywhere() -> RemovableHandle:
    return register_module_forward_pre_hook(lambda *_: None)


def count_operations() -> FlopCounterMode:
    return FlopCounterMode(display=False)


@pytest.mark.parametrize("watch", [hook_everywhere, hook_before_everywhere, count_operations])
@pytest.mark.usefixtures("eager")
def test_that_while_somebody_watches_every_part_or_operation_torch_decodes(
    watch: Callable[[], AbstractContextManager[object]],
) -> None:
    model = tiny_model()
    assert plan_of(model) is not None
    with watch():
        assert plan_of(model) is None
    assert plan_of(model) is not None


@pytest.fixture
def eager(library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model is large enough for the compiled step."""
    monkeypatch.setattr(choice, "MANY_WEIGHTS", 0)
    monkeypatch.setattr(choice, "compiled", lambda: library)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("chunks", [[10], [6, 1, 1, 1, 1], [1] * 10, [3, 1, 3, 2, 1]])
def test_that_an_answer_may_be_read_in_any_chunks(chunks: list[int]) -> None:
    model = tiny_model(experts=4)
    memory = model.initial_memory(seed=1)
    whole = model.logits(IDS, memory)
    decoder, read = AnswerDecoder(model, memory, model.new_cache()), 0
    assert isinstance(plan_of(model), CompiledPlan)
    for count in chunks:
        logits = decoder.read(IDS[read : read + count])
        read += count
        assert_near(logits, whole[read - 1])


@pytest.mark.usefixtures("eager")
def test_that_an_interaction_fills_the_cache_to_its_last_place_and_no_further() -> None:
    model = tiny_model()
    memory = model.initial_memory(seed=1)
    ids = [2, 5, *range(7, 5 + LENGTH)]
    decoder = AnswerDecoder(model, memory, model.new_cache())
    assert_near(decoder.read(ids), model.logits(ids, memory)[-1])
    with pytest.raises(ValueError, match=f"{LENGTH + 1} tokens do not fit"):
        decoder.read([7])


@pytest.mark.usefixtures("eager")
def test_that_a_plan_is_kept_until_a_weight_changes_and_a_copy_makes_its_own() -> None:
    model = tiny_model()
    plan = plan_of(model)
    assert plan is not None
    assert plan_of(model) is plan
    assert plan_of(copy.deepcopy(model)) is not plan
    assert pickle.loads(pickle.dumps(model)).decoding_plan.value is None  # noqa: S301  (our own)
    model.decoder.head.weight.data = model.decoder.head.weight.data * 2
    assert plan_of(model) is not plan
    model.train()
    assert plan_of(model) is None


def test_that_the_numbers_do_not_depend_on_the_threads(library: ctypes.CDLL) -> None:
    model = tiny_model(experts=4)
    plans = [CompiledPlan(model, library, threads) for threads in (1, 2, 3, 5)]
    first, *others = (decoded(model, plan, IDS) for plan in plans)
    assert all(torch.equal(first, other) for other in others)
    for plan in plans:
        plan.close()


def test_that_the_faster_number_of_threads_is_found_and_found_again() -> None:
    pace, chosen = Pace(2), []
    for token in range(2 * Pace.PERIOD):
        chosen.append(pace.alone)
        busy = token < Pace.PERIOD
        pace.took(1.0 if pace.alone else (3.0 if busy else 0.5))
    trial = [False] * Pace.TRIAL + [True] * Pace.TRIAL
    rest = Pace.PERIOD - len(trial)
    assert chosen == [*trial, *[True] * rest, *trial, *[False] * rest]


def test_that_small_models_are_not_worth_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "compiled", lambda: pytest.fail("the compiler was asked"))
    assert plan_of(tiny_model()) is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_that_the_number_format_does_not_decide_whether_a_model_is_large_enough(
    library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(choice, "compiled", lambda: library)
    many = active_weights(tiny_model())
    model = tiny_model().to(dtype)
    monkeypatch.setattr(choice, "MANY_WEIGHTS", many + 1)
    assert plan_of(model) is None
    model = tiny_model().to(dtype)
    monkeypatch.setattr(choice, "MANY_WEIGHTS", many)
    assert plan_of(model) is not None


def test_that_the_bytes_a_token_reads_leave_out_experts_that_were_not_chosen() -> None:
    dense, mixture = tiny_model(), tiny_model(experts=8)
    router = 2 * 8 * 16 * 4  # layers, experts, width, bytes
    forward = sum(4 * p.numel() for layer in dense.decoder.typed_layers() for p in layer.ff.parameters())
    assert active_bytes(mixture) - active_bytes(dense) == forward + router  # two experts are chosen instead of one


def test_that_a_token_reads_all_of_a_dense_decoder_but_what_made_keys_and_values_of_the_memory() -> None:
    model = tiny_model()
    once = ("memory_cross_attention.k_proj.weight", "memory_cross_attention.v_proj.weight")
    weights = [value for name, value in model.decoder.named_parameters() if not name.endswith(once)]
    assert active_weights(model) == sum(value.numel() for value in weights)
    assert active_bytes(model) == 4 * active_weights(model)


def test_that_answers_decoded_side_by_side_do_not_disturb_each_other(library: ctypes.CDLL) -> None:
    model = tiny_model(experts=4)
    plan = CompiledPlan(model, library, 2)
    memories = [model.initial_memory(seed) for seed in (1, 2)]
    with torch.inference_mode():
        answers = [
            plan.begin(model.decoder.read_memory(memory.shared.unsqueeze(1)), model.new_cache()) for memory in memories
        ]
    read = [[answer.read(token) for answer in answers] for token in IDS]
    for number, memory in enumerate(memories):
        assert_near(torch.stack([logits[number] for logits in read]), model.logits(IDS, memory))
    plan.close()
