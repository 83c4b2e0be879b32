"""A tokenizer, a builder of batches and a recipe small enough for seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from rxt.config import ModelConfig
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer
from rxt.text.trainer import train_tokenizer
from rxt.training.batch import BatchBuilder, LossWeights
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.initialise import initialise
from rxt.training.recipe import CurriculumPlan, DataPlan, ModelShape, Recipe, RunPlan, Schedule, StagePlan

SHAPE = ModelShape(
    layers=2, width=16, head_dim=4, query_heads=2, kv_heads=1, slots=3, feed_forward=16, vocabulary=320,
    interaction_length=48, gate_init=0.5,
)  # fmt: skip


@pytest.fixture(scope="session")
def tokenizer_json(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("training") / "tokenizer.json"
    train_tokenizer(["My name is Alice.", "What is my name?", "Your name is Alice.", "Bob"] * 20, 320, path)
    return path.read_text("utf-8")


@pytest.fixture(scope="session")
def tokenizer(tokenizer_json: str) -> Tokenizer:
    return Tokenizer(tokenizer_json, 320)


@pytest.fixture(scope="session")
def shape() -> ModelShape:
    return SHAPE


@pytest.fixture
def config() -> ModelConfig:
    return ModelConfig.from_json(SHAPE.to_document())


@pytest.fixture
def builder(config: ModelConfig, tokenizer: Tokenizer) -> BatchBuilder:
    return BatchBuilder(Template(config.tokens, tokenizer), tokenizer, config.interaction_length, LossWeights())


@pytest.fixture
def new_model(config: ModelConfig) -> ReactiveTransformer:
    model = ReactiveTransformer(config)
    initialise(model, seed=0)
    return model.train()


@pytest.fixture
def dialogues() -> list[Dialogue]:
    """Two of three turns, of unequal lengths; only memory tells their last answers apart."""

    def dialogue(name: str, filler: str) -> Dialogue:
        return Dialogue(
            (
                Turn(f"My name is {name}.", "Hi.", "tell", "name", name),
                Turn(filler, "I do not know.", "ask_unknown"),
                Turn("What is my name?", f"Your name is {name}.", "ask", "name", name, 2),
            )
        )

    return [dialogue("Alice", "Where do I live, and with whom?"), dialogue("Bob", "Why?")]


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    stage = StagePlan(
        kind="memory_aware",
        data=DataPlan(tokenizer_dialogues=10, turns_per_dialogue=4, generator="dialogues"),
        schedule=Schedule(
            steps=6, turns_per_step=6, learning_rate=1e-2, gate_learning_rate=1e-2, final_learning_rate_share=0.1,
            warm_up_steps=2, weight_decay=0.01,
        ),
        curriculum=CurriculumPlan(
            turns=[2, 3], promote_at_value_accuracy=0.9, promote_after_steps=2, earlier_share=0.3
        ),
    )  # fmt: skip
    return Recipe(SHAPE, RunPlan(seed=1, checkpoint_every_steps=3), (stage,))
