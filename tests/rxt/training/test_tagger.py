"""What each token tells: the tags of a batch, and the lesson that the encoder's states must show them."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from rxt.config import ModelConfig
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer
from rxt.training.batch import BatchBuilder, LossWeights
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.material import Draw, shown_tokens
from rxt.training.memory_aware import MemoryAwareStage, fresh_memories, memory_aware_loss, tagging_loss
from rxt.training.recipe import DataPlan, ModelShape, Recipe, StageOptions
from rxt.training.source import GeneratedSource
from rxt.training.start import Start, build_stage
from rxt.training.tagger import GAIN, WEIGHT_OF_NOTHING, Tagger

NUMBERS = {"name": 1, "city": 2}
TOLD = Dialogue((
    Turn("My name is BOB.", "Hi!", "tell", "name", told=(("name", "bob"),)),
    Turn("Alice lives in Bobo", "Hi!", "tell_many", told=(("name", "Alice"), ("city", "Bobo"), ("age", "9"))),
    Turn("What is my name?", "Your name is Bob.", "ask", "name", "Bob", 1),
))  # fmt: skip


@pytest.fixture
def tagging(config: ModelConfig, tokenizer: Tokenizer) -> BatchBuilder:
    template = Template(config.tokens, tokenizer)
    return BatchBuilder(template, tokenizer, config.interaction_length, LossWeights(), NUMBERS)


@pytest.fixture
def tagger(config: ModelConfig) -> Tagger:
    return Tagger(config.encoder.layers, config.encoder.width, len(NUMBERS), 0.5, seed=1)


def test_that_the_tokens_of_what_is_told_bear_the_number_of_its_fact(
    tagging: BatchBuilder, tokenizer: Tokenizer
) -> None:
    batch = tagging.build([TOLD])

    def told(turn: int, number: int) -> str:
        return tokenizer.decode(batch.tokens[0, turn][batch.tags[0, turn] == number].tolist()).strip()

    assert (told(0, 1), told(0, 2)) == ("BOB", "")
    assert (told(1, 1), told(1, 2)) == ("Alice", "Bobo")
    assert not batch.tags[0, 2].any()
    assert not batch.tags[~batch.real].any()


def test_that_the_loss_is_the_weighted_mean_over_tokens_and_layers(tagging: BatchBuilder, tagger: Tagger) -> None:
    batch = tagging.build([TOLD])
    states = torch.randn(2, *batch.tokens.shape, 16, generator=torch.Generator().manual_seed(3))
    total = 0.0
    for layer, (norm, head) in enumerate(zip(tagger.norms, tagger.heads, strict=True)):
        summed = weighed = 0.0
        for place in batch.real.nonzero().tolist():
            tag = batch.tags[tuple(place)]
            weight = WEIGHT_OF_NOTHING if tag == 0 else 1.0
            summed += weight * float(functional.cross_entropy(GAIN * head(norm(states[(layer, *place)])), tag).detach())
            weighed += weight
        total += 0.5 * summed / weighed / 2
    result = tagger.loss(states, batch.real, batch.tags)
    assert float(result.loss.detach()) == pytest.approx(total, rel=1e-5)
    assert 0 <= result.accuracy <= 1
    assert math.isnan(tagger.loss(states, batch.real, torch.zeros_like(batch.tags)).accuracy)


def test_that_the_lesson_reaches_what_the_encoder_is_made_of_and_no_further(
    new_model: ReactiveTransformer, tagging: BatchBuilder, tagger: Tagger
) -> None:
    def gradients(with_tagger: Tagger | None) -> dict[str, torch.Tensor]:
        new_model.zero_grad()
        noise = torch.Generator().manual_seed(3)
        memory_aware_loss(
            new_model, tagging.build([TOLD]), fresh_memories(new_model, 1, noise), tagger=with_tagger
        ).loss.backward()
        return {name: value.grad.clone() for name, value in new_model.named_parameters() if value.grad is not None}

    without, beside = gradients(None), gradients(tagger)
    changed = {name.split(".")[0] for name, value in beside.items() if not torch.equal(value, without[name])}
    assert changed == {"embedding", "encoder"}
    assert all(value.grad is not None for value in tagger.parameters())


def test_that_a_few_steps_teach_what_tokens_tell(
    new_model: ReactiveTransformer, tagging: BatchBuilder, tagger: Tagger
) -> None:
    batch = tagging.build([TOLD])
    parts = [*new_model.parameters(), *tagger.parameters()]
    optimizer = torch.optim.AdamW(parts, lr=1e-2)
    start = fresh_memories(new_model, 1, torch.Generator().manual_seed(3))
    for _ in range(60):
        result = memory_aware_loss(new_model, batch, start, tagger=tagger)
        optimizer.zero_grad()
        result.loss.backward()
        optimizer.step()
    assert result.masked_accuracy == 1.0


def test_that_the_lesson_is_there_where_the_recipe_asks_for_it_and_conversations_are_generated(
    new_model: ReactiveTransformer, recipe: Recipe, shape: ModelShape, tokenizer_json: str, tmp_path: Path
) -> None:
    start = Start(new_model, shape.to_document(), tokenizer_json)
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"query": "Hi.", "answer": "Hello."}\n', "utf-8")
    asked = replace(recipe.stages[0], options=StageOptions(tagging=0.3), data=DataPlan(generator="dialogues"))
    for wanted, there in (
        (asked, True),
        (replace(asked, options=StageOptions()), False),
        (replace(asked, data=DataPlan(files=(file,))), False),
    ):
        stage = build_stage(start, wanted, 0, 1)
        assert isinstance(stage, MemoryAwareStage)
        assert (stage.extra is not None) == there


def test_that_further_messages_teach_the_encoder_what_each_would_teach_it_alone(
    new_model: ReactiveTransformer, tagging: BatchBuilder, tagger: Tagger
) -> None:
    single = [Dialogue((turn,)) for turn in TOLD.turns[:2]]
    alone = []
    for dialogue in single:
        batch = tagging.build([dialogue])
        states = new_model.encoder(new_model.embedding(batch.tokens[0]))[:, None]
        alone.append(tagger.loss(states, batch.real, batch.tags).loss)
    together = tagging_loss(new_model, tagger, tagging.build(single), chunks=2).loss
    torch.testing.assert_close(together, torch.stack(alone).mean())


def test_that_as_many_further_messages_are_drawn_as_the_recipe_asks_for(
    new_model: ReactiveTransformer, recipe: Recipe, shape: ModelShape, tokenizer_json: str
) -> None:
    start = Start(new_model, shape.to_document(), tokenizer_json)
    losses = {}
    for messages in (0.0, 2.0):
        plan = replace(recipe.stages[0], options=StageOptions(tagging=1.0, tagging_messages=messages))
        stage = build_stage(start, plan, 0, 1)
        draw = Draw(random.Random(1), random.Random(2), 6)
        losses[messages] = float(stage.loss(stage.maker.make(draw, 2)).loss.detach())
    assert losses[2.0] > losses[0.0] + 1.0  # as much again as an untaught tagger is wrong


def test_that_a_message_that_stands_alone_tells_something() -> None:
    turns = GeneratedSource().tellings(400, random.Random(1))
    assert all(turn.told for turn in turns)
    kinds = {kind: sum(turn.kind == kind for turn in turns) for kind in ("tell", "tell_many", "update", "correct")}
    assert sum(kinds.values()) == 400
    assert min(kinds.values()) > 8


def test_that_hidden_tokens_teach_nothing_and_are_as_many_as_asked(
    new_model: ReactiveTransformer, tagging: BatchBuilder, tagger: Tagger
) -> None:
    told = tagging.build([TOLD] * 300)
    shown = shown_tokens(told, 0.2, torch.Generator().manual_seed(3))
    assert 0.17 < 1 - float(shown.float().mean()) < 0.23
    assert float((~shown).float().mean(dim=1).max()) <= 0.75  # a message keeps tokens
    few = tagging.build([TOLD])
    every, none = (torch.full_like(few.tokens.flatten(0, 1), value, dtype=torch.bool) for value in (True, False))
    as_it_is = tagging_loss(new_model, tagger, few).loss
    torch.testing.assert_close(tagging_loss(new_model, tagger, few, shown=every).loss, as_it_is)
    gradient = torch.autograd.grad(tagging_loss(new_model, tagger, few, shown=none).loss, new_model.embedding.weight)[0]
    assert not gradient.any()
