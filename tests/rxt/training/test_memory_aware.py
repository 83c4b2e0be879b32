"""The loss over chains of memories equals a twin that plays every dialogue alone, turn by turn, without padding."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import BatchBuilder, DialogueBatch
from rxt.training.dialogues import Dialogue
from rxt.training.gradients import MemoryGradientClipper, clip_groups
from rxt.training.memory_aware import memory_aware_loss


def noise(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def slow_loss(model: ReactiveTransformer, batch: DialogueBatch, generator: torch.Generator) -> Tensor:
    layers, slots, width = model.memory_shape
    start = torch.randn(layers, len(batch.tokens), slots, width, generator=generator)
    total, weight = torch.zeros(()), torch.zeros(())
    for b in range(batch.tokens.shape[0]):
        memory = start[:, b : b + 1]
        for k in range(batch.tokens.shape[1]):
            count = int(batch.real[b, k].sum())
            ids = batch.tokens[b, k, :count]
            embedded = model.embedding(ids)[None]
            logits = model.decoder.head(model.decoder(embedded[:, :-1], model.decoder.read_memory(memory)))[0]
            for place in range(1, count):
                share = batch.weights[b, k, place]
                total = total + share * functional.cross_entropy(logits[place - 1], ids[place])
                weight = weight + share
            memory, _ = model.memory_attention(memory, model.encoder(embedded))
    return total / weight


def gradients(model: ReactiveTransformer, loss: Tensor) -> dict[str, Tensor]:
    model.zero_grad(set_to_none=True)
    loss.backward()
    return {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}


@pytest.mark.parametrize("chunks", [1, 3, 50])
def test_that_loss_and_gradients_equal_those_of_the_twin(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue], chunks: int
) -> None:
    batch = builder.build(dialogues)
    ours = memory_aware_loss(new_model, batch, noise(), chunks=chunks).loss
    twin = slow_loss(new_model, batch, noise())
    torch.testing.assert_close(ours, twin, rtol=1e-5, atol=1e-6)
    our_gradients, twin_gradients = gradients(new_model, ours), gradients(new_model, twin)
    assert our_gradients.keys() == twin_gradients.keys()
    for name, value in our_gradients.items():
        torch.testing.assert_close(value, twin_gradients[name], rtol=1e-3, atol=1e-6, msg=name)


def test_that_every_part_of_the_model_learns(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    found = gradients(new_model, memory_aware_loss(new_model, builder.build(dialogues), noise()).loss)
    silent = [name for name, _ in new_model.named_parameters() if name not in found or not found[name].any()]
    assert silent == []


def test_that_a_dialogue_of_one_turn_teaches_the_decoder_alone(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    batch = builder.build([Dialogue(dialogue.turns[:1]) for dialogue in dialogues])
    result = memory_aware_loss(new_model, batch, noise())
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
    result = memory_aware_loss(new_model, batch, noise())
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
        result = memory_aware_loss(new_model, batch, noise(step), clipper)
        optimizer.zero_grad()
        result.loss.backward()
        clipper.step()
        clip_groups([(new_model.parameters(), 1.0)])
        optimizer.step()
        accuracy = result.value_accuracy
        if float(result.loss.detach()) < 0.02:
            break
    assert accuracy == 1.0, "the names can only come from memory, and they do not"


def test_that_a_dialogues_gradient_is_bounded_by_the_last_steps_mean() -> None:
    clipper = MemoryGradientClipper(factor=2.0)
    sizes = (1.0, 1.0)
    for expected in (sizes, (2.0, 1.0)):
        memory = torch.zeros(1, 2, 1, 1, requires_grad=True)
        clipper.watch(memory)
        (memory * torch.tensor(sizes).view(1, 2, 1, 1)).sum().backward()
        assert memory.grad is not None
        torch.testing.assert_close(memory.grad.flatten(), torch.tensor(expected))
        clipper.step()
        sizes = (10.0, 1.0)
    assert clipper.measure == pytest.approx(2.0)  # it at most doubles
