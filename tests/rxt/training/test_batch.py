"""Dialogues as tensors: what is learned, how strongly, and what is only padding."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from rxt.config import ModelConfig
from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer
from rxt.training.batch import DECIDING, BatchBuilder, LossWeights
from rxt.training.dialogues import Dialogue, Turn

WEIGHTS = LossWeights(
    answer=0.5, acknowledged=0.75, recall=1.25, not_told=1.75, told=2.0, decision=3.0, value=5.0
)  # fmt: skip
"""Seven different numbers, of which none is the usual one."""


@pytest.fixture
def builder(config: ModelConfig, tokenizer: Tokenizer) -> BatchBuilder:
    return BatchBuilder(Template(config.tokens, tokenizer), tokenizer, config.interaction_length, WEIGHTS)


def test_that_a_turn_is_the_template_and_padding_is_not_real(builder: BatchBuilder, dialogues: list[Dialogue]) -> None:
    batch = builder.build(dialogues)
    assert batch.turns == 6
    for b, dialogue in enumerate(dialogues):
        for k, turn in enumerate(dialogue.turns):
            ids = batch.tokens[b, k][batch.real[b, k]].tolist()
            assert ids == builder._template.interaction(turn.query, turn.answer)
            assert not batch.tokens[b, k][~batch.real[b, k]].any()
            assert not batch.weights[b, k][~batch.real[b, k]].any()
            assert not batch.values[b, k][~batch.real[b, k]].any()


def test_that_weights_stand_at_the_answers_tokens(
    builder: BatchBuilder, dialogues: list[Dialogue], tokenizer: Tokenizer
) -> None:
    batch, weights = builder.build(dialogues), WEIGHTS
    bases = (weights.answer, weights.not_told, weights.recall)
    for k, (turn, base, decides) in enumerate(zip(dialogues[0].turns, bases, (False, True, True), strict=True)):
        query = len(builder._template.prompt(turn.query))
        answer = len(tokenizer.encode(turn.answer))
        row = batch.weights[0, k]
        assert not row[:query].any()
        inside = row[query : query + answer + 1]
        value = batch.values[0, k][query : query + answer + 1]
        behind = torch.cat((torch.tensor([False]), value[:-1]))  # to end in time is as much as to spell
        first = torch.arange(answer + 1) < (DECIDING if decides else 0)
        expected = torch.where(value | behind, weights.value, torch.where(first, weights.decision, base))
        torch.testing.assert_close(inside, expected)


def test_that_the_tokens_of_a_recalled_value_spell_it(
    builder: BatchBuilder, dialogues: list[Dialogue], tokenizer: Tokenizer
) -> None:
    batch = builder.build(dialogues)
    for b, dialogue in enumerate(dialogues):
        told, _, asked = (batch.tokens[b, k][batch.values[b, k]].tolist() for k in range(3))
        assert told == []
        assert tokenizer.decode(asked).strip() == dialogue.turns[2].value


def test_that_all_values_of_a_list_are_marked_each_in_its_place(builder: BatchBuilder, tokenizer: Tokenizer) -> None:
    answer = "Your name is Ann and you live in Annecy."
    listing = Dialogue((Turn("Who am I?", answer, "ask_all", others=("Ann", "Annecy")),))
    batch = builder.build([listing])
    marked = tokenizer.decode(batch.tokens[0, 0][batch.values[0, 0]].tolist())
    assert marked.replace(" ", "") == "AnnAnnecy"


def test_that_what_is_said_back_weighs_more_than_the_words_around_it(
    builder: BatchBuilder, tokenizer: Tokenizer
) -> None:
    told = Turn("rome is my home", "I see, you live in Rome.", "tell", "city", "Rome", told=(("city", "rome"),))
    batch = builder.build([Dialogue((told,))])
    heavy = batch.weights[0, 0] == WEIGHTS.told
    assert tokenizer.decode(batch.tokens[0, 0][heavy].tolist()).strip() == "Rome."
    assert set(batch.weights[0, 0].tolist()) == {0.0, WEIGHTS.acknowledged, WEIGHTS.told}
    assert not batch.values.any()


@pytest.mark.parametrize(
    ("kind", "weight"),
    [
        ("small_talk", WEIGHTS.answer),
        ("forget", WEIGHTS.answer),
        ("ask_unknown", WEIGHTS.not_told),
        ("ask", WEIGHTS.recall),
        ("ask_all", WEIGHTS.recall),
        ("echo", WEIGHTS.recall),
    ],
)
def test_that_the_end_of_an_answer_weighs_as_its_kind(builder: BatchBuilder, kind: str, weight: float) -> None:
    batch = builder.build([Dialogue((Turn("Well?", "That is one of the longer answers.", kind),))])
    weights = batch.weights[0, 0]
    assert int((weights > 0).sum()) > DECIDING
    assert weights[weights > 0][DECIDING:].unique().tolist() == [weight]
    decides = kind in ("ask", "ask_unknown")
    assert weights[weights > 0][:DECIDING].unique().tolist() == [WEIGHTS.decision if decides else weight]


def test_that_a_recital_teaches_its_values_and_where_they_end(builder: BatchBuilder, tokenizer: Tokenizer) -> None:
    recital = Turn("", "Your name is Ann. You live in Annecy.", "recital", others=("Ann", "Annecy"))
    batch = builder.build([Dialogue((recital,))])
    values, weights = batch.values[0, 0], batch.weights[0, 0]
    assert tokenizer.decode(batch.tokens[0, 0][values].tolist()).replace(" ", "") == "AnnAnnecy"
    behind = torch.cat((torch.tensor([False]), values[:-1]))
    assert torch.equal(weights > 0, values | behind)


def test_that_a_wrong_answer_is_read_and_not_learned(builder: BatchBuilder, dialogues: list[Dialogue]) -> None:
    first, second, asked = dialogues[0].turns
    wrong = replace(asked, learned=False)
    batch, right = builder.build([Dialogue((first, second, wrong))]), builder.build(dialogues[:1])
    assert torch.equal(batch.tokens, right.tokens)
    assert torch.equal(batch.weights[:, :2], right.weights[:, :2])
    assert right.values[0, 2].any()
    assert not batch.weights[0, 2].any()
    assert not batch.values[0, 2].any()


def test_that_a_shorter_dialogue_ends_with_blank_turns_that_teach_nothing(
    builder: BatchBuilder, dialogues: list[Dialogue]
) -> None:
    short = replace(dialogues[1], turns=dialogues[1].turns[:1], asides=((0, dialogues[0].turns[-1]),))
    batch, alone = builder.build([dialogues[0], short]), builder.build([short])
    assert batch.taken.tolist() == [[True, True, True], [True, False, False]]
    assert batch.tokens[1, 0][batch.real[1, 0]].tolist() == alone.tokens[0, 0][alone.real[0, 0]].tolist()
    assert batch.weights[1, 0].any()
    for part in (batch.weights, batch.values, batch.tags):
        assert not part[1, 1:].any()
    assert batch.asides is not None
    assert batch.asides.before.tolist() == [3]  # the blank turns count


def test_that_a_turn_longer_than_the_model_reads_is_cut(builder: BatchBuilder) -> None:
    long = Dialogue((Turn("Hi.", "very " * 200, "small_talk"),))
    batch = builder.build([long])
    assert batch.tokens.shape == (1, 1, builder._length)
    assert batch.real.all()
