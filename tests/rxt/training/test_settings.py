"""What a recipe says reaches what it is said of, from the file to the stage."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
import torch

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import LossWeights
from rxt.training.dialogues import Dialogue, DialogueGenerator, Turn
from rxt.training.dialogues.facts import FACTS
from rxt.training.dialogues.sources import CLOSED, LISTS
from rxt.training.material import LessonMaker, Material
from rxt.training.memory_attention_stage import memory_attention_loss
from rxt.training.memory_aware import MemoryAwareStage
from rxt.training.recipe import ModelShape, Recipe
from rxt.training.source import GeneratedSource, Settings
from rxt.training.start import Start, build_stage
from tests.rxt.training.recipes import MODEL

SETTINGS = {
    "novelty": 1.5, "focus": 1.25, "asides": 2.5, "talk": 0.1, "eager": 0.2, "recitals": 0.3, "mistakes": 0.4,
    "episodes": 0.6, "acknowledgements": 3.5,
}  # fmt: skip
"""Each another number."""
OF_MEMORY = ("asides", "recitals", "mistakes", "acknowledgements")
LESSON = {"tagging": 0.7, "tagging_messages": 1.5, "tagging_hidden": 0.05}
KINDS = ("joint", "interaction", "memory_attention", "memory_aware")
SCHEDULE = "[schedule]\nsteps = 1\nturns_per_step = 6\nlearning_rate = 1e-2\n"


@pytest.fixture
def start(new_model: ReactiveTransformer, shape: ModelShape, tokenizer_json: str) -> Start:
    return Start(new_model, shape.to_document(), tokenizer_json)


def read(folder: Path, kind: str, data: dict[str, Any], options: dict[str, Any] | None = None) -> Recipe:
    """A recipe of one stage: `data` in the section that all stages share, `options` in its own."""

    def lines(values: dict[str, Any]) -> str:
        return "".join(f"{key} = {value!r}\n" for key, value in values.items())

    stage = f'[[stage]]\nkind = "{kind}"\n{lines(options or {})}'
    path = folder / "recipe.toml"
    path.write_text(f"{MODEL}{SCHEDULE}[data]\n{lines(data)}{stage}", encoding="utf-8")
    return Recipe.read(path)


@pytest.mark.parametrize("kind", KINDS)
def test_that_every_setting_of_the_generator_reaches_the_stages_that_use_it(
    start: Start, tmp_path: Path, kind: str
) -> None:
    stage: Any = build_stage(start, read(tmp_path, kind, SETTINGS).stages[0], 0, 1)
    unused = {} if kind == "memory_aware" else dict.fromkeys(OF_MEMORY, 0.0)
    assert SETTINGS.keys() == Settings.__annotations__.keys()
    assert stage.maker.source._settings == {**SETTINGS, **unused}


def test_that_further_messages_are_drawn_as_the_conversations_are(start: Start, tmp_path: Path) -> None:
    stage: Any = build_stage(start, read(tmp_path, "memory_aware", SETTINGS, LESSON).stages[0], 0, 1)
    assert isinstance(stage.maker, LessonMaker)
    assert (stage.maker.messages, stage.maker.hidden, stage.extra.share) == (1.5, 0.05, 0.7)
    assert stage.maker.telling._settings == {
        name: SETTINGS[name] for name in ("novelty", "focus", "mistakes", "episodes")
    }


@pytest.mark.parametrize("kind", ["interaction", "memory_aware"])
def test_that_a_token_that_needs_no_memory_weighs_what_the_recipe_says(start: Start, tmp_path: Path, kind: str) -> None:
    stage: Any = build_stage(start, read(tmp_path, kind, {"answer_weight": 0.25}).stages[0], 0, 1)
    builder = stage.maker.builder
    small_talk, told = Turn("Hi.", "Hi.", "small_talk"), Turn("I am Bob", "Hi Bob.", "tell", told=(("name", "Bob"),))
    batch = builder.build([Dialogue((small_talk, told))])
    assert set(batch.weights[0, 0].tolist()) == {0.0, 0.25}
    assert set(batch.weights[0, 1].tolist()) == {0.0, LossWeights().acknowledged, LossWeights().told}


def test_that_as_large_a_share_is_generated_as_the_recipe_says(start: Start, tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").write_text('{"query": "Who are you?", "answer": "I am Juniper."}\n', encoding="utf-8")
    data = {"files": ["pairs.jsonl"], "generator": "dialogues", "generator_share": 0.2, **SETTINGS}
    stage: Any = build_stage(start, read(tmp_path, "memory_aware", data).stages[0], 0, 1)
    drawn = stage.maker.source.dialogues(3, 400, random.Random(1))
    of_files = sum(all(turn.answer == "I am Juniper." for turn in dialogue.turns) for dialogue in drawn)
    assert of_files / 400 == pytest.approx(0.8, abs=0.05)
    assert stage.maker.source._generated._settings == SETTINGS


def test_that_as_large_a_share_of_the_slots_learns_as_the_recipe_says(
    start: Start, tmp_path: Path, new_model: ReactiveTransformer, dialogues: list[Dialogue]
) -> None:
    batch, seen = start.builder().build(dialogues), []
    new_model.memory_attention.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[2]))
    for options, slots in (({}, 3), ({"slot_share": 0.7}, 2), ({"slot_share": 0.4}, 1)):
        stage = build_stage(start, read(tmp_path, "memory_aware", {}, options).stages[0], 0, 1)
        assert isinstance(stage, MemoryAwareStage)
        seen.clear()
        stage.loss(Material(batch, seed=5))
        assert seen == [slots] * 2  # three turns write twice


def test_that_a_chain_of_memories_is_as_long_and_as_noisy_as_the_recipe_says(
    start: Start, tmp_path: Path, new_model: ReactiveTransformer, dialogues: list[Dialogue]
) -> None:
    options = {"memory_steps": 5, "noise": 0.3}
    stage = build_stage(start, read(tmp_path, "memory_attention", {}, options).stages[0], 0, 1)
    assert stage.turns(random.Random(1)) == 5
    batch = start.builder().build(dialogues)
    expected, without = (
        memory_attention_loss(new_model, batch, noise, torch.Generator().manual_seed(5)).loss for noise in (0.3, 0.0)
    )
    found = stage.loss(Material(batch, seed=5)).loss
    assert torch.equal(found, expected)
    assert not torch.equal(found, without)


def commonness(slots: list[str]) -> float:
    """The mean logarithm of the weights of these facts."""
    weights = {fact.slot: fact.weight for fact in FACTS}
    return sum(math.log(weights[slot]) for slot in slots) / len(slots)


def told_alone(generator: DialogueGenerator) -> list[Turn]:
    """Turns that tell one fact, of some conversations."""
    rng = random.Random(1)
    drawn = [generator.dialogue(8, rng) for _ in range(60)]
    return [turn for dialogue in drawn for turn in dialogue.turns if turn.kind == "tell" and turn.fact]


def test_that_a_higher_focus_tells_commoner_facts_oftener() -> None:
    found = [
        commonness([turn.fact for turn in told_alone(DialogueGenerator(1, focus=focus)) if turn.fact])
        for focus in (0.0, 1.0, 2.0)
    ]
    assert found[0] + 0.2 < found[1] < found[2] - 0.2


def test_that_a_higher_focus_mistakes_commoner_facts_oftener() -> None:
    found = []
    for focus in (0.0, 1.0, 2.0):
        rng, mistakes = random.Random(1), DialogueGenerator(1, focus=focus)._mistakes
        found.append(commonness([mistakes._fact(rng).slot for _ in range(300)]))
    assert found[0] + 0.2 < found[1] < found[2] - 0.2


def test_that_values_are_drawn_from_the_lists_where_there_is_no_novelty() -> None:
    listed = {value.lower() for values in LISTS.values() for value in values}
    open_slots = {fact.slot for fact in FACTS if fact.values in LISTS.keys() - CLOSED}
    shares = []
    for novelty in (0.0, 1.0):
        told = [turn.value for turn in told_alone(DialogueGenerator(1, novelty=novelty)) if turn.fact in open_slots]
        shares.append(sum(value.lower() in listed for value in told if value) / len(told))
    assert shares[0] > 0.9
    assert shares[1] < 0.7


def test_that_a_source_hands_its_settings_to_the_generator_for_conversations_and_further_messages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[dict[str, float]] = []
    begin = DialogueGenerator.__init__

    def noted(self: DialogueGenerator, seed: int, **settings: Any) -> None:
        given.append(settings)
        begin(self, seed, **settings)

    monkeypatch.setattr(DialogueGenerator, "__init__", noted)
    source: Any = GeneratedSource(**SETTINGS)
    source.dialogues(4, 2, random.Random(1))
    source.tellings(2, random.Random(1))
    assert given == [SETTINGS, SETTINGS]
