"""Each stage trains what it should and nothing else, learns a handful of examples, and follows its definition."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import BatchBuilder, DialogueBatch
from rxt.training.curriculum import Curriculum
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.joint import JointStage, hide, states_as_memory
from rxt.training.material import Draw, Material
from rxt.training.memory_attention_stage import (
    MemoryAttentionStage,
    label,
    memory_attention_loss,
    states_per_slot,
    step_weight,
)
from rxt.training.memory_aware import MemoryAwareStage
from rxt.training.recipe import CurriculumPlan, ModelShape, Recipe, StageKind, StageOptions
from rxt.training.stage import Stage, StageResult
from rxt.training.start import Start, build_stage
from tests.reference import joint, twins

MASK = 4


class FewDialogues:
    """The same conversations every time."""

    def __init__(self, dialogues: Sequence[Dialogue]) -> None:
        self._dialogues = list(dialogues)
        self.longest = max(len(dialogue.turns) for dialogue in dialogues)

    def dialogues(self, turns: int, count: int, rng: random.Random) -> list[Dialogue]:
        return [Dialogue(dialogue.turns[:turns]) for dialogue in self._dialogues]


def draw(step: int = 0, turns: int = 6) -> Draw:
    return Draw(random.Random(f"{step}"), random.Random(f"{step}/0"), turns)


def loss_of(stage: Stage, drawn: Draw) -> StageResult:
    """Of the material that the stage's own maker makes."""
    return stage.loss(stage.maker.make(drawn, stage.turns(drawn.shared)))


def build(kind: str, model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]) -> Stage:
    source = FewDialogues(dialogues)
    options = StageOptions(mask_share=0.3, noise=0.05)
    match kind:
        case "joint" | "interaction":
            return JointStage(model, builder, source, options, MASK, 0, kind == "joint")
        case "memory_attention":
            return MemoryAttentionStage(model, builder, source, options)
    return MemoryAwareStage(model, builder, source, None)


@pytest.mark.parametrize(
    ("kind", "trained"),
    [
        ("joint", {"embedding", "encoder", "decoder"}),
        ("interaction", {"embedding", "encoder", "decoder"}),
        ("memory_attention", {"memory_attention"}),
        ("memory_aware", {"embedding", "encoder", "decoder", "memory_attention"}),
    ],
)
def test_that_gradients_reach_all_that_a_stage_trains_and_nothing_else(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue], kind: str, trained: set[str]
) -> None:
    stage = build(kind, new_model, builder, dialogues)
    modules = [module for modules in stage.groups.values() for module in modules]
    assert {id(getattr(new_model, name)) for name in trained} <= {id(module) for module in modules}
    loss_of(stage, draw()).loss.backward()
    for name, value in new_model.named_parameters():
        reached = value.grad is not None and bool(value.grad.any())
        if kind == "memory_attention" and not name.startswith("memory_attention"):
            assert not reached, name
        else:
            assert reached == (name.split(".")[0] in trained), name
    if stage.extra is not None:
        assert all(value.grad is not None and bool(value.grad.any()) for value in stage.extra.parameters())


def test_that_the_decoders_loss_does_not_reach_the_encoder_through_the_memory(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    stage = JointStage(new_model, builder, FewDialogues(dialogues), StageOptions(mask_share=0.0), MASK, 0, True)
    loss_of(stage, draw()).loss.backward()
    assert not any(bool(value.grad.any()) for value in new_model.encoder.parameters() if value.grad is not None)
    assert all(value.grad is not None for value in new_model.decoder.parameters())


@pytest.mark.parametrize("kind", ["joint", "interaction"])
def test_that_joint_stages_learn_whole_texts_and_interaction_stages_answers_by_their_weights(
    recipe: Recipe,
    shape: ModelShape,
    new_model: ReactiveTransformer,
    tokenizer_json: str,
    dialogues: list[Dialogue],
    kind: StageKind,
) -> None:
    start = Start(new_model, shape.to_document(), tokenizer_json)
    batch = start.builder().build([Dialogue(dialogues[0].turns[2:]), Dialogue(dialogues[1].turns[1:2])])
    options = StageOptions(mask_share=0.3, noise=0.2)
    stage = build_stage(start, replace(recipe.stages[0], kind=kind, curriculum=None, options=options), 0, 1)
    ours = float(stage.loss(Material(batch, seed=5)).loss.detach())
    assert stage.extra is not None
    texts = read_by_joint_stages(new_model, batch, 0.3, kind == "joint")
    assert all(text.guessed for text in texts)
    weights, head = twins.weights_of(new_model), twins.weights_of(stage.extra)
    slow = joint.joint_loss(weights, head, new_model.config, texts, noise=0.2)
    assert ours == pytest.approx(slow, rel=1e-5)


def read_by_joint_stages(
    model: ReactiveTransformer, batch: DialogueBatch, mask_share: float, whole: bool
) -> list[joint.Text]:
    """A batch of single turns as joint stages read it, drawn with the same chance."""
    tokens, real = batch.tokens[:, 0], batch.real[:, 0]
    generator = torch.Generator().manual_seed(5)
    hidden = hide(tokens, real, MASK, mask_share, model.config.decoder.vocabulary, generator)
    layers, slots, width = model.memory_shape
    fresh = torch.randn(layers, len(tokens), max(slots, tokens.shape[1]), width, generator=generator).double()
    return [
        joint.Text(
            ids=tokens[n, :count].tolist(),
            seen=hidden.tokens[n, :count].tolist(),
            guessed=hidden.chosen[n, :count].nonzero().flatten().tolist(),
            weights=[1.0] * count if whole else batch.weights[n, 0, :count].tolist(),
            fresh=fresh[:, n],
        )
        for n, count in enumerate(real.sum(dim=-1).tolist())
    ]


@pytest.mark.parametrize(
    ("kind", "steps", "rate"), [("joint", 140, 2e-2), ("interaction", 140, 2e-2), ("memory_attention", 60, 2e-2)]
)
def test_that_a_stage_learns_a_handful_of_examples(
    new_model: ReactiveTransformer,
    builder: BatchBuilder,
    dialogues: list[Dialogue],
    kind: str,
    steps: int,
    rate: float,
) -> None:
    stage = build(kind, new_model, builder, dialogues)
    parameters = [value for modules in stage.groups.values() for module in modules for value in module.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=rate)
    first, losses, accuracies = 0.0, [], []
    for step in range(steps):
        result = loss_of(stage, draw(step))
        optimizer.zero_grad()
        result.loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        first = first or float(result.loss.detach())
        losses.append(float(result.loss.detach()))
        accuracies.append(result.answer_accuracy)
    if kind == "memory_attention":
        assert sum(losses[-5:]) / 5 < first - 0.15
        assert sum(losses[-5:]) / 5 < -0.5
    else:
        assert sum(accuracies[-5:]) / 5 > 0.95
        assert sum(losses[-5:]) / 5 < 0.4 * first


def test_that_labels_are_the_weighted_means_of_a_hand_computation() -> None:
    memory = torch.tensor([1.0, 0.0]).view(1, 1, 1, 2)
    states = torch.tensor([0.0, 2.0]).view(1, 1, 1, 2)
    torch.testing.assert_close(label(memory, states, 0.9).flatten(), torch.tensor([0.1, 1.8]))
    torch.testing.assert_close(label(memory, states, 0.25).flatten(), torch.tensor([0.75, 0.5]))


def test_that_weights_fall_from_step_to_step_within_fifteen_percent() -> None:
    generator = torch.Generator().manual_seed(0)
    for step, wanted in enumerate((0.9, 0.45, 0.4, 0.35, 0.3, 0.25)):
        drawn = [step_weight(step, generator) for _ in range(400)]
        assert min(drawn) >= 0.85 * wanted
        assert max(drawn) <= min(1.0, 1.15 * wanted)
        assert max(drawn) - min(drawn) > 0.2 * wanted
        if step:
            assert sum(drawn) / len(drawn) == pytest.approx(wanted, rel=0.02)
    assert step_weight(50, generator) == 0.0


def test_that_slots_share_the_tokens_of_an_interaction_evenly() -> None:
    states = torch.arange(12.0).view(1, 2, 6, 1)  # tokens 0 to 5 of the first text, 6 to 11 of the second
    real = torch.tensor([[True] * 6, [True] * 3 + [False] * 3])
    pooled = states_per_slot(states, real, 3)[0, :, :, 0]
    torch.testing.assert_close(pooled, torch.tensor([[0.5, 2.5, 4.5], [6.0, 7.0, 8.0]]))
    wide = states_per_slot(states, real, 6)[0, 1, :, 0]
    torch.testing.assert_close(wide, torch.tensor([6.0, 6.0, 7.0, 7.0, 8.0, 8.0]))
    narrow = states_per_slot(states, real, 2)[0, :, :, 0]
    by_torch = functional.adaptive_avg_pool1d(states[0, 1, :3, 0][None], 2)[0]
    torch.testing.assert_close(narrow[1], by_torch)


def test_that_the_memory_loss_equals_a_chain_computed_step_by_step(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    batch = builder.build(dialogues)
    ours = memory_attention_loss(new_model, batch, 0.0, torch.Generator().manual_seed(5)).loss
    generator = torch.Generator().manual_seed(5)
    layers, slots, width = new_model.memory_shape
    memory = torch.randn(layers, 2, slots, width, generator=generator)
    losses: list[Tensor] = []
    for turn in range(3):
        states = new_model.encoder(new_model.embedding(batch.tokens[:, turn]), batch.real[:, turn]).detach()
        weight = step_weight(turn, generator)
        for size in (memory, memory, states):  # the label's, the memory's and the states' noise, of size 0
            torch.randn(size.shape, generator=generator)
        written, _ = new_model.memory_attention(memory, states, batch.real[:, turn])
        wanted = label(memory, states_per_slot(states, batch.real[:, turn], slots), weight)
        for at in range(slots):
            cosine = functional.cosine_similarity(written[:, :, at], wanted[:, :, at], dim=-1)
            losses.append(-cosine.mean())
        memory = written.detach()
    torch.testing.assert_close(ours, torch.stack(losses).mean())


def test_that_hidden_tokens_are_real_and_mostly_masked() -> None:
    tokens = torch.full((50, 40), 9)
    real = torch.ones_like(tokens, dtype=torch.bool)
    real[:, 30:] = False
    hidden = hide(tokens, real, MASK, 0.15, 100, torch.Generator().manual_seed(0))
    assert not hidden.chosen[:, 30:].any()
    assert float(hidden.chosen[:, :30].float().mean()) == pytest.approx(0.15, abs=0.02)
    assert float((hidden.tokens[hidden.chosen] == MASK).float().mean()) == pytest.approx(0.8, abs=0.1)
    assert torch.equal(hidden.tokens[~hidden.chosen], tokens[~hidden.chosen])


def test_that_states_become_a_memory_with_noise_where_no_token_is() -> None:
    states = torch.full((2, 1, 3, 4), 2.0)
    real = torch.tensor([[True, True, False]])
    memory = states_as_memory(states, real, 5, 0.0, torch.Generator().manual_seed(0))
    assert memory.shape == (2, 1, 5, 4)
    torch.testing.assert_close(memory[:, :, :2], states[:, :, :2])
    assert not bool((memory[:, :, 2:] == 2).any())
    noisy = states_as_memory(states, real, 5, 0.1, torch.Generator().manual_seed(0))
    assert 0 < float((noisy[:, :, :2] - 2).abs().max()) < 1.2


def test_that_a_curriculum_decides_the_turns_and_learns_from_the_result(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    plan = CurriculumPlan(turns=[2, 3], promote_at_value_accuracy=1.0, promote_after_steps=1, earlier_share=0.0)
    stage = MemoryAwareStage(new_model, builder, FewDialogues(dialogues), Curriculum(plan))
    assert loss_of(stage, draw()).turns == 2
    result = loss_of(stage, draw())
    stage.observe(type(result)(result.loss, value_accuracy=0.5, turns=2))
    assert loss_of(stage, draw()).turns == 3
    again = MemoryAwareStage(new_model, builder, FewDialogues(dialogues), Curriculum(plan))
    again.restore(stage.state())
    assert loss_of(again, draw()).turns == 3


def test_that_instructions_are_written_but_not_learned(builder: BatchBuilder) -> None:
    batch = builder.build([Dialogue((Turn("SYSTEM INSTRUCTIONS", "Be kind.", "system"), Turn("Hi.", "Hi.", "pair")))])
    assert not bool(batch.weights[0, 0].any())
    assert bool(batch.weights[0, 1].any())


def test_that_plain_text_is_learned_token_by_token(builder: BatchBuilder) -> None:
    batch = builder.build([Dialogue((Turn("", "My name is Bob.", "text"),))])
    count = int(batch.real.sum())
    assert int((batch.weights > 0).sum()) == count - 1
    assert not bool((batch.tokens == builder._template.tokens.answer).any())


def test_that_memory_attention_learns_nothing_from_blank_turns(
    new_model: ReactiveTransformer, builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    batch = builder.build([dialogues[0], Dialogue(dialogues[1].turns[:1])])

    def learned(batch: DialogueBatch) -> StageResult:
        return memory_attention_loss(new_model, batch, 0.0, torch.Generator().manual_seed(0))

    tokens = batch.tokens.clone()
    tokens[1, 1:, 0] = tokens[0, 0, 3]
    one, other = learned(batch), learned(replace(batch, tokens=tokens))
    assert float(one.loss.detach()) == float(other.loss.detach())
    assert one.write_gate is not None
    assert other.write_gate is not None
    assert torch.equal(one.write_gate, other.write_gate)
