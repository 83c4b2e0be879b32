"""The loss over chains of memories equals a twin that plays every dialogue alone, turn by turn, without padding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from rxt.config import ModelConfig
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import BatchBuilder, DialogueBatch
from rxt.training.dialogues import Dialogue
from rxt.training.gradients import MemoryGradientClipper, clip_groups
from rxt.training.memory_aware import drawn_slots, fresh_memories, memory_aware_loss


def noise(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def fresh(model: ReactiveTransformer, batch: DialogueBatch, seed: int = 3) -> Tensor:
    return fresh_memories(model, len(batch.tokens), noise(seed))


def slow_loss(model: ReactiveTransformer, batch: DialogueBatch, start: Tensor) -> Tensor:
    totals: list[Tensor] = []
    shares: list[Tensor] = []

    def answer(memory: Tensor, tokens: Tensor, real: Tensor, weights: Tensor) -> Tensor:
        ids = tokens[: int(real.sum())]
        embedded: Tensor = model.embedding(ids)[None]
        logits = model.decoder.head(model.decoder(embedded[:, :-1], model.decoder.read_memory(memory)))[0]
        for place in range(1, len(ids)):
            totals.append(weights[place] * functional.cross_entropy(logits[place - 1], ids[place]))
            shares.append(weights[place])
        return embedded

    asked = batch.asides
    for b in range(batch.tokens.shape[0]):
        memory = start[:, b : b + 1]
        for k in range(batch.tokens.shape[1]):
            if int(batch.real[b, k].sum()) == 1:  # a blank turn, which no dialogue played alone would have
                continue
            embedded = answer(memory, batch.tokens[b, k], batch.real[b, k], batch.weights[b, k])
            for a in range(0 if asked is None else len(asked.before)):
                if asked is not None and int(asked.before[a]) == b * batch.tokens.shape[1] + k:
                    answer(memory, asked.tokens[a], asked.real[a], asked.weights[a])
            memory, _ = model.memory_attention(memory, model.encoder(embedded))
    return torch.stack(totals).sum() / torch.stack(shares).sum()


def gradients(model: ReactiveTransformer, loss: Tensor) -> dict[str, Tensor]:
    model.zero_grad(set_to_none=True)
    loss.backward()
    return {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}


def with_asides(dialogues: list[Dialogue]) -> list[Dialogue]:
    """The first dialogue's turns are also asked aside in the last one, before its second and its last turn."""
    first, last = dialogues[0], dialogues[-1]
    asides = ((1, first.turns[0]), (1, first.turns[-1]), (len(last.turns) - 1, first.turns[-1]))
    return [*dialogues[:-1], replace(last, asides=asides)]


def with_mistakes(dialogues: list[Dialogue]) -> list[Dialogue]:
    """The first dialogue's second turn is answered wrongly, and its right answer learned aside."""
    first, *others = dialogues
    told, wrong, *later = first.turns
    turns = (told, replace(wrong, answer="Bob", learned=False), *later)
    return [replace(first, turns=turns, asides=((1, wrong),)), *others]


def with_a_short_one(dialogues: list[Dialogue]) -> list[Dialogue]:
    """The last dialogue has but one turn, before which something is asked aside."""
    *others, last = dialogues
    return [*others, replace(last, turns=last.turns[:1], asides=((0, others[0].turns[-1]),))]


@pytest.mark.parametrize("chunks", [1, 3, 50])
@pytest.mark.parametrize("prepare", [list, with_asides, with_mistakes, with_a_short_one])
def test_that_loss_and_gradients_equal_those_of_the_twin(
    new_model: ReactiveTransformer,
    builder: BatchBuilder,
    dialogues: list[Dialogue],
    prepare: Callable[[list[Dialogue]], list[Dialogue]],
    chunks: int,
) -> None:
    batch = builder.build(prepare(dialogues))
    assert (batch.asides is None) == (prepare is list)
    ours = memory_aware_loss(new_model, batch, fresh(new_model, batch), chunks=chunks).loss
    twin = slow_loss(new_model, batch, fresh(new_model, batch))
    torch.testing.assert_close(ours, twin, rtol=1e-5, atol=1e-6)
    our_gradients, twin_gradients = gradients(new_model, ours), gradients(new_model, twin)
    assert our_gradients.keys() == twin_gradients.keys()
    for name, value in our_gradients.items():
        torch.testing.assert_close(value, twin_gradients[name], rtol=1e-3, atol=1e-6, msg=name)


def test_that_every_part_of_the_model_learns(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    batch = builder.build(dialogues)
    found = gradients(new_model, memory_aware_loss(new_model, batch, fresh(new_model, batch)).loss)
    silent = [name for name, _ in new_model.named_parameters() if name not in found or not found[name].any()]
    assert silent == []


def test_that_a_dialogue_of_one_turn_teaches_the_decoder_alone(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    batch = builder.build([Dialogue(dialogue.turns[:1]) for dialogue in dialogues])
    result = memory_aware_loss(new_model, batch, fresh(new_model, batch))
    found = gradients(new_model, result.loss)
    assert not any(value.any() for name, value in found.items() if name.startswith(("encoder", "memory_attention")))
    assert result.write_gate.shape == (2,)
    assert result.value_accuracy != result.value_accuracy  # nothing was recalled: not a number


def test_that_accuracies_count_the_likeliest_tokens(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    batch = builder.build(dialogues)
    with torch.no_grad():
        new_model.decoder.head.weight.zero_()
        new_model.decoder.head.bias.zero_()
        favourite = int(batch.tokens[0, 2][batch.values[0, 2]][0])
        new_model.decoder.head.bias[favourite] = 1
    result = memory_aware_loss(new_model, batch, fresh(new_model, batch))
    wanted, value = batch.weights > 0, batch.values
    assert result.answer_accuracy == pytest.approx(float((batch.tokens[wanted] == favourite).float().mean()))
    assert result.value_accuracy == pytest.approx(float((batch.tokens[value] == favourite).float().mean()))


def test_that_two_dialogues_are_learned_by_heart_in_a_few_steps(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    batch = builder.build(dialogues)
    optimizer = torch.optim.AdamW(new_model.parameters(), lr=1e-2)
    clipper, accuracy = MemoryGradientClipper(), 0.0
    for step in range(150):
        result = memory_aware_loss(new_model, batch, fresh(new_model, batch, step), clipper)
        optimizer.zero_grad()
        result.loss.backward()
        clip_groups([(new_model.parameters(), 1.0)])
        optimizer.step()
        accuracy = result.value_accuracy
        if float(result.loss.detach()) < 0.02:
            break
    assert accuracy == 1.0, "the names can only come from memory, and they do not"


@pytest.mark.parametrize(
    ("shape", "later", "expected"),
    [((1, 2), [100.0, 0.5], [2.0, 1.5]), ((2, 1), [1e6, 0.5], [2.0, 1.5])],
    ids=["a dialogue", "a layer"],
)
def test_that_what_explodes_is_bounded_by_what_reading_sends_and_silences_nothing(
    shape: tuple[int, int], later: list[float], expected: list[float]
) -> None:
    clipper = MemoryGradientClipper(factor=2.0)
    start = torch.zeros(*shape, 1, 1, requires_grad=True)
    memory = start * 1.0
    clipper.watch(memory)
    read = memory * 1.0
    clipper.measure(read, torch.ones(shape[1], dtype=torch.bool))
    sent_back = memory * torch.tensor(later).view(*shape, 1, 1)  # by steep gates, and by gentle ones
    (read.sum() + sent_back.sum()).backward()
    assert start.grad is not None
    torch.testing.assert_close(start.grad.flatten(), torch.tensor(expected))


def test_that_blank_turns_do_not_lower_what_a_gradient_may_be() -> None:
    clipper = MemoryGradientClipper(factor=2.0)
    start = torch.zeros(1, 2, 1, 1, requires_grad=True)
    memory = start * 1.0
    clipper.watch(memory)
    read = memory * 1.0
    clipper.measure(read, torch.tensor([True, False]))
    (read[:, 0].sum() + (memory * torch.tensor([100.0, 0.0]).view(1, 2, 1, 1)).sum()).backward()
    assert start.grad is not None
    torch.testing.assert_close(start.grad.flatten(), torch.tensor([2.0, 0.0]))


def test_that_the_gates_of_blank_turns_are_not_told(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    long, short = dialogues[0], replace(dialogues[1], turns=dialogues[1].turns[:1])
    model = with_gates_apart(new_model)

    def told(batch: DialogueBatch) -> Tensor:
        found = memory_aware_loss(model, batch, fresh(model, batch)).write_gate
        assert found is not None
        return found

    both = builder.build([long, short])
    assert both.taken.tolist() == [[True, True, True], [True, False, False]]
    other = both.tokens.clone()
    other[1, 1, 0] = other[0, 0, 3]  # what a blank turn would write is another thing now
    torch.testing.assert_close(told(replace(both, tokens=other)), told(both), rtol=0, atol=0)


def test_that_a_share_of_the_slots_learns_as_a_model_of_these_slots_alone(
    new_model: ReactiveTransformer, config: ModelConfig, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    slots, batch = torch.tensor([0, 2]), builder.build(dialogues)
    small = ReactiveTransformer(replace(config, memory=replace(config.memory, slots=2))).train()
    own = with_gates_apart(new_model).state_dict()
    fitting = {name: own[name][:, slots] if "_gate." in name else own[name] for name in own}
    small.load_state_dict(fitting)
    start = fresh(new_model, batch)[:, :, slots]
    ours, theirs = memory_aware_loss(new_model, batch, start, slots=slots).loss, slow_loss(small, batch, start)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)
    found, expected = gradients(new_model, ours), gradients(small, theirs)
    gate = "memory_attention.write_gate.weight"
    torch.testing.assert_close(found[gate][:, slots], expected[gate], rtol=1e-3, atol=1e-6)
    assert not found[gate][:, 1].any()  # the slot that was left out


def with_gates_apart(model: ReactiveTransformer) -> ReactiveTransformer:
    """Every slot's gates get weights of their own."""
    for gate in model.memory_attention.stages().values():
        torch.nn.init.normal_(gate.weight)
    return model


def test_that_slots_are_drawn_without_repetition_and_never_none() -> None:
    drawn = [drawn_slots(8, 0.5, noise(seed)).tolist() for seed in range(20)]
    assert all(len(set(slots)) == 4 and slots == sorted(slots) for slots in drawn)
    assert set().union(*drawn) == set(range(8))
    assert len(drawn_slots(8, 0.0, noise())) == 1
